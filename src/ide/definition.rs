//! Where that is declared what a name stands for.

use super::declared::{Declarations, Declared};
use super::names::{Kind, Occurrence, Role, home};
use super::place::{item_at, name_at, section_at};
use super::workspace::{File, Workspace};
use crate::source::Span;
use crate::syntax::ast::ItemKind;
use std::collections::BTreeSet;

/// A declaration of the name that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The name that was asked for, where it stands.
    pub origin: Span,
    /// The declared name.
    pub name: Span,
    /// The whole declaration.
    pub whole: Span,
    /// What it declares; a port counts as its workload.
    pub kind: Kind,
}

/// The declarations of what a name stands for: one, or several where each cluster has its own, and for a namespace its
/// headers before its line in a platform file.
#[must_use]
pub fn definition(workspace: &Workspace, file: &File, offset: u32) -> Vec<Definition> {
    let unread;
    let (asked, declarations) = match name_at(file, offset) {
        Some(asked) => {
            let deciding = deciding(file, asked);
            (asked, Declarations::seen_from(workspace, file, &|name| deciding.contains(name)))
        }
        None => {
            let Some(found) = unread_name(file, offset) else { return Vec::new() };
            unread = found;
            (&unread, Declarations::of(workspace, &|name| name == unread.name))
        }
    };
    let symbols = declarations.meaning(file, asked);
    let declared = symbols.iter().flat_map(|symbol| declarations.counting(symbol));
    let mut declared: Vec<&Declared<'_>> = declared.collect();
    // Headers say more of a namespace than its line in a platform file.
    declared.sort_by_key(|declared| declared.kind == Kind::Namespace && declared.occurrence.home.is_none());
    let found = declared.into_iter().map(|declared| Definition {
        origin: asked.span,
        name: declared.occurrence.span,
        whole: whole(declared),
        kind: declared.kind,
    });
    found.collect()
}

/// The word at an offset of a sentence that cannot be read, or not yet: taken for a peer.
fn unread_name(file: &File, offset: u32) -> Option<Occurrence> {
    let section = section_at(&file.tree, offset)?;
    let item = item_at(section, offset).filter(|item| item.kind == ItemKind::Bad)?;
    let (start, end) = (item.span.0.start as usize, item.span.0.end as usize);
    let text = file.source.text.get(start..end)?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let (before, behind) = text.split_at_checked((offset as usize).checked_sub(start)?)?;
    let from = before.rfind(|c| !is_name(c)).map_or(0, |at| at + before.get(at..).and_then(first_width).unwrap_or(1));
    let to = before.len() + behind.find(|c| !is_name(c)).unwrap_or(behind.len());
    let name = text.get(from..to).filter(|name| !name.is_empty())?;
    let namespace = before.get(..from)?.strip_suffix('/').map(|before| before.rsplit(|c| !is_name(c)).next());
    let role = match namespace.flatten() {
        Some(namespace) => Role::WorkloadOf(namespace.into()),
        None if text.get(to..)?.starts_with('/') => Role::Namespace,
        None => Role::Peer,
    };
    let at = |offset: usize| u32::try_from(start + offset).unwrap_or(u32::MAX);
    let span = Span { start: at(from), end: at(to), ..item.span.0 };
    Some(Occurrence { name: name.into(), span, home: home(section).cloned(), role })
}

fn first_width(text: &str) -> Option<usize> {
    text.chars().next().map(char::len_utf8)
}

/// The names that decide over what an occurrence means: its own, and those of workloads whose port it is.
pub(super) fn deciding<'f>(file: &'f File, asked: &'f Occurrence) -> BTreeSet<&'f str> {
    let mut names = BTreeSet::from([asked.name.as_str()]);
    match &asked.role {
        Role::Port(owners) => {
            names.extend(owners.iter().filter_map(|owner| file.names.get(*owner)).map(|owner| owner.name.as_str()));
        }
        Role::DeclaresPort(workload) => {
            names.insert(workload);
        }
        _ => {}
    }
    names
}

/// The item that declares something: a header for a namespace, the fact of a cluster for its externals.
pub(super) fn whole(declared: &Declared<'_>) -> Span {
    let at = declared.occurrence.span;
    let Some(section) = section_at(&declared.file.tree, at.start) else { return at };
    let header = section.header.as_ref().map(|header| header.span.0);
    if let Some(header) = header.filter(|header| header.start <= at.start && at.end <= header.end) {
        return header;
    }
    let Some(item) = item_at(section, at.start) else { return at };
    let fact = match &item.kind {
        ItemKind::Cluster(cluster) => {
            cluster.facts.iter().map(|fact| fact.span.0).find(|fact| fact.start <= at.start && at.end <= fact.end)
        }
        _ => None,
    };
    fact.unwrap_or(item.span.0)
}
