//! One project: its files and what is known of them.

use crate::document::Document;
use crate::grouping::Place;
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
    /// Where it lies.
    pub place: Arc<Place>,
    /// Its files.
    pub workspace: Workspace,
    /// The same as the client sees them, by id.
    pub documents: Arc<Vec<Option<Arc<Document>>>>,
    /// How often it was changed.
    pub generation: u64,
    /// Which of all projects that ever stood there it is: the ids of their files differ.
    pub epoch: u64,
    /// When it was last changed.
    pub changed: Instant,
    /// At which generation something changed last that concerns every file.
    everywhere: u64,
    /// The files that changed since they were last checked.
    pub dirty: BTreeSet<FileId>,
    /// Of each file, at which generation it was last changed.
    edited: BTreeMap<FileId, u64>,
    /// The findings of the last check of everything, and of which generation it was; 0 before the first one.
    pub whole: (u64, Arc<Vec<Diagnostic>>),
    /// Of each file that was checked since then, its findings and of which generation they are.
    pub near: BTreeMap<FileId, (u64, Vec<Diagnostic>)>,
    /// Ends the check of everything that is under way.
    pub stop: Arc<AtomicBool>,
    /// Ends the check around a change that is under way: each generation has its own.
    pub over: Arc<AtomicBool>,
    /// What was checked around a file since the last change.
    pub cache: Cache,
}

impl Project {
    /// An empty project.
    pub fn new(place: Arc<Place>, epoch: u64) -> Self {
        Self {
            place,
            workspace: Workspace::new(),
            documents: Arc::default(),
            generation: 0,
            epoch,
            changed: Instant::now(),
            everywhere: 0,
            dirty: BTreeSet::new(),
            edited: BTreeMap::new(),
            whole: (0, Arc::default()),
            near: BTreeMap::new(),
            stop: Arc::default(),
            over: Arc::default(),
            cache: Cache::default(),
        }
    }

    /// Makes these files all of its own, and says how many of them were read.
    pub fn become_all(&mut self, files: Vec<(&PathBuf, &Document)>) -> usize {
        let paths: BTreeSet<String> = files.iter().map(|(path, _)| self.place.shown(path)).collect();
        let gone: Vec<String> =
            self.workspace.files().map(|file| file.source.path.clone()).filter(|path| !paths.contains(path)).collect();
        let same = |path: &Path, document: &Document| {
            self.document(path).is_some_and(|known| Arc::ptr_eq(&known.text, &document.text))
        };
        let new = files.into_iter().filter(|(path, document)| !same(path, document));
        let new = new.map(|(path, document)| (path.clone(), document.clone())).collect();
        self.change(new, gone)
    }

    /// Adds files or replaces them, and takes others out, which are named as they are shown. Says how many were read.
    pub fn change(&mut self, files: Vec<(PathBuf, Document)>, gone: Vec<String>) -> usize {
        if files.is_empty() && gone.is_empty() {
            return 0;
        }
        let mut platform = false;
        for shown in gone {
            platform |= self.remove(&shown);
        }
        let sources = files.iter().map(|(path, document)| self.source(path, document)).collect();
        let read = self.workspace.set_all(sources);
        let count = read.len();
        for (file, (_, document)) in read.into_iter().zip(files) {
            platform |= file.is_platform();
            self.dirty.insert(file.id);
            self.edited.insert(file.id, self.generation + 1);
            self.put(file.id, document);
        }
        self.touch(platform);
        count
    }

    fn source(&self, path: &Path, document: &Document) -> SourceFile {
        SourceFile {
            path: self.place.shown(path),
            relative: self.place.relative(path),
            text: document.text.to_string(),
        }
    }

    fn document(&self, path: &Path) -> Option<&Arc<Document>> {
        let id = self.workspace.id(&self.place.shown(path))?;
        self.documents.get(id.0 as usize)?.as_ref()
    }

    /// A client has opened or closed a file whose text stays what it was. What is known of it is shown once more.
    pub fn show_again(&mut self, path: &Path, document: Document) {
        if let Some(id) = self.workspace.id(&self.place.shown(path)) {
            if document.version.is_some() {
                self.dirty.insert(id);
            }
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

    /// Takes a file out, and says whether it concerned all others.
    fn remove(&mut self, shown: &str) -> bool {
        let Some(id) = self.workspace.id(shown) else { return false };
        let platform = self.workspace.file(id).is_some_and(|file| file.is_platform());
        self.workspace.remove(shown);
        if let Some(slot) = Arc::make_mut(&mut self.documents).get_mut(id.0 as usize) {
            *slot = None;
        }
        self.dirty.remove(&id);
        self.edited.remove(&id);
        self.near.remove(&id);
        platform
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

    /// The changed files around which is to be checked now. Of a platform's file a check of everything is at hand, and
    /// before the first one of these nothing else is.
    pub fn near_changes(&self) -> impl Iterator<Item = FileId> {
        let stale = self.whole.0 < self.generation;
        let near = move |id: &FileId| !(stale && self.workspace.file(*id).is_some_and(|file| file.is_platform()));
        self.dirty.iter().copied().filter(|_| self.whole.0 > 0).filter(near)
    }

    /// Takes these out: those first of which everything is known and only to be shown again.
    pub fn take_near_changes(&mut self) -> (BTreeSet<FileId>, BTreeSet<FileId>) {
        let taken: BTreeSet<FileId> = self.near_changes().collect();
        self.dirty.retain(|id| !taken.contains(id));
        taken.into_iter().partition(|id| self.known(*id).is_some())
    }

    /// Takes over the findings of a check of everything, as it was at a generation, and gives the last one's back.
    #[must_use = "it can be large, and is not to be dropped while others wait"]
    pub fn was_checked(&mut self, generation: u64, found: Vec<Diagnostic>) -> Arc<Vec<Diagnostic>> {
        // What was changed while it went on is still to be checked.
        let edited = &self.edited;
        self.dirty.retain(|id| edited.get(id).is_some_and(|edited| *edited > generation));
        let (_, before) = std::mem::replace(&mut self.whole, (generation, Arc::new(found)));
        self.near.retain(|_, (near, _)| *near > generation);
        self.cache = Cache::default();
        before
    }

    /// Whether everything was checked as it is now.
    pub fn is_settled(&self) -> bool {
        self.whole.0 == self.generation && self.dirty.is_empty()
    }

    /// Whether something has changed that concerns every file since everything was checked.
    pub fn is_urgent(&self) -> bool {
        self.whole.0 == 0 || self.everywhere > self.whole.0
    }

    /// Something has changed, which may concern every file.
    pub fn touch(&mut self, everything: bool) {
        self.generation += 1;
        self.changed = Instant::now();
        if everything {
            self.everywhere = self.generation;
        }
        // The first check comes to its end, or somebody who types would never see what is found in other files.
        if self.whole.0 > 0 {
            self.stop.store(true, Ordering::Relaxed);
        }
        self.over.store(true, Ordering::Relaxed);
        self.over = Arc::default();
        self.cache = Cache::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::Abilities;
    use crate::grouping::group;
    use crate::lines::Encoding;
    use crate::snapshot::Snapshot;
    use ztp::compile::Options;

    const CLUSTER: &str = "platform\ncluster prod { enforcer cilium 1.19 }\n";
    const SHOP: &str = "namespace shop\nworkload a\nworkload b\na may reach b\n";

    fn file(name: &str, text: &str) -> (PathBuf, Document) {
        let uri = format!("file:///e/{name}.ztp").parse().unwrap();
        (PathBuf::from(format!("/e/{name}.ztp")), Document::new(uri, text, None))
    }

    /// A project with a platform's file and a namespace's, at its first generation, and their ids.
    fn project() -> (Project, FileId, FileId) {
        let files = vec![file("cluster", CLUSTER), file("shop", SHOP)];
        let documents: BTreeMap<PathBuf, Document> = files.iter().cloned().collect();
        let grouping = group(&["/e".into()], &BTreeSet::new(), &documents);
        let mut project = Project::new(Arc::clone(grouping.projects().values().next().unwrap()), 1);
        assert_eq!(project.change(files, Vec::new()), 2);
        let id = |path: &str| project.workspace.id(path).unwrap();
        let ids = (id("cluster.ztp"), id("shop.ztp"));
        (project, ids.0, ids.1)
    }

    #[test]
    fn a_check_around_a_change_ends_with_the_next_one() {
        let (mut project, _, shop) = project();
        let snapshot = Snapshot::new(&project, Options::default(), Encoding::Utf8, Abilities::default());
        assert!(!snapshot.over.load(Ordering::Relaxed));
        project.change(vec![file("shop", "namespace shop\n")], Vec::new());
        assert!(snapshot.check_around(shop, &snapshot.over).is_none());
        // Who asks about the text as it was is answered all the same.
        assert_eq!(snapshot.checked_around(shop).clusters.len(), 1);
    }

    #[test]
    fn the_first_check_of_everything_goes_on_and_no_other_one_does() {
        let (mut project, cluster, shop) = project();
        assert_eq!(project.near_changes().count(), 0, "everything is to be checked first");
        project.change(vec![file("shop", "namespace shop\n")], Vec::new());
        assert!(!project.stop.load(Ordering::Relaxed));
        drop(project.was_checked(1, Vec::new()));
        assert_eq!(project.known(cluster), Some(None));
        assert_eq!(project.known(shop), None, "it was changed meanwhile");
        assert_eq!(project.take_near_changes(), (BTreeSet::new(), BTreeSet::from([shop])));
        assert!(!project.is_urgent());

        project.change(vec![file("cluster", "platform\n")], Vec::new());
        assert!(project.stop.load(Ordering::Relaxed) && project.is_urgent());
        assert_eq!(project.near_changes().count(), 0, "a check of everything says it");
        drop(project.was_checked(3, Vec::new()));
        assert!(project.is_settled());

        // What is opened as it was is shown again, and nothing is checked for it.
        let (path, document) = file("shop", "namespace shop\n");
        let uri = document.uri.clone();
        project.show_again(&path, document.known_as(uri, Some(1)));
        assert_eq!(project.take_near_changes(), (BTreeSet::from([shop]), BTreeSet::new()));
    }
}
