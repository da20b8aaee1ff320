//! The pods of an inventory, to be asked by selector.

use crate::diagnostic::problem::fit::Seen;
use crate::inventory::{Inventory, OF_CONTROLLERS, Service, Workload};
use crate::policy::{LabelSelector, Op, PodSelector, Policy, Requirement};
use crate::semantics::namespaces::NamespaceWitness;
use crate::semantics::pods::{self, Pod};
use smol_str::{SmolStr, format_smolstr};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What runs, by namespace.
pub(super) struct Running<'i> {
    pub inventory: &'i Inventory,
    namespaces: BTreeMap<&'i SmolStr, Namespace<'i>>,
    /// The Services that select something, by namespace and the first label that they ask for.
    services: BTreeMap<(&'i SmolStr, &'i SmolStr, &'i SmolStr), Vec<&'i Service>>,
}

/// What runs in one.
#[derive(Default)]
struct Namespace<'i> {
    runs: Vec<Run<'i>>,
    /// Who has a label, by key and value: nearly every selector asks for one.
    by_label: BTreeMap<(&'i SmolStr, &'i SmolStr), Vec<usize>>,
}

/// A workload, and a pod of it.
pub(super) struct Run<'i> {
    pub workload: &'i Workload,
    pub pod: Pod,
}

impl<'i> Running<'i> {
    /// A pod's namespace has the labels that the project declares, and those of its manifest.
    pub fn of(policy: &Policy, inventory: &'i Inventory) -> Self {
        let mut namespaces: BTreeMap<&SmolStr, Namespace<'_>> = BTreeMap::new();
        for workload in &inventory.workloads {
            let found = inventory.namespaces.get(&workload.namespace);
            let mut labels = found.map(|found| found.labels.clone()).unwrap_or_default();
            let declared = policy.namespaces.get(&workload.namespace).into_iter().flat_map(|known| &known.labels);
            labels.extend(declared.map(|(key, value)| (key.clone(), value.clone())));
            let pod = Pod {
                namespace: NamespaceWitness { name: workload.namespace.clone(), labels },
                labels: workload.labels.clone(),
                service_account: workload.service_account.clone(),
            };
            let namespace = namespaces.entry(&workload.namespace).or_default();
            for label in &workload.labels {
                namespace.by_label.entry(label).or_default().push(namespace.runs.len());
            }
            namespace.runs.push(Run { workload, pod });
        }
        let mut services: BTreeMap<_, Vec<&Service>> = BTreeMap::new();
        for service in &inventory.services {
            if let Some((key, value)) = service.selector.first_key_value() {
                services.entry((&service.namespace, key, value)).or_default().push(service);
            }
        }
        Self { inventory, namespaces, services }
    }

    /// What runs in a namespace: nothing, where that is not known.
    pub fn within(&self, namespace: &SmolStr) -> &[Run<'i>] {
        self.namespaces.get(namespace).map(|known| known.runs.as_slice()).unwrap_or_default()
    }

    /// All namespaces of which something is known.
    pub fn all(&self) -> impl Iterator<Item = (&'i SmolStr, &[Run<'i>])> {
        self.namespaces.iter().map(|(name, known)| (*name, known.runs.as_slice()))
    }

    /// What a selector of one namespace selects there; `None` where it is of several, or nothing is known of it.
    pub fn selected(&self, selector: &PodSelector) -> Option<Vec<&'i Workload>> {
        let namespace = selector.namespaces.names.as_one()?;
        let runs = self.within(namespace);
        let selected = self.places(namespace, selector).into_iter().filter_map(|place| runs.get(place));
        (!runs.is_empty()).then(|| selected.map(|run| run.workload).collect())
    }

    /// Which of the runs of a namespace a selector selects, by their places.
    pub fn places(&self, namespace: &SmolStr, selector: &PodSelector) -> Vec<usize> {
        let Some(known) = self.namespaces.get(namespace) else { return Vec::new() };
        let selector = knowable(selector);
        let values = selector.labels.0.iter().find_map(|asked| match &asked.op {
            Op::In(values) => Some((&asked.key, values)),
            Op::NotIn(_) | Op::Exists | Op::DoesNotExist => None,
        });
        let candidates: Vec<usize> = match values {
            Some((key, values)) => {
                let having = values.iter().filter_map(|value| known.by_label.get(&(key, value)));
                having.flatten().copied().collect()
            }
            None => (0..known.runs.len()).collect(),
        };
        let fits = |place: &usize| known.runs.get(*place).is_some_and(|run| pods::matches(&selector, &run.pod));
        candidates.into_iter().filter(fits).collect()
    }

    /// The Services that lead to a workload.
    pub fn services<'r>(&'r self, workload: &'r Workload) -> impl Iterator<Item = &'i Service> + 'r {
        let found =
            workload.labels.iter().filter_map(|(key, value)| self.services.get(&(&workload.namespace, key, value)));
        found
            .flatten()
            .copied()
            .filter(|service| service.selector.iter().all(|(key, value)| workload.labels.get(key) == Some(value)))
    }
}

/// A selector without what it asks of labels that only the cluster puts on pods.
pub(super) fn knowable(selector: &PodSelector) -> Cow<'_, PodSelector> {
    let of_cluster = |asked: &Requirement| OF_CONTROLLERS.contains(&asked.key.as_str());
    if !selector.labels.0.iter().any(of_cluster) {
        return Cow::Borrowed(selector);
    }
    let known = selector.labels.0.iter().filter(|asked| !of_cluster(asked)).cloned().collect();
    Cow::Owned(PodSelector { labels: LabelSelector(known), ..selector.clone() })
}

/// Whether a selector selects a run's pods.
pub(super) fn selects(selector: &PodSelector, run: &Run<'_>) -> bool {
    pods::matches(&knowable(selector), &run.pod)
}

/// A workload, as a finding shows it.
pub(super) fn seen(workload: &Workload) -> Seen {
    Seen { what: format_smolstr!("{} `{}`", workload.kind, workload.name), span: workload.span }
}

/// A Service, as a finding shows it.
pub(super) fn seen_service(service: &Service) -> Seen {
    Seen { what: format_smolstr!("Service `{}`", service.name), span: service.span }
}
