//! What sentences come to together.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the facts of the message beside them; `span` is where it points")]
pub enum MeaningProblem {
    /// A sentence that these and so many more cover, about flows such as this.
    Covered { span: Span, by: Vec<Span>, more: usize, deny: bool, flow: Option<String> },
    /// An `expose` of which these others have all.
    Exposed { span: Span, by: Vec<Span> },
    /// A workload that serves ports, and nobody can reach it.
    Unreached { span: Span, workload: SmolStr },
    /// A workload that is isolated both ways, and no sentence opens it.
    CutOff { span: Span, workload: SmolStr },
    /// Two workloads, of the names, with pods in common; a flow of such a pod that only the `able` one may have.
    Shared { span: Span, other: Span, names: [SmolStr; 2], more: usize, flow: String, able: SmolStr, unable: SmolStr },
    /// A sentence towards pods of many namespaces, such as the one that is declared there, of which none lets it in.
    LetInNowhere { span: Span, namespace: Span, flow: String },
}

impl From<MeaningProblem> for Diagnostic {
    fn from(problem: MeaningProblem) -> Self {
        match problem {
            MeaningProblem::Covered { span, by, more, deny, flow } => {
                let what = if deny { "denied" } else { "allowed" };
                let (message, place) = match by.len() {
                    1 => (format!("another sentence has all of this {what}"), format!("{what} here")),
                    _ => (format!("other sentences have all of this {what}"), format!("a part is {what} here")),
                };
                let finding = Self::new(Code::H0303, span, message).label("says nothing new");
                let finding = by.into_iter().fold(finding, |finding, by| finding.also(by, place.clone()));
                let finding = if more > 0 { finding.note(format!("and by {more} more")) } else { finding };
                let finding =
                    flow.into_iter().fold(finding, |finding, flow| finding.note(format!("for example {flow}")));
                finding.help("remove it, or make the other one narrower").remove("remove the sentence", span).certain()
            }
            MeaningProblem::Exposed { span, by } => {
                let finding = Self::new(Code::H0303, span, "all of this is exposed already").label("says nothing new");
                let finding = by.into_iter().fold(finding, |finding, by| finding.also(by, "exposed here"));
                finding.help("remove it, or make the other one narrower").remove("remove the sentence", span).certain()
            }
            MeaningProblem::Unreached { span, workload } => {
                Self::new(Code::H0304, span, format!("`{workload}` serves ports, and nobody can reach it"))
                    .label("isolated, and no sentence lets anybody in")
                    .note("others of its namespace are reached; the local node reaches every pod")
                    .help(format!("say who may: `… may reach {workload}:…`"))
            }
            MeaningProblem::CutOff { span, workload } => {
                Self::new(Code::H0305, span, format!("`{workload}` reaches nobody, and nobody reaches it"))
                    .label("isolated, and no sentence opens it")
                    .note("others of its namespace are not cut off; the local node reaches every pod")
                    .help("say what it may reach and who may reach it, or remove it")
            }
            MeaningProblem::Shared { span, other, names: [name, partner], more, flow, able, unable } => {
                let others = match more {
                    0 => format!("`{partner}`"),
                    more => format!("`{partner}` and {more} more"),
                };
                Self::new(Code::H0306, span, format!("a pod can be of `{name}` and of {others}"))
                    .also(other, "the other one")
                    .note(format!("such a pod may what either may; only `{able}` allows, and not `{unable}`: {flow}"))
                    .help("let their labels exclude each other, such as by `!key` or another value of the same key")
            }
            MeaningProblem::LetInNowhere { span, namespace, flow } => {
                Self::new(Code::H0307, span, "no declared namespace lets this in")
                    .label("opened at this end only")
                    .also(namespace, "isolated here, without consent to this")
                    .note(format!("for example {flow}"))
                    .help("let their files `expose` it, or a platform file grant it with `may always`")
            }
        }
    }
}
