//! What the cluster's enforcer cannot do, or would not do as the sentence says it.

use crate::diagnostic::{Code, Diagnostic};
use crate::enforcer::capability::{Feature, Obstacle};
use crate::policy::{EnforcerName, Version};
use crate::source::Span;
use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnforcerProblem {
    /// The enforcer, or this version of it, has no such rules.
    CannotDo {
        /// What needs it.
        span: Span,
        /// What is needed.
        feature: Feature,
        /// The cluster's enforcer.
        enforcer: EnforcerName,
        /// Its version.
        version: Version,
        /// Why it is not there.
        obstacle: Obstacle,
    },
    /// Nothing is known of this version.
    UnknownVersion {
        /// Where it is said; `None` for the command line.
        span: Option<Span>,
        /// The cluster's enforcer.
        enforcer: EnforcerName,
        /// The version.
        version: Version,
        /// The oldest and the newest version that the compiler knows.
        known: (Version, Version),
    },
    /// The enforcer has no feature of this name.
    UnknownFeature {
        /// The name, among the cluster's features.
        span: Span,
        /// It.
        name: SmolStr,
        /// The nearest name that is known, if one is near.
        nearest: Option<&'static str>,
        /// All that are known.
        known: Vec<&'static str>,
    },
    /// No selector of the enforcer can name this label.
    UnusableLabel {
        /// What selects by it.
        span: Span,
        /// The label's key.
        key: SmolStr,
        /// Why.
        reason: &'static str,
    },
    /// The expression for a request is larger than the proxy takes.
    RegexBudget {
        /// The sentence's object.
        span: Span,
        /// The expression.
        expression: String,
        /// The size of its program, in RE2's instructions.
        size: u32,
        /// The largest that the proxy takes.
        budget: u32,
    },
    /// An expression for a path that is no RE2, or that would match more or less than the path.
    Expression {
        /// The sentence's object.
        span: Span,
        /// The part that is wrong.
        part: SmolStr,
        /// Why.
        reason: String,
    },
    /// A plain allow for a peer and port whose requests another sentence narrows.
    PlainBesideRequests {
        /// The plain one.
        span: Span,
        /// The one with requests.
        requests: Span,
    },
    /// Two kinds of rules that the proxy cannot apply to one peer and port.
    TwoKinds {
        /// One.
        span: Span,
        /// What it asks of the traffic.
        kind: &'static str,
        /// The other.
        other: Span,
        /// What that asks.
        other_kind: &'static str,
    },
    /// A plain allow for a peer and port at which another sentence asks for a TLS server name.
    PlainBesideTlsName {
        /// The plain one.
        span: Span,
        /// The one with the name.
        named: Span,
    },
    /// Mutual authentication is on its way out.
    MutualAuthDeprecated {
        /// What asks for it.
        span: Span,
        /// The cluster's version.
        version: Version,
        /// The first version that has it no longer.
        until: Version,
    },
    /// A plain allow for a peer and port at which another sentence asks for mutual authentication.
    MutualAuthSpreads {
        /// The plain one.
        span: Span,
        /// The one that asks for it.
        asked: Span,
    },
}

impl From<EnforcerProblem> for Diagnostic {
    fn from(problem: EnforcerProblem) -> Self {
        use EnforcerProblem as P;
        match problem {
            P::CannotDo { span, feature, enforcer, version, obstacle } => {
                cannot_do(span, feature, enforcer, version, obstacle)
            }
            P::UnknownVersion { span, enforcer, version, known: (oldest, newest) } => {
                let message = format!("`{} {version}` is not a version that this compiler knows", enforcer.as_str());
                at(span, Code::E0602, message)
                    .note("what a version does with a policy is known only for versions that were looked at")
                    .help(format!("known are {oldest} to {newest}"))
            }
            P::UnknownFeature { span, name, nearest, known } => {
                let diagnostic = Self::new(Code::E0603, span, format!("`{name}` is not a feature of this enforcer"));
                match nearest {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                        format!("change to `{near}`"),
                        span,
                        near,
                    ),
                    None if known.is_empty() => diagnostic.help("it has none: leave the line out"),
                    None => diagnostic.help(format!("features are: {}", known.join(", "))),
                }
            }
            P::UnusableLabel { span, key, reason } => {
                Self::new(Code::E0604, span, format!("no policy can select by the label `{key}`"))
                    .note(reason)
                    .help("select by a label of your own, or by service account")
            }
            P::RegexBudget { span, expression, size, budget } => {
                Self::new(Code::E0605, span, "this request is too long for the proxy")
                    .note(format!(
                        "its expression `{expression}` has {size} instructions, and the proxy takes {budget}"
                    ))
                    .note("a proxy that refuses one expression refuses all rules of the workload")
                    .help("shorten it, for example by `*` for a segment or by `/**` for the rest")
                    .help("or raise the proxy's limit and say so among the cluster's facts: `regex-budget`")
            }
            P::Expression { span, part, reason } => {
                Self::new(Code::E0610, span, format!("the proxy cannot match a path by `{part}`")).note(reason)
            }
            P::PlainBesideRequests { span, requests } => {
                Self::new(Code::E0606, span, "this voids the request rules for the same peer and port")
                    .label("any traffic is allowed here")
                    .also(requests, "only these requests are allowed here")
                    .note("Cilium lets everything pass where a rule without requests fits the same peer and port")
                    .help("leave one of the two out, or give them different peers or ports")
            }
            P::TwoKinds { span, kind, other, other_kind } => {
                Self::new(Code::E0607, span, format!("{kind} and {other_kind} are asked of the same peer and port"))
                    .label(kind)
                    .also(other, other_kind)
                    .note("Cilium cannot merge them; it then computes no policy at all for the workload")
                    .help("give them different peers or ports")
            }
            P::PlainBesideTlsName { span, named } => {
                Self::new(Code::E0608, span, "the same peer and port are allowed with and without a TLS server name")
                    .label("without")
                    .also(named, "with")
                    .note("Cilium merges the two, and what then passes depends on the peer's other labels")
                    .help("leave one of the two out, or give them different peers or ports")
            }
            P::MutualAuthDeprecated { span, version, until } => {
                Self::new(Code::W0601, span, format!("mutual authentication is deprecated in Cilium {version}"))
                    .note(format!("it is likely to be gone in {until}, where this sentence is an error"))
            }
            P::MutualAuthSpreads { span, asked } => {
                Self::new(Code::W0602, span, "mutual authentication will be asked for here, too")
                    .also(asked, "asked for here")
                    .note("Cilium asks for it wherever any rule for the same peer and port does")
                    .help("say `with mutual auth` in both, or give them different peers or ports")
            }
        }
    }
}

fn at(span: Option<Span>, code: Code, message: String) -> Diagnostic {
    match span {
        Some(span) => Diagnostic::new(code, span, message),
        None => Diagnostic::global(code, message),
    }
}

fn cannot_do(span: Span, feature: Feature, enforcer: EnforcerName, version: Version, obstacle: Obstacle) -> Diagnostic {
    let (name, what) = (enforcer.as_str(), feature.what());
    let diagnostic = Diagnostic::new(Code::E0601, span, format!("{name} {version} has no {what}"));
    match obstacle {
        Obstacle::Since(since) => diagnostic.help(format!("{name} has it since {since}")),
        Obstacle::Until(until) => diagnostic.note(format!("{name} has it no longer since {until}")),
        Obstacle::NeedsFeature(flag) => diagnostic
            .note(format!("it is off in {name} unless the platform turns it on"))
            .help(format!("once it is on, say so among the cluster's facts: `features {flag}`")),
        Obstacle::Never(reason) => diagnostic.note(reason),
    }
}
