//! What is known of a cluster.

use super::{LabelSelector, Net, Peer, PodSelector, PortSet};
use crate::source::Span;
use ipnet::IpNet;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// An enforcer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EnforcerName {
    /// `CiliumNetworkPolicy` and `CiliumClusterwideNetworkPolicy`.
    Cilium,
    /// `networking.k8s.io/v1` `NetworkPolicy`, by whichever network plugin enforces it.
    Kubernetes,
}

impl EnforcerName {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cilium => "cilium",
            Self::Kubernetes => "kubernetes",
        }
    }
}

/// A version, as far as capabilities depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// 1 of 1.18
    pub major: u16,
    /// 18 of 1.18
    pub minor: u16,
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The facts of one cluster; what a source leaves out has its default here.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its name; `None` for the one that `--enforcer` makes up.
    pub name: Option<SmolStr>,
    /// Who enforces.
    pub enforcer: EnforcerName,
    /// Its version.
    pub version: Version,
    /// Where that is said; `None` when it was given on the command line.
    pub enforcer_span: Option<Span>,
    /// Features that the platform turned on, and where each is said first.
    pub features: BTreeMap<SmolStr, Span>,
    /// Who answers DNS queries; never empty.
    pub dns: Vec<DnsServer>,
    /// The cluster's DNS domain, lower case: `cluster.local`.
    pub domain: SmolStr,
    /// Search domains that nodes add to the cluster's own.
    pub search: Vec<SmolStr>,
    /// Ranges from which pods get their addresses.
    pub pods: Vec<IpNet>,
    /// Where the API server answers.
    pub apiservers: Vec<(IpAddr, u16)>,
    /// The label that names a workload: `app`.
    pub workload_label: SmolStr,
    /// The cluster's name in a mesh, for peers; only if said.
    pub mesh_name: Option<SmolStr>,
    /// The largest RE2 program that the proxy takes: 100.
    pub regex_budget: u32,
    /// The cloud that it runs in.
    pub cloud: Option<Cloud>,
}

/// Who answers DNS queries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DnsServer {
    /// Pods.
    Pods {
        /// Their namespace.
        namespace: SmolStr,
        /// Their labels.
        labels: LabelSelector,
        /// The ports at the pods.
        ports: PortSet,
    },
    /// An address, such as a node-local cache's.
    Address {
        /// The address.
        address: IpAddr,
        /// Its ports.
        ports: PortSet,
    },
}

impl DnsServer {
    /// It, as the other end of a look-up.
    #[must_use]
    pub fn peer(&self) -> Peer {
        match self {
            Self::Pods { namespace, labels, .. } => {
                Peer::Pods(PodSelector::labelled(namespace.clone(), labels.clone()))
            }
            Self::Address { address, .. } => Peer::Net(Net::whole((*address).into())),
        }
    }

    /// The ports at which it answers.
    #[must_use]
    pub fn ports(&self) -> &PortSet {
        match self {
            Self::Pods { ports, .. } | Self::Address { ports, .. } => ports,
        }
    }
}

/// A cloud provider, where it changes what an enforcer can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cloud {
    /// Amazon
    Aws,
    /// Google
    Gcp,
    /// Microsoft
    Azure,
}
