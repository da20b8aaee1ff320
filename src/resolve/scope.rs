//! Every declaration of a project, by name.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::names::NameProblem;
use crate::diagnostic::problem::ownership::OwnershipProblem;
use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::{
    Cluster, Direction, External, Group, HeaderKind, Item, ItemKind, Name, NamespaceDecl, NamespaceSet, Node, NodeSet,
    Section, Tree, Workload,
};
use indexmap::map::Entry;
use indexmap::{IndexMap, IndexSet};
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// The declarations of a project. It borrows the trees.
#[derive(Default)]
pub struct Scope<'t> {
    /// `project NAME`
    pub(super) project: Option<&'t Name>,
    /// The clusters in the order of their declaration.
    pub(super) clusters: IndexMap<SmolStr, &'t Cluster>,
    /// Namespaces that a platform file or a header declares.
    pub(super) namespaces: IndexMap<SmolStr, NamespaceScope<'t>>,
    /// `namespaces NAME { … }`
    pub(super) sets: IndexMap<SmolStr, &'t NamespaceSet>,
    /// `nodes NAME { … }`
    pub(super) nodes: IndexMap<SmolStr, (&'t NodeSet, &'t Item)>,
    /// What platform files say.
    pub(super) platform: Names<'t>,
    /// The platform's sections.
    pub(super) platform_sections: Vec<&'t Section>,
    /// Workloads of other namespaces that a platform or namespace file names: `workload ingress/nginx { … }`.
    pub(super) foreign: IndexMap<(SmolStr, SmolStr), &'t Workload>,
    /// Names whose declarations could not be read, and the first words of such sentences: what depends on them has no
    /// finding of its own.
    pub(super) broken: IndexSet<SmolStr>,
    /// The namespaces whose sentences are read; all, when not said.
    focus: Option<&'t BTreeSet<SmolStr>>,
    /// The files that declare nothing for other namespaces.
    private: Option<&'t BTreeSet<FileId>>,
    /// The namespaces that declare a workload of a name, for those whose sentences are not read.
    unread: OnceLock<IndexMap<&'t str, Vec<&'t str>>>,
}

/// One namespace.
pub(super) struct NamespaceScope<'t> {
    /// Its line in a platform file.
    pub declaration: Option<&'t NamespaceDecl>,
    /// Its sections, in the order of the files.
    pub sections: Vec<&'t Section>,
    /// What its headers say, which all say the same: `enforcing …`.
    pub enforcing: Option<&'t Node<Vec<Node<Direction>>>>,
    /// Its owner.
    pub owner: Option<&'t Name>,
    /// `workloads by KEY`
    pub workloads_by: Option<&'t Name>,
    /// What it declares.
    pub names: Names<'t>,
    /// Its first header, or its line in a platform file where it has no header.
    pub span: Span,
}

/// What one namespace, or the platform, declares.
#[derive(Default)]
pub(super) struct Names<'t> {
    pub workloads: IndexMap<SmolStr, &'t Workload>,
    pub externals: IndexMap<SmolStr, &'t External>,
    pub groups: IndexMap<SmolStr, &'t Group>,
    /// Where each name is declared, whatever it is.
    spans: IndexMap<SmolStr, Span>,
}

impl NamespaceScope<'_> {
    /// Behind what another declaration of a workload stands best: the last one, if possible of the same file, else the
    /// header. `None` when no file of the namespace is here.
    pub fn behind_workloads(&self, file: FileId) -> Option<Span> {
        let of_file = |section: &&&Section| section.span.0.file == file;
        let section = self.sections.iter().find(of_file).or_else(|| self.sections.first())?;
        let workload = |item: &&Item| matches!(item.kind, ItemKind::Workload(_));
        let last = section.items.iter().rev().find(workload).map(|item| item.span.0);
        last.or_else(|| Some(section.header.as_ref()?.span.0))
    }

    /// Behind what another sentence stands best: the last one of its first file.
    pub fn behind_sentences(&self) -> Option<Span> {
        let section = self.sections.first()?;
        let last = section.items.last().map(|item| item.span.0);
        last.or_else(|| Some(section.header.as_ref()?.span.0))
    }
}

impl<'t> Names<'t> {
    fn declare(&mut self, name: &Name, diagnostics: &mut Vec<Diagnostic>) -> bool {
        match self.spans.entry(name.value.clone()) {
            Entry::Occupied(first) => {
                diagnostics
                    .push(NameProblem::Twice { span: name.span, name: name.value.clone(), first: *first.get() }.into());
                false
            }
            Entry::Vacant(entry) => {
                entry.insert(name.span);
                true
            }
        }
    }

    /// Every declared name.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.spans.keys().map(SmolStr::as_str)
    }

    /// Where a name is declared.
    pub fn span_of(&self, name: &str) -> Option<Span> {
        self.spans.get(name).copied()
    }

    fn take(&mut self, kind: &'t ItemKind, diagnostics: &mut Vec<Diagnostic>) {
        match kind {
            ItemKind::Workload(workload)
                if workload.namespace.is_none() && self.declare(&workload.name, diagnostics) =>
            {
                self.workloads.insert(workload.name.value.clone(), workload);
            }
            ItemKind::External(external) if self.declare(&external.name, diagnostics) => {
                self.externals.insert(external.name.value.clone(), external);
            }
            ItemKind::Group(group) if self.declare(&group.name, diagnostics) => {
                self.groups.insert(group.name.value.clone(), group);
            }
            _ => {}
        }
    }
}

impl<'t> Scope<'t> {
    /// Collects the declarations of all trees and reports what cannot stand where it stands.
    pub fn collect(trees: &[&'t Tree], sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Self {
        Self::default().filled(trees, sources, diagnostics)
    }

    /// The same, but only the sentences of these namespaces and of the platform are to be read. Of the others it knows
    /// what their headers say, and what they declare for everybody; `private` are the files that declare nothing of the kind.
    pub fn around(
        focus: &'t BTreeSet<SmolStr>,
        private: &'t BTreeSet<FileId>,
        trees: &[&'t Tree],
        sources: &Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        Self { focus: Some(focus), private: Some(private), ..Self::default() }.filled(trees, sources, diagnostics)
    }

    fn filled(mut self, trees: &[&'t Tree], sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Self {
        for tree in trees {
            for section in &tree.sections {
                self.take_section(section, sources, diagnostics);
            }
        }
        self.check_folders(sources, diagnostics);
        self.check_foreign(diagnostics);
        self.check_shadowing(diagnostics);
        self
    }

    /// Whether the sentences of a namespace are read.
    fn reads(&self, namespace: &SmolStr) -> bool {
        self.focus.is_none_or(|focus| focus.contains(namespace))
    }

    /// The namespaces that declare a workload of this name, in the order of their declaration.
    pub(super) fn declaring(&self, workload: &str) -> Vec<&str> {
        let unread = self.unread.get_or_init(|| self.unread());
        let unread = unread.get(workload).map(Vec::as_slice).unwrap_or_default();
        let declares = |(name, namespace): &(&SmolStr, &NamespaceScope<'t>)| {
            namespace.names.workloads.contains_key(workload) || unread.contains(&name.as_str())
        };
        self.namespaces.iter().filter(declares).map(|(name, _)| name.as_str()).collect()
    }

    fn unread(&self) -> IndexMap<&'t str, Vec<&'t str>> {
        let mut found: IndexMap<&'t str, Vec<&'t str>> = IndexMap::new();
        let unread = self.namespaces.iter().filter(|(name, _)| !self.reads(name));
        for section in unread.flat_map(|(_, namespace)| &namespace.sections) {
            let Some(HeaderKind::Namespace { name, .. }) = section.header.as_ref().map(|header| &header.kind) else {
                continue;
            };
            for item in &section.items {
                if let ItemKind::Workload(workload) = &item.kind
                    && workload.namespace.is_none()
                {
                    found.entry(&workload.name.value).or_default().push(&name.value);
                }
            }
        }
        found
    }
    /// The namespaces whose sentences are read.
    pub(super) fn read_namespaces(&self) -> impl Iterator<Item = (&SmolStr, &NamespaceScope<'t>)> {
        self.namespaces.iter().filter(|(name, _)| self.reads(name))
    }

    fn take_section(&mut self, section: &'t Section, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
        if let Some(HeaderKind::Namespace { name, .. }) = section.header.as_ref().map(|header| &header.kind)
            && !self.reads(&name.value)
            && self.private.is_some_and(|files| files.contains(&name.span.file))
        {
            self.take_header(section, diagnostics);
            return;
        }
        for item in &section.items {
            // A file without a header has its own error; its items belong to nobody, but their names are known.
            if item.kind == ItemKind::Bad || section.header.is_none() {
                let words = sources.slice(item.span.0).split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
                self.broken.extend(words.filter(|word| !word.is_empty()).take(2).map(SmolStr::from));
            }
        }
        let Some(header) = &section.header else { return };
        match &header.kind {
            HeaderKind::Platform => {
                if sources.get(header.span.0.file).is_some_and(|file| !file.in_root()) {
                    diagnostics.push(OwnershipProblem::PlatformBelowRoot { span: header.span.0 }.into());
                }
                self.platform_sections.push(section);
                for item in &section.items {
                    self.take_platform_item(item, diagnostics);
                }
            }
            HeaderKind::Namespace { name, .. } => {
                self.take_header(section, diagnostics);
                for item in &section.items {
                    self.take_namespace_item(&name.value, item, diagnostics);
                }
            }
        }
    }

    /// What a namespace's header says.
    fn take_header(&mut self, section: &'t Section, diagnostics: &mut Vec<Diagnostic>) {
        let Some(header) = &section.header else { return };
        let HeaderKind::Namespace { name, owner, enforcing, .. } = &header.kind else { return };
        let namespace = self.namespace(name);
        namespace.sections.push(section);
        if namespace.sections.len() == 1 {
            namespace.span = name.span;
        }
        if let Some(owner) = owner {
            set_once(&mut namespace.owner, owner, "owner", diagnostics);
        }
        // A plain header isolates both ways, so a file of its own could otherwise undo it from afar.
        if namespace.sections.len() == 1 {
            namespace.enforcing = enforcing.as_ref();
        } else if namespace.enforcing != enforcing.as_ref() {
            let (span, first) = (header.span.0, namespace.span);
            diagnostics.push(OwnershipProblem::EnforcingTwice { span, first }.into());
        }
    }

    fn namespace(&mut self, name: &Name) -> &mut NamespaceScope<'t> {
        self.namespaces.entry(name.value.clone()).or_insert_with(|| NamespaceScope {
            declaration: None,
            sections: Vec::new(),
            enforcing: None,
            owner: None,
            workloads_by: None,
            names: Names::default(),
            span: name.span,
        })
    }

    fn take_platform_item(&mut self, item: &'t Item, diagnostics: &mut Vec<Diagnostic>) {
        match &item.kind {
            ItemKind::Project(name) => set_once(&mut self.project, name, "project", diagnostics),
            ItemKind::Cluster(cluster) => {
                insert_once(&mut self.clusters, &cluster.name, cluster, diagnostics);
            }
            ItemKind::NamespaceDecl(declaration) => {
                let namespace = self.namespace(&declaration.name);
                if let Some(owner) = &declaration.owner {
                    set_once(&mut namespace.owner, owner, "owner", diagnostics);
                }
                if let Some(first) = namespace.declaration {
                    let (span, name) = (declaration.name.span, declaration.name.value.clone());
                    diagnostics.push(NameProblem::Twice { span, name, first: first.name.span }.into());
                } else {
                    namespace.declaration = Some(declaration);
                }
            }
            ItemKind::NamespaceSet(set) => {
                insert_once(&mut self.sets, &set.name, set, diagnostics);
            }
            ItemKind::NodeSet(nodes) => {
                if self.platform.declare(&nodes.name, diagnostics) {
                    self.nodes.insert(nodes.name.value.clone(), (nodes, item));
                }
            }
            ItemKind::Workload(workload) => match &workload.namespace {
                Some(namespace) => self.take_foreign(namespace, workload, diagnostics),
                None => diagnostics.push(
                    OwnershipProblem::NotInPlatform { span: item.span.0, what: "a workload without its namespace" }
                        .into(),
                ),
            },
            ItemKind::WorkloadsBy(key) => diagnostics.push(
                OwnershipProblem::NotInPlatform { span: key.span, what: "`workloads by` outside a cluster" }.into(),
            ),
            ItemKind::Expose(_) => {
                diagnostics.push(OwnershipProblem::NotInPlatform { span: item.span.0, what: "an `expose`" }.into());
            }
            kind => self.platform.take(kind, diagnostics),
        }
    }

    fn take_namespace_item(&mut self, namespace: &SmolStr, item: &'t Item, diagnostics: &mut Vec<Diagnostic>) {
        let platform_only = match &item.kind {
            ItemKind::Project(_) => Some("`project`"),
            ItemKind::Cluster(_) => Some("a cluster"),
            ItemKind::NamespaceDecl(_) => Some("a namespace declaration"),
            ItemKind::NamespaceSet(_) => Some("a set of namespaces"),
            ItemKind::NodeSet(_) => Some("a set of nodes"),
            ItemKind::May(may) if may.always => Some("`may always`"),
            _ => None,
        };
        if let Some(what) = platform_only {
            // What is meant is known, and told once.
            self.broken.extend(match &item.kind {
                ItemKind::Cluster(_) => Some(SmolStr::new_static("cluster")),
                ItemKind::NamespaceSet(set) => Some(set.name.value.clone()),
                ItemKind::NodeSet(nodes) => Some(nodes.name.value.clone()),
                _ => None,
            });
            diagnostics.push(OwnershipProblem::OnlyInPlatform { span: item.span.0, what }.into());
            return;
        }
        if let ItemKind::Workload(workload) = &item.kind
            && let Some(foreign) = &workload.namespace
        {
            self.take_foreign(foreign, workload, diagnostics);
            return;
        }
        let Some(scope) = self.namespaces.get_mut(namespace) else { return };
        if let ItemKind::WorkloadsBy(key) = &item.kind {
            set_once(&mut scope.workloads_by, key, "workloads by", diagnostics);
            return;
        }
        scope.names.take(&item.kind, diagnostics);
    }

    /// Two files may name the same foreign workload, if they say the same of it.
    fn take_foreign(&mut self, namespace: &Name, workload: &'t Workload, diagnostics: &mut Vec<Diagnostic>) {
        let key = (namespace.value.clone(), workload.name.value.clone());
        match self.foreign.entry(key) {
            Entry::Occupied(first) if **first.get() != *workload => {
                let (span, first) = (workload.name.span, first.get().name.span);
                diagnostics.push(NameProblem::Twice { span, name: workload.name.value.clone(), first }.into());
            }
            Entry::Occupied(_) => {}
            Entry::Vacant(entry) => {
                entry.insert(workload);
            }
        }
    }

    /// A namespace that has a folder may have its header only there.
    fn check_folders(&self, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
        for (name, namespace) in &self.namespaces {
            let Some(folder) = namespace.declaration.and_then(|declaration| declaration.folder.as_ref()) else {
                continue;
            };
            for section in &namespace.sections {
                let Some(header) = &section.header else { continue };
                let inside = sources
                    .get(header.span.0.file)
                    .is_some_and(|file| lies_in(&file.path, &folder.value) || lies_in(&file.relative, &folder.value));
                if !inside {
                    diagnostics.push(
                        OwnershipProblem::OutsideItsFolder {
                            span: header.span.0,
                            namespace: name.clone(),
                            folder: folder.value.clone(),
                            declared: folder.span,
                        }
                        .into(),
                    );
                }
            }
        }
    }

    /// A namespace whose own files are here names its workloads itself.
    fn check_foreign(&self, diagnostics: &mut Vec<Diagnostic>) {
        for ((namespace, _), workload) in &self.foreign {
            let header = self.namespaces.get(namespace).filter(|scope| !scope.sections.is_empty());
            if let Some(scope) = header {
                let (span, header, namespace) = (workload.name.span, scope.span, namespace.clone());
                diagnostics.push(NameProblem::ForeignOfDeclared { span, namespace, header }.into());
            }
        }
    }

    /// A namespace does not take a name that the platform gives to everybody.
    fn check_shadowing(&self, diagnostics: &mut Vec<Diagnostic>) {
        for namespace in self.namespaces.values() {
            for (name, span) in &namespace.names.spans {
                if let Some(first) = self.platform.span_of(name) {
                    diagnostics.push(NameProblem::Twice { span: *span, name: name.clone(), first }.into());
                }
            }
        }
    }
}

/// Whether a path lies in a folder, compared part by part.
fn lies_in(path: &str, folder: &str) -> bool {
    let mut path = path.split('/').filter(|part| !matches!(*part, "" | "."));
    folder.split('/').filter(|part| !matches!(*part, "" | ".")).all(|part| path.next() == Some(part))
}

fn set_once<'t>(slot: &mut Option<&'t Name>, name: &'t Name, what: &str, diagnostics: &mut Vec<Diagnostic>) {
    match slot {
        Some(first) if *first != name => {
            diagnostics.push(NameProblem::Twice { span: name.span, name: what.into(), first: first.span }.into());
        }
        _ => *slot = Some(name),
    }
}

fn insert_once<'t, T>(
    map: &mut IndexMap<SmolStr, &'t T>,
    name: &'t Name,
    value: &'t T,
    diagnostics: &mut Vec<Diagnostic>,
) where
    T: HasName,
{
    match map.entry(name.value.clone()) {
        Entry::Occupied(first) => {
            let (span, first) = (name.span, first.get().name().span);
            diagnostics.push(NameProblem::Twice { span, name: name.value.clone(), first }.into());
        }
        Entry::Vacant(entry) => {
            entry.insert(value);
        }
    }
}

trait HasName {
    fn name(&self) -> &Name;
}

impl HasName for Cluster {
    fn name(&self) -> &Name {
        &self.name
    }
}

impl HasName for NamespaceSet {
    fn name(&self) -> &Name {
        &self.name
    }
}
