//! The files of a project while somebody types.
//!
//! A change reads one file again, and what stands around it is checked by itself: its own namespaces, those that they
//! name and those that name them. A copy is cheap, so that work can go on with one while the next change is made.
//! Invariant: a file keeps its id for as long as the workspace lives, even when it goes and comes back.

use super::names::{self, Occurrence, Role};
use crate::compile::{self, Compiled, Focus, Options, Project};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, LineIndex, SourceFile, Sources};
use crate::syntax::ast::{HeaderKind, Item, ItemKind, Tree};
use crate::syntax::{self, Parsed};
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    sources: Sources,
    /// By id; `None` for a file that went.
    files: Vec<Option<Arc<File>>>,
    /// In the order in which a compile takes them.
    by_path: Arc<BTreeMap<PathBuf, FileId>>,
}

/// A file that was read.
#[derive(Debug)]
pub struct File {
    /// Its id.
    pub id: FileId,
    /// Its text and its paths.
    pub source: Arc<SourceFile>,
    /// What it says.
    pub tree: Tree,
    /// What could not be read.
    pub problems: Vec<Diagnostic>,
    /// Its lines.
    pub lines: LineIndex,
    /// Every name in it, in the order of the places.
    pub names: Vec<Occurrence>,
    /// Those of the names that declare something, as indices.
    pub declaring: Vec<usize>,
    /// The namespaces of its sections.
    pub homes: BTreeSet<SmolStr>,
    /// The namespaces that it names.
    pub(super) mentions: BTreeSet<SmolStr>,
    /// Whether it has platform sections.
    platform: bool,
    /// Whether it declares nothing for other namespaces.
    pub(super) private: bool,
}

/// What came of a check.
#[derive(Debug, Default)]
pub struct Checked {
    /// The findings, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// Each cluster's policy, ready for lowering, as far as it goes where there are errors.
    pub clusters: Vec<Compiled>,
    /// The namespaces whose sentences were read.
    pub namespaces: usize,
}

impl File {
    /// Reads a file.
    #[must_use]
    pub fn read(id: FileId, source: SourceFile) -> Self {
        let parsed = syntax::parse(id, &source.text);
        let names = names::names(&parsed.tree);
        let homes = parsed.tree.sections.iter().filter_map(names::home).cloned().collect();
        let named = names.iter().filter(|name| name.role == Role::Namespace);
        let mentions = named.map(|name| name.name.clone()).collect();
        let declaring = names.iter().enumerate().filter(|(_, name)| name.declares()).map(|(index, _)| index).collect();
        let lines = LineIndex::new(&source.text);
        let source = Arc::new(source);
        let Parsed { tree, problems } = parsed;
        let mut headers = tree.sections.iter().filter_map(|section| section.header.as_ref());
        let platform = headers.any(|header| header.kind == HeaderKind::Platform);
        let private = is_private(&tree);
        Self { id, source, tree, problems, lines, names, declaring, homes, mentions, platform, private }
    }

    /// Whether it has a platform section.
    #[must_use]
    pub fn is_platform(&self) -> bool {
        self.platform
    }
}

/// Whether a file declares nothing for other namespaces. What could not be read could be anything.
fn is_private(tree: &Tree) -> bool {
    let own = |item: &Item| match &item.kind {
        ItemKind::Project(_)
        | ItemKind::Cluster(_)
        | ItemKind::NamespaceDecl(_)
        | ItemKind::NamespaceSet(_)
        | ItemKind::NodeSet(_)
        | ItemKind::Bad => false,
        ItemKind::Workload(workload) => workload.namespace.is_none(),
        _ => true,
    };
    tree.sections.iter().all(|section| names::home(section).is_some() && section.items.iter().all(own))
}

impl Workspace {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file or replaces its text. `path` is what people are shown, `relative` is below the project's root.
    pub fn set(&mut self, source: SourceFile) -> Arc<File> {
        let id = self.id_for(&source.path);
        let file = Arc::new(File::read(id, source));
        self.put(Arc::clone(&file));
        file
    }

    /// Adds or replaces many files, which are read side by side.
    pub fn set_all(&mut self, sources: Vec<SourceFile>) -> Vec<Arc<File>> {
        let named: Vec<(FileId, SourceFile)> =
            sources.into_iter().map(|source| (self.id_for(&source.path), source)).collect();
        let read: Vec<Arc<File>> = named.into_par_iter().map(|(id, source)| Arc::new(File::read(id, source))).collect();
        read.iter().for_each(|file| self.put(Arc::clone(file)));
        read
    }

    /// The id that a path has, or gets.
    fn id_for(&mut self, path: &str) -> FileId {
        if let Some(id) = self.id(path) {
            return id;
        }
        let empty = SourceFile { path: path.to_owned(), relative: path.to_owned(), text: String::new() };
        let id = self.sources.add_file(empty);
        self.files.push(None);
        Arc::make_mut(&mut self.by_path).insert(PathBuf::from(path), id);
        id
    }

    /// Takes in a file that was read for an id that [`Self::id_for`] gave.
    fn put(&mut self, file: Arc<File>) {
        self.sources.replace(file.id, Arc::clone(&file.source));
        let index = file.id.0 as usize;
        if let Some(slot) = self.files.get_mut(index) {
            *slot = Some(file);
        }
    }

    /// Takes a file out.
    pub fn remove(&mut self, path: &str) {
        let Some(id) = self.id(path) else { return };
        let empty = SourceFile { path: path.to_owned(), relative: path.to_owned(), text: String::new() };
        self.sources.replace(id, Arc::new(empty));
        if let Some(slot) = self.files.get_mut(id.0 as usize) {
            *slot = None;
        }
    }

    /// The id that a path has or had.
    #[must_use]
    pub fn id(&self, path: &str) -> Option<FileId> {
        self.by_path.get(std::path::Path::new(path)).copied()
    }

    /// The file of an id.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<&Arc<File>> {
        self.files.get(id.0 as usize)?.as_ref()
    }

    /// Every file, in the order of the paths.
    pub fn files(&self) -> impl Iterator<Item = &Arc<File>> {
        self.by_path.values().filter_map(|id| self.file(*id))
    }

    /// The texts.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Checks everything. `None` when it was stopped.
    #[must_use]
    pub fn check(&self, options: &Options, stop: &AtomicBool) -> Option<Checked> {
        let trees: Vec<&Tree> = self.files().map(|file| &file.tree).collect();
        let problems = self.files().flat_map(|file| file.problems.iter().cloned()).collect();
        let project = Project { trees: &trees, sources: &self.sources, focus: None, question: None, stop };
        let (clusters, diagnostics) = compile::analyse(&project, options, problems)?;
        let namespaces = self.files().flat_map(|file| &file.homes).collect::<BTreeSet<_>>().len();
        Some(Checked { diagnostics, clusters, namespaces })
    }

    /// The files that hold the same namespaces as one does, itself among them.
    #[must_use]
    pub fn together(&self, id: FileId) -> BTreeSet<FileId> {
        let Some(file) = self.file(id) else { return BTreeSet::new() };
        let others = self.files().filter(|other| !other.homes.is_disjoint(&file.homes)).map(|other| other.id);
        others.chain([id]).collect()
    }

    /// Checks what stands around a file: the findings are those of the files [together](Self::together) with it.
    /// `elsewhere` is what was last found in the others. `None` when it was stopped.
    #[must_use]
    pub fn check_around(
        &self,
        id: FileId,
        elsewhere: &[Diagnostic],
        options: &Options,
        stop: &AtomicBool,
    ) -> Option<Checked> {
        let files = self.together(id);
        let namespaces = self.around(&files);
        let trees: Vec<&Tree> = self.files().map(|file| &file.tree).collect();
        let own = files.iter().filter_map(|id| self.file(*id));
        let problems = own.flat_map(|file| file.problems.iter().cloned()).collect();
        let private = self.files().filter(|file| file.private).map(|file| file.id).collect();
        let focus = Focus { files: &files, namespaces: &namespaces, private: &private, elsewhere };
        let project = Project { trees: &trees, sources: &self.sources, focus: Some(focus), question: None, stop };
        let (clusters, diagnostics) = compile::analyse(&project, options, problems)?;
        Some(Checked { diagnostics, clusters, namespaces: namespaces.len() })
    }

    /// The namespaces of some files, those that they name, and those that name them. What a platform's group names is
    /// named by whoever names the group.
    fn around(&self, files: &BTreeSet<FileId>) -> BTreeSet<SmolStr> {
        let own: Vec<&Arc<File>> = files.iter().filter_map(|id| self.file(*id)).collect();
        let homes: BTreeSet<&SmolStr> = own.iter().flat_map(|file| &file.homes).collect();
        let named = own.iter().flat_map(|file| &file.mentions);
        let platform = self.files().filter(|file| file.is_platform()).flat_map(|file| &file.mentions);
        let naming = self.files().filter(|file| file.mentions.iter().any(|name| homes.contains(name)));
        let naming = naming.flat_map(|file| &file.homes);
        homes.iter().copied().chain(named).chain(platform).chain(naming).cloned().collect()
    }
}
