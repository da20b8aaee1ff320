//! What stands outside the map and is no pod: the world, addresses, names, nodes that nothing governs, entities.
//!
//! Rules name sets of these, and denies cut parts out of them. A profile's share of the outside is cut into pieces; the
//! pieces of one value are then named together, so that what is whole has a short name.

use super::passing::Passing;
use super::profile::{Body, Profile, Profiles, Value, ValueId, Values, whole_ports};
use crate::policy::{LabelSelector, Net, PodSelector, ValueSet, cloud_metadata, private};
use crate::semantics::connections::Connections;
use crate::semantics::endpoints::{self, Endpoints, Names};
use crate::semantics::nets::AddressSet;
use crate::semantics::{Place, Places, Universe};
use crate::verdict::Effect;
use indexmap::IndexMap;
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};

/// The most pieces that one profile's outside may come to.
const MAX_PIECES: usize = 2_000;

const TOO_MANY: &str = "too many rules about the outside overlap to tell its parts apart";

/// By value: the sets to which it applies, in parts that need not be apart.
pub(super) type Pieces = IndexMap<ValueId, BTreeSet<Endpoints>>;

/// A piece while it is being cut.
#[derive(Clone)]
struct Piece {
    set: Endpoints,
    passing: Passing,
    authenticated: bool,
}

/// What a profile lets through to the outside, pods aside.
pub(super) fn pieces(
    universe: Universe<'_>,
    profiles: &Profiles<'_>,
    profile: &Profile,
    governed: &Governed,
    values: &mut Values,
) -> Pieces {
    let bodies = || profile.bodies.iter().filter_map(|body| profiles.body(*body));
    let set = |peers| profiles.peers(peers).map(|(set, _)| set);
    let about = |body: &Body<'_>| set(body.peers).filter(|set| !matches!(set, Endpoints::Pods(_)));
    let mut gap = profile.gap.clone();
    let mut left: Vec<Piece> = Vec::new();
    if profile.isolated && gap.is_none() {
        for body in bodies().filter(|body| body.effect != Effect::Deny) {
            let Some(set_of) = about(body) else { continue };
            let authenticated = body.effect == Effect::AllowAuthenticated;
            let mut parts =
                vec![Piece { set: set_of.clone(), passing: Passing::from(body.connections), authenticated }];
            for (peers, connections) in &body.except {
                let Some(peers) = set(*peers) else { continue };
                parts =
                    parts.iter().flat_map(|part| cut(universe, part, (peers, connections), &[], &mut gap)).collect();
            }
            left.extend(parts);
        }
        left = merged(universe, left);
    } else {
        left.extend(everything());
        // Authentication is asked for where nothing isolates, too.
        for body in bodies().filter(|body| body.effect == Effect::AllowAuthenticated && gap.is_none()) {
            let asked = about(body).map(|set| (set.clone(), Passing::from(body.connections)));
            left.extend(asked.map(|(set, passing)| Piece { set, passing, authenticated: true }));
        }
    }
    // Nodes that something governs are in the map themselves.
    let others: Option<Vec<Vec<Piece>>> =
        left.iter().map(|piece| Some(piece.with_sets(governed.others_of(universe, &piece.set)?))).collect();
    match others {
        Some(others) => left = others.concat(),
        None => gap = Some(TOO_MANY.to_owned()),
    }
    for deny in bodies().filter(|body| body.effect == Effect::Deny) {
        let Some(set_of) = about(deny) else { continue };
        let spared: Vec<_> =
            deny.except.iter().filter_map(|(peers, connections)| Some((set(*peers)?, *connections))).collect();
        let denied = (set_of, deny.connections);
        let parts = left.iter().flat_map(|piece| cut(universe, piece, denied, &spared, &mut gap)).collect();
        left = merged(universe, parts);
        if left.len() > MAX_PIECES {
            // Nothing is known of any of it, and what is left out would be said not to pass.
            left = everything().collect();
            gap = Some(TOO_MANY.to_owned());
            break;
        }
    }
    let mut pieces = Pieces::new();
    for piece in left.into_iter().filter(|piece| !piece.passing.is_empty()) {
        let value = match &gap {
            Some(reason) => Value::Unknown(reason.clone()),
            None => {
                let authenticated = if piece.authenticated { piece.passing.clone() } else { Passing::default() };
                Value::Known { passing: piece.passing, authenticated }
            }
        };
        pieces.entry(values.intern(value)).or_default().insert(piece.set);
    }
    pieces
}

/// All that is no pod, with everything passing.
fn everything() -> impl Iterator<Item = Piece> {
    let others = |set: &Endpoints| !matches!(set, Endpoints::Pods(_) | Endpoints::MeshPods { .. });
    let piece = |set| Piece { set, passing: Passing::all(), authenticated: false };
    endpoints::anything().into_iter().filter(others).map(piece)
}

impl Piece {
    fn with(&self, set: Endpoints, passing: Passing) -> Self {
        Self { set, passing, authenticated: self.authenticated }
    }

    /// The same of each of some sets.
    fn with_sets(&self, sets: Vec<Endpoints>) -> Vec<Self> {
        sets.into_iter().map(|set| self.with(set, self.passing.clone())).collect()
    }
}

/// A piece less what a deny takes of it: what stands elsewhere, what the deny is not about, and what it leaves alone. The
/// parts may overlap, so that their number does not double with each exception.
fn cut(
    universe: Universe<'_>,
    piece: &Piece,
    (peers, connections): (&Endpoints, &Connections),
    spared: &[(&Endpoints, &Connections)],
    gap: &mut Option<String>,
) -> Vec<Piece> {
    let Some(inside) = endpoints::intersection(universe, &piece.set, peers) else { return vec![piece.clone()] };
    let mut left = piece.with_sets(endpoints::difference(universe, &piece.set, peers));
    for (peers, connections) in spared {
        let both = endpoints::intersection(universe, &inside, peers);
        left.extend(both.map(|set| piece.with(set, piece.passing.intersection(&Passing::from(*connections)))));
    }
    left.push(piece.with(inside, piece.passing.less(&whole_ports(connections, gap))));
    left.retain(|part| !part.passing.is_empty());
    left
}

/// The same, each set once, and without those that follow from others.
fn merged(universe: Universe<'_>, pieces: Vec<Piece>) -> Vec<Piece> {
    let mut by_set: IndexMap<(Endpoints, bool), Passing> = IndexMap::new();
    for piece in pieces {
        let known = by_set.entry((piece.set, piece.authenticated)).or_default();
        *known = known.union(&piece.passing);
    }
    let pieces = by_set.into_iter().map(|((set, authenticated), passing)| Piece { set, passing, authenticated });
    let mut kept: Vec<Piece> = Vec::new();
    for piece in pieces {
        let follows = |other: &Piece, from: &Piece| {
            other.authenticated == from.authenticated
                && from.passing.covers(&other.passing)
                && endpoints::includes(universe, &from.set, &other.set)
        };
        if !kept.iter().any(|other| follows(&piece, other)) {
            kept.retain(|other| !follows(other, &piece));
            kept.push(piece);
        }
    }
    kept
}

/// Nodes that something governs. They are in the map themselves, so what is said of nodes is said of the others.
#[derive(Debug, Default)]
pub(super) struct Governed {
    /// Their labels, and what they are called.
    nodes: Vec<(LabelSelector, String)>,
    /// The labels of all other nodes, in parts; none when they are too many.
    others: BTreeSet<LabelSelector>,
}

impl Governed {
    pub fn new(universe: Universe<'_>, nodes: Vec<(LabelSelector, String)>) -> Self {
        let mut governed = Self { nodes, others: BTreeSet::new() };
        let all = Endpoints::Nodes { places: Places::NODES, labels: LabelSelector::default() };
        governed.others = governed
            .others_of(universe, &all)
            .into_iter()
            .flatten()
            .filter_map(|set| match set {
                Endpoints::Nodes { labels, .. } => Some(labels),
                _ => None,
            })
            .collect();
        governed
    }

    /// The parts of a set without governed nodes; `None` when they are too many.
    fn others_of(&self, universe: Universe<'_>, set: &Endpoints) -> Option<Vec<Endpoints>> {
        let mut left = vec![set.clone()];
        for (labels, _) in &self.nodes {
            let nodes = Endpoints::Nodes { places: Places::NODES, labels: labels.clone() };
            left = left.iter().flat_map(|set| endpoints::difference(universe, set, &nodes)).collect();
            if left.len() > MAX_PIECES {
                return None;
            }
        }
        Some(left)
    }
}

/// Sets of one value, named: what is whole is named as one, the rest each for itself. Where the same addresses are cut out
/// of all that is outside, it counts as whole without these.
pub(super) fn named(
    pieces: &BTreeSet<Endpoints>,
    other_pods: bool,
    governed: &Governed,
) -> Vec<(String, Vec<Endpoints>)> {
    let mut whole: Vec<Endpoints> = Vec::new();
    if other_pods {
        whole.push(Endpoints::Pods(PodSelector::default()));
    }
    let mut nodes: BTreeMap<Places, Vec<Endpoints>> = BTreeMap::new();
    let mut outside: BTreeMap<AddressSet, Vec<Endpoints>> = BTreeMap::new();
    let mut found: Vec<(String, Vec<Endpoints>)> = Vec::new();
    for piece in pieces.iter().cloned() {
        match &piece {
            Endpoints::Single(_) => whole.push(piece),
            Endpoints::Nodes { places, labels } if governed.others.contains(labels) => {
                nodes.entry(*places).or_default().push(piece);
            }
            Endpoints::Outside { addresses, names, .. } if *names == Names::default() && is_most(addresses) => {
                outside.entry(addresses.complement()).or_default().push(piece);
            }
            _ => found.push((name(&piece), vec![piece])),
        }
    }
    for parts in nodes.into_values() {
        if parts.len() == governed.others.len() {
            whole.extend(parts);
        } else {
            found.extend(parts.into_iter().map(|part| (name(&part), vec![part])));
        }
    }
    if outside.len() > 1 {
        for (cut, parts) in std::mem::take(&mut outside) {
            found.extend(whole_named(&parts, &cut, governed));
        }
    }
    let (cut, parts) = outside.pop_first().unwrap_or_default();
    whole.extend(parts);
    found.extend(whole_named(&whole, &cut, governed));
    found
}

/// Sets of which it only matters in which places they are, by name.
fn whole_named(sets: &[Endpoints], cut: &AddressSet, governed: &Governed) -> Vec<(String, Vec<Endpoints>)> {
    let all = sets.iter().fold(Places::default(), |all, set| all.union(endpoints::places(set)));
    let cut = if cut.is_empty() { String::new() } else { addresses_name(cut) };
    let without: Vec<&str> = governed.nodes.iter().map(|(_, name)| name.as_str()).collect();
    let sets = joined(sets);
    let of = |places| sets.iter().filter_map(|set| endpoints::within(set, places)).collect();
    let names = whole_names(all, &cut, &without).into_iter();
    names.map(|(places, name)| (name, of(places))).collect()
}

/// Sets that differ in their places only, as one.
fn joined(sets: &[Endpoints]) -> Vec<Endpoints> {
    let everywhere = |set: &Endpoints| match set.clone() {
        Endpoints::Nodes { labels, .. } => Endpoints::Nodes { places: Places::NODES, labels },
        Endpoints::Outside { addresses, names, .. } => endpoints::outside(Places::WORLD, addresses, names),
        Endpoints::Single(_) => Endpoints::Single(Places::SINGLE),
        pods => pods,
    };
    let mut joined: BTreeMap<Endpoints, Places> = BTreeMap::new();
    for set in sets {
        let places = joined.entry(everywhere(set)).or_default();
        *places = places.union(endpoints::places(set));
    }
    joined.iter().filter_map(|(set, places)| endpoints::within(set, *places)).collect()
}

/// Whether it is better said which addresses are missing.
fn is_most(addresses: &AddressSet) -> bool {
    weight(&addresses.complement().to_nets()) < weight(&addresses.to_nets())
}

/// How much there is to say.
fn weight(nets: &[Net]) -> usize {
    nets.iter().map(|net| 1 + net.except.len()).sum()
}

/// Places by name, each with what it is without.
fn whole_names(whole: Places, cut: &str, without_nodes: &[&str]) -> Vec<(Places, String)> {
    let except = |(places, mut name): (Places, String)| {
        if name == "nodes" && !without_nodes.is_empty() {
            return (places, "other nodes".to_owned());
        }
        let addresses = Some(cut).filter(|cut| !cut.is_empty() && !places.intersection(Places::WORLD).is_empty());
        let nodes = without_nodes.iter().copied().filter(|_| !places.intersection(Places::NODES).is_empty());
        for (number, except) in addresses.into_iter().chain(nodes).enumerate() {
            name.push_str(if number == 0 { " except " } else { ", " });
            name.push_str(except);
        }
        (places, name)
    };
    places(whole).into_iter().map(except).collect()
}

/// The fewest names for places.
fn places(mut left: Places) -> Vec<(Places, String)> {
    const POD: Places = Places::of(&[Place::Pod]);
    let inside = POD.union(Places::NODES).union(Places::SINGLE);
    let one = |place: Place| Places::of(&[place]);
    let known = [
        (inside.union(Places::WORLD), "anywhere"),
        (inside, "elsewhere in the cluster"),
        (Places::WORLD, "world"),
        (Places::NODES, "nodes"),
        (Places::APISERVER, "kube-apiserver"),
        (Places::of(&[Place::Outside, Place::DualOutside]), "world"),
        (Places::of(&[Place::OutsideApiserver, Place::DualOutsideApiserver]), "kube-apiserver"),
        (Places::HOST, "host"),
        (Places::REMOTE_NODES, "remote-node"),
        (POD, OTHER_PODS),
        (Places::SINGLE, "ingress, health, init, unmanaged"),
        (one(Place::Ingress), "ingress"),
        (one(Place::Health), "health"),
        (one(Place::Init), "init"),
        (one(Place::Unmanaged), "unmanaged"),
    ];
    let mut names = Vec::new();
    for (set, name) in known {
        if left.includes(set) {
            names.push((set, name.to_owned()));
            left = left.difference(set);
        }
    }
    names.extend(left.iter().map(|place| (one(place), place.as_str().to_owned())));
    names
}

fn place_names(of: Places) -> String {
    places(of).into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(", ")
}

/// What pods are called that are in no namespace of the map, and that no rule names.
pub(super) const OTHER_PODS: &str = "pods of other namespaces";

/// A name for one set that is more than places.
fn name(set: &Endpoints) -> String {
    match set {
        Endpoints::Pods(selector) => format!("pods {selector}"),
        Endpoints::MeshPods { clusters, selector } => match clusters {
            ValueSet::Any => format!("pods {selector} of other clusters"),
            ValueSet::In(names) => format!("pods {selector} of cluster {}", names.join(", ")),
            ValueSet::NotIn(names) => format!("pods {selector} of other clusters than {}", names.join(", ")),
        },
        Endpoints::Nodes { places: at, labels } => format!("{} {labels}", place_names(*at)),
        Endpoints::Single(at) => place_names(*at),
        Endpoints::Outside { places: at, addresses, names } => {
            let mut text = String::new();
            if *at != Places::WORLD {
                text.push_str(&place_names(*at));
                text.push_str(" at ");
            }
            let has: Vec<String> = names.has.iter().map(ToString::to_string).collect();
            text.push_str(&has.join(" and "));
            if has.is_empty() {
                text.push_str(&addresses_name(addresses));
            } else if *addresses != AddressSet::all() {
                let most = is_most(addresses);
                text.push_str(if most { " except " } else { " at " });
                text.push_str(&addresses_name(&if most { addresses.complement() } else { addresses.clone() }));
            }
            for (index, lacks) in names.lacks.iter().enumerate() {
                text.push_str(if index == 0 { " except " } else { ", " });
                text.push_str(&lacks.to_string());
            }
            text
        }
    }
}

/// Addresses in ranges, or as what is left out of all; sets that have a name by this.
fn addresses_name(addresses: &AddressSet) -> String {
    if *addresses == AddressSet::all() {
        return "world".to_owned();
    }
    if is_most(addresses) {
        return format!("world except {}", addresses_name(&addresses.complement()));
    }
    let known =
        [("private", AddressSet::of_ranges(&private())), ("cloud-metadata", AddressSet::of_ranges(&cloud_metadata()))];
    for (name, set) in known {
        if addresses == &set {
            return name.to_owned();
        }
        if addresses.includes(&set) {
            return format!("{name}, {}", addresses_name(&addresses.difference(&set)));
        }
    }
    addresses.to_nets().iter().map(net_name).collect::<Vec<_>>().join(", ")
}

fn net_name(net: &Net) -> String {
    let whole = |net: &IpNet| net.prefix_len() == net.max_prefix_len();
    let show = |net: &IpNet| if whole(net) { net.addr().to_string() } else { net.to_string() };
    let name = show(&net.cidr);
    if net.except.is_empty() {
        return name;
    }
    let (range, except) = (AddressSet::of_ranges([&net.cidr]), AddressSet::of_ranges(&net.except));
    let known = [("private", private()), ("cloud-metadata", cloud_metadata())];
    match known.iter().find(|(_, set)| AddressSet::of_ranges(set).intersection(&range) == except) {
        Some((known, _)) => format!("{name} except {known}"),
        None => format!("{name} except {}", net.except.iter().map(show).collect::<Vec<_>>().join(" and ")),
    }
}
