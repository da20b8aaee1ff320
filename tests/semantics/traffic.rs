//! Three ports of two protocols, with a few requests and names, ICMP echo and another protocol.

use proptest::prelude::*;
use ztp::policy::{DnsPattern, PathPattern, PortRange, PortSet, Protocol, Query, Request, Segment, Traffic};
use ztp::semantics::Answer;
use ztp::semantics::traffic::{self, TrafficWitness};

/// What can pass, for a naive matcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum One {
    Plain(Protocol, u16),
    Request(&'static str, &'static str, u16),
    LookUp(&'static str, Protocol, u16),
    Ping,
    Other,
}

fn all() -> Vec<One> {
    let mut all = vec![One::Ping, One::Other];
    for port in 1..=4 {
        for protocol in [Protocol::Tcp, Protocol::Udp] {
            all.push(One::Plain(protocol, port));
            all.extend(["a.io", "b.io", "c.io", "a.b.io", "x.x.x"].map(|name| One::LookUp(name, protocol, port)));
        }
        for method in ["GET", "POST", "PUT"] {
            all.extend(["/a", "/b", "/c/"].map(|path| One::Request(method, path, port)));
        }
    }
    all
}

fn has_port(ports: &PortSet, protocol: Protocol, port: u16) -> bool {
    ports.ranges().iter().any(|range| range.protocol == protocol && (range.first..=range.last).contains(&port))
}

fn fits(traffic: &Traffic, one: One) -> bool {
    let (protocol, port) = match one {
        One::Plain(protocol, port) | One::LookUp(_, protocol, port) => (protocol, port),
        One::Request(_, _, port) => (Protocol::Tcp, port),
        One::Ping => return matches!(traffic, Traffic::All | Traffic::Ping),
        One::Other => return *traffic == Traffic::All,
    };
    match (traffic, one) {
        (Traffic::All, _) => true,
        (Traffic::Ports(ports), _) => has_port(ports, protocol, port),
        (Traffic::Http { ports, requests }, One::Request(method, path, _)) => {
            has_port(ports, protocol, port)
                && requests.iter().any(|request| {
                    (request.methods.is_empty() || request.methods.iter().any(|one| one == method))
                        && match &request.path {
                            PathPattern::Segments { rest: true, .. } => true,
                            PathPattern::Segments { segments, .. } => {
                                *segments == [Segment::Literal(path.split_at(1).1.into())]
                            }
                            PathPattern::Matching(_) => unreachable!("not made here"),
                        }
                })
        }
        (Traffic::Dns { ports, names }, One::LookUp(name, ..)) => {
            has_port(ports, protocol, port)
                && names.iter().any(|pattern| match pattern {
                    DnsPattern::Any => true,
                    DnsPattern::Exact(exact) => exact == name,
                    DnsPattern::Glob(_) => name.ends_with(".io") && name.matches('.').count() == 1,
                    DnsPattern::Below(_) => name.ends_with(".io"),
                })
        }
        _ => false,
    }
}

/// The witness as one of the above; those of the sets that are tested fall on the same side.
fn same_side(witness: &TrafficWitness) -> One {
    match witness {
        TrafficWitness::Port(protocol, port) => One::Plain(*protocol, *port),
        TrafficWitness::Request(request, port) => {
            let method = ["GET", "POST"].into_iter().find(|method| request.method == *method).unwrap_or("PUT");
            let path = ["/a", "/b"].into_iter().find(|path| request.path == *path);
            One::Request(method, path.unwrap_or("/c/"), *port)
        }
        TrafficWitness::LookUp(name, protocol, port) => {
            let side = match name.as_str() {
                "a.io" => "a.io",
                "b.io" => "b.io",
                other if !other.ends_with(".io") => "x.x.x",
                other if other.matches('.').count() == 1 => "c.io",
                _ => "a.b.io",
            };
            One::LookUp(side, *protocol, *port)
        }
        TrafficWitness::Ping => One::Ping,
        TrafficWitness::Other => One::Other,
    }
}

fn port_set(protocols: &'static [Protocol]) -> impl Strategy<Value = PortSet> {
    let range = (proptest::sample::select(protocols), 1..=3_u16, 1..=3_u16).prop_map(|(protocol, a, b)| PortRange {
        protocol,
        first: a.min(b),
        last: a.max(b),
    });
    proptest::collection::vec(range, 1..3).prop_map(PortSet::new)
}

fn request() -> impl Strategy<Value = Request> {
    let literal = |text: &str| PathPattern::Segments { segments: vec![Segment::Literal(text.into())], rest: false };
    let path = prop_oneof![
        Just(literal("a")),
        Just(literal("b")),
        Just(PathPattern::Segments { segments: vec![], rest: true }),
    ];
    (proptest::sample::subsequence(vec!["GET", "POST"], 0..=2), path).prop_map(|(methods, path)| Request {
        methods: methods.into_iter().map(Into::into).collect(),
        path,
        query: Query::Any,
        host: None,
        headers: Vec::new(),
    })
}

fn traffic() -> impl Strategy<Value = Traffic> {
    const BOTH: &[Protocol] = &[Protocol::Tcp, Protocol::Udp];
    let name = prop_oneof![Just("a.io"), Just("b.io"), Just("*.io"), Just("**.io"), Just("*")];
    let names = proptest::collection::vec(name.prop_map(DnsPattern::parse), 1..3);
    let requests = proptest::collection::vec(request(), 1..3);
    prop_oneof![
        1 => Just(Traffic::All),
        1 => Just(Traffic::Ping),
        3 => port_set(BOTH).prop_map(Traffic::Ports),
        4 => (port_set(&[Protocol::Tcp]), requests).prop_map(|(ports, requests)| Traffic::Http { ports, requests }),
        3 => (port_set(BOTH), names).prop_map(|(ports, names)| Traffic::Dns { ports, names }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn traffic_is_a_set(outers in proptest::collection::vec(traffic(), 0..4), inner in traffic()) {
        let only_inner = |one: One| fits(&inner, one) && !outers.iter().any(|outer| fits(outer, one));
        match traffic::includes_union(&outers.iter().collect::<Vec<_>>(), &inner) {
            Answer::Yes => prop_assert!(!all().into_iter().any(only_inner)),
            Answer::No(witness) => prop_assert!(only_inner(same_side(&witness)), "{witness}"),
            Answer::Unknown(reason) => prop_assert!(false, "{reason}"),
        }
        for outer in &outers {
            let in_both = |one: One| fits(&inner, one) && fits(outer, one);
            match traffic::disjoint(outer, &inner) {
                Answer::Yes => prop_assert!(!all().into_iter().any(in_both)),
                Answer::No(witness) => prop_assert!(in_both(same_side(&witness)), "{witness}"),
                Answer::Unknown(reason) => prop_assert!(false, "{reason}"),
            }
            let both = traffic::intersection(outer, &inner);
            for one in all() {
                prop_assert_eq!(both.as_ref().is_some_and(|both| fits(both, one)), in_both(one), "{:?}", one);
            }
            prop_assert_eq!(traffic::overlap(outer, &inner), all().into_iter().any(in_both));
        }
    }
}
