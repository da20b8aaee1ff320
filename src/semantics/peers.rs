//! Peers as sets of endpoints.
//!
//! An endpoint stands at one [`Place`]; which peer covers which places is Cilium's rule (1.20-pre.4, its own engine;
//! default settings of `policy-cidr-match-mode`):
//!
//! | peer | covers |
//! |---|---|
//! | pods | these |
//! | nodes by label | these, but for the local one (1.20.2, `pkg/k8s/apis/cilium.io/utils/utils.go`) |
//! | `world` | everything outside, an API server that stands there too |
//! | a range of addresses, a name | what is outside and has such an address, such a name; never pods or nodes |
//! | `cluster` | everything inside, and the API server wherever it stands |
//! | `kube-apiserver` | the API server, on a node or outside |
//! | `host`, `remote-node` | the local node; the others |
//! | `ingress`, `health`, `init`, `unmanaged` | these, which no label selects |
//! | anything | all of it |
//!
//! A name is no place: what it resolves to is the other side's choice. So a name may meet every range, and lies only in
//! `world`, names and anything.

use super::{Place, Places, Universe, labels, names, nets, pods};
use crate::policy::{LabelSelector, Peer};

/// The places at which a peer covers something.
fn places(peer: &Peer) -> Places {
    match peer {
        Peer::Pods(_) => Places::of(&[Place::Pod]),
        Peer::Nodes(_) => Places::REMOTE_NODES,
        Peer::Net(_) | Peer::Name(_) => Places::WORLD,
        Peer::Entity(entity) => Places::of_entity(*entity),
        Peer::Anything => Places::ALL,
    }
}

/// Whether it covers no endpoint that could exist.
fn is_empty(universe: Universe<'_>, peer: &Peer) -> bool {
    match peer {
        Peer::Pods(selector) => !pods::satisfiable(universe, selector),
        Peer::Nodes(selector) => !labels::satisfiable(&selector.0),
        Peer::Net(net) => nets::AddressSet::from(net).is_empty(),
        Peer::Entity(_) | Peer::Name(_) | Peer::Anything => false,
    }
}

/// Whether all of `inner` is known to be in `outer`. Where names are too large to compare it is false.
#[must_use]
pub fn includes(universe: Universe<'_>, outer: &Peer, inner: &Peer) -> bool {
    if is_empty(universe, inner) {
        return true;
    }
    places(outer).includes(places(inner))
        && match (outer, inner) {
            (Peer::Entity(_) | Peer::Anything, _) => true,
            (Peer::Pods(outer), Peer::Pods(inner)) => pods::includes(universe, outer, inner),
            (Peer::Nodes(outer), Peer::Nodes(inner)) => labels::includes(&outer.0, &inner.0),
            (Peer::Nodes(outer), _) => labels::includes(&outer.0, &LabelSelector::default()),
            (Peer::Net(outer), Peer::Net(inner)) => nets::includes(outer, inner),
            (Peer::Name(outer), Peer::Name(inner)) => names::includes(outer, inner).is_yes(),
            (Peer::Pods(_) | Peer::Net(_) | Peer::Name(_), _) => false,
        }
}

/// Whether something may be in both. Where the API server stands is not known, so it counts wherever it could stand. That
/// one address may have two names is left aside: two names meet only if one name fits both.
#[must_use]
pub fn overlap(universe: Universe<'_>, a: &Peer, b: &Peer) -> bool {
    !places(a).intersection(places(b)).is_empty()
        && match (a, b) {
            (Peer::Pods(a), Peer::Pods(b)) => pods::overlap(universe, a, b),
            (Peer::Nodes(a), Peer::Nodes(b)) => labels::overlap(&a.0, &b.0),
            (Peer::Net(a), Peer::Net(b)) => nets::overlap(a, b),
            (Peer::Name(a), Peer::Name(b)) => !names::disjoint(a, b).is_yes(),
            _ => !is_empty(universe, a) && !is_empty(universe, b),
        }
}
