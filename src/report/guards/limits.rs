//! What a deny or a boundary does not bind; `docs/semantics.md` has the source of each.

use super::Closed;
use crate::policy::{Direction, EnforcerName, Peer, PodSelector, Policy, Selects, Traffic, cloud_metadata};
use crate::report::Note;

fn note(id: &'static str, text: &str) -> Note {
    Note { id, text: text.to_owned() }
}

/// See the module.
pub(super) fn of(policy: &Policy, closed: &Closed<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    let subjects = || closed.ends().map(|(subject, _)| &policy.subject(subject).selects);
    if subjects().any(|selects| matches!(selects, Selects::Pods(_))) {
        notes.push(note(
            "host_network",
            "pods on the host's network and processes on nodes: to policies they are the node, and no pod's policy governs \
             them",
        ));
    }
    let by_label = |selector: &PodSelector| !selector.namespaces.labels.0.is_empty();
    if subjects().any(|selects| matches!(selects, Selects::Pods(selector) if by_label(selector))) {
        notes.push(note(
            "namespace_labels",
            "namespaces that lose the label by which it finds them: see what all of this rests on",
        ));
    }
    if policy.cluster.enforcer == EnforcerName::Kubernetes {
        notes.push(note(
            "other_policies",
            "any other policy: a NetworkPolicy has no denies, so it is only taken out of this project's own allows",
        ));
    } else {
        notes.extend(boundaries(closed));
    }
    let ranges =
        || closed.denies.iter().filter_map(|rule| if let Peer::Net(net) = &rule.peer { Some(net) } else { None });
    if ranges().next().is_some() {
        notes.push(note(
            "addresses",
            "pods and nodes that have such an address: a range is about what stands outside the cluster",
        ));
    }
    if ranges().any(|net| cloud_metadata().iter().any(|address| net.cidr.contains(address))) {
        notes.push(note(
            "metadata_elsewhere",
            "clouds that answer metadata at another address, or translate its address before the policy is asked: an \
             address is what the node sees on the wire",
        ));
    }
    if closed.denies.iter().any(|_| policy.sentence(closed.sentence).namespace.is_some()) {
        notes.push(note("other_ends", "the ends of other namespaces: a namespace's file denies at its own end only"));
    }
    notes
}

/// What Cilium's boundaries leave open.
fn boundaries(closed: &Closed<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    let out = |direction| closed.boundaries.iter().filter(move |boundary| boundary.direction == direction);
    let permits = || out(Direction::Egress).flat_map(|boundary| &boundary.permits);
    if out(Direction::Egress).next().is_some() {
        notes.push(note(
            "look_ups",
            "look-ups at the cluster's DNS servers, which it permits: Cilium cannot cap which names are looked up, so where \
             another policy allows that, a name that is looked up can carry data out",
        ));
    }
    if permits().any(|permit| permit.traffic != Traffic::All) {
        notes.push(note(
            "other_protocols",
            "protocols without ports (GRE, ESP) towards what it permits on some ports: no deny can name them beside these \
             ports, and they pass where another policy allows everything",
        ));
    }
    if permits().any(|permit| matches!(permit.peer, Peer::Name(_))) {
        notes.push(note(
            "names",
            "addresses that a permitted name leads to, whoever answers the look-up. That it tells them from other addresses \
             rests on a label of Cilium's which its documentation does not promise: try it on a live cluster",
        ));
    }
    if out(Direction::Ingress).next().is_some() {
        notes.push(note(
            "local_node",
            "the node on which a pod runs: by default it always reaches its pods, and a boundary leaves it alone",
        ));
    }
    notes
}
