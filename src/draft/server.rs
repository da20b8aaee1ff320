//! Who answers look-ups, where it is not the one that ztp takes for granted.

use crate::inventory::{Inventory, Service, Target};
use crate::policy::Protocol;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Where clusters keep their DNS server: Kubernetes' own namespace, and OpenShift's.
const HOMES: [&str; 2] = ["kube-system", "openshift-dns"];

/// A DNS server that has to be said.
#[derive(Debug, Default)]
pub(super) struct Servers {
    /// Its namespace, labels and port at the pods.
    pub pods: Option<(SmolStr, BTreeMap<SmolStr, SmolStr>, u16)>,
    /// Whether a cache runs on each node, whose address nothing tells.
    pub node_local: bool,
}

/// What the Services tell.
pub(super) fn servers(inventory: &Inventory) -> Servers {
    let answers = |service: &&Service| {
        let dns = service.ports.iter().any(|port| (port.number, port.protocol) == (53, Protocol::Udp));
        dns && HOMES.contains(&service.namespace.as_str()) && !service.selector.is_empty()
    };
    let of = |service: &Service| {
        let port = service.ports.iter().find(|port| (port.number, port.protocol) == (53, Protocol::Udp))?;
        let pods = || {
            let has = |labels: &BTreeMap<SmolStr, SmolStr>| {
                service.selector.iter().all(|(key, value)| labels.get(key) == Some(value))
            };
            let here = inventory.workloads.iter().filter(|workload| workload.namespace == service.namespace);
            here.filter(move |workload| has(&workload.labels))
        };
        let target = match &port.target {
            Target::Number(number) => *number,
            Target::Name(name) => {
                let mut ports = pods().flat_map(|workload| &workload.ports);
                ports.find(|port| port.name.as_ref() == Some(name) && port.protocol == Protocol::Udp)?.number
            }
        };
        // The cache of each node has a Service beside that of the server.
        let own = pods().any(|workload| !workload.host_network);
        let labels: BTreeMap<SmolStr, SmolStr> = service.selector.clone();
        own.then(|| (service.namespace.clone(), labels, target))
    };
    let usual = ("kube-system".into(), [("k8s-app".into(), "kube-dns".into())].into(), 53);
    let pods = inventory.services.iter().filter(answers).find_map(of).filter(|found| *found != usual);
    let node_local = inventory.workloads.iter().any(|workload| workload.name == "node-local-dns");
    Servers { pods, node_local }
}
