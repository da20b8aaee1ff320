//! Every rule of a policy as a way in or out.

use super::names::{self, Names};
use super::said::Book;
use super::{Consent, Direction, Effect, Origin, Said, Way};
use crate::policy::{self, Exposure, Peer, PodSelector, Policy, Rule, Selects, SentenceId};
use crate::semantics::{Universe, pods, traffic};
use crate::source::Span;
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::BTreeMap;

impl From<policy::Direction> for Direction {
    fn from(direction: policy::Direction) -> Self {
        match direction {
            policy::Direction::Ingress => Self::Ingress,
            policy::Direction::Egress => Self::Egress,
        }
    }
}

/// One way a rule, in their order.
pub(super) fn all(book: &Book<'_>, policy: &Policy, names: &Names<'_>) -> Vec<Way> {
    let exposures = Exposures::of(policy);
    let way = |(number, rule): (usize, &Rule)| Way {
        number: number + 1,
        direction: rule.direction.into(),
        effect: if rule.effect == policy::Effect::Deny { Effect::Deny } else { Effect::Allow },
        own: names.own(policy.subject(rule.subject)),
        other: names.other(&rule.peer),
        traffic: names::traffic(policy, rule),
        mutual_auth: matches!(rule.effect, policy::Effect::Allow { mutual_auth: true, .. }),
        origin: match rule.origin {
            policy::Origin::Said => Origin::Said,
            policy::Origin::PlatformGrant => Origin::PlatformGrant,
            policy::Origin::DnsCompanion => Origin::Derived,
        },
        consent: (rule.effect != policy::Effect::Deny).then(|| consent(book, policy, &exposures, rule)),
        said: said(book, policy, rule),
    };
    policy.rules.par_iter().enumerate().map(way).collect()
}

/// The sentence of a rule. What is derived serves every sentence of its end, and is told with the first of them, without
/// the reason and the date that are of that sentence alone.
fn said(book: &Book<'_>, policy: &Policy, rule: &Rule) -> Said {
    let said = book.said(policy, rule.sentence);
    match rule.origin {
        policy::Origin::DnsCompanion => Said { comment: None, because: None, until: None, expiry: None, ..said },
        policy::Origin::Said | policy::Origin::PlatformGrant => said,
    }
}

/// The ways whose own end is not of one declared namespace.
pub(super) fn cluster_wide(policy: &Policy) -> Vec<usize> {
    let rules = policy.rules.iter().zip(1..);
    rules.filter(|(rule, _)| home(policy, rule).is_none()).map(|(_, number)| number).collect()
}

/// The declared namespace of which all of a rule's own end is.
pub(super) fn home<'p>(policy: &'p Policy, rule: &'p Rule) -> Option<&'p SmolStr> {
    match &policy.subject(rule.subject).selects {
        Selects::Pods(selector) => {
            selector.namespaces.names.as_one().filter(|name| policy.namespaces.contains_key(*name))
        }
        Selects::Nodes(_) => None,
    }
}

/// What is exposed.
struct Exposures<'p> {
    /// By the namespace that exposes it.
    by_namespace: BTreeMap<&'p SmolStr, Vec<&'p Exposure>>,
    /// Sentences by their places.
    sentences: BTreeMap<Span, Vec<SentenceId>>,
}

impl<'p> Exposures<'p> {
    fn of(policy: &'p Policy) -> Self {
        let mut all = Self { by_namespace: BTreeMap::new(), sentences: BTreeMap::new() };
        for exposure in &policy.exposures {
            let Some(namespace) = exposure.object.namespaces.names.as_one() else { continue };
            all.by_namespace.entry(namespace).or_default().push(exposure);
            all.sentences.entry(exposure.span).or_default();
        }
        for (id, sentence) in (0_u32..).map(SentenceId).zip(&policy.sentences) {
            if let Some(ids) = all.sentences.get_mut(&sentence.span) {
                ids.push(id);
            }
        }
        all
    }

    /// Those that take in some of these flows.
    fn meeting(
        &self,
        policy: &Policy,
        from: &PodSelector,
        object: &PodSelector,
        wanted: &policy::Traffic,
    ) -> Vec<&'p Exposure> {
        let universe = Universe::new(&policy.namespaces);
        let near: Vec<&Exposure> = match object.namespaces.names.as_one() {
            Some(namespace) => self.by_namespace.get(namespace).into_iter().flatten().copied().collect(),
            None => self.by_namespace.values().flatten().copied().collect(),
        };
        let meets = |exposure: &&Exposure| {
            pods::overlap(universe, &exposure.object, object)
                && pods::overlap(universe, &exposure.to, from)
                && traffic::overlap(&exposure.traffic, wanted)
        };
        near.into_iter().filter(meets).collect()
    }
}

fn consent(book: &Book<'_>, policy: &Policy, exposures: &Exposures<'_>, rule: &Rule) -> Consent {
    match rule.origin {
        policy::Origin::DnsCompanion => return Consent::Derived,
        policy::Origin::PlatformGrant => return Consent::PlatformGrant,
        policy::Origin::Said => {}
    }
    let (Selects::Pods(own), Peer::Pods(other)) = (&policy.subject(rule.subject).selects, &rule.peer) else {
        return Consent::NobodyToAsk;
    };
    let one = |selector: &PodSelector| selector.namespaces.names.as_one().cloned();
    if one(own).is_some() && one(own) == one(other) {
        return Consent::SameNamespace;
    }
    let (from, object) = match rule.direction {
        policy::Direction::Egress => (own, other),
        policy::Direction::Ingress => (other, own),
    };
    let meeting = exposures.meeting(policy, from, object, &rule.traffic);
    if !meeting.is_empty() {
        let sentences = meeting.iter().filter_map(|exposure| exposures.sentences.get(&exposure.span)).flatten();
        return Consent::Exposed { by: book.all(policy, sentences.copied()) };
    }
    match one(other) {
        Some(name) if !policy.namespaces.contains_key(&name) => Consent::NobodyToAsk,
        _ => Consent::OwnEndOnly,
    }
}
