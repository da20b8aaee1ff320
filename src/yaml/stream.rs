//! Where one document of a stream ends and the next begins.
//!
//! kubectl cuts a stream at every line that begins with `---`, before any YAML is read (k8s.io/apimachinery v0.35.4,
//! `pkg/util/yaml/decoder.go`, `YAMLReader.Read`), and so do we. YAML itself ends a document there too, within block
//! scalars as well (YAML 1.2.2, `c-forbidden`). So every piece can be read for itself, in any order.

use super::node::Range;
use super::problem::{Problem, YamlError};
use super::{Document, parse};

/// One document of a stream, not read yet.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'t> {
    stream: &'t str,
    range: Range,
}

impl<'t> Piece<'t> {
    /// Where it stands.
    #[must_use]
    pub fn range(self) -> Range {
        self.range
    }

    /// Its tree.
    ///
    /// # Errors
    /// The first place at which it cannot be read.
    pub fn read(self) -> Result<Document<'t>, YamlError> {
        Ok(Document { root: parse::read(self.stream, self.range)?, range: self.range })
    }
}

/// The documents of a stream, in order. A line that begins with `---` and goes on in a way that kubectl refuses is an
/// error in its place, and ends a document all the same.
#[must_use]
pub fn pieces(text: &str) -> Vec<Result<Piece<'_>, YamlError>> {
    if u32::try_from(text.len()).is_err() {
        return vec![Err(YamlError { range: Range::default(), problem: Problem::TooLarge })];
    }
    let mut found = Vec::new();
    // Some editors begin a file with a byte order mark; it is no part of the first document.
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    while !rest.is_empty() {
        let (piece, from_separator) = rest.split_at(separator(rest));
        if !piece.is_empty() {
            let range = Range { start: offset(text, rest), end: offset(text, from_separator) };
            found.push(Ok(Piece { stream: text, range }));
        }
        let line = from_separator.split_inclusive('\n').next().unwrap_or_default();
        let behind = line.strip_prefix(SEPARATOR).unwrap_or_default().trim_start_matches([' ', '\t']);
        rest = from_separator.strip_prefix(line).unwrap_or_default();
        if behind.starts_with('#') && !line.starts_with("---#") {
            // The comment belongs to the document that follows.
            rest = from_separator.get(line.len() - behind.len()..).unwrap_or_default();
        } else if !behind.trim_end_matches(['\r', '\n']).is_empty() {
            let start = offset(text, from_separator);
            let end = offset(text, rest).saturating_sub(u32::from(line.ends_with('\n')));
            found.push(Err(YamlError { range: Range { start, end }, problem: Problem::Separator }));
        }
    }
    found
}

/// What a line that ends a document begins with.
const SEPARATOR: &str = "---";

/// Where the first such line begins; the end of the text if there is none.
fn separator(text: &str) -> usize {
    if text.starts_with(SEPARATOR) { 0 } else { text.find("\n---").map_or(text.len(), |newline| newline + 1) }
}

/// Where a rest of the text begins. It is no longer than `u32` can count.
fn offset(text: &str, rest: &str) -> u32 {
    u32::try_from(text.len() - rest.len()).unwrap_or(u32::MAX)
}
