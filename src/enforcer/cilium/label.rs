//! Selectors over Cilium's label keys.
//!
//! Cilium gives every endpoint an identity: a set of labels `source:key=value`. Pods have their own labels and those
//! of their namespace under the source `k8s`; everything else has labels of the sources `reserved`, `cidr` and `fqdn`.
//! Here they are the model's selectors with such keys, so that [`semantics::labels`] computes with them.

use crate::manifest::{self, MatchExpression, Operator};
use crate::policy::{LabelSelector, Namespace, NodeSelector, Op, PodSelector, Requirement, ValueSet};
use crate::semantics;
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeSet;

/// The label with a pod's namespace; every pod has it and nothing else does.
pub const NAMESPACE: &str = "k8s:io.kubernetes.pod.namespace";
/// The label with the name of a pod's cluster.
pub const CLUSTER: &str = "k8s:io.cilium.k8s.policy.cluster";
/// Before the key of a namespace's label.
pub const NAMESPACE_LABELS: &str = "k8s:io.cilium.k8s.namespace.labels.";
const SERVICE_ACCOUNT: &str = "k8s:io.cilium.k8s.policy.serviceaccount";

/// One requirement.
pub fn one(key: impl Into<SmolStr>, op: Op) -> LabelSelector {
    LabelSelector(vec![Requirement { key: key.into(), op }])
}

/// The label is there.
pub fn has(key: impl Into<SmolStr>) -> LabelSelector {
    one(key, Op::Exists)
}

/// The label is there, without a value: so are all of the sources `reserved`, `cidr` and `fqdn`.
pub fn marked(key: impl Into<SmolStr>) -> LabelSelector {
    one(key, Op::In(BTreeSet::from([SmolStr::default()])))
}

/// These pods, by their namespace and labels; `None` if no pod can be meant.
pub fn pods(selector: &PodSelector) -> Option<LabelSelector> {
    let named = values(NAMESPACE, &selector.namespaces.names);
    // A pod's namespace is always there, and only a name says so already.
    let exists = if let ValueSet::In(_) = selector.namespaces.names { None } else { Some(has(NAMESPACE)) };
    let mut requirements: Vec<Requirement> =
        named.into_iter().chain(exists.into_iter().flat_map(|has| has.0)).collect();
    requirements.extend(prefixed(NAMESPACE_LABELS, &selector.namespaces.labels));
    requirements.extend(of_pod(selector));
    meant(requirements)
}

/// These pods within the one namespace of a policy, whose key the policy must not name. Of its labels those are asked
/// for that its declaration does not settle.
pub fn pods_within_namespace(selector: &PodSelector, namespace: Option<&Namespace>) -> Option<LabelSelector> {
    let unsettled =
        |requirement: &&Requirement| namespace.is_none_or(|namespace| !namespace.labels.contains_key(&requirement.key));
    let labels = LabelSelector(selector.namespaces.labels.0.iter().filter(unsettled).cloned().collect());
    meant(prefixed(NAMESPACE_LABELS, &labels).chain(of_pod(selector)).collect())
}

/// Keys that come once need no algebra.
fn meant(requirements: Vec<Requirement>) -> Option<LabelSelector> {
    let selector = LabelSelector::new(requirements);
    let once = selector.0.windows(2).all(|pair| !matches!(pair, [a, b] if a.key == b.key));
    let somebody = !selector.0.iter().any(|requirement| matches!(&requirement.op, Op::In(values) if values.is_empty()));
    if once && somebody { Some(selector) } else { semantics::labels::simplified(&selector) }
}

/// These nodes. Their keys carry no source, since a node's labels have another one at the node itself (`k8s`) than
/// elsewhere (`node`).
pub fn nodes(NodeSelector(labels): &NodeSelector) -> Option<LabelSelector> {
    semantics::labels::simplified(labels)
}

fn of_pod(selector: &PodSelector) -> impl Iterator<Item = Requirement> {
    prefixed("k8s:", &selector.labels).chain(values(SERVICE_ACCOUNT, &selector.service_account))
}

fn prefixed(prefix: &str, labels: &LabelSelector) -> impl Iterator<Item = Requirement> {
    labels
        .0
        .iter()
        .map(move |Requirement { key, op }| Requirement { key: format_smolstr!("{prefix}{key}"), op: op.clone() })
}

fn values(key: &'static str, values: &ValueSet) -> Option<Requirement> {
    let op = match values {
        ValueSet::Any => return None,
        ValueSet::In(values) => Op::In(values.clone()),
        ValueSet::NotIn(values) => Op::NotIn(values.clone()),
    };
    Some(Requirement { key: SmolStr::new_static(key), op })
}

/// As a manifest has it.
pub fn selector(labels: &LabelSelector) -> manifest::LabelSelector {
    let mut selector = manifest::LabelSelector::default();
    for Requirement { key, op } in &labels.0 {
        let (operator, values) = match op {
            Op::In(values) => match values.first() {
                Some(only) if values.len() == 1 => {
                    selector.match_labels.push((key.to_string(), only.to_string()));
                    continue;
                }
                _ => (Operator::In, values.iter().map(SmolStr::to_string).collect()),
            },
            Op::NotIn(values) => (Operator::NotIn, values.iter().map(SmolStr::to_string).collect()),
            Op::Exists => (Operator::Exists, Vec::new()),
            Op::DoesNotExist => (Operator::DoesNotExist, Vec::new()),
        };
        selector.match_expressions.push(MatchExpression { key: key.to_string(), operator, values });
    }
    selector
}
