//! Pods that share their node's network: to policies they are the node.

use super::running::{Running, seen, selects};
use super::written::Written;
use crate::diagnostic::problem::fit::FitProblem;
use crate::policy::{Peer, PodSelector, Policy, Selects};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) fn check(policy: &Policy, running: &Running<'_>, written: &Written<'_>, found: &mut Vec<FitProblem>) {
    let spoken = spoken_of(policy);
    let mut told: BTreeMap<&SmolStr, Vec<&PodSelector>> = BTreeMap::new();
    for named in written.named.iter().filter(|named| spoken.contains(&named.selector)) {
        let (host, others): (Vec<_>, Vec<_>) = running
            .selected(&named.selector)
            .unwrap_or_default()
            .into_iter()
            .partition(|workload| workload.host_network);
        if host.is_empty() {
            continue;
        }
        if let Some(namespace) = named.selector.namespaces.names.as_one() {
            told.entry(namespace).or_default().push(&named.selector);
        }
        let seen = host.iter().map(|workload| seen(workload)).collect();
        found.push(FitProblem::HostNetwork {
            span: named.span,
            name: named.name.clone(),
            all: others.is_empty(),
            seen,
        });
    }
    for (namespace, declared) in policy.namespaces.iter().filter(|(name, _)| isolated(policy, name)) {
        let told = told.get(namespace).map(Vec::as_slice).unwrap_or_default();
        let runs = running.within(namespace).iter().filter(|run| run.workload.host_network);
        let untold = runs.filter(|run| !told.iter().any(|selector| selects(selector, run)));
        let seen: Vec<_> = untold.map(|run| seen(run.workload)).collect();
        if !seen.is_empty() {
            found.push(FitProblem::NotBound { span: declared.span, namespace: namespace.clone(), seen });
        }
    }
}

/// All pods of which sentences speak.
fn spoken_of(policy: &Policy) -> BTreeSet<&PodSelector> {
    let subjects = policy.rules.iter().map(|rule| rule.subject);
    let subjects = subjects.chain(policy.isolations.iter().map(|isolation| isolation.subject));
    let subjects = subjects.chain(policy.boundaries.iter().map(|boundary| boundary.subject));
    let subjects = subjects.filter_map(|subject| match &policy.subject(subject).selects {
        Selects::Pods(selector) => Some(selector),
        Selects::Nodes(_) => None,
    });
    let permits = policy.boundaries.iter().flat_map(|boundary| &boundary.permits).map(|permit| &permit.peer);
    let peers = policy.rules.iter().map(|rule| &rule.peer).chain(permits);
    let peers = peers.filter_map(|peer| if let Peer::Pods(selector) = peer { Some(selector) } else { None });
    subjects.chain(peers).collect()
}

/// Whether a namespace as a whole is isolated.
fn isolated(policy: &Policy, namespace: &SmolStr) -> bool {
    policy.isolations.iter().any(|isolation| match &policy.subject(isolation.subject).selects {
        Selects::Pods(selector) => selector.whole_namespace() == Some(namespace),
        Selects::Nodes(_) => false,
    })
}
