//! `textDocument/definition`: where that is declared what a name stands for.

use crate::protocol::{GotoDefinitionParams, GotoDefinitionResponse};
use crate::snapshot::Snapshot;
use ztp::ide;

/// The declarations, as places that every client understands.
pub fn answer(snapshot: &Snapshot, params: &GotoDefinitionParams) -> Option<GotoDefinitionResponse> {
    let (file, offset) = snapshot.place(&params.text_document_position_params)?;
    let found = ide::definition(&snapshot.workspace, &file, offset);
    let places: Vec<_> = found.iter().filter_map(|found| snapshot.location(found.name)).collect();
    (!places.is_empty()).then_some(GotoDefinitionResponse::Array(places))
}
