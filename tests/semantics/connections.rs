//! Four ports of three protocols, with a few requests, names and server names, some ICMP types and another protocol.

use proptest::prelude::*;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use ztp::policy::{DnsPattern, LabelSelector, PathPattern, PortRange, PortSet, Protocol, Query, Segment};
use ztp::semantics::Answer;
use ztp::semantics::connections::{
    self, Authority, Connection, Connections, IcmpTypes, Methods, RequestLine, RequestSet, Target,
};
use ztp::semantics::ports;

/// Ports beside which nothing is told apart: 4 stands for those above 3.
const PORTS: std::ops::RangeInclusive<u16> = 1..=4;
const NAMES: [&str; 5] = ["a.io", "b.io", "c.io", "a.b.io", "x"];
const TYPES: [(bool, u8); 6] = [(false, 0), (false, 8), (false, 255), (true, 8), (true, 64), (true, 128)];

static ALL: LazyLock<Vec<Connection>> = LazyLock::new(|| {
    let mut all = vec![Connection::Other];
    all.extend(TYPES.map(|(v6, number)| Connection::Icmp { v6, number }));
    for port in PORTS {
        all.extend(Protocol::ALL.map(|protocol| Connection::Port(protocol, port)));
        for name in NAMES.map(SmolStr::from) {
            all.push(Connection::LookUp(name.clone(), Protocol::Tcp, port));
            all.push(Connection::LookUp(name.clone(), Protocol::Udp, port));
            all.push(Connection::Tls(name, port));
        }
        for method in ["GET", "POST", "PUT"] {
            for target in ["/", "/a", "/b", "/a?q", "/b?q", "/c"] {
                let (method, target) = (method.into(), target.into());
                all.push(Connection::Request(
                    RequestLine { method, target, authority: None, headers: BTreeMap::new() },
                    port,
                ));
            }
        }
    }
    all
});

fn has_port(ports: &PortSet, protocol: Protocol, port: u16) -> bool {
    ports.ranges().iter().any(|range| range.protocol == protocol && (range.first..=range.last).contains(&port))
}

fn name_fits(patterns: &[DnsPattern], name: &str) -> bool {
    patterns.iter().any(|pattern| match pattern {
        DnsPattern::Any => true,
        DnsPattern::Exact(exact) => exact == name,
        DnsPattern::Glob(_) => name.ends_with(".io") && name.matches('.').count() == 1,
        DnsPattern::Below(_) => name.ends_with(".io"),
    })
}

fn request_fits(set: &RequestSet, line: &RequestLine) -> bool {
    let method = match &set.methods {
        Methods::In(methods) => methods.contains(&line.method),
        _ => true,
    };
    let (path, query) = line.target.split_once('?').map_or((line.target.as_str(), false), |(path, _)| (path, true));
    method
        && match &set.target {
            Target::Path { path: PathPattern::Segments { segments, rest }, query: wanted } => {
                (*rest || *segments == [Segment::Literal(path.trim_start_matches('/').into())])
                    && (*wanted == Query::Any || !query)
            }
            Target::Matching(_) => path == "/a" || path == "/b",
            Target::Path { .. } => unreachable!("not made here"),
        }
}

fn fits(set: &Connections, connection: &Connection) -> bool {
    use Connection as C;
    match (set, connection) {
        (Connections::All, _) | (Connections::Other, C::Other) => true,
        (Connections::Ports(ports), C::Port(protocol, port) | C::LookUp(_, protocol, port)) => {
            has_port(ports, *protocol, *port)
        }
        (Connections::Ports(ports), C::Request(_, port) | C::Tls(_, port)) => has_port(ports, Protocol::Tcp, *port),
        (Connections::Icmp(types), C::Icmp { v6, number }) => types.iter().any(|one| one == (*v6, *number)),
        (Connections::Requests { ports, requests }, C::Request(line, port)) => {
            has_port(ports, Protocol::Tcp, *port) && requests.iter().any(|set| request_fits(set, line))
        }
        (Connections::LookUps { ports, names }, C::LookUp(name, protocol, port)) => {
            has_port(ports, *protocol, *port) && name_fits(names, name)
        }
        (Connections::Tls { ports, names }, C::Tls(name, port)) => {
            has_port(ports, Protocol::Tcp, *port) && name_fits(names, name)
        }
        _ => false,
    }
}

fn port_set() -> impl Strategy<Value = PortSet> {
    let range = (proptest::sample::select(&Protocol::ALL), 1..=3_u16, prop_oneof![4 => 1..=3_u16, 1 => Just(u16::MAX)])
        .prop_map(|(protocol, a, b)| PortRange { protocol, first: a.min(b), last: a.max(b) });
    proptest::collection::vec(range, 0..4).prop_map(PortSet::new)
}

fn request() -> impl Strategy<Value = RequestSet> {
    let path = |segments: Vec<Segment>, rest| Target::Path {
        path: PathPattern::Segments { segments, rest },
        query: Query::Any,
    };
    let bare = |text: &str| Target::Path {
        path: PathPattern::Segments { segments: vec![Segment::Literal(text.into())], rest: false },
        query: Query::None,
    };
    let target = prop_oneof![
        Just(path(vec![Segment::Literal("a".into())], false)),
        Just(bare("a")),
        Just(bare("b")),
        Just(path(Vec::new(), true)),
        Just(Target::Matching(r"/[ab](\?.*)?".into())),
    ];
    let methods = prop_oneof![
        Just(Methods::Any),
        proptest::sample::subsequence(vec!["GET", "POST"], 1..=2)
            .prop_map(|methods| Methods::In(methods.into_iter().map(SmolStr::from).collect::<BTreeSet<_>>())),
    ];
    (methods, target).prop_map(|(methods, target)| RequestSet {
        methods,
        target,
        authority: Authority::Any,
        headers: LabelSelector::default(),
    })
}

fn names() -> impl Strategy<Value = Vec<DnsPattern>> {
    let name = prop_oneof![Just("a.io"), Just("b.io"), Just("*.io"), Just("**.io"), Just("*")];
    proptest::collection::vec(name.prop_map(DnsPattern::parse), 0..3)
}

fn icmp() -> impl Strategy<Value = IcmpTypes> {
    let one = proptest::sample::select(&TYPES).prop_map(|(v6, number)| IcmpTypes::one(v6, number));
    let types = prop_oneof![
        4 => one,
        1 => any::<bool>().prop_map(IcmpTypes::family),
        1 => Just(IcmpTypes::ALL),
    ];
    (types, any::<bool>()).prop_map(|(types, other)| if other { types.complement() } else { types })
}

/// Sets whose connections carry the same, and a plain one now and then.
fn of_one_kind(kind: u8) -> impl Strategy<Value = Connections> {
    let requests = proptest::collection::vec(request(), 1..3);
    (port_set(), requests, names(), 0..8).prop_map(move |(ports, requests, names, plain)| match kind {
        _ if plain == 0 => Connections::Ports(ports),
        0 => Connections::Requests { ports, requests },
        1 => Connections::LookUps { ports, names },
        _ => Connections::Tls { ports, names },
    })
}

/// Sets to be in, and sets not to be in.
fn question() -> impl Strategy<Value = (Vec<Connections>, Vec<Connections>)> {
    use proptest::collection::vec;
    prop_oneof![
        (vec(connections(), 1..4), vec(connections(), 0..5)),
        (0..3_u8).prop_flat_map(|kind| (vec(of_one_kind(kind), 1..3), vec(of_one_kind(kind), 1..6))),
    ]
}

fn connections() -> impl Strategy<Value = Connections> {
    let requests = proptest::collection::vec(request(), 0..3);
    prop_oneof![
        2 => Just(Connections::All),
        3 => port_set().prop_map(Connections::Ports),
        1 => Just(Connections::Ports(ports::all())),
        2 => icmp().prop_map(Connections::Icmp),
        1 => Just(Connections::Other),
        4 => (port_set(), requests).prop_map(|(ports, requests)| Connections::Requests { ports, requests }),
        3 => (port_set(), names()).prop_map(|(ports, names)| Connections::LookUps { ports, names }),
        3 => (port_set(), names()).prop_map(|(ports, names)| Connections::Tls { ports, names }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn connections_are_compared_exactly((within, without) in question()) {
        let (within, without): (Vec<_>, Vec<_>) = (within.iter().collect(), without.iter().collect());
        let wanted = |one: &Connection, fits: &dyn Fn(&Connections, &Connection) -> bool| {
            within.iter().all(|set| fits(set, one)) && !without.iter().any(|set| fits(set, one))
        };
        match connections::find(&within, &without) {
            Answer::Yes => prop_assert_eq!(ALL.iter().find(|one| wanted(one, &fits)), None),
            Answer::No(one) => {
                prop_assert!(wanted(&one, &fits), "{one}");
                prop_assert!(wanted(&one, &|set, one| connections::contains(set, one).is_yes()), "{one}");
            }
            Answer::Unknown(reason) => prop_assert!(false, "{reason}"),
        }
    }

    #[test]
    fn connections_are_in_their_sets(set in connections()) {
        for one in ALL.iter() {
            prop_assert_eq!(connections::contains(&set, one).is_yes(), fits(&set, one), "{} in {}", one, set);
        }
    }

    #[test]
    fn icmp_types_are_sets(a in icmp(), b in icmp()) {
        for (v6, number) in IcmpTypes::ALL.iter() {
            let (in_a, in_b) = (a.contains(v6, number), b.contains(v6, number));
            prop_assert_eq!(a.union(&b).contains(v6, number), in_a || in_b);
            prop_assert_eq!(a.intersection(&b).contains(v6, number), in_a && in_b);
            prop_assert_eq!(a.difference(&b).contains(v6, number), in_a && !in_b);
            prop_assert_eq!(a.complement().contains(v6, number), !in_a);
        }
        prop_assert_eq!(IcmpTypes::ALL.iter().count(), 512);
        prop_assert_eq!(a.is_empty(), a.iter().next().is_none());
        let again = a.iter().fold(IcmpTypes::default(), |all, (v6, number)| all.union(&IcmpTypes::one(v6, number)));
        prop_assert_eq!(again, a);
    }
}

fn tcp(first: u16, last: u16) -> PortSet {
    PortSet::new(vec![PortRange { protocol: Protocol::Tcp, first, last }])
}

#[test]
fn a_request_lies_within_its_port_and_not_the_other_way_round() {
    let port = Connections::Ports(tcp(80, 80));
    let requests = Connections::Requests { ports: tcp(80, 81), requests: vec![RequestSet::all()] };
    assert_eq!(connections::includes(&requests, &port), Answer::No(Connection::Port(Protocol::Tcp, 80)));
    let Answer::No(one) = connections::includes(&port, &requests) else { panic!("port 81 is left") };
    assert_eq!(one.to_string(), "GET / on :81");
    let both = [&port, &Connections::Ports(tcp(81, 90))];
    assert!(connections::includes_union(&both, &requests).is_yes());
    assert!(connections::overlap(&port, &requests));
    assert_eq!(
        connections::includes(&Connections::Other, &Connections::All),
        Answer::No(Connection::Port(Protocol::Tcp, 1))
    );
}

#[test]
fn sets_and_connections_in_words() {
    let names = vec![DnsPattern::parse("a.example"), DnsPattern::parse("**.b.example")];
    let dns = PortSet::new(
        Protocol::ALL[..2].iter().map(|protocol| PortRange { protocol: *protocol, first: 53, last: 53 }).collect(),
    );
    let path = PathPattern::Segments { segments: vec![Segment::Literal("a".into()), Segment::One], rest: false };
    let request = RequestSet {
        methods: Methods::In(["GET".into(), "HEAD".into()].into()),
        target: Target::Path { path, query: Query::None },
        authority: Authority::Host("h.example".into()),
        ..RequestSet::all()
    };
    for (set, expected) in [
        (Connections::All, "everything"),
        (Connections::Ports(ports::all()), "every port"),
        (Connections::Ports(tcp(8080, 8080)), ":8080"),
        (Connections::Ports(PortSet::default()), "no port"),
        (Connections::Icmp(IcmpTypes::echo()), "ping"),
        (Connections::Icmp(IcmpTypes::ALL), "ICMPv4, ICMPv6"),
        (
            Connections::Icmp(IcmpTypes::one(true, 1).union(&IcmpTypes::one(true, 2)).union(&IcmpTypes::one(false, 3))),
            "ICMPv4 type 3, ICMPv6 type 1-2",
        ),
        (
            Connections::Requests { ports: tcp(80, 81), requests: vec![request, RequestSet::all()] },
            r#"GET, HEAD /a/* without query at host "h.example"; request /** on :80-81"#,
        ),
        (
            Connections::LookUps { ports: dns, names: names.clone() },
            "look-up of a.example, **.b.example on :[53, 53/udp]",
        ),
        (Connections::Tls { ports: tcp(443, 443), names }, "TLS to a.example, **.b.example on :443"),
        (Connections::Other, "protocols without ports"),
    ] {
        assert_eq!(set.to_string(), expected);
    }
    for (connection, expected) in [
        (Connection::Port(Protocol::Udp, 53), ":53/udp"),
        (Connection::Icmp { v6: false, number: 8 }, "ping"),
        (Connection::Icmp { v6: true, number: 128 }, "ping over IPv6"),
        (Connection::Icmp { v6: true, number: 8 }, "ICMPv6 type 8"),
        (Connection::LookUp("a.example".into(), Protocol::Udp, 53), "look-up of a.example on :53/udp"),
        (Connection::Tls("a.example".into(), 443), "TLS to a.example on :443"),
        (Connection::Other, "a protocol without ports"),
    ] {
        assert_eq!(connection.to_string(), expected);
    }
}

#[test]
fn many_rules_and_ports_are_compared() {
    let literal = |text: String| PathPattern::Segments { segments: vec![Segment::Literal(text.into())], rest: false };
    let rule = |number: u16| Connections::Requests {
        ports: tcp(1 + number % 7 * 100, 1000 + number),
        requests: vec![RequestSet {
            target: Target::Path { path: literal(format!("p{number}")), query: Query::Any },
            ..RequestSet::all()
        }],
    };
    let rules: Vec<Connections> = (0..100).map(rule).collect();
    let all: Vec<&Connections> = rules.iter().collect();
    for rule in &rules {
        let others: Vec<&Connections> = rules.iter().filter(|other| *other != rule).collect();
        assert!(connections::find(&[rule], &others).is_no());
        assert!(connections::find(&[rule], &all).is_yes());
        assert!(connections::includes_union(&others, rule).is_no());
    }
}
