//! Boundaries that cap nothing, that contradict each other, or permit what others deny.
//!
//! A platform's boundary is held against the platform's only: it also guards what a team opens later.

use super::guards::{Against, Causes, Guards};
use super::taken::{self, Opening, Takers};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::guard::GuardProblem;
use crate::policy::{Boundary, Direction, Peer, Permit, PodSelector, Policy, Selects, SentenceId};
use crate::semantics::endpoints::{self, Endpoints};
use crate::semantics::{Universe, traffic};
use crate::source::Span;
use crate::verdict::{Flow, Flows, Index, Ruleset, find_more};
use indexmap::IndexMap;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// How many of those that leave nothing only together are named.
const MAX_SHOWN: usize = 3;

/// See the module. Returns the sentences of which that was told.
pub(super) fn check(policy: &Policy, guards: &Guards<'_>, diagnostics: &mut Vec<Diagnostic>) -> BTreeSet<SentenceId> {
    let mut told = BTreeSet::new();
    if policy.boundaries.is_empty() {
        return told;
    }
    let open = open(policy);
    for own in policy.boundaries.chunk_by(|a, b| a.sentence == b.sentence) {
        let Some(sentence) = own.first().map(|boundary| boundary.sentence).filter(|one| open.contains(one)) else {
            continue;
        };
        told.insert(sentence);
        diagnostics.push(GuardProblem::CapsNothing { span: policy.sentence(sentence).span }.into());
    }
    let dead = dead(policy, guards);
    let mut contradicting: IndexMap<SentenceId, &[SentenceId]> = IndexMap::new();
    for of_sentence in dead.chunk_by(|a, b| a.boundary.sentence == b.boundary.sentence) {
        let Some(sentence) = of_sentence.first().map(|one| one.boundary.sentence) else { continue };
        let mut by_boundary = of_sentence.chunk_by(|a, b| std::ptr::eq(a.boundary, b.boundary));
        let nothing_left = |permits: &&[Held<'_>]| permits.iter().all(|permit| permit.taken.is_some());
        if let Some((by, flow)) = by_boundary.find(nothing_left).and_then(|permits| permits.first()?.taken.as_ref()) {
            // Two that contradict each other: said once.
            let said = |other| contradicting.get(other).is_some_and(|by| by.contains(&sentence));
            if !by.iter().any(said) {
                let span = policy.sentence(sentence).span;
                let (by, boundary) = places(policy, by);
                let flow = flow.to_string();
                diagnostics.push(GuardProblem::Contradictory { span, by, boundary, flow }.into());
            }
            contradicting.insert(sentence, by);
            continue;
        }
        let mut by_place: IndexMap<Span, Vec<&Held<'_>>> = IndexMap::new();
        for permit in of_sentence {
            by_place.entry(permit.permit.span).or_default().push(permit);
        }
        for (span, permits) in by_place {
            let mut taken = permits.iter().map(|permit| permit.taken.as_ref());
            let Some(Some((by, flow))) = taken.clone().next().filter(|_| taken.all(|one| one.is_some())) else {
                continue;
            };
            let (by, boundary) = places(policy, by);
            diagnostics.push(GuardProblem::DeadPermit { span, by, boundary, flow: flow.to_string() }.into());
        }
    }
    told
}

/// Where these stand, the first of them, and whether all are boundaries.
fn places(policy: &Policy, by: &[SentenceId]) -> (Vec<Span>, bool) {
    let is_boundary = |by: &SentenceId| policy.boundaries.iter().any(|boundary| boundary.sentence == *by);
    let places = by.iter().take(MAX_SHOWN).map(|by| policy.sentence(*by).span).collect();
    (places, by.iter().all(is_boundary))
}

/// The sentences whose boundaries deny nothing.
fn open(policy: &Policy) -> BTreeSet<SentenceId> {
    let ruleset = Ruleset::of_rules(policy, [], &policy.boundaries);
    let index = Index::new(&ruleset, Universe::new(&policy.namespaces));
    let said = Causes::of(policy, &ruleset);
    let denies_nothing = |sentence: &SentenceId| {
        let own = said.all([sentence]);
        matches!(find_more(&index, |rule| own.contains(&rule.cause), |_| false), Ok(None))
    };
    let sentences: BTreeSet<SentenceId> = policy.boundaries.iter().map(|boundary| boundary.sentence).collect();
    sentences.into_par_iter().filter(denies_nothing).collect()
}

/// A permit, and who takes all of it.
struct Held<'p> {
    boundary: &'p Boundary,
    permit: &'p Permit,
    taken: Option<(Vec<SentenceId>, Flow)>,
}

/// Every permit, held against denies and other boundaries at both ends.
fn dead<'p>(policy: &'p Policy, guards: &Guards<'_>) -> Vec<Held<'p>> {
    let permits = policy.boundaries.iter().flat_map(|boundary| boundary.permits.iter().map(move |one| (boundary, one)));
    let openings: Vec<(&Boundary, &Permit, Vec<Opening>)> =
        permits.map(|(boundary, permit)| (boundary, permit, openings(policy, guards, boundary, permit))).collect();
    let ruleset = taken::ruleset(policy, openings.iter().flat_map(|(_, _, ends)| ends).map(|end| &end.against));
    let takers = Takers::new(policy, &ruleset);
    let held = |(boundary, permit, ends): &(&'p Boundary, &'p Permit, Vec<Opening>)| {
        let taken = ends.iter().find_map(|end| takers.of_all(end).ok().flatten());
        Held { boundary, permit, taken }
    };
    openings.par_iter().map(held).collect()
}

/// What a boundary lets pass by one permit, at both ends.
fn openings(policy: &Policy, guards: &Guards<'_>, boundary: &Boundary, permit: &Permit) -> Vec<Opening> {
    let Selects::Pods(pods) = &policy.subject(boundary.subject).selects else { return Vec::new() };
    let Some(traffic) = traffic::intersection(&permit.traffic, &boundary.traffic) else { return Vec::new() };
    let at = |direction: Direction, own: &PodSelector, other: &Peer| {
        let mut against = guards.against(policy, &guards.around_pods(own), direction, other, &traffic);
        if policy.sentence(boundary.sentence).namespace.is_none() {
            keep_platforms(policy, &mut against);
        }
        let peers = endpoints::asked(&permit.peer, false).into_iter();
        let flows =
            peers.map(|peers| Flows::at(Endpoints::Pods(pods.clone()), boundary.direction, peers, (&traffic).into()));
        Opening { direction, flows: flows.collect(), against }
    };
    let mut openings = vec![at(boundary.direction, pods, &permit.peer)];
    if let Peer::Pods(peers) = &permit.peer {
        let opposite = match boundary.direction {
            Direction::Ingress => Direction::Egress,
            Direction::Egress => Direction::Ingress,
        };
        openings.push(at(opposite, peers, &Peer::Pods(pods.clone())));
    }
    openings
}

/// Leaves what stands in platform files.
fn keep_platforms(policy: &Policy, against: &mut Against) {
    let is_platforms = |sentence: SentenceId| policy.sentence(sentence).namespace.is_none();
    let rule = |number: &u32| policy.rules.get(*number as usize).is_some_and(|rule| is_platforms(rule.sentence));
    against.denies.retain(rule);
    let boundary = |number: &u32| policy.boundaries.get(*number as usize).is_some_and(|one| is_platforms(one.sentence));
    against.boundaries.retain(boundary);
}
