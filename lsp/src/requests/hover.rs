//! `textDocument/hover`: what is known of what stands at a place.

use crate::pages;
use crate::protocol::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};
use crate::snapshot::Snapshot;
use ztp::ide::hover;

/// What is known, in Markdown, with the page that says more.
pub fn answer(snapshot: &Snapshot, params: &HoverParams) -> Option<Hover> {
    let (file, offset) = snapshot.place(&params.text_document_position_params)?;
    let found = hover::hover(&snapshot.workspace, &file, offset, &|| Some(snapshot.checked_around(file.id)))?;
    let more = found.page.as_deref().and_then(|page| Some((page, pages::page(page)?)));
    let value = match more {
        Some((page, uri)) => format!("{}\n\n[{page}]({})", found.text, uri.as_str()),
        None => found.text,
    };
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(Hover { contents, range: Some(snapshot.range(found.span)) })
}
