//! How often each construct of the language occurs: every rule of the grammar that leaves a trace in a tree, and the forms
//! of the model that the grammar does not tell apart. A rule that is new in the grammar is asked for from then on.

use pest::Parser;
use std::collections::BTreeMap;
use ztp::policy::{
    AssertionKind, Direction, DnsPattern, DnsServer, Effect, EnforcerName, Entity, LabelSelector, NodeSelector, Op,
    Origin, PathPattern, Peer, PodSelector, Policy, Protocol, Query, Segment, Selects, Traffic,
};

const GRAMMAR: &str = include_str!("../../grammar/ztp.pest");

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/ztp.pest"]
struct Grammar;

/// Rules that only a text has which cannot be read, or that the parser itself enters.
const RECOVERY: &[&str] = &["bad", "may_ahead", "lone_sentence", "lone_request", "lone_fact", "EOI"];

/// How often each construct occurred.
#[derive(Clone)]
pub struct Constructs(BTreeMap<String, usize>);

impl Constructs {
    /// All of them, none of which occurred yet.
    pub fn new() -> Self {
        let leaves_a_trace = |name: &str| {
            let silent = format!("{name} = _{{");
            !RECOVERY.contains(&name) && !GRAMMAR.lines().any(|line| line.starts_with(&silent))
        };
        let rules = Rule::all_rules().iter().map(|rule| format!("{rule:?}"));
        let mut counts: BTreeMap<String, usize> =
            rules.filter(|name| leaves_a_trace(name)).map(|name| (name, 0)).collect();
        counts.extend(FORMS.iter().map(|form| ((*form).to_owned(), 0)));
        Self(counts)
    }

    /// Counts those of a file.
    pub fn add_source(&mut self, text: &str) {
        let pairs = Grammar::parse(Rule::file, text).expect("the grammar reads any text");
        for pair in pairs.flatten() {
            if let Some(count) = self.0.get_mut(&format!("{:?}", pair.as_rule())) {
                *count += 1;
            }
        }
    }

    /// Counts those of what it means.
    pub fn add_policy(&mut self, policy: &Policy) {
        let mut forms = Vec::new();
        forms.push(match policy.cluster.enforcer {
            EnforcerName::Cilium => "enforcer cilium",
            EnforcerName::Kubernetes => "enforcer kubernetes",
        });
        forms.extend(policy.cluster.mesh_name.iter().map(|_| "a mesh"));
        for server in &policy.cluster.dns {
            forms.push(match server {
                DnsServer::Pods { .. } => "DNS server: pods",
                DnsServer::Address { .. } => "DNS server: address",
            });
        }
        for isolation in &policy.isolations {
            forms.push(match isolation.direction {
                Direction::Ingress => "isolated: ingress",
                Direction::Egress => "isolated: egress",
            });
        }
        for subject in &policy.subjects {
            match &subject.selects {
                Selects::Pods(selector) => pods(selector, &mut forms),
                Selects::Nodes(NodeSelector(selector)) => {
                    forms.push("subject: nodes");
                    labels(selector, &mut forms);
                }
            }
        }
        for rule in &policy.rules {
            peer(&rule.peer, &mut forms);
            traffic(&rule.traffic, &mut forms);
            forms.push(match &rule.effect {
                Effect::Deny => "effect: deny",
                Effect::Allow { mutual_auth: true, .. } => "effect: allow after authentication",
                Effect::Allow { tls_name: Some(_), .. } => "effect: allow a TLS name",
                Effect::Allow { .. } => "effect: allow",
            });
            forms.push(match rule.origin {
                Origin::Said => "origin: said",
                Origin::PlatformGrant => "origin: granted",
                Origin::DnsCompanion => "origin: companion",
            });
        }
        for boundary in &policy.boundaries {
            forms.push(match (boundary.direction, &boundary.traffic) {
                (Direction::Egress, _) => "boundary: egress",
                (Direction::Ingress, Traffic::All) => "boundary: ingress",
                (Direction::Ingress, _) => "boundary: ingress on ports",
            });
            for permit in &boundary.permits {
                peer(&permit.peer, &mut forms);
            }
        }
        for assertion in &policy.assertions {
            forms.push(match assertion.kind {
                AssertionKind::Can => "assert: can",
                AssertionKind::Cannot => "assert: cannot",
                AssertionKind::OnlyCan => "assert: only can",
                AssertionKind::NothingCan => "assert: nothing can",
            });
        }
        for form in forms {
            assert!(FORMS.contains(&form), "`{form}` is not in the list");
            *self.0.get_mut(form).unwrap() += 1;
        }
    }

    /// Counts what others counted.
    pub fn add(&mut self, others: &Self) {
        for (name, count) in &others.0 {
            *self.0.entry(name.clone()).or_default() += count;
        }
    }

    /// Those that never occurred.
    pub fn missing(&self) -> Vec<&str> {
        self.0.iter().filter(|(_, count)| **count == 0).map(|(name, _)| name.as_str()).collect()
    }

    /// A table, a line for some of them.
    pub fn table(&self) -> String {
        let cells: Vec<String> = self.0.iter().map(|(name, count)| format!("{name} {count}")).collect();
        cells.chunks(6).map(|line| format!("  {}\n", line.join(" · "))).collect()
    }
}

/// What the model tells apart and the grammar does not.
const FORMS: &[&str] = &[
    "enforcer cilium",
    "enforcer kubernetes",
    "a mesh",
    "DNS server: pods",
    "DNS server: address",
    "isolated: ingress",
    "isolated: egress",
    "subject: nodes",
    "labels: in",
    "labels: not in",
    "labels: exists",
    "labels: does not exist",
    "namespaces: by label",
    "namespaces: any",
    "service account",
    "peer: pods",
    "peer: nodes",
    "peer: IPv4",
    "peer: IPv6",
    "peer: except",
    "peer: anything",
    "peer: world",
    "peer: cluster",
    "peer: host",
    "peer: remote-node",
    "peer: kube-apiserver",
    "peer: ingress",
    "peer: health",
    "peer: init",
    "peer: unmanaged",
    "name: exact",
    "name: glob",
    "name: below",
    "name: any",
    "traffic: all",
    "traffic: ports",
    "traffic: requests",
    "traffic: look-ups",
    "traffic: ping",
    "port: TCP",
    "port: UDP",
    "port: SCTP",
    "port: range",
    "path: literal",
    "path: one segment",
    "path: rest",
    "path: expression",
    "query: none",
    "effect: deny",
    "effect: allow",
    "effect: allow after authentication",
    "effect: allow a TLS name",
    "origin: said",
    "origin: granted",
    "origin: companion",
    "boundary: egress",
    "boundary: ingress",
    "boundary: ingress on ports",
    "assert: can",
    "assert: cannot",
    "assert: only can",
    "assert: nothing can",
];

fn labels(selector: &LabelSelector, forms: &mut Vec<&'static str>) {
    for requirement in &selector.0 {
        forms.push(match requirement.op {
            Op::In(_) => "labels: in",
            Op::NotIn(_) => "labels: not in",
            Op::Exists => "labels: exists",
            Op::DoesNotExist => "labels: does not exist",
        });
    }
}

fn pods(selector: &PodSelector, forms: &mut Vec<&'static str>) {
    labels(&selector.labels, forms);
    if !selector.namespaces.labels.0.is_empty() {
        forms.push("namespaces: by label");
    } else if selector.namespaces.names.as_one().is_none() {
        forms.push("namespaces: any");
    }
    if selector.service_account.as_one().is_some() {
        forms.push("service account");
    }
}

fn name(pattern: &DnsPattern) -> &'static str {
    match pattern {
        DnsPattern::Exact(_) => "name: exact",
        DnsPattern::Glob(_) => "name: glob",
        DnsPattern::Below(_) => "name: below",
        DnsPattern::Any => "name: any",
    }
}

fn peer(peer: &Peer, forms: &mut Vec<&'static str>) {
    let form = match peer {
        Peer::Pods(selector) => {
            pods(selector, forms);
            "peer: pods"
        }
        Peer::Nodes(_) => "peer: nodes",
        Peer::Net(net) => {
            if !net.except.is_empty() {
                forms.push("peer: except");
            }
            if net.cidr.addr().is_ipv4() { "peer: IPv4" } else { "peer: IPv6" }
        }
        Peer::Name(pattern) => name(pattern),
        Peer::Anything => "peer: anything",
        Peer::Entity(entity) => match entity {
            Entity::World => "peer: world",
            Entity::Cluster => "peer: cluster",
            Entity::Host => "peer: host",
            Entity::RemoteNode => "peer: remote-node",
            Entity::KubeApiserver => "peer: kube-apiserver",
            Entity::Ingress => "peer: ingress",
            Entity::Health => "peer: health",
            Entity::Init => "peer: init",
            Entity::Unmanaged => "peer: unmanaged",
        },
    };
    forms.push(form);
}

fn traffic(traffic: &Traffic, forms: &mut Vec<&'static str>) {
    let ports = match traffic {
        Traffic::All => {
            forms.push("traffic: all");
            return;
        }
        Traffic::Ping => {
            forms.push("traffic: ping");
            return;
        }
        Traffic::Ports(ports) => {
            forms.push("traffic: ports");
            ports
        }
        Traffic::Dns { ports, names } => {
            forms.push("traffic: look-ups");
            forms.extend(names.iter().map(name));
            ports
        }
        Traffic::Http { ports, requests } => {
            forms.push("traffic: requests");
            for request in requests {
                match &request.path {
                    PathPattern::Matching(_) => forms.push("path: expression"),
                    PathPattern::Segments { segments, rest } => {
                        forms.extend(segments.iter().map(|segment| match segment {
                            Segment::Literal(_) => "path: literal",
                            Segment::One => "path: one segment",
                        }));
                        forms.extend(rest.then_some("path: rest"));
                    }
                }
                match request.query {
                    Query::Any => {}
                    Query::None => forms.push("query: none"),
                }
            }
            ports
        }
    };
    for range in ports.ranges() {
        forms.push(match range.protocol {
            Protocol::Tcp => "port: TCP",
            Protocol::Udp => "port: UDP",
            Protocol::Sctp => "port: SCTP",
        });
        if range.first != range.last {
            forms.push("port: range");
        }
    }
}
