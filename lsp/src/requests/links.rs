//! `textDocument/documentLink`

use crate::pages;
use crate::protocol::{DocumentLink, DocumentLinkParams};
use crate::snapshot::Snapshot;
use ztp::ide::{self, Target};

/// The words that lead to a file: codes to their pages, folders to what lies in them.
pub fn answer(snapshot: &Snapshot, params: &DocumentLinkParams) -> Option<Vec<DocumentLink>> {
    let file = snapshot.file(&params.text_document.uri)?;
    let shown = |link: ide::Link| {
        let (target, tooltip) = match link.to {
            Target::Code(code) => (pages::uri(code)?, Some(code.title().to_owned())),
            Target::File(id) => (snapshot.uri(id)?, None),
        };
        Some(DocumentLink { range: snapshot.range(link.span), target: Some(target), tooltip, data: None })
    };
    Some(ide::links(&snapshot.workspace, &file).into_iter().filter_map(shown).collect())
}
