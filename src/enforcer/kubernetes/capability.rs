//! What each version of NetworkPolicy can do.
//!
//! Sources: the API's types and validation (see [`super`]) and, for versions, the feature gates of Kubernetes:
//! `NetworkPolicyEndPort` is stable since 1.25, `NamespaceDefaultLabelName` (every namespace carries its name as a
//! label) since 1.22.

use crate::enforcer::capability::{Capability, Feature, Support};
use crate::policy::Version;

const fn version(minor: u16) -> Version {
    Version { major: 1, minor }
}

/// The oldest version that is supported: before it, a namespace could not be selected by its name.
pub const OLDEST: Version = version(22);

/// The newest version whose API was looked at. A later one is taken as well: a stable API only grows.
pub const NEWEST: Version = version(37);

const fn never(feature: Feature, reason: &'static str) -> Capability {
    Capability { feature, support: Support::Never(reason), verified: None }
}

/// The table.
pub const TABLE: &[Capability] = &[
    Capability {
        feature: Feature::PortRanges,
        support: Support::In { since: version(25), until: None, flag: None },
        verified: None,
    },
    never(Feature::HttpRequests, "a NetworkPolicy ends at ports and never sees a request; `cilium` can do this"),
    never(Feature::Names, "a NetworkPolicy knows pods and addresses only; `cilium` can do this"),
    never(Feature::LookUps, "a NetworkPolicy ends at ports, so who may ask a DNS server may ask for every name"),
    never(Feature::Boundaries, "policies only add up, so none can cap another; `cilium` can do this"),
    never(Feature::Icmp, "a NetworkPolicy knows TCP, UDP and SCTP; what becomes of ICMP is up to the network plugin"),
    never(Feature::NodePeers, "a NetworkPolicy knows pods and addresses only: write the addresses of the nodes"),
    never(Feature::HostFirewall, "a NetworkPolicy selects pods, never nodes; `cilium` can do this"),
    never(Feature::MutualAuth, "a NetworkPolicy does not authenticate"),
    never(Feature::TlsNames, "a NetworkPolicy ends at ports and never sees a TLS handshake; `cilium` can do this"),
    never(Feature::ServiceAccounts, "a NetworkPolicy selects pods by their labels: name the workload by labels"),
];
