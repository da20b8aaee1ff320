//! Names that are not there, or are there twice.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameProblem {
    /// Nothing of this name is in scope.
    Unknown {
        /// Where it is used.
        span: Span,
        /// The name.
        name: SmolStr,
        /// The nearest names in scope, best first.
        nearest: Vec<SmolStr>,
    },
}

impl From<NameProblem> for Diagnostic {
    fn from(problem: NameProblem) -> Self {
        match problem {
            NameProblem::Unknown { span, name, nearest } => {
                let mut diagnostic =
                    Self::new(Code::E0203, span, format!("`{name}` is not declared")).label("unknown name");
                for near in &nearest {
                    diagnostic = diagnostic.fix(format!("change to `{near}`"), span, near.as_str());
                }
                match nearest.first() {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic.help(format!("declare it: `workload {name}`")),
                }
            }
        }
    }
}
