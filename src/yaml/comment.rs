//! The comments of a document.

use super::Document;
use super::gap::gaps;
use super::node::Range;

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
    /// The comments, in order. `text` is the text that was read. They are looked for only when somebody asks.
    #[must_use]
    pub fn comments<'t>(&self, text: &'t str) -> Vec<Comment<'t>> {
        let mut found = Vec::new();
        for gap in gaps(text, self.range, &self.root) {
            if let Some(comment) = gap.comment {
                let start = gap.start + length(gap.text);
                let range = Range { start, end: start + length(comment) };
                let alone = gap.begins_line && gap.text.trim_start().is_empty();
                found.push(Comment { text: comment.strip_prefix('#').unwrap_or(comment), range, alone });
            }
        }
        found
    }
}

/// The length of a part of a text that is no longer than `u32` can count.
fn length(part: &str) -> u32 {
    u32::try_from(part.len()).unwrap_or(u32::MAX)
}
