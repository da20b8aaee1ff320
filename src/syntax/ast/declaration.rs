//! Declarations and the facts of a cluster.

use super::{Comment, Direction, Name, Node, Peers, Place, Ports, Protocol};
use ipnet::IpNet;

/// `cluster NAME { facts }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Its name.
    pub name: Name,
    /// Its facts in order.
    pub facts: Vec<Fact>,
    /// Comments before the closing brace.
    pub trailing: Vec<Comment>,
}

/// One line of a cluster block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Comments above it.
    pub comments: Vec<Comment>,
    /// What it says.
    pub kind: FactKind,
    /// Where.
    pub span: Place,
    /// A comment at the end of its line.
    pub line_comment: Option<Box<Comment>>,
}

/// See [`Fact`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactKind {
    /// `enforcer NAME VERSION`
    Enforcer {
        /// `cilium`, `kubernetes`; not checked here.
        name: Name,
        /// `1.18`; not checked here.
        version: Name,
    },
    /// `features a, b`
    Features(Vec<Name>),
    /// `dns NS {labels}[:port/proto]` or `dns ADDRESS[:port/proto]`
    Dns {
        /// Who answers.
        server: DnsServer,
        /// Ports; 53 when not said.
        ports: Option<Ports>,
    },
    /// `domain cluster.local`
    Domain(Name),
    /// `search a.example, b.example`
    Search(Vec<Name>),
    /// `pods 10.0.0.0/8, …`
    Pods(Vec<Node<IpNet>>),
    /// `apiserver ADDR:PORT`; one line an address.
    Apiserver {
        /// Its address.
        address: Node<IpNet>,
        /// Its port.
        port: Node<u16>,
    },
    /// `workloads by KEY`
    WorkloadsBy(Name),
    /// `mesh-name NAME`
    MeshName(Name),
    /// `regex-budget 100`
    RegexBudget(Node<u32>),
    /// `cloud aws`
    Cloud(Name),
    /// `external NAME = …`
    External(External),
    /// A line that could not be read.
    Bad,
}

/// Who answers DNS queries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DnsServer {
    /// Pods.
    Pods {
        /// Their namespace.
        namespace: Name,
        /// Their labels.
        labels: LabelSelector,
    },
    /// An address (node-local caches).
    Address(Node<IpNet>),
}

/// `namespace NAME in FOLDER labels { … } owner "…"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceDecl {
    /// The namespace.
    pub name: Name,
    /// The folder in which its header may stand, without a closing `/`.
    pub folder: Option<Name>,
    /// The labels that the platform puts on it; `k: v` entries only.
    pub labels: Option<LabelSelector>,
    /// Who owns it.
    pub owner: Option<Name>,
}

/// `namespaces NAME { labels }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceSet {
    /// The set's name.
    pub name: Name,
    /// Which namespaces.
    pub labels: LabelSelector,
}

/// `nodes NAME { labels } [enforcing …]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSet {
    /// The set's name.
    pub name: Name,
    /// Which nodes.
    pub labels: LabelSelector,
    /// Which directions its host firewall isolates.
    pub enforcing: Option<Node<Vec<Node<Direction>>>>,
}

/// `{ k: v, k in (a, b), k not in (…), k, !k }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelSelector {
    /// All of them must hold.
    pub requirements: Vec<Requirement>,
    /// With the braces.
    pub span: Place,
}

/// One entry of a label selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The label's key.
    pub key: Name,
    /// What is asked of its value.
    pub test: LabelTest,
    /// Where.
    pub span: Place,
}

/// See [`Requirement`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelTest {
    /// `k: v`
    Is(Name),
    /// `k in (a, b)`
    In(Vec<Name>),
    /// `k not in (a, b)`
    NotIn(Vec<Name>),
    /// `k`
    Exists,
    /// `!k`
    Absent,
}

/// `workload NAME [{labels}] [as serviceaccount SA] [serves …]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// `ingress` in `workload ingress/nginx`; such pods are named, not governed.
    pub namespace: Option<Name>,
    /// Its name.
    pub name: Name,
    /// Its labels; without them and without `as`, the workload label equals the name.
    pub labels: Option<LabelSelector>,
    /// Its service account.
    pub service_account: Option<Name>,
    /// Its ports.
    pub serves: Vec<Serve>,
}

/// `http 8080` or `dns 53/udp` after `serves`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serve {
    /// The port's name.
    pub name: Name,
    /// The pod's port.
    pub port: Node<u16>,
    /// Its protocol; TCP unless said.
    pub protocol: Option<Node<Protocol>>,
}

/// `external NAME = …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct External {
    /// Its name.
    pub name: Name,
    /// Names and addresses, with ports.
    pub targets: Peers,
}

/// `group NAME = …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// Its members.
    pub members: Peers,
}
