//! Ends and traffic in words.

use super::flow::End;
use super::name::Names;
use super::request::{merged, request_line, split};
use crate::policy::{
    DnsPattern, EnforcerName, Entity, LabelSelector, PodSelector, PortRange, PortSet, Protocol, cloud_metadata, private,
};
use crate::semantics::connections::{Connections, IcmpTypes};
use crate::semantics::endpoints::{Endpoints, Names as DnsNames};
use crate::semantics::nets::AddressSet;
use crate::semantics::{Place, Places};
use ipnet::IpNet;
use smol_str::SmolStr;

/// A list of peers as it can stand in one sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Phrase {
    /// The peers.
    pub items: Vec<String>,
    /// Less these.
    pub except: Vec<String>,
}

impl Phrase {
    fn plain(items: Vec<String>) -> Self {
        Self { items, except: Vec::new() }
    }
}

impl std::fmt::Display for Phrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.items.join(", "))?;
        if !self.except.is_empty() {
            write!(f, " except {}", self.except.join(", "))?;
        }
        Ok(())
    }
}

/// The words for places, the largest first.
const WORDS: [(&str, Option<Entity>); 10] = [
    ("cluster", Some(Entity::Cluster)),
    ("world", Some(Entity::World)),
    ("nodes", None),
    ("host", Some(Entity::Host)),
    ("remote-node", Some(Entity::RemoteNode)),
    ("kube-apiserver", Some(Entity::KubeApiserver)),
    ("ingress", Some(Entity::Ingress)),
    ("health", Some(Entity::Health)),
    ("init", Some(Entity::Init)),
    ("unmanaged", Some(Entity::Unmanaged)),
];

/// An end in words: a list for one sentence, or several where one would need exceptions of several kinds.
///
/// # Errors
/// Why there are none.
pub fn end(end: &End, names: &Names, home: Option<&SmolStr>, enforcer: EnforcerName) -> Result<Vec<Phrase>, String> {
    let mut phrases = Vec::new();
    let mut plain = Vec::new();
    for selector in &end.pods {
        let (words, mut except) = names.pods(selector, home)?;
        // What a bare name takes away from `workloads in every namespace` is a namespace.
        let home = home.filter(|_| selector.namespaces.names.as_one().is_some());
        for taken in &end.except {
            match taken.whole_namespace() {
                Some(namespace) if *selector == PodSelector::default() => except.push(namespace.to_string()),
                _ => except.extend(names.pods(taken, home)?.0),
            }
        }
        if except.is_empty() { plain.extend(words) } else { phrases.push(Phrase { items: words, except }) }
    }
    if let Some(labels) = &end.nodes {
        plain.push(nodes(labels, names)?);
    }
    places(end.places, enforcer, &mut plain)?;
    let mut addresses = AddressSet::default();
    let mut outside = Vec::new();
    let named = names.externals.get(&(home.cloned(), end.others.clone()));
    plain.extend(named.map(ToString::to_string));
    for other in end.others.iter().filter(|_| named.is_none()) {
        match other {
            Endpoints::Outside { places: Places::WORLD, addresses: own, names: none }
                if *none == DnsNames::default() =>
            {
                addresses = addresses.union(own);
            }
            Endpoints::Outside { places: Places::WORLD, addresses: all, names: asked }
                if *all == AddressSet::all() && asked.lacks.is_empty() && asked.has.len() == 1 =>
            {
                outside.extend(asked.has.iter().map(ToString::to_string));
            }
            Endpoints::Nodes { places: Places::REMOTE_NODES, labels } => outside.push(nodes(labels, names)?),
            Endpoints::Outside { .. } => {
                return Err("a part of what stands outside for which there is no word".to_owned());
            }
            Endpoints::Nodes { .. } => return Err("nodes for which there is no word".to_owned()),
            Endpoints::MeshPods { .. } => return Err("pods of other clusters of a mesh".to_owned()),
            Endpoints::Pods(_) | Endpoints::Single(_) => return Err("an end for which there is no word".to_owned()),
        }
    }
    outside.sort();
    plain.extend(outside);
    ranges(&addresses, &mut plain, &mut phrases);
    if !plain.is_empty() {
        phrases.insert(0, Phrase::plain(plain));
    }
    if phrases.is_empty() { Err("an end at which nobody stands".to_owned()) } else { Ok(phrases) }
}

/// What stands outside, as its declaration says it; `None` where one list cannot.
pub fn external(others: &[Endpoints], enforcer: EnforcerName) -> Option<String> {
    let whole = End { others: others.to_vec(), ..End::default() };
    match end(&whole, &Names::default(), None, enforcer).ok()?.as_slice() {
        // A word such as `cloud-metadata` is a name already.
        [one] if one.items.len() + one.except.len() > 1 => Some(one.to_string()),
        _ => None,
    }
}

fn nodes(labels: &LabelSelector, names: &Names) -> Result<String, String> {
    names.nodes.get(labels).map(ToString::to_string).ok_or_else(|| "all nodes by an empty selector".to_owned())
}

/// What stands in some places, in as few words as there are.
fn places(wanted: Places, enforcer: EnforcerName, words: &mut Vec<String>) -> Result<(), String> {
    let mesh = Places::of(&[Place::MeshPod]);
    let spoken = super::halves::places_of(enforcer);
    let wanted = wanted.intersection(spoken);
    let all = spoken.difference(mesh);
    if wanted.difference(mesh) == all {
        words.push("anything".to_owned());
        return Ok(());
    }
    if wanted.includes(mesh) {
        return Err("pods of other clusters of a mesh".to_owned());
    }
    if enforcer == EnforcerName::Kubernetes {
        // A plugin's addresses are what a NetworkPolicy calls the world.
        if wanted.contains(Place::Pod) {
            words.push("workloads in every namespace".to_owned());
        }
        if wanted.includes(Places::WORLD) {
            words.extend(["0.0.0.0/0".to_owned(), "[::/0]".to_owned()]);
        }
        return Ok(());
    }
    let mut left = wanted;
    for (word, entity) in WORDS {
        let of_word = entity.map_or(Places::NODES, Places::of_entity);
        if wanted.includes(of_word) && !left.intersection(of_word).is_empty() {
            words.push(word.to_owned());
            left = left.difference(of_word);
        }
    }
    if left.contains(Place::Pod) {
        words.push("workloads in every namespace".to_owned());
        left = left.difference(Places::of(&[Place::Pod]));
    }
    if left.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = left.iter().map(Place::as_str).collect();
    Err(format!("{} alone, for which there is no word", names.join(" and ")))
}

/// Addresses, with the words that there are for some sets of them.
fn ranges(addresses: &AddressSet, plain: &mut Vec<String>, phrases: &mut Vec<Phrase>) {
    let mut rest = addresses.clone();
    let metadata = AddressSet::of_ranges(&cloud_metadata());
    if rest == metadata {
        plain.push("cloud-metadata".to_owned());
        return;
    }
    let reserved = AddressSet::of_ranges(&private());
    if rest == reserved {
        plain.push("private".to_owned());
        return;
    }
    for family in ["0.0.0.0/0", "::/0"] {
        let Ok(whole) = family.parse::<IpNet>() else { continue };
        let whole_set = AddressSet::of_ranges([&whole]);
        if rest.intersection(&whole_set) == whole_set.difference(&reserved) {
            phrases.push(Phrase { items: vec![range(whole)], except: vec!["private".to_owned()] });
            rest = rest.difference(&whole_set);
        }
    }
    let mut except = Vec::new();
    let mut items = Vec::new();
    for net in rest.to_nets() {
        if net.except.is_empty() {
            plain.push(range(net.cidr));
        } else {
            items.push(range(net.cidr));
            except.extend(net.except.iter().copied().map(range));
        }
    }
    if !items.is_empty() {
        phrases.push(Phrase { items, except });
    }
}

/// `10.0.0.0/8`, `192.0.2.7`, `[2001:db8::/32]`
fn range(range: IpNet) -> String {
    let alone = range.prefix_len() == range.max_prefix_len();
    let text = if alone { range.addr().to_string() } else { range.to_string() };
    if range.addr().is_ipv6() { format!("[{text}]") } else { text }
}

/// What passes, as a sentence says it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// `reach`, with the ports behind each object.
    Reach(String),
    /// `ping`
    Ping,
    /// Requests, with the ports.
    Use(String, Vec<String>),
    /// `reach … with tls name N`
    Tls(String, String),
}

/// Traffic in words; several where one sentence has no form for all.
///
/// # Errors
/// Why there are none.
pub fn actions(connections: &Connections) -> Result<Vec<Action>, String> {
    Ok(match connections {
        Connections::All => vec![Action::Reach(String::new())],
        Connections::Ports(ports) => vec![Action::Reach(port_list(ports))],
        Connections::Icmp(types) if *types == IcmpTypes::echo() => vec![Action::Ping],
        Connections::Icmp(types) => return Err(format!("ICMP of some types only: {types}")),
        Connections::Requests { ports, requests } => {
            let mut lines: Vec<String> = Vec::with_capacity(requests.len());
            for request in merged(requests) {
                lines.push(request_line(&request)?);
            }
            vec![Action::Use(port_list(ports), lines)]
        }
        Connections::Tls { ports, names } => {
            let one = |name: &DnsPattern| match name {
                DnsPattern::Exact(name) => Ok(Action::Tls(port_list(ports), name.to_string())),
                other => Err(format!("a TLS server name with stars: {other}")),
            };
            names.iter().map(one).collect::<Result<_, _>>()?
        }
        Connections::LookUps { .. } => {
            return Err("look-ups by rule at what is not the cluster's DNS server".to_owned());
        }
        Connections::Other => return Err("protocols without ports".to_owned()),
    })
}

/// What the other end consents to: what stands before the object of an `expose`, and its ports.
///
/// # Errors
/// Why there are no words.
pub fn exposed(connections: &Connections) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    for action in actions(connections)? {
        match action {
            Action::Reach(ports) | Action::Tls(ports, _) => found.push((String::new(), ports)),
            // A ping is no port's, and what is exposed as a whole has it.
            Action::Ping => found.push((String::new(), String::new())),
            Action::Use(ports, lines) => {
                // What narrows a request stands behind the object in a `may`, and an `expose` goes without it.
                let bare = lines.iter().map(|line| format!("{} on ", split(line).0));
                found.extend(bare.map(|request| (request, ports.clone())));
            }
        }
    }
    Ok(found)
}

/// `:8080`, `:[80, 53/any]`
fn port_list(ports: &PortSet) -> String {
    let all = |protocol: Protocol| match protocol {
        Protocol::Tcp => "/tcp",
        Protocol::Udp => "/udp",
        Protocol::Sctp => "/sctp",
    };
    let one = |(range, any): &(PortRange, bool)| {
        let protocol = match (any, range.protocol) {
            (true, _) => "/any",
            (false, Protocol::Tcp) if (range.first, range.last) != (1, u16::MAX) => "",
            (false, protocol) => all(protocol),
        };
        match (range.first, range.last) {
            (1, u16::MAX) if *any => "1-65535/any".to_owned(),
            (1, u16::MAX) => format!("any{protocol}"),
            (first, last) if first == last => format!("{first}{protocol}"),
            (first, last) => format!("{first}-{last}{protocol}"),
        }
    };
    let list: Vec<String> = ranges_of_all(ports).iter().map(one).collect();
    match list.as_slice() {
        [one] => format!(":{one}"),
        several => format!(":[{}]", several.join(", ")),
    }
}

/// The ports of every protocol.
fn ranges_of_all(ports: &PortSet) -> Vec<(PortRange, bool)> {
    // A range that all three protocols have is said once.
    let has = |protocol: Protocol, range: PortRange| ports.ranges().contains(&PortRange { protocol, ..range });
    let mut found = Vec::new();
    for range in ports.ranges() {
        let all = Protocol::ALL.iter().all(|protocol| has(*protocol, *range));
        if all && range.protocol != Protocol::Tcp {
            continue;
        }
        found.push((*range, all));
    }
    found.sort_by_key(|(range, _)| (range.protocol, range.first));
    found
}
