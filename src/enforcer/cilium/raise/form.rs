//! What the agent keeps of an object: rules that passed its checks, in its own terms.

use crate::policy::Op;
use crate::yaml::Range;
use ipnet::IpNet;

/// One rule set: `spec`, or an entry of `specs`.
pub struct Spec<'n> {
    /// Its index in `specs`.
    pub index: Option<usize>,
    /// Where it stands.
    pub range: Range,
    /// Whom it governs.
    pub subject: Subject<'n>,
    /// Whether it isolates for ingress, provided that it has a rule for it.
    pub isolates_ingress: bool,
    /// The same for egress.
    pub isolates_egress: bool,
    /// The entries of the four lists.
    pub rules: Vec<Rule<'n>>,
}

/// Whom a spec governs.
pub enum Subject<'n> {
    /// `endpointSelector`
    Endpoints(Selector<'n>),
    /// `nodeSelector`
    Nodes(Selector<'n>),
}

/// A label selector: all must hold.
#[derive(Clone, Default)]
pub struct Selector<'n>(pub Vec<Requirement<'n>>);

/// What is asked of one label.
#[derive(Clone)]
pub struct Requirement<'n> {
    /// Which source the label must have.
    pub source: Source,
    /// Its key, without the source.
    pub key: &'n str,
    /// The test.
    pub op: Op,
    /// Whether it stands under `matchLabels`.
    pub is_match: bool,
}

/// The source of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Any one: the key has no prefix, or `any:`.
    Any,
    /// Kubernetes.
    K8s,
    /// Cilium's own.
    Reserved,
    /// An address range.
    Cidr,
    /// The labels that addresses have from a `CiliumCIDRGroup`, from 1.17 on.
    CidrGroup,
    /// A DNS name.
    Fqdn,
    /// The labels of a node.
    Node,
    /// One that no label has as far as is known here.
    Other,
}

/// The four lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    /// `ingress`
    Ingress,
    /// `ingressDeny`
    IngressDeny,
    /// `egress`
    Egress,
    /// `egressDeny`
    EgressDeny,
}

/// An entry of one of them.
pub struct Rule<'n> {
    /// Which list.
    pub list: List,
    /// Its index in the list.
    pub index: usize,
    /// Where it stands.
    pub range: Range,
    /// The other end.
    pub peers: Peers<'n>,
    /// What passes.
    pub traffic: Traffic<'n>,
    /// `authentication.mode`
    pub authentication: Option<Authentication>,
}

/// The other end of a rule.
pub enum Peers<'n> {
    /// Nothing that counts is written.
    Unsaid,
    /// A list that selects nothing.
    Nothing,
    /// `fromEndpoints`, `toEndpoints`
    Endpoints(Vec<Selector<'n>>),
    /// `fromNodes`, `toNodes`
    Nodes(Vec<Selector<'n>>),
    /// `fromEntities`, `toEntities`
    Entities(Vec<Entity>),
    /// `fromCIDR`, `toCIDR`, `fromCIDRSet`, `toCIDRSet`
    Nets(Vec<Addresses>),
    /// `toFQDNs`
    Names(Vec<Name<'n>>),
    /// What only the cluster or a cloud knows: the field.
    Known(&'static str),
}

/// An entry of a CIDR list.
pub enum Addresses {
    /// A range.
    Range(IpNet),
    /// An entry of a set: a range less others within it.
    Net(IpNet, Vec<IpNet>),
    /// What a `CiliumCIDRGroup` holds.
    Group,
}

/// `matchName` and `matchPattern`
#[derive(Clone, Copy, Default)]
pub struct Name<'n> {
    /// The name.
    pub name: Option<&'n str>,
    /// The pattern.
    pub pattern: Option<&'n str>,
}

/// An entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// `all`
    All,
    /// `none`
    None,
    /// `cluster-mesh`
    ClusterMesh,
    /// `world-ipv4`
    WorldIpv4,
    /// `world-ipv6`
    WorldIpv6,
    /// One that the model has too.
    Plain(crate::policy::Entity),
}

/// `authentication.mode`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// `required`
    Required,
    /// `disabled`
    Disabled,
    /// `test-always-fail`
    AlwaysFail,
}

/// What passes.
pub enum Traffic<'n> {
    /// Nothing is written: everything.
    All,
    /// `toPorts`
    Ports(Vec<PortRule<'n>>),
    /// `icmps`: whether it is ICMPv6, and the type; 0 is every type.
    Icmp(Vec<(bool, u16)>),
}

/// An entry of `toPorts`.
pub struct PortRule<'n> {
    /// `ports`
    pub ports: Vec<Port<'n>>,
    /// `serverNames`
    pub server_names: Vec<&'n str>,
    /// `rules`
    pub l7: L7<'n>,
    /// What else there is that decides about the traffic: the field.
    pub other: Option<&'static str>,
}

/// An entry of `ports`.
#[derive(Clone, Copy, Debug)]
pub enum Port<'n> {
    /// By number.
    Numbers {
        /// The protocol; all three when not said.
        protocol: Option<crate::policy::Protocol>,
        /// The first.
        first: u16,
        /// The last; if both are 0, it is every port.
        last: u16,
    },
    /// By name.
    Named {
        /// The name.
        name: &'n str,
        /// The protocol; all three when not said.
        protocol: Option<crate::policy::Protocol>,
    },
    /// A protocol without ports.
    Portless(&'n str),
}

/// `rules`
pub enum L7<'n> {
    /// None that count.
    None,
    /// `http`
    Http(Vec<Http<'n>>),
    /// `dns`
    Dns(Vec<Name<'n>>),
    /// Those of a version before 1.20: the field.
    Old(&'static str),
}

/// An entry of `http`.
pub struct Http<'n> {
    /// `method`
    pub method: Option<&'n str>,
    /// `path`
    pub path: Option<&'n str>,
    /// `host`
    pub host: Option<&'n str>,
    /// `headers` and `headerMatches`: name and value; no value asks for presence.
    pub headers: Vec<(&'n str, Option<&'n str>)>,
    /// Whether a header is compared with a secret.
    pub secret: bool,
}

impl List {
    /// All, in the order in which the agent checks them.
    pub const ALL: [Self; 4] = [Self::Ingress, Self::IngressDeny, Self::Egress, Self::EgressDeny];

    /// Its field.
    pub fn key(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::IngressDeny => "ingressDeny",
            Self::Egress => "egress",
            Self::EgressDeny => "egressDeny",
        }
    }

    /// Its direction.
    pub fn is_ingress(self) -> bool {
        matches!(self, Self::Ingress | Self::IngressDeny)
    }

    /// Whether it denies.
    pub fn denies(self) -> bool {
        matches!(self, Self::IngressDeny | Self::EgressDeny)
    }
}

impl Selector<'_> {
    /// Whether some key has this source.
    pub fn has_source(&self, source: Source) -> bool {
        self.0.iter().any(|requirement| requirement.source == source)
    }

    /// Whether this key is named, with the source `k8s` or none.
    pub fn has_key(&self, key: &str) -> bool {
        self.0
            .iter()
            .any(|requirement| matches!(requirement.source, Source::K8s | Source::Any) && requirement.key == key)
    }

    /// Whether a key is named that begins so, with the source `k8s` or none.
    pub fn has_key_prefix(&self, prefix: &str) -> bool {
        self.0.iter().any(|requirement| {
            matches!(requirement.source, Source::K8s | Source::Any) && requirement.key.starts_with(prefix)
        })
    }
}
