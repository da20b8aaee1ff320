//! Sentences that nothing enforces yet: a note for each namespace and direction.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::ownership::OwnershipProblem;
use crate::policy::{Direction, Policy, SentenceId, SubjectId};
use indexmap::{IndexMap, IndexSet};
use smol_str::SmolStr;

/// Counts what takes effect later.
pub(super) fn check(policy: &Policy, idle: &[(SubjectId, Direction, SentenceId)], diagnostics: &mut Vec<Diagnostic>) {
    let mut waiting: IndexMap<(SmolStr, Direction), IndexSet<SentenceId>> = IndexMap::new();
    for (subject, direction, sentence) in idle {
        if let Some(namespace) = &policy.subject(*subject).namespace {
            waiting.entry((namespace.clone(), *direction)).or_default().insert(*sentence);
        }
    }
    for ((namespace, direction), sentences) in waiting {
        let Some(declared) = policy.namespaces.get(&namespace) else { continue };
        let direction = match direction {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
        };
        let (span, count) = (declared.span, sentences.len());
        diagnostics.push(OwnershipProblem::NotEnforcedYet { span, namespace, direction, count }.into());
    }
}
