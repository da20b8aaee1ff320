//! What stands outside the map and is no pod: the world, addresses, names, nodes that nothing governs, entities.
//!
//! Rules name sets of these, and denies cut parts out of them. A profile's share of the outside is cut into pieces; the
//! pieces of one value are then [named] together, so that what is whole has a short name.

mod names;
mod wider;

pub(super) use names::{OTHER_PODS, named};

use super::passing::Passing;
use super::profile::{Body, Profile, Profiles, Value, ValueId, Values, whole_ports};
use crate::policy::LabelSelector;
use crate::semantics::connections::Connections;
use crate::semantics::endpoints::{self, Endpoints};
use crate::semantics::{Places, Universe};
use crate::verdict::Effect;
use indexmap::IndexMap;
use std::collections::BTreeSet;
use wider::Wider;

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
    let pieces: Vec<Piece> = pieces.collect();
    let wider = Wider::new(pieces.iter().map(|piece| &piece.set));
    let mut kept: Vec<Option<&Piece>> = pieces.iter().map(Some).collect();
    let follows = |inner: &Piece, outer: &Piece| {
        outer.authenticated == inner.authenticated
            && outer.passing.covers(&inner.passing)
            && endpoints::includes(universe, &outer.set, &inner.set)
    };
    // Of those that follow from each other the first stays.
    for (number, piece) in pieces.iter().enumerate().rev() {
        let from = |other: usize| kept.get(other).copied().flatten().is_some_and(|outer| follows(piece, outer));
        if wider.of(&piece.set).any(|other| other != number && from(other))
            && let Some(piece) = kept.get_mut(number)
        {
            *piece = None;
        }
    }
    kept.into_iter().flatten().cloned().collect()
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
