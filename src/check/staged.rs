//! Sentences that nothing enforces yet: a note for each namespace or set of nodes, and direction.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::ownership::OwnershipProblem;
use crate::policy::{Direction, Policy, Selects, SentenceId, SubjectId};
use crate::source::Span;
use indexmap::{IndexMap, IndexSet};

/// Counts what takes effect later. What a platform grants to pods anywhere is not counted: it waits for nobody.
pub(super) fn check(policy: &Policy, idle: &[(SubjectId, Direction, SentenceId)], diagnostics: &mut Vec<Diagnostic>) {
    let mut waiting: IndexMap<(String, Direction), (Span, IndexSet<SentenceId>)> = IndexMap::new();
    for (subject, direction, sentence) in idle {
        let subject = policy.subject(*subject);
        let namespace = subject.namespace.as_ref().and_then(|name| Some((name, policy.namespaces.get(name)?)));
        let (place, span) = match (namespace, &subject.selects) {
            (Some((name, namespace)), _) => (format!("in `{name}`"), namespace.span),
            (None, Selects::Nodes(_)) => {
                let name = subject.name.strip_prefix("nodes.").unwrap_or(&subject.name);
                (format!("at the nodes `{name}`"), policy.sentence(*sentence).span)
            }
            (None, Selects::Pods(_)) => continue,
        };
        waiting.entry((place, *direction)).or_insert_with(|| (span, IndexSet::new())).1.insert(*sentence);
    }
    for ((place, direction), (span, sentences)) in waiting {
        let direction = match direction {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
        };
        let count = sentences.len();
        diagnostics.push(OwnershipProblem::NotEnforcedYet { span, place, direction, count }.into());
    }
}
