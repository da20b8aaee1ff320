//! `textDocument/completion`: what can stand at a place.

use crate::protocol::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionParams, CompletionResponse, CompletionTextEdit,
    InsertReplaceEdit, InsertTextFormat, TextEdit,
};
use crate::snapshot::Snapshot;
use ztp::ide::complete::{self, Insert, Kind};

/// What an editor asks for by itself, besides words.
pub const TRIGGERS: [&str; 2] = [":", "/"];

/// Everything that can stand there, the likeliest first.
pub fn answer(snapshot: &Snapshot, params: &CompletionParams) -> Option<CompletionResponse> {
    let (file, offset) = snapshot.place(&params.text_document_position)?;
    let found = complete::complete(&snapshot.workspace, &file, offset)?;
    let insert = snapshot.range(found.span);
    let edit = |item: &complete::Item, new_text: String| {
        let replaced = found.replaced(item);
        let replace = if replaced == found.span { insert } else { snapshot.range(replaced) };
        if snapshot.can.insert_or_replace && replace != insert {
            CompletionTextEdit::InsertAndReplace(InsertReplaceEdit { new_text, insert, replace })
        } else {
            CompletionTextEdit::Edit(TextEdit { range: replace, new_text })
        }
    };
    let items = found.items.iter().enumerate().filter_map(|(number, item)| {
        let (format, text) = match &item.insert {
            None => (InsertTextFormat::PLAIN_TEXT, item.label.clone()),
            Some(Insert::Text(text)) => (InsertTextFormat::PLAIN_TEXT, text.clone()),
            Some(Insert::Snippet(text)) if snapshot.can.snippets => (InsertTextFormat::SNIPPET, (*text).to_owned()),
            Some(Insert::Snippet(_)) => return None,
        };
        Some(CompletionItem {
            kind: Some(kind(item.kind)),
            detail: (!item.detail.is_empty()).then(|| item.detail.clone()),
            sort_text: Some(format!("{number:05}")),
            insert_text_format: Some(format),
            text_edit: Some(edit(item, text)),
            label: item.label.clone(),
            ..CompletionItem::default()
        })
    });
    Some(CompletionResponse::List(CompletionList { is_incomplete: found.more, items: items.collect() }))
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
        Kind::Path => CompletionItemKind::FILE,
        Kind::Code => CompletionItemKind::EVENT,
        Kind::Keyword => CompletionItemKind::KEYWORD,
        Kind::Snippet => CompletionItemKind::SNIPPET,
    }
}
