//! What sets outside the map are called: what is whole as one, the rest each for itself.

use super::Governed;
use crate::policy::{Net, PodSelector, ValueSet, cloud_metadata, private};
use crate::semantics::endpoints::{self, Endpoints, Names};
use crate::semantics::nets::AddressSet;
use crate::semantics::{Place, Places};
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};

/// Sets of one value, named: what is whole is named as one, the rest each for itself. Where the same addresses are cut out
/// of all that is outside, it counts as whole without these.
pub fn named(pieces: &BTreeSet<Endpoints>, other_pods: bool, governed: &Governed) -> Vec<(String, Vec<Endpoints>)> {
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
pub const OTHER_PODS: &str = "pods of other namespaces";

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
