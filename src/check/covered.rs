//! A sentence of which nothing is left once others are taken away says nothing new.
//!
//! Both ends count, whether something isolates them or not. A sentence is held against those of its own namespace and, if
//! it allows something, against the platform's: a team's deny guards also for the day on which the platform has none. One
//! that ends some day covers none that goes on. And of sentences that cover each other the first one stays, so that all
//! that are reported can be removed together.

use super::guards::{Causes, Guards, is_part};
use super::near::Near;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::meaning::MeaningProblem;
use crate::policy::{Effect, Origin, Peer, Policy, Rule, SentenceId, SubjectId, Traffic};
use crate::semantics::endpoints::{Endpoints, Names};
use crate::semantics::nets::AddressSet;
use crate::semantics::{Universe, peers, ports, requests, traffic};
use crate::verdict::{self, Flows, Index, Ruleset, find_beside};
use indexmap::IndexMap;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// How many sentences one is held against.
const MAX_OTHERS: usize = 64;

/// How many of those that cover a sentence only together are tried for whether the others do without them.
const MAX_TRIED: usize = 16;

/// How many rules of one end each rule is held against.
const MAX_RULES: usize = 256;

/// How many of those that cover a sentence only together are named.
const MAX_SHOWN: usize = 3;

/// A sentence that may be covered, and by which.
struct Candidate<'p> {
    rules: &'p [Rule],
    others: BTreeSet<SentenceId>,
}

/// Reports what is covered, but for sentences that lose something to a deny or boundary and were told so.
pub(super) fn check(
    policy: &Policy,
    guards: &Guards<'_>,
    allows: &Near<'_>,
    told: &BTreeSet<SentenceId>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let wider = |near: &Near<'_>| -> Vec<Vec<SubjectId>> {
        policy.subject_ids().into_par_iter().map(|subject| wider(policy, near, subject)).collect()
    };
    let (wider_allows, wider_denies) = (wider(allows), wider(&guards.denies));
    let sentences = policy.rules.par_chunk_by(|a, b| a.sentence == b.sentence);
    let candidates = sentences.filter_map(|rules| {
        let first =
            rules.first().filter(|rule| !told.contains(&rule.sentence) && rule.origin != Origin::DnsCompanion)?;
        match first.effect {
            Effect::Allow { .. } => candidate(policy, allows, &wider_allows, rules),
            Effect::Deny => candidate(policy, &guards.denies, &wider_denies, rules),
        }
    });
    let candidates: Vec<Candidate<'_>> = candidates.collect();
    if candidates.is_empty() {
        return;
    }
    report(policy, &candidates, diagnostics);
}

/// The subjects with items of which this one is a part.
fn wider(policy: &Policy, near: &Near<'_>, of: SubjectId) -> Vec<SubjectId> {
    let mut found = near.subjects(of);
    found.retain(|id| *id == of || is_part(policy, *id, of));
    found
}

/// What may cover a sentence, if for each of its rules there is something.
fn candidate<'p>(
    policy: &'p Policy,
    near: &Near<'_>,
    wider: &[Vec<SubjectId>],
    rules: &'p [Rule],
) -> Option<Candidate<'p>> {
    let mut others = BTreeSet::new();
    let mut found = Vec::new();
    for rule in rules {
        found.clear();
        for subject in wider.get(rule.subject.0 as usize)? {
            near.about(*subject, rule.direction, &rule.peer, &mut found);
        }
        let mut any = false;
        for item in found.iter().take(MAX_RULES) {
            let Some(other) = policy.rules.get(item.number as usize) else { continue };
            let denies = rule.effect == Effect::Deny;
            if other.sentence != rule.sentence
                && may_cover(other, rule)
                && may_stand_in(policy, other.sentence, rule.sentence, denies)
            {
                any = true;
                others.insert(other.sentence);
                if others.len() >= MAX_OTHERS {
                    break;
                }
            }
        }
        if !any {
            return None;
        }
    }
    Some(Candidate { rules, others })
}

/// Whether a rule may cover a part of another, seen from the outside. Addresses cover no names: they imply no look-up.
fn may_cover(outer: &Rule, inner: &Rule) -> bool {
    let traffic = match (&outer.traffic, &inner.traffic) {
        (Traffic::All, _) => true,
        (_, Traffic::All) => false,
        (Traffic::Ping, Traffic::Ping) => true,
        (Traffic::Ports(outer), Traffic::Ports(inner) | Traffic::Http { ports: inner, .. }) => {
            ports::overlap(outer, inner)
        }
        (Traffic::Http { ports: outer, requests: wider }, Traffic::Http { ports: inner, requests }) => {
            let near = |request| wider.iter().any(|wider| !requests::are_apart(wider, request));
            ports::overlap(outer, inner) && requests.iter().all(near)
        }
        _ => false,
    };
    traffic && (!matches!(outer.peer, Peer::Net(_)) || matches!(inner.peer, Peer::Net(_)))
}

/// Whether one sentence may be taken for the other as far as who says it and until when goes.
pub(super) fn may_stand_in(policy: &Policy, outer: SentenceId, inner: SentenceId, denies: bool) -> bool {
    let (other, sentence) = (policy.sentence(outer), policy.sentence(inner));
    let own = other.namespace == sentence.namespace;
    let lasts = match (&other.until, &sentence.until) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(other), Some(until)) => other >= until,
    };
    lasts && (own || (!denies && other.namespace.is_none()))
}

/// Decides the candidates and reports them.
fn report(policy: &Policy, candidates: &[Candidate<'_>], diagnostics: &mut Vec<Diagnostic>) {
    let named: BTreeSet<SentenceId> = candidates.iter().flat_map(|candidate| &candidate.others).copied().collect();
    let rules: Vec<&[Rule]> = policy.rules.chunk_by(|a, b| a.sentence == b.sentence).collect();
    let rules = rules.into_iter().filter_map(|rules| Some((rules.first()?.sentence, rules)));
    let rules: IndexMap<SentenceId, &[Rule]> = rules.filter(|(sentence, _)| named.contains(sentence)).collect();
    let ruleset = Ruleset::of_rules(policy, rules.values().copied().flatten(), []);
    let index = Index::new(&ruleset, Universe::new(&policy.namespaces));
    let decider = Decider { policy, rules, said: Causes::of(policy, &ruleset), index };
    let covering: Vec<Option<Vec<SentenceId>>> =
        candidates.par_iter().map(|candidate| decider.by_whom(candidate.rules, &candidate.others)).collect();
    // From the last one on, so that of several that cover each other the first one stays.
    let mut removed: BTreeSet<SentenceId> = BTreeSet::new();
    let mut found = Vec::new();
    for (candidate, mut by) in candidates.iter().zip(covering).rev() {
        let Some(first) = candidate.rules.first() else { continue };
        if by.as_ref().is_some_and(|by| by.iter().any(|one| removed.contains(one))) {
            let left = &candidate.others - &removed;
            by = decider.by_whom(candidate.rules, &left);
        }
        if let Some(by) = by {
            removed.insert(first.sentence);
            found.push((first.sentence, by));
        }
    }
    for (sentence, by) in found.into_iter().rev() {
        let deny = candidates
            .iter()
            .any(|one| one.rules.first().is_some_and(|rule| rule.sentence == sentence && rule.effect == Effect::Deny));
        let shown = by.iter().take(MAX_SHOWN).map(|by| policy.sentence(*by).span).collect();
        let problem = MeaningProblem::Covered {
            span: policy.sentence(sentence).span,
            by: shown,
            more: by.len().saturating_sub(MAX_SHOWN),
            deny,
        };
        diagnostics.push(problem.into());
    }
}

/// What the sentences say that may cover others.
struct Decider<'p> {
    policy: &'p Policy,
    rules: IndexMap<SentenceId, &'p [Rule]>,
    index: Index<'p>,
    said: Causes<'p>,
}

impl Decider<'_> {
    /// The sentences of these that are needed to cover all of these rules; `None` when all together do not, or that is not
    /// decided.
    fn by_whom(&self, rules: &[Rule], others: &BTreeSet<SentenceId>) -> Option<Vec<SentenceId>> {
        if let Some(one) = others.iter().find(|other| self.includes(**other, rules)) {
            return Some(vec![*one]);
        }
        if others.is_empty() || !self.covers(rules, others) {
            return None;
        }
        let mut needed = others.clone();
        for other in others.iter().take(MAX_TRIED) {
            needed.remove(other);
            if !self.covers(rules, &needed) {
                needed.insert(*other);
            }
        }
        Some(needed.into_iter().collect())
    }

    /// Whether each of these rules lies within one of a sentence, to be seen without cutting flows.
    fn includes(&self, other: SentenceId, rules: &[Rule]) -> bool {
        let universe = Universe::new(&self.policy.namespaces);
        let others = self.rules.get(&other).copied().unwrap_or_default();
        let within = |outer: &Rule, inner: &Rule| {
            outer.direction == inner.direction
                && outer.effect == inner.effect
                && may_cover(outer, inner)
                && traffic::includes(&outer.traffic, &inner.traffic).is_yes()
                && peers::includes(universe, &outer.peer, &inner.peer)
                && is_part(self.policy, outer.subject, inner.subject)
        };
        rules.iter().all(|inner| others.iter().any(|outer| within(outer, inner)))
    }

    /// Whether these sentences are about all flows of these rules.
    fn covers(&self, rules: &[Rule], others: &BTreeSet<SentenceId>) -> bool {
        let causes = self.said.all(others);
        rules.iter().all(|rule| {
            let authenticated = matches!(rule.effect, Effect::Allow { mutual_auth: true, .. });
            let replaces = |other: &verdict::Rule| {
                causes.contains(&other.cause)
                    && (!authenticated || other.effect == verdict::Effect::AllowAuthenticated)
                    && (matches!(rule.peer, Peer::Net(_)) || !is_range(&other.peers))
            };
            let beside = |flows: &Flows| find_beside(&self.index, flows, rule.direction, replaces);
            Flows::of_rule(self.policy, rule).iter().all(|flows| matches!(beside(flows), Ok(None)))
        })
    }
}

/// Whether these are addresses outside, be they which names they may.
fn is_range(peers: &Endpoints) -> bool {
    matches!(peers, Endpoints::Outside { addresses, names, .. } if *names == Names::default() && *addresses != AddressSet::all())
}
