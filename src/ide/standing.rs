//! What stands at a place of a file, and what declares what is named there.

use super::names::{Kind, Occurrence, Role};
use super::{File, Workspace};
use crate::source::Span;
use crate::syntax::ast::{Fact, FactKind, Header, Item, ItemKind, Section};
use smol_str::SmolStr;
use std::sync::Arc;

/// Whether an offset lies in a span or right behind it, where a cursor stands that has just written it.
#[must_use]
pub fn touches(span: Span, offset: u32) -> bool {
    span.start <= offset && offset <= span.end
}

/// Whether an offset lies in a span.
#[must_use]
pub fn holds(span: Span, offset: u32) -> bool {
    span.start <= offset && offset < span.end
}

/// The section around an offset, or the last one before it.
#[must_use]
pub fn section_at(file: &File, offset: u32) -> Option<&Section> {
    let sections = &file.tree.sections;
    let around = sections.iter().find(|section| holds(section.span.0, offset));
    around.or_else(|| sections.iter().rev().find(|section| section.span.0.start <= offset))
}

/// The header or item at an offset.
#[must_use]
pub fn at(file: &File, offset: u32) -> Option<At<'_>> {
    let within = |section: &&Section| touches(section.span.0, offset);
    file.tree.sections.iter().filter(within).find_map(|section| {
        let header = section.header.as_ref().filter(|header| touches(header.span.0, offset));
        let item = || section.items.iter().find(|item| touches(item.span.0, offset));
        header.map(At::Header).or_else(|| item().map(At::Item))
    })
}

/// See [`at`].
#[derive(Clone, Copy, Debug)]
pub enum At<'f> {
    /// A header.
    Header(&'f Header),
    /// A declaration or a sentence.
    Item(&'f Item),
}

/// The name at an offset; where two meet, the one that begins there.
#[must_use]
pub fn name_at(file: &File, offset: u32) -> Option<&Occurrence> {
    let mut there = file.names.iter().filter(|name| touches(name.span, offset));
    let first = there.next()?;
    Some(there.next().unwrap_or(first))
}

/// What a name stands for: a declaration and its file.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'w> {
    /// Where it stands.
    pub file: &'w Arc<File>,
    /// The name that is declared.
    pub name: &'w Occurrence,
}

/// What is declared there.
#[derive(Clone, Copy, Debug)]
pub enum Declaration<'w> {
    /// By a header.
    Header(&'w Header),
    /// By an item.
    Item(&'w Item),
    /// By a fact of a cluster, within this item.
    Fact(&'w Fact),
}

impl<'w> Declared<'w> {
    /// What declares it.
    #[must_use]
    pub fn declaration(&self) -> Option<Declaration<'w>> {
        match at(self.file, self.name.span.start)? {
            At::Header(header) => Some(Declaration::Header(header)),
            At::Item(item) => {
                let ItemKind::Cluster(cluster) = &item.kind else { return Some(Declaration::Item(item)) };
                let fact = |fact: &&Fact| {
                    matches!(fact.kind, FactKind::External(_)) && touches(fact.span.0, self.name.span.start)
                };
                Some(cluster.facts.iter().find(fact).map_or(Declaration::Item(item), Declaration::Fact))
            }
        }
    }
}

/// Everything that a name can stand for: one declaration, unless it is a namespace, which its headers and a platform
/// file declare together, or it differs from cluster to cluster. Of `api in cde` it is every workload of that name.
#[must_use]
pub fn declared<'w>(workspace: &'w Workspace, file: &File, said: &Occurrence) -> Vec<Declared<'w>> {
    let name = &said.name;
    match &said.role {
        Role::Declares(Kind::Namespace) | Role::Namespace => {
            let files = |file: &File| file.homes.contains(name) || file.is_platform();
            let fits = |found: &Occurrence| found.name == *name && found.role == Role::Declares(Kind::Namespace);
            all(workspace, files, fits)
        }
        Role::Declares(_) | Role::DeclaresForeign(_) => {
            all(workspace, |other| other.id == file.id, |found| found.span == said.span)
        }
        Role::Set => {
            all(workspace, File::is_platform, |found| found.name == *name && found.role == Role::Declares(Kind::Set))
        }
        Role::Peer => {
            let of = |home: Option<&SmolStr>| {
                let is_peer = |role: &Role| matches!(role, Role::Declares(kind) if is_peer(*kind));
                all(workspace, holds_names_of(home), |found| {
                    found.name == *name && found.home.as_ref() == home && is_peer(&found.role)
                })
            };
            let own = of(said.home.as_ref());
            if own.is_empty() && said.home.is_some() { of(None) } else { own }
        }
        Role::WorkloadOf(namespace) => workloads(workspace, namespace, |found| found.name == *name),
        Role::WorkloadIn(_) => {
            all(workspace, |_| true, |found| found.name == *name && found.role == Role::Declares(Kind::Workload))
        }
        Role::DeclaresPort(_) => owner_of_port(workspace, file, said).into_iter().collect(),
        Role::Port(owners) => {
            let owners = owners.iter().filter_map(|owner| file.names.get(*owner));
            let workloads = owners.filter(|owner| owner.role != Role::Namespace && owner.role != Role::Set);
            workloads.flat_map(|owner| declared(workspace, file, owner)).collect()
        }
    }
}

/// Whether a file can declare what a namespace, or the platform, has names for.
pub(super) fn holds_names_of(home: Option<&SmolStr>) -> impl Fn(&File) -> bool {
    move |file| match home {
        Some(home) => file.homes.contains(home),
        None => file.homes.is_empty() || file.is_platform(),
    }
}

/// The workloads of a namespace that fit, declared by its own files or named by others.
pub(super) fn workloads<'w>(
    workspace: &'w Workspace,
    namespace: &SmolStr,
    fits: impl Fn(&Occurrence) -> bool,
) -> Vec<Declared<'w>> {
    let files = |file: &File| file.homes.contains(namespace) || file.mentions.contains(namespace);
    all(workspace, files, |found| is_workload_of(found, namespace) && fits(found))
}

/// Whether a name of this kind is a peer by itself.
#[must_use]
pub fn is_peer(kind: Kind) -> bool {
    matches!(kind, Kind::Workload | Kind::External | Kind::Group | Kind::Nodes)
}

/// Whether this declares a workload of a namespace, its own or by another file.
#[must_use]
pub fn is_workload_of(name: &Occurrence, namespace: &SmolStr) -> bool {
    match &name.role {
        Role::Declares(Kind::Workload) => name.home.as_ref() == Some(namespace),
        Role::DeclaresForeign(foreign) => foreign == namespace,
        _ => false,
    }
}

/// Every name that fits, of the files that can hold one.
pub(super) fn all(
    workspace: &Workspace,
    files: impl Fn(&File) -> bool,
    fits: impl Fn(&Occurrence) -> bool,
) -> Vec<Declared<'_>> {
    let of_file = |file| move |name| Declared { file, name };
    let files = workspace.files().filter(|file| files(file));
    files.flat_map(|file| file.names.iter().filter(|name| fits(name)).map(of_file(file))).collect()
}

/// The workload whose `serves` a port's name stands in.
fn owner_of_port<'w>(workspace: &'w Workspace, file: &File, port: &Occurrence) -> Option<Declared<'w>> {
    let file = workspace.file(file.id)?;
    let before = file.names.iter().filter(|name| name.span.start < port.span.start);
    let declares = |name: &&Occurrence| matches!(name.role, Role::Declares(Kind::Workload) | Role::DeclaresForeign(_));
    before.rev().find(declares).map(|name| Declared { file, name })
}
