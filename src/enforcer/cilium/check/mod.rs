//! What Cilium, in the cluster's version, cannot do or would not do as said.
//!
//! Its agent validates policies after the API server took them, and does not enforce what it rejects; so every one of
//! its checks is made here, or what it looks for has no way into the output (`tests/agent_checks.rs` goes through
//! them). Sets of policies are looked at, too: some void each other, and some break their endpoint.

mod conflict;
mod host_firewall;
mod label;
mod request;

use super::capability::{KNOWN, MUTUAL_AUTH_DEPRECATED, TABLE};
use super::lower;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::enforcer::EnforcerProblem;
use crate::enforcer::capability::{Feature, Obstacle, Support, obstacle};
use crate::policy::{Direction, DnsPattern, Effect, Origin, Peer, Policy, PortSet, Rule, Selects, Traffic, ValueSet};
use crate::source::Span;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// How many neighbouring ports of a DNS server are listed one by one.
const MAX_LOOK_UP_PORTS: u16 = 40;

/// See [`crate::enforcer::check`].
#[must_use]
pub fn check(policy: &Policy) -> Vec<Diagnostic> {
    let cluster = &policy.cluster;
    let (span, enforcer, version) = (cluster.enforcer_span, cluster.enforcer, cluster.version);
    if !(KNOWN.0..=KNOWN.1).contains(&version) {
        return vec![EnforcerProblem::UnknownVersion { span, enforcer, version, known: KNOWN }.into()];
    }
    // Conflicts are most of the work, and begin first.
    let checks: [fn(&Policy, &mut Vec<Diagnostic>); 5] =
        [conflict::check, capabilities, label::check, request::check, host_firewall::check];
    let found = checks.par_iter().flat_map_iter(|check| {
        let mut found = Vec::new();
        check(policy, &mut found);
        found
    });
    found.collect()
}

/// What the version cannot do, or only with a feature that the cluster does not have.
fn capabilities(policy: &Policy, found: &mut Vec<Diagnostic>) {
    let cluster = &policy.cluster;
    let obstacles = TABLE.iter().filter_map(|row| Some((row.feature, obstacle(TABLE, row.feature, cluster)?)));
    let mut checker = Checker { policy, obstacles: obstacles.collect(), found: Vec::new() };
    checker.features();
    for isolation in &policy.isolations {
        let span = policy.sentence(isolation.sentence).span;
        if let Selects::Nodes(_) = policy.subject(isolation.subject).selects {
            checker.nodes(isolation.direction, span);
        }
    }
    for rule in &policy.rules {
        checker.rule(rule);
    }
    for lookup in &policy.lookups {
        checker.names(&lookup.names, policy.sentence(lookup.sentence).span);
    }
    for boundary in &policy.boundaries {
        let span = policy.sentence(boundary.sentence).span;
        checker.need(Feature::Boundaries, span);
        for permit in &boundary.permits {
            if let Peer::Name(_) = permit.peer {
                checker.need(Feature::NamesInBoundaries, permit.span);
            }
        }
        if let Err(problems) = lower::boundary_specs(policy, boundary) {
            checker.found.extend(problems.into_iter().map(Diagnostic::from));
        }
    }
    found.append(&mut checker.found);
}

struct Checker<'p> {
    policy: &'p Policy,
    obstacles: BTreeMap<Feature, Obstacle>,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn features(&mut self) {
        let known: Vec<&'static str> = TABLE
            .iter()
            .filter_map(|row| match row.support {
                Support::In { flag, .. } => flag,
                Support::Never(_) => None,
            })
            .collect();
        for (name, &span) in &self.policy.cluster.features {
            if known.iter().any(|flag| flag == name) {
                continue;
            }
            let near = known.iter().map(|flag| (strsim::osa_distance(flag, name), *flag)).min();
            let problem = EnforcerProblem::UnknownFeature {
                span,
                name: name.clone(),
                nearest: near.filter(|(distance, flag)| *distance <= flag.len() / 3).map(|(_, flag)| flag),
                known: known.clone(),
            };
            self.found.push(problem.into());
        }
    }

    /// What a cluster's facts lack is told once: there is one line to mend.
    fn need(&mut self, feature: Feature, span: Span) {
        if let Some(&obstacle) = self.obstacles.get(&feature) {
            if matches!(obstacle, Obstacle::NeedsFeature(_)) {
                self.obstacles.remove(&feature);
            }
            let (enforcer, version) = (self.policy.cluster.enforcer, self.policy.cluster.version);
            self.found.push(EnforcerProblem::CannotDo { span, feature, enforcer, version, obstacle }.into());
        }
    }

    fn nodes(&mut self, direction: Direction, span: Span) {
        self.need(Feature::HostFirewall, span);
        if direction == Direction::Egress {
            self.need(Feature::NodeEgress, span);
        }
    }

    fn rule(&mut self, rule: &Rule) {
        let at_nodes = matches!(self.policy.subject(rule.subject).selects, Selects::Nodes(_));
        if at_nodes {
            self.nodes(rule.direction, rule.span);
        }
        match &rule.effect {
            Effect::Deny => {
                self.need(Feature::Denies, rule.span);
            }
            Effect::Allow { mutual_auth, tls_name } => {
                if *mutual_auth {
                    self.need(Feature::MutualAuth, rule.span);
                    self.deprecation(rule.span);
                }
                if tls_name.is_some() {
                    self.need(Feature::TlsNames, rule.span);
                }
                if let Peer::Name(name) = &rule.peer {
                    self.need(Feature::Names, rule.span);
                    self.names(std::slice::from_ref(name), rule.span);
                }
            }
        }
        match &rule.peer {
            Peer::Nodes(_) => self.need(Feature::NodePeers, rule.span),
            Peer::Entity(_) | Peer::Anything => self.need(Feature::Entities, rule.span),
            Peer::Pods(pods) if pods.service_account != ValueSet::Any => self.need(Feature::ServiceAccounts, rule.span),
            _ => {}
        }
        self.traffic(rule, at_nodes);
    }

    fn deprecation(&mut self, span: Span) {
        let version = self.policy.cluster.version;
        let until = TABLE.iter().find_map(|row| match row.support {
            Support::In { until, .. } if row.feature == Feature::MutualAuth => until,
            _ => None,
        });
        if let (Some(until), true) = (until, version >= MUTUAL_AUTH_DEPRECATED) {
            self.found.push(EnforcerProblem::MutualAuthDeprecated { span, version, until }.into());
        }
    }

    fn traffic(&mut self, rule: &Rule, at_nodes: bool) {
        let has_range = |ports: &PortSet| ports.ranges().iter().any(|range| range.first < range.last);
        match &rule.traffic {
            Traffic::All => {}
            Traffic::Ping => self.need(Feature::Icmp, rule.span),
            Traffic::Ports(ports) => {
                if has_range(ports) {
                    self.need(Feature::PortRanges, rule.span);
                }
            }
            Traffic::Http { ports, .. } => {
                self.need(Feature::HttpRequests, rule.span);
                if at_nodes {
                    self.need(Feature::HttpAtNodes, rule.span);
                }
                if has_range(ports) {
                    self.need(Feature::HttpPortRanges, rule.span);
                }
            }
            Traffic::Dns { ports, names } => {
                self.need(Feature::LookUps, rule.span);
                if ports.ranges().iter().any(|range| range.last - range.first >= MAX_LOOK_UP_PORTS) {
                    self.need(Feature::LookUpPortRanges, rule.span);
                }
                if rule.origin != Origin::DnsCompanion {
                    self.names(names, rule.span);
                }
            }
        }
    }

    fn names(&mut self, names: &[DnsPattern], span: Span) {
        if names.iter().any(|name| matches!(name, DnsPattern::Below(_))) {
            self.need(Feature::NamesAtAnyDepth, span);
        }
    }
}
