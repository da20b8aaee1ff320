//! Items of one subject and direction by whom they are about.
//!
//! A service that a thousand others reach, or a list of a thousand addresses, is the usual case of many items at one end.

use super::{Item, MAX_SUBJECTS, by_value, few_names};
use crate::policy::{DnsPattern, Peer};
use crate::semantics::{Place, Places, Universe, labels, names, pods};
use indexmap::IndexMap;
use ipnet::IpNet;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Numbers are places among the items.
#[derive(Default)]
pub(super) struct ByPeer<'p> {
    /// Pods, by namespace and the value of a label.
    pods: IndexMap<(&'p SmolStr, &'p SmolStr, &'p SmolStr), Vec<u32>>,
    names: IndexMap<&'p SmolStr, Vec<u32>>,
    /// Ranges of addresses, by their first address.
    nets: Vec<(IpNet, u32)>,
    /// How long the prefixes of these ranges are.
    lengths: BTreeSet<u8>,
    /// What is none of these.
    rest: Vec<u32>,
}

impl<'p> ByPeer<'p> {
    pub fn new(items: &[Item<'p>]) -> Self {
        let mut all = Self::default();
        for (number, item) in (0_u32..).zip(items) {
            match item.peer {
                Some(Peer::Pods(selector)) => match (few_names(selector), by_value(&selector.labels).next()) {
                    (Some([namespace]), Some((key, values))) => {
                        for value in values {
                            all.pods.entry((namespace, key, value)).or_default().push(number);
                        }
                    }
                    _ => all.rest.push(number),
                },
                Some(Peer::Name(DnsPattern::Exact(name))) => all.names.entry(name).or_default().push(number),
                // The range of all addresses holds every name.
                Some(Peer::Net(net)) if net.cidr.prefix_len() > 0 => {
                    all.lengths.insert(net.cidr.prefix_len());
                    all.nets.push((net.cidr, number));
                }
                _ => all.rest.push(number),
            }
        }
        all.nets.sort_unstable();
        all
    }

    /// Calls with each item that may be about these peers.
    pub fn each(&self, peer: &Peer, mut call: impl FnMut(u32)) {
        self.rest.iter().take(MAX_SUBJECTS).for_each(|number| call(*number));
        match peer {
            Peer::Pods(selector) => {
                let names = few_names(selector).unwrap_or_default();
                for (key, values) in by_value(&selector.labels) {
                    for value in values {
                        let found = names.iter().filter_map(|name| self.pods.get(&(name, key, value))).flatten();
                        found.for_each(|number| call(*number));
                    }
                }
            }
            Peer::Name(DnsPattern::Exact(name)) => {
                self.names.get(name).into_iter().flatten().for_each(|number| call(*number));
            }
            Peer::Net(net) => {
                let from = |cidr: &IpNet| self.nets.partition_point(|(other, _)| other < cidr);
                let around = self.lengths.iter().take_while(|length| **length < net.cidr.prefix_len());
                for wider in around.filter_map(|length| IpNet::new(net.cidr.network(), *length).ok()) {
                    let wider = wider.trunc();
                    let found = self.nets.iter().skip(from(&wider)).take_while(|(other, _)| *other == wider);
                    found.for_each(|(_, number)| call(*number));
                }
                let within = self.nets.iter().skip(from(&net.cidr)).take_while(|(other, _)| net.cidr.contains(other));
                within.for_each(|(_, number)| call(*number));
            }
            Peer::Name(_) | Peer::Entity(_) | Peer::Nodes(_) | Peer::Anything => {}
        }
    }
}

/// Whether an item may be about some of these peers, seen from the outside. Where a name leads is not looked at: it meets
/// only the range of all addresses.
pub(super) fn may_meet(universe: Universe<'_>, a: Option<&Peer>, b: &Peer) -> bool {
    let Some(a) = a else { return true };
    match (a, b) {
        (Peer::Pods(a), Peer::Pods(b)) => pods::overlap(universe, a, b),
        (Peer::Net(a), Peer::Net(b)) => a.cidr.contains(&b.cidr) || b.cidr.contains(&a.cidr),
        (Peer::Net(net), Peer::Name(_)) | (Peer::Name(_), Peer::Net(net)) => net.cidr.prefix_len() == 0,
        (Peer::Name(a), Peer::Name(b)) => !names::are_apart(a, b),
        (Peer::Nodes(a), Peer::Nodes(b)) => labels::overlap(&a.0, &b.0),
        _ => !places(a).intersection(places(b)).is_empty(),
    }
}

fn places(peer: &Peer) -> Places {
    match peer {
        Peer::Pods(_) => Places::of(&[Place::Pod]),
        Peer::Nodes(_) => Places::NODES,
        Peer::Net(_) | Peer::Name(_) => Places::WORLD,
        Peer::Entity(entity) => Places::of_entity(*entity),
        Peer::Anything => Places::ALL,
    }
}
