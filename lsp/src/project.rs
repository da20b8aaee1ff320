//! The projects of an editor's folders: which files belong together.
//!
//! A project is a folder with platform files in it and all that lies below; what lies below no such folder belongs to
//! the editor's folder itself. So a repository with several projects, as this one's `examples/`, shows what `ztp check`
//! says of each.

use crate::document::Document;
use crate::snapshot::Cache;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use ztp::diagnostic::Diagnostic;
use ztp::ide::Workspace;
use ztp::source::{FileId, SourceFile};

/// The files of one project and what is known of them.
#[derive(Debug)]
pub struct Project {
    /// Its folder.
    pub root: PathBuf,
    /// The editor's folder in which it lies; paths are shown from there.
    pub folder: PathBuf,
    /// Its files.
    pub workspace: Workspace,
    /// The same as the client sees them, by id.
    pub documents: Arc<Vec<Option<Arc<Document>>>>,
    /// How often it was changed.
    pub generation: u64,
    /// Which of all projects that ever stood in this folder it is: the ids of their files differ.
    pub epoch: u64,
    /// When it was last changed, and whether a platform file was.
    pub changed: (Instant, bool),
    /// The files that changed since they were last checked.
    pub dirty: BTreeSet<FileId>,
    /// Of each file, at which generation it was last changed.
    edited: BTreeMap<FileId, u64>,
    /// The findings of the last check of everything, and of which generation it was.
    pub whole: (u64, Arc<Vec<Diagnostic>>),
    /// Of each file that was checked since then, its findings and of which generation they are.
    pub near: BTreeMap<FileId, (u64, Vec<Diagnostic>)>,
    /// Ends the check of everything that is under way.
    pub stop: Arc<AtomicBool>,
    /// What was checked around a file since the last change.
    pub cache: Cache,
}

impl Project {
    /// An empty project in a folder.
    pub fn new(root: PathBuf, folder: PathBuf, epoch: u64) -> Self {
        Self {
            root,
            folder,
            workspace: Workspace::new(),
            documents: Arc::default(),
            generation: 0,
            epoch,
            changed: (Instant::now(), true),
            dirty: BTreeSet::new(),
            edited: BTreeMap::new(),
            whole: (0, Arc::default()),
            near: BTreeMap::new(),
            stop: Arc::default(),
            cache: Cache::default(),
        }
    }

    /// Adds files or replaces them.
    pub fn set_all(&mut self, files: Vec<(PathBuf, Document)>) {
        let sources = files.iter().map(|(path, document)| self.source(path, document)).collect();
        let read = self.workspace.set_all(sources);
        for (file, (_, document)) in read.into_iter().zip(files) {
            self.show(file.id, document);
        }
        self.touch(true);
    }

    /// Adds a file or replaces it.
    pub fn set(&mut self, path: &Path, document: Document) {
        let file = self.workspace.set(self.source(path, &document));
        self.show(file.id, document);
        self.touch(file.is_platform());
    }

    fn source(&self, path: &Path, document: &Document) -> SourceFile {
        let text = document.text.to_string();
        SourceFile { path: below(path, &self.folder), relative: below(path, &self.root), text }
    }

    fn show(&mut self, id: FileId, document: Document) {
        self.dirty.insert(id);
        self.edited.insert(id, self.generation + 1);
        self.put(id, document);
    }

    /// The client has closed a file; its text is what it was.
    pub fn close(&mut self, path: &Path, document: Document) {
        if let Some(id) = self.workspace.id(&below(path, &self.folder)) {
            self.put(id, document);
        }
    }

    fn put(&mut self, id: FileId, document: Document) {
        let documents = Arc::make_mut(&mut self.documents);
        documents.resize(documents.len().max(id.0 as usize + 1), None);
        if let Some(slot) = documents.get_mut(id.0 as usize) {
            *slot = Some(Arc::new(document));
        }
    }

    /// Takes a file out.
    pub fn remove(&mut self, path: &Path) {
        let shown = below(path, &self.folder);
        let Some(id) = self.workspace.id(&shown) else { return };
        let platform = self.workspace.file(id).is_some_and(|file| file.is_platform());
        self.workspace.remove(&shown);
        if let Some(slot) = Arc::make_mut(&mut self.documents).get_mut(id.0 as usize) {
            *slot = None;
        }
        self.dirty.remove(&id);
        self.edited.remove(&id);
        self.near.remove(&id);
        self.touch(platform);
    }

    /// Whether what was last found in a file is about its text as it is, and then what was found there since everything was
    /// last checked.
    pub fn known(&self, id: FileId) -> Option<Option<&[Diagnostic]>> {
        let edited = self.edited.get(&id).copied()?;
        match self.near.get(&id) {
            Some((generation, found)) if *generation > self.whole.0 => (*generation >= edited).then_some(Some(found)),
            _ => (self.whole.0 >= edited).then_some(None),
        }
    }

    fn touch(&mut self, platform: bool) {
        self.generation += 1;
        // A platform file's change is not over before everything was checked.
        let pending = self.changed.1 && self.whole.0 + 1 < self.generation;
        self.changed = (Instant::now(), platform || pending);
        self.stop.store(true, Ordering::Relaxed);
        self.cache = Cache::default();
    }
}

/// A path below a folder, with `/` between its parts.
pub fn below(path: &Path, folder: &Path) -> String {
    let rest = path.strip_prefix(folder).unwrap_or(path);
    ztp::world::shown(rest)
}

/// The folders that are projects, each with the editor's folder in which it lies.
pub fn roots(folders: &[PathBuf], documents: &BTreeMap<PathBuf, Document>) -> BTreeMap<PathBuf, PathBuf> {
    let mut roots: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    let platforms: BTreeSet<&Path> = documents
        .iter()
        .filter(|(_, document)| says_platform(&document.text))
        .filter_map(|(path, _)| path.parent())
        .collect();
    for path in documents.keys() {
        let Some(parent) = path.parent() else { continue };
        let folder = folder_of(folders, path).unwrap_or(parent);
        // The outermost: a platform file below another one's folder is misplaced, which `ztp check` says.
        let mut above: Vec<&Path> = parent.ancestors().take_while(|above| above.starts_with(folder)).collect();
        above.reverse();
        let root = above.into_iter().find(|above| platforms.contains(above)).unwrap_or(folder);
        roots.insert(root.to_owned(), folder.to_owned());
    }
    roots
}

/// The innermost of the editor's folders that holds a path.
pub fn folder_of<'f>(folders: &'f [PathBuf], path: &Path) -> Option<&'f Path> {
    let holding = folders.iter().filter(|folder| path.starts_with(folder));
    holding.max_by_key(|folder| folder.components().count()).map(PathBuf::as_path)
}

/// The root of the project to which a path belongs.
pub fn root_of<'r>(roots: impl Iterator<Item = &'r PathBuf>, path: &Path) -> Option<&'r PathBuf> {
    roots.filter(|root| path.starts_with(root)).max_by_key(|root| root.components().count())
}

/// Whether a text's header is `platform`.
pub fn says_platform(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next().is_some_and(|line| line.split_whitespace().next() == Some("platform"))
}
