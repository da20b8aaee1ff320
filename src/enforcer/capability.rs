//! What an enforcer can do, as data: the types of the table of which each enforcer has one.
//!
//! A sentence needs [`Feature`]s. A feature that the table does not have, or not for this version, or not without a
//! flag that the cluster's facts do not mention, is an [`Obstacle`]: an error at the sentence, never a degradation.

use crate::policy::{Cluster, Version};

/// Something that a sentence can need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// Allow rules for single HTTP requests.
    HttpRequests,
    /// HTTP rules on a range of ports.
    HttpPortRanges,
    /// HTTP rules at nodes.
    HttpAtNodes,
    /// DNS names as peers.
    Names,
    /// `**.` in a DNS name: one or more labels.
    NamesAtAnyDepth,
    /// Allow rules for single DNS look-ups.
    LookUps,
    /// Rules for DNS look-ups on a range of ports.
    LookUpPortRanges,
    /// Rules that no allow overrides.
    Denies,
    /// Caps on what any policy can allow.
    Boundaries,
    /// DNS names as exceptions of a boundary.
    NamesInBoundaries,
    /// ICMP rules.
    Icmp,
    /// `first-last` ports.
    PortRanges,
    /// `world`, `host` and their like as peers.
    Entities,
    /// Nodes, by label, as peers.
    NodePeers,
    /// Policies for nodes.
    HostFirewall,
    /// Policies for what nodes open.
    NodeEgress,
    /// `with mutual auth`.
    MutualAuth,
    /// `with tls name`.
    TlsNames,
    /// Pods by their service account.
    ServiceAccounts,
    /// A value in a policy that flow logs show.
    LogValue,
}

impl Feature {
    /// It, as the object of "has no".
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::HttpRequests => "rules for single HTTP requests",
            Self::HttpPortRanges => "HTTP rules on a range of ports",
            Self::HttpAtNodes => "HTTP rules at nodes",
            Self::Names => "DNS names as peers",
            Self::NamesAtAnyDepth => "name patterns of any depth (`**.`)",
            Self::LookUps => "rules for single DNS look-ups",
            Self::LookUpPortRanges => "rules for DNS look-ups on a range of ports",
            Self::Denies => "deny rules",
            Self::Boundaries => "boundaries",
            Self::NamesInBoundaries => "boundaries around DNS names",
            Self::Icmp => "rules for ICMP",
            Self::PortRanges => "ranges of ports",
            Self::Entities => "entities as peers",
            Self::NodePeers => "nodes as peers",
            Self::HostFirewall => "host firewall",
            Self::NodeEgress => "rules for what nodes open, as far as this compiler goes",
            Self::MutualAuth => "mutual authentication",
            Self::TlsNames => "rules for TLS server names",
            Self::ServiceAccounts => "selectors for service accounts",
            Self::LogValue => "log values",
        }
    }
}

/// How far a feature is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// In these versions.
    In {
        /// The first that has it, as far as the table goes back.
        since: Version,
        /// The first that no longer has it.
        until: Option<Version>,
        /// What the platform must turn on, as `features` of a cluster names it.
        flag: Option<&'static str>,
    },
    /// In none, and why.
    Never(&'static str),
}

/// One row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capability {
    /// What it is about.
    pub feature: Feature,
    /// How far it is there.
    pub support: Support,
    /// The newest version whose own engine has judged what is emitted for it; `None` while no engine has.
    pub verified: Option<Version>,
}

/// Why a feature cannot be used on a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A later version has it.
    Since(Version),
    /// It was taken out in this version.
    Until(Version),
    /// The cluster's facts do not say that this is turned on.
    NeedsFeature(&'static str),
    /// No version has it, for this reason.
    Never(&'static str),
}

/// What stands in the way of a feature on a cluster, by the table of its enforcer. A feature without a row is never
/// there.
#[must_use]
pub fn obstacle(table: &[Capability], feature: Feature, cluster: &Cluster) -> Option<Obstacle> {
    let Some(row) = table.iter().find(|row| row.feature == feature) else {
        return Some(Obstacle::Never("it has no such concept"));
    };
    match row.support {
        Support::Never(reason) => Some(Obstacle::Never(reason)),
        Support::In { since, .. } if cluster.version < since => Some(Obstacle::Since(since)),
        Support::In { until: Some(until), .. } if cluster.version >= until => Some(Obstacle::Until(until)),
        Support::In { flag: Some(flag), .. } if !cluster.features.contains_key(flag) => {
            Some(Obstacle::NeedsFeature(flag))
        }
        Support::In { .. } => None,
    }
}
