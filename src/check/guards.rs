//! Denies and boundaries by whom they govern, and what else the comparisons of sentences share.

use super::near::{Item, Near};
use crate::policy::{Direction, Effect, Peer, PodSelector, Policy, Rule, Selects, SentenceId, SubjectId, Traffic};
use crate::semantics::{Universe, labels, pods, traffic};
use crate::source::Span;
use crate::verdict::{Cause, CauseId, Ruleset};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Denies and boundaries by whom they govern; numbers are those of the policy.
pub(super) struct Guards<'p> {
    pub denies: Near<'p>,
    pub boundaries: Near<'p>,
}

impl<'p> Guards<'p> {
    pub fn of(policy: &'p Policy) -> Self {
        let denies = (0_u32..).zip(&policy.rules).filter(|(_, rule)| rule.effect == Effect::Deny);
        let denies = denies.map(|(number, rule)| Item::of_rule(number, rule));
        let boundaries = (0_u32..).zip(&policy.boundaries).map(|(number, boundary)| Item {
            subject: boundary.subject,
            direction: boundary.direction,
            peer: None,
            number,
        });
        Self {
            denies: Near::new(policy, &denies.collect::<Vec<_>>()),
            boundaries: Near::new(policy, &boundaries.collect::<Vec<_>>()),
        }
    }

    /// What denies and caps that may meet this, at an end that these are around.
    pub fn against(
        &self,
        policy: &Policy,
        around: &Around,
        direction: Direction,
        peer: &Peer,
        traffic: &Traffic,
    ) -> Against {
        let mut against = Against::default();
        let mut found = Vec::new();
        for subject in &around.denies {
            self.denies.about(*subject, direction, peer, &mut found);
        }
        let denies = found.iter().filter_map(|item| Some((item.number, policy.rules.get(item.number as usize)?)));
        let meets = |(_, deny): &(u32, &Rule)| traffic::share_ports(&deny.traffic, traffic);
        against.denies.extend(denies.filter(meets).map(|(number, _)| number));
        for subject in &around.boundaries {
            against.boundaries.extend(self.boundaries.at(*subject, direction).iter().map(|item| item.number));
        }
        against
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.denies.is_empty() && self.boundaries.is_empty()
    }

    /// The subjects of denies and boundaries that these pods meet.
    pub fn around_pods(&self, pods: &PodSelector) -> Around {
        Around { denies: self.denies.pods(pods).subjects, boundaries: self.boundaries.pods(pods).subjects }
    }

    /// The subjects of denies and boundaries that each subject of the policy meets.
    pub fn around(&self, policy: &Policy) -> Vec<Around> {
        let around =
            |subject| Around { denies: self.denies.subjects(subject), boundaries: self.boundaries.subjects(subject) };
        policy.subject_ids().into_par_iter().map(around).collect()
    }
}

/// Subjects that meet one.
pub(super) struct Around {
    pub denies: Vec<SubjectId>,
    pub boundaries: Vec<SubjectId>,
}

/// Numbers of denies and boundaries.
#[derive(Default)]
pub(super) struct Against {
    pub denies: Vec<u32>,
    pub boundaries: Vec<u32>,
}

impl Against {
    pub fn is_empty(&self) -> bool {
        self.denies.is_empty() && self.boundaries.is_empty()
    }
}

/// Whether all of `inner` is governed by what governs `outer`.
pub(super) fn is_part(policy: &Policy, outer: SubjectId, inner: SubjectId) -> bool {
    let universe = Universe::new(&policy.namespaces);
    match (&policy.subject(outer).selects, &policy.subject(inner).selects) {
        (Selects::Pods(outer), Selects::Pods(inner)) => pods::includes(universe, outer, inner),
        (Selects::Nodes(outer), Selects::Nodes(inner)) => labels::includes(&outer.0, &inner.0),
        _ => false,
    }
}

/// The sentences of a policy in a ruleset of it, by where they stand.
pub(super) struct Causes<'p> {
    policy: &'p Policy,
    by_place: BTreeMap<Span, CauseId>,
}

impl<'p> Causes<'p> {
    pub fn of(policy: &'p Policy, ruleset: &Ruleset) -> Self {
        let place = |(id, cause): (CauseId, &Cause)| Some((cause.span?, id));
        Self { policy, by_place: ruleset.causes().filter_map(place).collect() }
    }

    /// The causes that these sentences are.
    pub fn all<'s>(&self, sentences: impl IntoIterator<Item = &'s SentenceId>) -> Vec<CauseId> {
        let place = |sentence: &SentenceId| self.policy.sentence(*sentence).span;
        sentences.into_iter().filter_map(|sentence| self.by_place.get(&place(sentence)).copied()).collect()
    }
}
