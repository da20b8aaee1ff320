//! A sentence on one line, and the places at which that line may be broken.

use crate::source::Span;
use crate::syntax::ast::Name;

/// The most columns a line has before it is broken.
pub(super) const WIDTH: usize = 120;

/// What stands at a place where a newline is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BreakKind {
    /// A comma before it, or a word such as `on` or `until` behind it.
    Soft,
    /// An opening bracket before it. Only broken when a comment stands within the brackets.
    Open,
    /// A closing bracket behind it. The same.
    Close,
}

/// A place at which a line may be broken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Break {
    /// Offset in the line; a blank that stands there goes when the line is broken.
    pub at: usize,
    /// Where in the source the next part stands: comments before it belong here.
    pub source: u32,
    /// Around what it stands.
    pub kind: BreakKind,
    /// Which brackets it stands in; 0 is none.
    pub group: usize,
}

/// Writes one sentence.
#[derive(Debug, Default)]
pub(super) struct Writer {
    /// What is written so far.
    pub line: String,
    /// Where it may be broken, in order.
    pub breaks: Vec<Break>,
    /// Whether breaks are wanted at all.
    pub wants_breaks: bool,
    /// Whether `until` and `because` are written.
    pub reasons: bool,
    /// Where in the source the comments within the sentence stand.
    comments: Vec<u32>,
    groups: usize,
    open: Vec<usize>,
}

impl Writer {
    /// A writer for sentences that stay on one line, without `until` and `because`.
    pub(super) fn plain() -> Self {
        Self::default()
    }

    /// A writer for a whole sentence that may be broken, and has comments at these places of the source.
    pub(super) fn breaking(comments: Vec<u32>) -> Self {
        Self { wants_breaks: true, reasons: true, comments, ..Self::default() }
    }

    /// Whether there are comments within the sentence.
    pub(super) fn has_comments(&self) -> bool {
        !self.comments.is_empty()
    }

    /// Whether a comment stands in a part of it.
    pub(super) fn has_comment_in(&self, span: Span) -> bool {
        self.comments.iter().any(|comment| (span.start..span.end).contains(comment))
    }

    /// Writes a piece as it is.
    pub(super) fn text(&mut self, text: &str) {
        self.line.push_str(text);
    }

    fn note_break(&mut self, source: u32, kind: BreakKind) {
        if self.wants_breaks {
            let group = self.open.last().copied().unwrap_or_default();
            self.breaks.push(Break { at: self.line.len(), source, kind, group });
        }
    }

    /// A comma and the blank behind it.
    pub(super) fn comma(&mut self, next: Span) {
        self.text(",");
        self.note_break(next.start, BreakKind::Soft);
        self.text(" ");
    }

    /// A blank before a word that may stand on the next line.
    pub(super) fn joint(&mut self, next: Span) {
        self.note_break(next.start, BreakKind::Soft);
        self.text(" ");
    }

    /// Brackets around a list.
    pub(super) fn brackets<T>(
        &mut self,
        (open, close): (&str, &str),
        end: Span,
        items: &[T],
        place: impl Fn(&T) -> Span,
        mut write: impl FnMut(&mut Self, &T),
    ) {
        let (open, padding) = open.strip_suffix(' ').map_or((open, ""), |open| (open, " "));
        self.groups += 1;
        self.open.push(self.groups);
        self.text(open);
        if let Some(first) = items.first() {
            self.note_break(place(first).start, BreakKind::Open);
        }
        self.text(padding);
        self.list(items, place, |writer, item| write(writer, item));
        self.note_break(end.end.saturating_sub(1), BreakKind::Close);
        self.text(padding);
        self.text(close);
        self.open.pop();
    }

    /// A list with commas.
    pub(super) fn list<T>(&mut self, items: &[T], place: impl Fn(&T) -> Span, mut write: impl FnMut(&mut Self, &T)) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.comma(place(item));
            }
            write(self, item);
        }
    }

    /// A block on one line.
    pub(super) fn lines<T>(&mut self, lines: &[T], write: impl Fn(&mut Self, &T)) {
        self.text(" {");
        for (index, line) in lines.iter().enumerate() {
            self.text(if index > 0 { "; " } else { " " });
            write(self, line);
        }
        self.text(" }");
    }

    /// Names with commas.
    pub(super) fn names(&mut self, names: &[Name]) {
        self.list(names, |name| name.span, |writer, name| writer.text(&name.value));
    }

    /// Text in double quotes.
    pub(super) fn quoted(&mut self, text: &str) {
        self.line.push('"');
        for character in text.chars() {
            if matches!(character, '"' | '\\') {
                self.line.push('\\');
            }
            self.line.push(character);
        }
        self.line.push('"');
    }

    /// A label's value or the like: plain where no reader could take it for a number or a truth value.
    pub(super) fn value(&mut self, text: &str) {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
            && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
            && !matches!(
                text.to_ascii_lowercase().as_str(),
                "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "null"
            );
        if plain { self.text(text) } else { self.quoted(text) }
    }
}
