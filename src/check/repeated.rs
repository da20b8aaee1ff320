//! Look-ups and boundaries that other sentences say already. [`covered`](super::covered) has what is allowed and denied.
//!
//! Only what is plain is found: each name, and each cap, that one other sentence has.

use super::covered::may_stand_in;
use super::guards::is_part;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::meaning::MeaningProblem;
use crate::policy::{Boundary, DnsPattern, Origin, Policy, SentenceId, SubjectId};
use crate::semantics::{Universe, names, peers, traffic};
use std::collections::BTreeSet;

/// How many pairs of names are compared.
const MOST_COMPARED: usize = 1_000_000;

/// How many of those that cover a sentence only together are named.
const MAX_SHOWN: usize = 3;

/// Reports those that can be removed, all together.
pub(super) fn check(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    look_ups(policy, diagnostics);
    boundaries(policy, diagnostics);
}

/// A name that may be looked up, and why.
struct LookedUp {
    subject: SubjectId,
    sentence: SentenceId,
    name: DnsPattern,
}

/// From the last sentence on, so that of several that cover each other the first one stays.
fn look_ups(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    let implied = policy.rules.iter().filter(|rule| rule.origin != Origin::DnsCompanion).filter_map(|rule| {
        let (subject, sentence) = (rule.subject, rule.sentence);
        Some(LookedUp { subject, sentence, name: rule.looks_up().0? })
    });
    let asked = policy.lookups.iter().flat_map(|lookup| {
        let (subject, sentence) = (lookup.subject, lookup.sentence);
        lookup.names.iter().map(move |name| LookedUp { subject, sentence, name: name.clone() })
    });
    let asked: Vec<LookedUp> = asked.collect();
    if asked.is_empty() {
        return;
    }
    let others: Vec<LookedUp> = implied.collect();
    if asked.len().saturating_mul(others.len().saturating_add(asked.len())) > MOST_COMPARED {
        return;
    }
    let mut removed = BTreeSet::new();
    for own in asked.chunk_by(|a, b| a.sentence == b.sentence).rev() {
        let by = |inner: &LookedUp| {
            let covers = |outer: &&LookedUp| {
                outer.sentence != inner.sentence
                    && !removed.contains(&outer.sentence)
                    && may_stand_in(policy, outer.sentence, inner.sentence, false)
                    && is_part(policy, outer.subject, inner.subject)
                    && names::includes(&outer.name, &inner.name).is_yes()
            };
            others.iter().chain(&asked).find(covers).map(|outer| outer.sentence)
        };
        let by = own.iter().map(by).collect::<Option<BTreeSet<_>>>();
        report(policy, own.first().map(|one| one.sentence), by, false, &mut removed, diagnostics);
    }
}

fn boundaries(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    let mut removed = BTreeSet::new();
    for own in policy.boundaries.chunk_by(|a, b| a.sentence == b.sentence).rev() {
        let by = |inner: &Boundary| {
            let covers = |outer: &&Boundary| {
                outer.sentence != inner.sentence
                    && !removed.contains(&outer.sentence)
                    && may_stand_in(policy, outer.sentence, inner.sentence, true)
                    && caps_as_much(policy, outer, inner)
            };
            policy.boundaries.iter().find(covers).map(|outer| outer.sentence)
        };
        let by = own.iter().map(by).collect::<Option<BTreeSet<_>>>();
        report(policy, own.first().map(|boundary| boundary.sentence), by, true, &mut removed, diagnostics);
    }
}

/// Whether all that the inner one denies is denied by the outer one, which permits nothing beyond it.
fn caps_as_much(policy: &Policy, outer: &Boundary, inner: &Boundary) -> bool {
    let universe = Universe::new(&policy.namespaces);
    outer.direction == inner.direction
        && is_part(policy, outer.subject, inner.subject)
        && traffic::includes(&outer.traffic, &inner.traffic).is_yes()
        && outer.permits.iter().all(|permit| {
            inner.permits.iter().any(|wider| {
                peers::includes(universe, &wider.peer, &permit.peer)
                    && traffic::includes(&wider.traffic, &permit.traffic).is_yes()
            })
        })
}

fn report(
    policy: &Policy,
    sentence: Option<SentenceId>,
    by: Option<BTreeSet<SentenceId>>,
    deny: bool,
    removed: &mut BTreeSet<SentenceId>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some((sentence, by)) = sentence.zip(by) else { return };
    removed.insert(sentence);
    let problem = MeaningProblem::Covered {
        span: policy.sentence(sentence).span,
        by: by.iter().take(MAX_SHOWN).map(|by| policy.sentence(*by).span).collect(),
        more: by.len().saturating_sub(MAX_SHOWN),
        deny,
    };
    diagnostics.push(problem.into());
}
