//! What runs in a cluster, as far as manifests tell: workloads as the pods that they make, namespaces with their labels,
//! Services and service accounts.
//!
//! An [`Inventory`] is a closed world: the pods are those of the manifests and no others. Controllers put labels of their
//! own on pods (`pod-template-hash`, `statefulset.kubernetes.io/pod-name`, …); these are not in the manifests and so not
//! in here.
//!
//! Invariants: every workload, Service and account has a namespace and a name; each pod is there once, as that of its
//! controller where the controller is there too, so that a dump of a cluster and the manifests that it was made from have
//! the same inventory.

mod problem;
mod read;

pub use problem::{Problem, Refused};

use crate::policy::Protocol;
use crate::source::{FileId, Span};
use crate::yaml::Object;
use indexmap::IndexMap;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Labels that controllers put on pods and that stand in no manifest: of these it is not known that a pod lacks them.
pub const OF_CONTROLLERS: [&str; 10] = [
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "pod-template-generation",
    "pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
];

/// The namespace of objects that name none, as kubectl has it.
const DEFAULT_NAMESPACE: &str = "default";

/// What some manifests hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Who runs, by namespace, name and kind.
    pub workloads: Vec<Workload>,
    /// The namespaces that have a manifest, by name.
    pub namespaces: IndexMap<SmolStr, Namespace>,
    /// Services, by namespace and name.
    pub services: Vec<Service>,
    /// Service accounts, by namespace and name.
    pub accounts: Vec<Account>,
}

/// Something that runs pods, all of them alike; or a single pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Its namespace.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// `Deployment`, `CronJob`, …
    pub kind: SmolStr,
    /// The labels of its pods.
    pub labels: BTreeMap<SmolStr, SmolStr>,
    /// `spec.selector.matchLabels` of its controller, which cannot change while that lives; empty, where it has none. For
    /// controllers of `apps/v1` alone: what selects the pods of a Job is made by the cluster.
    pub selector: BTreeMap<SmolStr, SmolStr>,
    /// The service account of its pods: `default`, where none is said.
    pub service_account: SmolStr,
    /// Whether its pods share the node's network. To policies they are the node then.
    pub host_network: bool,
    /// The ports that its containers declare, in their order.
    pub ports: Vec<ContainerPort>,
    /// The TCP ports that the kubelet probes by number: containers listen there, declared or not. Sorted.
    pub probed: Vec<u16>,
    /// Its name in its manifest.
    pub span: Span,
}

/// A port that a container declares. That it listens on no other is nowhere said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerPort {
    /// The name by which policies and Services may call it.
    pub name: Option<SmolStr>,
    /// Its number, at least 1.
    pub number: u16,
    /// Its protocol: TCP, where none is said.
    pub protocol: Protocol,
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Its labels, without the one that holds its name.
    pub labels: BTreeMap<SmolStr, SmolStr>,
    /// Its name in its manifest.
    pub span: Span,
}

/// A Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its namespace.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// The labels that its pods have; empty, when nothing is selected.
    pub selector: BTreeMap<SmolStr, SmolStr>,
    /// Its ports.
    pub ports: Vec<ServicePort>,
    /// Whether its name leads to its pods themselves, and no port is translated: `clusterIP: None`.
    pub headless: bool,
    /// The name outside that it stands for, lower case and without a closing dot: of `type: ExternalName`.
    pub external_name: Option<SmolStr>,
    /// Its name in its manifest.
    pub span: Span,
}

/// A port of a Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePort {
    /// Its name.
    pub name: Option<SmolStr>,
    /// Its number.
    pub number: u16,
    /// Its protocol: TCP, where none is said.
    pub protocol: Protocol,
    /// The port of the pods.
    pub target: Target,
}

/// The port of the pods at which a Service's port arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// By number; that of the Service, where none is said.
    Number(u16),
    /// By the name that a container gives it.
    Name(SmolStr),
}

/// A service account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its namespace.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Its name in its manifest.
    pub span: Span,
}

/// Reads an inventory, object by object.
#[derive(Debug, Default)]
pub struct Reader {
    inventory: Inventory,
    /// For each workload that a controller made: where its controller would be found.
    owners: Vec<Option<Key>>,
}

/// Namespace, kind, name.
type Key = (SmolStr, SmolStr, SmolStr);

impl Reader {
    /// One that has read nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an object, if it is of a kind that belongs in here; whether it is.
    ///
    /// # Errors
    /// When a field that matters is not what Kubernetes takes. The object is left out then.
    pub fn add(&mut self, object: &Object<'_, '_>, file: FileId) -> Result<bool, Refused> {
        if let Some((workload, owner)) = read::workload(object, file)? {
            self.inventory.workloads.push(workload);
            self.owners.push(owner);
            return Ok(true);
        }
        match (object.api_version, object.kind) {
            ("v1", "Namespace") => {
                let (name, namespace) = read::namespace(object, file)?;
                self.inventory.namespaces.insert(name, namespace);
            }
            ("v1", "Service") => self.inventory.services.push(read::service(object, file)?),
            ("v1", "ServiceAccount") => self.inventory.accounts.push(read::account(object, file)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// What was read, in order, each pod once.
    #[must_use]
    pub fn finish(self) -> Inventory {
        let Self { mut inventory, owners } = self;
        let mut free = Vec::new();
        let mut owned = Vec::new();
        for (workload, owner) in inventory.workloads.into_iter().zip(owners) {
            match owner {
                None => free.push(workload),
                Some(owner) => owned.push((owner, workload)),
            }
        }
        let controllers: BTreeSet<Key> = free.iter().map(key).collect();
        let owner_of: BTreeMap<Key, Key> =
            owned.iter().map(|(owner, workload)| (key(workload), owner.clone())).collect();
        let mut absent: BTreeMap<Key, Workload> = BTreeMap::new();
        for (owner, workload) in owned {
            let top = topmost(&owner_of, owner);
            if controllers.contains(&top) {
                // The controller is there and says what its pods are like.
                continue;
            }
            match absent.get(&top) {
                Some(first) if alike(first, &workload) => {}
                Some(_) => free.push(workload),
                None => {
                    let (namespace, kind, name) = top.clone();
                    absent.insert(top, Workload { namespace, kind, name, ..workload });
                }
            }
        }
        free.extend(absent.into_values());
        free.sort_by(|a, b| (&a.namespace, &a.name, &a.kind).cmp(&(&b.namespace, &b.name, &b.kind)));
        inventory.workloads = free;
        inventory.namespaces.sort_keys();
        inventory.services.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        inventory.accounts.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        inventory
    }
}

fn key(workload: &Workload) -> Key {
    (workload.namespace.clone(), workload.kind.clone(), workload.name.clone())
}

/// The controller of the controllers. Kubernetes' own chains have three links; a longer one is somebody's mistake.
fn topmost(owner_of: &BTreeMap<Key, Key>, mut owner: Key) -> Key {
    for _ in 0..8 {
        match owner_of.get(&owner) {
            Some(next) => owner = next.clone(),
            None => break,
        }
    }
    owner
}

/// Whether policies cannot tell their pods apart.
fn alike(a: &Workload, b: &Workload) -> bool {
    (&a.labels, &a.service_account, a.host_network, &a.ports)
        == (&b.labels, &b.service_account, b.host_network, &b.ports)
}
