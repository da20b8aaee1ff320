//! One file as the client sees it.

use crate::grouping::Gist;
use crate::lines::{Encoding, Lines};
use crate::protocol::{Position, Range, TextDocumentContentChangeEvent, Uri};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

/// A file, with the text that the client or the disk has of it.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its name in the protocol, as the client spells it where it opened the file.
    pub uri: Uri,
    /// Its text.
    pub text: Arc<str>,
    /// The lines of the text.
    pub lines: Arc<Lines>,
    /// The version that the client gave, while it is open there.
    pub version: Option<i32>,
    /// What it says about the project that it belongs to.
    pub gist: Arc<Gist>,
}

impl Document {
    /// A file with a text.
    pub fn new(uri: Uri, text: &str, version: Option<i32>) -> Self {
        Self { uri, text: text.into(), lines: Arc::new(Lines::new(text)), version, gist: Arc::new(Gist::of(text)) }
    }

    /// The same text, as the client that has it open names it, or as the disk does.
    pub fn known_as(&self, uri: Uri, version: Option<i32>) -> Self {
        Self { uri, version, ..self.clone() }
    }

    /// It, after changes that are made one after the other.
    pub fn changed(&self, changes: &[TextDocumentContentChangeEvent], version: i32, encoding: Encoding) -> Self {
        let mut text = self.text.to_string();
        let mut lines = Arc::clone(&self.lines);
        for change in changes {
            match change.range {
                Some(range) => {
                    let start = lines.offset(&text, range.start, encoding);
                    let end = lines.offset(&text, range.end, encoding).max(start);
                    text.replace_range(start..end, &change.text);
                }
                None => text.clone_from(&change.text),
            }
            lines = Arc::new(Lines::new(&text));
        }
        let gist = Arc::new(Gist::of(&text));
        Self { uri: self.uri.clone(), text: text.into(), lines, version: Some(version), gist }
    }

    /// The byte offset of a place.
    pub fn offset(&self, position: Position, encoding: Encoding) -> usize {
        self.lines.offset(&self.text, position, encoding)
    }

    /// The places of a range of bytes.
    pub fn range(&self, start: usize, end: usize, encoding: Encoding) -> Range {
        self.lines.range(&self.text, start, end, encoding)
    }
}

/// The path of a file that the client names. What has no place on the disk yet lies in a folder of its own.
pub fn path_of(uri: &Uri) -> PathBuf {
    let on_disk = uri.scheme().as_str().eq_ignore_ascii_case("file").then(|| uri.to_file_path()).flatten();
    on_disk.map_or_else(|| PathBuf::from(uri.as_str()).join("unsaved.ztp"), |path| path.into_owned())
}

/// The name of a path in the protocol.
pub fn uri_of(path: &std::path::Path) -> Option<Uri> {
    Uri::from_file_path(path).or_else(|| Uri::from_str(path.parent()?.to_str()?).ok())
}
