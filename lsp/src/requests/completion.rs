//! `textDocument/completion`: what can stand at a place.

use crate::protocol::{
    CompletionItem, CompletionItemKind, CompletionParams, CompletionResponse, CompletionTextEdit, InsertTextFormat,
};
use crate::snapshot::Snapshot;
use ztp::ide::complete::{self, Insert, Kind};

/// What an editor asks for by itself, besides words.
pub const TRIGGERS: [&str; 2] = [":", "/"];

/// Everything that can stand there, the likeliest first. `snippets` is whether the client can fill in places.
pub fn answer(snapshot: &Snapshot, params: &CompletionParams, snippets: bool) -> Option<CompletionResponse> {
    let (file, offset) = snapshot.place(&params.text_document_position)?;
    let found = complete::complete(&snapshot.workspace, &file, offset)?;
    let items = found.items.into_iter().enumerate().filter_map(|(number, item)| {
        let (format, text) = match item.insert {
            None => (InsertTextFormat::PLAIN_TEXT, item.label.clone()),
            Some(Insert::Text(text)) => (InsertTextFormat::PLAIN_TEXT, text),
            Some(Insert::Snippet(text)) if snippets => (InsertTextFormat::SNIPPET, text.to_owned()),
            Some(Insert::Snippet(_)) => return None,
        };
        Some(CompletionItem {
            kind: Some(kind(item.kind)),
            detail: (!item.detail.is_empty()).then_some(item.detail),
            sort_text: Some(format!("{number:05}")),
            insert_text_format: Some(format),
            text_edit: Some(CompletionTextEdit::Edit(snapshot.edit(found.span, text))),
            label: item.label,
            ..CompletionItem::default()
        })
    });
    Some(CompletionResponse::Array(items.collect()))
}

/// The nearest thing that editors have a picture of.
fn kind(kind: Kind) -> CompletionItemKind {
    match kind {
        Kind::Port => CompletionItemKind::FIELD,
        Kind::Workload => CompletionItemKind::CLASS,
        Kind::Group => CompletionItemKind::ENUM,
        Kind::External => CompletionItemKind::INTERFACE,
        Kind::Nodes | Kind::Set => CompletionItemKind::STRUCT,
        Kind::Namespace => CompletionItemKind::MODULE,
        Kind::Entity => CompletionItemKind::CONSTANT,
        Kind::LabelKey => CompletionItemKind::PROPERTY,
        Kind::LabelValue | Kind::Value => CompletionItemKind::VALUE,
        Kind::Method => CompletionItemKind::METHOD,
        Kind::Code => CompletionItemKind::EVENT,
        Kind::Keyword => CompletionItemKind::KEYWORD,
        Kind::Snippet => CompletionItemKind::SNIPPET,
    }
}
