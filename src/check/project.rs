//! Cluster-wide objects carry the project's name.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::cluster::ClusterProblem;
use crate::policy::{EnforcerName, Policy};

/// Reports the first sentence that needs a name which is not there.
pub(super) fn check(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    if policy.project.is_some() || policy.cluster.enforcer == EnforcerName::Kubernetes {
        return;
    }
    let isolations = policy.isolations.iter().map(|isolation| (isolation.subject, isolation.sentence));
    let rules = policy.rules.iter().map(|rule| (rule.subject, rule.sentence));
    let boundaries = policy.boundaries.iter().map(|boundary| (boundary.subject, boundary.sentence));
    let first = isolations
        .chain(rules)
        .chain(boundaries)
        .filter(|(subject, _)| policy.subject(*subject).namespace.is_none())
        .map(|(_, sentence)| policy.sentence(sentence).span)
        .min();
    diagnostics.extend(first.map(|span| Diagnostic::from(ClusterProblem::NoProject { span })));
}
