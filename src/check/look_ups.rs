//! What `may resolve` adds to what is looked up anyway, and what stands against it.
//!
//! A name is looked up with its search expansions, and who reaches pods looks up the cluster's names; so what is derived of
//! each sentence is compared, not what it says. Each name is held against one sentence at a time.

use super::covered::{finding, may_stand_in};
use super::guards::{Guards, is_part};
use super::taken::Opening;
use crate::derive::looked_up;
use crate::diagnostic::Diagnostic;
use crate::policy::{
    Direction, DnsPattern, Effect, Lookup, Origin, Peer, PodSelector, Policy, Rule, Selects, SentenceId, SubjectId,
    Traffic,
};
use crate::semantics::endpoints::{self, Endpoints};
use crate::semantics::{Universe, names, peers, traffic};
use crate::verdict::Flows;
use indexmap::IndexMap;
use std::collections::BTreeSet;

/// How many pairs of subjects are compared.
const MOST_COMPARED: usize = 1_000_000;

/// What `may resolve` opens: at each server, both ends.
pub(super) fn openings(policy: &Policy, guards: &Guards<'_>) -> Vec<(SentenceId, Opening)> {
    let mut openings = Vec::new();
    for lookup in &policy.lookups {
        let Some(client) = pods(policy, lookup.subject) else { continue };
        for (peer, traffic) in asking(policy, &lookup.names) {
            let mut at = |direction: Direction, own: &PodSelector, other: &Peer| {
                let against = guards.against(policy, &guards.around_pods(own), direction, other, &traffic);
                let flows = flows(client, &peer, &traffic);
                openings.push((lookup.sentence, Opening { direction, flows, against }));
            };
            at(Direction::Egress, client, &peer);
            if let Peer::Pods(server) = &peer {
                at(Direction::Ingress, server, &Peer::Pods(client.clone()));
            }
        }
    }
    openings
}

/// The servers, with look-ups of these names.
fn asking<'p>(policy: &'p Policy, names: &[DnsPattern]) -> impl Iterator<Item = (Peer, Traffic)> + use<'p> {
    let names = names.to_vec();
    let servers = policy.cluster.dns.iter();
    servers.map(move |server| (server.peer(), Traffic::Dns { ports: server.ports().clone(), names: names.clone() }))
}

fn flows(client: &PodSelector, server: &Peer, traffic: &Traffic) -> Vec<Flows> {
    let at = |to| Flows { from: Endpoints::Pods(client.clone()), to, connections: traffic.into() };
    endpoints::of_peer(server).into_iter().map(at).collect()
}

fn pods(policy: &Policy, subject: SubjectId) -> Option<&PodSelector> {
    match &policy.subject(subject).selects {
        Selects::Pods(pods) => Some(pods),
        Selects::Nodes(_) => None,
    }
}

/// What a sentence lets some pods look up, all that is derived from it included.
struct LookedUp {
    sentence: SentenceId,
    names: Vec<DnsPattern>,
}

/// Reports the sentences of which other sentences look up all, but for those that were told that they lose something. From
/// the last one on, so that of several that cover each other the first one stays.
pub(super) fn check(policy: &Policy, told: &BTreeSet<SentenceId>, diagnostics: &mut Vec<Diagnostic>) {
    if policy.lookups.is_empty() {
        return;
    }
    let Some(said) = said(policy) else { return };
    let mut removed: BTreeSet<SentenceId> = BTreeSet::new();
    for own in policy.lookups.chunk_by(|a, b| a.sentence == b.sentence).rev() {
        let Some(sentence) = own.first().map(|one| one.sentence).filter(|sentence| !told.contains(sentence)) else {
            continue;
        };
        let covers = |outer: &LookedUp, name: &DnsPattern| {
            outer.sentence != sentence
                && !removed.contains(&outer.sentence)
                && may_stand_in(policy, outer.sentence, sentence, false)
                && outer.names.iter().any(|outer| names::includes(outer, name).is_yes())
        };
        let by_whom = |lookup: &Lookup| -> Option<BTreeSet<SentenceId>> {
            let others = said.get(&lookup.subject)?;
            let names = looked_up(&policy.cluster, pods(policy, lookup.subject)?, lookup.names.iter().cloned(), false);
            let by = names.iter().map(|name| others.iter().find(|outer| covers(outer, name)));
            by.map(|outer| outer.map(|outer| outer.sentence)).collect()
        };
        let Some(by) = own.iter().map(by_whom).collect::<Option<Vec<_>>>() else { continue };
        removed.insert(sentence);
        let example = own.first().and_then(|lookup| {
            let (server, traffic) = asking(policy, &lookup.names).next()?;
            let flows = flows(pods(policy, lookup.subject)?, &server, &traffic);
            flows.first()?.example(Universe::new(&policy.namespaces))
        });
        let by: BTreeSet<SentenceId> = by.into_iter().flatten().collect();
        diagnostics.push(finding(policy, sentence, &by, false, example));
    }
}

/// What all pods of each subject of a `may resolve` look up. `None` when that is too much to compare.
fn said(policy: &Policy) -> Option<IndexMap<SubjectId, Vec<LookedUp>>> {
    let subjects: BTreeSet<SubjectId> = policy.lookups.iter().map(|lookup| lookup.subject).collect();
    let mut by_subject: IndexMap<SubjectId, Vec<LookedUp>> = IndexMap::new();
    let allows = policy.rules.iter().filter(|rule| rule.direction == Direction::Egress && rule.effect != Effect::Deny);
    for rule in allows.filter(|rule| rule.origin != Origin::DnsCompanion) {
        let (name, in_cluster) = rule.looks_up();
        let names = match pods(policy, rule.subject) {
            Some(_) if opens_servers(policy, rule) => vec![DnsPattern::Any],
            Some(client) => looked_up(&policy.cluster, client, name, in_cluster),
            None => continue,
        };
        by_subject.entry(rule.subject).or_default().push(LookedUp { sentence: rule.sentence, names });
    }
    for lookup in &policy.lookups {
        let Some(client) = pods(policy, lookup.subject) else { continue };
        let names = looked_up(&policy.cluster, client, lookup.names.iter().cloned(), false);
        by_subject.entry(lookup.subject).or_default().push(LookedUp { sentence: lookup.sentence, names });
    }
    if subjects.len().saturating_mul(by_subject.len()) > MOST_COMPARED {
        return None;
    }
    let wider = |subject: SubjectId| {
        let all = by_subject.iter().filter(move |(outer, _)| is_part(policy, **outer, subject));
        all.flat_map(|(_, said)| said)
            .map(|one| LookedUp { sentence: one.sentence, names: one.names.clone() })
            .collect()
    };
    Some(subjects.into_iter().map(|subject| (subject, wider(subject))).collect())
}

/// Whether a rule opens the DNS servers' ports, whatever is looked up there.
fn opens_servers(policy: &Policy, rule: &Rule) -> bool {
    let universe = Universe::new(&policy.namespaces);
    let plain = matches!(rule.effect, Effect::Allow { mutual_auth: false, tls_name: None });
    let mut servers = policy.cluster.dns.iter();
    plain
        && !policy.cluster.dns.is_empty()
        && servers.all(|server| {
            peers::includes(universe, &rule.peer, &server.peer())
                && traffic::includes(&rule.traffic, &Traffic::Ports(server.ports().clone())).is_yes()
        })
}
