//! How far namespaces are isolated, and what stands in each.

use super::names::Names;
use super::said::Book;
use super::ways::home;
use super::{Direction, Effect, Extent, Isolated, Isolation, Namespace, NotIsolated, Waiting, Way, Workload};
use crate::compile::Compiled;
use crate::policy::{self, NamespaceSelector, PodSelector, Policy, Selects, SentenceId, ValueSet};
use crate::semantics::{Universe, pods};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// The most parts that what is not isolated may come to before it counts as not decided, which is told as not isolated.
const MAX_PARTS: usize = 1_000;

/// The numbers of rules, by the declared namespace of their own end.
#[derive(Default)]
struct Numbers {
    ways_in: Vec<usize>,
    ways_out: Vec<usize>,
    denied: Vec<usize>,
}

/// The declared namespaces, by name.
pub(super) fn namespaces(book: &Book<'_>, compiled: &Compiled, names: &Names<'_>, ways: &[Way]) -> Vec<Namespace> {
    let policy = &compiled.policy;
    let mut numbers = numbers(policy, ways);
    let mut declared: Vec<(&SmolStr, &policy::Namespace)> = policy.namespaces.iter().collect();
    declared.sort_by_key(|(name, _)| *name);
    let namespace = |(name, namespace): (&SmolStr, &policy::Namespace)| {
        let place = book.place(namespace.span);
        let Numbers { ways_in, ways_out, denied } = numbers.remove(name).unwrap_or_default();
        let pods = PodSelector::namespace(name.clone());
        let isolation = |direction| isolation(book, policy, names, &pods, direction);
        let own = policy.workloads.iter().filter(|workload| workload.governed && workload.namespace == *name);
        Namespace {
            name: name.to_string(),
            owner: namespace.owner.as_deref().map(str::to_owned),
            labels: namespace.labels.iter().map(|(key, value)| format!("{key}: {value}")).collect(),
            path: place.path,
            line: place.line,
            has_files: namespace.has_files,
            workloads: own
                .map(|own| Workload { name: own.name.to_string(), selects: selects(&own.selector) })
                .collect(),
            ingress: isolation(policy::Direction::Ingress),
            egress: isolation(policy::Direction::Egress),
            ways_in,
            ways_out,
            denied,
            waiting: waiting(book, compiled, name),
        }
    };
    declared.into_iter().map(namespace).collect()
}

/// What lets everything through that nothing denies: declared namespaces, and those that nobody declares.
pub(super) fn open(policy: &Policy, names: &Names<'_>, namespaces: &[Namespace]) -> Vec<NotIsolated> {
    let mut open = Vec::new();
    for namespace in namespaces {
        for (direction, isolation) in [(Direction::Ingress, &namespace.ingress), (Direction::Egress, &namespace.egress)]
        {
            if isolation.extent != Extent::All {
                let but = isolation.by.iter().map(|by| by.pods.clone()).collect();
                open.push(NotIsolated { namespace: Some(namespace.name.clone()), direction, but });
            }
        }
    }
    let others = PodSelector {
        namespaces: NamespaceSelector {
            names: if policy.namespaces.is_empty() {
                ValueSet::Any
            } else {
                ValueSet::NotIn(policy.namespaces.keys().cloned().collect())
            },
            ..NamespaceSelector::default()
        },
        ..PodSelector::default()
    };
    for direction in [policy::Direction::Ingress, policy::Direction::Egress] {
        let (extent, by) = extent(policy, &others, direction);
        if extent != Extent::All {
            let but = by.iter().map(|isolation| names.subject(policy.subject(isolation.subject))).collect();
            open.push(NotIsolated { namespace: None, direction: direction.into(), but });
        }
    }
    open
}

fn isolation(
    book: &Book<'_>,
    policy: &Policy,
    names: &Names<'_>,
    pods: &PodSelector,
    direction: policy::Direction,
) -> Isolation {
    let (extent, by) = extent(policy, pods, direction);
    let isolated = |by: &policy::Isolation| Isolated {
        pods: names.subject(policy.subject(by.subject)),
        said: book.said(policy, by.sentence),
    };
    Isolation { extent, by: by.into_iter().map(isolated).collect() }
}

/// How many of these pods are isolated in a direction, and what isolates any.
fn extent<'p>(
    policy: &'p Policy,
    pods: &PodSelector,
    direction: policy::Direction,
) -> (Extent, Vec<&'p policy::Isolation>) {
    let universe = Universe::new(&policy.namespaces);
    let mut left = vec![pods.clone()];
    let mut by = Vec::new();
    for isolation in policy.isolations.iter().filter(|isolation| isolation.direction == direction) {
        let Selects::Pods(isolated) = &policy.subject(isolation.subject).selects else { continue };
        if !pods::overlap(universe, isolated, pods) {
            continue;
        }
        by.push(isolation);
        if left.len() <= MAX_PARTS {
            left = left.iter().flat_map(|part| pods::difference(universe, part, isolated)).collect();
        }
    }
    let extent = if by.is_empty() {
        Extent::None
    } else if left.is_empty() {
        Extent::All
    } else {
        Extent::Some
    };
    (extent, by)
}

/// Which ways are whose. What the platform opens over several namespaces is each's of which it has pods.
fn numbers(policy: &Policy, ways: &[Way]) -> BTreeMap<SmolStr, Numbers> {
    let mut numbers: BTreeMap<SmolStr, Numbers> = BTreeMap::new();
    for (rule, way) in policy.rules.iter().zip(ways) {
        match (way.effect, home(policy, rule)) {
            (Effect::Deny, Some(home)) => numbers.entry(home.clone()).or_default().denied.push(way.number),
            // Whom these bind stands with the backstops.
            (Effect::Deny, None) => {}
            (Effect::Allow, _) => {
                for name in &way.own.namespaces {
                    let of = numbers.entry(name.as_str().into()).or_default();
                    let list = if way.direction == Direction::Ingress { &mut of.ways_in } else { &mut of.ways_out };
                    list.push(way.number);
                }
            }
        }
    }
    numbers
}

/// Sentences that open nothing yet in a namespace, by direction and place.
fn waiting(book: &Book<'_>, compiled: &Compiled, name: &SmolStr) -> Vec<Waiting> {
    let policy = &compiled.policy;
    let mut found = Vec::new();
    for direction in [policy::Direction::Ingress, policy::Direction::Egress] {
        let here = compiled.idle.iter().filter(|(subject, of, _)| {
            *of == direction
                && matches!(&policy.subject(*subject).selects,
                    Selects::Pods(pods) if pods.namespaces.names.as_one() == Some(name))
        });
        let sentences: Vec<SentenceId> = here.map(|(_, _, sentence)| *sentence).collect();
        let all = book.all(policy, sentences);
        found.extend(all.into_iter().map(|said| Waiting { direction: direction.into(), said }));
    }
    found
}

/// The pods of a workload, without its namespace.
fn selects(selector: &PodSelector) -> String {
    let text = selector.to_string();
    text.split_once('/').map_or(text.clone(), |(_, labels)| labels.to_owned())
}
