//! `accept CODE because "…"`: a waiver takes one finding from the next sentence.

use crate::diagnostic::problem::dates::DateProblem;
use crate::diagnostic::{Code, Diagnostic, Severity, has_errors};
use crate::resolve::nearest;
use crate::source::Span;
use crate::syntax::ast::{Date, ItemKind, Tree};
use smol_str::SmolStr;

/// Errors that may be accepted: the manifests mean what the sentence says, but it takes a risk that somebody must
/// want, or does not fit what runs, which may be about to change. Warnings and hints always may.
const ACCEPTABLE_ERRORS: [&str; 7] = ["E0622", "E0701", "E1001", "E1002", "E1003", "E1005", "E1007"];

/// Whether a waiver can take findings of this code away.
#[must_use]
pub fn can_accept(code: Code) -> bool {
    code.severity() != Severity::Error || ACCEPTABLE_ERRORS.contains(&code.as_str())
}

/// Whether there is an error that no waiver takes away.
#[must_use]
pub fn none_can_help(diagnostics: &[Diagnostic]) -> bool {
    let refuses = |finding: &Diagnostic| {
        finding.severity() == Severity::Error && !ACCEPTABLE_ERRORS.contains(&finding.code.as_str())
    };
    diagnostics.iter().any(refuses)
}

/// One waiver and the sentence that it is for.
pub struct Waiver {
    code: Code,
    span: Span,
    target: Span,
}

/// Takes the findings out that a waiver accepts, and reports waivers that do nothing. `elsewhere` is what was found beside
/// the `diagnostics`; `with_inventory` is whether anything was held against what runs.
pub fn apply(waivers: Vec<Waiver>, elsewhere: &[Diagnostic], with_inventory: bool, diagnostics: &mut Vec<Diagnostic>) {
    let mut unused = Vec::new();
    for waiver in waivers {
        let before = diagnostics.len();
        diagnostics.retain(|diagnostic| {
            let here = diagnostic.primary.as_ref().is_some_and(|label| within(label.span, waiver.target));
            !(here && diagnostic.code == waiver.code)
        });
        if diagnostics.len() == before && (with_inventory || !waiver.code.is_of_inventory()) {
            let code = SmolStr::new_static(waiver.code.as_str());
            unused.push(DateProblem::UnusedWaiver { span: waiver.span, code }.into());
        }
    }
    // Beside an error, a finding can be missing that comes back once the error is mended.
    if !has_errors(diagnostics) && !has_errors(elsewhere) {
        diagnostics.append(&mut unused);
    }
}

fn within(inner: Span, outer: Span) -> bool {
    inner.file == outer.file && outer.start <= inner.start && inner.end <= outer.end
}

/// Every waiver that is one; the others are reported.
pub fn read(trees: &[&Tree], today: Option<Date>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Waiver> {
    let mut found = Vec::new();
    for section in trees.iter().flat_map(|tree| &tree.sections) {
        for (index, item) in section.items.iter().enumerate() {
            let ItemKind::Accept(accept) = &item.kind else { continue };
            let span = item.span.0;
            let rest = section.items.get(index + 1..).unwrap_or_default();
            let target = rest.iter().find(|next| !matches!(next.kind, ItemKind::Accept(_)));
            let Some(target) = target else {
                diagnostics.push(DateProblem::WaiverOfNothing { span }.into());
                continue;
            };
            let word = &accept.code.value;
            let Some(code) = Code::parse(word) else {
                let known = Code::ALL.iter().map(|code| code.as_str());
                let near = nearest(&word.to_uppercase(), known).first().map(|code| SmolStr::from(*code));
                let problem = DateProblem::UnknownCode { span: accept.code.span, code: word.clone(), nearest: near };
                diagnostics.push(problem.into());
                continue;
            };
            if !can_accept(code) {
                let code = SmolStr::new_static(code.as_str());
                diagnostics.push(DateProblem::CannotAccept { span: accept.code.span, code, waiver: span }.into());
                continue;
            }
            if accept.clauses.because.is_none() {
                diagnostics.push(DateProblem::WaiverWithoutReason { span }.into());
                continue;
            }
            if let (Some(until), Some(today)) = (&accept.clauses.until, today)
                && until.value < today
            {
                let date = until.value.to_string().into();
                diagnostics.push(DateProblem::WaiverExpired { span, date }.into());
                continue;
            }
            found.push(Waiver { code, span, target: target.span.0 });
        }
    }
    found
}
