//! From manifests back to what they mean, each enforcer's own way, with what it does in silence.
//!
//! | an object | becomes |
//! |---|---|
//! | that its enforcer takes | isolations and rules |
//! | in which something is known only to a cluster (a Service, a named port, a secret) | those that can be told, and a [`Gap`] for the rest |
//! | that the API server or the agent refuses | a [`Problem`], and nothing else: it enforces nothing, whatever it says |
//! | that is no policy | nothing |
//!
//! It is what `build` proves its own output with. So it shares nothing with the way down: no selector, name or
//! expression is read here by what wrote it, or the same mistake would be made twice and cancel out.

mod fields;

pub(super) use fields::{Fields, Notes, Refusal, fields, is_string};

use super::{cilium, kubernetes};
use crate::policy::{Cluster, Direction, EnforcerName, PodSelector, PortRange, Protocol, Version};
use crate::semantics::Universe;
use crate::semantics::endpoints::{self, Endpoints};
use crate::source::{FileId, Span};
use crate::verdict::{Cause, CauseId, Gap, Ruleset, SubjectId};
use crate::yaml::{Object, Range};
use rayon::prelude::*;
use smol_str::{SmolStr, format_smolstr};
use std::sync::Arc;

/// Objects that are read, and raised into one set, one after the other; the chunks side by side.
pub const CHUNK: usize = 64;

/// What has to be known of a cluster to say what its objects mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Who enforces.
    pub enforcer: EnforcerName,
    /// Its version.
    pub version: Version,
    /// The cluster's own name in Cilium; `default`, if it was never given one.
    pub cluster_name: SmolStr,
    /// Whether there are other clusters whose pods can stand at the other end.
    pub mesh: bool,
    /// Whether a selector that says nothing of the cluster means the own one (`policy-default-local-cluster`; on by
    /// default from Cilium 1.19).
    pub local_cluster_by_default: bool,
    /// Whether nodes can be told by their labels (`enable-node-selector-labels`; off by default).
    pub node_labels: bool,
    /// The largest RE2 program that the proxy takes (Envoy's `re2.max_program_size.error_level`: 100).
    pub regex_budget: u32,
    /// The namespace of an object that names none.
    pub default_namespace: SmolStr,
    /// What becomes of fields that no version knows.
    pub unknown_fields: UnknownFields,
    /// Pods of which it is known what they run; no two of them have pods in common.
    pub running: Arc<[Running]>,
}

/// Pods and the ports that their containers name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Which.
    pub pods: PodSelector,
    /// Name, protocol and number.
    pub ports: Vec<(SmolStr, Protocol, u16)>,
}

impl Running {
    /// The numbers that a name has for these pods; in the protocol that is said, if one is.
    pub(super) fn numbers(&self, name: &str, protocol: Option<Protocol>) -> impl Iterator<Item = PortRange> {
        let fits =
            move |known: &SmolStr, of: Protocol| *known == name && protocol.is_none_or(|protocol| protocol == of);
        let fitting = self.ports.iter().filter(move |(known, of, _)| fits(known, *of));
        fitting.map(|&(_, protocol, number)| PortRange { protocol, first: number, last: number })
    }
}

/// What becomes of an object with fields that its schema does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownFields {
    /// The object is refused: `kubectl` asks the API server for that since 1.27 (`--validate=strict`).
    Refuse,
    /// The fields are dropped in silence and the rest is taken, as the API server does for everybody else.
    Drop,
}

impl Scope {
    /// What the facts of a cluster say; the rest is as it comes.
    #[must_use]
    pub fn of_cluster(cluster: &Cluster) -> Self {
        Self {
            cluster_name: cluster.mesh_name.clone().unwrap_or_else(|| "default".into()),
            mesh: cluster.mesh_name.is_some(),
            node_labels: cluster.features.contains_key("node-selector-labels"),
            regex_budget: cluster.regex_budget,
            ..Self::new(cluster.enforcer, cluster.version)
        }
    }

    /// A cluster of which nothing else is known.
    #[must_use]
    pub fn new(enforcer: EnforcerName, version: Version) -> Self {
        Self {
            enforcer,
            version,
            cluster_name: "default".into(),
            mesh: false,
            local_cluster_by_default: version >= Version { major: 1, minor: 19 },
            node_labels: false,
            regex_budget: 100,
            default_namespace: "default".into(),
            unknown_fields: UnknownFields::Refuse,
            running: Arc::default(),
        }
    }
}

/// An object and the file in which it stands.
#[derive(Clone, Copy, Debug)]
pub struct Located<'a, 't> {
    /// The object.
    pub object: Object<'a, 't>,
    /// Where the text is from which it was read.
    pub file: FileId,
}

/// What objects mean.
#[derive(Clone, Debug, Default)]
pub struct Raised {
    /// The meaning.
    pub rules: Ruleset,
    /// What does not mean what somebody may think.
    pub problems: Vec<Problem>,
}

/// Something about an object that its author has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The object: `CiliumNetworkPolicy shop/backend`.
    pub object: SmolStr,
    /// The place.
    pub span: Span,
    /// What comes of it.
    pub kind: ProblemKind,
    /// Why, in the words of a message: lower case, no full stop.
    pub reason: String,
}

/// See [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The API server or the agent refuses the object: it enforces nothing.
    Refused,
    /// A part of the object is dropped in silence; the rest is enforced.
    Dropped,
    /// A policy of a kind that is not read, or not enforced by this enforcer.
    NotRead,
}

/// What the objects mean together.
///
/// Documents that could not be read are not in here: whoever read them has to say so.
#[must_use]
pub fn raise(objects: &[Located<'_, '_>], scope: &Scope) -> Raised {
    let mut raised = match scope.enforcer {
        EnforcerName::Cilium => cilium::raise(objects, scope),
        EnforcerName::Kubernetes => each(objects, |one, into| {
            if is_network_policy(&one.object) {
                kubernetes::raise::raise(one, scope, into);
            }
        }),
    };
    for one in objects.iter().filter(|one| is_policy(one.object.kind) && !is_enforced(&one.object, scope)) {
        raised.problems.push(Problem {
            object: name(&one.object, scope),
            span: one.object.node.range.span(one.file),
            kind: ProblemKind::NotRead,
            reason: format!("`{}` of {} is not read", one.object.kind, one.object.api_version),
        });
    }
    raised
}

/// Raises every object by itself, many side by side, and puts the outcome together in the order of the objects.
pub(super) fn each<'a, T: Sync>(objects: &'a [T], raise: impl Fn(&'a T, &mut Raised) + Sync) -> Raised {
    let parts: Vec<Raised> = objects
        .par_chunks(CHUNK)
        .map(|chunk| {
            let mut raised = Raised::default();
            chunk.iter().for_each(|one| raise(one, &mut raised));
            raised
        })
        .collect();
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap_or_default();
    for part in parts {
        all.rules.extend(part.rules);
        all.problems.extend(part.problems);
    }
    all
}

/// Whether this is Kubernetes' own.
pub(super) fn is_network_policy(object: &Object<'_, '_>) -> bool {
    object.kind == "NetworkPolicy" && object.api_version == "networking.k8s.io/v1"
}

/// Whether an object of this kind has a say in who may reach whom: those of the enforcers of which this compiler knows.
fn is_policy(kind: &str) -> bool {
    kind.ends_with("NetworkPolicy")
        || matches!(kind, "AuthorizationPolicy" | "PeerAuthentication" | "EgressFirewall" | "ApplicationNetworkPolicy")
}

/// Whether an object is a policy that the enforcer enforces.
#[must_use]
pub fn is_enforced(object: &Object<'_, '_>, scope: &Scope) -> bool {
    is_network_policy(object) || (scope.enforcer == EnforcerName::Cilium && cilium::raises(object))
}

/// Whether an object of this kind lies in no namespace, as far as it is a policy.
#[must_use]
pub fn is_cluster_wide(object: &Object<'_, '_>) -> bool {
    ["Cluster", "Global"].iter().any(|word| object.kind.contains(word))
}

/// `CiliumNetworkPolicy shop/backend`
#[must_use]
pub fn name(object: &Object<'_, '_>, scope: &Scope) -> SmolStr {
    let name = object.name.unwrap_or_default();
    match object.namespace {
        _ if is_cluster_wide(object) => format_smolstr!("{} {name}", object.kind),
        Some(namespace) => format_smolstr!("{} {namespace}/{name}", object.kind),
        None => format_smolstr!("{} {}/{name}", object.kind, scope.default_namespace),
    }
}

/// A port that a rule calls by name, on the way to what that means: it is each pod's own, of those that answer.
#[derive(Clone, Copy)]
pub(super) struct ByName<'r> {
    /// Which direction the rule is for.
    pub direction: Direction,
    /// Whose end the rule governs.
    pub subject: SubjectId,
    /// The other ends.
    pub peers: &'r Endpoints,
}

impl ByName<'_> {
    /// The pods of which it is known what the names are: whom the rule is about then, and the pods.
    pub fn known<'s>(self, scope: &'s Scope, rules: &mut Ruleset) -> Vec<(SubjectId, Endpoints, &'s Running)> {
        let answering = match self.direction {
            Direction::Egress => self.peers.clone(),
            Direction::Ingress => rules.subject(self.subject).clone(),
        };
        let mut found = Vec::new();
        for running in self.running(scope) {
            let pods = Endpoints::Pods(running.pods.clone());
            let Some(own) = endpoints::intersection(Universe::unknown(), &answering, &pods) else { continue };
            found.push(match self.direction {
                Direction::Egress => (self.subject, own, running),
                Direction::Ingress => (rules.intern(own), self.peers.clone(), running),
            });
        }
        found
    }

    /// Until 1.19 an agent gives up on a name for egress for which any two pods of the cluster have different numbers
    /// (`namedPortMultiMap.GetNamedPort` in `pkg/types/portmap.go`, 1.16.0 to 1.19.4); since then each peer has its own.
    fn running(self, scope: &Scope) -> &[Running] {
        let together = scope.enforcer == EnforcerName::Cilium && scope.version < Version { major: 1, minor: 20 };
        if together && self.direction == Direction::Egress { &[] } else { &scope.running }
    }

    /// That of other pods it is not known.
    pub fn gap(self, name: &str, scope: &Scope, cause: CauseId) -> Gap {
        let reason = format!("which port `{name}` is depends on each pod's containers");
        Gap {
            peers: Some(self.peers.clone()),
            known: self.running(scope).iter().map(|running| Endpoints::Pods(running.pods.clone())).collect(),
            port: Some(name.to_ascii_lowercase().into()),
            ..Gap::new(self.subject, Some(self.direction), reason, cause)
        }
    }
}

/// An object that is being raised: what its causes and problems have in common.
pub(super) struct Origin {
    /// Its name.
    pub name: SmolStr,
    /// Its file.
    pub file: FileId,
}

impl Origin {
    /// Of an object.
    pub fn new(one: &Located<'_, '_>, scope: &Scope) -> Self {
        Self { name: name(&one.object, scope), file: one.file }
    }

    /// A cause within the object.
    pub fn cause(&self, rules: &mut Ruleset, text: SmolStr, range: Range) -> CauseId {
        rules.add_cause(Cause { text, object: Some(self.name.clone()), span: Some(range.span(self.file)) })
    }

    /// That the object is refused.
    pub fn refused(&self, refusal: Refusal) -> Problem {
        let Refusal { range, reason } = refusal;
        Problem { object: self.name.clone(), span: range.span(self.file), kind: ProblemKind::Refused, reason }
    }

    /// What of the object is dropped.
    pub fn dropped(&self, notes: Notes) -> impl Iterator<Item = Problem> + '_ {
        notes.dropped.into_iter().map(|(range, reason)| Problem {
            object: self.name.clone(),
            span: range.span(self.file),
            kind: ProblemKind::Dropped,
            reason,
        })
    }
}
