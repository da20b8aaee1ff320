//! `cilium.io/v2` policies, as far as they are emitted. `CiliumNetworkPolicy` and `CiliumClusterwideNetworkPolicy`
//! have the same body.

use super::{Comment, LabelSelector, Metadata};

/// A policy object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Above the object.
    pub comment: Comment,
    /// Name, namespace, labels.
    pub metadata: Metadata,
    /// At least one; one is written as `spec`, several as `specs`.
    pub specs: Vec<Spec>,
}

/// Whom a spec governs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// `endpointSelector`
    Endpoints(LabelSelector),
    /// `nodeSelector`; cluster-wide objects only.
    Nodes(LabelSelector),
}

/// One rule set of a policy. At least one of the four lists has an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spec {
    /// Above the spec.
    pub comment: Comment,
    /// Whom it governs.
    pub subject: Subject,
    /// Written when given.
    pub enable_default_deny: Option<DefaultDeny>,
    /// Written when not empty.
    pub ingress: Vec<Rule>,
    /// Written when not empty.
    pub ingress_deny: Vec<Rule>,
    /// Written when not empty.
    pub egress: Vec<Rule>,
    /// Written when not empty.
    pub egress_deny: Vec<Rule>,
    /// `log.value`, at most 32 printable characters.
    pub log: Option<String>,
}

/// Whether a spec isolates what it selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DefaultDeny {
    /// For ingress.
    pub ingress: bool,
    /// For egress.
    pub egress: bool,
}

/// One entry of the four lists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// Above the rule.
    pub comment: Comment,
    /// The other end.
    pub peers: Peers,
    /// Ports or ICMP, which exclude each other.
    pub traffic: Traffic,
    /// `authentication.mode: required`; allow rules only.
    pub mutual_auth: bool,
}

/// The other end: `from…` in ingress lists, `to…` in egress lists. No list in it is ever empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peers {
    /// Nothing written. As a whole rule, `{}`: it selects nothing and only isolates.
    Unsaid,
    /// `fromEndpoints`, `toEndpoints`
    Endpoints(Vec<LabelSelector>),
    /// `fromEntities`, `toEntities`
    Entities(Vec<&'static str>),
    /// `fromCIDRSet`, `toCIDRSet`
    CidrSet(Vec<Cidr>),
    /// `fromNodes`, `toNodes`
    Nodes(Vec<LabelSelector>),
    /// `toFQDNs`; egress allow rules only.
    Fqdns(Vec<Fqdn>),
}

/// An entry of a CIDR set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cidr {
    /// With its prefix length.
    pub cidr: String,
    /// Inside it, of the same family; written when not empty.
    pub except: Vec<String>,
}

/// An entry of `toFQDNs` or of a `dns` rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fqdn {
    /// `matchName`
    Name(String),
    /// `matchPattern`
    Pattern(String),
}

/// What of the traffic to the other end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Traffic {
    /// Nothing written: every protocol and port, ICMP included.
    All,
    /// `toPorts`, at least one entry.
    Ports(Vec<PortRule>),
    /// `icmps`, at least one entry.
    Icmps(Vec<Icmp>),
}

/// An entry of `toPorts`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortRule {
    /// 1 to 40 of them.
    pub ports: Vec<Port>,
    /// `serverNames`; written when not empty, and then without `rules`.
    pub server_names: Vec<String>,
    /// `rules`; allow rules only.
    pub rules: Option<L7>,
}

/// An entry of `ports`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    /// 0 is every port of the protocol.
    pub port: u16,
    /// More than `port`.
    pub end_port: Option<u16>,
    /// `TCP`, `UDP`, `SCTP` or `ANY`; always written.
    pub protocol: &'static str,
}

/// `rules`: one kind, at least one entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum L7 {
    /// `http`
    Http(Vec<HttpRule>),
    /// `dns`
    Dns(Vec<Fqdn>),
}

/// An entry of `http`: RE2 expressions that must match in full. A rule with nothing in it allows every request.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct HttpRule {
    /// The method.
    pub method: Option<String>,
    /// The path with its query.
    pub path: Option<String>,
    /// The authority.
    pub host: Option<String>,
    /// Headers with exact values, or just there.
    pub header_matches: Vec<HeaderMatch>,
}

/// An entry of `headers` (no value) or of `headerMatches` (its `mismatch` unsaid: the request is refused).
///
/// Cilium splits an entry of `headers` at its first blank and asks for presence when there is none, and takes a
/// `headerMatches` entry with an empty value for presence too (cilium main of July 2026,
/// `pkg/envoy/policy/envoy_l7_rules_translator.go`; the CRD's description of `headerMatches`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeaderMatch {
    /// Its name: an HTTP token, so without blanks.
    pub name: String,
    /// Its exact value, never empty; `None` asks only that it is there.
    pub value: Option<String>,
}

/// An entry of `icmps`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Icmp {
    /// 1 to 40 of them.
    pub fields: Vec<IcmpField>,
}

/// An entry of `fields`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IcmpField {
    /// `IPv4` or `IPv6`
    pub family: &'static str,
    /// The ICMP type. Cilium keys types as ports, so 0 is the wildcard: never in an allow.
    pub icmp_type: u8,
}
