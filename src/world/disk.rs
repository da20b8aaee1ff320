//! The real file system: the only place that reads it for sources and manifests.
//!
//! Folders are walked first and links afterwards, each folder once, so links can neither loop nor multiply the work, and
//! a file that is reached both ways is shown by its own path. Only regular files are opened: a pipe named like a
//! source file would block for ever.
#![expect(clippy::disallowed_methods, reason = "this is the one place that reads the file system")]

use super::{Kind, Loaded, World, shown};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::project::{ProjectProblem, Store};
use crate::source::{FileId, SourceFile, Sources, Span};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// See the module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl World for Disk {
    fn load(&self, kind: Kind, roots: &[PathBuf]) -> Loaded {
        let mut walk = Walk::of(kind);
        walk.roots(roots);
        let Walk { files, problems, .. } = walk;
        let mut files: Vec<Entry> = files.into_values().collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let texts: Vec<Result<Text, Failure>> =
            files.par_iter().map(|file| read_file(&file.path, kind.limit())).collect();
        let mut loaded = Loaded { sources: Sources::new(), problems };
        for (file, text) in files.iter().zip(texts) {
            add(&mut loaded, kind, shown(&file.path), shown(&file.relative), text);
        }
        loaded
    }
}

/// Reads one file that has no path, such as standard input.
pub fn read_input(kind: Kind, name: &str, input: &mut dyn Read) -> Loaded {
    let mut loaded = Loaded::default();
    add(&mut loaded, kind, name.to_owned(), name.to_owned(), read(input, 0, kind.limit()));
    loaded
}

/// Opens one file as a stream, for what is too large to be held: a file, or a pipe that the shell made.
///
/// # Errors
/// When the system refuses, or it is a folder.
pub fn open(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() { Err(io::Error::other("it is a folder")) } else { Ok(file) }
}

/// Whether a folder has a file of a kind, in it or below.
#[must_use]
pub fn holds(kind: Kind, folder: &Path) -> bool {
    let mut walk = Walk::of(kind);
    walk.roots(&[folder.to_owned()]);
    !walk.files.is_empty()
}

/// Adds what was read, or why it was not.
pub(super) fn add(loaded: &mut Loaded, kind: Kind, path: String, relative: String, text: Result<Text, Failure>) {
    let id = FileId(u32::try_from(loaded.sources.len()).unwrap_or(u32::MAX));
    let problem = match text {
        Ok(Text { text, bad }) => {
            let problem = bad.map(|(start, byte)| {
                let end = start + u32::try_from('\u{fffd}'.len_utf8()).unwrap_or_default();
                ProjectProblem::NotUtf8 { span: Span::new(id, start, end), path: path.clone(), byte }
            });
            loaded.sources.add_file(SourceFile { path, relative, text });
            problem
        }
        Err(Failure::TooLarge) => Some(ProjectProblem::TooLarge { path, limit: kind.limit() }),
        Err(Failure::Io(error)) => {
            Some(ProjectProblem::Unreadable { path, reason: error.to_string(), from: Store::Disk })
        }
    };
    loaded.problems.extend(problem.map(Diagnostic::from));
}

/// Something found on the walk.
#[derive(Clone, Debug)]
struct Entry {
    /// From where `ztp` was started.
    path: PathBuf,
    /// From the root in which it was found.
    relative: PathBuf,
    /// Without links: what it really is.
    real: PathBuf,
    /// Index of the root in which it was found.
    root: usize,
}

impl Entry {
    fn child(&self, name: &std::ffi::OsStr) -> Self {
        Self {
            path: self.path.join(name),
            relative: self.relative.join(name),
            real: self.real.join(name),
            root: self.root,
        }
    }
}

/// What a walk has found so far.
#[derive(Debug)]
struct Walk {
    /// What is looked for.
    kind: Kind,
    /// The source files, by what they really are.
    files: BTreeMap<PathBuf, Entry>,
    /// The folders that have been or are about to be walked, by what they really are.
    folders: BTreeSet<PathBuf>,
    /// Links to look at when all that is no link has been walked.
    links: Vec<Entry>,
    problems: Vec<Diagnostic>,
}

impl Walk {
    fn of(kind: Kind) -> Self {
        Self { kind, files: BTreeMap::new(), folders: BTreeSet::new(), links: Vec::new(), problems: Vec::new() }
    }

    /// Walks everything. Roots come before the ones that they lie in, whatever order they were given in.
    fn roots(&mut self, roots: &[PathBuf]) {
        let mut entries = Vec::new();
        for (root, path) in roots.iter().enumerate() {
            match fs::canonicalize(path) {
                Ok(real) => entries.push(Entry { path: path.clone(), relative: PathBuf::new(), real, root }),
                Err(error) => self.problems.push(unreadable(path, &error)),
            }
        }
        entries.sort_by(|a, b| b.real.cmp(&a.real));
        for entry in &entries {
            match fs::metadata(&entry.real) {
                Ok(metadata) if metadata.is_dir() => self.folder(entry.clone()),
                Ok(metadata) if metadata.is_file() => {
                    let name = entry.real.file_name().map(PathBuf::from).unwrap_or_default();
                    self.file(Entry { relative: name, ..entry.clone() });
                }
                Ok(_) => self.problems.push(unreadable(&entry.path, &not_a_file())),
                Err(error) => self.problems.push(unreadable(&entry.path, &error)),
            }
        }
        self.follow_links();
        for entry in &entries {
            let inside = self.files.range(entry.real.clone()..).next();
            let any = inside.is_some_and(|(real, _)| real.starts_with(&entry.real))
                || self.files.values().any(|file| file.root == entry.root);
            if !any && self.problems.is_empty() {
                self.problems
                    .push(ProjectProblem::NoFiles { folder: shown(&entry.path), kind: self.kind.as_str() }.into());
            }
        }
    }

    fn file(&mut self, entry: Entry) {
        self.files.entry(entry.real.clone()).or_insert(entry);
    }

    /// Walks a folder and all below it, and leaves links for later.
    fn folder(&mut self, folder: Entry) {
        let mut waiting = vec![folder];
        while let Some(folder) = waiting.pop() {
            if !self.folders.insert(folder.real.clone()) {
                continue;
            }
            let entries = match fs::read_dir(&folder.path) {
                Ok(entries) => entries,
                Err(error) => {
                    self.problems.push(unreadable(&folder.path, &error));
                    continue;
                }
            };
            for entry in entries {
                let (name, kind) = match entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))) {
                    Ok(entry) => entry,
                    Err(error) => {
                        self.problems.push(unreadable(&folder.path, &error));
                        continue;
                    }
                };
                if name.as_encoded_bytes().starts_with(b".") {
                    continue;
                }
                let child = folder.child(&name);
                if kind.is_dir() {
                    waiting.push(child);
                } else if kind.is_symlink() {
                    self.links.push(child);
                } else if self.kind.fits(&child.path) {
                    if kind.is_file() {
                        self.file(child);
                    } else {
                        self.problems.push(unreadable(&child.path, &not_a_file()));
                    }
                }
            }
        }
    }

    /// Looks at the links that were left, and at those in the folders to which they lead.
    fn follow_links(&mut self) {
        while !self.links.is_empty() {
            let mut links = std::mem::take(&mut self.links);
            links.sort_by(|a, b| a.path.cmp(&b.path));
            for link in links {
                self.follow_link(link);
            }
        }
    }

    fn follow_link(&mut self, link: Entry) {
        let real = match fs::canonicalize(&link.path) {
            Ok(real) => real,
            // A link to nothing matters only where a source file should be.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !self.kind.fits(&link.path) => return,
            Err(error) if is_loop(&error) => {
                self.problems.push(ProjectProblem::LinkLoop { path: shown(&link.path) }.into());
                return;
            }
            Err(error) => {
                self.problems.push(unreadable(&link.path, &error));
                return;
            }
        };
        match fs::metadata(&real) {
            Ok(metadata) if metadata.is_dir() => {
                if link.real.starts_with(&real) {
                    self.problems.push(ProjectProblem::LinkLoop { path: shown(&link.path) }.into());
                } else {
                    self.folder(Entry { real, ..link });
                }
            }
            Ok(_) if !self.kind.fits(&link.path) => {}
            Ok(metadata) if metadata.is_file() => self.file(Entry { real, ..link }),
            Ok(_) => self.problems.push(unreadable(&link.path, &not_a_file())),
            Err(error) => self.problems.push(unreadable(&link.path, &error)),
        }
    }
}

/// Whether the system gave up on links that lead to each other (`ELOOP`; `io::ErrorKind` has no stable name for it).
fn is_loop(error: &io::Error) -> bool {
    #[cfg(unix)]
    {
        error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
    }
    #[cfg(not(unix))]
    {
        let _ = error;
        false
    }
}

fn not_a_file() -> io::Error {
    io::Error::other("it is neither a file nor a folder")
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    ProjectProblem::Unreadable { path: shown(path), reason: error.to_string(), from: Store::Disk }.into()
}

/// What a file holds.
pub(super) struct Text {
    text: String,
    /// The offset and value of the first byte that is not UTF-8; the text then has U+FFFD for each of them.
    bad: Option<(u32, u8)>,
}

/// Why a file was not read.
pub(super) enum Failure {
    TooLarge,
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn read_file(path: &Path, limit: u64) -> Result<Text, Failure> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > limit {
        return Err(Failure::TooLarge);
    }
    read(&mut file, usize::try_from(length).unwrap_or_default(), limit)
}

/// Reads to the end, which comes after about `length` bytes.
pub(super) fn read(input: &mut dyn Read, length: usize, limit: u64) -> Result<Text, Failure> {
    let mut bytes = Vec::with_capacity(length + 1);
    input.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(Failure::TooLarge);
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => Text { text, bad: None },
        Err(error) => {
            let start = error.utf8_error().valid_up_to();
            let byte = error.as_bytes().get(start).copied().unwrap_or_default();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            Text { text, bad: Some((u32::try_from(start).unwrap_or(u32::MAX), byte)) }
        }
    })
}
