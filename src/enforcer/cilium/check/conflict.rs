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
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Each pair of sentences once.
pub fn check(policy: &Policy, found: &mut Vec<Diagnostic>) {
    let asking: Vec<&Rule> = policy.rules.iter().filter(|rule| asks(rule)).collect();
    if asking.is_empty() {
        return;
    }
    let index = Index::new(policy);
    let conflicts = |rule: &&Rule| {
        // A sentence agrees with itself, but not always with what is derived for it.
        let others = index.near(rule).filter(|other| (other.sentence, other.origin) != (rule.sentence, rule.origin));
        let others = others.filter(|other| index.overlap(rule, other));
        let pairs = others.flat_map(|other| problems(rule, other).into_iter().map(|problem| (other.sentence, problem)));
        pairs.map(|(other, problem)| (rule.sentence, other, problem)).collect::<Vec<_>>()
    };
    let mut told = BTreeSet::new();
    for (rule, other, problem) in asking.par_iter().flat_map_iter(conflicts).collect::<Vec<_>>() {
        if told.insert((kind_of(&problem), rule.min(other), rule.max(other))) {
            found.push(problem.into());
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

/// Something by its key: lists of these are sorted by it.
type Keyed<'p, T> = (Key<'p>, T);

/// What can overlap this key, and some more.
fn near<'s, 'p, T>(things: &'s [Keyed<'p, T>], key: Key<'p>) -> impl Iterator<Item = &'s T> + use<'s, 'p, T> {
    let one = |key: Key<'p>| between(things, |(other, _)| *other < key, |(other, _)| *other <= key);
    let found: [&[Keyed<'p, T>]; 3] = match key {
        Key::Pods(namespace, Some(_)) => [one(key), one(Key::Pods(namespace, None)), one(Key::Broad)],
        Key::Pods(namespace, None) => {
            let within = between(things, |(other, _)| *other < key, |(other, _)| other.is_in(namespace));
            [within, &[], one(Key::Broad)]
        }
        Key::Name(_) => [one(key), &[], one(Key::Broad)],
        Key::Broad => [things, &[], &[]],
    };
    found.into_iter().flatten().map(|(_, thing)| thing)
}

/// The part of a sorted list that follows what is `before` it, as far as it is `within`.
fn between<T>(sorted: &[T], before: impl Fn(&T) -> bool, within: impl Fn(&T) -> bool) -> &[T] {
    let rest = sorted.get(sorted.partition_point(before)..).unwrap_or_default();
    rest.get(..rest.partition_point(within)).unwrap_or_default()
}

/// The allow rules of a policy, by subject and peer.
struct Index<'p> {
    policy: &'p Policy,
    subjects: Vec<Keyed<'p, SubjectId>>,
    /// By the subject's id, for ingress and egress.
    rules: Vec<[Vec<Keyed<'p, &'p Rule>>; 2]>,
}

impl<'p> Index<'p> {
    fn new(policy: &'p Policy) -> Self {
        let subjects = (0..).map(SubjectId).zip(&policy.subjects);
        let mut subjects: Vec<_> = subjects.map(|(id, subject)| (Key::of_subject(policy, subject), id)).collect();
        subjects.sort_by_key(|(key, _)| *key);
        let mut rules: Vec<[Vec<Keyed<'p, &'p Rule>>; 2]> = Vec::new();
        rules.resize_with(policy.subjects.len(), Default::default);
        for rule in policy.rules.iter().filter(|rule| rule.effect != Effect::Deny) {
            if let Some([ingress, egress]) = rules.get_mut(rule.subject.0 as usize) {
                let list = if rule.direction == Direction::Ingress { ingress } else { egress };
                list.push((Key::of_peer(policy, &rule.peer), rule));
            }
        }
        rules.par_iter_mut().flatten().for_each(|list| list.sort_by_key(|(key, _)| *key));
        Self { policy, subjects, rules }
    }

    /// The rules that can concern the same flows, and some more.
    fn near(&self, rule: &'p Rule) -> impl Iterator<Item = &'p Rule> {
        let peer = Key::of_peer(self.policy, &rule.peer);
        let subjects = near(&self.subjects, Key::of_subject(self.policy, self.policy.subject(rule.subject)));
        let lists = subjects.filter_map(|subject| self.rules.get(subject.0 as usize));
        let lists = lists.map(|[ingress, egress]| if rule.direction == Direction::Ingress { ingress } else { egress });
        lists.flat_map(move |list| near(list, peer)).copied()
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
