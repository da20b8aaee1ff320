//! What a sentence needs that not every enforcer has, from their tables.

use crate::enforcer::capability::{Capability, Feature, Support};
use crate::enforcer::{cilium, kubernetes};
use crate::syntax::ast::{Action, Clauses, ItemKind, Peer, PeerKind};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// One line a feature: who has it, since when, and with what turned on.
pub(super) fn lines(kind: &ItemKind) -> String {
    let mut text = String::new();
    for feature in features(kind) {
        let _ = write!(text, "\n- {}: ", feature.what());
        let enforcers = [("cilium", cilium::capability::TABLE), ("kubernetes", kubernetes::capability::TABLE)];
        let said: Vec<String> = enforcers.iter().map(|(name, table)| support(name, table, feature)).collect();
        text.push_str(&said.join("; "));
    }
    text
}

fn support(name: &str, table: &[Capability], feature: Feature) -> String {
    match table.iter().find(|row| row.feature == feature).map(|row| row.support) {
        Some(Support::In { since, until, flag }) => {
            let until = until.map(|until| format!(", no longer from {until} on")).unwrap_or_default();
            let flag = flag.map(|flag| format!(", with `features {flag}`")).unwrap_or_default();
            format!("`{name}` {since} and later{until}{flag}")
        }
        Some(Support::Never(reason)) => format!("not in `{name}` ({reason})"),
        None => format!("not in `{name}`"),
    }
}

fn features(kind: &ItemKind) -> BTreeSet<Feature> {
    let mut found = BTreeSet::new();
    match kind {
        ItemKind::May(may) => {
            found.extend(of_action(&may.action.value));
            found.extend(of_clauses(&may.clauses));
        }
        ItemKind::MayNot(_) => {
            found.insert(Feature::Denies);
        }
        ItemKind::OnlyReach(_) | ItemKind::NothingBut(_) => {
            found.insert(Feature::Boundaries);
        }
        ItemKind::Expose(expose) => {
            found.extend(expose.request.as_ref().map(|_| Feature::HttpRequests));
        }
        ItemKind::NodeSet(nodes) => {
            found.extend(nodes.enforcing.as_ref().map(|_| Feature::HostFirewall));
        }
        ItemKind::Workload(workload) => {
            found.extend(workload.service_account.as_ref().map(|_| Feature::ServiceAccounts));
        }
        // What an assertion is about is a flow, which nobody has to enforce as it is said.
        _ => return found,
    }
    let lists = kind.peers();
    found.extend(lists.iter().flat_map(|peers| &peers.items).filter_map(of_peer));
    found
}

fn of_action(action: &Action) -> Option<Feature> {
    match action {
        Action::Reach(_) => None,
        Action::Request { .. } | Action::Use(_) | Action::Call { .. } => Some(Feature::HttpRequests),
        Action::Resolve(_) => Some(Feature::LookUps),
        Action::Ping(_) => Some(Feature::Icmp),
    }
}

fn of_clauses(clauses: &Clauses) -> impl Iterator<Item = Feature> {
    let auth = clauses.mutual_auth.map(|_| Feature::MutualAuth);
    let name = clauses.tls_name.as_ref().map(|_| Feature::TlsNames);
    auth.into_iter().chain(name)
}

fn of_peer(peer: &Peer) -> Option<Feature> {
    match &peer.kind {
        PeerKind::Dns(name) if name.starts_with("**.") => Some(Feature::NamesAtAnyDepth),
        PeerKind::Dns(_) => Some(Feature::Names),
        PeerKind::Entity(_) => Some(Feature::Entities),
        PeerKind::Several(members) => members.iter().find_map(of_peer),
        _ => None,
    }
}
