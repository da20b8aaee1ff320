//! Allow rules that void or break each other: what Cilium makes of two rules for one peer and port is not always what
//! both say (`cilium-verdicts` T1 to T4c, R6, R12).
//!
//! Only rules that ask more than ports are compared with others, and only with those whose subject and peer can
//! overlap: most are told apart by the namespace and the workload label that both sides name, so that the work grows
//! with the number of rules and not with its square.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::enforcer::EnforcerProblem;
use crate::policy::{
    Direction, DnsPattern, Effect, Entity, Op, Peer, PodSelector, Policy, PortSet, Rule, Selects, Subject, SubjectId,
    Traffic,
};
use crate::semantics;
use crate::semantics::Universe;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Each pair of sentences once.
pub fn check(policy: &Policy, found: &mut Vec<Diagnostic>) {
    let asking: Vec<&Rule> = policy.rules.iter().filter(|rule| asks(rule)).collect();
    if asking.is_empty() {
        return;
    }
    let index = Index::new(policy);
    let mut told = BTreeSet::new();
    for rule in asking {
        for other in index.near(rule) {
            // A sentence agrees with itself, but not always with what is derived for it.
            if (other.sentence, other.origin) == (rule.sentence, rule.origin) || !index.overlap(rule, other) {
                continue;
            }
            for problem in problems(rule, other) {
                if told.insert((
                    kind_of(&problem),
                    rule.sentence.min(other.sentence),
                    rule.sentence.max(other.sentence),
                )) {
                    found.push(problem.into());
                }
            }
        }
    }
}

/// What a rule asks of the traffic beside its ports.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Http,
    Dns,
    TlsName,
}

impl Kind {
    fn of(rule: &Rule) -> Self {
        match (&rule.traffic, &rule.effect) {
            (Traffic::Http { .. }, _) => Self::Http,
            (Traffic::Dns { .. }, _) => Self::Dns,
            (_, Effect::Allow { tls_name: Some(_), .. }) => Self::TlsName,
            _ => Self::Plain,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Plain => "any traffic",
            Self::Http => "HTTP requests",
            Self::Dns => "DNS look-ups",
            Self::TlsName => "a TLS server name",
        }
    }
}

fn mutual_auth(rule: &Rule) -> bool {
    matches!(rule.effect, Effect::Allow { mutual_auth: true, .. })
}

fn asks(rule: &Rule) -> bool {
    matches!(rule.effect, Effect::Allow { .. })
        && (matches!(Kind::of(rule), Kind::Http | Kind::TlsName) || mutual_auth(rule))
}

fn problems(rule: &Rule, other: &Rule) -> Vec<EnforcerProblem> {
    let mut problems = Vec::new();
    match (Kind::of(rule), Kind::of(other)) {
        (Kind::Http, Kind::Plain) => {
            problems.push(EnforcerProblem::PlainBesideRequests { span: other.span, requests: rule.span });
        }
        (Kind::TlsName, Kind::Plain) => {
            problems.push(EnforcerProblem::PlainBesideTlsName { span: other.span, named: rule.span });
        }
        (kind, other_kind) if kind != other_kind && kind != Kind::Plain && other_kind != Kind::Plain => {
            let (kind, other_kind) = (kind.text(), other_kind.text());
            problems.push(EnforcerProblem::TwoKinds { span: rule.span, kind, other: other.span, other_kind });
        }
        _ => {}
    }
    if problems.is_empty() && mutual_auth(rule) && !mutual_auth(other) {
        problems.push(EnforcerProblem::MutualAuthSpreads { span: other.span, asked: rule.span });
    }
    problems
}

fn kind_of(problem: &EnforcerProblem) -> u8 {
    u8::from(matches!(problem, EnforcerProblem::MutualAuthSpreads { .. }))
}

/// What tells a peer or a subject from most others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'p> {
    /// Pods of one namespace, with one value of the workload label if they name one.
    Pods(&'p str, Option<&'p str>),
    /// A name without wildcards.
    Name(&'p str),
    /// Anything else: it can overlap everything.
    Broad,
}

impl<'p> Key<'p> {
    fn of_pods(policy: &Policy, pods: &'p PodSelector) -> Self {
        let Some(namespace) = pods.namespaces.names.as_one() else { return Self::Broad };
        let workload = pods.labels.0.iter().find_map(|requirement| match &requirement.op {
            Op::In(values) if requirement.key == policy.cluster.workload_label && values.len() == 1 => {
                values.first().map(SmolStr::as_str)
            }
            _ => None,
        });
        Self::Pods(namespace, workload)
    }

    fn of_subject(policy: &Policy, subject: &'p Subject) -> Self {
        match &subject.selects {
            Selects::Pods(pods) => Self::of_pods(policy, pods),
            Selects::Nodes(_) => Self::Broad,
        }
    }

    fn is_in(&self, namespace: &str) -> bool {
        matches!(self, Self::Pods(name, _) if *name == namespace)
    }

    fn of_peer(policy: &Policy, peer: &'p Peer) -> Self {
        match peer {
            Peer::Pods(pods) => Self::of_pods(policy, pods),
            Peer::Name(DnsPattern::Exact(name)) => Self::Name(name),
            _ => Self::Broad,
        }
    }
}

/// Things by their key.
struct Buckets<'p, T>(BTreeMap<Key<'p>, Vec<T>>);

impl<T> Default for Buckets<'_, T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<'p, T: Copy> Buckets<'p, T> {
    fn add(&mut self, key: Key<'p>, thing: T) {
        self.0.entry(key).or_default().push(thing);
    }

    /// What can overlap this key, and some more.
    fn near(&self, key: Key<'p>) -> Vec<T> {
        let one = |key: Key<'p>| self.0.get(&key).into_iter().flatten().copied();
        match key {
            Key::Pods(namespace, Some(_)) => {
                one(key).chain(one(Key::Pods(namespace, None))).chain(one(Key::Broad)).collect()
            }
            Key::Pods(namespace, None) => {
                let within = self.0.range(key..).take_while(|(key, _)| key.is_in(namespace));
                within.flat_map(|(_, things)| things).copied().chain(one(Key::Broad)).collect()
            }
            Key::Name(_) => one(key).chain(one(Key::Broad)).collect(),
            Key::Broad => self.0.values().flatten().copied().collect(),
        }
    }
}

/// The allow rules of a policy, by subject and peer.
struct Index<'p> {
    policy: &'p Policy,
    subjects: Buckets<'p, SubjectId>,
    /// By subject, for ingress and egress.
    rules: Vec<[Buckets<'p, &'p Rule>; 2]>,
}

impl<'p> Index<'p> {
    fn new(policy: &'p Policy) -> Self {
        let mut rules: Vec<[Buckets<'p, &'p Rule>; 2]> = Vec::new();
        rules.resize_with(policy.subjects.len(), Default::default);
        let mut index = Self { policy, subjects: Buckets::default(), rules };
        for (id, subject) in (0..).map(SubjectId).zip(&policy.subjects) {
            index.subjects.add(Key::of_subject(policy, subject), id);
        }
        for rule in policy.rules.iter().filter(|rule| rule.effect != Effect::Deny) {
            if let Some([ingress, egress]) = index.rules.get_mut(rule.subject.0 as usize) {
                let bucket = if rule.direction == Direction::Ingress { ingress } else { egress };
                bucket.add(Key::of_peer(policy, &rule.peer), rule);
            }
        }
        index
    }

    /// The rules that can concern the same flows, and some more.
    fn near(&self, rule: &'p Rule) -> Vec<&'p Rule> {
        let peer = Key::of_peer(self.policy, &rule.peer);
        let subjects = self.subjects.near(Key::of_subject(self.policy, self.policy.subject(rule.subject)));
        let buckets = subjects.into_iter().filter_map(|subject| self.rules.get(subject.0 as usize));
        let buckets =
            buckets.map(|[ingress, egress]| if rule.direction == Direction::Ingress { ingress } else { egress });
        buckets.flat_map(|bucket| bucket.near(peer)).collect()
    }

    fn overlap(&self, a: &Rule, b: &Rule) -> bool {
        let universe = Universe::new(&self.policy.namespaces);
        let subjects = a.subject == b.subject
            || match (&self.policy.subject(a.subject).selects, &self.policy.subject(b.subject).selects) {
                (Selects::Pods(a), Selects::Pods(b)) => semantics::pods::overlap(universe, a, b),
                (Selects::Nodes(a), Selects::Nodes(b)) => semantics::labels::overlap(&a.0, &b.0),
                _ => false,
            };
        subjects && ports_overlap(&a.traffic, &b.traffic) && peers_overlap(universe, &a.peer, &b.peer)
    }
}

/// The ports of some traffic; `None` if they are all.
fn ports(traffic: &Traffic) -> Option<&PortSet> {
    match traffic {
        Traffic::Ports(ports) | Traffic::Http { ports, .. } | Traffic::Dns { ports, .. } => Some(ports),
        Traffic::All | Traffic::Ping => None,
    }
}

fn ports_overlap(a: &Traffic, b: &Traffic) -> bool {
    match (a, b) {
        (Traffic::Ping, other) | (other, Traffic::Ping) => matches!(other, Traffic::All | Traffic::Ping),
        _ => ports(a).zip(ports(b)).is_none_or(|(a, b)| semantics::ports::overlap(a, b)),
    }
}

/// Whether an end can be both. An address may be any name's and anybody's, but only a whole family of addresses and
/// `world` are taken to hold names: everything else would find fault with sentences that have nothing to do with each
/// other.
fn peers_overlap(universe: Universe<'_>, a: &Peer, b: &Peer) -> bool {
    match (a, b) {
        (Peer::Name(_), Peer::Net(net)) | (Peer::Net(net), Peer::Name(_)) => net.cidr.prefix_len() == 0,
        (Peer::Name(_) | Peer::Net(_), Peer::Entity(entity)) | (Peer::Entity(entity), Peer::Name(_) | Peer::Net(_)) => {
            *entity == Entity::World
        }
        _ => semantics::peers::overlap(universe, a, b),
    }
}
