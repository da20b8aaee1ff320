//! Workloads that isolation cuts off, because no sentence speaks of them.

use super::running::{Run, Running, seen, selects};
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
        let spoken = spoken.within(namespace);
        let pods = runs.iter().filter(|run| !run.workload.host_network && !meant.contains(&run.workload.span));
        let seen: Vec<_> = pods.filter(|run| spoken.cuts_off(running, run)).map(|run| seen(run.workload)).collect();
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

    /// What can be about the pods of a namespace.
    fn within(&self, namespace: &SmolStr) -> Self {
        let here = PodSelector::namespace(namespace.clone());
        let within = |all: &[(Direction, &'p PodSelector)]| {
            all.iter().filter(|(_, selector)| !apart(selector, &here)).copied().collect()
        };
        Self { isolated: within(&self.isolated), opened: within(&self.opened) }
    }

    /// Whether nothing opens any direction that is isolated. Where that is ingress alone, there has to be something that
    /// somebody could want to reach.
    fn cuts_off(&self, running: &Running<'_>, run: &Run<'_>) -> bool {
        let has = |all: &[(Direction, &PodSelector)], direction: Direction| {
            all.iter().any(|(of, selector)| *of == direction && selects(selector, run))
        };
        let isolated = |direction| has(&self.isolated, direction);
        let opened = |direction| isolated(direction) && has(&self.opened, direction);
        let reachable = || !run.workload.ports.is_empty() || running.services(run.workload).next().is_some();
        !opened(Direction::Ingress)
            && !opened(Direction::Egress)
            && (isolated(Direction::Egress) || (isolated(Direction::Ingress) && reachable()))
    }
}
