//! What is to be drawn, and of whom.

use crate::inventory::Inventory;
use crate::policy::{LabelSelector, Namespace, PodSelector, Policy, Selects};
use crate::semantics::Universe;
use crate::semantics::namespaces::NamespaceWitness;
use crate::semantics::pods::{self, Pod};
use indexmap::IndexMap;
use smol_str::SmolStr;

/// What is to be drawn.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// The namespaces that are known, with their labels.
    pub namespaces: IndexMap<SmolStr, Namespace>,
    /// Who runs.
    pub workloads: Vec<Workload>,
    /// What pods are called that rules describe.
    pub pod_names: IndexMap<PodSelector, String>,
    /// What nodes are called that rules describe.
    pub node_names: IndexMap<LabelSelector, String>,
}

/// One that runs.
#[derive(Clone, Debug)]
pub struct Workload {
    /// `Deployment`, …
    pub kind: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// What stands for all its pods.
    pub pod: Pod,
    /// Whether its pods share the node's network.
    pub host_network: bool,
}

/// Of whom the connections are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Focus {
    /// Of these namespaces.
    pub namespaces: Vec<SmolStr>,
    /// Of these workloads: namespace and name.
    pub workloads: Vec<(SmolStr, SmolStr)>,
}

impl Focus {
    pub(super) fn is_everything(&self) -> bool {
        self.namespaces.is_empty() && self.workloads.is_empty()
    }

    pub(super) fn has(&self, namespace: &SmolStr, name: Option<&SmolStr>) -> bool {
        let named = |(of, workload): &(SmolStr, SmolStr)| of == namespace && Some(workload) == name;
        self.is_everything() || self.namespaces.contains(namespace) || self.workloads.iter().any(named)
    }
}

impl Scene {
    /// The scene of a project, of manifests, or of both. A workload that the project declares and that manifests run is
    /// as they have it.
    #[must_use]
    pub fn new(policy: Option<&Policy>, inventory: &Inventory, namespaces: IndexMap<SmolStr, Namespace>) -> Self {
        let mut scene = Self { namespaces, ..Self::default() };
        for workload in &inventory.workloads {
            let known = scene.namespaces.get(&workload.namespace);
            let labels = known.into_iter().flat_map(|known| &known.labels);
            let namespace = NamespaceWitness {
                name: workload.namespace.clone(),
                labels: labels.map(|(key, value)| (key.clone(), value.clone())).collect(),
            };
            scene.workloads.push(Workload {
                kind: workload.kind.clone(),
                name: workload.name.clone(),
                pod: Pod {
                    namespace,
                    labels: workload.labels.clone(),
                    service_account: workload.service_account.clone(),
                },
                host_network: workload.host_network,
            });
        }
        if let Some(policy) = policy {
            scene.declare(policy);
        }
        scene
    }

    /// The scene of a project.
    #[must_use]
    pub fn of_policy(policy: &Policy) -> Self {
        Self::new(Some(policy), &Inventory::default(), policy.namespaces.clone())
    }

    /// Takes in what a project declares.
    fn declare(&mut self, policy: &Policy) {
        let mut runs: IndexMap<SmolStr, Vec<Pod>> = IndexMap::new();
        for workload in &self.workloads {
            runs.entry(workload.pod.namespace.name.clone()).or_default().push(workload.pod.clone());
        }
        for workload in &policy.workloads {
            if !workload.governed {
                self.pod_names.insert(workload.selector.clone(), workload.to_string());
                continue;
            }
            let mut running = runs.get(&workload.namespace).into_iter().flatten();
            if running.any(|pod| pods::matches(&workload.selector, pod)) {
                continue;
            }
            if let Some(pod) = pods::witness(Universe::new(&self.namespaces), &workload.selector) {
                let (kind, name) = (SmolStr::new_static("workload"), workload.name.clone());
                self.workloads.push(Workload { kind, name, pod, host_network: false });
            }
        }
        for subject in &policy.subjects {
            if let Selects::Nodes(selector) = &subject.selects {
                let name = subject.name.strip_prefix("nodes.").unwrap_or(&subject.name);
                self.node_names.insert(selector.0.clone(), format!("nodes {name}"));
            }
        }
    }

    /// What nodes with these labels are called.
    pub(super) fn nodes_name(&self, labels: &LabelSelector) -> String {
        self.node_names.get(labels).cloned().unwrap_or_else(|| format!("nodes {labels}"))
    }
}
