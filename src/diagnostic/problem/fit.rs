//! Where what is said does not fit what runs.

use crate::diagnostic::{Code, Diagnostic};
use crate::policy::PortRange;
use crate::source::Span;
use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the facts of the message beside them; `span` is where it points")]
pub enum FitProblem {
    /// Of no namespace that the project governs it is known what runs there.
    OtherNamespaces { namespaces: Vec<SmolStr> },
    /// A selector of a namespace selects nothing that runs there.
    NoPod {
        span: Span,
        namespace: SmolStr,
        name: SmolStr,
        /// What is asked of pods.
        asked: String,
        /// Whether what is near is hardly anything else than what was meant.
        sure: bool,
        near: Vec<NearLabel>,
        /// How many workloads run there.
        running: usize,
    },
    /// The names of a namespace's workloads stand under another key.
    OtherKey {
        span: Span,
        namespace: SmolStr,
        asked: SmolStr,
        key: SmolStr,
        count: usize,
        seen: Seen,
        /// The key of `workloads by`, where the namespace has that.
        said: Option<Span>,
        /// The namespace's header.
        header: Span,
    },
    /// Pods run as another account than is said.
    OtherAccount {
        span: Span,
        namespace: SmolStr,
        name: SmolStr,
        account: SmolStr,
        accounts: Vec<(SmolStr, Seen)>,
        /// Whether labels select them; else the accounts are those of nearly that name.
        labelled: bool,
    },
    /// A port of a Service, whose pods listen on another.
    ServicePort { span: Span, port: PortRange, target: PortRange, seen: Seen, edit: Option<(Span, String)> },
    /// A port that no container declares.
    UndeclaredPort { span: Span, port: PortRange, declared: Vec<String>, seen: Vec<Seen> },
    /// A name of a port that is another number in a container.
    OtherNumber {
        span: Span,
        name: SmolStr,
        port: PortRange,
        numbers: Vec<(u16, Seen)>,
        /// Whether it is the said number in other containers.
        says: bool,
    },
    /// Pods of which sentences speak, on the host network.
    HostNetwork { span: Span, name: SmolStr, all: bool, seen: Vec<Seen> },
    /// Workloads that an isolated namespace does not isolate.
    NotBound { span: Span, namespace: SmolStr, seen: Vec<Seen> },
    /// Workloads of which no sentence speaks.
    Unspoken { span: Span, namespace: SmolStr, seen: Vec<Seen> },
    /// A namespace's label, as it is declared, is not its object's.
    NamespaceLabel {
        span: Span,
        namespace: SmolStr,
        key: SmolStr,
        value: SmolStr,
        has: Option<SmolStr>,
        edit: Span,
        seen: Seen,
    },
    /// A workload to which sentences lead, and no Service.
    NoService { span: Span, name: SmolStr, seen: Seen },
    /// A Service that stands for a name outside; whether a sentence leads to that name.
    ExternalName { span: Span, namespace: SmolStr, service: SmolStr, name: SmolStr, opened: bool, seen: Seen },
}

/// An object of a manifest, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Deployment `api`
    pub what: SmolStr,
    /// Its name in its manifest.
    pub span: Span,
}

/// A label that pods have, in place of one that they lack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearLabel {
    /// Its key.
    pub key: SmolStr,
    /// Its value.
    pub value: SmolStr,
    /// Whose pods.
    pub seen: Seen,
    /// What to write where.
    pub edit: Option<(Span, String)>,
}

/// How many objects a finding points at.
const SHOWN: usize = 3;

/// How many objects a finding names.
const NAMED: usize = 10;

impl From<FitProblem> for Diagnostic {
    fn from(problem: FitProblem) -> Self {
        match problem {
            FitProblem::OtherNamespaces { namespaces } => {
                let shown: Vec<String> = namespaces.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
                let message = "what runs is in other namespaces than the project's: nothing is held against it";
                Self::global(Code::W1010, message)
                    .note(format!("workloads are in {}", shown.join(", ")))
                    .help("manifests without `metadata.namespace` are in `default`: render them with their namespace")
            }
            FitProblem::NoPod { span, namespace, name, asked, sure, near, running } => {
                no_pod(span, &namespace, &name, &asked, sure, near, running)
            }
            FitProblem::OtherKey { span, namespace, asked, key, count, seen, said, header } => {
                let message = format!("the pods of {count} workloads of `{namespace}` have their names under `{key}`");
                let found = Self::new(Code::E1001, span, message)
                    .label(format!("no pod has it as `{asked}`"))
                    .also(seen.span, format!("{} has `{key}`", seen.what))
                    .help(format!("say so in a file of `{namespace}`: `workloads by {key}`"));
                match said {
                    Some(said) => found.fix(format!("change to `{key}`"), said, key.as_str()),
                    None => {
                        let line = format!("workloads by {key}");
                        found.insert_line(format!("say `workloads by {key}`"), header, &line)
                    }
                }
            }
            FitProblem::OtherAccount { span, namespace, name, account, accounts, labelled } => {
                let message = format!("no pod of `{name}` runs as serviceaccount `{account}` in `{namespace}`");
                let mut found = Self::new(Code::E1002, span, message);
                let near: Vec<String> = accounts.iter().map(|(account, _)| format!("`{account}`")).collect();
                for (account, seen) in accounts {
                    found = found.also(seen.span, format!("{} runs as `{account}`", seen.what)).fix(
                        format!("change to `{account}`"),
                        span,
                        account.as_str(),
                    );
                }
                let near = near.join(" or ");
                found.help(if labelled { format!("its pods run as {near}") } else { format!("did you mean {near}?") })
            }
            FitProblem::ServicePort { span, port, target, seen, edit } => {
                let message = format!("`{port}` is the port of a Service, and its pods listen on `{target}`");
                let found = Self::new(Code::E1003, span, message)
                    .also(seen.span, format!("{} leads from {port} to {target}", seen.what))
                    .note("a policy sees the port at the pod: what the Service says is translated before")
                    .help(format!("write `{target}`"));
                match edit {
                    Some((place, text)) => found.fix(format!("change to `{text}`"), place, text),
                    None => found,
                }
            }
            FitProblem::UndeclaredPort { span, port, declared, seen } => {
                let found = Self::new(Code::W1003, span, format!("no container of these pods declares `{port}`"));
                let found = point(found, seen, "has no such port");
                found
                    .note(format!("declared are {}", declared.join(", ")))
                    .help("write one of these, or declare the port where the container listens on it")
            }
            FitProblem::OtherNumber { span, name, port, numbers, says } => {
                let list: Vec<String> = numbers.iter().map(|(number, _)| number.to_string()).collect();
                let list = list.join(" and ");
                let message = if says {
                    format!("`{name}` is `{port}` in some of these pods, and {list} in others")
                } else {
                    format!("`{name}` is {list} in the pods, and not `{port}`")
                };
                let mut found = Self::new(Code::W1004, span, message);
                let only = numbers.len() == 1 && !says;
                for (number, seen) in numbers {
                    found = found.also(seen.span, format!("in {} it is {number}", seen.what));
                    if only {
                        found = found.fix(format!("change to `{number}`"), span, number.to_string());
                    }
                }
                if says {
                    found.note(format!("sentences that say `:{name}` are about `{port}` alone")).help(
                        "give the same port the same number, or declare workloads of their own, or serve both: \
                         one name may stand twice",
                    )
                } else {
                    found.help(format!("write `{name} {list}`"))
                }
            }
            FitProblem::HostNetwork { span, name, all: true, seen } => {
                let message =
                    format!("the pods of `{name}` are on the host network: no policy about pods is about them");
                point(Self::new(Code::E1005, span, message), seen, "has `hostNetwork: true`")
                    .note("they have their node's address, and are the node to policies")
                    .help("speak of the node: `nodes` or `host, remote-node` reach and are reached in their stead")
            }
            FitProblem::HostNetwork { span, name, all: false, seen } => {
                let message =
                    format!("some pods of `{name}` are on the host network: no policy about pods is about these");
                point(Self::new(Code::W1005, span, message), seen, "has `hostNetwork: true`")
                    .note("they have their node's address, and are the node to policies")
                    .help("let the labels leave them out, and speak of the node for these")
            }
            FitProblem::NotBound { span, namespace, seen } => {
                let message = format!("`{namespace}` does not isolate {}, on the host network", list(&seen));
                point(Self::new(Code::H1005, span, message), seen, "has `hostNetwork: true`")
                    .note("they have their node's address, and are the node to policies")
                    .help("what may reach them is up to the host firewall: `nodes … enforcing ingress`")
            }
            FitProblem::Unspoken { span, namespace, seen } => {
                let message = format!("`{namespace}` isolates {}, of which no sentence speaks", list(&seen));
                point(Self::new(Code::W1006, span, message), seen, "will be cut off")
                    .note("they reach nobody, and only their own node reaches them")
                    .help("say what they may reach and who may reach them")
            }
            FitProblem::NamespaceLabel { span, namespace, key, value, has, edit, seen } => {
                let message = match &has {
                    Some(has) => format!("namespace `{namespace}` has `{key}: {has}`, and not `{key}: {value}`"),
                    None => format!("namespace `{namespace}` has no label `{key}`"),
                };
                let found = Self::new(Code::E1007, span, message)
                    .also(seen.span, "its object")
                    .note("who selects namespaces by this label does not select this one")
                    .help(format!("set it in the cluster: `kubectl label namespace {namespace} {key}={value}`"));
                match has {
                    Some(has) => found.fix(format!("change to `{has}`"), edit, format!("\"{has}\"")),
                    None => found,
                }
            }
            FitProblem::NoService { span, name, seen } => {
                Self::new(Code::H1008, span, format!("no Service leads to `{name}`: nobody can look it up by name"))
                    .also(seen.span, format!("{} is known by its address alone", seen.what))
                    .help("nothing is wrong where callers know the pods' addresses, as scrapers do")
            }
            FitProblem::ExternalName { span, namespace, service, name, opened: false, seen } => {
                let message =
                    format!("Service `{service}` stands for `{name}`, and no sentence of `{namespace}` leads there");
                Self::new(Code::H1009, span, message)
                    .also(seen.span, "it stands here")
                    .help(format!("say who may: `… may reach {name}:443`"))
            }
            FitProblem::ExternalName { span, service, name, namespace, opened: true, seen } => {
                let message = format!("who calls `{name}` by its Service `{service}` is not let through by this");
                Self::new(Code::H1009, span, message)
                    .also(seen.span, "it stands here")
                    .note(format!(
                        "they ask for `{service}.{namespace}.svc`, and Cilium knows an address by the name that was asked \
                         for, never by a name that the answer leads on to"
                    ))
                    .help(format!("let them call `{name}` itself"))
            }
        }
    }
}

fn no_pod(
    span: Span,
    namespace: &str,
    name: &str,
    asked: &str,
    sure: bool,
    near: Vec<NearLabel>,
    running: usize,
) -> Diagnostic {
    let code = if sure { Code::E1001 } else { Code::W1001 };
    let mut found = Diagnostic::new(code, span, format!("no pod that runs in `{namespace}` is `{name}`"))
        .label(format!("selects `{asked}`"));
    let labels: Vec<String> = near.iter().map(|near| format!("`{}: {}`", near.key, near.value)).collect();
    let only = near.len() == 1;
    for near in near.into_iter().take(SHOWN) {
        let label = format!("{}: {}", near.key, near.value);
        found = found.also(near.seen.span, format!("{} has `{label}`", near.seen.what));
        if let Some((place, text)) = near.edit.filter(|_| only) {
            found = found.fix(format!("select `{label}`"), place, text);
        }
    }
    let found = if labels.is_empty() {
        found.note(format!(
            "{} there",
            if running == 1 { "1 workload runs".into() } else { format!("{running} workloads run") }
        ))
    } else {
        found.help(format!("did you mean {}?", labels.join(" or ")))
    };
    found.note("what is said of it is about nobody: neither `may` nor `may not` binds a pod")
}

/// Points at the first objects.
fn point(found: Diagnostic, seen: Vec<Seen>, text: &str) -> Diagnostic {
    seen.into_iter().take(SHOWN).fold(found, |found, seen| found.also(seen.span, format!("{} {text}", seen.what)))
}

/// Deployment `a`, Job `b` and 3 more
fn list(seen: &[Seen]) -> String {
    let mut names: Vec<String> = seen.iter().map(|seen| seen.what.to_string()).collect();
    if names.len() > NAMED {
        let more = names.split_off(NAMED - 1).len();
        names.push(format!("{more} more"));
    }
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
