//! `networking.k8s.io/v1` `NetworkPolicy`, as far as it is emitted.

use super::{Comment, LabelSelector, Metadata};

/// A `NetworkPolicy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkPolicy {
    /// Above the object.
    pub comment: Comment,
    /// Name, namespace, labels.
    pub metadata: Metadata,
    /// Whose.
    pub pod_selector: LabelSelector,
    /// `policyTypes` has `Ingress`.
    pub isolates_ingress: bool,
    /// `policyTypes` has `Egress`.
    pub isolates_egress: bool,
    /// Written when not empty.
    pub ingress: Vec<Rule>,
    /// Written when not empty.
    pub egress: Vec<Rule>,
}

/// An entry of `ingress` or `egress`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Above the rule.
    pub comment: Comment,
    /// The other end; empty is every peer, and then `from` or `to` is not written.
    pub peers: Vec<Peer>,
    /// The ports; empty is all, and then `ports` is not written.
    pub ports: Vec<Port>,
}

/// An entry of `from` or `to`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// Pods; both selectors in one entry, so both must hold.
    Pods {
        /// `None`: the policy's own namespace. Everything (`{}`): all namespaces.
        namespace_selector: Option<LabelSelector>,
        /// `None`: all pods of these namespaces.
        pod_selector: Option<LabelSelector>,
    },
    /// Addresses.
    IpBlock {
        /// The range.
        cidr: String,
        /// Strict subsets of it; written when not empty.
        except: Vec<String>,
    },
}

/// An entry of `ports`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    /// `TCP`, `UDP` or `SCTP`; always written.
    pub protocol: &'static str,
    /// `None` is every port of the protocol.
    pub port: Option<u16>,
    /// More than `port`.
    pub end_port: Option<u16>,
}
