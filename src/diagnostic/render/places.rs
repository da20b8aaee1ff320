//! Where spans lie, for all renderers: paths, lines and columns.

use crate::diagnostic::{Diagnostic, Label};
use crate::source::{FileId, LineColumn, LineIndex, SourceFile, Sources, Span};
use std::collections::BTreeMap;

/// The files that some findings speak of, each with its line index.
pub struct Places<'a> {
    files: BTreeMap<FileId, (&'a SourceFile, LineIndex)>,
}

impl<'a> Places<'a> {
    pub fn new(sources: &'a Sources, diagnostics: &[Diagnostic]) -> Self {
        let mut files = BTreeMap::new();
        for span in diagnostics.iter().flat_map(spans) {
            if let Some(file) = sources.get(span.file) {
                files.entry(span.file).or_insert_with(|| (file, LineIndex::new(&file.text)));
            }
        }
        Self { files }
    }

    /// The file of a span; `None` when the span is of another set of sources.
    pub fn file(&self, id: FileId) -> Option<(&'a SourceFile, &LineIndex)> {
        self.files.get(&id).map(|(file, index)| (*file, index))
    }

    /// The path of a span's file, and where the span begins and ends.
    pub fn place(&self, span: Span) -> Option<(&'a str, LineColumn, LineColumn)> {
        let (file, index) = self.file(span.file)?;
        let start = index.line_column(&file.text, span.start);
        let end = index.line_column(&file.text, span.end.max(span.start));
        Some((&file.path, start, end))
    }
}

fn spans(diagnostic: &Diagnostic) -> impl Iterator<Item = Span> {
    let edits = diagnostic.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
    labels(diagnostic).map(|label| label.span).chain(edits)
}

/// The primary label and the others.
pub fn labels(diagnostic: &Diagnostic) -> impl Iterator<Item = &Label> {
    diagnostic.primary.iter().chain(&diagnostic.secondary)
}
