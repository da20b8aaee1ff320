//! Which pods are isolated.

use super::near::{Item, Near};
use crate::policy::{Direction, Isolation, PodSelector, Policy, Selects, SubjectId};
use crate::semantics::{Universe, pods};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// What the headers and `enforce` of a policy isolate, for quick questions.
pub(super) struct Isolated<'p> {
    policy: &'p Policy,
    /// Namespaces as a whole.
    whole: BTreeSet<(&'p SmolStr, Direction)>,
    /// Everything else.
    parts: Near<'p>,
}

impl<'p> Isolated<'p> {
    pub fn of(policy: &'p Policy) -> Self {
        let mut whole = BTreeSet::new();
        let mut parts = Vec::new();
        for (number, isolation) in (0_u32..).zip(&policy.isolations) {
            let Isolation { subject, direction, .. } = *isolation;
            let namespace = match &policy.subject(subject).selects {
                Selects::Pods(selector) => selector.whole_namespace(),
                Selects::Nodes(_) => None,
            };
            match namespace {
                Some(name) => {
                    whole.insert((name, direction));
                }
                None => parts.push(Item { subject, direction, peer: None, number }),
            }
        }
        Self { policy, whole, parts: Near::new(policy, &parts) }
    }

    /// Whether one sentence isolates all of these.
    pub fn has(&self, pods: &PodSelector, direction: Direction) -> bool {
        let universe = Universe::new(&self.policy.namespaces);
        let includes = |subject: &SubjectId| match &self.policy.subject(*subject).selects {
            Selects::Pods(outer) => pods::includes(universe, outer, pods),
            Selects::Nodes(_) => false,
        };
        let part = |subject: &SubjectId| !self.parts.at(*subject, direction).is_empty() && includes(subject);
        let one = pods.namespaces.names.as_one();
        one.is_some_and(|one| self.whole.contains(&(one, direction)))
            || (!self.parts.is_empty() && self.parts.pods(pods).subjects.iter().any(part))
    }
}
