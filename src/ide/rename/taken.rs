//! Whether something else has the new name where this one is seen, or would be hidden by it.

use super::super::declared::{Declarations, Symbol};
use super::super::names::Kind;
use super::super::workspace::Workspace;
use super::{Refusal, place};
use crate::source::Span;
use crate::syntax::ast::{Peer, PeerKind, Peers};
use smol_str::format_smolstr;

/// See the module.
pub(super) fn check(
    workspace: &Workspace,
    declarations: &Declarations<'_>,
    symbol: &Symbol,
    new: &str,
) -> Result<(), Refusal> {
    let clashing = declarations.named(new).find(|(other, _)| clash(symbol, other));
    if let Some(first) = clashing.and_then(|(_, places)| places.first()) {
        return Err(Refusal::Taken { new: new.into(), at: place(workspace, first.occurrence.span) });
    }
    if let Symbol::Own { home: Some(home), name } = symbol
        && declarations.kind(symbol) == Some(Kind::Workload)
    {
        let services = [format_smolstr!("{name}.{home}"), format_smolstr!("{new}.{home}")];
        for dns in services {
            if let Some(at) = dns_name(workspace, &dns) {
                return Err(Refusal::DnsName { dns, at: place(workspace, at) });
            }
        }
    }
    Ok(())
}

/// Whether one of two that had the same name would be refused, or hidden by the other.
fn clash(one: &Symbol, other: &Symbol) -> bool {
    use Symbol::{Fact, Foreign, Own, Port, Set};
    match (one, other) {
        (Own { home: Some(home), .. }, Own { home: Some(other), .. }) => home == other,
        // What the platform gives to everybody, and what a namespace calls its own.
        (Own { .. } | Fact(_), Own { .. } | Fact(_)) => true,
        (Foreign { namespace, .. }, Foreign { namespace: other, .. }) => namespace == other,
        (Foreign { namespace, .. }, Own { home: Some(home), .. })
        | (Own { home: Some(home), .. }, Foreign { namespace, .. }) => namespace == home,
        (Port { of, .. }, Port { of: other, .. }) => of == other,
        (Set(_), Set(_)) => true,
        _ => false,
    }
}

/// Where a DNS name stands as a peer.
fn dns_name(workspace: &Workspace, dns: &str) -> Option<Span> {
    // To look through a text takes far less than to look through a tree.
    let files = workspace.files().filter(|file| file.source.text.to_ascii_lowercase().contains(dns));
    let items = files.flat_map(|file| &file.tree.sections).flat_map(|section| &section.items);
    items.flat_map(|item| item.kind.peers()).find_map(|peers| in_peers(peers, dns))
}

fn in_peers(peers: &Peers, dns: &str) -> Option<Span> {
    peers.items.iter().chain(&peers.except).find_map(|peer| in_peer(peer, dns))
}

fn in_peer(peer: &Peer, dns: &str) -> Option<Span> {
    match &peer.kind {
        PeerKind::Dns(name) if name == dns => Some(peer.span.0),
        PeerKind::Several(members) => members.iter().find_map(|member| in_peer(member, dns)),
        _ => None,
    }
}
