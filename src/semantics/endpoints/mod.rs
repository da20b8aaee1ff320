//! Sets of endpoints: what can stand at one end of a flow, as products that can be cut and met.
//!
//! An outside point is an address together with any set of names, since what a name resolves to is the other side's
//! choice. So `*.x.com` and `10.0.0.0/8` meet in an address of that range that has such a name, and neither lies within
//! the other.

mod names;

pub use names::Names;

use super::labels::{self, Labels};
use super::nets::AddressSet;
use super::pods::{self, Pod};
use super::{Place, Places, Universe, values};
use crate::policy::{LabelSelector, NodeSelector, Peer, PodSelector, ValueSet, private};
use smol_str::SmolStr;
use std::fmt;
use std::net::IpAddr;
use std::sync::LazyLock;

/// A product set of endpoints. Its places fit its kind: those of [`Endpoints::Nodes`] are nodes, and so on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoints {
    /// Pods of this cluster.
    Pods(PodSelector),
    /// Pods of other clusters of the mesh.
    MeshPods {
        /// The names of these clusters; never that of this one.
        clusters: ValueSet,
        /// Which of their pods. What this cluster's namespaces are declared with does not hold for theirs.
        selector: PodSelector,
    },
    /// Nodes.
    Nodes {
        /// Which of [`Places::NODES`].
        places: Places,
        /// By label.
        labels: LabelSelector,
    },
    /// Outside.
    Outside {
        /// Which of [`Places::WORLD`].
        places: Places,
        /// By address.
        addresses: AddressSet,
        /// By name.
        names: Names,
    },
    /// Which of [`Places::SINGLE`].
    Single(Places),
}

/// What is not globally reachable: it makes a poor example of what stands outside.
static PRIVATE: LazyLock<AddressSet> = LazyLock::new(|| AddressSet::of_ranges(&private()));

/// A concrete endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// A pod.
    Pod(Pod),
    /// A pod of another cluster.
    MeshPod {
        /// Its cluster.
        cluster: SmolStr,
        /// The pod.
        pod: Pod,
    },
    /// A node.
    Node {
        /// Where.
        place: Place,
        /// Its labels.
        labels: Labels,
    },
    /// An address outside.
    Outside {
        /// Where.
        place: Place,
        /// The address.
        address: IpAddr,
        /// The names that it has.
        names: Vec<SmolStr>,
    },
    /// One of [`Places::SINGLE`].
    Single(Place),
}

impl Endpoint {
    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Place {
        match self {
            Self::Pod(_) => Place::Pod,
            Self::MeshPod { .. } => Place::MeshPod,
            Self::Node { place, .. } | Self::Outside { place, .. } | Self::Single(place) => *place,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pod(pod) => write!(f, "{pod}"),
            Self::MeshPod { cluster, pod } => write!(f, "{pod} of cluster {cluster}"),
            Self::Node { place, labels } => {
                f.write_str(place.as_str())?;
                for (index, (key, value)) in labels.iter().enumerate() {
                    write!(f, "{}{key}: {value}", if index == 0 { " labelled " } else { ", " })?;
                }
                Ok(())
            }
            Self::Outside { place, address, names } => {
                match place {
                    Place::OutsideApiserver | Place::DualOutsideApiserver => write!(f, "kube-apiserver at {address}")?,
                    _ => write!(f, "{address}")?,
                }
                for (index, name) in names.iter().enumerate() {
                    write!(f, "{}{name}", if index == 0 { " named " } else { ", " })?;
                }
                Ok(())
            }
            Self::Single(place) => f.write_str(place.as_str()),
        }
    }
}

/// Everything that can stand at the other end, in sets of which no two overlap.
#[must_use]
pub fn anything() -> Vec<Endpoints> {
    vec![
        Endpoints::Pods(PodSelector::default()),
        Endpoints::MeshPods { clusters: ValueSet::Any, selector: PodSelector::default() },
        Endpoints::Nodes { places: Places::NODES, labels: LabelSelector::default() },
        outside(Places::WORLD, AddressSet::all(), Names::default()),
        Endpoints::Single(Places::SINGLE),
    ]
}

/// Outside points.
#[must_use]
pub fn outside(places: Places, addresses: AddressSet, names: Names) -> Endpoints {
    Endpoints::Outside { places, addresses, names }
}

/// Everything in these places.
#[must_use]
pub fn at(places: Places) -> Vec<Endpoints> {
    anything().iter().filter_map(|one| within(one, places)).collect()
}

/// The part that stands in these places.
#[must_use]
pub fn within(set: &Endpoints, allowed: Places) -> Option<Endpoints> {
    let left = places(set).intersection(allowed);
    if left.is_empty() {
        return None;
    }
    Some(match set.clone() {
        Endpoints::Nodes { labels, .. } => Endpoints::Nodes { places: left, labels },
        Endpoints::Outside { addresses, names, .. } => outside(left, addresses, names),
        Endpoints::Single(_) => Endpoints::Single(left),
        pods => pods,
    })
}

/// Where its endpoints stand.
#[must_use]
pub fn places(set: &Endpoints) -> Places {
    match set {
        Endpoints::Pods(_) => Places::of(&[Place::Pod]),
        Endpoints::MeshPods { .. } => Places::of(&[Place::MeshPod]),
        Endpoints::Nodes { places, .. } | Endpoints::Outside { places, .. } | Endpoints::Single(places) => *places,
    }
}

/// A peer of the model, as Cilium covers places (see [`super::peers`]). Pods are those of this cluster.
#[must_use]
pub fn of_peer(peer: &Peer) -> Vec<Endpoints> {
    match peer {
        Peer::Pods(selector) => vec![Endpoints::Pods(selector.clone())],
        Peer::Nodes(NodeSelector(labels)) => {
            vec![Endpoints::Nodes { places: Places::REMOTE_NODES, labels: labels.clone() }]
        }
        Peer::Net(net) => vec![outside(Places::WORLD, AddressSet::from(net), Names::default())],
        Peer::Name(pattern) => {
            vec![outside(Places::WORLD, AddressSet::all(), Names::one(pattern.clone()))]
        }
        Peer::Entity(entity) => at(Places::of_entity(*entity)),
        Peer::Anything => anything(),
    }
}

/// The same in a question. A name stands for points with that name alone, since any two names could lead to one address,
/// and never for the API server. In a question whether something `can` be it stands for what is globally reachable: where
/// else it leads is the other side's choice, and a deny of addresses that catches it there does not make the answer a no.
#[must_use]
pub fn asked(peer: &Peer, can: bool) -> Vec<Endpoints> {
    let mut ends = of_peer(peer);
    if let Peer::Name(_) = peer {
        for end in &mut ends {
            if let Endpoints::Outside { places, addresses, names } = end {
                *places = places.difference(Places::APISERVER);
                names.alone = true;
                if can {
                    *addresses = addresses.difference(&PRIVATE);
                }
            }
        }
    }
    ends
}

/// Whether it has no endpoint that could exist. Where names are too large to compare it is false.
#[must_use]
pub fn is_empty(universe: Universe<'_>, set: &Endpoints) -> bool {
    match set {
        Endpoints::Pods(selector) => !pods::satisfiable(universe, selector),
        Endpoints::MeshPods { clusters, selector } => {
            values::is_empty(clusters) || !pods::satisfiable(Universe::unknown(), selector)
        }
        Endpoints::Nodes { places, labels } => places.is_empty() || !labels::satisfiable(labels),
        Endpoints::Outside { places, addresses, names } => {
            places.is_empty() || addresses.is_empty() || !names.satisfiable()
        }
        Endpoints::Single(places) => places.is_empty(),
    }
}

/// Whether some endpoint may be in both.
#[must_use]
pub fn overlap(universe: Universe<'_>, a: &Endpoints, b: &Endpoints) -> bool {
    match (a, b) {
        (Endpoints::Pods(a), Endpoints::Pods(b)) => pods::overlap(universe, a, b),
        _ => places(a).intersection(places(b)) != Places::default() && intersection(universe, a, b).is_some(),
    }
}

/// Whether all of `inner` is known to be in `outer`.
#[must_use]
pub fn includes(universe: Universe<'_>, outer: &Endpoints, inner: &Endpoints) -> bool {
    if let (Endpoints::Pods(outer), Endpoints::Pods(inner)) = (outer, inner) {
        return pods::includes(universe, outer, inner);
    }
    if outer == inner || is_empty(universe, inner) {
        return true;
    }
    match (outer, inner) {
        (
            Endpoints::MeshPods { clusters: outer_clusters, selector: outer },
            Endpoints::MeshPods { clusters: inner_clusters, selector: inner },
        ) => values::includes(outer_clusters, inner_clusters) && pods::includes(Universe::unknown(), outer, inner),
        (
            Endpoints::Nodes { places: outer_places, labels: outer },
            Endpoints::Nodes { places: inner_places, labels: inner },
        ) => outer_places.includes(*inner_places) && labels::includes(outer, inner),
        (
            Endpoints::Outside { places: outer_places, addresses: outer, names: outer_names },
            Endpoints::Outside { places: inner_places, addresses: inner, names: inner_names },
        ) => outer_places.includes(*inner_places) && outer.includes(inner) && outer_names.includes(inner_names),
        (Endpoints::Single(outer), Endpoints::Single(inner)) => outer.includes(*inner),
        _ => false,
    }
}

/// What is in both; `None` when nothing is.
#[must_use]
pub fn intersection(universe: Universe<'_>, a: &Endpoints, b: &Endpoints) -> Option<Endpoints> {
    let both = match (a, b) {
        (Endpoints::Pods(a), Endpoints::Pods(b)) => {
            return if pods::apart(a, b) { None } else { pods::intersection(universe, a, b).map(Endpoints::Pods) };
        }
        (
            Endpoints::MeshPods { clusters: a_clusters, selector: a },
            Endpoints::MeshPods { clusters: b_clusters, selector: b },
        ) => Endpoints::MeshPods {
            clusters: values::intersection(a_clusters, b_clusters),
            selector: pods::intersection(Universe::unknown(), a, b)?,
        },
        (Endpoints::Nodes { places: a_places, labels: a }, Endpoints::Nodes { places: b_places, labels: b }) => {
            Endpoints::Nodes { places: a_places.intersection(*b_places), labels: labels::intersection(a, b)? }
        }
        (
            Endpoints::Outside { places: a_places, addresses: a, names: a_names },
            Endpoints::Outside { places: b_places, addresses: b, names: b_names },
        ) => outside(a_places.intersection(*b_places), a.intersection(b), a_names.and(b_names)),
        (Endpoints::Single(a), Endpoints::Single(b)) => Endpoints::Single(a.intersection(*b)),
        _ => return None,
    };
    (!is_empty(universe, &both)).then_some(both)
}

/// What is in `a` and not in `b`, in sets of which no two overlap.
#[must_use]
pub fn difference(universe: Universe<'_>, a: &Endpoints, b: &Endpoints) -> Vec<Endpoints> {
    if !overlap(universe, a, b) {
        return vec![a.clone()];
    }
    let mut parts = match (a, b) {
        (Endpoints::Pods(a), Endpoints::Pods(b)) => {
            return pods::difference(universe, a, b).into_iter().map(Endpoints::Pods).collect();
        }
        (
            Endpoints::MeshPods { clusters: a_clusters, selector: a },
            Endpoints::MeshPods { clusters: b_clusters, selector: b },
        ) => {
            let elsewhere = values::intersection(a_clusters, &values::complement(b_clusters));
            let there = values::intersection(a_clusters, b_clusters);
            let others = pods::difference(Universe::unknown(), a, b);
            let others = others.into_iter().map(|selector| Endpoints::MeshPods { clusters: there.clone(), selector });
            std::iter::once(Endpoints::MeshPods { clusters: elsewhere, selector: a.clone() }).chain(others).collect()
        }
        (Endpoints::Nodes { places: a_places, labels: a }, Endpoints::Nodes { places: b_places, labels: b }) => {
            let both = a_places.intersection(*b_places);
            let others = labels::difference(a, b).into_iter();
            let others = others.map(|labels| Endpoints::Nodes { places: both, labels });
            std::iter::once(Endpoints::Nodes { places: a_places.difference(*b_places), labels: a.clone() })
                .chain(others)
                .collect()
        }
        (
            Endpoints::Outside { places: a_places, addresses: a, names: a_names },
            Endpoints::Outside { places: b_places, addresses: b, names: b_names },
        ) => {
            let both = a_places.intersection(*b_places);
            let common = a.intersection(b);
            let mut parts = vec![
                outside(a_places.difference(*b_places), a.clone(), a_names.clone()),
                outside(both, a.difference(b), a_names.clone()),
            ];
            parts.extend(a_names.minus(b_names).into_iter().map(|names| outside(both, common.clone(), names)));
            parts
        }
        (Endpoints::Single(a), Endpoints::Single(b)) => vec![Endpoints::Single(a.difference(*b))],
        _ => vec![a.clone()],
    };
    parts.retain(|part| !is_empty(universe, part));
    parts
}

/// Whether the endpoint is in it.
#[must_use]
pub fn matches(set: &Endpoints, endpoint: &Endpoint) -> bool {
    match (set, endpoint) {
        (Endpoints::Pods(selector), Endpoint::Pod(pod)) => pods::matches(selector, pod),
        (Endpoints::MeshPods { clusters, selector }, Endpoint::MeshPod { cluster, pod }) => {
            values::contains(clusters, cluster) && pods::matches(selector, pod)
        }
        (Endpoints::Nodes { places, labels: selector }, Endpoint::Node { place, labels }) => {
            places.contains(*place) && labels::matches(selector, labels)
        }
        (Endpoints::Outside { places, addresses, names }, Endpoint::Outside { place, address, names: named }) => {
            places.contains(*place) && addresses.contains(*address) && names.matches(named)
        }
        (Endpoints::Single(places), Endpoint::Single(place)) => places.contains(*place),
        _ => false,
    }
}

/// An endpoint of it, the plainest that comes to hand; `None` when there is none, or none is known.
#[must_use]
pub fn witness(universe: Universe<'_>, set: &Endpoints) -> Option<Endpoint> {
    Some(match set {
        Endpoints::Pods(selector) => Endpoint::Pod(pods::witness(universe, selector)?),
        Endpoints::MeshPods { clusters, selector } => Endpoint::MeshPod {
            cluster: values::witness(clusters, "other")?,
            pod: pods::witness(Universe::unknown(), selector)?,
        },
        Endpoints::Nodes { places, labels } => {
            Endpoint::Node { place: places.iter().next()?, labels: labels::witness(labels)? }
        }
        Endpoints::Outside { places, addresses, names } => {
            let address = addresses.difference(&PRIVATE).witness().or_else(|| addresses.witness())?;
            Endpoint::Outside { place: places.iter().next()?, address, names: names.witness()? }
        }
        Endpoints::Single(places) => Endpoint::Single(places.iter().next()?),
    })
}
