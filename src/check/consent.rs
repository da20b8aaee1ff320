//! Consent that nobody uses, that says nothing new, or that a broad sentence lacks everywhere.

use super::guards::Guards;
use super::isolated::Isolated;
use super::near::Near;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::meaning::MeaningProblem;
use crate::diagnostic::problem::ownership::OwnershipProblem;
use crate::policy::{Direction, Effect, Exposure, Origin, Peer, PodSelector, Policy, Rule, Selects};
use crate::semantics::connections::Connections;
use crate::semantics::endpoints::Endpoints;
use crate::semantics::{Universe, flows, namespaces, pods, traffic};
use crate::source::Span;
use crate::verdict::{End, Flow, Flows, Index, Ruleset, decide_end, find_about, find_beside};
use indexmap::IndexMap;
use std::collections::BTreeSet;

/// How many exposures of the same pods one is held against.
const MAX_OTHERS: usize = 64;

/// See the module. `allows` are the rules that allow something.
pub(super) fn check(
    policy: &Policy,
    guards: &Guards<'_>,
    allows: &Near<'_>,
    isolated: &Isolated<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut sentences: IndexMap<Span, Vec<&Exposure>> = IndexMap::new();
    for exposure in &policy.exposures {
        sentences.entry(exposure.span).or_default().push(exposure);
    }
    unused(policy, guards, &sentences, diagnostics);
    repeated(policy, &sentences, diagnostics);
    lacking(policy, allows, isolated, diagnostics);
}

/// An `expose` that no sentence uses yet, or that none ever can.
fn unused(
    policy: &Policy,
    guards: &Guards<'_>,
    sentences: &IndexMap<Span, Vec<&Exposure>>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let unused = sentences.iter().filter(|(_, exposures)| !exposures.iter().any(|exposure| exposure.used));
    let unused: Vec<(&Span, &Vec<&Exposure>)> = unused.collect();
    if unused.is_empty() {
        return;
    }
    let guarded = !guards.denies.is_empty() || !guards.boundaries.is_empty();
    let denies = policy.rules.iter().filter(|rule| guarded && rule.effect == Effect::Deny);
    let ruleset = Ruleset::of_rules(policy, denies, &policy.boundaries);
    let index = Index::new(&ruleset, Universe::new(&policy.namespaces));
    for (span, exposures) in unused {
        let void: Option<Vec<(Flow, Span)>> = exposures.iter().map(|exposure| void(&index, exposure)).collect();
        let by = void.and_then(|void| void.into_iter().next());
        let by = by.map(|(flow, by)| (flow.to_string(), by));
        diagnostics.push(OwnershipProblem::UnusedExpose { span: *span, by }.into());
    }
}

/// A flow of an exposure and what denies it, if all of its flows are denied at one end.
fn void(index: &Index<'_>, exposure: &Exposure) -> Option<(Flow, Span)> {
    let flows = Flows {
        from: Endpoints::Pods(exposure.to.clone()),
        to: Endpoints::Pods(exposure.object.clone()),
        connections: Connections::from(&exposure.traffic),
    };
    for direction in [Direction::Ingress, Direction::Egress] {
        if let Ok(None) = find_beside(index, &flows, direction, |_| true) {
            let flow = find_about(index, &flows, direction, |_| true).ok()??;
            let (own, other) = match direction {
                Direction::Ingress => (&flow.to, &flow.from),
                Direction::Egress => (&flow.from, &flow.to),
            };
            let End::Denied(rules) = decide_end(index, direction, own, other, &flow.connection).ok()? else {
                return None;
            };
            let by = rules.first().and_then(|rule| index.ruleset.cause(rule.cause).span)?;
            return Some((flow, by));
        }
    }
    None
}

/// An `expose` that is used, and of which others of its namespace have all. Of those that cover each other the first one
/// stays.
fn repeated(policy: &Policy, sentences: &IndexMap<Span, Vec<&Exposure>>, diagnostics: &mut Vec<Diagnostic>) {
    let universe = Universe::new(&policy.namespaces);
    let mut by_object: IndexMap<&PodSelector, Vec<&Exposure>> = IndexMap::new();
    for exposure in sentences.values().flatten() {
        by_object.entry(&exposure.object).or_default().push(exposure);
    }
    let mut removed: BTreeSet<Span> = BTreeSet::new();
    for (span, exposures) in sentences.iter().rev() {
        let mut by: BTreeSet<Span> = BTreeSet::new();
        let covered = exposures.iter().all(|exposure| {
            let near = |other: &&&Exposure| {
                other.span != *span
                    && !removed.contains(&other.span)
                    && pods::overlap(universe, &other.to, &exposure.to)
                    && traffic::share_ports(&other.traffic, &exposure.traffic)
            };
            let same_pods = by_object.get(&exposure.object).into_iter().flatten().take(MAX_OTHERS);
            let near: Vec<&Exposure> = same_pods.filter(near).copied().collect();
            by.extend(near.iter().map(|other| other.span));
            let flows: Vec<_> = near.iter().map(|other| flows_of(other)).collect();
            let used = exposure.used && !near.is_empty();
            used && flows::includes_union(universe, &flows, flows_of(exposure)).is_yes()
        });
        if covered {
            removed.insert(*span);
            diagnostics.push(MeaningProblem::Exposed { span: *span, by: by.into_iter().collect() }.into());
        }
    }
}

fn flows_of(exposure: &Exposure) -> flows::Flows<'_> {
    flows::Flows { from: &exposure.to, to: &exposure.object, traffic: &exposure.traffic }
}

/// A sentence towards pods of any namespace that no declared one lets in.
fn lacking(policy: &Policy, allows: &Near<'_>, isolated: &Isolated<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for rules in policy.rules.chunk_by(|a, b| a.sentence == b.sentence) {
        let answered =
            |rule: &Rule| rules.iter().any(|other| other.direction == Direction::Ingress && other.span == rule.span);
        let broad = rules.iter().find_map(|rule| match &rule.peer {
            Peer::Pods(peer)
                if rule.direction == Direction::Egress
                    && rule.origin == Origin::Said
                    && rule.effect != Effect::Deny
                    && peer.namespaces.names.as_one().is_none()
                    && !answered(rule) =>
            {
                Some((rule, peer))
            }
            _ => None,
        });
        if let Some((rule, peer)) = broad
            && let Some((flow, namespace)) = stopped(policy, allows, isolated, rule, peer)
        {
            let flow = flow.to_string();
            diagnostics.push(MeaningProblem::LetInNowhere { span: rule.span, namespace, flow }.into());
        }
    }
}

/// A flow of a rule that its other end stops, and where that is isolated, if each declared namespace stops all of them.
fn stopped(
    policy: &Policy,
    allows: &Near<'_>,
    isolated: &Isolated<'_>,
    rule: &Rule,
    peer: &PodSelector,
) -> Option<(Flow, Span)> {
    let universe = Universe::new(&policy.namespaces);
    let Selects::Pods(subject) = &policy.subject(rule.subject).selects else { return None };
    let mut let_in = Vec::new();
    let there = allows.pods(peer);
    for subject_there in there.subjects {
        allows.about(subject_there, Direction::Ingress, &Peer::Pods(subject.clone()), &mut let_in);
    }
    let mut let_in = let_in.iter().filter_map(|item| policy.rules.get(item.number as usize));
    if !there.all || let_in.any(|other| traffic::share_ports(&other.traffic, &rule.traffic)) {
        return None;
    }
    let mut found = None;
    for (name, namespace) in &policy.namespaces {
        let one = PodSelector::namespace(name.clone());
        if !namespaces::overlap(universe, &peer.namespaces, &one.namespaces) {
            continue;
        }
        let Some(there) = pods::intersection(universe, peer, &one) else { continue };
        if !isolated.has(&there, Direction::Ingress) {
            return None;
        }
        found = found.or(Some((there, namespace.span)));
    }
    let (there, span) = found?;
    let flows = Flows {
        from: Endpoints::Pods(subject.clone()),
        to: Endpoints::Pods(there),
        connections: Connections::from(&rule.traffic),
    };
    let nothing = Ruleset::new();
    let flow = find_beside(&Index::new(&nothing, universe), &flows, Direction::Ingress, |_| true).ok()??;
    Some((flow, span))
}
