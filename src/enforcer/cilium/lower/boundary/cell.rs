//! Traffic, cut up by what permits it.

use super::hole::Hole;
use crate::enforcer::cilium::lower::{port, traffic};
use crate::manifest::cilium::Traffic;
use crate::policy::{PortRange, PortSet, Protocol};
use std::collections::{BTreeMap, BTreeSet};

/// Traffic that is denied.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Closed {
    /// Ports.
    pub ranges: Vec<PortRange>,
    /// All of ICMP, or none.
    pub icmp: bool,
}

impl Closed {
    /// Adds other traffic.
    pub fn extend(&mut self, other: &Self) {
        // One peer can come from several holes; the ranges of one cell are sorted and apart, so a look suffices.
        self.ranges
            .extend(other.ranges.iter().filter(|range| !self.ranges.contains(range)).copied().collect::<Vec<_>>());
        self.icmp |= other.icmp;
    }
}

/// Some traffic and the holes, by index, that permit it.
pub struct Cell {
    /// The holes.
    pub permitting: BTreeSet<usize>,
    /// The traffic.
    pub traffic: Closed,
}

/// Gathers the peers that have the same traffic denied.
pub fn by_traffic<T>(closed: BTreeMap<T, Closed>) -> Vec<(Traffic, Vec<T>)>
where
    T: Clone,
{
    let mut peers: BTreeMap<(PortSet, bool), Vec<T>> = BTreeMap::new();
    for (peer, Closed { ranges, icmp }) in closed {
        peers.entry((PortSet::new(ranges), icmp)).or_default().push(peer);
    }
    let mut rules = Vec::new();
    for ((ports, icmp), peers) in peers {
        if icmp {
            rules.push((traffic::every_icmp(), peers.clone()));
        }
        if !ports.is_empty() {
            rules.push((on_ports(&ports), peers));
        }
    }
    rules
}

/// All traffic that can be told apart, cut up by the holes that permit it.
pub fn cells(holes: &[Hole]) -> Vec<Cell> {
    let mut by_holes: BTreeMap<BTreeSet<usize>, Closed> = BTreeMap::new();
    for protocol in Protocol::ALL {
        let mut edges = BTreeSet::from([1_u32]);
        for range in holes.iter().filter_map(|hole| hole.ports.as_ref()).flat_map(PortSet::ranges) {
            if range.protocol == protocol {
                edges.extend([u32::from(range.first), u32::from(range.last) + 1]);
            }
        }
        let ends = edges.iter().skip(1).copied().chain([1 << 16]);
        for (first, end) in edges.iter().copied().zip(ends) {
            let (Ok(first), Ok(last)) = (u16::try_from(first), u16::try_from(end - 1)) else { continue };
            let permitting = permitting(holes, |ports| covers(ports, protocol, first));
            by_holes.entry(permitting).or_default().ranges.push(PortRange { protocol, first, last });
        }
    }
    by_holes.entry(permitting(holes, |_| false)).or_default().icmp = true;
    by_holes.into_iter().map(|(permitting, traffic)| Cell { permitting, traffic }).collect()
}

fn permitting(holes: &[Hole], permits: impl Fn(&PortSet) -> bool) -> BTreeSet<usize> {
    let permitting = holes.iter().enumerate().filter(|(_, hole)| hole.ports.as_ref().is_none_or(&permits));
    permitting.map(|(index, _)| index).collect()
}

fn covers(ports: &PortSet, protocol: Protocol, port: u16) -> bool {
    ports.ranges().iter().any(|range| range.protocol == protocol && (range.first..=range.last).contains(&port))
}

pub fn on_ports(ports: &PortSet) -> Traffic {
    Traffic::Ports(port::port_rules(&port::ports(ports), &[], None))
}
