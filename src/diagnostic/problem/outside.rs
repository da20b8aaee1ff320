//! Addresses and DNS names.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use ipnet::IpNet;
use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the facts of the message beside them; `span` is where it points")]
pub enum OutsideProblem {
    /// An exception that takes nothing away.
    ExceptOutside { span: Span },
    /// An exception of another kind than what it is taken from.
    ExceptOfAnotherKind { span: Span, whole: Span, names: bool },
    /// An exception that takes everything away.
    NothingLeft { span: Span },
    /// A member of an `external` that is not outside.
    NotOutside { span: Span },
    /// A DNS name under the cluster's domain.
    ClusterName { span: Span, name: SmolStr, domain: SmolStr, workload: Option<SmolStr> },
    /// The name of a Service, by which the pods of a workload are called.
    ServiceName { span: Span, name: SmolStr, workload: SmolStr },
    /// A deny by DNS name.
    DenyByName { span: Span, name: SmolStr },
    /// `resolve` by something that has no pods here.
    CannotResolve { span: Span },
    /// A range that is the pods'.
    PodRange { span: Span, net: IpNet, pods: IpNet },
    /// Cluster DNS that may reach no upstream.
    DnsWithoutUpstream { span: Span, namespace: SmolStr },
    /// Every address, and no name.
    NoNames { span: Span },
    /// HTTP requests to a name on a port that speaks TLS.
    RequestOnTlsPort { span: Span, name: SmolStr },
}

/// The name at the start of a place, without its ports.
fn first(span: Span, name: &str) -> Span {
    let length = u32::try_from(name.len()).unwrap_or(u32::MAX);
    Span { end: span.start.saturating_add(length).min(span.end), ..span }
}

impl From<OutsideProblem> for Diagnostic {
    fn from(problem: OutsideProblem) -> Self {
        match problem {
            OutsideProblem::ExceptOutside { span } => Self::new(Code::E0501, span, "this exception takes nothing away")
                .note("kubernetes refuses an exception outside its range; elsewhere it would hide a mistake")
                .help("remove it, or correct what it is taken from")
                .remove("remove the exception", span),
            OutsideProblem::ExceptOfAnotherKind { span, whole, names } => {
                let diagnostic =
                    Self::new(Code::E0502, span, "this exception is of another kind than what it is taken from")
                        .also(whole, "it cannot be taken from this");
                if names {
                    diagnostic
                        .note("where a name leads is decided by its owner, so no address can be taken from it")
                        .help("write the name in a sentence of its own")
                } else {
                    diagnostic.help("take addresses from addresses (`0.0.0.0/0, [::/0] except …`) and pods from pods")
                }
            }
            OutsideProblem::NothingLeft { span } => Self::new(Code::E0503, span, "this exception leaves nothing")
                .note("an empty list of peers means everything to some enforcers and nothing to others")
                .help("remove the sentence, or the exception"),
            OutsideProblem::NotOutside { span } => {
                Self::new(Code::E0504, span, "an `external` holds DNS names and addresses")
                    .help("name workloads with `group`")
            }
            OutsideProblem::ClusterName { span, name, domain, workload } => {
                let found =
                    Self::new(Code::E0505, span, format!("`{name}` is a name of the cluster itself (`{domain}`)"))
                        .note("cilium never matches pods by DNS name, so the rule would allow nothing")
                        .help("name the workload: `NAMESPACE/NAME:PORT`");
                match workload {
                    Some(workload) => found.fix(format!("change to `{workload}`"), first(span, &name), workload),
                    None => found,
                }
            }
            OutsideProblem::ServiceName { span, name, workload } => Self::new(
                Code::E0505,
                span,
                format!("`{name}` is a name of the cluster itself: it leads to `{workload}`"),
            )
            .note("cilium never matches pods by DNS name, so the rule would allow nothing")
            .help(format!("name the workload: `{workload}:PORT`"))
            .fix(format!("change to `{workload}`"), first(span, &name), workload),
            OutsideProblem::DenyByName { span, name } => {
                Self::new(Code::E0506, span, format!("a deny cannot follow the DNS name `{name}`"))
                    .note(
                        "whoever is denied would ask for another name of the same address; no enforcer has such a rule",
                    )
                    .help("deny its addresses, or cap what may be reached: `… may only reach …`")
            }
            OutsideProblem::CannotResolve { span } => {
                Self::new(Code::E0507, span, "only pods that this file governs look names up here")
                    .help("name a workload")
            }
            OutsideProblem::PodRange { span, net, pods } => {
                Self::new(Code::E0508, span, format!("`{net}` lies in the range of the cluster's pods (`{pods}`)"))
                    .note("cilium matches addresses only outside the cluster, so the rule would match nothing")
                    .help("name the workload: `NAMESPACE/NAME:PORT`")
            }
            OutsideProblem::DnsWithoutUpstream { span, namespace } => Self::new(
                Code::E0509,
                span,
                format!("the cluster's DNS in `{namespace}` is isolated and may reach no upstream"),
            )
            .note("every look-up of an outside name in the cluster would fail")
            .help("open it: `coredns may reach 10.0.0.2:[53, 53/udp]` with the address of its upstream"),
            OutsideProblem::NoNames { span } => Self::new(Code::H0501, span, "addresses let no name be looked up")
                .note("look-ups are allowed for the names that sentences mention, and an address mentions none")
                .help("if names are used, say which: `… may resolve api.example.com`, or `… may resolve any name`"),
            OutsideProblem::RequestOnTlsPort { span, name } => {
                Self::new(Code::E0510, span, format!("requests to `{name}` on port 443 are within TLS"))
                    .note("the proxy sees no request in it and would refuse the connection")
                    .help("write `may reach`, with `with tls name` where the enforcer has it")
            }
        }
    }
}
