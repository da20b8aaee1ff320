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
        /// Where the enforcer is said.
        span: Option<Span>,
        /// The name.
        name: SmolStr,
        /// The nearest name that is known, if one is near.
        nearest: Option<&'static str>,
        /// All that are known.
        known: Vec<&'static str>,
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
                let diagnostic = at(span, Code::E0603, format!("`{name}` is not a feature of this enforcer"));
                match nearest {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None if known.is_empty() => diagnostic.help("it has none: leave the line out"),
                    None => diagnostic.help(format!("features are: {}", known.join(", "))),
                }
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
