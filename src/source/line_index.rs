//! From byte offsets to lines and columns.

/// A place as people count it: both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// How many bytes lie between two places at which the characters are counted ahead.
const STEP: usize = 1024;

/// Where each line of a text begins. A lookup is a binary search and at most two steps of counting, so a text that is
/// one very long line costs no more than any other.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// The characters before each multiple of [`STEP`] bytes.
    characters: Vec<u32>,
}

impl LineIndex {
    /// Reads `text` once.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        let newlines = text.bytes().zip(1u32..).filter(|(byte, _)| *byte == b'\n');
        starts.extend(newlines.map(|(_, after)| after));
        let counts = text.as_bytes().chunks(STEP).scan(0, |before, chunk| {
            let here = *before;
            *before += count(chunk);
            Some(here)
        });
        Self { starts, characters: counts.collect() }
    }

    /// The place of a byte offset of the text that the index was made from.
    #[must_use]
    pub fn line_column(&self, text: &str, offset: u32) -> LineColumn {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let column = self.before(text, offset).saturating_sub(self.before(text, start)).saturating_add(1);
        LineColumn { line: u32::try_from(line).unwrap_or(u32::MAX), column }
    }

    /// The byte range of a line (from 1), without the end of the line. Empty for a line that is not there.
    #[must_use]
    pub fn line(&self, text: &str, line: u32) -> std::ops::Range<usize> {
        let at = |line: u32| self.starts.get(line as usize).map(|start| *start as usize);
        let end = at(line).unwrap_or(text.len());
        let start = line.checked_sub(1).and_then(at).unwrap_or(end);
        let shown = text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r']);
        start..start + shown.len()
    }

    /// The characters before a byte offset.
    fn before(&self, text: &str, offset: u32) -> u32 {
        let offset = (offset as usize).min(text.len());
        let step = (offset / STEP).min(self.characters.len().saturating_sub(1));
        let counted = self.characters.get(step).copied().unwrap_or_default();
        counted + count(text.as_bytes().get(step * STEP..offset).unwrap_or_default())
    }
}

/// The characters that begin in these bytes of UTF-8.
fn count(bytes: &[u8]) -> u32 {
    let starts = bytes.iter().filter(|byte| (**byte & 0b1100_0000) != 0b1000_0000).count();
    u32::try_from(starts).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What it should say, counted the slow way.
    fn slowly(text: &str, offset: usize) -> LineColumn {
        let before = &text.as_bytes()[..offset];
        let before = std::str::from_utf8(before).unwrap();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        LineColumn { line: line.try_into().unwrap(), column: column.try_into().unwrap() }
    }

    #[test]
    fn agrees_with_counting_by_hand() {
        let long = "é".repeat(3000);
        for text in ["", "a", "a\n", "\n\nb", "a\r\nbc\r\n", "größe\nü", &long, &format!("a\n{long}\nb")] {
            let index = LineIndex::new(text);
            for offset in (0..=text.len()).filter(|offset| text.is_char_boundary(*offset)) {
                let offset_u32 = u32::try_from(offset).unwrap();
                assert_eq!(index.line_column(text, offset_u32), slowly(text, offset), "{offset} of {text:.20}");
            }
        }
    }

    #[test]
    fn a_line_comes_without_its_end() {
        let text = "a\r\nbc\n\nd";
        let index = LineIndex::new(text);
        let lines: Vec<&str> = (1..=5).map(|line| text.get(index.line(text, line)).unwrap()).collect();
        assert_eq!(lines, ["a", "bc", "", "d", ""]);
    }
}
