//! What stands at a place of a file, and what declares what is named there.

use super::names::{Kind, Occurrence, Role};
use super::{Declarations, Declared, File, Workspace, item_at, touches};
use crate::source::Span;
use crate::syntax::ast::{Fact, FactKind, Header, Item, ItemKind, Section};
use smol_str::SmolStr;
use std::sync::Arc;

/// Whether an offset lies in a span.
#[must_use]
pub fn holds(span: Span, offset: u32) -> bool {
    span.start <= offset && offset < span.end
}

/// The header or item at an offset.
#[must_use]
pub fn at(file: &File, offset: u32) -> Option<At<'_>> {
    let within = |section: &&Section| touches(section.span.0, offset);
    file.tree.sections.iter().filter(within).find_map(|section| {
        let header = section.header.as_ref().filter(|header| touches(header.span.0, offset));
        header.map(At::Header).or_else(|| item_at(section, offset).map(At::Item))
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

/// A name that declares something, and its file.
#[derive(Clone, Copy, Debug)]
pub struct Named<'w> {
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

impl<'w> Named<'w> {
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
/// file declare together, or it differs from cluster to cluster. Of `api in cde` it is every workload of that name, of a
/// port its place in what each workload serves.
#[must_use]
pub fn declared<'w>(workspace: &'w Workspace, file: &File, said: &Occurrence) -> Vec<Named<'w>> {
    let wanted: Vec<&str> = asked(file, said).collect();
    let is_wanted = |name: &str| wanted.contains(&name);
    let declarations = match said.role {
        Role::WorkloadIn(_) => Declarations::of(workspace, &is_wanted),
        _ => Declarations::seen_from(workspace, file, &is_wanted),
    };
    among(&declarations, file, said)
}

/// The same among declarations that are known.
#[must_use]
pub fn among<'w>(declarations: &Declarations<'w>, file: &File, said: &Occurrence) -> Vec<Named<'w>> {
    let named = |declared: &Declared<'w>| Named { file: declared.file, name: declared.occurrence };
    if let Role::WorkloadIn(_) = said.role {
        let all = declarations.named(&said.name).flat_map(|(_, places)| places);
        return all.filter(|declared| declared.occurrence.role == Role::Declares(Kind::Workload)).map(named).collect();
    }
    let meaning = declarations.meaning(file, said);
    meaning.iter().flat_map(|symbol| declarations.counting(symbol)).map(named).collect()
}

/// The names that must be known to tell what one stands for: itself, and the peers before a port.
pub(super) fn asked<'f>(file: &'f File, said: &'f Occurrence) -> impl Iterator<Item = &'f str> {
    let owners = if let Role::Port(owners) = &said.role { &**owners } else { &[] };
    let owners = owners.iter().filter_map(|owner| file.names.get(*owner));
    std::iter::once(said).chain(owners).map(|name| name.name.as_str())
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
) -> Vec<Named<'w>> {
    let files = |file: &File| file.homes.contains(namespace) || file.mentions.contains(namespace);
    all(workspace, files, |found| is_workload_of(found, namespace) && fits(found))
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
) -> Vec<Named<'_>> {
    let of_file = |file| move |name| Named { file, name };
    let files = workspace.files().filter(|file| files(file));
    files.flat_map(|file| file.names.iter().filter(|name| fits(name)).map(of_file(file))).collect()
}
