//! Rules against brute force: on a small universe every flow is decided one by one, and the questions about sets of flows
//! must have the same answers. Every "no" must come with a flow that shows it.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::LazyLock;
use ztp::policy::{
    Direction, DnsPattern, LabelSelector, NamespaceSelector, Op, PodSelector, PortSet, Protocol, Requirement, ValueSet,
};
use ztp::semantics::connections::{Connection, Connections, IcmpTypes};
use ztp::semantics::endpoints::{self, Endpoint, Endpoints, Names};
use ztp::semantics::namespaces::NamespaceWitness;
use ztp::semantics::nets::AddressSet;
use ztp::semantics::pods::Pod;
use ztp::semantics::{Answer, Place, Places, Universe, connections};
use ztp::verdict::{
    Cause, ChangeKind, Effect, End, Exception, Flow, Flows, Index, Isolation, Part, Rule, Ruleset, agree, changes,
    compare, decide_end, find_change, find_passing, find_stopped,
};

/// Everything that the sets below tell apart, and something beside.
static ENDS: LazyLock<Vec<Endpoint>> = LazyLock::new(|| {
    let mut ends = Vec::new();
    for namespace in ["n", "m"] {
        for app in [None, Some("a"), Some("b")] {
            for tier in [None, Some("x")] {
                let labels = [("app", app), ("tier", tier)];
                let labels = labels.into_iter().filter_map(|(key, value)| Some((key.into(), value?.into())));
                ends.push(Endpoint::Pod(Pod {
                    namespace: NamespaceWitness { name: namespace.into(), labels: BTreeMap::new() },
                    labels: labels.collect(),
                    service_account: "default".into(),
                }));
            }
        }
    }
    for place in [Place::LocalNode, Place::RemoteNode] {
        ends.push(Endpoint::Node { place, labels: BTreeMap::new() });
    }
    for place in [Place::Outside, Place::DualOutside] {
        for address in ["10.0.0.1", "2001:db8::1"] {
            for names in [&[][..], &["a.io"], &["b.io"], &["a.io", "b.io"]] {
                let address: IpAddr = address.parse().unwrap();
                let names = names.iter().map(|name| SmolStr::from(*name)).collect();
                ends.push(Endpoint::Outside { place, address, names });
            }
        }
    }
    ends.extend([Place::Ingress, Place::Health].map(Endpoint::Single));
    ends
});

static CONNECTIONS: LazyLock<Vec<Connection>> = LazyLock::new(|| {
    let mut all = vec![Connection::Other];
    all.extend([8, 0].map(|number| Connection::Icmp { v6: false, number }));
    for port in [1, 3] {
        all.extend([Protocol::Tcp, Protocol::Udp].map(|protocol| Connection::Port(protocol, port)));
    }
    all.extend(["a.io", "b.io"].map(|name| Connection::LookUp(name.into(), Protocol::Udp, 1)));
    all
});

fn pods() -> impl Strategy<Value = Endpoints> {
    let names = prop_oneof![
        Just(ValueSet::Any),
        Just(ValueSet::one("n")),
        Just(ValueSet::In(["n", "m"].map(SmolStr::from).into())),
        Just(ValueSet::NotIn(["n"].map(SmolStr::from).into())),
    ];
    let values = |values: &[&str]| -> BTreeSet<SmolStr> { values.iter().map(|value| SmolStr::from(*value)).collect() };
    let app = prop_oneof![
        3 => Just(None),
        2 => Just(Some(Op::In(values(&["a"]).into()))),
        1 => Just(Some(Op::In(values(&["a", "b"]).into()))),
        1 => Just(Some(Op::NotIn(values(&["a"]).into()))),
        1 => Just(Some(Op::Exists)),
    ];
    let tier = prop_oneof![3 => Just(None), 1 => Just(Some(Op::Exists)), 1 => Just(Some(Op::DoesNotExist))];
    (names, app, tier).prop_map(|(names, app, tier)| {
        let tests = [("app", app), ("tier", tier)].into_iter();
        let tests = tests.filter_map(|(key, op)| Some(Requirement { key: key.into(), op: op? })).collect();
        Endpoints::Pods(PodSelector {
            namespaces: NamespaceSelector { names, labels: LabelSelector::default() },
            labels: LabelSelector::new(tests),
            service_account: ValueSet::Any,
        })
    })
}

fn ends() -> impl Strategy<Value = Endpoints> {
    let names = prop::collection::btree_set(prop_oneof![Just("a.io"), Just("b.io"), Just("*.io")], 0..=2);
    let names = (names.clone(), names).prop_map(|(has, lacks)| {
        let patterns = |names: BTreeSet<&str>| names.into_iter().map(DnsPattern::parse).collect();
        Names { has: patterns(has), lacks: patterns(lacks), alone: false }
    });
    let addresses = prop_oneof![
        2 => Just(AddressSet::all()),
        1 => Just(AddressSet::of_ranges([&"10.0.0.0/8".parse().unwrap()])),
        1 => Just(AddressSet::of_ranges([&"10.0.0.0/8".parse().unwrap()]).complement()),
    ];
    let places = prop_oneof![2 => Just(Places::WORLD), 1 => Just(Places::of(&[Place::Outside]))];
    let nodes = prop_oneof![Just(Places::NODES), Just(Places::HOST), Just(Places::REMOTE_NODES)];
    let single = prop_oneof![Just(Places::SINGLE), Just(Places::of(&[Place::Health]))];
    prop_oneof![
        4 => pods(),
        3 => (places, addresses, names).prop_map(|(places, addresses, names)| endpoints::outside(places, addresses, names)),
        1 => nodes.prop_map(|places| Endpoints::Nodes { places, labels: LabelSelector::default() }),
        1 => single.prop_map(Endpoints::Single),
    ]
    .prop_filter("no endpoint fits", |set| !endpoints::is_empty(Universe::unknown(), set))
}

fn carried() -> impl Strategy<Value = Connections> {
    let port = |port| PortSet::one(Protocol::Tcp, port);
    prop_oneof![
        3 => Just(Connections::All),
        2 => Just(Connections::Ports(port(1))),
        2 => Just(Connections::Ports(ztp::semantics::ports::union(&port(1), &port(2)))),
        1 => Just(Connections::Ports(ztp::semantics::ports::all())),
        1 => Just(Connections::Icmp(IcmpTypes::echo())),
        1 => Just(Connections::LookUps {
            ports: PortSet::one(Protocol::Udp, 1),
            names: vec![DnsPattern::parse("a.io")],
        }),
        1 => Just(Connections::Ports(PortSet::one(Protocol::Udp, 1))),
        1 => Just(Connections::Other),
    ]
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Egress), Just(Direction::Ingress)]
}

fn rulesets() -> impl Strategy<Value = Ruleset> {
    let effect = prop_oneof![3 => Just(Effect::Allow), 2 => Just(Effect::Deny), 1 => Just(Effect::AllowAuthenticated)];
    let except = prop::collection::vec((ends(), carried()), 0..=1);
    let rule = (pods(), direction(), effect, ends(), carried(), except);
    let isolations = prop::collection::vec((pods(), direction()), 0..4);
    (isolations, prop::collection::vec(rule, 0..6)).prop_map(|(isolations, rules)| {
        let mut ruleset = Ruleset::new();
        let cause = ruleset.add_cause(Cause { text: "a rule".into(), object: None, span: None });
        for (subject, direction) in isolations {
            let subject = ruleset.intern(subject);
            ruleset.isolations.push(Isolation { subject, direction, cause });
        }
        for (subject, direction, effect, peers, connections, except) in rules {
            let subject = ruleset.intern(subject);
            let except = except.into_iter().map(|(peers, connections)| Exception { peers, connections }).collect();
            ruleset.rules.push(Rule { subject, direction, effect, peers, connections, except, cause });
        }
        ruleset
    })
}

fn questions() -> impl Strategy<Value = Flows> {
    let from_pod = (pods(), ends(), carried());
    let to_pod = (ends(), pods(), carried());
    prop_oneof![from_pod.prop_map(question), to_pod.prop_map(question)]
}

fn question((from, to, connections): (impl Into<Endpoints>, impl Into<Endpoints>, Connections)) -> Flows {
    Flows { from: from.into(), to: to.into(), connections }
}

fn carries(set: &Connections, connection: &Connection) -> bool {
    connections::contains(set, connection) == Answer::Yes
}

fn asks_about(flows: &Flows, flow: &Flow) -> bool {
    endpoints::matches(&flows.from, &flow.from)
        && endpoints::matches(&flows.to, &flow.to)
        && carries(&flows.connections, &flow.connection)
}

/// Every flow of the universe that a question is about.
fn each(flows: &Flows) -> Vec<Flow> {
    let among = |set: &Endpoints| ENDS.iter().filter(|end| endpoints::matches(set, end)).cloned().collect::<Vec<_>>();
    let carried: Vec<_> = CONNECTIONS.iter().filter(|one| carries(&flows.connections, one)).collect();
    let mut found = Vec::new();
    for from in among(&flows.from) {
        for to in among(&flows.to) {
            let flow = |one: &&Connection| Flow { from: from.clone(), to: to.clone(), connection: (*one).clone() };
            found.extend(carried.iter().map(flow));
        }
    }
    found
}

fn end<'r>(index: &Index<'r>, direction: Direction, flow: &Flow) -> End<'r> {
    let (own, other) = match direction {
        Direction::Egress => (&flow.from, &flow.to),
        Direction::Ingress => (&flow.to, &flow.from),
    };
    decide_end(index, direction, own, other, &flow.connection).unwrap()
}

fn passes(index: &Index<'_>, flow: &Flow) -> bool {
    [Direction::Egress, Direction::Ingress].into_iter().all(|direction| end(index, direction, flow).passes())
}

/// What a comparison looks at, at one end.
fn value(end: &End<'_>) -> &'static str {
    match end {
        End::Open => "open",
        End::Denied(_) => "denied",
        End::NotAllowed(_) => "not allowed",
        End::Allowed(_) if end.authenticated() => "allowed after authentication",
        End::Allowed(_) => "allowed",
    }
}

/// All flows between a pod and anything, in both directions.
fn universe_of_flows() -> Vec<Flow> {
    let mut flows = Vec::new();
    for pod in ENDS.iter().filter(|end| matches!(end, Endpoint::Pod(_))) {
        for other in ENDS.iter() {
            for connection in CONNECTIONS.iter() {
                let (from, to, connection) = (pod.clone(), other.clone(), connection.clone());
                flows.push(Flow { from: to.clone(), to: from.clone(), connection: connection.clone() });
                flows.push(Flow { from, to, connection });
            }
        }
    }
    flows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_passes_and_what_is_stopped(ruleset in rulesets(), flows in questions()) {
        let index = Index::new(&ruleset, Universe::unknown());
        let all = each(&flows);
        match find_passing(&index, &flows).unwrap() {
            Some(flow) => prop_assert!(asks_about(&flows, &flow) && passes(&index, &flow), "{}", flow),
            None => for flow in &all { prop_assert!(!passes(&index, flow), "{}", flow) },
        }
        match find_stopped(&index, &flows).unwrap() {
            Some(flow) => prop_assert!(asks_about(&flows, &flow) && !passes(&index, &flow), "{}", flow),
            None => for flow in &all { prop_assert!(passes(&index, flow), "{}", flow) },
        }
    }

    #[test]
    fn what_changes(old in rulesets(), new in rulesets(), flows in questions()) {
        let (old, new) = (Index::new(&old, Universe::unknown()), Index::new(&new, Universe::unknown()));
        match find_change(&old, &new, &flows).unwrap() {
            Some(flow) => prop_assert!(asks_about(&flows, &flow) && passes(&new, &flow) && !passes(&old, &flow)),
            None => for flow in each(&flows) { prop_assert!(passes(&old, &flow) || !passes(&new, &flow), "{}", flow) },
        }
    }

    #[test]
    fn rules_with_one_more_or_less(ruleset in rulesets(), which in any::<prop::sample::Index>(), drop_rule in any::<bool>()) {
        let mut other = ruleset.clone();
        if drop_rule && !other.rules.is_empty() {
            other.rules.remove(which.index(other.rules.len()));
        } else if !other.isolations.is_empty() {
            other.isolations.remove(which.index(other.isolations.len()));
        }
        check_comparison(&ruleset, &other)?;
    }

    #[test]
    fn any_two_sets_of_rules(first in rulesets(), second in rulesets()) {
        check_comparison(&first, &second)?;
    }
}

fn check_comparison(first: &Ruleset, second: &Ruleset) -> Result<(), TestCaseError> {
    let (one, two) = (Index::new(first, Universe::unknown()), Index::new(second, Universe::unknown()));
    let difference = compare(&one, &two).unwrap();
    if let Some(difference) = &difference {
        let (a, b) =
            (end(&one, difference.direction, &difference.flow), end(&two, difference.direction, &difference.flow));
        let isolated = |end: &End<'_>| matches!(end, End::Allowed(_) | End::NotAllowed(_));
        let (has, lacks) = if difference.only_first { (&a, &b) } else { (&b, &a) };
        match difference.part {
            // A deny can hide from one flow whether its end is isolated.
            Part::Isolated => prop_assert!(isolated(has) || matches!(has, End::Denied(_))),
            Part::Denied => prop_assert!(matches!(has, End::Denied(_)) && !matches!(lacks, End::Denied(_))),
            Part::Allowed => prop_assert!(has.passes() && !lacks.passes()),
            Part::Authenticated => prop_assert!(has.authenticated() && !lacks.authenticated()),
        }
    } else {
        for flow in universe_of_flows() {
            for direction in [Direction::Egress, Direction::Ingress] {
                let (a, b) = (end(&one, direction, &flow), end(&two, direction, &flow));
                prop_assert_eq!(value(&a), value(&b), "{}", flow);
            }
        }
        for change in changes(&one, &two).found {
            prop_assert!(false, "nothing differs, and {:?} is a change", change.kind);
        }
    }
    // What plainly agrees does not differ.
    prop_assert!(!agree(Universe::unknown(), first, second) || difference.is_none());
    let told = changes(&one, &two);
    prop_assert!(told.undecided.is_empty());
    let found = told.found;
    for change in &found {
        let (before, after) = (passes(&one, &change.example), passes(&two, &change.example));
        match change.kind {
            ChangeKind::Gained => prop_assert!(!before && after),
            ChangeKind::Lost => prop_assert!(before && !after),
            // It is about one end, and the other may decide otherwise.
            ChangeKind::Weakened | ChangeKind::Strengthened => {}
        }
    }
    let kinds: BTreeSet<ChangeKind> = found.iter().map(|change| change.kind).collect();
    for flow in universe_of_flows() {
        let (before, after) = (passes(&one, &flow), passes(&two, &flow));
        prop_assert!(before || !after || kinds.contains(&ChangeKind::Gained), "gained: {}", flow);
        prop_assert!(!before || after || kinds.contains(&ChangeKind::Lost), "lost: {}", flow);
    }
    Ok(())
}
