//! What is closed for good, and that it is: decided for each deny and boundary over the manifests.
//!
//! The manifests of the build are read back, by code that shares nothing with what wrote them. Of every flow that a
//! sentence forbids it is decided whether one of their denies is about it. A deny beats every allow but those of an Admin
//! tier, which `ground` says has to be off, so where all are denied no rule of anybody widens it. Where an enforcer has no
//! denies, it is decided whether any such flow passes by this project's policies alone.

mod limits;

use super::names::Names;
use super::said::Book;
use super::{Decided, Direction, Guard, GuardKind, Touch};
use crate::compile::Compiled;
use crate::policy::{
    self, Boundary, DnsServer, Effect, EnforcerName, Entity, Origin, Peer, Policy, Rule, SentenceId, SubjectId, Traffic,
};
use crate::proof;
use crate::semantics::Universe;
use crate::semantics::connections::Connections;
use crate::source::Span;
use crate::verdict::{CauseId, Flow, Flows, Index, Ruleset, Unknown, find_about, find_change, find_undenied};
use indexmap::IndexMap;
use rayon::prelude::*;
use smol_str::SmolStr;

/// What the manifests of a build mean.
pub(super) struct Manifests(Result<Ruleset, String>);

impl Manifests {
    /// Reads them back.
    pub fn read_back(built: &Compiled) -> Self {
        let texts: Vec<&str> = built.manifests.iter().map(String::as_str).collect();
        Self(
            proof::read_back(&built.policy, &texts)
                .map_err(|problem| crate::diagnostic::Diagnostic::from(problem).message),
        )
    }
}

/// The rules and boundaries of one sentence.
struct Closed<'p> {
    sentence: SentenceId,
    denies: Vec<&'p Rule>,
    boundaries: Vec<&'p Boundary>,
}

/// Each sentence that closes something, by kind and place.
pub(super) fn all(book: &Book<'_>, policy: &Policy, names: &Names<'_>, manifests: &Manifests) -> Vec<Guard> {
    let closed = closed(policy);
    if closed.is_empty() {
        return Vec::new();
    }
    let touched = touched(book, policy, &closed);
    let universe = match policy.cluster.enforcer {
        EnforcerName::Cilium => Universe::new(&policy.namespaces),
        EnforcerName::Kubernetes => Universe::in_full(&policy.namespaces),
    };
    let whole = manifests.0.as_ref();
    let denies = whole.map(only_denies);
    let indexes = whole.map(|whole| Index::new(whole, universe)).and_then(|whole| {
        denies.as_ref().map(|denies| (whole, Index::new(denies, universe))).map_err(|reason| *reason)
    });
    let decided = |closed: &Closed<'_>| match &indexes {
        Ok((whole, denies)) => decide(policy, universe, closed, whole, denies)
            .unwrap_or_else(|unknown| Decided::Unknown { reason: unknown.to_string() }),
        Err(reason) => Decided::Unknown { reason: (*reason).clone() },
    };
    let decided: Vec<Decided> = closed.par_iter().map(decided).collect();
    let rest = closed.iter().zip(decided).zip(touched);
    let mut guards: Vec<Guard> = rest
        .map(|((closed, decided), touched_by)| Guard {
            kind: closed.kind(policy),
            said: book.said(policy, closed.sentence),
            binds: closed.binds(policy, names),
            about: closed.about(policy, names),
            decided,
            touched_by,
            does_not_bind: limits::of(policy, closed),
        })
        .collect();
    // The platform's first.
    let order = |guard: &Guard| guard.said.namespace.is_some();
    guards.sort_by(|a, b| (order(a), a.said.order()).cmp(&(order(b), b.said.order())));
    guards
}

/// What closes something, each sentence once.
fn closed(policy: &Policy) -> Vec<Closed<'_>> {
    let mut all: IndexMap<(Span, &SmolStr), Closed<'_>> = IndexMap::new();
    let of = |id: SentenceId| {
        let sentence = policy.sentence(id);
        (sentence.span, &sentence.text)
    };
    let new = |sentence| Closed { sentence, denies: Vec::new(), boundaries: Vec::new() };
    for rule in policy.rules.iter().filter(|rule| rule.effect == Effect::Deny) {
        all.entry(of(rule.sentence)).or_insert_with(|| new(rule.sentence)).denies.push(rule);
    }
    for boundary in &policy.boundaries {
        all.entry(of(boundary.sentence)).or_insert_with(|| new(boundary.sentence)).boundaries.push(boundary);
    }
    all.into_values().collect()
}

/// The denies of some rules.
fn only_denies(ruleset: &Ruleset) -> Ruleset {
    let mut denies = ruleset.clone();
    denies.rules.retain(|rule| rule.effect == crate::verdict::Effect::Deny);
    denies.isolations.clear();
    denies
}

fn decide(
    policy: &Policy,
    universe: Universe<'_>,
    closed: &Closed<'_>,
    whole: &Index<'_>,
    denies: &Index<'_>,
) -> Result<Decided, Unknown> {
    let forbidden = Ruleset::of_rules(policy, closed.denies.iter().copied(), closed.boundaries.iter().copied());
    let forbidden = Index::new(&forbidden, universe);
    let Some(undenied) = find_undenied(&forbidden, denies)? else {
        return Ok(Decided::Denied { parts: forbidden.ruleset.rules.len() });
    };
    let passes = |flow: &Flow| Ok(Decided::Passes { flow: flow.to_string() });
    for rule in &forbidden.ruleset.rules {
        let subject = forbidden.ruleset.subject(rule.subject);
        let flows = Flows::at(subject.clone(), rule.direction, rule.peers.clone(), Connections::All);
        if let Some(flow) = find_change(&forbidden, whole, &flows)? {
            return passes(&flow);
        }
    }
    Ok(Decided::NotAllowed { flow: undenied.to_string() })
}

/// For each of these, the sentences of which it takes something.
fn touched(book: &Book<'_>, policy: &Policy, closed: &[Closed<'_>]) -> Vec<Vec<Touch>> {
    let denies = closed.iter().flat_map(|closed| closed.denies.iter().copied());
    let boundaries = closed.iter().flat_map(|closed| closed.boundaries.iter().copied());
    let ruleset = Ruleset::of_rules(policy, denies, boundaries);
    let index = Index::new(&ruleset, Universe::in_full(&policy.namespaces));
    let places: IndexMap<(Span, &SmolStr), usize> = (0..)
        .zip(closed)
        .map(|(number, closed)| {
            let sentence = policy.sentence(closed.sentence);
            ((sentence.span, &sentence.text), number)
        })
        .collect();
    let mut causes: Vec<Vec<CauseId>> = vec![Vec::new(); closed.len()];
    for (id, cause) in ruleset.causes() {
        let number = cause.span.and_then(|span| places.get(&(span, &cause.text)));
        if let Some(list) = number.and_then(|number| causes.get_mut(*number)) {
            list.push(id);
        }
    }
    let allows = |rule: &&Rule| rule.effect != Effect::Deny && rule.origin != Origin::DnsCompanion;
    let met = |rule: &Rule| -> Vec<(usize, SentenceId, Flow)> {
        let flows = Flows::of_rule(policy, rule);
        let about = |fits: &dyn Fn(CauseId) -> bool| {
            flows.iter().find_map(|flows| find_about(&index, flows, rule.direction, |deny| fits(deny.cause)).ok()?)
        };
        if about(&|_| true).is_none() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (number, (closed, causes)) in closed.iter().zip(&causes).enumerate() {
            // Where a name leads is the other side's choice, and where an API server stands is not known: a deny of
            // addresses holds wherever that is.
            let anywhere = matches!(rule.peer, Peer::Name(_) | Peer::Entity(Entity::KubeApiserver));
            if anywhere && closed.denies.iter().all(|deny| deny.peer != rule.peer) && closed.boundaries.is_empty() {
                continue;
            }
            found.extend(about(&|cause| causes.contains(&cause)).map(|flow| (number, rule.sentence, flow)));
        }
        found
    };
    let all: Vec<(usize, SentenceId, Flow)> = policy.rules.par_iter().filter(allows).flat_map_iter(met).collect();
    let mut touched: Vec<IndexMap<SentenceId, Touch>> = vec![IndexMap::new(); closed.len()];
    for (number, sentence, flow) in all {
        if let Some(of) = touched.get_mut(number) {
            of.entry(sentence).or_insert_with(|| Touch { said: book.said(policy, sentence), flow: flow.to_string() });
        }
    }
    let by_place = |touched: IndexMap<SentenceId, Touch>| {
        let mut touched: Vec<Touch> = touched.into_values().collect();
        touched.sort_by(|a, b| a.said.order().cmp(&b.said.order()));
        touched.dedup_by(|a, b| a.said == b.said);
        touched
    };
    touched.into_iter().map(by_place).collect()
}

impl Closed<'_> {
    fn kind(&self, policy: &Policy) -> GuardKind {
        match self.boundaries.first() {
            Some(boundary) if boundary.direction == policy::Direction::Egress => GuardKind::BoundaryOut,
            Some(_) => GuardKind::BoundaryIn,
            None if policy.sentence(self.sentence).namespace.is_none() => GuardKind::Backstop,
            None => GuardKind::Deny,
        }
    }

    /// Whose end, and which direction.
    fn ends(&self) -> impl Iterator<Item = (SubjectId, policy::Direction)> {
        let denies = self.denies.iter().map(|rule| (rule.subject, rule.direction));
        denies.chain(self.boundaries.iter().map(|boundary| (boundary.subject, boundary.direction)))
    }

    fn binds(&self, policy: &Policy, names: &Names<'_>) -> Vec<String> {
        let end = |(subject, direction): (SubjectId, policy::Direction)| {
            let what = match direction.into() {
                Direction::Ingress => "enters",
                Direction::Egress => "leaves",
            };
            format!("what {what} {}", names.subject(policy.subject(subject)))
        };
        each_once(self.ends().map(end))
    }

    /// What is forbidden, or what a boundary permits.
    fn about(&self, policy: &Policy, names: &Names<'_>) -> Vec<String> {
        let at = |peer: &Peer, traffic: &Traffic| match traffic {
            Traffic::All => names.peer(peer),
            traffic => format!("{} {}", names.peer(peer), Connections::from(traffic)),
        };
        let denied = self.denies.iter().map(|rule| {
            let way = if rule.direction == policy::Direction::Egress { "to" } else { "from" };
            format!("{way} {}", at(&rule.peer, &rule.traffic))
        });
        let mut about: Vec<String> = denied.collect();
        for boundary in &self.boundaries {
            about.extend(boundary.permits.iter().map(|permit| at(&permit.peer, &permit.traffic)));
            if boundary.direction == policy::Direction::Egress {
                let server = |server: &DnsServer| at(&server.peer(), &Traffic::Ports(server.ports().clone()));
                about.extend(policy.cluster.dns.iter().map(server));
            }
        }
        each_once(about.into_iter())
    }
}

fn each_once(all: impl Iterator<Item = String>) -> Vec<String> {
    all.collect::<indexmap::IndexSet<String>>().into_iter().collect()
}
