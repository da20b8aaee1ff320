//! Peers: which of them lie in others.

use super::{Universe, names, nets, pods};
use crate::policy::{Entity, Peer};

/// Whether all of `inner` is known to be in `outer`.
#[must_use]
pub fn includes(universe: Universe<'_>, outer: &Peer, inner: &Peer) -> bool {
    match (outer, inner) {
        (Peer::Anything, _) => true,
        (a, b) if a == b => true,
        (Peer::Pods(a), Peer::Pods(b)) => pods::includes(universe, a, b),
        (Peer::Net(a), Peer::Net(b)) => nets::includes(a, b),
        (Peer::Name(a), Peer::Name(b)) => names::includes(a, b).is_yes(),
        (Peer::Entity(Entity::World), Peer::Net(_) | Peer::Name(_)) => true,
        _ => false,
    }
}

/// Whether something may be in both.
#[must_use]
pub fn overlap(universe: Universe<'_>, a: &Peer, b: &Peer) -> bool {
    match (a, b) {
        (Peer::Pods(a), Peer::Pods(b)) => pods::overlap(universe, a, b),
        (Peer::Net(a), Peer::Net(b)) => nets::overlap(a, b),
        (Peer::Name(a), Peer::Name(b)) => !names::disjoint(a, b).is_yes(),
        (Peer::Pods(_), Peer::Net(_) | Peer::Name(_)) | (Peer::Net(_) | Peer::Name(_), Peer::Pods(_)) => false,
        (Peer::Entity(Entity::World), Peer::Pods(_)) | (Peer::Pods(_), Peer::Entity(Entity::World)) => false,
        _ => true,
    }
}
