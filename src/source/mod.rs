//! Source files and places in them.
//!
//! Invariant: a [`Span`] is a byte range on character boundaries of the file that it names. Files are
//! never removed from a [`Sources`], so a `FileId` stays valid for as long as the set lives.

mod line_index;

pub use line_index::{LineColumn, LineIndex};

use std::sync::Arc;

/// One source file of a [`Sources`] set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A half-open byte range in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end` of `file`.
    #[must_use]
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// The smallest span that holds both; `other` is taken to lie in the same file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// One file: the path shown to people and the text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as it is shown; `/` between parts on every system.
    pub path: String,
    /// The path below the root folder in which it was found, by which it is decided where a file lies; `/` between
    /// parts on every system. A file that was named itself lies in the root.
    pub relative: String,
    /// The whole text, already known to be UTF-8.
    pub text: String,
}

impl SourceFile {
    /// Whether it lies in a root folder, not below one: only there may a file say `platform`.
    #[must_use]
    pub fn in_root(&self) -> bool {
        !self.relative.contains('/')
    }
}

/// All files of one compile, in the order of their paths. A copy shares the texts, so that an editor can keep what it
/// had while it goes on.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Arc<SourceFile>>,
}

impl Sources {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file whose path begins in the root, and returns its id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        let path = path.into();
        self.add_file(SourceFile { relative: path.clone(), path, text: text.into() })
    }

    /// Adds a file and returns its id.
    pub fn add_file(&mut self, file: SourceFile) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Arc::new(file));
        id
    }

    /// Puts another file in the place of one that this set holds.
    pub fn replace(&mut self, id: FileId, file: Arc<SourceFile>) {
        if let Some(slot) = self.files.get_mut(id.0 as usize) {
            *slot = file;
        }
    }

    /// Adds the files of another set behind its own. An id of the other set grows by what is returned.
    pub fn append(&mut self, other: Self) -> u32 {
        let shift = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        self.files.extend(other.files);
        shift
    }

    /// Removes the first bytes of a file's text; nothing if they do not end between two characters.
    pub fn remove_start(&mut self, id: FileId, bytes: usize) {
        if let Some(file) = self.files.get_mut(id.0 as usize)
            && let Some(rest) = file.text.get(bytes..)
        {
            let text = rest.to_owned();
            Arc::make_mut(file).text = text;
        }
    }

    /// The file of an id that this set gave out.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize).map(AsRef::as_ref)
    }

    /// The text of a span; empty if the span is not of this set.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.file).and_then(|file| file.text.get(span.start as usize..span.end as usize)).unwrap_or_default()
    }

    /// Every file with its id.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, file)| (FileId(u32::try_from(i).unwrap_or(u32::MAX)), file.as_ref()))
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}
