//! `textDocument/formatting` and `textDocument/rangeFormatting`: the one canonical spelling.

use crate::protocol::{DocumentFormattingParams, DocumentRangeFormattingParams, TextEdit};
use crate::snapshot::Snapshot;
use ztp::diagnostic::Edit;
use ztp::ide::format;

/// The lines that are spelled otherwise; no answer for a file with a sentence that cannot be read.
pub fn answer(snapshot: &Snapshot, params: &DocumentFormattingParams) -> Option<Vec<TextEdit>> {
    let file = snapshot.file(&params.text_document.uri)?;
    Some(shown(snapshot, format::format(&file)?))
}

/// Those within a range.
pub fn range(snapshot: &Snapshot, params: &DocumentRangeFormattingParams) -> Option<Vec<TextEdit>> {
    let file = snapshot.file(&params.text_document.uri)?;
    let within = snapshot.span(file.id, params.range)?;
    Some(shown(snapshot, format::format_range(&file, within)?))
}

fn shown(snapshot: &Snapshot, edits: Vec<Edit>) -> Vec<TextEdit> {
    edits.into_iter().map(|edit| snapshot.edit(edit.span, edit.text)).collect()
}
