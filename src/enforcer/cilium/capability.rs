//! What each version of Cilium can do.
//!
//! Sources: `pkg/policy/api` of cilium/cilium in 1.18.4, 1.19.4 and 1.20.2 for what is there, the upgrade notes of
//! 1.19 for `**.`, cilium/cilium#47132 for mutual authentication. Versions before 1.18 were not read: their rows say
//! what the release notes say. What the engine itself was seen to do with it is in `verified`.

use crate::enforcer::capability::{Capability, Feature, Support};
use crate::policy::Version;

const fn version(minor: u16) -> Version {
    Version { major: 1, minor }
}

/// The oldest and the newest version that is known.
pub const KNOWN: (Version, Version) = (version(16), version(20));

/// From when on mutual authentication is deprecated (cilium/cilium#47132).
pub const MUTUAL_AUTH_DEPRECATED: Version = version(20);

/// From when on an agent keeps `topology.kubernetes.io` labels out of identities (`pkg/labelsfilter`, 1.19).
pub const TOPOLOGY_LABELS_HIDDEN: Version = version(19);

/// From when on the source of a label (`k8s:`) no longer counts when the agent looks at the length of its key
/// (`pkg/labels/validation.go`, 1.20).
pub const SOURCE_NOT_COUNTED: Version = version(20);

/// From when on a `toCIDRSet` of `::/0` means no IPv4 address where there is no IPv6, and the other way round. Before, both
/// of length 0 are `reserved:world` to a cluster of one family (`CIDRRuleSlice.GetAsEndpointSelectors` in
/// `pkg/policy/api/cidr.go`, 1.18.4, which its engine shows, and 1.17.0; `getWorldLabel` in `pkg/labels/cidr.go`, 1.19.4).
pub const WORLD_BY_FAMILY: Version = version(19);

const fn row(feature: Feature, since: u16, flag: Option<&'static str>, verified: Option<Version>) -> Capability {
    Capability { feature, support: Support::In { since: version(since), until: None, flag }, verified }
}

const fn never(feature: Feature, reason: &'static str) -> Capability {
    Capability { feature, support: Support::Never(reason), verified: None }
}

/// The newest version whose engine was run on such policies.
const RUN: Option<Version> = Some(version(20));

/// The table.
pub const TABLE: &[Capability] = &[
    row(Feature::HttpRequests, 16, None, RUN),
    row(Feature::HttpPortRanges, 18, None, RUN),
    never(Feature::HttpAtNodes, "the agent rejects HTTP rules in host policies"),
    row(Feature::Names, 16, None, RUN),
    row(Feature::NamesAtAnyDepth, 19, None, RUN),
    row(Feature::LookUps, 16, None, RUN),
    never(Feature::LookUpPortRanges, "the agent rejects DNS rules on ranges: list the ports"),
    row(Feature::Denies, 16, None, RUN),
    row(Feature::Boundaries, 16, None, RUN),
    row(Feature::NamesInBoundaries, 18, None, RUN),
    row(Feature::Icmp, 16, None, RUN),
    row(Feature::PortRanges, 16, None, RUN),
    row(Feature::Entities, 16, None, RUN),
    row(Feature::NodePeers, 16, Some("node-selector-labels"), None),
    row(Feature::HostFirewall, 16, Some("host-firewall"), RUN),
    never(
        Feature::NodeEgress,
        "what a node must reach is not known well enough to cut off the rest: write `enforcing ingress`",
    ),
    Capability {
        feature: Feature::MutualAuth,
        support: Support::In { since: version(16), until: Some(version(21)), flag: None },
        verified: RUN,
    },
    row(Feature::TlsNames, 16, None, RUN),
    row(Feature::ServiceAccounts, 16, None, None),
    row(Feature::LogValue, 18, None, RUN),
];
