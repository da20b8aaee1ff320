//! What stands between the scalars of a document: indicators, blanks and comments.

use super::node::{Node, Range, Value};

/// A part of a line between two scalars.
pub(super) struct Gap<'t> {
    /// Its text, without its comment and the end of the line.
    pub text: &'t str,
    /// Where it begins.
    pub start: u32,
    /// Whether it begins where its line does.
    pub begins_line: bool,
    /// The comment at its end, with the `#`.
    pub comment: Option<&'t str>,
}

/// The gaps of a document, in order. `text` is the text that was read, `range` the document's place in it.
pub(super) fn gaps<'t>(text: &'t str, range: Range, root: &Node<'_>) -> Vec<Gap<'t>> {
    let mut scalars = Vec::new();
    collect(root, &mut scalars);
    scalars.push(Range { start: range.end, end: range.end });
    let mut found = Vec::new();
    let mut start = range.start;
    for scalar in scalars {
        split(text, Range { start, end: scalar.start }, range.start, &mut found);
        start = scalar.end;
    }
    found
}

/// The ranges of keys and scalars, in order.
fn collect(node: &Node<'_>, scalars: &mut Vec<Range>) {
    match &node.value {
        Value::Sequence(items) => items.iter().for_each(|item| collect(item, scalars)),
        Value::Mapping(entries) => {
            for entry in entries {
                scalars.push(entry.key.range);
                collect(&entry.value, scalars);
            }
        }
        _ => scalars.push(node.range),
    }
}

/// The lines of a range in which there is no scalar. A `#` begins a comment where a blank or nothing stands before it.
fn split<'t>(text: &'t str, range: Range, document: u32, found: &mut Vec<Gap<'t>>) {
    let mut start = range.start;
    for line in range.of(text).split_inclusive('\n') {
        let before = text.as_bytes().get(..start as usize).and_then(<[u8]>::last);
        let begins_line = start == document || before == Some(&b'\n');
        let content = line.trim_end_matches(['\r', '\n']);
        let blank = |at: usize| match at.checked_sub(1) {
            Some(before) => matches!(content.as_bytes().get(before), Some(b' ' | b'\t')),
            None => begins_line || matches!(before, Some(b' ' | b'\t')),
        };
        let mark = content.match_indices('#').map(|(at, _)| at).find(|at| blank(*at));
        let (text, comment) = mark
            .and_then(|mark| content.split_at_checked(mark))
            .map_or((content, None), |(text, comment)| (text, Some(comment)));
        found.push(Gap { text, start, begins_line, comment });
        start = start.saturating_add(u32::try_from(line.len()).unwrap_or(u32::MAX));
    }
}
