//! Dates and waivers.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the facts of the message beside them; `span` is where it points")]
pub enum DateProblem {
    /// A sentence after its date, in `check`.
    Expired { span: Span, until: Span, date: SmolStr },
    /// The same in `build`.
    ExpiredKept { span: Span, until: Span, date: SmolStr },
    /// The same with `--drop-expired`.
    Dropped { span: Span, until: Span, date: SmolStr },
    /// A waiver for a code that is none.
    UnknownCode { span: Span, code: SmolStr, nearest: Option<SmolStr> },
    /// A waiver for something that cannot be waived.
    CannotAccept { span: Span, code: SmolStr, waiver: Span },
    /// A waiver after its date.
    WaiverExpired { span: Span, date: SmolStr },
    /// A waiver that waives nothing.
    UnusedWaiver { span: Span, code: SmolStr },
    /// A waiver with no sentence after it.
    WaiverOfNothing { span: Span },
    /// A waiver without its reason.
    WaiverWithoutReason { span: Span },
}

impl From<DateProblem> for Diagnostic {
    fn from(problem: DateProblem) -> Self {
        match problem {
            DateProblem::Expired { span, until, date } => {
                Self::new(Code::E0802, span, format!("this sentence ended on {date}"))
                    .also(until, "the last day")
                    .help("remove the sentence, or set a later date")
                    .remove("remove the sentence", span)
            }
            DateProblem::ExpiredKept { span, until, date } => {
                Self::new(Code::W0801, span, format!("this sentence ended on {date} and is still in force"))
                    .also(until, "the last day")
                    .help("remove the sentence, set a later date, or build with `--drop-expired`")
                    .remove("remove the sentence", span)
            }
            DateProblem::Dropped { span, until, date } => {
                Self::new(Code::H0801, span, format!("this sentence ended on {date} and is left out"))
                    .also(until, "the last day")
                    .remove("remove the sentence", span)
            }
            DateProblem::UnknownCode { span, code, nearest } => {
                let diagnostic = Self::new(Code::E0803, span, format!("there is no code `{code}`"));
                match nearest {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                        format!("change to `{near}`"),
                        span,
                        near,
                    ),
                    None => diagnostic.help("write the code of the finding: `accept E0701 because \"…\"`"),
                }
            }
            DateProblem::CannotAccept { span, code, waiver } => {
                Self::new(Code::E0804, span, format!("`{code}` cannot be accepted"))
                    .note("the manifests would not mean what the sentence says")
                    .help(format!("`ztp explain {code}` says what to write instead"))
                    .remove("remove the waiver", waiver)
            }
            DateProblem::WaiverExpired { span, date } => {
                Self::new(Code::E0805, span, format!("this waiver ended on {date}"))
                    .help("remove it and mend the sentence, or set a later date")
                    .remove("remove the waiver", span)
            }
            DateProblem::UnusedWaiver { span, code } => {
                Self::new(Code::W0802, span, format!("the next sentence has no finding `{code}`"))
                    .help("remove the waiver")
                    .remove("remove the waiver", span)
                    .certain()
            }
            DateProblem::WaiverOfNothing { span } => {
                Self::new(Code::E0806, span, "a waiver stands right before the sentence that it is for")
                    .help("move it there, or remove it")
                    .remove("remove the waiver", span)
            }
            DateProblem::WaiverWithoutReason { span } => {
                Self::new(Code::E0807, span, "a waiver says why").help("add `because \"…\"`")
            }
        }
    }
}
