//! A sentence of which nothing is left once others are taken away says nothing new.
//!
//! Both ends count, whether something isolates them or not. A sentence is held against those of its own namespace and, if
//! it allows something, against the platform's: a team's deny guards also for the day on which the platform has none. One
//! that ends some day covers none that goes on. And of sentences that cover each other the first one stays, so that all
//! that are reported can be removed together.

use super::guards::{Causes, Guards, is_part};
use super::near::{Item, Near};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::meaning::MeaningProblem;
use crate::policy::{Boundary, Direction, Effect, Origin, Peer, Policy, Rule, SentenceId, SubjectId, Traffic};
use crate::semantics::endpoints::{Endpoints, Names};
use crate::semantics::nets::AddressSet;
use crate::semantics::{Universe, peers, ports, requests, traffic};
use crate::source::Span;
use crate::verdict::{self, Flow, Flows, Index, Ruleset, find_beside, find_more};
use indexmap::IndexMap;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// How many sentences one is held against.
const MAX_OTHERS: usize = 64;

/// How many of those that cover a sentence only together are tried for whether the others do without them.
const MAX_TRIED: usize = 16;

/// How many rules and boundaries of one end each is held against.
const MAX_ITEMS: usize = 256;

/// How many of those that cover a sentence only together are named.
const MAX_SHOWN: usize = 3;

/// What one sentence says: rules, or boundaries.
#[derive(Clone, Copy, Default)]
struct Said<'p> {
    rules: &'p [Rule],
    boundaries: &'p [Boundary],
}

impl Said<'_> {
    fn sentence(&self) -> Option<SentenceId> {
        let rule = self.rules.first().map(|rule| rule.sentence);
        rule.or_else(|| self.boundaries.first().map(|boundary| boundary.sentence))
    }

    /// Whether it denies something.
    fn guards(&self) -> bool {
        self.rules.first().is_none_or(|rule| rule.effect == Effect::Deny)
    }
}

/// What every sentence with rules or boundaries says, in their order.
fn sentences(policy: &Policy) -> Vec<Said<'_>> {
    let rules = policy.rules.chunk_by(|a, b| a.sentence == b.sentence);
    let rules = rules.map(|rules| Said { rules, ..Said::default() });
    let boundaries = policy.boundaries.chunk_by(|a, b| a.sentence == b.sentence);
    let boundaries = boundaries.map(|boundaries| Said { boundaries, ..Said::default() });
    let mut all: Vec<Said<'_>> = rules.chain(boundaries).collect();
    all.sort_by_key(Said::sentence);
    all
}

/// A sentence that may be covered, and by which.
struct Candidate<'p> {
    sentence: SentenceId,
    said: Said<'p>,
    others: BTreeSet<SentenceId>,
}

/// Reports what is covered, but for sentences of which something else was told.
pub(super) fn check<'p>(
    policy: &'p Policy,
    guards: &Guards<'p>,
    allows: &Near<'p>,
    told: &BTreeSet<SentenceId>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let allows = Around { policy, near: vec![Wider::of(policy, allows)] };
    let denies = Wider::of(policy, &guards.denies);
    let guards = Around { policy, near: vec![denies, Wider::of(policy, &guards.boundaries)] };
    let candidate = |said: Said<'p>| {
        let derived = said.rules.first().is_some_and(|rule| rule.origin == Origin::DnsCompanion);
        let sentence = said.sentence().filter(|sentence| !derived && !told.contains(sentence))?;
        let around = if said.guards() { &guards } else { &allows };
        Some(Candidate { sentence, said, others: around.others(sentence, said)? })
    };
    let candidates: Vec<Candidate<'_>> = sentences(policy).into_par_iter().filter_map(candidate).collect();
    if !candidates.is_empty() {
        report(policy, &candidates, diagnostics);
    }
}

/// Items, and for each subject the subjects with items of which it is a part.
struct Wider<'n, 'p> {
    near: &'n Near<'p>,
    subjects: Vec<Vec<SubjectId>>,
}

impl<'n, 'p> Wider<'n, 'p> {
    fn of(policy: &Policy, near: &'n Near<'p>) -> Self {
        let wider = |subject: SubjectId| {
            let mut found = near.subjects(subject);
            found.retain(|id| *id == subject || is_part(policy, *id, subject));
            found
        };
        Self { near, subjects: policy.subject_ids().into_par_iter().map(wider).collect() }
    }

    /// What stands at all of an end and may be about these peers.
    fn about(&self, subject: SubjectId, direction: Direction, peer: Option<&Peer>) -> Vec<&Item<'p>> {
        let mut found = Vec::new();
        for wider in self.subjects.get(subject.0 as usize).into_iter().flatten() {
            match peer {
                Some(peer) => self.near.about(*wider, direction, peer, &mut found),
                None => found.extend(self.near.at(*wider, direction)),
            }
        }
        found.truncate(MAX_ITEMS);
        found
    }
}

/// What may cover sentences of one kind.
struct Around<'n, 'p> {
    policy: &'p Policy,
    near: Vec<Wider<'n, 'p>>,
}

impl Around<'_, '_> {
    /// What may cover a sentence, if for each of its parts there is something.
    fn others(&self, sentence: SentenceId, said: Said<'_>) -> Option<BTreeSet<SentenceId>> {
        let mut others = BTreeSet::new();
        let mut add = |subject, direction, rule: Option<&Rule>| {
            let items = self.near.iter().flat_map(|near| near.about(subject, direction, rule.map(|rule| &rule.peer)));
            let by = items.filter_map(|item| self.sentence(item, rule));
            let by = by.filter(|by| *by != sentence && may_stand_in(self.policy, *by, sentence, said.guards()));
            let mut by = by.peekable();
            let any = by.peek().is_some();
            others.extend(by);
            any
        };
        let rules = said.rules.iter().all(|rule| add(rule.subject, rule.direction, Some(rule)));
        let all = rules && said.boundaries.iter().all(|boundary| add(boundary.subject, boundary.direction, None));
        all.then(|| others.into_iter().take(MAX_OTHERS).collect())
    }

    /// The sentence of an item that may cover a part of this rule; a boundary has no peers.
    fn sentence(&self, item: &Item<'_>, rule: Option<&Rule>) -> Option<SentenceId> {
        let number = item.number as usize;
        if item.peer.is_none() {
            return Some(self.policy.boundaries.get(number)?.sentence);
        }
        let other = self.policy.rules.get(number)?;
        rule.is_none_or(|rule| may_cover(other, rule)).then_some(other.sentence)
    }
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
    let mut named: BTreeSet<SentenceId> = candidates.iter().flat_map(|candidate| &candidate.others).copied().collect();
    named.extend(candidates.iter().filter(|candidate| candidate.said.guards()).map(|candidate| candidate.sentence));
    let said = sentences(policy).into_iter().filter_map(|said| Some((said.sentence()?, said)));
    let said: IndexMap<SentenceId, Said<'_>> = said.filter(|(sentence, _)| named.contains(sentence)).collect();
    let rules = said.values().flat_map(|said| said.rules);
    let ruleset = Ruleset::of_rules(policy, rules, said.values().flat_map(|said| said.boundaries));
    let index = Index::new(&ruleset, Universe::new(&policy.namespaces));
    let decider = Decider { policy, said, causes: Causes::of(policy, &ruleset), index };
    let covering: Vec<Option<Vec<SentenceId>>> =
        candidates.par_iter().map(|candidate| decider.by_whom(candidate, &candidate.others)).collect();
    // From the last one on, so that of several that cover each other the first one stays.
    let mut removed: BTreeSet<SentenceId> = BTreeSet::new();
    let mut found = Vec::new();
    for (candidate, mut by) in candidates.iter().zip(covering).rev() {
        if by.as_ref().is_some_and(|by| by.iter().any(|one| removed.contains(one))) {
            let left = &candidate.others - &removed;
            by = decider.by_whom(candidate, &left);
        }
        if let Some(by) = by {
            removed.insert(candidate.sentence);
            found.push((candidate, by));
        }
    }
    for (candidate, by) in found.into_iter().rev() {
        let (sentence, deny) = (candidate.sentence, candidate.said.guards());
        diagnostics.push(finding(policy, sentence, &by, deny, decider.example(candidate)));
    }
}

/// Says that a sentence says nothing new, with a flow that it is about.
pub(super) fn finding<'s>(
    policy: &Policy,
    sentence: SentenceId,
    by: impl IntoIterator<Item = &'s SentenceId>,
    deny: bool,
    example: Option<Flow>,
) -> Diagnostic {
    let by: Vec<Span> = by.into_iter().map(|by| policy.sentence(*by).span).collect();
    MeaningProblem::Covered {
        span: policy.sentence(sentence).span,
        more: by.len().saturating_sub(MAX_SHOWN),
        by: by.into_iter().take(MAX_SHOWN).collect(),
        deny,
        flow: example.map(|flow| flow.to_string()),
    }
    .into()
}

/// What the sentences say that may cover others.
struct Decider<'p> {
    policy: &'p Policy,
    said: IndexMap<SentenceId, Said<'p>>,
    index: Index<'p>,
    causes: Causes<'p>,
}

impl Decider<'_> {
    /// The sentences of these that are needed to cover all of a candidate; `None` when all together do not, or that is not
    /// decided.
    fn by_whom(&self, candidate: &Candidate<'_>, others: &BTreeSet<SentenceId>) -> Option<Vec<SentenceId>> {
        if let Some(one) = others.iter().find(|other| self.includes(**other, candidate.said)) {
            return Some(vec![*one]);
        }
        if others.is_empty() || !self.covers(candidate, others) {
            return None;
        }
        let mut needed = others.clone();
        for other in others.iter().take(MAX_TRIED) {
            needed.remove(other);
            if !self.covers(candidate, &needed) {
                needed.insert(*other);
            }
        }
        Some(needed.into_iter().collect())
    }

    /// Whether each rule of a sentence lies within one of another, to be seen without cutting flows.
    fn includes(&self, other: SentenceId, said: Said<'_>) -> bool {
        let universe = Universe::new(&self.policy.namespaces);
        let others = self.said.get(&other).copied().unwrap_or_default();
        let within = |outer: &Rule, inner: &Rule| {
            outer.direction == inner.direction
                && outer.effect == inner.effect
                && may_cover(outer, inner)
                && traffic::includes(&outer.traffic, &inner.traffic).is_yes()
                && peers::includes(universe, &outer.peer, &inner.peer)
                && is_part(self.policy, outer.subject, inner.subject)
        };
        said.boundaries.is_empty()
            && said.rules.iter().all(|inner| others.rules.iter().any(|outer| within(outer, inner)))
    }

    /// Whether these sentences are about all flows of a candidate.
    fn covers(&self, candidate: &Candidate<'_>, others: &BTreeSet<SentenceId>) -> bool {
        let causes = self.causes.all(others);
        if candidate.said.guards() {
            let own = self.causes.all([&candidate.sentence]);
            let (is_own, is_other) =
                (|rule: &verdict::Rule| own.contains(&rule.cause), |rule: &verdict::Rule| causes.contains(&rule.cause));
            return matches!(find_more(&self.index, is_own, is_other), Ok(None));
        }
        candidate.said.rules.iter().all(|rule| {
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

    /// A flow that a candidate is about.
    fn example(&self, candidate: &Candidate<'_>) -> Option<Flow> {
        if candidate.said.guards() {
            let own = self.causes.all([&candidate.sentence]);
            return find_more(&self.index, |rule| own.contains(&rule.cause), |_| false).ok().flatten();
        }
        Flows::of_rule(self.policy, candidate.said.rules.first()?).first()?.example(self.index.universe)
    }
}

/// Whether these are addresses outside, be they which names they may.
fn is_range(peers: &Endpoints) -> bool {
    matches!(peers, Endpoints::Outside { addresses, names, .. } if *names == Names::default() && *addresses != AddressSet::all())
}
