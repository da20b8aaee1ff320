//! Selectors over Cilium's label keys.
//!
//! Cilium gives every endpoint an identity: a set of labels `source:key=value`. Pods have their own labels and those
//! of their namespace under the source `k8s`; everything else has labels of the sources `reserved`, `cidr` and `fqdn`.
//! Here they are the model's selectors with such keys, so that [`semantics::labels`] computes with them.

use crate::manifest::{self, MatchExpression, Operator};
use crate::policy::{LabelSelector, Namespace, NodeSelector, Op, PodSelector, Requirement, ValueSet, Values};
use crate::semantics;
use smol_str::SmolStr;

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
    one(key, Op::In(Values::one(SmolStr::default())))
}

/// These pods, by their namespace and labels; `None` if no pod can be meant.
pub fn pods(selector: &PodSelector) -> Option<LabelSelector> {
    semantics::labels::simplified(&together(&tests(selector)))
}

/// The same as a manifest has it.
pub fn pods_selector(selector: &PodSelector) -> Option<manifest::LabelSelector> {
    written(tests(selector))
}

/// These pods for a deny, in whichever cluster of a mesh they are. To a selector that says nothing of the cluster the
/// agent adds its own cluster's name (`addClusterFilterByDefault` in `pkg/k8s/apis/cilium.io/utils`, on by default from
/// 1.19), and the pods of the others would not be denied. Every pod has the label, in every version that is known.
pub fn in_every_cluster(pods: &LabelSelector) -> LabelSelector {
    pods.and(&has(CLUSTER))
}

/// These pods within the one namespace of a policy, whose key the policy must not name. Of its labels those are asked
/// for that its declaration does not settle.
pub fn pods_within_namespace(selector: &PodSelector, namespace: Option<&Namespace>) -> Option<manifest::LabelSelector> {
    let settled = |key: &str| namespace.is_some_and(|namespace| namespace.labels.contains_key(key));
    let unsettled = selector.namespaces.labels.0.iter().filter(|requirement| !settled(&requirement.key));
    written(prefixed(NAMESPACE_LABELS, unsettled).chain(of_pod(selector)).collect())
}

/// These nodes. Their keys carry no source, since a node's labels have another one at the node itself (`k8s`) than
/// elsewhere (`node`).
pub fn nodes(NodeSelector(labels): &NodeSelector) -> Option<manifest::LabelSelector> {
    written(labels.0.iter().map(|Requirement { key, op }| (key.clone(), Test::of(op))).collect())
}

/// What fits the first and not the second, in selectors of which no two overlap: those that another namespace tells
/// apart, then the rest. That way most pods are told apart by one key, and what is left reads well.
pub fn difference(from: &LabelSelector, removed: &LabelSelector) -> Vec<LabelSelector> {
    let (namespace, others) = removed.0.iter().cloned().partition(|requirement| requirement.key == NAMESPACE);
    let (namespace, others) = (LabelSelector(namespace), LabelSelector(others));
    let mut parts = semantics::labels::difference(from, &namespace);
    if let Some(within) = semantics::labels::intersection(from, &namespace) {
        parts.extend(semantics::labels::difference(&within, &others));
    }
    parts
}

/// As a manifest has it.
pub fn selector(labels: &LabelSelector) -> manifest::LabelSelector {
    let mut selector = manifest::LabelSelector::default();
    for Requirement { key, op } in &labels.0 {
        Test::of(op).write(key.clone(), &mut selector);
    }
    selector
}

/// What is asked of one label, borrowed: most selectors go into a manifest as they are.
#[derive(Clone, Copy)]
enum Test<'s> {
    In(&'s Values),
    NotIn(&'s Values),
    Exists,
    DoesNotExist,
}

impl<'s> Test<'s> {
    fn of(op: &'s Op) -> Self {
        match op {
            Op::In(values) => Self::In(values),
            Op::NotIn(values) => Self::NotIn(values),
            Op::Exists => Self::Exists,
            Op::DoesNotExist => Self::DoesNotExist,
        }
    }

    fn of_values(values: &'s ValueSet) -> Option<Self> {
        match values {
            ValueSet::Any => None,
            ValueSet::In(values) => Some(Self::In(values)),
            ValueSet::NotIn(values) => Some(Self::NotIn(values)),
        }
    }

    fn op(self) -> Op {
        match self {
            Self::In(values) => Op::In(values.clone()),
            Self::NotIn(values) => Op::NotIn(values.clone()),
            Self::Exists => Op::Exists,
            Self::DoesNotExist => Op::DoesNotExist,
        }
    }

    fn write(self, key: SmolStr, selector: &mut manifest::LabelSelector) {
        let (operator, values) = match self {
            Self::In(values) => match values.first() {
                Some(only) if values.len() == 1 => {
                    selector.match_labels.push((key, only.clone()));
                    return;
                }
                _ => (Operator::In, values.to_vec()),
            },
            Self::NotIn(values) => (Operator::NotIn, values.to_vec()),
            Self::Exists => (Operator::Exists, Vec::new()),
            Self::DoesNotExist => (Operator::DoesNotExist, Vec::new()),
        };
        selector.match_expressions.push(MatchExpression { key, operator, values });
    }
}

/// A key and what is asked of its label.
type Asked<'s> = (SmolStr, Test<'s>);

fn tests(selector: &PodSelector) -> Vec<Asked<'_>> {
    let names = &selector.namespaces.names;
    // A pod's namespace is always there; only its name says so already.
    let exists = (!matches!(names, ValueSet::In(_))).then_some(Test::Exists);
    let namespace = Test::of_values(names).into_iter().chain(exists).map(|test| (SmolStr::new_static(NAMESPACE), test));
    namespace.chain(prefixed(NAMESPACE_LABELS, selector.namespaces.labels.0.iter())).chain(of_pod(selector)).collect()
}

fn of_pod(selector: &PodSelector) -> impl Iterator<Item = Asked<'_>> {
    let account = Test::of_values(&selector.service_account).map(|test| (SmolStr::new_static(SERVICE_ACCOUNT), test));
    prefixed("k8s:", selector.labels.0.iter()).chain(account)
}

fn prefixed<'s>(
    prefix: &'static str,
    requirements: impl Iterator<Item = &'s Requirement>,
) -> impl Iterator<Item = Asked<'s>> {
    requirements.map(move |Requirement { key, op }| ([prefix, key].into_iter().collect(), Test::of(op)))
}

fn together(tests: &[Asked<'_>]) -> LabelSelector {
    LabelSelector::new(tests.iter().map(|(key, test)| Requirement { key: key.clone(), op: test.op() }).collect())
}

/// Keys that come once need no algebra.
fn written(mut tests: Vec<Asked<'_>>) -> Option<manifest::LabelSelector> {
    tests.sort_by(|(a, _), (b, _)| a.cmp(b));
    let twice = tests.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b));
    if twice || tests.iter().any(|(_, test)| matches!(test, Test::In(values) if values.is_empty())) {
        return Some(selector(&semantics::labels::simplified(&together(&tests))?));
    }
    let mut selector = manifest::LabelSelector::default();
    selector.match_labels.reserve_exact(tests.len());
    for (key, test) in tests {
        test.write(key, &mut selector);
    }
    Some(selector)
}
