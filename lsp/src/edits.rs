//! Edits of files, for the client to make.

use crate::protocol::{
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};
use crate::snapshot::Snapshot;
use std::collections::BTreeMap;
use ztp::diagnostic::Edit;
use ztp::source::FileId;

/// Edits by file; `None` if one is of a file that the client does not know. Each says of which version of its file it is
/// where the client can hear that: of any other it must not be made.
pub fn workspace_edit<'e>(snapshot: &Snapshot, edits: impl Iterator<Item = &'e Edit>) -> Option<WorkspaceEdit> {
    let mut by_file: BTreeMap<FileId, Vec<TextEdit>> = BTreeMap::new();
    for edit in edits {
        by_file.entry(edit.span.file).or_default().push(snapshot.edit(edit.span, edit.text.clone()));
    }
    if !snapshot.can.versioned_edits {
        let changes: Option<BTreeMap<Uri, Vec<TextEdit>>> =
            by_file.into_iter().map(|(id, edits)| Some((snapshot.uri(id)?, edits))).collect();
        return Some(WorkspaceEdit { changes: Some(changes?.into_iter().collect()), ..WorkspaceEdit::default() });
    }
    let of_file = |(id, edits): (FileId, Vec<TextEdit>)| {
        let document = snapshot.document(id)?;
        let uri = document.uri.clone();
        Some(TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version: document.version },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        })
    };
    let edits: Option<Vec<TextDocumentEdit>> = by_file.into_iter().map(of_file).collect();
    Some(WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(edits?)), ..WorkspaceEdit::default() })
}
