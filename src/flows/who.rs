//! Who stands at an end of a flow, by the labels of its identity.
//!
//! Hubble prints the labels that the agent's policies go by, each as `source:key=value` (Cilium 1.20.2,
//! `pkg/hubble/parser/common/endpoint.go`). A pod has the label of its namespace, and nothing else does; what is no pod has
//! labels of the source `reserved`, and what stands outside may have a range of addresses or a name instead.

use super::left_out::LeftOut;
use super::line::{Endpoint as End, Text};
use crate::semantics::Place;
use crate::semantics::endpoints::Endpoint;
use crate::semantics::labels::Labels;
use crate::semantics::namespaces::NamespaceWitness;
use crate::semantics::pods::Pod;
use smol_str::SmolStr;
use std::net::IpAddr;

const NAMESPACE: &str = "k8s:io.kubernetes.pod.namespace=";
const CLUSTER: &str = "k8s:io.cilium.k8s.policy.cluster=";
const NAMESPACE_LABELS: &str = "io.cilium.k8s.namespace.labels.";
const SERVICE_ACCOUNT: &str = "io.cilium.k8s.policy.serviceaccount";

/// An end as a line has it, without what tells pods apart that policies do not.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Who<'l> {
    labels: Vec<Text<'l>>,
    /// Of what is no pod.
    address: Option<IpAddr>,
    names: Vec<Text<'l>>,
    /// The name of its cluster, where that is another one than that of the other end.
    elsewhere: Option<SmolStr>,
}

impl<'l> Who<'l> {
    /// Both ends of a flow: what opens it and what answers.
    pub fn both(source: Side<'l>, destination: Side<'l>) -> (Self, Self) {
        let cluster = |side: &Side<'l>| {
            let labels = side.end.labels.iter().flatten();
            labels.filter_map(|label| label.strip_prefix(CLUSTER)).map(SmolStr::from).next()
        };
        let clusters = (cluster(&source), cluster(&destination));
        let is_local = |side: &Side<'l>| side.end.id != 0;
        // An end of the node that saw the flow is of this cluster.
        let (of_source, of_destination) = match &clusters {
            (Some(from), Some(to)) if from != to && is_local(&source) => (None, clusters.1),
            (Some(from), Some(to)) if from != to && is_local(&destination) => (clusters.0, None),
            _ => (None, None),
        };
        (Self::new(source, of_source), Self::new(destination, of_destination))
    }

    fn new(side: Side<'l>, elsewhere: Option<SmolStr>) -> Self {
        let labels = side.end.labels.unwrap_or_default();
        let is_pod = labels.iter().any(|label| label.starts_with(NAMESPACE));
        let address = if is_pod { None } else { side.address.and_then(|text| text.parse().ok()) };
        let names = if is_pod { Vec::new() } else { side.names.unwrap_or_default() };
        Self { labels, address, names, elsewhere }
    }

    /// The endpoint.
    ///
    /// # Errors
    /// When it is not told who it is.
    pub fn endpoint(&self) -> Result<Endpoint, LeftOut> {
        let namespace = self.labels.iter().find_map(|label| label.strip_prefix(NAMESPACE));
        match namespace {
            Some(namespace) => {
                let pod = self.pod(namespace);
                Ok(match &self.elsewhere {
                    Some(cluster) => Endpoint::MeshPod { cluster: cluster.clone(), pod },
                    None => Endpoint::Pod(pod),
                })
            }
            None => self.other(),
        }
    }

    fn pod(&self, namespace: &str) -> Pod {
        let mut pod = Pod {
            namespace: NamespaceWitness { name: namespace.into(), labels: Labels::new() },
            labels: Labels::new(),
            service_account: SmolStr::new_static("default"),
        };
        for label in self.labels.iter().filter_map(|label| label.strip_prefix("k8s:")) {
            let (key, value) = label.split_once('=').unwrap_or((label, ""));
            if let Some(key) = key.strip_prefix(NAMESPACE_LABELS) {
                // That label is a namespace's name, which is known.
                if key != "kubernetes.io/metadata.name" {
                    pod.namespace.labels.insert(key.into(), value.into());
                }
            } else if key == SERVICE_ACCOUNT {
                pod.service_account = value.into();
            } else if !key.starts_with("io.cilium.") && key != "io.kubernetes.pod.namespace" {
                pod.labels.insert(key.into(), value.into());
            }
        }
        pod
    }

    fn other(&self) -> Result<Endpoint, LeftOut> {
        let has = |name: &str| self.labels.iter().any(|label| label.strip_prefix("reserved:") == Some(name));
        let apiserver = has("kube-apiserver");
        let node = |place| Ok(Endpoint::Node { place, labels: self.node_labels() });
        let single = |place| Ok(Endpoint::Single(place));
        if has("health") {
            return Err(LeftOut::Health);
        } else if has("host") {
            return node(if apiserver { Place::LocalApiserver } else { Place::LocalNode });
        } else if has("remote-node") {
            return node(if apiserver { Place::RemoteApiserver } else { Place::RemoteNode });
        } else if has("ingress") {
            return single(Place::Ingress);
        } else if has("init") {
            return single(Place::Init);
        } else if has("unmanaged") {
            return single(Place::Unmanaged);
        }
        let dual = has("world-ipv4") || has("world-ipv6");
        let outside = has("world") || dual || apiserver;
        let named = |label: &Text<'_>| label.starts_with("cidr:") || label.starts_with("fqdn:");
        if !outside && !self.labels.iter().any(named) {
            return Err(LeftOut::NoLabels);
        }
        let address = self.address.ok_or(LeftOut::NoAddress)?;
        let place = match (dual, apiserver) {
            (false, false) => Place::Outside,
            (true, false) => Place::DualOutside,
            (false, true) => Place::OutsideApiserver,
            (true, true) => Place::DualOutsideApiserver,
        };
        let mut names: Vec<SmolStr> = self.names.iter().map(|name| plain(name)).collect();
        names.sort_unstable();
        names.dedup();
        Ok(Endpoint::Outside { place, address, names })
    }

    /// Where nodes are told apart by their labels, these have the source `node`; at the node itself it is `k8s`.
    fn node_labels(&self) -> Labels {
        let pairs = self.labels.iter().filter_map(|label| {
            let label = label.strip_prefix("node:").or_else(|| label.strip_prefix("k8s:"))?;
            let (key, value) = label.split_once('=').unwrap_or((label, ""));
            (!key.starts_with("io.cilium.")).then(|| (key.into(), value.into()))
        });
        pairs.collect()
    }
}

/// What a line says of one end.
#[derive(Debug)]
pub struct Side<'l> {
    /// Who it is.
    pub end: End<'l>,
    /// Its address.
    pub address: Option<Text<'l>>,
    /// Names that the other end had looked up and that led to the address.
    pub names: Option<Vec<Text<'l>>>,
}

/// A name as the model has it: lower case, without a closing dot.
pub fn plain(name: &str) -> SmolStr {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase().into()
}
