//! `textDocument/selectionRange`

use crate::protocol::{Position, SelectionRange, SelectionRangeParams, TextDocumentPositionParams};
use crate::snapshot::Snapshot;
use ztp::ide;

/// For each position, what grows around it.
pub fn answer(snapshot: &Snapshot, params: &SelectionRangeParams) -> Option<Vec<SelectionRange>> {
    let text_document = &params.text_document;
    let around = |position: &Position| {
        let at = TextDocumentPositionParams { text_document: text_document.clone(), position: *position };
        let (file, offset) = snapshot.place(&at)?;
        // From the file inwards: each has the one around it.
        let wider = ide::selection(&file, offset).into_iter().rev();
        wider.fold(None, |parent, span| {
            Some(SelectionRange { range: snapshot.range(span), parent: parent.map(Box::new) })
        })
    };
    params.positions.iter().map(around).collect()
}
