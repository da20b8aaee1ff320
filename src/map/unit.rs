//! Those whose connections are mapped, each as one concrete endpoint, and which of them a set of endpoints holds.

use crate::policy::{LabelSelector, Op, PodSelector, ValueSet, Values};
use crate::semantics::endpoints::{self, Endpoint, Endpoints};
use crate::semantics::namespaces::{self, NamespaceWitness};
use crate::semantics::{Place, Universe, pods};
use indexmap::{IndexMap, IndexSet};
use smol_str::SmolStr;

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// What stands for it.
    pub endpoint: Endpoint,
    /// What it is.
    pub kind: UnitKind,
}

/// See [`Unit`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum UnitKind {
    /// The workload at this position.
    Workload(u32),
    /// Pods of a known namespace that rules speak of, where no known workload has such pods.
    Selected(PodSelector),
    /// Pods of namespaces that are not known, as rules speak of them.
    Elsewhere(PodSelector),
    /// Pods of namespaces that are not known, of which no rule speaks.
    OtherPods,
    /// Nodes that something governs.
    Nodes(LabelSelector),
}

impl UnitKind {
    /// Whether it is in the map for its own sake, and not as the other end only.
    pub fn is_own(&self) -> bool {
        matches!(self, Self::Workload(_) | Self::Selected(_))
    }
}

/// All of them, ready to be asked which are in a set.
#[derive(Debug, Default)]
pub(super) struct Units {
    pub all: Vec<Unit>,
    /// How many are pods.
    pub pods: usize,
    namespaces: IndexMap<SmolStr, (NamespaceWitness, Vec<u32>)>,
    labels: IndexMap<(SmolStr, SmolStr), Vec<u32>>,
    nodes: Vec<u32>,
}

impl Units {
    /// Adds one and returns its number.
    pub fn add(&mut self, unit: Unit) -> u32 {
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        match &unit.endpoint {
            Endpoint::Pod(pod) => {
                self.pods += 1;
                let name = pod.namespace.name.clone();
                let here = self.namespaces.entry(name).or_insert_with(|| (pod.namespace.clone(), Vec::new()));
                here.1.push(number);
                for (key, value) in &pod.labels {
                    self.labels.entry((key.clone(), value.clone())).or_default().push(number);
                }
            }
            _ => self.nodes.push(number),
        }
        self.all.push(unit);
        number
    }

    /// Those in a set, in order.
    pub fn select(&self, set: &Endpoints) -> Vec<u32> {
        let mut found = match set {
            Endpoints::Pods(selector) => self.candidates(selector),
            Endpoints::Nodes { .. } => self.nodes.clone(),
            Endpoints::MeshPods { .. } | Endpoints::Outside { .. } | Endpoints::Single(_) => Vec::new(),
        };
        found.retain(|number| {
            self.all.get(*number as usize).is_some_and(|unit| endpoints::matches(set, &unit.endpoint))
        });
        found
    }

    /// All that may fit, by the one test that leaves the fewest.
    fn candidates(&self, selector: &PodSelector) -> Vec<u32> {
        let everywhere = selector.namespaces.labels.0.is_empty() && selector.namespaces.names == ValueSet::Any;
        let mut lists: Vec<&[u32]> = match &selector.namespaces.names {
            ValueSet::In(names) => {
                names.iter().filter_map(|name| self.namespaces.get(name)).map(|(_, list)| list.as_slice()).collect()
            }
            ValueSet::Any | ValueSet::NotIn(_) => {
                let fits =
                    |namespace: &NamespaceWitness| everywhere || namespaces::matches(&selector.namespaces, namespace);
                self.namespaces
                    .values()
                    .filter(|(namespace, _)| fits(namespace))
                    .map(|(_, list)| list.as_slice())
                    .collect()
            }
        };
        let size = |lists: &[&[u32]]| lists.iter().map(|list| list.len()).sum::<usize>();
        for requirement in &selector.labels.0 {
            if let Op::In(values) = &requirement.op {
                let with =
                    |value: &SmolStr| self.labels.get(&(requirement.key.clone(), value.clone())).map(Vec::as_slice);
                let by_label: Vec<&[u32]> = values.iter().filter_map(with).collect();
                if size(&by_label) < size(&lists) {
                    lists = by_label;
                }
            }
        }
        let mut found: Vec<u32> = lists.concat();
        found.sort_unstable();
        found
    }
}

/// Adds a unit for each set of pods or nodes that has none yet. Of pods that a selector describes, the plainest stands
/// for all: what the selector asks and nothing else.
pub(super) fn add_described<'r>(
    units: &mut Units,
    universe: Universe<'_>,
    known: &IndexSet<SmolStr>,
    subjects: impl Iterator<Item = &'r Endpoints>,
    peers: impl Iterator<Item = &'r Endpoints>,
) {
    let mut described = IndexSet::new();
    let mut governed = IndexSet::new();
    for (subject, set) in subjects.map(|set| (true, set)).chain(peers.map(|set| (false, set))) {
        match set {
            Endpoints::Pods(selector) => drop(described.insert(selector)),
            Endpoints::Nodes { labels, .. } if subject => drop(governed.insert(labels)),
            _ => {}
        }
    }
    let names: Values = known.iter().cloned().collect();
    let elsewhere = if names.is_empty() { ValueSet::Any } else { ValueSet::NotIn(names.clone()) };
    let in_namespaces = |names: ValueSet| PodSelector {
        namespaces: crate::policy::NamespaceSelector { names, labels: LabelSelector::default() },
        ..PodSelector::default()
    };
    let (here, elsewhere) = (in_namespaces(ValueSet::In(names)), in_namespaces(elsewhere));
    let mut found = IndexSet::new();
    for selector in described {
        if units.select(&Endpoints::Pods(selector.clone())).is_empty() {
            // Only where a namespace is named: that workloads in every namespace could be here too goes without saying.
            let named = matches!(selector.namespaces.names, ValueSet::In(_));
            let part = pods::intersection(universe, selector, &here).filter(|_| named);
            found.extend(part.map(|part| (part.clone(), UnitKind::Selected(part))));
        }
        let part = pods::intersection(universe, selector, &elsewhere).filter(|part| *part != elsewhere);
        found.extend(part.map(|part| (part.clone(), UnitKind::Elsewhere(part))));
    }
    for (selector, kind) in found {
        if let Some(pod) = pods::witness(universe, &selector) {
            units.add(Unit { endpoint: Endpoint::Pod(pod), kind });
        }
    }
    if let Some(pod) = pods::witness(universe, &elsewhere) {
        units.add(Unit { endpoint: Endpoint::Pod(pod), kind: UnitKind::OtherPods });
    }
    for labels in governed {
        if let Some(witness) = crate::semantics::labels::witness(labels) {
            let endpoint = Endpoint::Node { place: Place::RemoteNode, labels: witness };
            units.add(Unit { endpoint, kind: UnitKind::Nodes(labels.clone()) });
        }
    }
}
