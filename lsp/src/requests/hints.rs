//! `textDocument/inlayHint`: what a file leaves unsaid.

use crate::protocol::{InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams};
use crate::snapshot::Snapshot;
use ztp::ide::hints::{self, HintKind};
use ztp::source::Span;

/// The hints of a part of a file.
pub fn answer(snapshot: &Snapshot, params: &InlayHintParams) -> Option<Vec<InlayHint>> {
    let file = snapshot.file(&params.text_document.uri)?;
    let within = snapshot.span(file.id, params.range)?;
    let checked = snapshot.checked_around(file.id);
    let hints = hints::hints(&snapshot.workspace, &file, within, &checked);
    let shown = |hint: hints::Hint| InlayHint {
        position: snapshot.range(Span::new(file.id, hint.offset, hint.offset)).start,
        label: InlayHintLabel::String(match hint.kind {
            HintKind::Port => format!("= {}", hint.text),
            HintKind::Pods | HintKind::LookUps => hint.text,
        }),
        kind: (hint.kind != HintKind::LookUps).then_some(InlayHintKind::TYPE),
        text_edits: None,
        tooltip: None,
        padding_left: Some(true),
        padding_right: None,
        data: None,
    };
    Some(hints.into_iter().map(shown).collect())
}
