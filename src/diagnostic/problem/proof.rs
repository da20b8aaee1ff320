//! Manifests that do not mean what the sentences mean: faults of the compiler, found before anything is written.

use crate::diagnostic::{Code, Diagnostic};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProofProblem {
    /// They treat a flow differently.
    Differs {
        /// The end at which they do.
        end: String,
        /// The flow.
        flow: String,
        /// What only one of them does, after "the sentences".
        what: &'static str,
        /// Whether the sentences do it; if not, the manifests do.
        said: bool,
    },
    /// Whether they do is not decided.
    Undecided {
        /// Why.
        reason: String,
    },
    /// The enforcer would refuse an object.
    Refused {
        /// Which.
        object: String,
        /// Why.
        reason: String,
    },
    /// A manifest cannot be read.
    Unreadable {
        /// Why.
        reason: String,
    },
}

impl From<ProofProblem> for Diagnostic {
    fn from(problem: ProofProblem) -> Self {
        let found = Self::global(Code::E0690, "the manifests would not mean what the sentences say");
        let found = match problem {
            ProofProblem::Differs { end, flow, what, said } => {
                let (one, other) = if said { ("sentences", "manifests") } else { ("manifests", "sentences") };
                found
                    .note(format!("the flow is {flow}"))
                    .note(format!("at {end} the {one} {what}, and the {other} do not"))
            }
            ProofProblem::Undecided { reason } => found.note(format!("whether they do is not decided: {reason}")),
            ProofProblem::Refused { object, reason } => found.note(format!("{object} would be refused: {reason}")),
            ProofProblem::Unreadable { reason } => found.note(format!("one cannot be read: {reason}")),
        };
        found
            .note("this is a fault of ztp and not of your sentences; nothing was written")
            .help("report it with the sentences, if you can; until it is mended, try to say them in another way")
    }
}
