//! Where the reasons of an answer stand: files and lines.

use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use ztp::source::{FileId, LineIndex, Sources, Span};
use ztp::verdict::Cause;

/// Finds lines; each file is looked through once.
pub struct Places<'s> {
    sources: &'s Sources,
    lines: RefCell<BTreeMap<FileId, LineIndex>>,
}

impl<'s> Places<'s> {
    /// Of these files.
    pub fn new(sources: &'s Sources) -> Self {
        Self { sources, lines: RefCell::default() }
    }

    /// The file and line, from 1, at which something begins.
    pub fn of(&self, span: Span) -> Option<(&'s str, u32)> {
        let file = self.sources.get(span.file)?;
        let mut lines = self.lines.borrow_mut();
        let lines = lines.entry(span.file).or_insert_with(|| LineIndex::new(&file.text));
        Some((&file.path, lines.line_column(&file.text, span.start).line))
    }

    /// `shop/shop.ztp:7: frontend may reach backend:8080`, `np.yaml:12: NetworkPolicy shop/backend ingress[0]`
    pub fn cause(&self, cause: &Cause) -> String {
        let place = cause.span.and_then(|span| self.of(span)).map(|(path, line)| format!("{path}:{line}: "));
        let object = cause.object.as_ref().map(|object| format!("{object} ")).unwrap_or_default();
        format!("{}{object}{}", place.unwrap_or_default(), cause.text)
    }

    /// A reason: where it stands, in which object if it is one of a manifest, and what it says.
    pub fn json(&self, cause: &Cause) -> Value {
        let place = cause.span.and_then(|span| self.of(span));
        json!({
            "path": place.map(|(path, _)| path),
            "line": place.map(|(_, line)| line),
            "object": cause.object.as_deref(),
            "text": cause.text.as_str(),
        })
    }
}
