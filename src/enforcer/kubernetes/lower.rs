//! The objects: one policy for each subject in each of its namespaces.

use super::backstop::{self, Part};
use super::namespaces::homes;
use super::peer;
use crate::diagnostic::Diagnostic;
use crate::enforcer::object;
use crate::manifest::kubernetes::{NetworkPolicy, Peer, Port, Rule};
use crate::manifest::{Comment, Object};
use crate::policy::{self, Direction, Effect, LabelSelector, Origin, Policy, Selects, Subject, SubjectId};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Above a companion: it belongs to all sentences of its subject.
const LOOK_UPS: &str = "derived: the DNS look-ups that these pods need";

/// See [`crate::enforcer::lower`]. An allow rule stands here only if all pods of its subject are isolated in its direction
/// (`derive` sees to that), so no policy isolates what the model leaves open.
pub(super) fn lower(policy: &Policy) -> Result<Vec<Object>, Vec<Diagnostic>> {
    let denies = backstop::denies(policy);
    let homes: Vec<Vec<SmolStr>> = policy.subjects.iter().map(|subject| namespaces_of(policy, subject)).collect();
    let homes_of = |subject: SubjectId| homes.get(subject.0 as usize).map(Vec::as_slice).unwrap_or_default();
    let mut drafts = BTreeMap::<(SmolStr, String), Draft>::new();
    for isolation in &policy.isolations {
        let subject = policy.subject(isolation.subject);
        let Selects::Pods(pods) = &subject.selects else { continue };
        for home in homes_of(isolation.subject) {
            let stem = stem(subject, if pods.is_whole() { "default-deny" } else { &subject.name });
            let draft = drafts.entry((home.clone(), stem)).or_insert_with(|| Draft::new(&pods.labels));
            draft.direction(isolation.direction).isolates = true;
            draft.sentences.insert(object::comment(policy.sentence(isolation.sentence)));
        }
    }
    for rule in policy.rules.iter().filter(|rule| rule.effect != Effect::Deny) {
        let subject = policy.subject(rule.subject);
        let Selects::Pods(pods) = &subject.selects else { continue };
        let comment = match rule.origin {
            Origin::Said | Origin::PlatformGrant => object::comment(policy.sentence(rule.sentence)),
            Origin::DnsCompanion => vec![LOOK_UPS.to_owned()],
        };
        let parts = backstop::parts(policy, &denies, rule).map_err(|problem| vec![problem.into()])?;
        for home in homes_of(rule.subject) {
            let stem = stem(subject, if pods.is_whole() { "every-workload" } else { &subject.name });
            let draft = drafts.entry((home.clone(), stem));
            let side = draft.or_insert_with(|| Draft::new(&pods.labels)).direction(rule.direction);
            for part in &parts {
                side.allow(&comment, part, home);
            }
        }
    }
    // A policy of which nothing is left would isolate in no direction, and `policyTypes` could not be written.
    let used = drafts.into_iter().filter(|(_, draft)| draft.ingress.is_used() || draft.egress.is_used());
    Ok(used.map(|((home, stem), draft)| draft.finish(policy, &home, &stem)).collect())
}

fn namespaces_of(policy: &Policy, subject: &Subject) -> Vec<SmolStr> {
    match &subject.selects {
        Selects::Pods(pods) => homes(policy, subject, pods).certain,
        Selects::Nodes(_) => Vec::new(),
    }
}

/// What follows `ztp.` in the name of a subject's policy. What the platform says has names of its own, so that it never
/// meets what the namespace says.
fn stem(subject: &Subject, name: &str) -> String {
    match subject.namespace {
        Some(_) => name.to_owned(),
        None => format!("platform.{name}"),
    }
}

/// A policy on its way. Everything in it is sorted, so that the order of the sentences changes nothing.
struct Draft {
    pods: LabelSelector,
    sentences: BTreeSet<Comment>,
    ingress: Side,
    egress: Side,
}

/// One direction of a policy.
#[derive(Default)]
struct Side {
    isolates: bool,
    /// By sentence and ports, so that the peers of one sentence share a rule.
    rules: BTreeMap<(Comment, Vec<Port>), Peers>,
}

#[derive(Default)]
struct Peers {
    every: bool,
    listed: BTreeSet<Peer>,
}

impl Draft {
    fn new(pods: &LabelSelector) -> Self {
        Self { pods: pods.clone(), sentences: BTreeSet::new(), ingress: Side::default(), egress: Side::default() }
    }

    fn direction(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::Ingress => &mut self.ingress,
            Direction::Egress => &mut self.egress,
        }
    }

    fn finish(self, policy: &Policy, home: &str, stem: &str) -> Object {
        let owner = policy.namespaces.get(home).and_then(|namespace| namespace.owner.as_ref());
        let owner = owner.map(|owner| format!("owner: {owner}"));
        Object::NetworkPolicy(NetworkPolicy {
            comment: owner.into_iter().chain(self.sentences.into_iter().flatten()).collect(),
            metadata: object::metadata(policy, stem, Some(home)),
            pod_selector: peer::selector(&self.pods),
            isolates_ingress: self.ingress.is_used(),
            isolates_egress: self.egress.is_used(),
            ingress: self.ingress.finish(),
            egress: self.egress.finish(),
        })
    }
}

impl Side {
    /// Adds a part of a rule, unless no pod can fit its peer.
    fn allow(&mut self, comment: &Comment, part: &Part, home: &str) {
        let (peer, ports) = part;
        let peer = match peer {
            policy::Peer::Anything => None,
            policy::Peer::Pods(pods) => match peer::pods(pods, home) {
                Some(peer) => Some(peer),
                None => return,
            },
            policy::Peer::Net(net) => Some(peer::addresses(net)),
            policy::Peer::Entity(_) | policy::Peer::Nodes(_) | policy::Peer::Name(_) => return,
        };
        let ports = ports.as_ref().map(peer::ports).unwrap_or_default();
        let peers = self.rules.entry((comment.clone(), ports)).or_default();
        match peer {
            None => peers.every = true,
            Some(peer) => {
                peers.listed.insert(peer);
            }
        }
    }

    fn is_used(&self) -> bool {
        self.isolates || !self.rules.is_empty()
    }

    fn finish(self) -> Vec<Rule> {
        let rule = |((comment, ports), peers): ((Comment, Vec<Port>), Peers)| Rule {
            comment,
            peers: if peers.every { Vec::new() } else { peers.listed.into_iter().collect() },
            ports,
        };
        self.rules.into_iter().map(rule).collect()
    }
}
