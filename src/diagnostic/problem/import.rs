//! Policies that cannot be said in sentences.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use smol_str::SmolStr;

/// See the module. The reasons are in the words of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportProblem {
    /// A part of an object that no sentence says.
    Unsayable {
        /// The place.
        span: Option<Span>,
        /// The object and the field: `egress[0] of CiliumNetworkPolicy shop/backend`.
        construct: SmolStr,
        /// Why not.
        reason: SmolStr,
    },
    /// What the sentences would mean is not what the policies mean.
    Differs {
        /// The places where the policies say otherwise.
        spans: Vec<Span>,
        /// The objects and fields.
        construct: SmolStr,
        /// The flow, and what becomes of it.
        reason: String,
    },
}

impl From<ImportProblem> for Diagnostic {
    fn from(problem: ImportProblem) -> Self {
        match problem {
            ImportProblem::Unsayable { span, construct, reason } => {
                let message = format!("`{construct}` has no sentence: {reason}");
                let found = match span {
                    Some(span) => Self::new(Code::E0134, span, message),
                    None => Self::global(Code::E0134, message),
                };
                found.help("leave this policy as it is beside the project's manifests, or change it first")
            }
            ImportProblem::Differs { spans, construct, reason } => {
                let message = format!("`{construct}` would not mean the same in sentences: {reason}");
                let mut spans = spans.into_iter();
                let mut found = match spans.next() {
                    Some(span) => Self::new(Code::E0135, span, message),
                    None => Self::global(Code::E0135, message),
                };
                for span in spans {
                    found = found.also(span, "and here");
                }
                found.note("nothing was written")
            }
        }
    }
}
