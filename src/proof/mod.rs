//! Every build is proved: its manifests, read back, mean what the sentences mean.
//!
//! ```text
//!   sentences ─▶ policy ─▶ lowered ─▶ YAML
//!                  │                    │
//!                  │ of_policy          │ yaml, raise: no code of the way down
//!                  ▼                    ▼
//!               ruleset ═══ same? ═══ ruleset
//! ```
//!
//! *The same* is the same at every end: the same ends isolated, the same flows denied, and where an end is isolated and
//! nothing denies the flow, the same allowed ([`verdict::compare`]). A difference is a fault of the compiler. Then
//! nothing is written, and the flow is shown.

use crate::diagnostic::problem::proof::ProofProblem;
use crate::enforcer::raise::{self, Located, Problem, Scope};
use crate::policy::{Direction, EnforcerName, Policy};
use crate::semantics::{Place, Places, Universe};
use crate::source::FileId;
use crate::verdict::{Difference, Index, Part, Ruleset, Unknown, compare};
use crate::yaml;
use rayon::prelude::*;

/// Manifests have no file while they are proved: where something stands in them is not shown.
const NO_FILE: FileId = FileId(u32::MAX);

/// What a NetworkPolicy has words for. Which of the other places a plugin counts as addresses is up to the plugin.
const PODS_AND_ADDRESSES: Places = Places::WORLD.union(Places::of(&[Place::Pod]));

/// Proves that manifests mean what a policy that is ready for lowering means. Each text holds one object.
///
/// # Errors
/// What they mean differently, or why that is not decided.
pub fn prove<T: AsRef<str> + Sync>(policy: &Policy, manifests: &[T]) -> Result<(), ProofProblem> {
    let mut raised = raised(policy, manifests)?;
    let mut said = Ruleset::of_policy(policy);
    if policy.cluster.enforcer == EnforcerName::Kubernetes {
        raised.keep_places(PODS_AND_ADDRESSES);
        said.keep_places(PODS_AND_ADDRESSES);
    }
    let universe = match policy.cluster.enforcer {
        EnforcerName::Cilium => Universe::new(&policy.namespaces),
        // A NetworkPolicy lies in its namespace, so for each it was decided whether a set by label has it (H0625).
        EnforcerName::Kubernetes => Universe::in_full(&policy.namespaces),
    };
    match compare(&Index::new(&said, universe), &Index::new(&raised, universe)) {
        Ok(None) => Ok(()),
        Ok(Some(difference)) => Err(differs(&difference)),
        Err(Unknown { reason }) => Err(ProofProblem::Undecided { reason }),
    }
}

/// What the manifests mean.
fn raised<T: AsRef<str> + Sync>(policy: &Policy, manifests: &[T]) -> Result<Ruleset, ProofProblem> {
    let documents = manifests.par_iter().flat_map_iter(|text| yaml::pieces(text.as_ref()));
    let documents: Vec<yaml::Document<'_>> = documents
        .map(|piece| piece.and_then(yaml::Piece::read))
        .collect::<Result<_, _>>()
        .map_err(|error| ProofProblem::Unreadable { reason: error.to_string() })?;
    let mut objects = Vec::with_capacity(documents.len());
    for object in documents.iter().flat_map(yaml::objects) {
        let object = object.map_err(|error| ProofProblem::Unreadable { reason: error.to_string() })?;
        objects.push(Located { object, file: NO_FILE });
    }
    let raise::Raised { rules, problems } = raise::raise(&objects, &Scope::of_cluster(&policy.cluster));
    match problems.into_iter().next() {
        None => Ok(rules),
        Some(Problem { object, reason, .. }) => Err(ProofProblem::Refused { object: object.to_string(), reason }),
    }
}

fn differs(difference: &Difference) -> ProofProblem {
    let end = match difference.direction {
        Direction::Egress => difference.flow.from.to_string(),
        Direction::Ingress => difference.flow.to.to_string(),
    };
    let what = match difference.part {
        Part::Isolated => "isolate it",
        Part::Denied => "deny it",
        Part::Allowed => "allow it",
        Part::Authenticated => "allow it after mutual authentication only",
    };
    ProofProblem::Differs { end, flow: difference.flow.to_string(), what, said: difference.only_first }
}
