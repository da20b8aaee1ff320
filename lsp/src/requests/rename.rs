//! `textDocument/rename` and `textDocument/prepareRename`. A refusal is an error with its reason, which clients show.

use crate::protocol::{PrepareRenameResponse, RenameParams, TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit};
use crate::snapshot::Snapshot;
use std::collections::BTreeMap;
use ztp::ide::{self, Refusal};

/// The name that would be another.
pub fn prepare(
    snapshot: &Snapshot,
    params: &TextDocumentPositionParams,
) -> Option<Result<PrepareRenameResponse, Refusal>> {
    let (file, offset) = snapshot.place(params)?;
    let prepared = ide::prepare_rename(&snapshot.workspace, &file, offset).transpose()?;
    Some(prepared.map(|prepared| PrepareRenameResponse::RangeWithPlaceholder {
        range: snapshot.range(prepared.span),
        placeholder: prepared.name.to_string(),
    }))
}

/// The edits, by file.
pub fn answer(snapshot: &Snapshot, params: &RenameParams) -> Option<Result<WorkspaceEdit, Refusal>> {
    let (file, offset) = snapshot.place(&params.text_document_position)?;
    let edits = match ide::rename(&snapshot.workspace, &file, offset, &params.new_name) {
        Ok(edits) => edits,
        Err(refusal) => return Some(Err(refusal)),
    };
    let mut by_file: BTreeMap<Uri, Vec<TextEdit>> = BTreeMap::new();
    for edit in edits {
        by_file.entry(snapshot.uri(edit.span.file)?).or_default().push(snapshot.edit(edit.span, edit.text));
    }
    Some(Ok(WorkspaceEdit { changes: Some(by_file.into_iter().collect()), ..WorkspaceEdit::default() }))
}
