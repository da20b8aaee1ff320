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
//! nothing denies the flow, the same allowed ([`compare`]). And where a deny depends on names, the look-ups are seen that
//! make names known (`look_ups`). A difference is a fault of the compiler. Then nothing is written, and the flow is
//! shown.

mod look_ups;
mod parts;

use crate::diagnostic::problem::proof::ProofProblem;
use crate::enforcer::raise::{self, Located, Problem, Scope};
use crate::policy::{Direction, EnforcerName, Policy};
use crate::semantics::{Place, Places, Universe};
use crate::source::FileId;
use crate::verdict::{Difference, Index, Part, Ruleset, Unknown, compare};
use crate::yaml;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Manifests have no file while they are proved: where something stands in them is not shown.
const NO_FILE: FileId = FileId(u32::MAX);

/// What a NetworkPolicy has words for. Which of the other places a plugin counts as addresses is up to the plugin.
const PODS_AND_ADDRESSES: Places = Places::WORLD.union(Places::of(&[Place::Pod]));

/// Proves that manifests mean what a policy that is ready for lowering means. Each text holds one object.
///
/// # Errors
/// What they mean differently, or why that is not decided.
pub fn prove<T: AsRef<str> + Sync>(policy: &Policy, manifests: &[T]) -> Result<(), ProofProblem> {
    let manifests: Vec<&str> = manifests.iter().map(AsRef::as_ref).collect();
    if parts::independent(&manifests) && parts::of(policy, &manifests).par_iter().all(|part| part.agrees(policy)) {
        return Ok(());
    }
    let (mut raised, mut said) = (read_back(policy, &manifests)?, Ruleset::of_policy(policy));
    keep_what_counts(policy, [&mut raised, &mut said]);
    let universe = universe(policy);
    let raised = Index::new(&raised, universe);
    let undecided = |Unknown { reason }| ProofProblem::Undecided { reason };
    if let Some(difference) = compare(&Index::new(&said, universe), &raised).map_err(undecided)? {
        return Err(differs(&difference));
    }
    match look_ups::find(policy, &raised).map_err(undecided)? {
        None => Ok(()),
        Some(flow) => Err(ProofProblem::Differs {
            end: flow.from.to_string(),
            flow: flow.to_string(),
            what: "need the agent to see it",
            said: true,
        }),
    }
}

/// What is known of the namespaces.
fn universe(policy: &Policy) -> Universe<'_> {
    match policy.cluster.enforcer {
        EnforcerName::Cilium => Universe::new(&policy.namespaces),
        // A NetworkPolicy lies in its namespace, so for each it was decided whether a set by label has it (H0625).
        EnforcerName::Kubernetes => Universe::in_full(&policy.namespaces),
    }
}

/// Leaves what the enforcer has words for.
fn keep_what_counts(policy: &Policy, rulesets: [&mut Ruleset; 2]) {
    if policy.cluster.enforcer == EnforcerName::Kubernetes {
        rulesets.into_iter().for_each(|ruleset| ruleset.keep_places(PODS_AND_ADDRESSES));
    }
}

/// What manifests mean, each text one object, as the cluster of a policy takes them.
///
/// # Errors
/// What cannot be read, or what the enforcer would refuse.
pub fn read_back(policy: &Policy, manifests: &[&str]) -> Result<Ruleset, ProofProblem> {
    let documents = manifests.par_iter().with_min_len(raise::CHUNK).flat_map_iter(|text| yaml::pieces(text));
    let documents: Vec<yaml::Document<'_>> = documents
        .map(|piece| piece.and_then(yaml::Piece::read))
        .collect::<Result<_, _>>()
        .map_err(|error| ProofProblem::Unreadable { reason: error.to_string() })?;
    let mut objects = Vec::with_capacity(documents.len());
    for object in documents.iter().flat_map(yaml::objects) {
        let object = object.map_err(|error| ProofProblem::Unreadable { reason: error.to_string() })?;
        objects.push(Located { object, file: NO_FILE });
    }
    let scope = Scope::of_cluster(&policy.cluster);
    let mut names = BTreeSet::new();
    for Located { object, .. } in &objects {
        if !names.insert((object.kind, object.namespace, object.name)) {
            let reason = "another object has the same name, and the cluster keeps only one of them".to_owned();
            return Err(ProofProblem::Refused { object: raise::name(object, &scope).to_string(), reason });
        }
    }
    let raise::Raised { rules, problems } = raise::raise(&objects, &scope);
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
