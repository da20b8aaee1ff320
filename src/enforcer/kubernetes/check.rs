//! Everything that a NetworkPolicy cannot say, or would not mean as said.

use super::capability::{NEWEST, OLDEST, TABLE};
use super::namespaces::{Beyond, homes};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::enforcer::EnforcerProblem;
use crate::diagnostic::problem::network_policy::NetworkPolicyProblem;
use crate::enforcer::capability::{Feature, obstacle};
use crate::policy::{
    Direction, DnsPattern, Effect, Entity, Origin, Peer, PodSelector, Policy, PortSet, Rule, Selects, SubjectId,
    Traffic, ValueSet,
};
use crate::source::Span;
use std::collections::BTreeSet;

/// See [`crate::enforcer::check`].
pub(super) fn check(policy: &Policy) -> Vec<Diagnostic> {
    let mut checker = Checker { policy, asked: BTreeSet::new(), found: Vec::new() };
    checker.cluster();
    checker.isolations();
    for rule in &policy.rules {
        checker.rule(rule);
    }
    for boundary in &policy.boundaries {
        checker.need(Feature::Boundaries, policy.sentence(boundary.sentence).span);
    }
    for lookup in &policy.lookups {
        let span = policy.sentence(lookup.sentence).span;
        if !lookup.names.contains(&DnsPattern::Any) {
            checker.need(Feature::LookUps, span);
        }
        if let Selects::Pods(pods) = &policy.subject(lookup.subject).selects {
            checker.account(pods, span);
        }
    }
    checker.found
}

struct Checker<'a> {
    policy: &'a Policy,
    asked: BTreeSet<SubjectId>,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn cluster(&mut self) {
        let cluster = &self.policy.cluster;
        let (span, enforcer, version) = (cluster.enforcer_span, cluster.enforcer, cluster.version);
        if version < OLDEST {
            let known = (OLDEST, NEWEST);
            self.found.push(EnforcerProblem::UnknownVersion { span, enforcer, version, known }.into());
        }
        for (name, &span) in &cluster.features {
            let (name, known) = (name.clone(), Vec::new());
            self.found.push(EnforcerProblem::UnknownFeature { span, name, nearest: None, known }.into());
        }
    }

    fn isolations(&mut self) {
        let policy = self.policy;
        for isolation in &policy.isolations {
            let span = policy.sentence(isolation.sentence).span;
            let subject = policy.subject(isolation.subject);
            let Selects::Pods(pods) = &subject.selects else {
                self.need(Feature::HostFirewall, span);
                continue;
            };
            self.account(pods, span);
            match homes(policy, subject, pods).beyond {
                Beyond::Nothing => self.decided(isolation.subject, span),
                Beyond::Named(name) => self.found.push(NetworkPolicyProblem::Undeclared { span, name }.into()),
                Beyond::Any => self.found.push(NetworkPolicyProblem::EveryNamespace { span }.into()),
            }
        }
    }

    fn rule(&mut self, rule: &Rule) {
        // What is derived needs no feature that the sentences behind it do not need.
        if rule.origin == Origin::DnsCompanion {
            return;
        }
        let sentence = self.policy.sentence(rule.sentence).span;
        match &rule.effect {
            Effect::Deny => self.found.push(NetworkPolicyProblem::Deny { span: rule.span }.into()),
            Effect::Allow { mutual_auth, tls_name } => {
                if *mutual_auth {
                    self.need(Feature::MutualAuth, sentence);
                }
                if tls_name.is_some() {
                    self.need(Feature::TlsNames, sentence);
                }
            }
        }
        let subject = self.policy.subject(rule.subject);
        match &subject.selects {
            Selects::Pods(pods) => {
                self.account(pods, sentence);
                self.decided(rule.subject, sentence);
            }
            // Said where these nodes are isolated; a deny is said above.
            Selects::Nodes(_) => return,
        }
        match &rule.traffic {
            Traffic::All => {}
            Traffic::Ports(ports) | Traffic::Dns { ports, .. } => self.ports(ports, rule.span),
            Traffic::Http { .. } => self.need(Feature::HttpRequests, rule.span),
            Traffic::Ping => self.need(Feature::Icmp, rule.span),
        }
        // In an egress rule the peer is the sentence's object; in an ingress rule it is the sentence's subject.
        let span = if rule.direction == Direction::Egress { rule.span } else { sentence };
        match &rule.peer {
            Peer::Anything | Peer::Net(_) => {}
            Peer::Pods(pods) => self.account(pods, sentence),
            Peer::Nodes(_) => self.need(Feature::NodePeers, span),
            Peer::Name(_) => self.need(Feature::Names, span),
            Peer::Entity(entity) => self.entity(*entity, span),
        }
    }

    fn entity(&mut self, entity: Entity, span: Span) {
        let cluster = &self.policy.cluster;
        let problem = match entity {
            Entity::KubeApiserver if !cluster.apiservers.is_empty() => return,
            Entity::KubeApiserver => NetworkPolicyProblem::NoApiserver { span, cluster: cluster.name.clone() },
            entity => NetworkPolicyProblem::NoEntity { span, entity },
        };
        self.found.push(problem.into());
    }

    fn ports(&mut self, ports: &PortSet, span: Span) {
        let is_part = |first: u16, last: u16| first < last && (first, last) != (1, u16::MAX);
        if ports.ranges().iter().any(|range| is_part(range.first, range.last)) {
            self.need(Feature::PortRanges, span);
        }
    }

    fn account(&mut self, pods: &PodSelector, span: Span) {
        if pods.service_account != ValueSet::Any {
            self.need(Feature::ServiceAccounts, span);
        }
    }

    /// Whether each declared namespace is known to belong to a subject or not. Asked where the subject is met first.
    fn decided(&mut self, id: SubjectId, span: Span) {
        let subject = self.policy.subject(id);
        let Selects::Pods(pods) = &subject.selects else { return };
        if pods.namespaces.labels.0.is_empty() || !self.asked.insert(id) {
            return;
        }
        if let Some(namespace) = homes(self.policy, subject, pods).undecided.into_iter().next() {
            let labels = pods.namespaces.labels.clone();
            let problem = match subject.namespace {
                Some(_) => NetworkPolicyProblem::OwnUndecided { span, namespace, labels },
                None => NetworkPolicyProblem::Undecided { span, namespace, labels },
            };
            self.found.push(problem.into());
        }
    }

    fn need(&mut self, feature: Feature, span: Span) {
        let cluster = &self.policy.cluster;
        if let Some(obstacle) = obstacle(TABLE, feature, cluster) {
            let (enforcer, version) = (cluster.enforcer, cluster.version);
            self.found.push(EnforcerProblem::CannotDo { span, feature, enforcer, version, obstacle }.into());
        }
    }
}
