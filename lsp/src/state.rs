//! All that the server knows, between two messages.
//!
//! Messages change it one after the other, each before anything else is waited for; questions are answered on a
//! [`Snapshot`], which nothing changes.

use crate::document::{Document, path_of, uri_of};
use crate::lines::Encoding;
use crate::project::{Project, folder_of, root_of, roots, says_platform};
use crate::protocol::{TextDocumentContentChangeEvent, Uri};
use crate::snapshot::Snapshot;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use ztp::compile::Options;
use ztp::syntax::ast::Date;
use ztp::world::clock;
use ztp::world::disk::Disk;
use ztp::world::{Kind, World};

/// See the module.
#[derive(Debug, Default)]
pub struct State {
    /// The editor's folders.
    pub folders: Vec<PathBuf>,
    /// What the user decides. Without a day it is the day on which something is asked.
    pub options: Options,
    /// What a column counts.
    pub encoding: Encoding,
    /// Every file, by its path.
    documents: BTreeMap<PathBuf, Document>,
    /// Files that went since the client was last told.
    gone: Vec<Uri>,
    /// By their folders.
    pub projects: BTreeMap<PathBuf, Project>,
    /// How often something was sent to the client.
    pub order: u64,
    /// How many projects there ever were.
    epochs: u64,
    /// What was done so far.
    pub counts: Counts,
}

/// What was done since the start.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Files that were parsed.
    pub parsed: u64,
    /// Namespaces that were checked around a change.
    pub checked: u64,
    /// Checks of a whole project that came to an end.
    pub wholes: u64,
}

impl State {
    /// Reads the editor's folders from the disk. What the client has open stays as it is there.
    pub fn load(&mut self) {
        let open: Vec<(PathBuf, Document)> =
            self.documents.iter().filter(|(_, document)| document.version.is_some()).map(copy).collect();
        let mut documents = BTreeMap::new();
        for folder in &self.folders {
            documents.extend(read(folder));
        }
        documents.extend(open);
        let before = std::mem::replace(&mut self.documents, documents);
        let gone = before.into_iter().filter(|(path, _)| !self.documents.contains_key(path));
        self.gone.extend(gone.map(|(_, document)| document.uri));
        self.regroup();
    }

    /// Divides the files into projects anew.
    pub fn regroup(&mut self) {
        // Nobody waits any more for what is being checked.
        self.projects.values().for_each(|project| project.stop.store(true, Ordering::Relaxed));
        self.projects.clear();
        for (root, folder) in roots(&self.folders, &self.documents) {
            self.epochs += 1;
            self.projects.insert(root.clone(), Project::new(root, folder, self.epochs));
        }
        let mut members: BTreeMap<&PathBuf, Vec<(&Path, &Document)>> = BTreeMap::new();
        for (path, document) in &self.documents {
            if let Some(root) = root_of(self.projects.keys(), path) {
                members.entry(root).or_default().push((path, document));
            }
        }
        let members: Vec<(PathBuf, Vec<(PathBuf, Document)>)> = members
            .into_iter()
            .map(|(root, files)| {
                (root.clone(), files.into_iter().map(|(path, file)| (path.to_owned(), file.clone())).collect())
            })
            .collect();
        for (root, files) in members {
            if let Some(project) = self.projects.get_mut(&root) {
                self.counts.parsed += files.len() as u64;
                project.set_all(files);
            }
        }
    }

    /// A client has opened a file: from now on its text is what counts.
    pub fn open(&mut self, uri: Uri, text: &str, version: i32) {
        let path = path_of(&uri);
        self.put(path, Document::new(uri, text, Some(version)));
    }

    /// A client has changed a file that it has open.
    pub fn change(&mut self, uri: &Uri, changes: &[TextDocumentContentChangeEvent], version: i32) {
        let path = path_of(uri);
        if let Some(document) = self.documents.get(&path) {
            let changed = document.changed(changes, version, self.encoding);
            self.put(path, changed);
        }
    }

    /// A client has closed a file: from now on the disk counts, and outside of the editor's folders nothing does.
    pub fn close(&mut self, uri: &Uri) {
        let path = path_of(uri);
        let Some(document) = self.documents.get_mut(&path) else { return };
        document.version = None;
        let document = document.clone();
        if folder_of(&self.folders, &path).is_none() {
            self.take(&path);
            return;
        }
        if let Some(project) = self.project_at(&path) {
            project.close(&path, document);
        }
        self.reread(&path);
    }

    /// The files that went and did not come back since this was last asked.
    pub fn take_gone(&mut self) -> Vec<Uri> {
        let mut gone = std::mem::take(&mut self.gone);
        gone.retain(|uri| !self.documents.contains_key(&path_of(uri)));
        gone
    }

    /// Something has happened to a file or a folder on the disk.
    pub fn reread(&mut self, path: &Path) {
        let open = |document: &Document| document.version.is_some();
        if self.documents.get(path).is_some_and(open) {
            return;
        }
        let now: BTreeMap<PathBuf, Document> = read(path).collect();
        let gone = self
            .documents
            .iter()
            .filter(|(known, document)| known.starts_with(path) && !open(document) && !now.contains_key(*known));
        let gone: Vec<PathBuf> = gone.map(|(known, _)| known.clone()).collect();
        for known in gone {
            self.take(&known);
        }
        for (known, document) in now {
            let same = self.documents.get(&known).is_some_and(|old| open(old) || old.text == document.text);
            if !same {
                self.put(known, document);
            }
        }
    }

    fn put(&mut self, path: PathBuf, document: Document) {
        let platform = says_platform(&document.text);
        let before = self.documents.insert(path.clone(), document.clone());
        let moves = before.is_none_or(|before| says_platform(&before.text) != platform) && !self.roots_stand();
        if moves {
            self.regroup();
        } else if let Some(project) = self.project_at(&path) {
            project.set(&path, document);
            self.counts.parsed += 1;
        }
    }

    fn take(&mut self, path: &Path) {
        self.gone.extend(self.documents.remove(path).map(|document| document.uri));
        if !self.roots_stand() {
            self.regroup();
        } else if let Some(project) = self.project_at(path) {
            project.remove(path);
        }
    }

    fn project_at(&mut self, path: &Path) -> Option<&mut Project> {
        let root = root_of(self.projects.keys(), path)?.clone();
        self.projects.get_mut(&root)
    }

    /// Whether the projects' folders are still what they were.
    fn roots_stand(&self) -> bool {
        roots(&self.folders, &self.documents).keys().eq(self.projects.keys())
    }

    /// The project that a file belongs to.
    pub fn project_of(&self, uri: &Uri) -> Option<&Project> {
        let path = path_of(uri);
        root_of(self.projects.keys(), &path).and_then(|root| self.projects.get(root))
    }

    /// What is known of a project now.
    pub fn snapshot(&self, project: &Project) -> Snapshot {
        // The very findings of `ztp check`: it takes the day on which it runs, and an expired sentence is an error.
        let today = self.options.today.unwrap_or_else(|| Date::from_days(clock::days()));
        let options = Options { today: Some(today), expired_fails: true, ..self.options.clone() };
        Snapshot::new(project, options, self.encoding)
    }
}

fn copy((path, document): (&PathBuf, &Document)) -> (PathBuf, Document) {
    (path.clone(), document.clone())
}

/// The files of a folder, or a file. What cannot be read is not there, as it is not for the client; what is not UTF-8 has
/// U+FFFD in its place, which is an error wherever it stands.
fn read(path: &Path) -> impl Iterator<Item = (PathBuf, Document)> {
    let loaded = Disk.load(Kind::Sources, &[path.to_owned()]);
    let files: Vec<(PathBuf, Document)> = loaded
        .sources
        .iter()
        .filter(|(_, file)| !file.path.is_empty())
        .filter_map(|(_, file)| {
            let path = PathBuf::from(&file.path);
            Some((path.clone(), Document::new(uri_of(&path)?, &file.text, None)))
        })
        .collect();
    files.into_iter()
}
