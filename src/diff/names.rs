//! Names for sets of endpoints: workloads by theirs, the rest as near to a source as can be.

use crate::policy::{Entity, LabelSelector, PodSelector, ValueSet, cloud_metadata, private};
use crate::semantics::endpoints::{self, Endpoints};
use crate::semantics::nets::AddressSet;
use crate::semantics::{Place, Places};
use crate::view::View;
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// The names that some views give.
pub(super) struct Names {
    workloads: BTreeMap<PodSelector, String>,
}

impl Names {
    pub fn new(views: &[&View]) -> Self {
        let mut workloads = BTreeMap::new();
        for view in views {
            for workload in view.policy.iter().flat_map(|policy| &policy.workloads) {
                workloads.entry(workload.selector.clone()).or_insert_with(|| workload.to_string());
            }
            for workload in &view.inventory.workloads {
                let labels = workload.labels.iter().map(|(key, value)| LabelSelector::is(key.clone(), value.clone()).0);
                let labels = LabelSelector(labels.flatten().collect());
                let selector = PodSelector::labelled(workload.namespace.clone(), labels);
                workloads.entry(selector).or_insert_with(|| format!("{}/{}", workload.namespace, workload.name));
            }
        }
        Self { workloads }
    }

    /// One name for all of these.
    pub fn all(&self, sets: &[Endpoints]) -> String {
        let sets = joined(sets);
        let whole = sets.iter().map(whole_places).fold(Places::default(), Places::union);
        if whole.includes(EVERYWHERE) {
            return "anything".to_owned();
        }
        let cluster = Places::of_entity(Entity::Cluster).difference(Places::WORLD);
        let mut names = Vec::new();
        if whole.includes(cluster) {
            names.push("cluster".to_owned());
        }
        let named = |set: &&Endpoints| {
            let places = whole_places(set);
            names.is_empty() || places.is_empty() || !cluster.union(MESH).includes(places)
        };
        let others: Vec<String> = sets.iter().filter(named).map(|set| self.one(set)).collect();
        names.extend(others);
        names.join(", ")
    }

    /// A name for one set.
    pub fn one(&self, set: &Endpoints) -> String {
        match set {
            Endpoints::Pods(selector) => self.pods(selector),
            Endpoints::MeshPods { clusters, selector } => match clusters {
                ValueSet::Any => format!("{selector} of other clusters"),
                ValueSet::In(names) => format!("{selector} of cluster {}", names.join(", ")),
                ValueSet::NotIn(names) => format!("{selector} of clusters other than {}", names.join(", ")),
            },
            Endpoints::Nodes { places, labels } if labels.0.is_empty() => place_names(*places),
            Endpoints::Nodes { places, labels } => format!("{} {labels}", place_names(*places)),
            Endpoints::Single(places) => place_names(*places),
            Endpoints::Outside { places, addresses, names } => outside(*places, addresses, names),
        }
    }

    fn pods(&self, selector: &PodSelector) -> String {
        if let Some(name) = self.workloads.get(selector) {
            return name.clone();
        }
        if *selector == PodSelector::default() {
            return "every pod".to_owned();
        }
        let namespaces = &selector.namespaces;
        if let Some(namespace) = namespaces.names.as_one().filter(|_| !namespaces.labels.0.is_empty()) {
            return format!("{} where {namespace} has {}", self.pods(&unlabelled(selector)), namespaces.labels);
        }
        let whole = selector.is_whole() && namespaces.labels.0.is_empty();
        match &namespaces.names {
            ValueSet::In(names) if whole => names.iter().map(|name| format!("{name}/*")).collect::<Vec<_>>().join(", "),
            ValueSet::NotIn(names) if whole => {
                format!("pods of namespaces other than {}", names.join(", "))
            }
            _ => selector.to_string(),
        }
    }
}

const MESH: Places = Places::of(&[Place::MeshPod]);

/// Pods of other clusters left aside: rules of a cluster that has none do not speak of them.
const EVERYWHERE: Places = Places::ALL.difference(MESH);

/// The places of which a set is all; none, if it is less.
fn whole_places(set: &Endpoints) -> Places {
    let places = endpoints::places(set);
    if endpoints::at(places).contains(set) { places } else { Places::default() }
}

/// Sets that differ in their places or in their addresses only, as one.
fn joined(sets: &[Endpoints]) -> Vec<Endpoints> {
    let mut others = Vec::new();
    let mut nodes: IndexMap<&LabelSelector, Places> = IndexMap::new();
    let mut outside: IndexMap<(&endpoints::Names, Places), AddressSet> = IndexMap::new();
    let mut single = Places::default();
    for set in sets {
        match set {
            Endpoints::Pods(_) | Endpoints::MeshPods { .. } => others.push(set.clone()),
            Endpoints::Nodes { places, labels } => {
                let all = nodes.entry(labels).or_default();
                *all = all.union(*places);
            }
            Endpoints::Outside { places, addresses, names } => {
                let all = outside.entry((names, *places)).or_insert_with(|| AddressSet::of_ranges(&[]));
                *all = all.union(addresses);
            }
            Endpoints::Single(places) => single = single.union(*places),
        }
    }
    others.extend(nodes.into_iter().map(|(labels, places)| Endpoints::Nodes { places, labels: labels.clone() }));
    let outside = outside.into_iter();
    others.extend(outside.map(|((names, places), addresses)| endpoints::outside(places, addresses, names.clone())));
    if !single.is_empty() {
        others.push(Endpoints::Single(single));
    }
    others
}

/// Whether it is pods of one namespace: a workload, or what stands for one.
pub(super) fn is_of_one_namespace(set: &Endpoints) -> bool {
    matches!(set, Endpoints::Pods(selector) if selector.namespaces.names.as_one().is_some())
}

/// The pods of a namespace whatever its labels.
pub(super) fn unlabelled(selector: &PodSelector) -> PodSelector {
    let mut selector = selector.clone();
    selector.namespaces.labels = LabelSelector::default();
    selector
}

/// By name if there is one, at addresses if they are few, without what is missing.
fn outside(places: Places, addresses: &AddressSet, names: &endpoints::Names) -> String {
    let has: Vec<String> = names.has.iter().map(ToString::to_string).collect();
    let mut text = has.join(" and ");
    let mut missing = Vec::new();
    let weight = |set: &AddressSet| set.to_nets().iter().map(|net| 1 + net.except.len()).sum::<usize>();
    let complement = addresses.complement();
    if weight(&complement) < weight(addresses) {
        missing.extend((!complement.is_empty()).then(|| ranges(&complement)));
    } else {
        let at = if text.is_empty() { "" } else { " at " };
        text = format!("{text}{at}{}", ranges(addresses));
    }
    if text.is_empty() {
        text = place_names(places);
    } else if places != Places::WORLD {
        text = format!("{} at {text}", place_names(places));
    }
    missing.extend(names.lacks.iter().map(ToString::to_string));
    for (index, one) in missing.iter().enumerate() {
        text.push_str(if index == 0 { " except " } else { ", " });
        text.push_str(one);
    }
    text
}

fn ranges(addresses: &AddressSet) -> String {
    const SHOWN: usize = 4;
    for (name, known) in [("cloud-metadata", cloud_metadata()), ("private", private())] {
        if *addresses == AddressSet::of_ranges(&known) {
            return name.to_owned();
        }
    }
    let nets = addresses.to_nets();
    let shown: Vec<String> = nets
        .iter()
        .take(SHOWN)
        .map(|net| {
            let except: Vec<String> = net.except.iter().map(ToString::to_string).collect();
            match except.as_slice() {
                [] => net.cidr.to_string(),
                [one] => format!("{} except {one}", net.cidr),
                many => format!("{} except {}", net.cidr, many.join(", ")),
            }
        })
        .collect();
    match nets.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more ranges", shown.join(", ")),
    }
}

/// The fewest words for places.
fn place_names(mut left: Places) -> String {
    let known = [
        (Places::WORLD, "world"),
        (Places::NODES, "nodes"),
        (Places::APISERVER, "kube-apiserver"),
        (Places::of(&[Place::Outside, Place::DualOutside]), "world"),
        (Places::of(&[Place::OutsideApiserver, Place::DualOutsideApiserver]), "kube-apiserver outside"),
        (Places::HOST, "host"),
        (Places::REMOTE_NODES, "remote-node"),
    ];
    let mut names: Vec<&str> = Vec::new();
    for (places, name) in known {
        if left.includes(places) {
            names.push(name);
            left = left.difference(places);
        }
    }
    names.extend(left.iter().map(Place::as_str));
    names.join(", ")
}
