//! What can be folded away: sections, blocks, lists and long sentences, and comments over several lines.

use super::lex::{LexemeKind, lex};
use super::place::whole;
use super::workspace::File;
use crate::source::Span;
use std::collections::BTreeMap;

/// Something that goes over several lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// From its first line, which stays, to the last that goes. A closing bracket on a line of its own stays.
    pub span: Span,
    /// Whether it is comments.
    pub comment: bool,
}

/// The folds of a file, in order, one a line.
#[must_use]
pub fn folding(file: &File) -> Vec<Fold> {
    let mut folds = Folds { file, by_line: BTreeMap::new() };
    brackets(&mut folds);
    for section in &file.tree.sections {
        folds.add(whole(section), false);
        for item in &section.items {
            folds.add(item.span.0, false);
        }
    }
    comments(&mut folds);
    folds.by_line.into_values().collect()
}

struct Folds<'f> {
    file: &'f File,
    by_line: BTreeMap<u32, Fold>,
}

impl Folds<'_> {
    fn line(&self, offset: u32) -> u32 {
        self.file.lines.line_column(&self.file.source.text, offset).line
    }

    /// Adds a fold if it has several lines; the first one of a line counts.
    fn add(&mut self, span: Span, comment: bool) {
        let start = self.line(span.start);
        if start < self.line(span.end) {
            self.by_line.entry(start).or_insert(Fold { span, comment });
        }
    }
}

/// Brackets and what stands in them; one that is not closed folds nothing.
fn brackets(folds: &mut Folds<'_>) {
    // Those that are open, a stack for each kind.
    let (mut braces, mut parentheses, mut squares) = (Vec::new(), Vec::new(), Vec::new());
    let mut last: Option<Span> = None;
    for lexeme in lex(folds.file.id, &folds.file.source.text) {
        let opened = match lexeme.kind {
            LexemeKind::Mark('{') => push(&mut braces, lexeme.span),
            LexemeKind::Mark('(') => push(&mut parentheses, lexeme.span),
            LexemeKind::Mark('[') => push(&mut squares, lexeme.span),
            LexemeKind::Mark('}') => braces.pop(),
            LexemeKind::Mark(')') => parentheses.pop(),
            LexemeKind::Mark(']') => squares.pop(),
            _ => None,
        };
        if let (Some(opened), Some(last)) = (opened, last) {
            folds.add(opened.to(last), false);
            // What was opened since and is not closed is no pair.
            for stack in [&mut braces, &mut parentheses, &mut squares] {
                let kept = stack.partition_point(|open| open.start < opened.start);
                stack.truncate(kept);
            }
        }
        last = Some(lexeme.span);
    }
}

fn push(stack: &mut Vec<Span>, span: Span) -> Option<Span> {
    stack.push(span);
    None
}

/// Comments on lines of their own, one below the other.
fn comments(folds: &mut Folds<'_>) {
    let text = &folds.file.source.text;
    let mut group: Option<(Span, u32)> = None;
    for comment in crate::syntax::comments(folds.file.id, text) {
        let line = folds.line(comment.span.start);
        let alone = text.get(folds.file.lines.line(text, line)).is_some_and(|line| line.trim_start().starts_with('#'));
        group = match group {
            Some((span, last)) if alone && last + 1 == line => Some((span.to(comment.span), line)),
            before => {
                if let Some((span, _)) = before {
                    folds.add(span, true);
                }
                alone.then_some((comment.span, line))
            }
        };
    }
    if let Some((span, _)) = group {
        folds.add(span, true);
    }
}
