//! The model as `CiliumNetworkPolicy` and `CiliumClusterwideNetworkPolicy` objects.
//!
//! A subject in a namespace has one object with a spec a sentence; what isolates a whole namespace has an object of
//! its own; a cluster-wide sentence has one object. Within an object everything is sorted by the sentence's text and
//! then by content, and what says the same is said once, so the order of the sources never shows.
//!
//! Invariants: a spec isolates only where an [`policy::Isolation`] says so (an allow is lowered only for isolated
//! ends, which `derive` sees to; a deny switches default deny off in both directions); no list is ever empty.

mod boundary;
mod http;
mod peer;
mod port;
mod traffic;

pub(super) use boundary::specs as boundary_specs;
pub(super) use http::rules as http_rules;

use super::capability::TABLE;
use super::label;
use crate::enforcer::capability::{Feature, obstacle};
use crate::enforcer::object;
use crate::manifest::cilium::{DefaultDeny, Fqdn, L7, Peers, Policy as Manifest, Port, Rule, Spec, Subject, Traffic};
use crate::manifest::{Comment, Object};
use crate::policy::{self, Direction, Effect, Origin, Policy, Selects, SentenceId, SubjectId};
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet};

/// Above companions: they belong to all sentences of their subject.
const LOOK_UPS: &str = "derived: the DNS look-ups that these pods need";

/// See [`crate::enforcer::lower`].
#[must_use]
pub fn lower(policy: &Policy) -> Vec<Object> {
    let mut lowering = Lowering { policy, logs: has_log(policy), objects: BTreeMap::new() };
    for isolation in &policy.isolations {
        lowering.isolate(isolation);
    }
    let mut drafts: IndexMap<DraftKey<'_>, Draft> = IndexMap::new();
    for rule in &policy.rules {
        add(policy, &mut drafts, rule);
    }
    for (key, draft) in drafts {
        lowering.finish(key, draft);
    }
    for boundary in &policy.boundaries {
        for mut spec in boundary::specs(policy, boundary).unwrap_or_default() {
            let place = lowering.place(boundary.subject, boundary.sentence);
            spec.log = lowering.log(boundary.sentence);
            lowering.add(place, &policy.sentence(boundary.sentence).text, spec);
        }
    }
    lowering.objects()
}

fn has_log(policy: &Policy) -> bool {
    obstacle(TABLE, Feature::LogValue, &policy.cluster).is_none()
}

/// Which object a spec belongs to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// What isolates all pods of a namespace.
    DefaultDeny(String),
    /// A subject's, in its namespace.
    Namespaced { namespace: String, name: String },
    /// A sentence's, cluster-wide.
    Clusterwide { stem: String },
}

/// What makes one spec: the rules that a sentence, or the derivation, has for a subject.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct DraftKey<'p> {
    subject: SubjectId,
    /// The sentence's id, which sentences that say the same share; `None` for what is derived in a namespace.
    sentence: Option<&'p str>,
    part: Part,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Allow,
    Deny,
    Derived,
}

/// A spec that is being gathered.
#[derive(Default)]
struct Draft {
    sentences: Vec<SentenceId>,
    ingress: Vec<Rule>,
    egress: Vec<Rule>,
}

/// Gathers one half-rule.
fn add<'p>(policy: &'p Policy, drafts: &mut IndexMap<DraftKey<'p>, Draft>, rule: &policy::Rule) {
    let part = match (&rule.effect, rule.origin) {
        (Effect::Deny, _) => Part::Deny,
        (Effect::Allow { .. }, Origin::DnsCompanion) => Part::Derived,
        (Effect::Allow { .. }, Origin::Said | Origin::PlatformGrant) => Part::Allow,
    };
    let derived_in_namespace = part == Part::Derived && policy.subject(rule.subject).namespace.is_some();
    let sentence = (!derived_in_namespace).then(|| policy.sentence(rule.sentence).id.as_str());
    let Some(lowered) = lowered(policy, rule) else { return };
    let draft = drafts.entry(DraftKey { subject: rule.subject, sentence, part }).or_default();
    draft.sentences.push(rule.sentence);
    match rule.direction {
        Direction::Ingress => draft.ingress.push(lowered),
        Direction::Egress => draft.egress.push(lowered),
    }
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

/// The objects that are being filled, each with its specs by text and content.
struct Lowering<'p> {
    policy: &'p Policy,
    logs: bool,
    objects: BTreeMap<Place, BTreeSet<(String, Spec)>>,
}

impl Lowering<'_> {
    fn isolate(&mut self, isolation: &policy::Isolation) {
        let subject = self.policy.subject(isolation.subject);
        let place = match &subject.namespace {
            Some(namespace) if is_whole_namespace(&subject.selects) => Place::DefaultDeny(namespace.to_string()),
            _ => self.place(isolation.subject, isolation.sentence),
        };
        let Some(selects) = selects(subject) else { return };
        let nothing =
            vec![Rule { comment: Comment::new(), peers: Peers::Unsaid, traffic: Traffic::All, mutual_auth: false }];
        let mut spec = empty_spec(selects, object::comment(self.policy.sentence(isolation.sentence)));
        spec.log = self.log(isolation.sentence);
        match isolation.direction {
            Direction::Ingress => spec.ingress = nothing,
            Direction::Egress => spec.egress = nothing,
        }
        self.add(place, &self.policy.sentence(isolation.sentence).text, spec);
    }

    fn finish(&mut self, key: DraftKey<'_>, draft: Draft) {
        let Some(first) = draft.sentences.first().copied() else { return };
        let place = self.place(key.subject, first);
        let Some(selects) = selects(self.policy.subject(key.subject)) else { return };
        let mut spec = empty_spec(selects, self.comment(key.part, &draft.sentences));
        let [ingress, egress] = [draft.ingress, draft.egress].map(|rules| match key.part {
            Part::Derived => merged(with_joined_look_ups(rules)),
            Part::Allow | Part::Deny => merged(rules),
        });
        match key.part {
            Part::Deny => {
                spec.enable_default_deny = Some(NOT_ISOLATING);
                (spec.ingress_deny, spec.egress_deny) = (ingress, egress);
            }
            Part::Allow | Part::Derived => (spec.ingress, spec.egress) = (ingress, egress),
        }
        if key.part == Part::Derived {
            self.add(place, "", spec);
        } else {
            spec.log = self.log(first);
            self.add(place, &self.policy.sentence(first).text, spec);
        }
    }

    fn comment(&self, part: Part, sentences: &[SentenceId]) -> Comment {
        if part == Part::Derived {
            return vec![LOOK_UPS.to_owned()];
        }
        let said: BTreeSet<Comment> = sentences.iter().map(|&id| object::comment(self.policy.sentence(id))).collect();
        said.into_iter().flatten().collect()
    }

    fn log(&self, sentence: SentenceId) -> Option<String> {
        self.logs.then(|| self.policy.sentence(sentence).id.to_string())
    }

    fn place(&self, subject: SubjectId, sentence: SentenceId) -> Place {
        let subject = self.policy.subject(subject);
        match &subject.namespace {
            Some(namespace) => Place::Namespaced { namespace: namespace.to_string(), name: subject.name.to_string() },
            None => {
                let sentence = self.policy.sentence(sentence);
                let id = sentence.id.strip_prefix("ztp-").unwrap_or(&sentence.id);
                let parts = [
                    self.policy.project.as_deref().unwrap_or_default(),
                    &slug(&sentence.text),
                    id.get(..6).unwrap_or(id),
                ];
                let stem = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
                Place::Clusterwide { stem }
            }
        }
    }

    fn add(&mut self, place: Place, text: &str, spec: Spec) {
        self.objects.entry(place).or_default().insert((text.to_owned(), spec));
    }

    fn objects(self) -> Vec<Object> {
        let policy = self.policy;
        let object = |stem: &str, namespace: Option<&str>, specs| Manifest {
            comment: Comment::new(),
            metadata: object::metadata(policy, stem, namespace),
            specs,
        };
        self.objects
            .into_iter()
            .map(|(place, specs)| {
                let specs = joined(specs);
                match place {
                    Place::DefaultDeny(namespace) => {
                        Object::CiliumNetworkPolicy(object("default-deny", Some(&namespace), specs))
                    }
                    Place::Namespaced { namespace, name } => {
                        Object::CiliumNetworkPolicy(object(&name, Some(&namespace), specs))
                    }
                    Place::Clusterwide { stem } => Object::CiliumClusterwideNetworkPolicy(object(&stem, None, specs)),
                }
            })
            .collect()
    }
}

/// In neither direction.
const NOT_ISOLATING: DefaultDeny = DefaultDeny { ingress: false, egress: false };

/// Puts the two directions of one isolation into one spec.
fn joined(specs: BTreeSet<(String, Spec)>) -> Vec<Spec> {
    let mut joined: Vec<Spec> = Vec::with_capacity(specs.len());
    for (_, spec) in specs {
        match joined.last_mut() {
            Some(last) if isolates(last) && isolates(&spec) && same_but_rules(last, &spec) => {
                last.ingress.extend(spec.ingress);
                last.egress.extend(spec.egress);
                last.ingress.dedup();
                last.egress.dedup();
            }
            _ => joined.push(spec),
        }
    }
    joined
}

fn isolates(spec: &Spec) -> bool {
    spec.ingress.iter().chain(&spec.egress).all(|rule| rule.peers == Peers::Unsaid)
        && spec.ingress_deny.is_empty()
        && spec.egress_deny.is_empty()
}

fn same_but_rules(a: &Spec, b: &Spec) -> bool {
    (&a.comment, &a.subject, a.enable_default_deny, &a.log) == (&b.comment, &b.subject, b.enable_default_deny, &b.log)
}

fn empty_spec(subject: Subject, comment: Comment) -> Spec {
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
fn selects(subject: &policy::Subject) -> Option<Subject> {
    match &subject.selects {
        Selects::Nodes(selector) => Some(Subject::Nodes(label::selector(&label::nodes(selector)?))),
        Selects::Pods(selector) if subject.namespace.is_some() => {
            Some(Subject::Endpoints(label::selector(&label::pods_within_namespace(selector)?)))
        }
        Selects::Pods(selector) => Some(Subject::Endpoints(label::selector(&label::pods(selector)?))),
    }
}

fn is_whole_namespace(selects: &Selects) -> bool {
    match selects {
        Selects::Pods(selector) => label::pods_within_namespace(selector).is_some_and(|labels| labels.0.is_empty()),
        Selects::Nodes(_) => false,
    }
}

/// Joins the peers of rules that are otherwise the same, and sorts.
fn merged(mut rules: Vec<Rule>) -> Vec<Rule> {
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
        Rule { comment: Comment::new(), peers, traffic, mutual_auth: false }
    }));
    others
}

/// A sentence as part of a name: lower-case letters, digits and single dashes, at most 60 of them.
fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(60);
    for c in text.chars() {
        let c = c.to_ascii_lowercase();
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
        if slug.len() >= 60 {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}
