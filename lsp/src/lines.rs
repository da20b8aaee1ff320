//! Lines and columns as the protocol counts them: from 0, a line ends with `\n`, `\r\n` or `\r`, and a column counts UTF-8
//! or UTF-16 units, as was agreed with the client.

use crate::protocol::{Position, PositionEncodingKind, Range};

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// What every client understands.
    #[default]
    Utf16,
}

impl Encoding {
    /// The better of those that a client offers.
    pub fn agree(offered: Option<&[PositionEncodingKind]>) -> Self {
        match offered {
            Some(offered) if offered.contains(&PositionEncodingKind::UTF8) => Self::Utf8,
            _ => Self::Utf16,
        }
    }

    /// Its name in the protocol.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn length(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
        }
    }
}

/// Where each line of a text begins.
#[derive(Clone, Debug)]
pub struct Lines(Vec<usize>);

impl Lines {
    /// Reads a text once.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        Self(std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect())
    }

    /// The bytes of a line, without its end; the end of the text for a line that is not there.
    fn line<'t>(&self, text: &'t str, line: usize) -> (usize, &'t str) {
        let start = self.0.get(line).copied().unwrap_or(text.len());
        let end = self.0.get(line + 1).copied().unwrap_or(text.len());
        (start, text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r']))
    }

    /// The place of a byte offset.
    pub fn position(&self, text: &str, offset: usize, encoding: Encoding) -> Position {
        let offset = offset.min(text.len());
        let line = self.0.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.0.get(line).copied().unwrap_or_default();
        let before = text.get(start..offset).unwrap_or_default();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Position { line: number(line), character: number(encoding.length(before)) }
    }

    /// The byte offset of a place, always between two characters. A column behind the end of its line is that end, and a
    /// column within a character is the character's start.
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> usize {
        let (start, line) = self.line(text, position.line as usize);
        let mut left = position.character as usize;
        for (at, character) in line.char_indices() {
            let width = match encoding {
                Encoding::Utf8 => character.len_utf8(),
                Encoding::Utf16 => character.len_utf16(),
            };
            if left < width {
                return start + at;
            }
            left -= width;
        }
        start + line.len()
    }

    /// The places of a range of bytes.
    pub fn range(&self, text: &str, start: usize, end: usize, encoding: Encoding) -> Range {
        Range { start: self.position(text, start, encoding), end: self.position(text, end, encoding) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offset_has_a_place_and_comes_back() {
        for text in ["", "a", "größe\r\n𝔘b\rc\n\nd", "\r\r\n\n\r", "a\n"] {
            let lines = Lines::new(text);
            for encoding in [Encoding::Utf8, Encoding::Utf16] {
                for offset in (0..=text.len()).filter(|offset| text.is_char_boundary(*offset)) {
                    let back = lines.offset(text, lines.position(text, offset, encoding), encoding);
                    // The one place that cannot be named lies between `\r` and `\n`.
                    let split =
                        text.get(..offset).unwrap().ends_with('\r') && text.get(offset..).unwrap().starts_with('\n');
                    assert_eq!(back, if split { offset - 1 } else { offset }, "{offset} of {text:?}");
                }
            }
        }
    }

    #[test]
    fn columns_are_counted_as_agreed() {
        let text = "x\n𝔘é y";
        let lines = Lines::new(text);
        let at = |character, encoding| lines.offset(text, Position { line: 1, character }, encoding);
        assert_eq!(at(3, Encoding::Utf16), text.find(" y").unwrap());
        assert_eq!(at(6, Encoding::Utf8), text.find(" y").unwrap());
        assert_eq!(at(1, Encoding::Utf16), 2, "within a character");
        assert_eq!(at(99, Encoding::Utf16), text.len(), "behind the end of the line");
    }
}
