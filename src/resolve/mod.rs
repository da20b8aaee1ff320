//! Names to what they mean: the trees of a project become one [`Policy`] a cluster.
//!
//! First [`scope`] collects every declaration; then, for each cluster, [`cluster`] reads its facts and [`whole`] turns
//! every sentence into half-rules, by [`sentence`]. Who may write what, and consent, are decided here, because they decide
//! which half-rules exist.
//!
//! Invariants: a finding is reported once, at the narrowest place; a name that does not resolve silences what
//! depends on it; nothing of a sentence with an error becomes a rule.

mod asking;
mod assertion;
mod boundary;
mod cluster;
mod consent;
mod deny;
mod isolation;
mod labels;
mod may;
mod methods;
mod nearest;
mod options;
mod part;
mod peers;
mod ports;
mod scope;
mod sentence;
mod traffic;
mod whole;
mod workloads;

pub use cluster::parse_enforcer;
pub(crate) use labels::resolve as label_selector;
pub use nearest::nearest;
pub use options::Options;
pub use scope::Scope;
pub(crate) use sentence::subject_name;

use crate::diagnostic::Diagnostic;
use crate::policy::Policy;

/// The policies of the clusters that the options ask for, and what was found on the way. A policy is returned even
/// when there are errors, as far as it goes; the driver emits nothing then.
pub fn resolve(scope: &Scope<'_>, options: &Options, diagnostics: &mut Vec<Diagnostic>) -> Vec<Policy> {
    let clusters = cluster::clusters(scope, options, diagnostics);
    clusters.into_iter().map(|facts| whole::resolve_cluster(scope, facts, options, diagnostics)).collect()
}
