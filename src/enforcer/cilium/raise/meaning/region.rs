//! Selectors as sets of endpoints.
//!
//! To Cilium an endpoint is a set of labels `source:key=value`, and a selector asks for labels. What can stand at the
//! other end falls into five kinds, by the labels that it has:
//!
//! | kind | labels (1.20.2) |
//! |---|---|
//! | pods | of the source `k8s`: their own, those of their namespace, their namespace, service account and cluster (`pkg/k8s/utils`); no others |
//! | pods of other clusters | the same, with another cluster |
//! | nodes | `reserved:host` or `reserved:remote-node`, `reserved:kube-apiserver` where it runs; with `enable-node-selector-labels` also their own, of the source `node`, and the cluster (`nodeIdentityLabels` in `pkg/node/manager/manager.go`) |
//! | outside | `reserved:world`, or one a family where both are in use; `reserved:kube-apiserver`; `cidr:…`; `fqdn:…` (`resolveLabels` in `pkg/ipcache/metadata.go`) |
//! | the rest | one label `reserved:…` |
//!
//! A selector with tests that hold in the absence of a label (`NotIn`, `DoesNotExist`), or with none at all, selects of
//! several kinds. So each kind is looked at by itself.
//!
//! A key without a source, or with `any`, is the key of any source: `world` alone is `reserved:world` too
//! (`Label.HasKey` in `pkg/labels/labels.go`).

use super::facts::Facts;
use crate::enforcer::cilium::raise::form::{Requirement, Selector, Source};
use crate::enforcer::raise::Scope;
use crate::policy::{self, LabelSelector, Op, PodSelector, ValueSet, Version};
use crate::semantics::endpoints::{self, Endpoints, Names};
use crate::semantics::nets::AddressSet;
use crate::semantics::{Place, Places, values};
use ipnet::IpNet;

/// The label with a pod's namespace (`PodNamespaceLabel` in `pkg/k8s/apis/cilium.io/const.go`).
pub const NAMESPACE: &str = "io.kubernetes.pod.namespace";
/// The label with the name of a pod's cluster (`PolicyLabelCluster`).
pub const CLUSTER: &str = "io.cilium.k8s.policy.cluster";
/// What stands before the key of a namespace's label (`PodNamespaceMetaLabelsPrefix`).
pub const NAMESPACE_LABELS: &str = "io.cilium.k8s.namespace.labels.";
/// The label with a pod's service account (`PolicyLabelServiceAccount`).
const SERVICE_ACCOUNT: &str = "io.cilium.k8s.policy.serviceaccount";

/// What is known of labels.
#[derive(Clone, Copy)]
pub struct World<'w> {
    /// The cluster.
    pub scope: &'w Scope,
    /// Which labels there are.
    pub facts: &'w Facts<'w>,
}

/// Why it is not known whether endpoints have a label by which a selector asks.
#[derive(Debug)]
pub struct Hidden(pub String);

impl World<'_> {
    /// The endpoints that can be governed by policies: those with an agent of this cluster before them.
    pub fn subjects(self, selector: &Selector<'_>) -> Result<Vec<Endpoints>, Hidden> {
        let mut found = Vec::new();
        if let Some((clusters, pods)) = self.pods(selector)?
            && values::contains(&clusters, &self.scope.cluster_name)
        {
            found.push(Endpoints::Pods(pods));
        }
        let governed = Places::of(&[Place::Ingress, Place::Health, Place::Init]);
        found.extend(single(selector, governed));
        Ok(found)
    }

    /// The nodes that a `nodeSelector` governs, each by its own agent, to which it is the local one. There a node's own
    /// labels have the source `k8s`. To who stands at the other end it may be local or not.
    pub fn nodes(self, selector: &Selector<'_>) -> Option<Endpoints> {
        match self.among_nodes(selector, Places::HOST, Source::K8s)? {
            Endpoints::Nodes { places, labels } => Some(Endpoints::Nodes { places: places.from_anywhere(), labels }),
            other => Some(other),
        }
    }

    /// What can stand at the other end.
    pub fn peers(self, selector: &Selector<'_>) -> Result<Vec<Endpoints>, Hidden> {
        let mut found = Vec::new();
        if let Some((clusters, pods)) = self.pods(selector)? {
            let others = if self.scope.mesh { others(&clusters, &self.scope.cluster_name) } else { None };
            let mesh = others.map(|clusters| Endpoints::MeshPods { clusters, selector: pods.clone() });
            if values::contains(&clusters, &self.scope.cluster_name) {
                found.push(Endpoints::Pods(pods));
            }
            found.extend(mesh);
        }
        found.extend(self.among_nodes(selector, Places::NODES, Source::Node));
        found.extend(self.outside(selector)?);
        found.extend(single(selector, Places::SINGLE));
        Ok(found)
    }

    /// The pods, by their clusters.
    fn pods(self, selector: &Selector<'_>) -> Result<Option<(ValueSet, PodSelector)>, Hidden> {
        let mut clusters = ValueSet::Any;
        let mut pods = PodSelector::default();
        let mut labels = Vec::with_capacity(selector.0.len());
        let mut of_namespace = Vec::new();
        let mut hidden = None;
        for Requirement { source, key, op, .. } in &selector.0 {
            if !matches!(source, Source::K8s | Source::Any) {
                if !holds(op, None) {
                    return Ok(None);
                }
                continue;
            }
            match *key {
                NAMESPACE => narrow(&mut pods.namespaces.names, op),
                SERVICE_ACCOUNT => narrow(&mut pods.service_account, op),
                CLUSTER => narrow(&mut clusters, op),
                key => match key.strip_prefix(NAMESPACE_LABELS) {
                    Some(key) => of_namespace.push(policy::Requirement { key: key.into(), op: op.clone() }),
                    None if is_hidden(key, self.scope.version) => hidden = Some(key),
                    None => labels.push(policy::Requirement { key: key.into(), op: op.clone() }),
                },
            }
        }
        let never = |set: &ValueSet| values::is_empty(set);
        if never(&clusters) || never(&pods.namespaces.names) || never(&pods.service_account) {
            return Ok(None);
        }
        if let Some(key) = hidden {
            return Err(Hidden(format!("`{key}` is among the labels that Cilium leaves out of identities by default")));
        }
        pods.labels = LabelSelector::new(labels);
        pods.namespaces.labels = LabelSelector::new(of_namespace);
        Ok(Some((clusters, pods)))
    }

    /// The nodes in these places, whose own labels have this source.
    fn among_nodes(self, selector: &Selector<'_>, mut places: Places, own: Source) -> Option<Endpoints> {
        let has_labels = own == Source::K8s || self.scope.node_labels;
        let mut labels = Vec::new();
        for Requirement { source, key, op, .. } in &selector.0 {
            if matches!(source, Source::Reserved | Source::Any)
                && let Some(marked) = node_mark(key)
            {
                places = marked_by(places, marked, op);
                continue;
            }
            let from_k8s = matches!(source, Source::K8s | Source::Any);
            if from_k8s && *key == CLUSTER {
                // A node's own endpoint lacks it (`InitWithNodeLabels` in `pkg/endpoint/endpoint.go`).
                let has_cluster = own == Source::Node && self.scope.node_labels;
                let value = has_cluster.then_some(self.scope.cluster_name.as_str());
                if !holds(op, value) {
                    return None;
                }
            } else if has_labels && (*source == own || *source == Source::Any) && !is_of_pods(key) {
                labels.push(policy::Requirement { key: (*key).into(), op: op.clone() });
            } else if !holds(op, None) {
                return None;
            }
        }
        (!places.is_empty()).then(|| Endpoints::Nodes { places, labels: LabelSelector::new(labels) })
    }

    /// What is outside: boxes of places, addresses and names, cut by one test after the other.
    fn outside(self, selector: &Selector<'_>) -> Result<Vec<Endpoints>, Hidden> {
        let in_group = |test: &&Requirement<'_>| test.source == Source::CidrGroup;
        let group = selector.0.iter().find(in_group);
        // No other label out there has a value, so most selectors are done with.
        let others = selector.0.iter().filter(|test| !in_group(test));
        if !others.clone().all(|test| holds(&test.op, Some("")) || holds(&test.op, None)) {
            return Ok(Vec::new());
        }
        if let Some(Requirement { key, .. }) = group {
            let reason =
                format!("which addresses a `CiliumCIDRGroup` gives the label `{key}` is known only in a cluster");
            return Err(Hidden(reason));
        }
        let mut left = vec![everything_outside()];
        for Requirement { source, key, op, .. } in &selector.0 {
            let (with, without) = self.bearers(*source, key);
            let bearers = match (holds(op, Some("")), holds(op, None)) {
                // To cut by it would only double the parts with each such test.
                (true, true) => continue,
                (true, false) => with,
                (false, true) => without,
                (false, false) => return Ok(Vec::new()),
            };
            left = left.iter().flat_map(|part| bearers.iter().filter_map(|bearer| meet(part, bearer))).collect();
            if left.is_empty() {
                break;
            }
        }
        let parts = left.into_iter();
        Ok(parts.map(|Outside { places, addresses, names }| endpoints::outside(places, addresses, names)).collect())
    }

    /// Those outside that have a label, and those that do not.
    fn bearers(self, source: Source, key: &str) -> (Vec<Outside>, Vec<Outside>) {
        let all = everything_outside;
        let at = |places| Outside { places, ..all() };
        let single_stack = Places::of(&[Place::Outside, Place::OutsideApiserver]);
        let dual_stack = Places::of(&[Place::DualOutside, Place::DualOutsideApiserver]);
        let reserved = matches!(source, Source::Reserved | Source::Any);
        match key {
            "world" if reserved => return (vec![at(single_stack)], vec![at(dual_stack)]),
            "world-ipv4" | "world-ipv6" if reserved => {
                let (own, other) = if key == "world-ipv4" { (family(4), family(6)) } else { (family(6), family(4)) };
                let beside = Outside { addresses: other, ..at(dual_stack) };
                return (vec![Outside { addresses: own, ..at(dual_stack) }], vec![at(single_stack), beside]);
            }
            "kube-apiserver" if reserved => {
                let elsewhere = Places::WORLD.difference(Places::APISERVER);
                return (vec![at(Places::WORLD.intersection(Places::APISERVER))], vec![at(elsewhere)]);
            }
            _ => {}
        }
        if source == Source::Cidr {
            let within = self.facts.labelled_within(key);
            let beside = Outside { addresses: within.complement(), ..all() };
            return (vec![Outside { addresses: within, ..all() }], vec![beside]);
        }
        if matches!(source, Source::Fqdn | Source::Any)
            && let Some(pattern) = self.facts.name(key)
        {
            let has = Outside { names: Names::one(pattern.clone()), ..all() };
            let lacks = Outside { names: Names::without(pattern.clone()), ..all() };
            return (vec![has], vec![lacks]);
        }
        (Vec::new(), vec![all()])
    }
}

/// A set of outside points.
#[derive(Clone)]
struct Outside {
    places: Places,
    addresses: AddressSet,
    names: Names,
}

fn everything_outside() -> Outside {
    Outside { places: Places::WORLD, addresses: AddressSet::all(), names: Names::default() }
}

fn family(version: u8) -> AddressSet {
    let whole = if version == 4 { IpNet::V4(ipnet::Ipv4Net::default()) } else { IpNet::V6(ipnet::Ipv6Net::default()) };
    AddressSet::of_ranges([&whole])
}

fn meet(a: &Outside, b: &Outside) -> Option<Outside> {
    let places = a.places.intersection(b.places);
    let addresses = a.addresses.intersection(&b.addresses);
    let names = a.names.and(&b.names);
    let contradicts = names.has.iter().any(|has| names.lacks.contains(has));
    (!places.is_empty() && !addresses.is_empty() && !contradicts).then_some(Outside { places, addresses, names })
}

/// Those of these places whose one label fits.
fn single(selector: &Selector<'_>, mut places: Places) -> Option<Endpoints> {
    for Requirement { source, key, op, .. } in &selector.0 {
        let marked = match (*source, *key) {
            (Source::Reserved | Source::Any, "ingress") => Places::of(&[Place::Ingress]),
            (Source::Reserved | Source::Any, "health") => Places::of(&[Place::Health]),
            (Source::Reserved | Source::Any, "init") => Places::of(&[Place::Init]),
            (Source::Reserved | Source::Any, "unmanaged") => Places::of(&[Place::Unmanaged]),
            _ => Places::default(),
        };
        places = marked_by(places, marked, op);
    }
    (!places.is_empty()).then_some(Endpoints::Single(places))
}

/// The nodes that have a reserved label.
fn node_mark(key: &str) -> Option<Places> {
    match key {
        "host" => Some(Places::HOST),
        "remote-node" => Some(Places::REMOTE_NODES),
        "kube-apiserver" => Some(Places::APISERVER),
        _ => None,
    }
}

/// Those of the places that fit a test of a label which these have, without a value.
fn marked_by(places: Places, marked: Places, op: &Op) -> Places {
    let with = if holds(op, Some("")) { places.intersection(marked) } else { Places::default() };
    let without = if holds(op, None) { places.difference(marked) } else { Places::default() };
    with.union(without)
}

/// Whether a test holds for this value of its label, or for its absence.
fn holds(op: &Op, value: Option<&str>) -> bool {
    match (op, value) {
        (Op::In(values), Some(value)) => values.contains(value),
        (Op::NotIn(values), Some(value)) => !values.contains(value),
        (Op::Exists, value) => value.is_some(),
        (Op::DoesNotExist, value) => value.is_none(),
        (Op::In(_), None) => false,
        (Op::NotIn(_), None) => true,
    }
}

/// Adds a test of something that each pod has.
fn narrow(set: &mut ValueSet, op: &Op) {
    let one = match op {
        Op::In(values) => ValueSet::In(values.clone()),
        Op::NotIn(values) => ValueSet::NotIn(values.clone()),
        Op::Exists => return,
        Op::DoesNotExist => ValueSet::In(policy::Values::new()),
    };
    *set = if *set == ValueSet::Any { one } else { values::intersection(set, &one) };
}

/// Those of the clusters that are not the own one, which counts for nothing in a set of others; `None` if there are
/// none.
fn others(clusters: &ValueSet, own: &str) -> Option<ValueSet> {
    let less = |set: &policy::Values| set.iter().filter(|name| *name != own).cloned().collect::<policy::Values>();
    Some(match clusters {
        ValueSet::Any => ValueSet::Any,
        ValueSet::In(set) => ValueSet::In(Some(less(set)).filter(|set| !set.is_empty())?),
        ValueSet::NotIn(set) => Some(less(set)).filter(|set| !set.is_empty()).map_or(ValueSet::Any, ValueSet::NotIn),
    })
}

/// Whether a label is one that only pods have.
fn is_of_pods(key: &str) -> bool {
    key == NAMESPACE || key == SERVICE_ACCOUNT || key.starts_with(NAMESPACE_LABELS)
}

/// Whether the agent keeps a pod's label out of its identity, unless `labels` is configured otherwise
/// (`defaultLabelPrefixCfg` in `pkg/labelsfilter/filter.go`): then no selector finds it.
fn is_hidden(key: &str, version: Version) -> bool {
    const SINCE_EVER: &[&str] = &[
        "io.kubernetes",
        "kubernetes.io",
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
        "batch.kubernetes.io/job-completion-index",
        "batch.kubernetes.io/controller-uid",
        "k8s.io",
        "pod-template-generation",
        "pod-template-hash",
        "controller-revision-hash",
        "controller-uid",
        "annotation",
        "etcd_node",
    ];
    !key.starts_with("app.kubernetes.io")
        && (SINCE_EVER.iter().any(|prefix| key.starts_with(prefix))
            || key.contains("beta.kubernetes.io")
            || (version >= Version { major: 1, minor: 19 } && key.starts_with("topology.kubernetes.io")))
}
