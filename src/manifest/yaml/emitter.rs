//! Lines of block YAML: two blanks a level, list entries one level below their key.

use super::scalar::scalar;
use crate::manifest::Comment;

/// Appends lines to a text. `depth` counts levels, each two blanks wide. The keys of a list entry stand one level
/// below its dash, and the first of them goes on behind the dash.
pub(super) struct Emitter<'a> {
    out: &'a mut String,
    behind_dash: bool,
}

impl<'a> Emitter<'a> {
    pub(super) fn new(out: &'a mut String) -> Self {
        Self { out, behind_dash: false }
    }

    /// `key:`, for what follows one level below.
    pub(super) fn key(&mut self, depth: usize, key: &'static str) {
        self.begin(depth, key);
        self.out.push('\n');
    }

    /// `key: value`
    pub(super) fn pair(&mut self, depth: usize, key: &'static str, value: &str) {
        self.begin(depth, key);
        self.out.push(' ');
        scalar(self.out, value);
        self.out.push('\n');
    }

    /// `key: value`, where the key comes from the source too.
    pub(super) fn entry(&mut self, depth: usize, key: &str, value: &str) {
        self.indent(depth);
        scalar(self.out, key);
        self.out.push_str(": ");
        scalar(self.out, value);
        self.out.push('\n');
    }

    /// `key: 8080`
    pub(super) fn number(&mut self, depth: usize, key: &'static str, value: u16) {
        self.begin(depth, key);
        self.out.push(' ');
        self.digits(value);
        self.out.push('\n');
    }

    /// `key: "8080"`
    pub(super) fn quoted_number(&mut self, depth: usize, key: &'static str, value: u16) {
        self.begin(depth, key);
        self.out.push_str(" \"");
        self.digits(value);
        self.out.push_str("\"\n");
    }

    /// `key: true`
    pub(super) fn boolean(&mut self, depth: usize, key: &'static str, value: bool) {
        self.begin(depth, key);
        self.out.push_str(if value { " true\n" } else { " false\n" });
    }

    /// `key: {}`
    pub(super) fn empty(&mut self, depth: usize, key: &'static str) {
        self.begin(depth, key);
        self.out.push_str(" {}\n");
    }

    /// `key:` and its strings, one a line.
    pub(super) fn list(&mut self, depth: usize, key: &'static str, values: impl IntoIterator<Item: AsRef<str>>) {
        self.key(depth, key);
        for value in values {
            self.item(depth + 1);
            scalar(self.out, value.as_ref());
            self.out.push('\n');
            self.behind_dash = false;
        }
    }

    /// The dash of a list entry; its keys follow at `depth + 1`.
    pub(super) fn item(&mut self, depth: usize) {
        self.indent(depth);
        self.out.push_str("- ");
        self.behind_dash = true;
    }

    /// Makes the entry that [`item`](Self::item) began `{}`.
    pub(super) fn empty_item(&mut self) {
        self.out.push_str("{}\n");
        self.behind_dash = false;
    }

    /// Comment lines. What could end a line, hide a part of it or stop a reader is taken out.
    pub(super) fn comment(&mut self, depth: usize, comment: &Comment) {
        for line in comment {
            self.indent(depth);
            self.out.push_str("# ");
            if line.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
                self.out.push_str(line);
            } else {
                self.out.extend(line.chars().filter(|c| is_shown(*c)));
            }
            // An empty comment line ends in its mark.
            self.out.truncate(self.out.trim_end_matches(' ').len());
            self.out.push('\n');
        }
    }

    /// Blanks or nothing behind a dash, and `key:`.
    fn begin(&mut self, depth: usize, key: &'static str) {
        if self.behind_dash {
            self.behind_dash = false;
        } else {
            self.indent(depth);
        }
        self.out.push_str(key);
        self.out.push(':');
    }

    fn indent(&mut self, depth: usize) {
        const BLANKS: &str = "                                ";
        let mut left = 2 * depth;
        while let Some(rest) = left.checked_sub(BLANKS.len()) {
            self.out.push_str(BLANKS);
            left = rest;
        }
        self.out.push_str(BLANKS.get(..left).unwrap_or_default());
    }

    fn digits(&mut self, value: u16) {
        let mut unit = 10_000;
        while unit > 1 && value < unit {
            unit /= 10;
        }
        while unit > 0 {
            let digit = value / unit % 10;
            self.out.push(char::from(b'0' + u8::try_from(digit).unwrap_or_default()));
            unit /= 10;
        }
    }
}

/// Whether a character may stand in a comment: no control character, no line or paragraph separator, no byte-order
/// mark or noncharacter of the basic plane (YAML 1.2.2, production 1, does not allow those), and none of the marks that turn the direction of
/// text, with which a comment could show something else than it says.
fn is_shown(c: char) -> bool {
    !(c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}'))
}
