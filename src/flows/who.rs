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
use crate::syntax::{is_label_key, is_label_value};
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
    /// Whether the other end is a pod of another node than the one that saw the flow. To that pod, what is the local node
    /// here is another node.
    from_afar: bool,
}

impl<'l> Who<'l> {
    /// Both ends of a flow: what opens it and what answers. `node` is the name of the node that saw it.
    pub fn both(source: Side<'l>, destination: Side<'l>, node: Option<&str>) -> (Self, Self) {
        // `cluster/node`, but for clusters without a name of their own (Cilium 1.20.2, `pkg/node/types/nodename.go`).
        let of_node = node.and_then(|node| node.split_once('/')).map(|(cluster, _)| cluster);
        // An end of the node that saw the flow is of this cluster.
        let of_end = || [&source, &destination].into_iter().filter(|side| side.end.is_local()).find_map(Side::cluster);
        let own = of_node.or_else(of_end).map(SmolStr::from);
        let elsewhere = |side: &Side<'l>| {
            let own = own.as_deref()?;
            side.cluster().filter(|cluster| *cluster != own).map(SmolStr::from)
        };
        let (of_source, of_destination) = (elsewhere(&source), elsewhere(&destination));
        let (from_afar, to_afar) = (source.end.is_distant_pod(), destination.end.is_distant_pod());
        (Self::new(source, of_source, to_afar), Self::new(destination, of_destination, from_afar))
    }

    fn new(side: Side<'l>, elsewhere: Option<SmolStr>, from_afar: bool) -> Self {
        let labels = side.end.labels.unwrap_or_default();
        let is_pod = labels.iter().any(|label| label.starts_with(NAMESPACE));
        let address = if is_pod { None } else { side.address.and_then(|text| text.parse().ok()) };
        let names = if is_pod { Vec::new() } else { side.names.unwrap_or_default() };
        Self { labels, address, names, elsewhere, from_afar: from_afar && !is_pod }
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
                if !is_possible(&pod) {
                    return Err(LeftOut::Impossible);
                }
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
        } else if has("host") && !self.from_afar {
            return node(if apiserver { Place::LocalApiserver } else { Place::LocalNode });
        } else if has("host") || has("remote-node") {
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

/// Whether Kubernetes takes the labels and the namespace (1.37, `apimachinery/pkg/util/validation`). No sentence could name
/// a pod that has others.
fn is_possible(pod: &Pod) -> bool {
    let is_dns_label = |text: &str| {
        let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !text.starts_with('-') && !text.ends_with('-') && (1..=63).contains(&text.len()) && text.bytes().all(is_inner)
    };
    let account = pod.service_account.as_str();
    is_dns_label(&pod.namespace.name)
        && account.len() <= 253
        && account.split('.').all(is_dns_label)
        && pod.labels.iter().chain(&pod.namespace.labels).all(|(key, value)| is_label_key(key) && is_label_value(value))
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

impl Side<'_> {
    fn cluster(&self) -> Option<&str> {
        self.end.cluster()
    }
}

impl End<'_> {
    /// Whether both are the same pod. Clusters of a mesh may have pods of the same name, as those of StatefulSets.
    pub fn is_same_pod(&self, other: &Self) -> bool {
        let id = |end: &Self| (end.pod_name.clone(), end.namespace.clone(), end.cluster().map(SmolStr::from));
        self.pod_name.as_deref().is_some_and(|name| !name.is_empty()) && id(self) == id(other)
    }

    /// The cluster of a pod.
    fn cluster(&self) -> Option<&str> {
        self.labels.iter().flatten().find_map(|label| label.strip_prefix(CLUSTER))
    }

    /// Whether it is of the node that saw the flow.
    fn is_local(&self) -> bool {
        self.id != 0
    }

    fn is_distant_pod(&self) -> bool {
        !self.is_local() && self.labels.iter().flatten().any(|label| label.starts_with(NAMESPACE))
    }
}

/// A name as the model has it: lower case, without a closing dot.
pub fn plain(name: &str) -> SmolStr {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase().into()
}
