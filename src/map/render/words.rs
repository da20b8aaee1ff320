//! What every format says in the same words.

use crate::map::{Content, Edge, Kind, Map, Passes, Passing, Vertex, VertexId};
use crate::policy::PortSet;
use crate::semantics::connections::IcmpTypes;
use crate::semantics::ports;

/// What passes along an edge: `8080, 53/udp`, `all`, `all except 22`, `GET /x on :8080`, `unknown: …`
pub(super) fn passes(passes: &Passes) -> String {
    match passes {
        Passes::Unknown(reason) => format!("unknown: {reason}"),
        Passes::Known { passing, authenticated } if authenticated.is_empty() => self::passing(passing),
        Passes::Known { passing, authenticated } if authenticated == passing => {
            format!("{} with mutual auth", self::passing(passing))
        }
        Passes::Known { passing, authenticated } => {
            format!("{} (with mutual auth: {})", self::passing(passing), self::passing(authenticated))
        }
    }
}

/// See [`passes`].
pub(super) fn passing(passing: &Passing) -> String {
    if passing.is_all() {
        return "all".to_owned();
    }
    if passing.is_empty() {
        return "nothing".to_owned();
    }
    if passing.icmp == IcmpTypes::ALL && passing.other && passing.parts.is_empty() {
        return format!("all except {}", port_list(&ports::complement(&passing.ports)));
    }
    let mut whole: Vec<String> = Vec::new();
    if !passing.ports.is_empty() {
        whole.push(port_list(&passing.ports));
    }
    if !passing.icmp.is_empty() {
        whole.push(if passing.icmp == IcmpTypes::ALL { "ICMP".to_owned() } else { passing.icmp.to_string() });
    }
    if passing.other {
        whole.push("protocols without ports".to_owned());
    }
    let mut all: Vec<String> = Vec::new();
    if !whole.is_empty() {
        all.push(whole.join(", "));
    }
    for part in &passing.parts {
        let contents: Vec<String> = part.all_of.iter().map(|content| carried(content, &part.ports)).collect();
        all.push(contents.join(" and "));
    }
    all.join("; ")
}

/// A long list of names is cut: what a workload may look up says little more than what it may reach.
fn carried(content: &Content, ports: &PortSet) -> String {
    const SHOWN: usize = 3;
    let (what, names) = match content {
        Content::LookUps(names) => ("look-up of", names),
        Content::Tls(names) => ("TLS to", names),
        Content::Requests(_) => return content.on(ports).to_string(),
    };
    let shown: Vec<String> = names.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = match names.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{what} {}{more} on :{ports}", shown.join(", "))
}

fn port_list(ports: &PortSet) -> String {
    if *ports == ports::all() {
        return "every port".to_owned();
    }
    ports.ranges().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What a vertex is: `workload`, `pods`, `group`, `elsewhere`, `nodes`, `outside`.
pub(super) fn kind(vertex: &Vertex) -> &'static str {
    match vertex.kind {
        Kind::Workload { .. } => "workload",
        Kind::Pods { .. } => "pods",
        Kind::Group { .. } => "group",
        Kind::Elsewhere { .. } => "elsewhere",
        Kind::Nodes { .. } => "nodes",
        Kind::Outside { .. } => "outside",
    }
}

/// An edge as one end sees it whose other end is outside the map.
pub(super) struct Exposure<'m> {
    /// The end that is in the map.
    pub own: &'m Vertex,
    /// Whether the other end opens the connection.
    pub ingress: bool,
    /// The other end.
    pub other: &'m Vertex,
    pub passes: &'m Passes,
}

/// The edges within the map, and what its ends have to do with the outside: by end, ingress first.
pub(super) fn split(map: &Map) -> (Vec<&Edge>, Vec<Exposure<'_>>) {
    let inside = |id: VertexId| !matches!(map.vertex(id).kind, Kind::Outside { .. } | Kind::Elsewhere { .. });
    let (within, across): (Vec<&Edge>, Vec<&Edge>) =
        map.edges.iter().partition(|edge| inside(edge.from) && inside(edge.to));
    let mut exposures: Vec<(VertexId, Exposure<'_>)> = Vec::with_capacity(across.len());
    for edge in across {
        let ingress = inside(edge.to);
        let (own, other) = if ingress { (edge.to, edge.from) } else { (edge.from, edge.to) };
        let exposure = Exposure { own: map.vertex(own), ingress, other: map.vertex(other), passes: &edge.passes };
        exposures.push((own, exposure));
    }
    exposures.sort_by_key(|(own, exposure)| (*own, !exposure.ingress));
    (within, exposures.into_iter().map(|(_, exposure)| exposure).collect())
}

/// The groups whose names do not say who belongs to them, with the names of those that do.
pub(super) fn groups(map: &Map) -> Vec<(&Vertex, Vec<&str>)> {
    let mut groups = Vec::new();
    for vertex in &map.vertices {
        if let Kind::Group { members, except } = &vertex.kind
            && !vertex.name.contains('{')
        {
            let left = members.iter().filter(|member| !except.contains(member));
            groups.push((vertex, left.map(|member| map.vertex(*member).name.as_str()).collect()));
        }
    }
    groups
}

/// The map's own of which there is nothing to say, and those that no policy governs.
pub(super) fn alone(map: &Map) -> (Vec<&Vertex>, Vec<&Vertex>) {
    let mut seen = vec![false; map.vertices.len()];
    let mut see = |id: VertexId| seen.get_mut(id).into_iter().for_each(|seen| *seen = true);
    map.edges.iter().flat_map(|edge| [edge.from, edge.to]).for_each(&mut see);
    for vertex in &map.vertices {
        if let Kind::Group { members, .. } = &vertex.kind {
            members.iter().copied().for_each(&mut see);
        }
    }
    let left = map.vertices.iter().zip(seen).filter(|(vertex, seen)| !seen && vertex.kind.is_own());
    left.map(|(vertex, _)| vertex).partition(|vertex| !matches!(vertex.kind, Kind::Workload { host_network: true, .. }))
}
