//! The pods of an inventory, to be asked by selector.

use crate::diagnostic::problem::fit::Seen;
use crate::inventory::{Inventory, OF_CONTROLLERS, Service, Workload};
use crate::policy::{LabelSelector, PodSelector, Policy};
use crate::semantics::namespaces::NamespaceWitness;
use crate::semantics::pods::{self, Pod};
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;

/// What runs, by namespace.
pub(super) struct Running<'i> {
    pub inventory: &'i Inventory,
    pods: BTreeMap<&'i SmolStr, Vec<Run<'i>>>,
}

/// A workload, and a pod of it.
pub(super) struct Run<'i> {
    pub workload: &'i Workload,
    pub pod: Pod,
}

impl<'i> Running<'i> {
    /// A pod's namespace has the labels that the project declares, and those of its manifest.
    pub fn of(policy: &Policy, inventory: &'i Inventory) -> Self {
        let mut pods: BTreeMap<&SmolStr, Vec<Run<'_>>> = BTreeMap::new();
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
            pods.entry(&workload.namespace).or_default().push(Run { workload, pod });
        }
        Self { inventory, pods }
    }

    /// What runs in a namespace: nothing, where that is not known.
    pub fn within(&self, namespace: &SmolStr) -> &[Run<'i>] {
        self.pods.get(namespace).map(Vec::as_slice).unwrap_or_default()
    }

    /// All namespaces of which something is known.
    pub fn all(&self) -> impl Iterator<Item = (&'i SmolStr, &[Run<'i>])> {
        self.pods.iter().map(|(namespace, runs)| (*namespace, runs.as_slice()))
    }

    /// What a selector of one namespace selects there; `None` where it is of several, or nothing is known of it.
    pub fn selected(&self, selector: &PodSelector) -> Option<Vec<&'i Workload>> {
        let runs = self.within(selector.namespaces.names.as_one()?);
        if runs.is_empty() {
            return None;
        }
        let selector = knowable(selector);
        Some(runs.iter().filter(|run| pods::matches(&selector, &run.pod)).map(|run| run.workload).collect())
    }

    /// The Services that lead to a workload.
    pub fn services<'r>(&'r self, workload: &'r Workload) -> impl Iterator<Item = &'i Service> + 'r {
        let services = &self.inventory.services;
        let start = services.partition_point(|service| service.namespace < workload.namespace);
        let of_namespace = services
            .get(start..)
            .unwrap_or_default()
            .iter()
            .take_while(|service| service.namespace == workload.namespace);
        of_namespace.filter(|service| {
            let has = |(key, value): (&SmolStr, &SmolStr)| workload.labels.get(key) == Some(value);
            !service.selector.is_empty() && service.selector.iter().all(has)
        })
    }
}

/// A selector without what it asks of labels that only the cluster puts on pods.
pub(super) fn knowable(selector: &PodSelector) -> PodSelector {
    let mut selector = selector.clone();
    let known = selector.labels.0.into_iter().filter(|asked| !OF_CONTROLLERS.contains(&asked.key.as_str()));
    selector.labels = LabelSelector(known.collect());
    selector
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
