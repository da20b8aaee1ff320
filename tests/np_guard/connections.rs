//! What reaches what, as both have it: of addresses in ranges, between which nothing changes.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use ztp::map::{Kind, Map, Passes, Passing};
use ztp::policy::{PortRange, PortSet, Protocol};
use ztp::semantics::endpoints::{self, Endpoint};
use ztp::semantics::{Place, ports};

/// What reaches what on which ports: workloads by name, and addresses as a range of theirs.
pub type Connections = BTreeMap<(End, End), PortSet>;

/// A workload or some addresses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// `default/frontend[Deployment]`
    Workload(String),
    /// Both included.
    Addresses(Ipv4Addr, Ipv4Addr),
}

/// `TCP 80,90-100,UDP 53`, or all.
pub fn port_set(text: &str) -> Option<PortSet> {
    if text.eq_ignore_ascii_case("all connections") {
        return Some(ports::all());
    }
    let mut protocol = None;
    let mut ranges = Vec::new();
    for part in text.split(',') {
        let numbers = match part.split_once(' ') {
            Some((name, numbers)) => {
                protocol = Protocol::ALL.into_iter().find(|protocol| protocol.as_str() == name);
                numbers
            }
            None => part,
        };
        let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
        ranges.push(PortRange { protocol: protocol?, first: first.parse().ok()?, last: last.parse().ok()? });
    }
    Some(PortSet::new(ranges))
}

/// The first addresses of the ranges between which nothing changes.
pub fn cuts(expected: &Connections) -> BTreeSet<u32> {
    let mut cuts = BTreeSet::from([0]);
    for end in expected.keys().flat_map(|(from, to)| [from, to]) {
        if let End::Addresses(first, last) = end {
            cuts.insert(u32::from(*first));
            cuts.extend(u32::from(*last).checked_add(1));
        }
    }
    cuts
}

/// The ranges, by their first addresses.
fn ranges(cuts: &BTreeSet<u32>) -> Vec<(Ipv4Addr, Ipv4Addr)> {
    let ends = cuts.iter().skip(1).map(|next| next - 1).chain([u32::MAX]);
    cuts.iter().zip(ends).map(|(first, last)| ((*first).into(), last.into())).collect()
}

/// The same, each range in parts that are alike for all.
pub fn cut(expected: &Connections) -> Connections {
    let ranges = ranges(&cuts(expected));
    let parts = |end: &End| match end {
        End::Workload(_) => vec![end.clone()],
        End::Addresses(first, last) => {
            let within = ranges.iter().filter(|(from, to)| first <= from && to <= last);
            within.map(|(from, to)| End::Addresses(*from, *to)).collect()
        }
    };
    let mut all = Connections::new();
    for ((from, to), ports) in expected {
        for from in parts(from) {
            all.extend(parts(to).into_iter().map(|to| ((from.clone(), to), ports.clone())));
        }
    }
    all
}

/// What a map says, for ranges of addresses. Both ends and the middle of each range have to be alike.
pub fn seen(map: &Map, cuts: &BTreeSet<u32>) -> Connections {
    let ranges = ranges(cuts);
    let ends = |id: usize| -> Vec<End> {
        match &map.vertices[id].kind {
            Kind::Workload { kind, .. } => vec![workload(map, id, kind)],
            Kind::Group { members, except } => {
                let members = members.iter().filter(|member| !except.contains(member));
                let kind = |id: usize| match &map.vertices[id].kind {
                    Kind::Workload { kind, .. } => Some(workload(map, id, kind)),
                    _ => None,
                };
                members.filter_map(|member| kind(*member)).collect()
            }
            Kind::Outside { sets } => {
                let has = |address: Ipv4Addr| {
                    let outside =
                        Endpoint::Outside { place: Place::Outside, address: IpAddr::V4(address), names: Vec::new() };
                    sets.iter().any(|set| endpoints::matches(set, &outside))
                };
                let mut found = Vec::new();
                for (first, last) in &ranges {
                    let middle = Ipv4Addr::from(u32::from(*first) + (u32::from(*last) - u32::from(*first)) / 2);
                    let all = [has(*first), has(middle), has(*last)];
                    assert!(all.iter().all(|has| *has == all[0]), "{first}-{last} is cut by {}", map.vertices[id].name);
                    if all[0] {
                        found.push(End::Addresses(*first, *last));
                    }
                }
                found
            }
            Kind::Pods { .. } | Kind::Elsewhere { .. } | Kind::Nodes { .. } => Vec::new(),
        }
    };
    let mut all = Connections::new();
    for edge in &map.edges {
        let Passes::Known { passing: Passing { ports: open, .. }, .. } = &edge.passes else { continue };
        let to = ends(edge.to);
        for from in ends(edge.from) {
            for to in &to {
                if from != *to && !open.is_empty() {
                    let known = all.entry((from.clone(), to.clone())).or_default();
                    *known = ports::union(known, open);
                }
            }
        }
    }
    all
}

fn workload(map: &Map, id: usize, kind: &str) -> End {
    let name = map.vertices[id].name.split(" (").next().unwrap_or_default();
    End::Workload(format!("{name}[{kind}]"))
}
