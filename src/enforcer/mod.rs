//! Who enforces: one folder an enforcer, with what each version can do and the way from the model to its objects.

pub mod capability;
pub mod cilium;
pub mod kubernetes;
pub mod object;
pub mod raise;

use crate::diagnostic::Diagnostic;
use crate::manifest::Object;
use crate::policy::{Cluster, EnforcerName, Policy, Version};
use capability::Feature;

pub use raise::raise;

/// Whether a cluster's enforcer has a feature.
#[must_use]
pub fn has(cluster: &Cluster, feature: Feature) -> bool {
    let table = match cluster.enforcer {
        EnforcerName::Cilium => cilium::capability::TABLE,
        EnforcerName::Kubernetes => kubernetes::capability::TABLE,
    };
    capability::obstacle(table, feature, cluster).is_none()
}

/// The newest version that is known.
#[must_use]
pub fn newest(enforcer: EnforcerName) -> Version {
    match enforcer {
        EnforcerName::Cilium => cilium::capability::KNOWN.1,
        EnforcerName::Kubernetes => kubernetes::capability::NEWEST,
    }
}

/// Everything that the policy's enforcer and version cannot do or would not do as said.
#[must_use]
pub fn check(policy: &Policy) -> Vec<Diagnostic> {
    match policy.cluster.enforcer {
        EnforcerName::Cilium => cilium::check(policy),
        EnforcerName::Kubernetes => kubernetes::check(policy),
    }
}

/// The objects that mean what the policy means, in no particular order. Call it only when [`check`] found no error.
///
/// # Errors
/// What [`check`] would have found, where a part of the policy has no exact form: nothing is left out in silence.
pub fn lower(policy: &Policy) -> Result<Vec<Object>, Vec<Diagnostic>> {
    match policy.cluster.enforcer {
        EnforcerName::Cilium => cilium::lower(policy),
        EnforcerName::Kubernetes => kubernetes::lower(policy),
    }
}
