//! Assertions.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the facts of the message beside them; `span` is where it points")]
pub enum AssertionProblem {
    /// A flow passes that must not.
    Passes { span: Span, flow: String, because: Vec<(Span, String)> },
    /// A flow is stopped that must pass.
    Stopped { span: Span, flow: String, because: Vec<(Span, String)>, missing: Option<String> },
    /// The question has no answer.
    Undecided { span: Span, reason: String },
    /// An assertion about look-ups.
    LookUp { span: Span },
}

impl From<AssertionProblem> for Diagnostic {
    fn from(problem: AssertionProblem) -> Self {
        let with = |diagnostic: Self, because: Vec<(Span, String)>| {
            because.into_iter().fold(diagnostic, |diagnostic, (span, label)| diagnostic.also(span, label))
        };
        match problem {
            AssertionProblem::Passes { span, flow, because } => {
                with(Self::new(Code::E0801, span, format!("this does not hold: {flow} passes")), because)
                    .help("narrow what lets it pass, or mend the assertion")
            }
            AssertionProblem::Stopped { span, flow, because, missing } => {
                let stopped =
                    with(Self::new(Code::E0801, span, format!("this does not hold: {flow} is stopped")), because);
                match missing {
                    Some(sentence) => stopped.help(format!("to let it pass, write {sentence}")),
                    None => stopped.help("remove what stops it, or mend the assertion"),
                }
            }
            AssertionProblem::Undecided { span, reason } => {
                Self::new(Code::E0808, span, format!("this cannot be decided: {reason}"))
                    .note("an assertion that is not proved counts as one that fails")
                    .help("say it of fewer workloads or of simpler requests, one assertion for each")
            }
            AssertionProblem::LookUp { span } => {
                Self::new(Code::E0808, span, "an assertion is about who reaches whom, and look-ups are not decided")
                    .help("say who can reach whom: `assert A cannot reach B`")
            }
        }
    }
}
