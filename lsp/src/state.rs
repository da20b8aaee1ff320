//! All that the server knows, between two messages.
//!
//! Messages change it one after the other, each before anything else is waited for; questions are answered on a
//! [`Snapshot`], which nothing changes.

use crate::capabilities::Abilities;
use crate::document::{Document, path_of, uri_of};
use crate::grouping::{Grouping, at, folder_of, group, named_roots};
use crate::lines::Encoding;
use crate::project::Project;
use crate::protocol::{TextDocumentContentChangeEvent, Uri};
use crate::snapshot::Snapshot;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
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
    /// The roots of one project, as the user says them.
    roots: Vec<String>,
    /// What the user decides. Without a day it is the day on which something is asked.
    pub options: Options,
    /// What a column counts.
    pub encoding: Encoding,
    /// What the client can do.
    pub can: Abilities,
    /// Every file, by its path.
    documents: BTreeMap<PathBuf, Document>,
    /// Files that went since the client was last told.
    gone: Vec<Uri>,
    /// Which files belong together.
    grouping: Grouping,
    /// By their names.
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
    /// Takes the editor's folders as they were read from the disk. What the client has open stays as it is there.
    pub fn load(&mut self, read: Vec<(PathBuf, Document)>) {
        let mut documents: BTreeMap<PathBuf, Document> = read.into_iter().collect();
        for (path, known) in &self.documents {
            match documents.get_mut(path) {
                _ if known.version.is_some() => {
                    documents.insert(path.clone(), known.clone());
                }
                // It need not be read again.
                Some(now) if now.text == known.text => now.clone_from(known),
                _ => {}
            }
        }
        let before = std::mem::replace(&mut self.documents, documents);
        let gone = before.into_iter().filter(|(path, _)| !self.documents.contains_key(path));
        self.gone.extend(gone.map(|(_, document)| document.uri));
        self.regroup();
    }

    /// Takes other settings over: everything is to be checked again, and what the user's roots say may have changed.
    pub fn configure(&mut self, options: Options, roots: Vec<String>) {
        self.options = options;
        self.roots = roots;
        self.regroup();
        self.projects.values_mut().for_each(|project| project.touch(true));
    }

    /// Those of the user's roots that hold no file.
    pub fn missing_roots(&self) -> Vec<String> {
        named_roots(&self.roots, &self.folders, &self.documents).1
    }

    /// Divides the files into projects anew. A project that stays where it was keeps what it knows.
    fn regroup(&mut self) {
        let (roots, _) = named_roots(&self.roots, &self.folders, &self.documents);
        let grouping = group(&self.folders, &roots, &self.documents);
        let mut before = std::mem::take(&mut self.projects);
        for (name, place) in grouping.projects() {
            let kept = before.remove(name).filter(|project| project.place == *place);
            let project = kept.unwrap_or_else(|| {
                self.epochs += 1;
                Project::new(Arc::clone(place), self.epochs)
            });
            self.projects.insert(name.clone(), project);
        }
        // Nobody waits any more for what is being checked there.
        for project in before.values() {
            project.stop.store(true, Ordering::Relaxed);
            project.over.store(true, Ordering::Relaxed);
        }
        self.grouping = grouping;
        let mut members: BTreeMap<&PathBuf, Vec<(&PathBuf, &Document)>> = BTreeMap::new();
        for (path, document) in &self.documents {
            if let Some(name) = self.grouping.project_of(path) {
                members.entry(name).or_default().push((path, document));
            }
        }
        for (name, files) in members {
            if let Some(project) = self.projects.get_mut(name) {
                self.counts.parsed += project.become_all(files) as u64;
            }
        }
    }

    /// A client has opened a file: from now on its text is what counts.
    pub fn open(&mut self, uri: Uri, text: &str, version: i32) {
        let path = path_of(&uri);
        match self.documents.get_mut(&path) {
            Some(known) if *known.text == *text => {
                *known = known.known_as(uri, Some(version));
                self.show_again(&path);
            }
            _ => self.put(vec![(path, Document::new(uri, text, Some(version)))]),
        }
    }

    /// A client has changed a file that it has open. Of others the disk says what they are.
    pub fn change(&mut self, uri: &Uri, changes: &[TextDocumentContentChangeEvent], version: i32) {
        let path = path_of(uri);
        if let Some(document) = self.documents.get(&path).filter(|known| known.version.is_some()) {
            let changed = document.changed(changes, version, self.encoding);
            self.put(vec![(path, changed)]);
        }
    }

    /// A client has closed a file: from now on the disk counts, and outside of the editor's folders nothing does.
    /// Whoever calls it reads the file again.
    pub fn close(&mut self, uri: &Uri) {
        let path = path_of(uri);
        let Some(known) = self.documents.get_mut(&path) else { return };
        known.version = None;
        if folder_of(&self.folders, &path).is_none() {
            self.take(vec![path]);
        } else {
            self.show_again(&path);
        }
    }

    /// The files that went and did not come back since this was last asked.
    pub fn take_gone(&mut self) -> Vec<Uri> {
        let mut gone = std::mem::take(&mut self.gone);
        gone.retain(|uri| !self.documents.contains_key(&path_of(uri)));
        gone
    }

    /// Whether something can have happened at a path that matters: something is known there, or can be found there.
    pub fn may_concern(&self, path: &Path, is_gone: bool) -> bool {
        !is_gone || at(&self.documents, path).next().is_some()
    }

    /// Takes over what is now on the disk at some paths, and below them. What the client has open stays as it is there.
    pub fn reread(&mut self, paths: &[PathBuf], read: Vec<(PathBuf, Document)>) {
        let now: BTreeMap<PathBuf, Document> = read.into_iter().collect();
        let known = paths.iter().flat_map(|path| at(&self.documents, path));
        let gone = known.filter(|(path, known)| known.version.is_none() && !now.contains_key(*path));
        let gone: BTreeSet<PathBuf> = gone.map(|(path, _)| path.clone()).collect();
        let differs = |(path, document): &(PathBuf, Document)| {
            self.documents.get(path).is_none_or(|known| known.version.is_none() && known.text != document.text)
        };
        let new = now.into_iter().filter(differs).collect();
        self.take(gone.into_iter().collect());
        self.put(new);
    }

    /// Adds files or replaces them.
    fn put(&mut self, files: Vec<(PathBuf, Document)>) {
        let mut moves = false;
        for (path, document) in &files {
            let before = self.documents.insert(path.clone(), document.clone());
            moves |= before.is_none_or(|before| before.gist != document.gist);
        }
        if moves {
            return self.regroup();
        }
        let mut by_project: BTreeMap<PathBuf, Vec<(PathBuf, Document)>> = BTreeMap::new();
        for (path, document) in files {
            if let Some(name) = self.grouping.project_of(&path) {
                by_project.entry(name.clone()).or_default().push((path, document));
            }
        }
        for (name, files) in by_project {
            if let Some(project) = self.projects.get_mut(&name) {
                self.counts.parsed += project.change(files, Vec::new()) as u64;
            }
        }
    }

    /// Takes files out.
    fn take(&mut self, paths: Vec<PathBuf>) {
        if paths.is_empty() {
            return;
        }
        for path in paths {
            self.gone.extend(self.documents.remove(&path).map(|document| document.uri));
        }
        self.regroup();
    }

    /// A file's text stays what it was, and the client sees it in another way.
    fn show_again(&mut self, path: &Path) {
        let Some(document) = self.documents.get(path) else { return };
        let project = self.grouping.project_of(path).and_then(|name| self.projects.get_mut(name));
        if let Some(project) = project {
            project.show_again(path, document.clone());
        }
    }

    /// The project that a file belongs to.
    pub fn project_of(&self, uri: &Uri) -> Option<&Project> {
        self.grouping.project_of(&path_of(uri)).and_then(|name| self.projects.get(name))
    }

    /// What is known of a project now.
    pub fn snapshot(&self, project: &Project) -> Snapshot {
        // The very findings of `ztp check`: it takes the day on which it runs, and an expired sentence is an error.
        let today = self.options.today.unwrap_or_else(|| Date::from_days(clock::days()));
        let options = Options { today: Some(today), expired_fails: true, ..self.options.clone() };
        Snapshot::new(project, options, self.encoding, self.can)
    }
}

/// The files of some folders and files. What cannot be read is not there, as it is not for the client; what is not UTF-8 has
/// U+FFFD in its place, which is an error wherever it stands.
///
/// It takes as long as the disk takes: whoever reads holds nothing meanwhile that others wait for.
pub fn read(paths: &[PathBuf]) -> Vec<(PathBuf, Document)> {
    let loaded = Disk.load(Kind::Sources, paths);
    loaded
        .sources
        .iter()
        .filter(|(_, file)| !file.path.is_empty())
        .filter_map(|(_, file)| {
            let path = PathBuf::from(&file.path);
            Some((path.clone(), Document::new(uri_of(&path)?, &file.text, None)))
        })
        .collect()
}
