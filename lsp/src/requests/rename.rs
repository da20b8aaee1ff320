//! `textDocument/rename` and `textDocument/prepareRename`. A refusal is an error with its reason, which clients show.

use crate::edits::workspace_edit;
use crate::protocol::{PrepareRenameResponse, RenameParams, TextDocumentPositionParams, WorkspaceEdit};
use crate::snapshot::Snapshot;
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
    match ide::rename(&snapshot.workspace, &file, offset, &params.new_name) {
        Ok(edits) => workspace_edit(snapshot, edits.iter()).map(Ok),
        Err(refusal) => Some(Err(refusal)),
    }
}
