//! What a name stands for, and where that is declared.
//!
//! This follows `resolve::peers::names` step by step, on the names of files alone and for all clusters at once: a name in
//! an editor has a meaning long before its file compiles. `tests/ide.rs` holds the two together, over every combination
//! of declarations that can compete for a name.

use super::names::{Kind, Occurrence, Role};
use super::place::{item_at, section_at};
use super::workspace::{File, Workspace};
use crate::syntax::ast::ItemKind;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a name stands for. Two names that stand for the same are to be renamed together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Symbol {
    /// What a namespace or, without one, a platform file declares: a workload, an external, a group, a set of nodes.
    Own {
        /// The namespace.
        home: Option<SmolStr>,
        /// Its name.
        name: SmolStr,
    },
    /// An external among the facts of clusters.
    Fact(SmolStr),
    /// A workload of a namespace that the project does not hold, whether or not `workload NS/NAME` declares it.
    Foreign {
        /// The namespace.
        namespace: SmolStr,
        /// Its name.
        name: SmolStr,
    },
    /// A port that a workload serves.
    Port {
        /// The workload.
        of: Box<Symbol>,
        /// The port's name.
        name: SmolStr,
    },
    /// A namespace.
    Namespace(SmolStr),
    /// A set of namespaces.
    Set(SmolStr),
    /// A cluster.
    Cluster(SmolStr),
    /// The project.
    Project(SmolStr),
}

impl Symbol {
    /// The name, without what stands around it.
    #[must_use]
    pub fn name(&self) -> &SmolStr {
        match self {
            Self::Own { name, .. } | Self::Foreign { name, .. } | Self::Port { name, .. } => name,
            Self::Fact(name) | Self::Namespace(name) | Self::Set(name) | Self::Cluster(name) | Self::Project(name) => {
                name
            }
        }
    }
}

/// A place that declares something.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'w> {
    /// The file.
    pub file: &'w Arc<File>,
    /// The name, among the file's.
    pub occurrence: &'w Occurrence,
    /// What it declares; a port counts as its workload.
    pub kind: Kind,
}

/// The declarations of a project, or those of some names.
#[derive(Debug, Default)]
pub struct Declarations<'w> {
    /// In the order of the files: the first one counts.
    by_symbol: BTreeMap<Symbol, Vec<Declared<'w>>>,
    /// How many clusters there are.
    clusters: usize,
    /// How many of them have an external of this name.
    having: BTreeMap<SmolStr, usize>,
}

impl<'w> Declarations<'w> {
    /// Those of the names that are asked for. Namespaces and clusters are always among them, and a port where its
    /// workload is asked for, too.
    #[must_use]
    pub fn of(workspace: &'w Workspace, wanted: &dyn Fn(&str) -> bool) -> Self {
        let mut found = Self::default();
        for file in workspace.files() {
            found.take(file, wanted);
        }
        found
    }

    /// The same, where only names of one file are to be understood: those of its namespaces and of the ones that it
    /// names or declares, and the platform's.
    #[must_use]
    pub fn seen_from(workspace: &'w Workspace, file: &File, wanted: &dyn Fn(&str) -> bool) -> Self {
        let named = file.names.iter().filter_map(|name| match &name.role {
            Role::Namespace | Role::Declares(Kind::Namespace) => Some(&name.name),
            Role::WorkloadOf(namespace) => Some(namespace),
            _ => None,
        });
        let near: BTreeSet<&SmolStr> = file.homes.iter().chain(named).collect();
        let foreign = |other: &File| {
            let names = other.declaring.iter().filter_map(|index| other.names.get(*index));
            names.into_iter().any(|name| matches!(&name.role, Role::DeclaresForeign(of) if near.contains(of)))
        };
        let seen =
            |other: &File| other.homes.iter().any(|home| near.contains(home)) || other.is_platform() || foreign(other);
        let mut found = Self::default();
        for other in workspace.files().filter(|other| seen(other)) {
            found.take(other, wanted);
        }
        found
    }

    fn take(&mut self, file: &'w Arc<File>, wanted: &dyn Fn(&str) -> bool) {
        // The workload whose ports follow, where it is wanted.
        let mut workload = None;
        for occurrence in file.declaring.iter().filter_map(|index| file.names.get(*index)) {
            let kind = match &occurrence.role {
                Role::Declares(kind) => *kind,
                _ => Kind::Workload,
            };
            if let Role::DeclaresPort(_) = occurrence.role {
                let of = workload.as_ref().filter(|_| wanted(&occurrence.name)).map(|of: &Symbol| Box::new(of.clone()));
                if let Some(of) = of {
                    self.add(Symbol::Port { of, name: occurrence.name.clone() }, Declared { file, occurrence, kind });
                }
                continue;
            }
            workload = None;
            if !matches!(kind, Kind::Namespace | Kind::Cluster) && !wanted(&occurrence.name) {
                continue;
            }
            if let Some(symbol) = declared_by(file, occurrence) {
                if kind == Kind::Workload {
                    workload = Some(symbol.clone());
                }
                self.add(symbol, Declared { file, occurrence, kind });
            }
        }
    }

    fn add(&mut self, symbol: Symbol, declared: Declared<'w>) {
        let first = !self.by_symbol.contains_key(&symbol);
        match &symbol {
            Symbol::Cluster(_) if first => self.clusters += 1,
            Symbol::Fact(name) => {
                let known = self.by_symbol.get(&symbol).into_iter().flatten();
                let here = cluster_of(&declared);
                if known.filter(|other| cluster_of(other) == here).count() == 0 {
                    *self.having.entry(name.clone()).or_default() += 1;
                }
            }
            _ => {}
        }
        self.by_symbol.entry(symbol).or_default().push(declared);
    }

    /// Where a symbol is declared, in the order of the files.
    #[must_use]
    pub fn places(&self, symbol: &Symbol) -> &[Declared<'w>] {
        self.by_symbol.get(symbol).map(Vec::as_slice).unwrap_or_default()
    }

    /// The places that count: the first one where a second is an error, else all.
    #[must_use]
    pub fn counting(&self, symbol: &Symbol) -> &[Declared<'w>] {
        let all = self.places(symbol);
        match symbol {
            Symbol::Own { .. } | Symbol::Set(_) | Symbol::Cluster(_) => all.get(..1).unwrap_or_default(),
            Symbol::Fact(_)
            | Symbol::Foreign { .. }
            | Symbol::Port { .. }
            | Symbol::Namespace(_)
            | Symbol::Project(_) => all,
        }
    }

    /// What a symbol is; `None` when nothing declares it.
    #[must_use]
    pub fn kind(&self, symbol: &Symbol) -> Option<Kind> {
        self.places(symbol).first().map(|declared| declared.kind)
    }

    /// Everything of a name that is declared here.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a Symbol, &'a [Declared<'w>])> {
        self.by_symbol
            .iter()
            .filter(move |(symbol, _)| symbol.name() == name)
            .map(|(symbol, at)| (symbol, at.as_slice()))
    }

    /// What a name of a file stands for: usually one thing, nothing if nothing declares it, and several where clusters
    /// differ or a port stands behind several workloads.
    #[must_use]
    pub fn meaning(&self, file: &File, occurrence: &Occurrence) -> Vec<Symbol> {
        let name = &occurrence.name;
        let one = |symbol: Symbol| vec![symbol];
        match &occurrence.role {
            Role::Declares(_) | Role::DeclaresForeign(_) => declared_by(file, occurrence).into_iter().collect(),
            Role::Peer => self.bare(file, occurrence),
            Role::WorkloadOf(namespace) => self.qualified(namespace, name).map(one).unwrap_or_default(),
            // Pods by their label, whoever declares them.
            Role::WorkloadIn(_) => Vec::new(),
            Role::Namespace => one(Symbol::Namespace(name.clone())),
            Role::Set => one(Symbol::Set(name.clone())),
            Role::DeclaresPort(_) => {
                let before = file.names.partition_point(|other| other.span.start < occurrence.span.start);
                let workload = file
                    .names
                    .iter()
                    .take(before)
                    .rev()
                    .find(|other| matches!(other.role, Role::Declares(Kind::Workload) | Role::DeclaresForeign(_)));
                let of = workload.and_then(|workload| declared_by(file, workload));
                of.map(|of| Symbol::Port { of: Box::new(of), name: name.clone() }).into_iter().collect()
            }
            Role::Port(owners) => {
                let owners = owners.iter().filter_map(|owner| file.names.get(*owner));
                let workloads = owners
                    .filter(|owner| matches!(owner.role, Role::Peer | Role::WorkloadOf(_)))
                    .flat_map(|owner| self.meaning(file, owner))
                    .filter(|symbol| self.kind(symbol) == Some(Kind::Workload));
                let mut ports: Vec<Symbol> =
                    workloads.map(|of| Symbol::Port { of: Box::new(of), name: name.clone() }).collect();
                ports.dedup();
                ports
            }
        }
    }

    /// A bare name: what the namespace declares, then what the platform and the clusters give to everybody.
    fn bare(&self, file: &File, occurrence: &Occurrence) -> Vec<Symbol> {
        let name = &occurrence.name;
        if let Some(home) = &occurrence.home {
            let own = Symbol::Own { home: Some(home.clone()), name: name.clone() };
            if self.by_symbol.contains_key(&own) {
                return vec![own];
            }
        } else if !has_header(file, occurrence) {
            return Vec::new();
        }
        let platform = Symbol::Own { home: None, name: name.clone() };
        let kind = self.kind(&platform);
        if kind.is_some_and(|kind| kind != Kind::Nodes) {
            return vec![platform];
        }
        let having = self.having.get(name).copied().unwrap_or_default();
        let mut found = Vec::new();
        if having > 0 {
            found.push(Symbol::Fact(name.clone()));
        }
        if kind.is_some() && (having == 0 || having < self.clusters) {
            found.push(platform);
        }
        found
    }

    /// `namespace/name`: `None` when the namespace is declared and has no such workload.
    fn qualified(&self, namespace: &SmolStr, name: &SmolStr) -> Option<Symbol> {
        let foreign = Symbol::Foreign { namespace: namespace.clone(), name: name.clone() };
        if self.by_symbol.contains_key(&foreign) || !self.by_symbol.contains_key(&Symbol::Namespace(namespace.clone()))
        {
            return Some(foreign);
        }
        let own = Symbol::Own { home: Some(namespace.clone()), name: name.clone() };
        (self.kind(&own) == Some(Kind::Workload)).then_some(own)
    }
}

/// What a name declares; `None` where it does not count: below no header, or in a file of the wrong kind.
fn declared_by(file: &File, occurrence: &Occurrence) -> Option<Symbol> {
    let name = occurrence.name.clone();
    let kind = match &occurrence.role {
        Role::Declares(kind) => *kind,
        Role::DeclaresForeign(namespace) if has_header(file, occurrence) => {
            return Some(Symbol::Foreign { namespace: namespace.clone(), name });
        }
        _ => return None,
    };
    match (&occurrence.home, kind) {
        (_, Kind::Namespace) => Some(Symbol::Namespace(name)),
        (Some(_), Kind::Workload | Kind::External | Kind::Group) => {
            Some(Symbol::Own { home: occurrence.home.clone(), name })
        }
        (Some(_), _) | (None, Kind::Workload) => None,
        (None, _) if !has_header(file, occurrence) => None,
        (None, Kind::Project) => Some(Symbol::Project(name)),
        (None, Kind::Cluster) => Some(Symbol::Cluster(name)),
        (None, Kind::Set) => Some(Symbol::Set(name)),
        (None, Kind::External) if cluster_around(file, occurrence).is_some() => Some(Symbol::Fact(name)),
        (None, Kind::Nodes | Kind::External | Kind::Group) => Some(Symbol::Own { home: None, name }),
    }
}

/// Whether a name stands below a header.
fn has_header(file: &File, occurrence: &Occurrence) -> bool {
    occurrence.home.is_some()
        || section_at(&file.tree, occurrence.span.start).is_some_and(|section| section.header.is_some())
}

/// The cluster in whose block a name stands.
fn cluster_around<'f>(file: &'f File, occurrence: &Occurrence) -> Option<&'f SmolStr> {
    let at = occurrence.span.start;
    match &item_at(section_at(&file.tree, at)?, at)?.kind {
        ItemKind::Cluster(cluster) => Some(&cluster.name.value),
        _ => None,
    }
}

fn cluster_of<'w>(declared: &Declared<'w>) -> Option<&'w SmolStr> {
    cluster_around(declared.file, declared.occurrence)
}
