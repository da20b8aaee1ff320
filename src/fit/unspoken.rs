//! Workloads that isolation cuts off, because no sentence speaks of them.

use super::running::{Run, Running, seen};
use crate::diagnostic::problem::fit::FitProblem;
use crate::policy::{Direction, Effect, Origin, PodSelector, Policy, Selects, SubjectId};
use crate::semantics::pods::apart;
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Says it once a namespace. Those that may be `meant` by what selects nothing are left out: that is told already.
pub(super) fn check(policy: &Policy, running: &Running<'_>, meant: &BTreeSet<Span>, found: &mut Vec<FitProblem>) {
    let spoken = Spoken::of(policy);
    for (namespace, runs) in running.all() {
        let Some(declared) = policy.namespaces.get(namespace).filter(|declared| declared.has_files) else { continue };
        let cut_off = spoken.cut_off(running, namespace, runs);
        let pods = runs.iter().zip(cut_off).filter(|(_, cut_off)| *cut_off).map(|(run, _)| run.workload);
        let pods = pods.filter(|workload| !workload.host_network && !meant.contains(&workload.span));
        let seen: Vec<_> = pods.map(seen).collect();
        if !seen.is_empty() {
            found.push(FitProblem::Unspoken { span: declared.span, namespace: namespace.clone(), seen });
        }
    }
}

/// Whose pods are isolated, and whose are spoken of.
struct Spoken<'p> {
    isolated: Vec<(Direction, &'p PodSelector)>,
    opened: Vec<(Direction, &'p PodSelector)>,
}

impl<'p> Spoken<'p> {
    /// A grant of the platform is no word about a workload: it is for all that there are.
    fn of(policy: &'p Policy) -> Self {
        let pods = |subject: SubjectId| match &policy.subject(subject).selects {
            Selects::Pods(selector) => Some(selector),
            Selects::Nodes(_) => None,
        };
        let isolated = policy.isolations.iter().map(|isolation| (isolation.direction, isolation.subject));
        let isolated: BTreeSet<_> = isolated.collect();
        let said = policy.rules.iter().filter(|rule| rule.effect != Effect::Deny && rule.origin == Origin::Said);
        let said = said.map(|rule| (rule.direction, rule.subject));
        let opened: BTreeSet<_> =
            said.chain(policy.lookups.iter().map(|lookup| (Direction::Egress, lookup.subject))).collect();
        let exposed = policy.exposures.iter().map(|exposure| (Direction::Ingress, &exposure.object));
        let of = |(direction, subject)| Some((direction, pods(subject)?));
        Self {
            isolated: isolated.into_iter().filter_map(of).collect(),
            opened: opened.into_iter().filter_map(of).chain(exposed).collect(),
        }
    }

    /// Of each of the runs of a namespace, whether nothing opens any direction that is isolated. Where that is ingress alone,
    /// there has to be something that somebody could want to reach.
    fn cut_off(&self, running: &Running<'_>, namespace: &SmolStr, runs: &[Run<'_>]) -> Vec<bool> {
        let here = PodSelector::namespace(namespace.clone());
        let marked = |all: &[(Direction, &PodSelector)], direction: Direction| {
            let mut marks = vec![false; runs.len()];
            for (_, selector) in all.iter().filter(|(of, selector)| *of == direction && !apart(selector, &here)) {
                for place in running.places(namespace, selector) {
                    marks.get_mut(place).into_iter().for_each(|mark| *mark = true);
                }
            }
            marks
        };
        let isolated = [Direction::Ingress, Direction::Egress].map(|direction| marked(&self.isolated, direction));
        let opened = [Direction::Ingress, Direction::Egress].map(|direction| marked(&self.opened, direction));
        let [isolated_in, isolated_out] = isolated.map(Vec::into_iter);
        let [opened_in, opened_out] = opened.map(Vec::into_iter);
        let ways = isolated_in.zip(isolated_out).zip(opened_in.zip(opened_out)).zip(runs);
        ways.map(|(((isolated_in, isolated_out), (opened_in, opened_out)), run)| {
            let open = (isolated_in && opened_in) || (isolated_out && opened_out);
            let reachable = || !run.workload.ports.is_empty() || running.services(run.workload).next().is_some();
            !open && (isolated_out || (isolated_in && reachable()))
        })
        .collect()
    }
}
