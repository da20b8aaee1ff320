//! The comments of a document.

use super::Document;
use super::node::{Node, Range, Value};

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment<'t> {
    /// What it says, from behind the `#` to the end of the line.
    pub text: &'t str,
    /// Where it stands, with the `#`.
    pub range: Range,
    /// Whether it has its line to itself.
    pub alone: bool,
}

impl Document<'_> {
    /// The comments, in order. `text` is the text that was read. They are looked for only when somebody asks: what
    /// stands between two scalars and begins with ` #` is one.
    #[must_use]
    pub fn comments<'t>(&self, text: &'t str) -> Vec<Comment<'t>> {
        let mut scalars = Vec::new();
        collect(&self.root, &mut scalars);
        let mut found = Vec::new();
        let mut start = self.range.start;
        for scalar in scalars {
            between(text, Range { start, end: scalar.start }, &mut found);
            start = scalar.end;
        }
        between(text, Range { start, end: self.range.end }, &mut found);
        found
    }
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

/// The comments of a range without scalars.
fn between<'t>(text: &'t str, gap: Range, found: &mut Vec<Comment<'t>>) {
    let mut at = gap.start;
    for line in gap.of(text).split_inclusive('\n') {
        let bytes = text.get(..at as usize).unwrap_or_default();
        let begins = line.match_indices('#').map(|(mark, _)| mark).find(|mark| {
            let before = line.get(..*mark).unwrap_or_default();
            let last = before.chars().next_back().or(bytes.chars().next_back());
            last.is_none_or(|c| c.is_whitespace())
        });
        if let Some(mark) = begins {
            let comment = line.get(mark..).unwrap_or_default().trim_end();
            let start = at + u32::try_from(mark).unwrap_or(u32::MAX);
            let range = Range { start, end: start + u32::try_from(comment.len()).unwrap_or(u32::MAX) };
            let before = text.get(..start as usize).and_then(|text| text.rsplit('\n').next()).unwrap_or_default();
            let alone = before.trim_start_matches(['\u{feff}', ' ', '\t']).is_empty();
            found.push(Comment { text: comment.strip_prefix('#').unwrap_or(comment), range, alone });
        }
        at += u32::try_from(line.len()).unwrap_or(u32::MAX);
    }
}
