//! The words and marks of a text, whatever they make together: for what is asked of sentences that cannot be read, too.

use crate::source::{FileId, Span};
use crate::syntax;

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lexeme {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: LexemeKind,
}

/// See [`Lexeme`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LexemeKind {
    /// A comment, and whether it documents what follows.
    Comment {
        /// `##`
        doc: bool,
    },
    /// Text in quotes, or what follows a quote on its line.
    Text,
    /// Letters, digits, and what names, paths and addresses are made of.
    Word,
    /// Any other character but a blank.
    Mark(char),
}

/// The pieces of a text, in order. None goes over the end of a line.
#[must_use]
pub fn lex(file: FileId, text: &str) -> Vec<Lexeme> {
    let comments = syntax::comments(file, text);
    let mut comments = comments.iter().peekable();
    let mut found = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((start, character)) = characters.next() {
        let mut end = start + character.len_utf8();
        let comment = comments.next_if(|comment| comment.span.start as usize == start);
        let kind = if let Some(comment) = comment {
            end = comment.span.end as usize;
            while characters.next_if(|(at, _)| *at < end).is_some() {}
            LexemeKind::Comment { doc: comment.doc }
        } else if character == '"' {
            let mut escaped = false;
            while let Some((at, next)) = characters.next_if(|(_, next)| *next != '\n') {
                end = at + next.len_utf8();
                if next == '"' && !escaped {
                    break;
                }
                escaped = next == '\\' && !escaped;
            }
            LexemeKind::Text
        } else if is_word(character) {
            while let Some((at, next)) = characters.next_if(|(_, next)| is_word(*next)) {
                end = at + next.len_utf8();
            }
            LexemeKind::Word
        } else if character.is_whitespace() || character == '\u{FEFF}' {
            continue;
        } else {
            LexemeKind::Mark(character)
        };
        let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        found.push(Lexeme { span: Span::new(file, at(start), at(end)), kind });
    }
    found
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_' | '.' | '/' | '*')
}
