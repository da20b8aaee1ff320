//! What stands outside the cluster, or may: who reaches it, and whom it reaches.
//!
//! An API server may stand outside, so it counts; and the ingress proxy is how the outside comes in.

use super::Outside;
use super::names::Names;
use crate::policy::{Direction, Effect, Entity, Peer, Policy, Rule};
use std::collections::BTreeMap;

/// What may be reached outside, by name.
pub(super) fn destinations(policy: &Policy, names: &Names<'_>) -> Vec<Outside> {
    ways(policy, names, Direction::Egress)
}

/// Who comes in from outside, by name.
pub(super) fn entrances(policy: &Policy, names: &Names<'_>) -> Vec<Outside> {
    ways(policy, names, Direction::Ingress)
}

fn ways(policy: &Policy, names: &Names<'_>, direction: Direction) -> Vec<Outside> {
    let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let allows = |rule: &Rule| rule.direction == direction && rule.effect != Effect::Deny;
    for (rule, number) in policy.rules.iter().zip(1..).filter(|(rule, _)| allows(rule)) {
        if is_outside(&rule.peer, direction) {
            found.entry(names.peer(&rule.peer)).or_default().push(number);
        }
    }
    found.into_iter().map(|(name, ways)| Outside { name, ways }).collect()
}

fn is_outside(peer: &Peer, direction: Direction) -> bool {
    match peer {
        Peer::Net(_) | Peer::Name(_) | Peer::Anything => true,
        Peer::Entity(entity) => match entity {
            Entity::World | Entity::KubeApiserver => true,
            Entity::Ingress => direction == Direction::Ingress,
            Entity::Cluster | Entity::Host | Entity::RemoteNode | Entity::Health | Entity::Init | Entity::Unmanaged => {
                false
            }
        },
        Peer::Pods(_) | Peer::Nodes(_) => false,
    }
}
