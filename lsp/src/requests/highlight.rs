//! `textDocument/documentHighlight`: where a name stands for the same in its own file.

use crate::protocol::{DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams};
use crate::snapshot::Snapshot;
use ztp::ide;

/// The places; a declaration counts as written.
pub fn answer(snapshot: &Snapshot, params: &DocumentHighlightParams) -> Option<Vec<DocumentHighlight>> {
    let (file, offset) = snapshot.place(&params.text_document_position_params)?;
    let shown = |found: ide::Reference| DocumentHighlight {
        range: snapshot.range(found.span),
        kind: Some(if found.declares { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ }),
    };
    Some(ide::highlight(&snapshot.workspace, &file, offset).into_iter().map(shown).collect())
}
