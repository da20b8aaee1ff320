//! The sentences whose rules open a workload's end, and the other one where that is isolated.
//!
//! A rule counts when it is about all of the workload's pods or about some of them alone. Pods that only could belong to
//! two workloads are no reason to show the sentences of the one at the other.

use super::super::declared::Symbol;
use super::super::names::Kind;
use super::super::workspace::{Checked, Workspace};
use super::{Other, Way, by_names, sentence_at};
use crate::policy::{Direction, Effect, Origin, Peer, PodSelector, Policy, Rule, Selects, SentenceId, Workload};
use crate::semantics::{Universe, pods};
use crate::source::Span;
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet};

/// The halves of a sentence as seen from the workload.
#[derive(Default)]
struct Halves<'p> {
    /// At the workload's end: the others.
    here: Vec<&'p Peer>,
    /// At the others' ends: theirs.
    there: Vec<&'p PodSelector>,
}

/// Adds the other ends of every such sentence.
pub(super) fn find(
    workspace: &Workspace,
    checked: &Checked,
    symbol: &Symbol,
    way: Way,
    found: &mut IndexMap<Other, BTreeSet<Span>>,
) {
    let Symbol::Own { home: Some(namespace), name } = symbol else { return };
    let mut broad = BTreeSet::new();
    for cluster in &checked.clusters {
        let policy = &cluster.policy;
        let workload = policy.workloads.iter().find(|known| known.namespace == *namespace && known.name == *name);
        let Some(workload) = workload.filter(|workload| workload.governed) else { continue };
        let asked = Asked { policy, pods: &workload.selector, way };
        let mut by_pods: BTreeMap<&PodSelector, Vec<&Workload>> = BTreeMap::new();
        for known in &policy.workloads {
            by_pods.entry(&known.selector).or_default().push(known);
        }
        for (sentence, halves) in asked.halves() {
            let span = policy.sentence(sentence).span;
            for other in asked.open(&halves) {
                match other.and_then(|other| by_pods.get(other)) {
                    Some(workloads) => {
                        for workload in workloads {
                            found.entry(Other::Named(symbol_of(workload))).or_default().insert(span);
                        }
                    }
                    None => {
                        broad.insert(span);
                    }
                }
            }
        }
    }
    // What is no workload is shown as the sentence has it.
    let sentences: Vec<_> = broad.iter().filter_map(|span| sentence_at(workspace, *span)).collect();
    by_names::others(workspace, &sentences, way, |kind| !matches!(kind, Some(Kind::Workload)), found);
}

fn symbol_of(workload: &Workload) -> Symbol {
    let (namespace, name) = (workload.namespace.clone(), workload.name.clone());
    match workload.governed {
        true => Symbol::Own { home: Some(namespace), name },
        false => Symbol::Foreign { namespace, name },
    }
}

/// A workload and what is asked of it.
struct Asked<'p> {
    policy: &'p Policy,
    pods: &'p PodSelector,
    way: Way,
}

impl<'p> Asked<'p> {
    /// The direction at the workload, and that at the other end.
    fn directions(&self) -> (Direction, Direction) {
        match self.way {
            Way::Incoming => (Direction::Ingress, Direction::Egress),
            Way::Outgoing => (Direction::Egress, Direction::Ingress),
        }
    }

    fn universe(&self) -> Universe<'p> {
        Universe::new(&self.policy.namespaces)
    }

    /// Whether one of two is part of the other.
    fn related(&self, a: &PodSelector, b: &PodSelector) -> bool {
        !pods::apart(a, b) && (pods::includes(self.universe(), a, b) || pods::includes(self.universe(), b, a))
    }

    fn subject(&self, rule: &Rule) -> Option<&'p PodSelector> {
        pods_of(&self.policy.subject(rule.subject).selects)
    }

    /// The halves that have to do with the workload, by their sentences.
    fn halves(&self) -> IndexMap<SentenceId, Halves<'p>> {
        let (here, _) = self.directions();
        let mut found: IndexMap<SentenceId, Halves<'p>> = IndexMap::new();
        let said = |rule: &&Rule| matches!(rule.effect, Effect::Allow { .. }) && rule.origin != Origin::DnsCompanion;
        for rule in self.policy.rules.iter().filter(said) {
            let Some(subject) = self.subject(rule) else { continue };
            if rule.direction == here {
                if self.related(subject, self.pods) {
                    found.entry(rule.sentence).or_default().here.push(&rule.peer);
                }
            } else if let Peer::Pods(peer) = &rule.peer
                && self.related(peer, self.pods)
            {
                found.entry(rule.sentence).or_default().there.push(subject);
            }
        }
        found
    }

    /// The other ends to which a sentence opens the way at both, or at the one that is isolated. `None` stands for what is
    /// no pods.
    fn open(&self, halves: &Halves<'p>) -> Vec<Option<&'p PodSelector>> {
        let (here, there) = self.directions();
        // Nearly all halves have one that is just so.
        let exactly: BTreeSet<&PodSelector> = halves.there.iter().copied().collect();
        let mut open = Vec::new();
        for peer in &halves.here {
            let Peer::Pods(other) = peer else {
                open.push(None);
                continue;
            };
            let opened = exactly.contains(other) || halves.there.iter().any(|half| self.related(half, other));
            if opened || !self.isolated(other, there) {
                open.push(Some(other));
            }
        }
        if !self.isolated(self.pods, here) {
            open.extend(halves.there.iter().copied().map(Some));
        }
        open
    }

    /// Whether something isolates all of these pods.
    fn isolated(&self, selector: &PodSelector, direction: Direction) -> bool {
        let isolations = self.policy.isolations.iter().filter(|isolation| isolation.direction == direction);
        let mut isolating = isolations.filter_map(|one| pods_of(&self.policy.subject(one.subject).selects));
        isolating
            .any(|isolated| !pods::apart(isolated, selector) && pods::includes(self.universe(), isolated, selector))
    }
}

fn pods_of(selects: &Selects) -> Option<&PodSelector> {
    match selects {
        Selects::Pods(selector) => Some(selector),
        Selects::Nodes(_) => None,
    }
}
