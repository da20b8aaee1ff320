//! One spec.

use super::plan::{Content, Part, SpecKey};
use super::{peer, port, traffic};
use crate::enforcer::cilium::label;
use crate::enforcer::object;
use crate::manifest::Comment;
use crate::manifest::cilium::{DefaultDeny, Fqdn, L7, Peers, Port, Rule, Spec, Subject, Traffic};
use crate::policy::{self, Direction, Effect, Policy, Selects, SentenceId};
use std::collections::{BTreeMap, BTreeSet};

/// Above companions: they belong to all sentences of their subject.
const LOOK_UPS: &str = "derived: the DNS look-ups that these pods need";

/// The same at a DNS server.
const ANSWERS: &str = "derived: the DNS look-ups that these pods answer";

/// In neither direction.
pub const NOT_ISOLATING: DefaultDeny = DefaultDeny { ingress: false, egress: false };

/// The spec with its sentence's text, for sorting; `None` if nobody can be governed or no flow be meant.
pub fn spec<'p>(policy: &'p Policy, key: &SpecKey<'_>, content: &Content<'_>) -> Option<(&'p str, Spec)> {
    let first = policy.sentence(*content.sentences.first()?);
    let (text, comment) = match key.part {
        Part::LookUps => ("", vec![LOOK_UPS.to_owned()]),
        Part::Answers => ("", vec![ANSWERS.to_owned()]),
        _ => (first.text.as_str(), comment(policy, &content.sentences)),
    };
    let mut spec = empty(subject(policy, policy.subject(key.subject))?, comment);
    let rules = |direction| {
        let rules = content.rules.iter().filter(|rule| rule.direction == direction);
        let rules = rules.filter_map(|rule| lowered(policy, rule)).collect();
        match key.part {
            Part::LookUps => merged(with_joined_look_ups(rules)),
            _ => merged(rules),
        }
    };
    let (ingress, egress) = (rules(Direction::Ingress), rules(Direction::Egress));
    match key.part {
        Part::Isolation => {
            // An entry that selects nothing: `ingress: []` would make the whole object invalid.
            let isolating = |direction| {
                content
                    .isolates
                    .iter()
                    .filter(move |way| **way == direction)
                    .take(1)
                    .map(|_| rule(Peers::Unsaid, Traffic::All))
            };
            spec.ingress = isolating(Direction::Ingress).collect();
            spec.egress = isolating(Direction::Egress).collect();
        }
        Part::Allow | Part::LookUps | Part::Answers => (spec.ingress, spec.egress) = (ingress, egress),
        Part::Deny => {
            spec.enable_default_deny = Some(NOT_ISOLATING);
            (spec.ingress_deny, spec.egress_deny) = (ingress, egress);
        }
    }
    let lists = [&spec.ingress, &spec.ingress_deny, &spec.egress, &spec.egress_deny];
    lists.iter().any(|list| !list.is_empty()).then_some((text, spec))
}

/// The sentences, which say the same: they can differ in their reasons and dates.
fn comment(policy: &Policy, sentences: &[SentenceId]) -> Comment {
    if let [only] = sentences {
        return object::comment(policy.sentence(*only));
    }
    let said: BTreeSet<Comment> = sentences.iter().map(|&id| object::comment(policy.sentence(id))).collect();
    said.into_iter().flatten().collect()
}

/// A spec that says nothing yet.
pub fn empty(subject: Subject, comment: Comment) -> Spec {
    Spec {
        comment,
        subject,
        enable_default_deny: None,
        ingress: Vec::new(),
        ingress_deny: Vec::new(),
        egress: Vec::new(),
        egress_deny: Vec::new(),
        log: None,
    }
}

/// Whom a spec governs; `None` if nobody can be meant. In a namespace Cilium adds the namespace itself, and a key that
/// names another is overwritten in silence (cilium/cilium#45231); cluster-wide a namespace is always asked for, since
/// `{}` would take in the DNS server's, the health and the ingress endpoints.
pub fn subject(policy: &Policy, subject: &policy::Subject) -> Option<Subject> {
    Some(match (&subject.selects, &subject.namespace) {
        (Selects::Nodes(selector), _) => Subject::Nodes(label::nodes(selector)?),
        (Selects::Pods(selector), Some(own)) => {
            Subject::Endpoints(label::pods_within_namespace(selector, policy.namespaces.get(own))?)
        }
        (Selects::Pods(selector), None) => Subject::Endpoints(label::pods_selector(selector)?),
    })
}

/// A rule without mutual authentication.
pub fn rule(peers: Peers, traffic: Traffic) -> Rule {
    Rule { comment: Comment::new(), peers, traffic, mutual_auth: false }
}

/// One half-rule as Cilium's; nothing if no flow can be meant.
fn lowered(policy: &Policy, rule: &policy::Rule) -> Option<Rule> {
    let (mutual_auth, tls_name, peers) = match &rule.effect {
        Effect::Allow { mutual_auth, tls_name } => {
            (*mutual_auth, tls_name.as_deref(), peer::allowed(&rule.peer, policy.cluster.mesh_name.as_deref())?)
        }
        Effect::Deny => (false, None, peer::denied(rule.direction, &rule.peer)?),
    };
    let traffic = traffic::traffic(&rule.traffic, tls_name)?;
    Some(Rule { comment: Comment::new(), peers, traffic, mutual_auth })
}

/// Joins the peers of rules that are otherwise the same, and sorts.
pub fn merged(mut rules: Vec<Rule>) -> Vec<Rule> {
    rules.sort_by(|a, b| (&a.traffic, a.mutual_auth, &a.peers).cmp(&(&b.traffic, b.mutual_auth, &b.peers)));
    let mut merged: Vec<Rule> = Vec::with_capacity(rules.len());
    for rule in rules {
        let joined = merged.last_mut().is_some_and(|last| {
            (&last.traffic, last.mutual_auth) == (&rule.traffic, rule.mutual_auth)
                && peer::join(&mut last.peers, &rule.peers)
        });
        if !joined {
            merged.push(rule);
        }
    }
    merged
}

/// Joins the names that may be looked up at the same server, so that it stands there once.
fn with_joined_look_ups(rules: Vec<Rule>) -> Vec<Rule> {
    let mut joined: BTreeMap<(Peers, Vec<Port>), BTreeSet<Fqdn>> = BTreeMap::new();
    let mut others = Vec::new();
    for rule in rules {
        match &rule.traffic {
            Traffic::Ports(entries) if entries.iter().all(|entry| matches!(entry.rules, Some(L7::Dns(_)))) => {
                let ports = entries.iter().flat_map(|entry| entry.ports.iter().cloned()).collect();
                let names = entries.iter().filter_map(|entry| match &entry.rules {
                    Some(L7::Dns(names)) => Some(names),
                    _ => None,
                });
                joined.entry((rule.peers, ports)).or_default().extend(names.flatten().cloned());
            }
            _ => others.push(rule),
        }
    }
    let every_name = Fqdn::Pattern("*".to_owned());
    others.extend(joined.into_iter().map(|((peers, ports), names)| {
        let names = if names.contains(&every_name) { vec![every_name.clone()] } else { names.into_iter().collect() };
        let traffic = Traffic::Ports(port::port_rules(&ports, &[], Some(&L7::Dns(names))));
        rule(peers, traffic)
    }));
    others
}
