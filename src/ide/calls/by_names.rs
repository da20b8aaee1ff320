//! The sentences that name something, or a group that it is a member of.

use super::super::declared::{Declarations, Symbol};
use super::super::names::{Kind, Occurrence, Role};
use super::super::workspace::{File, Workspace};
use super::{Other, Way, is_end, lists, sentence_at};
use crate::source::Span;
use crate::syntax::ast::{Item, ItemKind, Peer, PeerKind, Peers};
use indexmap::IndexMap;
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How deep groups in groups are followed; nobody writes so many.
const DEEPEST: usize = 32;

/// Adds the other ends of every such sentence.
pub(super) fn find(workspace: &Workspace, symbol: &Symbol, way: Way, found: &mut IndexMap<Other, BTreeSet<Span>>) {
    let mut known = BTreeSet::from([symbol.clone()]);
    let mut looked_for = known.clone();
    let mut sentences: Vec<(&Arc<File>, &Item)> = Vec::new();
    // Then the groups that hold it, and those that hold these; each is looked at once.
    for _ in 0..DEEPEST {
        let mut holding = BTreeSet::new();
        for (file, item, name) in named(workspace, &looked_for) {
            if let ItemKind::Group(group) = &item.kind
                && holds(&group.members, name.span)
            {
                holding.insert(Symbol::Own { home: name.home.clone(), name: group.name.value.clone() });
            } else if let Some((subjects, objects)) = lists(item) {
                let here = if way == Way::Incoming { objects } else { subjects };
                if holds(here, name.span) {
                    sentences.push((file, item));
                }
            }
        }
        looked_for = holding.difference(&known).cloned().collect();
        if looked_for.is_empty() {
            break;
        }
        known.extend(looked_for.iter().cloned());
    }
    others(workspace, &sentences, way, |_| true, found);
}

/// Every name that stands for one of some symbols, with its item.
fn named<'w>(workspace: &'w Workspace, symbols: &BTreeSet<Symbol>) -> Vec<(&'w Arc<File>, &'w Item, &'w Occurrence)> {
    let names: BTreeSet<&str> = symbols.iter().map(|symbol| symbol.name().as_str()).collect();
    let declarations = Declarations::of(workspace, &|name| names.contains(name));
    let mut found = Vec::new();
    for file in workspace.files() {
        for name in file.names.iter().filter(|name| names.contains(name.name.as_str())) {
            if declarations.meaning(file, name).iter().any(|meaning| symbols.contains(meaning))
                && let Some((file, item)) = sentence_at(workspace, name.span)
            {
                found.push((file, item, name));
            }
        }
    }
    found
}

/// Whether a name stands in a list, and not behind its `except`.
fn holds(peers: &Peers, name: Span) -> bool {
    peers.items.iter().map(|peer| peer.span.0).any(|peer| peer.start <= name.start && name.end <= peer.end)
}

/// Adds the other ends of some sentences, but for those that are not wanted.
pub(super) fn others(
    workspace: &Workspace,
    sentences: &[(&Arc<File>, &Item)],
    way: Way,
    wanted: impl Fn(Option<Kind>) -> bool,
    found: &mut IndexMap<Other, BTreeSet<Span>>,
) {
    let there = |item| lists(item).map(|(subjects, objects)| if way == Way::Incoming { subjects } else { objects });
    let mut names: BTreeSet<SmolStr> = BTreeSet::new();
    for (file, item) in sentences {
        names.extend(names_of(file, item).map(|name| name.name.clone()));
    }
    let declarations = Declarations::of(workspace, &|name| names.contains(name));
    for (file, item) in sentences {
        for peer in there(item).into_iter().flat_map(|peers| &peers.items) {
            for other in of_peer(&declarations, file, peer) {
                let kind = match &other {
                    Other::Named(symbol) => declarations.kind(symbol),
                    Other::Written(..) => None,
                };
                if wanted(kind) {
                    found.entry(other).or_default().insert(item.span.0);
                }
            }
        }
    }
}

/// The names of an item.
pub(super) fn names_of<'f>(file: &'f File, item: &Item) -> impl Iterator<Item = &'f Occurrence> {
    let span = item.span.0;
    let first = file.names.partition_point(|name| name.span.start < span.start);
    file.names.iter().skip(first).take_while(move |name| name.span.end <= span.end)
}

/// What a peer of a list is: its name's meaning, or its text.
fn of_peer(declarations: &Declarations<'_>, file: &File, peer: &Peer) -> Vec<Other> {
    if let PeerKind::Several(members) = &peer.kind {
        return members.iter().flat_map(|member| of_peer(declarations, file, member)).collect();
    }
    let end = peer.ports.as_ref().map_or(peer.span.0.end, |ports| ports.span.0.start);
    let who = Span { end, ..peer.span.0 };
    if matches!(peer.kind, PeerKind::Name(_) | PeerKind::Qualified { .. }) {
        let first = file.names.partition_point(|name| name.span.start < who.start);
        let here = file.names.iter().skip(first).take_while(|name| name.span.end <= who.end);
        let name = here.filter(|name| matches!(name.role, Role::Peer | Role::WorkloadOf(_))).last();
        let meaning = name.map(|name| declarations.meaning(file, name)).unwrap_or_default();
        return meaning.into_iter().filter(is_end).map(Other::Named).collect();
    }
    let text = file.source.text.get(who.start as usize..who.end as usize).unwrap_or_default();
    vec![Other::Written(text.to_owned(), who)]
}
