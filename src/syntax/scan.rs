//! One look at the bytes of a file before it is parsed: where its comments are, and which characters must not be there.
//!
//! Invariant: a `#` counts as a comment here exactly where the grammar takes one in a sentence that it can read.

use super::ast::Comment;
use crate::source::{FileId, Span};
use smol_str::SmolStr;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Every comment, in order; `blank_before` is not known yet.
    pub comments: Vec<Comment>,
    /// Characters that must not be there: the first of each line.
    pub bad_characters: Vec<(Span, char)>,
}

/// Looks through `text`.
pub(super) fn scan(file: FileId, text: &str) -> Scan {
    let mut found = Scan::default();
    let mut offset = 0;
    // Most files are printable ASCII, which is seen at a glance.
    let plain = text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~' | b'\t' | b'\n'));
    for line in text.split_inclusive('\n') {
        let mark = if offset == 0 { line.strip_prefix('\u{FEFF}').map_or(0, |_| '\u{FEFF}'.len_utf8()) } else { 0 };
        let content = line.get(mark..).unwrap_or_default();
        let content = content.strip_suffix('\n').map_or(content, |rest| rest.strip_suffix('\r').unwrap_or(rest));
        scan_line(file, offset + mark, content, plain, &mut found);
        offset += line.len();
    }
    found
}

fn scan_line(file: FileId, start: usize, line: &str, plain: bool, found: &mut Scan) {
    let place = |from: usize, to: usize| {
        let at = |offset: usize| u32::try_from(start + offset).unwrap_or(u32::MAX);
        Span::new(file, at(from), at(to))
    };
    if !plain && let Some((at, character)) = line.char_indices().find(|(_, character)| is_bad(*character)) {
        found.bad_characters.push((place(at, at + character.len_utf8()), character));
    }
    if let Some(at) = comment_start(line) {
        let text = line.get(at + 1..).unwrap_or_default();
        // Two marks document; a row of more is an ornament and stays as it is.
        let (doc, text) = match text.strip_prefix('#') {
            Some(rest) if !rest.starts_with('#') => (true, rest),
            _ => (false, text),
        };
        let text = text.strip_prefix(' ').unwrap_or(text).trim_end();
        found.comments.push(Comment {
            text: SmolStr::new(text),
            doc,
            blank_before: false,
            span: place(at, line.trim_end().len()),
        });
    }
}

/// Control characters, byte-order marks, separators that look like newlines, and marks that turn the direction of
/// writing, with which a line can be made to look like another (CVE-2021-42574). A tab is fine.
fn is_bad(character: char) -> bool {
    match character {
        '\t' => false,
        '\u{FEFF}' | '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => true,
        _ => character.is_control(),
    }
}

/// Where the comment of a line begins: at a `#` outside a string that follows a blank or a mark, not a word.
fn comment_start(line: &str) -> Option<usize> {
    if !line.contains('#') {
        return None;
    }
    let mut in_string = false;
    let mut escaped = false;
    let mut before = b' ';
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'#' if !in_string
                && matches!(before, b' ' | b'\t' | b',' | b';' | b'"' | b'(' | b'[' | b'{' | b')' | b']' | b'}') =>
            {
                return Some(at);
            }
            _ => {}
        }
        before = byte;
    }
    None
}
