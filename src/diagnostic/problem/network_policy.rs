//! What a Kubernetes NetworkPolicy cannot say, beyond the enforcers' tables of features.

use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Entity, LabelSelector};
use crate::source::Span;
use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkPolicyProblem {
    /// Pods of every namespace there may be are isolated, and a policy belongs to one namespace.
    EveryNamespace {
        /// The sentence.
        span: Span,
    },
    /// Pods of this namespace are isolated, and the project does not declare it.
    Undeclared {
        /// The sentence.
        span: Span,
        /// The namespace.
        name: SmolStr,
    },
    /// Its declaration does not say whether this namespace has the labels that the subject asks for.
    Undecided {
        /// The sentence.
        span: Span,
        /// The namespace.
        namespace: SmolStr,
        /// The labels.
        labels: LabelSelector,
    },
    /// The same of a sentence's own namespace, which is one of the peers if it has the labels.
    OwnUndecided {
        /// The sentence.
        span: Span,
        /// The namespace.
        namespace: SmolStr,
        /// The labels.
        labels: LabelSelector,
    },
    /// A deny.
    Deny {
        /// What is denied.
        span: Span,
    },
    /// A NetworkPolicy has no word for this peer.
    NoEntity {
        /// Where it is said.
        span: Span,
        /// Which.
        entity: Entity,
    },
    /// The API server is a peer and the cluster's facts do not say where it answers.
    NoApiserver {
        /// Where it is said.
        span: Span,
        /// The cluster; `None` for the one that the command line made up.
        cluster: Option<SmolStr>,
    },
}

impl From<NetworkPolicyProblem> for Diagnostic {
    fn from(problem: NetworkPolicyProblem) -> Self {
        use NetworkPolicyProblem as P;
        match problem {
            P::EveryNamespace { span } => {
                Self::new(Code::E0621, span, "this isolates pods of namespaces that the project does not declare")
                    .note("a NetworkPolicy belongs to one namespace, so only declared namespaces can get one")
                    .help("name the namespaces: `enforce ingress for shop/*, payments/*`")
            }
            P::Undeclared { span, name } => {
                Self::new(Code::E0621, span, format!("this isolates pods of `{name}`, which is not declared"))
                    .note("a NetworkPolicy belongs to one namespace, so only declared namespaces can get one")
                    .help(format!("declare it in a platform file: `namespace {name}`"))
            }
            P::Undecided { span, namespace, labels } => {
                let message = format!("whether `{namespace}` has `{labels}` is not declared");
                Self::new(Code::E0621, span, message)
                    .note("a NetworkPolicy belongs to one namespace, so it must be known which namespaces get one")
                    .help(declare(&namespace))
            }
            P::OwnUndecided { span, namespace, labels } => {
                let message = format!("`{namespace}` itself is taken not to have `{labels}`: its labels are not declared");
                Self::new(Code::H0625, span, message)
                    .note("if it has, its own pods need this sentence too, and a NetworkPolicy cannot ask for their namespace's labels")
                    .help(declare(&namespace))
            }
            P::Deny { span } => Self::new(Code::E0622, span, "a NetworkPolicy cannot deny")
                .note("policies only add up: what any policy in the cluster allows stays allowed")
                .help("leave it out, or write `accept E0622 because \"…\"` above it: it is then taken out of this project's own rules, and binds nobody else's"),
            P::NoEntity { span, entity } => no_entity(span, entity),
            P::NoApiserver { span, cluster } => {
                let diagnostic = Self::new(Code::E0624, span, "it is not known where `kube-apiserver` answers")
                    .note("the API server runs on the network of its node, so no labels of a pod select it");
                match cluster {
                    Some(name) => diagnostic.help(format!("say it in `cluster {name}`: `apiserver 10.0.0.1:6443`, one line an address")),
                    None => diagnostic.help("declare a cluster in a platform file, with `apiserver 10.0.0.1:6443`, one line an address"),
                }
            }
        }
    }
}

fn declare(namespace: &str) -> String {
    format!("declare the labels in a platform file: `namespace {namespace} labels {{ … }}`")
}

fn no_entity(span: Span, entity: Entity) -> Diagnostic {
    let (message, help) = match entity {
        Entity::World => (
            "a NetworkPolicy has no word for `world`",
            "write the addresses: `0.0.0.0/0` and `[::/0]`; some network plugins count pods and nodes among them, so add `except` for their ranges",
        ),
        Entity::Cluster => (
            "a NetworkPolicy has no word for `cluster`",
            "write `workloads in every namespace` for its pods, and the addresses of its nodes",
        ),
        Entity::Host | Entity::RemoteNode => (
            "a NetworkPolicy has no word for nodes",
            "write the addresses of the nodes; a pod's own node reaches it always",
        ),
        Entity::Ingress => (
            "a NetworkPolicy has no word for `ingress`",
            "name the pods of the ingress controller: `workload ingress/nginx { … }`",
        ),
        Entity::KubeApiserver => ("a NetworkPolicy has no word for `kube-apiserver`", "write its address"),
        Entity::Health | Entity::Init | Entity::Unmanaged => (
            "a NetworkPolicy has no word for `health`, `init` and `unmanaged`",
            "leave it out: these exist with `cilium` only",
        ),
    };
    Diagnostic::new(Code::E0623, span, message)
        .note("a NetworkPolicy knows pods by their labels, and addresses")
        .help(help)
}
