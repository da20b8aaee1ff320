//! `textDocument/references`: where a name stands for the same.

use crate::protocol::{Location, ReferenceParams};
use crate::snapshot::Snapshot;
use ztp::ide;

/// The references, and where the client asks for them the declarations.
pub fn answer(snapshot: &Snapshot, params: &ReferenceParams) -> Option<Vec<Location>> {
    let (file, offset) = snapshot.place(&params.text_document_position)?;
    let found = ide::references(&snapshot.workspace, &file, offset).into_iter();
    let found = found.filter(|found| params.context.include_declaration || !found.declares);
    Some(found.filter_map(|found| snapshot.location(found.span)).collect())
}
