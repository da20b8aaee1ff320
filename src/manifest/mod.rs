//! Kubernetes objects as structs, and the one writer that turns them into YAML. No logic: what the objects mean is
//! decided in `enforcer`.
//!
//! Invariant of the types: whatever the enforcer takes at most one of is an `enum` here, and a list that must not
//! be empty is written only when it is not, so the forms that an enforcer ignores or widens silently have no
//! spelling.

pub mod cilium;
pub mod kubernetes;
mod name;
pub mod yaml;

pub use name::object_name;

use smol_str::SmolStr;

/// One object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// `networking.k8s.io/v1` `NetworkPolicy`
    NetworkPolicy(kubernetes::NetworkPolicy),
    /// `cilium.io/v2` `CiliumNetworkPolicy`
    CiliumNetworkPolicy(cilium::Policy),
    /// `cilium.io/v2` `CiliumClusterwideNetworkPolicy`
    CiliumClusterwideNetworkPolicy(cilium::Policy),
}

/// What every object has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// A DNS-1123 subdomain of at most 253 characters.
    pub name: SmolStr,
    /// `None` for cluster-wide objects.
    pub namespace: Option<SmolStr>,
    /// Labels, sorted by key, each key once.
    pub labels: Vec<(SmolStr, SmolStr)>,
    /// Annotations, sorted by key, each key once.
    pub annotations: Vec<(SmolStr, SmolStr)>,
}

/// A comment: one entry a line, without `#`. Control characters are taken out by the writer.
pub type Comment = Vec<String>;

/// A label selector; with both lists empty it selects everything (`{}`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LabelSelector {
    /// Sorted by key.
    pub match_labels: Vec<(SmolStr, SmolStr)>,
    /// Sorted by key.
    pub match_expressions: Vec<MatchExpression>,
}

/// One expression of a label selector.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MatchExpression {
    /// The label's key.
    pub key: SmolStr,
    /// The test.
    pub operator: Operator,
    /// Values for `In` and `NotIn`, at least one; empty for the others.
    pub values: Vec<SmolStr>,
}

/// A test of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    /// One of the values.
    In,
    /// Absent, or none of the values.
    NotIn,
    /// There.
    Exists,
    /// Absent.
    DoesNotExist,
}

impl Operator {
    /// As Kubernetes writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "In",
            Self::NotIn => "NotIn",
            Self::Exists => "Exists",
            Self::DoesNotExist => "DoesNotExist",
        }
    }
}

impl Object {
    /// The object's kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NetworkPolicy(_) => "NetworkPolicy",
            Self::CiliumNetworkPolicy(_) => "CiliumNetworkPolicy",
            Self::CiliumClusterwideNetworkPolicy(_) => "CiliumClusterwideNetworkPolicy",
        }
    }

    /// What every object has.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        match self {
            Self::NetworkPolicy(policy) => &policy.metadata,
            Self::CiliumNetworkPolicy(policy) | Self::CiliumClusterwideNetworkPolicy(policy) => &policy.metadata,
        }
    }

    /// Where `build -o DIR` puts it below DIR (or below the cluster's folder):
    /// `shop/ciliumnetworkpolicy.ztp.workload.backend.yaml`, `_cluster/…`. A namespace's name has no `_`.
    #[must_use]
    pub fn path(&self) -> String {
        let metadata = self.metadata();
        let folder = metadata.namespace.as_deref().unwrap_or("_cluster");
        format!("{folder}/{}.{}.yaml", self.kind().to_ascii_lowercase(), metadata.name)
    }
}
