//! Only isolated ends get allow rules.

use crate::policy::{
    Direction, Effect, LabelSelector, Lookup, NamespaceSelector, PodSelector, Policy, Rule, Selects, SentenceId,
    Subject, SubjectId, ValueSet,
};
use crate::resolve::subject_name;
use crate::semantics::{Universe, pods};
use indexmap::IndexMap;
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Replaces each allow rule and look-up by its part whose subject is isolated in its direction; the part of a rule
/// over several namespaces may be several rules. Returns what nothing is left of.
pub(super) fn keep_enforced(policy: &mut Policy) -> Vec<(SubjectId, Direction, SentenceId)> {
    let isolation = Isolation::of(policy);
    let whole = isolation.wholes(policy);
    let whole = |subject: SubjectId, direction: Direction| {
        whole.get(subject.0 as usize).is_some_and(|whole| whole.contains(&direction))
    };
    let kept = |rule: &Rule| rule.effect == Effect::Deny || whole(rule.subject, rule.direction);
    // Most projects isolate everything, and then nothing changes.
    if policy.rules.iter().all(kept) && policy.lookups.iter().all(|lookup| whole(lookup.subject, Direction::Egress)) {
        return Vec::new();
    }
    let mut known: IndexMap<(SubjectId, Direction), Vec<SubjectId>> = IndexMap::new();
    let mut parts = |policy: &mut Policy, id: SubjectId, direction: Direction| -> Vec<SubjectId> {
        if let Some(parts) = known.get(&(id, direction)) {
            return parts.clone();
        }
        let parts = match isolation.part(policy, id, direction) {
            Part::Whole => vec![id],
            Part::Pods(parts) => {
                let namespace = policy.subject(id).namespace.clone();
                let subject = |part| Subject {
                    name: subject_name(&part),
                    namespace: namespace.clone(),
                    selects: Selects::Pods(part),
                };
                parts.into_iter().map(|part| policy.intern(subject(part))).collect()
            }
        };
        known.insert((id, direction), parts.clone());
        parts
    };
    let mut idle = Vec::new();
    let mut rules = Vec::with_capacity(policy.rules.len());
    for rule in std::mem::take(&mut policy.rules) {
        if rule.effect == Effect::Deny {
            rules.push(rule);
            continue;
        }
        match parts(policy, rule.subject, rule.direction).as_slice() {
            [] => idle.push((rule.subject, rule.direction, rule.sentence)),
            [one] => rules.push(Rule { subject: *one, ..rule }),
            several => rules.extend(several.iter().map(|subject| Rule { subject: *subject, ..rule.clone() })),
        }
    }
    policy.rules = rules;
    for lookup in std::mem::take(&mut policy.lookups) {
        for subject in parts(policy, lookup.subject, Direction::Egress) {
            policy.lookups.push(Lookup { subject, ..lookup.clone() });
        }
    }
    idle
}

/// How much of a subject is isolated.
enum Part {
    /// All of it.
    Whole,
    /// These pods of it, maybe none.
    Pods(Vec<PodSelector>),
}

/// What is isolated, by direction.
struct Isolation {
    /// Namespaces isolated as a whole.
    namespaces: BTreeSet<(SmolStr, Direction)>,
    /// All isolated pods, the whole namespaces among them.
    pods: Vec<(Direction, PodSelector)>,
    /// Isolated nodes.
    nodes: BTreeSet<(SubjectId, Direction)>,
}

impl Isolation {
    fn of(policy: &Policy) -> Self {
        let mut found = Self { namespaces: BTreeSet::new(), pods: Vec::new(), nodes: BTreeSet::new() };
        for isolation in &policy.isolations {
            match &policy.subject(isolation.subject).selects {
                Selects::Nodes(_) => {
                    found.nodes.insert((isolation.subject, isolation.direction));
                }
                Selects::Pods(selector) => {
                    if let Some(name) = selector.whole_namespace() {
                        found.namespaces.insert((name.clone(), isolation.direction));
                    }
                    found.pods.push((isolation.direction, selector.clone()));
                }
            }
        }
        found
    }

    /// In which directions all of each subject is isolated.
    fn wholes(&self, policy: &Policy) -> Vec<Vec<Direction>> {
        let whole = |subject| {
            let directions = [Direction::Ingress, Direction::Egress].into_iter();
            directions.filter(|direction| matches!(self.part(policy, subject, *direction), Part::Whole)).collect()
        };
        policy.subject_ids().into_par_iter().map(whole).collect()
    }

    /// The isolated part of a subject.
    fn part(&self, policy: &Policy, id: SubjectId, direction: Direction) -> Part {
        let selector = match &policy.subject(id).selects {
            Selects::Nodes(_) if self.nodes.contains(&(id, direction)) => return Part::Whole,
            Selects::Nodes(_) => return Part::Pods(Vec::new()),
            Selects::Pods(selector) => selector,
        };
        let one = selector.namespaces.names.as_one();
        if one.is_some_and(|one| self.namespaces.contains(&(one.clone(), direction))) {
            return Part::Whole;
        }
        let universe = Universe::new(&policy.namespaces);
        let isolated = || {
            let candidates = self.pods.iter().filter(|(d, pods)| *d == direction && !pods::apart(pods, selector));
            candidates.map(|(_, pods)| pods)
        };
        if isolated().any(|pods| pods::includes(universe, pods, selector)) {
            return Part::Whole;
        }
        let parts = isolated().filter_map(|pods| pods::intersection(universe, selector, pods));
        Part::Pods(merge(universe, parts.collect()))
    }
}

/// Parts that differ only in the names of their namespaces become one, and parts of other parts go.
fn merge(universe: Universe<'_>, parts: Vec<PodSelector>) -> Vec<PodSelector> {
    type Key = (LabelSelector, LabelSelector, ValueSet);
    let mut by_rest: IndexMap<Key, BTreeSet<SmolStr>> = IndexMap::new();
    let mut merged = Vec::new();
    for part in parts {
        match part.namespaces.names {
            ValueSet::In(names) => {
                let key = (part.labels, part.namespaces.labels, part.service_account);
                by_rest.entry(key).or_default().extend(names.iter().cloned());
            }
            _ => merged.push(part),
        }
    }
    for ((labels, namespace_labels, service_account), names) in by_rest {
        let namespaces = NamespaceSelector { names: ValueSet::In(names.into()), labels: namespace_labels };
        merged.push(PodSelector { namespaces, labels, service_account });
    }
    let mut kept: Vec<PodSelector> = Vec::with_capacity(merged.len());
    for part in merged {
        if !kept.iter().any(|outer| pods::includes(universe, outer, &part)) {
            kept.retain(|inner| !pods::includes(universe, &part, inner));
            kept.push(part);
        }
    }
    kept
}
