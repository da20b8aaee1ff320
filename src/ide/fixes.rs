//! What can be mended: the fixes that findings know, at a place, and all of a file together.

use super::standing::touches;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::source::{FileId, Span};

/// The findings with a fix that a part of a file touches.
#[must_use]
pub fn at(findings: &[Diagnostic], within: Span) -> Vec<&Diagnostic> {
    let there = |span: Span| {
        span.file == within.file
            && (touches(span, within.start) || touches(within, span.start) || touches(span, within.end))
    };
    let fixable = findings.iter().filter(|finding| !finding.fixes.is_empty());
    fixable.filter(|finding| finding.primary.as_ref().is_some_and(|label| there(label.span))).collect()
}

/// The edits of all fixes of a file that are certain, as far as they do not overlap, in the order of their places. Of two
/// that do, the finding that stands first has its way; the other one is there to be found again.
#[must_use]
pub fn all(findings: &[Diagnostic], file: FileId) -> Vec<Edit> {
    let mut taken: Vec<Edit> = Vec::new();
    let certain = |fix: &&Fix| fix.certain && fix.edits.iter().all(|edit| edit.span.file == file);
    for finding in findings {
        let Some(fix) = finding.fixes.iter().find(certain) else { continue };
        let free = |edit: &Edit| !taken.iter().any(|other| overlap(other.span, edit.span));
        if fix.edits.iter().all(free) {
            taken.extend(fix.edits.iter().cloned());
        }
    }
    taken.sort_by_key(|edit| edit.span);
    taken
}

/// Whether two edits touch the same text, or insert at the same place.
fn overlap(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end || a.start == b.start
}
