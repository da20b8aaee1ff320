//! What is wrong with manifests that are read.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use smol_str::SmolStr;

/// See the module. The reasons are those of the reader, in the words of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManifestProblem {
    /// A document, or an entry of a list, cannot be read.
    Unreadable {
        /// The place.
        span: Span,
        /// Why.
        reason: String,
        /// What to do about it.
        help: Option<&'static str>,
        /// Where a key that occurs twice stands first.
        first: Option<Span>,
    },
    /// The API server or the agent refuses an object.
    Refused {
        /// The place.
        span: Span,
        /// The object: `CiliumNetworkPolicy shop/backend`.
        object: SmolStr,
        /// Whether it is a policy: what it says is then enforced by nobody.
        policy: bool,
        /// Why.
        reason: String,
    },
    /// A part of an object is dropped in silence.
    Dropped {
        /// The place.
        span: Span,
        /// The object.
        object: SmolStr,
        /// Why.
        reason: String,
    },
    /// A policy of a kind that is not read, or that the enforcer does not enforce.
    NotRead {
        /// The place.
        span: Span,
        /// The object.
        object: SmolStr,
        /// Why.
        reason: String,
    },
}

impl From<ManifestProblem> for Diagnostic {
    fn from(problem: ManifestProblem) -> Self {
        match problem {
            ManifestProblem::Unreadable { span, reason, help, first } => {
                let mut found = Self::new(Code::E0130, span, reason);
                if let Some(first) = first {
                    found = found.also(first, "it stands here first");
                }
                match help {
                    Some(help) => found.help(help),
                    None => found,
                }
            }
            ManifestProblem::Refused { span, object, policy, reason } => {
                let found = Self::new(Code::W0131, span, format!("`{object}` is refused: {reason}"));
                if policy {
                    found.note("it enforces nothing, and is taken for absent here")
                } else {
                    found.note("it is taken for absent here")
                }
            }
            ManifestProblem::Dropped { span, object, reason } => {
                Self::new(Code::W0132, span, format!("a part of `{object}` is dropped: {reason}"))
                    .note("the rest of the object is enforced")
            }
            ManifestProblem::NotRead { span, object, reason } => {
                Self::new(Code::W0133, span, format!("`{object}` is left out: {reason}"))
                    .note("what it allows or denies is not part of the answer")
            }
        }
    }
}
