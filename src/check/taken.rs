//! What denies and boundaries take of what sentences would let pass at one end.

use super::guards::{Against, Causes};
use crate::policy::{Direction, Policy, SentenceId};
use crate::semantics::Universe;
use crate::verdict::{Flow, Flows, Index, Ruleset, Unknown, find_about, find_beside};
use std::collections::BTreeSet;

/// What may pass at one end, and what may be against it there.
pub(super) struct Opening {
    pub direction: Direction,
    pub flows: Vec<Flows>,
    pub against: Against,
}

impl Opening {
    /// The sentences that may be against it.
    fn by(&self, policy: &Policy) -> Vec<SentenceId> {
        let mut by: Vec<SentenceId> = Vec::new();
        let denies = self.against.denies.iter();
        by.extend(denies.filter_map(|number| Some(policy.rules.get(*number as usize)?.sentence)));
        let boundaries = self.against.boundaries.iter();
        by.extend(boundaries.filter_map(|number| Some(policy.boundaries.get(*number as usize)?.sentence)));
        by.dedup();
        by
    }
}

/// What the denies and boundaries say that are against some openings.
pub(super) fn ruleset<'a>(policy: &Policy, against: impl Iterator<Item = &'a Against>) -> Ruleset {
    let (mut denies, mut boundaries) = (BTreeSet::new(), BTreeSet::new());
    for against in against {
        denies.extend(against.denies.iter().copied());
        boundaries.extend(against.boundaries.iter().copied());
    }
    Ruleset::of_rules(
        policy,
        denies.iter().filter_map(|number| policy.rules.get(*number as usize)),
        boundaries.iter().filter_map(|number| policy.boundaries.get(*number as usize)),
    )
}

/// Who takes what.
pub(super) struct Takers<'p> {
    policy: &'p Policy,
    index: Index<'p>,
    said: Causes<'p>,
}

impl<'p> Takers<'p> {
    /// Those of [`ruleset`].
    pub fn new(policy: &'p Policy, ruleset: &'p Ruleset) -> Self {
        let index = Index::new(ruleset, Universe::new(&policy.namespaces));
        Self { policy, index, said: Causes::of(policy, ruleset) }
    }

    /// Those that take all, as few as possible, with a flow that is lost.
    ///
    /// # Errors
    /// When it is not decided.
    pub fn of_all(&self, opening: &Opening) -> Result<Option<(Vec<SentenceId>, Flow)>, Unknown> {
        let by = opening.by(self.policy);
        if !self.take_all(opening, &by)? {
            return Ok(None);
        }
        let mut all = Vec::new();
        for one in by {
            if self.take_all(opening, &[one])? {
                all = vec![one];
                break;
            }
            if self.taken(opening, one)?.is_some() {
                all.push(one);
            }
        }
        let Some(first) = all.first() else { return Ok(None) };
        Ok(self.taken(opening, *first)?.map(|flow| (all, flow)))
    }

    /// A flow that a sentence takes.
    ///
    /// # Errors
    /// When it is not decided.
    pub fn taken(&self, opening: &Opening, by: SentenceId) -> Result<Option<Flow>, Unknown> {
        let causes = self.said.all(&[by]);
        for flows in &opening.flows {
            let flow = find_about(&self.index, flows, opening.direction, |rule| causes.contains(&rule.cause))?;
            if flow.is_some() {
                return Ok(flow);
            }
        }
        Ok(None)
    }

    fn take_all(&self, opening: &Opening, by: &[SentenceId]) -> Result<bool, Unknown> {
        let causes = self.said.all(by);
        for flows in &opening.flows {
            if find_beside(&self.index, flows, opening.direction, |rule| causes.contains(&rule.cause))?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
