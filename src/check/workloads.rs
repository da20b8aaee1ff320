//! Workloads that nobody can reach, that are cut off, or that share pods.
//!
//! Who is cut off is cut off by isolation, and may just not have been written of yet: nothing is said in a namespace of which
//! a good part is not.

use super::isolated::Isolated;
use super::near::{Item, Near};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::meaning::MeaningProblem;
use crate::policy::{Direction, Effect, Op, PodSelector, Policy, Requirement, Rule, Selects, ValueSet, Workload};
use crate::semantics::endpoints::Endpoints;
use crate::semantics::{Universe, pods};
use crate::verdict::{self, Flow, Flows, Index, Ruleset, find_beside};
use indexmap::{IndexMap, IndexSet};
use rayon::prelude::*;
use smol_str::SmolStr;

/// How many workloads of a namespace have to have what others lack before that is said of these.
const ENOUGH: usize = 3;

/// How many pairs of workloads are compared at most.
const MAX_PAIRS: usize = 20_000;

/// See the module. `allows` are the rules that allow something.
pub(super) fn check(policy: &Policy, allows: &Near<'_>, isolated: &Isolated<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let namespaces: Vec<&[Workload]> = policy
        .workloads
        .chunk_by(|a, b| a.namespace == b.namespace && a.governed == b.governed)
        .filter(|workloads| workloads.first().is_some_and(|first| first.governed))
        .collect();
    let open = Open::of(policy, allows);
    let cut: Vec<Vec<MeaningProblem>> =
        namespaces.par_iter().map(|workloads| cut_off(&open, isolated, workloads)).collect();
    diagnostics.extend(cut.into_iter().flatten().map(Diagnostic::from));
    shared(policy, isolated, &namespaces, diagnostics);
}

/// What the sentences say of one workload.
#[derive(Clone, Copy)]
struct Said {
    reached: bool,
    reaches: bool,
}

/// The workloads of a namespace that isolation cuts off, and no sentence opens.
fn cut_off(open: &Open<'_, '_>, isolated: &Isolated<'_>, workloads: &[Workload]) -> Vec<MeaningProblem> {
    let said: Vec<Said> = workloads.iter().map(|workload| open.said(workload)).collect();
    let mut idle = Vec::new();
    let mut unreached = Vec::new();
    for (workload, said) in workloads.iter().zip(&said) {
        if said.reached || !isolated.has(&workload.selector, Direction::Ingress) {
            continue;
        }
        if !said.reaches && isolated.has(&workload.selector, Direction::Egress) {
            idle.push(MeaningProblem::CutOff { span: workload.span, workload: workload.name.clone() });
        } else if workload.serves {
            unreached.push(MeaningProblem::Unreached { span: workload.span, workload: workload.name.clone() });
        }
    }
    let busy = said.iter().filter(|said| said.reached || said.reaches).count();
    let reached = workloads.iter().zip(&said).filter(|(workload, said)| workload.serves && said.reached).count();
    if busy < ENOUGH.max(idle.len()) {
        idle.clear();
    }
    if reached < ENOUGH.max(unreached.len()) {
        unreached.clear();
    }
    idle.append(&mut unreached);
    idle
}

/// What opens workloads, by whom it is about.
struct Open<'n, 'p> {
    policy: &'p Policy,
    allows: &'n Near<'p>,
    /// `A may resolve …`
    lookups: Near<'p>,
    /// What is consented to and not used yet, which has its own finding; by namespace.
    consents: IndexMap<&'p SmolStr, Vec<&'p PodSelector>>,
}

impl<'n, 'p> Open<'n, 'p> {
    fn of(policy: &'p Policy, allows: &'n Near<'p>) -> Self {
        let lookups = (0_u32..).zip(&policy.lookups).map(|(number, lookup)| Item {
            subject: lookup.subject,
            direction: Direction::Egress,
            peer: None,
            number,
        });
        let mut consents: IndexMap<&SmolStr, Vec<&PodSelector>> = IndexMap::new();
        for exposure in policy.exposures.iter().filter(|exposure| !exposure.used) {
            if let Some(namespace) = exposure.object.namespaces.names.as_one() {
                consents.entry(namespace).or_default().push(&exposure.object);
            }
        }
        Self { policy, allows, lookups: Near::new(policy, &lookups.collect::<Vec<_>>()), consents }
    }

    fn said(&self, workload: &Workload) -> Said {
        let mut subjects = self.allows.pods(&workload.selector);
        let (universe, pods) = (Universe::new(&self.policy.namespaces), &workload.selector);
        subjects.subjects.retain(|subject| match &self.policy.subject(*subject).selects {
            Selects::Pods(other) => other == pods || alike(other, pods) || nested(universe, other, pods),
            Selects::Nodes(_) => false,
        });
        let has = |direction| subjects.subjects.iter().any(|subject| !self.allows.at(*subject, direction).is_empty());
        let any = |direction| !subjects.all || has(direction);
        let consents = || {
            let mut objects = self.consents.get(&workload.namespace).into_iter().flatten();
            objects.any(|object| pods::overlap(universe, object, &workload.selector))
        };
        let looks_up = || !self.lookups.is_empty() && !self.lookups.pods(&workload.selector).subjects.is_empty();
        Said { reached: any(Direction::Ingress) || consents(), reaches: any(Direction::Egress) || looks_up() }
    }
}

/// Reports workloads of a namespace that a pod can be at once, where one may do what the other may not. Where all pods of
/// one are pods of the other, that is what is meant.
fn shared(policy: &Policy, isolated: &Isolated<'_>, namespaces: &[&[Workload]], diagnostics: &mut Vec<Diagnostic>) {
    let pairs = overlapping(policy, namespaces);
    if pairs.is_empty() {
        return;
    }
    // Of a workload that shares pods with many, it is said once.
    let mut partners: IndexMap<&Workload, usize> = IndexMap::new();
    for (a, b) in &pairs {
        *partners.entry(a).or_default() += 1;
        *partners.entry(b).or_default() += 1;
    }
    let count = |workload: &Workload| partners.get(workload).copied().unwrap_or_default();
    let weight = |workload: &Workload| (count(workload), workload.span);
    let rules = rules_of(policy, &pairs);
    let ruleset = Ruleset::of_rules(policy, rules.values().flatten().copied(), []);
    let index = Index::new(&ruleset, Universe::new(&policy.namespaces));
    let differing = Differing { policy, isolated, rules, index };
    let mut said: IndexSet<&Workload> = IndexSet::new();
    for (a, b) in pairs {
        let (one, other) = if weight(a) > weight(b) { (a, b) } else { (b, a) };
        if said.contains(one) {
            continue;
        }
        let ways = [(a, b), (b, a)].into_iter();
        let found = ways.filter_map(|(able, unable)| Some((able, unable, differing.flow(able, unable)?))).next();
        if let Some((able, unable, flow)) = found {
            said.insert(one);
            let problem = MeaningProblem::Shared {
                span: one.span,
                other: other.span,
                names: [one.name.clone(), other.name.clone()],
                more: count(one).saturating_sub(1),
                flow: flow.to_string(),
                able: able.name.clone(),
                unable: unable.name.clone(),
            };
            diagnostics.push(problem.into());
        }
    }
}

/// Two workloads of one namespace.
type Pair<'p> = (&'p Workload, &'p Workload);

/// Pairs of workloads of a namespace that share pods, and of which none is a part of the other.
fn overlapping<'p>(policy: &Policy, namespaces: &[&'p [Workload]]) -> Vec<Pair<'p>> {
    let universe = Universe::new(&policy.namespaces);
    let mut pairs = Vec::new();
    let mut left = MAX_PAIRS;
    for workloads in namespaces {
        // Most workloads ask for one value of the same label, and share pods only where they are the same.
        let key = workloads.iter().find_map(|workload| only_label(&workload.selector));
        let (usual, others): (Vec<&Workload>, Vec<&Workload>) =
            workloads.iter().partition(|workload| key.is_some() && only_label(&workload.selector) == key);
        for (index, one) in others.iter().copied().enumerate() {
            for other in usual.iter().chain(others.iter().skip(index + 1)).copied().take(left) {
                left -= 1;
                let (a, b) = (&one.selector, &other.selector);
                if alike(a, b) && pods::overlap(universe, a, b) && !nested(universe, a, b) {
                    pairs.push((one, other));
                }
            }
        }
    }
    pairs
}

fn nested(universe: Universe<'_>, a: &PodSelector, b: &PodSelector) -> bool {
    pods::includes(universe, a, b) || pods::includes(universe, b, a)
}

/// Whether they are told apart by the same thing. Who is known by another label than the others, or by a service account,
/// could have theirs as well, and hardly ever has.
fn alike(a: &PodSelector, b: &PodSelector) -> bool {
    let value = |op: &Op| matches!(op, Op::In(_));
    let asks =
        |one: &Requirement| value(&one.op) && b.labels.0.iter().any(|other| other.key == one.key && value(&other.op));
    a.labels.0.iter().any(asks) || (a.service_account != ValueSet::Any && b.service_account != ValueSet::Any)
}

/// The label of which a value is all that is asked of pods.
fn only_label(selector: &PodSelector) -> Option<&SmolStr> {
    match (selector.labels.0.as_slice(), &selector.service_account) {
        ([Requirement { key, op: Op::In(values) }], ValueSet::Any) if values.len() == 1 => Some(key),
        _ => None,
    }
}

/// What is allowed to each of these workloads by itself.
fn rules_of<'p>(policy: &'p Policy, pairs: &[Pair<'p>]) -> IndexMap<&'p PodSelector, Vec<&'p Rule>> {
    let mut rules: IndexMap<&PodSelector, Vec<&Rule>> = IndexMap::new();
    for workload in pairs.iter().flat_map(|(a, b)| [a, b]) {
        rules.entry(&workload.selector).or_default();
    }
    for rule in policy.rules.iter().filter(|rule| rule.effect != Effect::Deny) {
        if let Selects::Pods(selector) = &policy.subject(rule.subject).selects
            && let Some(rules) = rules.get_mut(selector)
        {
            rules.push(rule);
        }
    }
    rules
}

/// What is allowed to some workloads.
struct Differing<'p> {
    policy: &'p Policy,
    isolated: &'p Isolated<'p>,
    rules: IndexMap<&'p PodSelector, Vec<&'p Rule>>,
    index: Index<'p>,
}

impl Differing<'_> {
    /// A flow that pods of both have as pods of the one, and not as pods of the other.
    fn flow(&self, able: &Workload, unable: &Workload) -> Option<Flow> {
        let universe = Universe::new(&self.policy.namespaces);
        let both = Endpoints::Pods(pods::intersection(universe, &able.selector, &unable.selector)?);
        let theirs = Endpoints::Pods(unable.selector.clone());
        let replaces = |rule: &verdict::Rule| *self.index.ruleset.subject(rule.subject) == theirs;
        for rule in self.rules.get(&able.selector)? {
            if !self.isolated.has(&able.selector, rule.direction) {
                continue;
            }
            for mut flows in Flows::of_rule(self.policy, rule) {
                match rule.direction {
                    Direction::Egress => flows.from = both.clone(),
                    Direction::Ingress => flows.to = both.clone(),
                }
                if let Ok(Some(flow)) = find_beside(&self.index, &flows, rule.direction, replaces) {
                    return Some(flow);
                }
            }
        }
        None
    }
}
