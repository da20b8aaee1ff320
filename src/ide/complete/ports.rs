//! The ports that a workload serves, behind its `:`.

use super::{Here, Item, Kind};
use crate::ide::hover::number;
use crate::ide::names::{Occurrence, Role};
use crate::ide::standing::{Declaration, declared};
use crate::source::Span;
use crate::syntax::ast::{FactKind, ItemKind, Peers, PortRef};

/// The peer whose ports stand here: behind a `:`, or within the brackets behind one.
pub(super) fn peer_before<'t>(tokens: &[&'t str], open: Option<usize>) -> Option<Vec<&'t str>> {
    let colon = match open {
        Some(open) if tokens.get(open) == Some(&"[") => open.checked_sub(1)?,
        _ => tokens.len().checked_sub(1)?,
    };
    if tokens.get(colon) != Some(&":") {
        return None;
    }
    let before = tokens.get(..colon)?;
    // The value of a header stands behind a `:`, too.
    let [.., with, word, _] = before else { return Some(before.last().copied().into_iter().collect()) };
    let header = *with == "with" && *word == "header";
    (!header).then(|| before.last().copied().into_iter().collect())
}

/// What the workloads of this name serve.
pub(super) fn items(here: &Here<'_>, peers: &[&str]) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for peer in peers {
        for item in of_name(here, peer) {
            if !items.iter().any(|known| known.label == item.label) {
                items.push(item);
            }
        }
    }
    items
}

fn of_name(here: &Here<'_>, peer: &str) -> Vec<Item> {
    let (role, name) = match peer.split_once('/') {
        Some((namespace, name)) => (Role::WorkloadOf(namespace.into()), name),
        None => (Role::Peer, peer),
    };
    let span = Span::new(here.file.id, 0, 0);
    let said = Occurrence { name: name.into(), span, home: here.home.cloned(), role };
    let found = declared(here.workspace, here.file, &said);
    found.iter().filter_map(|one| one.declaration()).flat_map(of_declaration).collect()
}

fn of_declaration(declaration: Declaration<'_>) -> Vec<Item> {
    let port = |label: String, detail: String| Item { label, kind: Kind::Port, detail, insert: None };
    match declaration {
        Declaration::Item(item) => match &item.kind {
            ItemKind::Workload(workload) => {
                let serves = workload.serves.iter();
                serves.map(|serve| port(serve.name.value.to_string(), number(serve))).collect()
            }
            ItemKind::External(external) => {
                numbers(&external.targets).map(|number| port(number, String::new())).collect()
            }
            _ => Vec::new(),
        },
        Declaration::Fact(fact) => match &fact.kind {
            FactKind::External(external) => {
                numbers(&external.targets).map(|number| port(number, String::new())).collect()
            }
            _ => Vec::new(),
        },
        Declaration::Header(_) => Vec::new(),
    }
}

/// The ports that stand in a list of peers.
fn numbers(peers: &Peers) -> impl Iterator<Item = String> {
    let ports = peers.items.iter().filter_map(|peer| peer.ports.as_ref()).flat_map(|ports| &ports.items);
    ports.filter_map(|port| match port.value.port {
        PortRef::Number(number) => Some(number.to_string()),
        _ => None,
    })
}
