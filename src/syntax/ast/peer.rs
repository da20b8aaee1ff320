//! Peers: who is named in a sentence, and on which ports.

use super::{LabelSelector, Name, Node, Place};
use ipnet::IpNet;
use smol_str::SmolStr;

/// `A, B:p, (c, d):q except E, F`: the union of the items less the union of what follows `except`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peers {
    /// The items, at least one.
    pub items: Vec<Peer>,
    /// What is taken away from all of them.
    pub except: Vec<Peer>,
    /// The list with its exceptions.
    pub span: Place,
}

/// One item of a peer list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Who.
    pub kind: PeerKind,
    /// `:8080`, `:[80, 443]`
    pub ports: Option<Ports>,
    /// With the ports.
    pub span: Place,
}

/// See [`Peer`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerKind {
    /// A declared name: workload, external, group, nodes.
    Name(Name),
    /// `payments/api`
    Qualified {
        /// The namespace.
        namespace: Name,
        /// The workload.
        name: Name,
    },
    /// `payments/*`
    AllOf(Name),
    /// `payments/{labels}`
    LabelsOf {
        /// The namespace.
        namespace: Name,
        /// The labels.
        labels: LabelSelector,
    },
    /// `api in cde`
    NameIn {
        /// The workload's name: pods whose workload label is this.
        name: Name,
        /// The set of namespaces.
        set: Name,
    },
    /// `{labels} in cde`
    LabelsIn {
        /// The labels.
        labels: LabelSelector,
        /// The set of namespaces.
        set: Name,
    },
    /// `workloads in cde`
    WorkloadsIn(Name),
    /// `workloads in every namespace`
    WorkloadsInEveryNamespace,
    /// `every workload`; the `workload` of `no workload may …`
    EveryWorkload,
    /// `anything`
    Anything,
    /// `world`, `host`, …
    Entity(EntityWord),
    /// `private`
    Private,
    /// `cloud-metadata`
    CloudMetadata,
    /// An address or range; an address alone is its /32 or /128.
    Cidr(IpNet),
    /// A DNS name or pattern, lower case, without a closing dot.
    Dns(SmolStr),
    /// `(a, b):443`
    Several(Vec<Peer>),
}

/// The entities as they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityWord {
    /// Everything outside the cluster.
    World,
    /// Everything inside.
    Cluster,
    /// The local node.
    Host,
    /// Other nodes.
    RemoteNode,
    /// Both of these.
    Nodes,
    /// The API server.
    KubeApiserver,
    /// The ingress proxy.
    Ingress,
    /// The health endpoints.
    Health,
    /// Endpoints that have no labels yet.
    Init,
    /// Pods that the enforcer does not manage.
    Unmanaged,
}

/// What follows the colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ports {
    /// At least one.
    pub items: Vec<Node<PortItem>>,
    /// From the colon on.
    pub span: Place,
}

/// `8080`, `53/udp`, `http`, `8000-8100`, `any/udp`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortItem {
    /// Which ports.
    pub port: PortRef,
    /// Which protocol, when said.
    pub protocol: Option<Protocol>,
}

/// See [`PortItem`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortRef {
    /// `8080`
    Number(u16),
    /// `8000-8100`; both ends belong to it. The order is not checked here.
    Range(u16, u16),
    /// `http`: a port that the workload serves.
    Name(SmolStr),
    /// `any` of `any/udp`
    Any,
}

/// A protocol as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP
    Tcp,
    /// UDP
    Udp,
    /// SCTP
    Sctp,
    /// All three of them
    Any,
}
