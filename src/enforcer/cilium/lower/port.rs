//! Ports.

use crate::manifest::cilium::{L7, Port, PortRule};
use crate::policy::{PortRange, PortSet, Protocol};
use std::collections::BTreeMap;

/// The most ports that one `toPorts` entry takes (`pkg/policy/api/rule_validation.go`, `maxPorts`).
const MAX_PORTS: usize = 40;

/// Ports without request rules. All ports of a protocol are port 0.
pub fn ports(set: &PortSet) -> Vec<Port> {
    merged(set.ranges())
        .into_iter()
        .map(|((first, last), protocol)| match (first, last) {
            (1, u16::MAX) => Port { port: 0, end_port: None, protocol },
            _ => Port { port: first, end_port: (last > first).then_some(last), protocol },
        })
        .collect()
}

/// The TCP ports of a set, for HTTP rules: these take no port 0 (`cilium-verdicts` U5 and cilium.md §2).
pub fn http_ports(set: &PortSet) -> Vec<Port> {
    set.ranges()
        .iter()
        .filter(|range| range.protocol == Protocol::Tcp)
        .map(|&PortRange { first, last, .. }| Port {
            port: first,
            end_port: (last > first).then_some(last),
            protocol: "TCP",
        })
        .collect()
}

/// Single ports, for DNS rules, which take no ranges (`cilium-verdicts` U6). TCP and UDP become `ANY`, so that both
/// carry the same rules.
pub fn dns_ports(set: &PortSet) -> Vec<Port> {
    let mut protocols: BTreeMap<u16, Option<Protocol>> = BTreeMap::new();
    for &PortRange { protocol, first, last } in set.ranges() {
        for port in first..=last {
            protocols.entry(port).and_modify(|only| *only = None).or_insert(Some(protocol));
        }
    }
    protocols
        .into_iter()
        .map(|(port, only)| Port { port, end_port: None, protocol: only.map_or("ANY", Protocol::as_str) })
        .collect()
}

/// `toPorts` entries for these ports, each with the rules.
pub fn port_rules(ports: &[Port], server_names: &[String], rules: Option<&L7>) -> Vec<PortRule> {
    ports
        .chunks(MAX_PORTS)
        .map(|ports| PortRule { ports: ports.to_vec(), server_names: server_names.to_vec(), rules: rules.cloned() })
        .collect()
}

/// Ranges with their protocol, those that all three have as `ANY`.
fn merged(ranges: &[PortRange]) -> Vec<((u16, u16), &'static str)> {
    if ranges.windows(2).all(|pair| matches!(pair, [a, b] if a.protocol == b.protocol)) {
        return ranges.iter().map(|range| ((range.first, range.last), range.protocol.as_str())).collect();
    }
    let mut by_range: BTreeMap<(u16, u16), Vec<Protocol>> = BTreeMap::new();
    for range in ranges {
        by_range.entry((range.first, range.last)).or_default().push(range.protocol);
    }
    let mut ports = Vec::with_capacity(by_range.len());
    for (range, protocols) in by_range {
        if protocols.len() == Protocol::ALL.len() {
            ports.push((range, "ANY"));
        } else {
            ports.extend(protocols.into_iter().map(|protocol| (range, protocol.as_str())));
        }
    }
    ports
}
