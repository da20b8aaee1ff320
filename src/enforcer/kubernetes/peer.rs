//! Peers, selectors and ports of the model in NetworkPolicy's form.

use crate::manifest::kubernetes::{Peer, Port};
use crate::manifest::{self, MatchExpression, Operator};
use crate::policy::{self, LabelSelector, NamespaceSelector, Op, PodSelector, PortSet, Requirement, ValueSet};
use smol_str::SmolStr;

/// The label that holds a namespace's name; the API server sets it on every namespace and keeps it right (KEP-2161).
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// Pods as a peer of a policy in the namespace `home`. `None` when no pod can fit.
pub(super) fn pods(pods: &PodSelector, home: &str) -> Option<Peer> {
    let of_home = NamespaceSelector { names: ValueSet::one(home), ..NamespaceSelector::default() };
    let selects_all = pods.labels.0.is_empty();
    if pods.namespaces == of_home {
        return Some(Peer::Pods { namespace_selector: None, pod_selector: Some(selector(&pods.labels)) });
    }
    let namespaces = match &pods.namespaces.names {
        ValueSet::Any => pods.namespaces.labels.clone(),
        ValueSet::In(names) if names.is_empty() => return None,
        ValueSet::In(names) => named(&pods.namespaces.labels, Op::In(names.clone())),
        ValueSet::NotIn(names) => named(&pods.namespaces.labels, Op::NotIn(names.clone())),
    };
    let pod_selector = if selects_all { None } else { Some(selector(&pods.labels)) };
    Some(Peer::Pods { namespace_selector: Some(selector(&namespaces)), pod_selector })
}

fn named(labels: &LabelSelector, op: Op) -> LabelSelector {
    labels.and(&LabelSelector(vec![Requirement { key: SmolStr::new_static(NAMESPACE_NAME), op }]))
}

/// Addresses as a peer.
pub(super) fn addresses(net: &policy::Net) -> Peer {
    Peer::IpBlock { cidr: net.cidr.to_string(), except: net.except.iter().map(ToString::to_string).collect() }
}

/// A label selector. A key with one value is a match label, but only once: YAML has each key once, and both must hold.
pub(super) fn selector(labels: &LabelSelector) -> manifest::LabelSelector {
    let mut selector = manifest::LabelSelector::default();
    for Requirement { key, op } in &labels.0 {
        let (operator, values) = match op {
            Op::In(values) => (Operator::In, values.to_vec()),
            Op::NotIn(values) => (Operator::NotIn, values.to_vec()),
            Op::Exists => (Operator::Exists, Vec::new()),
            Op::DoesNotExist => (Operator::DoesNotExist, Vec::new()),
        };
        let is_new = selector.match_labels.last().is_none_or(|(last, _)| last != key);
        match values.as_slice() {
            [value] if operator == Operator::In && is_new => {
                selector.match_labels.push((key.clone(), value.clone()));
            }
            _ => selector.match_expressions.push(MatchExpression { key: key.clone(), operator, values }),
        }
    }
    selector
}

/// Ports; no `endPort` where a single port or every port is meant.
pub(super) fn ports(ports: &PortSet) -> Vec<Port> {
    let port = |range: &policy::PortRange| {
        let (port, end_port) = match (range.first, range.last) {
            (1, u16::MAX) => (None, None),
            (first, last) if first == last => (Some(first), None),
            (first, last) => (Some(first), Some(last)),
        };
        Port { protocol: range.protocol.as_str(), port, end_port }
    };
    ports.ranges().iter().map(port).collect()
}
