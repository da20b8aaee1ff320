//! Flows between pods of two apps and others, on two ports, with two methods and others.

use indexmap::IndexMap;
use proptest::prelude::*;
use ztp::policy::{
    LabelSelector, Op, PathPattern, PodSelector, PortSet, Protocol, Query, Request, Requirement, Traffic,
};
use ztp::semantics::flows::{self, Flows};
use ztp::semantics::traffic::TrafficWitness;
use ztp::semantics::{Answer, Universe};

type Owned = (PodSelector, PodSelector, Traffic);

/// From an app, to an app, by a method (or none) on a port.
type One = (&'static str, &'static str, Option<&'static str>, u16);

fn all() -> Vec<One> {
    let mut all = Vec::new();
    for from in ["a", "b", "c"] {
        for to in ["a", "b", "c"] {
            for port in [1, 2, 3] {
                for method in [None, Some("GET"), Some("POST"), Some("PUT")] {
                    all.push((from, to, method, port));
                }
            }
        }
    }
    all
}

fn selects(selector: &PodSelector, app: &str) -> bool {
    selector.labels.0.iter().all(|requirement| match &requirement.op {
        Op::In(values) => values.contains(app),
        Op::NotIn(values) => !values.contains(app),
        Op::Exists => true,
        Op::DoesNotExist => false,
    })
}

fn fits((from, to, traffic): &Owned, one: One) -> bool {
    let (from_app, to_app, method, port) = one;
    let has_port = |ports: &PortSet| ports.ranges().iter().any(|range| (range.first..=range.last).contains(&port));
    selects(from, from_app)
        && selects(to, to_app)
        && match (traffic, method) {
            (Traffic::Ports(ports), _) => has_port(ports),
            (Traffic::Http { ports, requests }, Some(method)) => {
                let fits =
                    |request: &Request| request.methods.is_empty() || request.methods.iter().any(|one| one == method);
                has_port(ports) && requests.iter().any(fits)
            }
            _ => false,
        }
}

fn selector() -> impl Strategy<Value = PodSelector> {
    let values = || proptest::sample::subsequence(vec!["a", "b"], 1..=2);
    let set = |values: Vec<&str>| values.into_iter().map(Into::into).collect();
    let op = prop_oneof![
        2 => values().prop_map(move |values| vec![Op::In(set(values))]),
        1 => values().prop_map(move |values| vec![Op::NotIn(set(values)), Op::Exists]),
        1 => Just(vec![Op::Exists]),
    ];
    op.prop_map(|ops| {
        let requirements = ops.into_iter().map(|op| Requirement { key: "app".into(), op }).collect();
        PodSelector::labelled("shop", LabelSelector::new(requirements))
    })
}

fn flows() -> impl Strategy<Value = Owned> {
    let ports = || {
        prop_oneof![Just(vec![1]), Just(vec![2]), Just(vec![1, 2])].prop_map(|ports: Vec<u16>| {
            PortSet::new(
                ports.into_iter().flat_map(|port| PortSet::one(Protocol::Tcp, port).ranges().to_vec()).collect(),
            )
        })
    };
    let methods = proptest::sample::subsequence(vec!["GET", "POST"], 0..=2);
    let http = (ports(), methods).prop_map(|(ports, methods)| Traffic::Http {
        ports,
        requests: vec![Request {
            methods: methods.into_iter().map(Into::into).collect(),
            path: PathPattern::Segments { segments: vec![], rest: true },
            query: Query::Any,
            host: None,
            headers: Vec::new(),
        }],
    });
    (selector(), selector(), prop_oneof![1 => ports().prop_map(Traffic::Ports), 3 => http])
}

proptest! {
    #[test]
    fn unions_are_compared_exactly(outers in proptest::collection::vec(flows(), 0..7), inner in flows()) {
        let namespaces = IndexMap::new();
        fn view((from, to, traffic): &Owned) -> Flows<'_> {
            Flows { from, to, traffic }
        }
        let only_inner = |one: One| fits(&inner, one) && !outers.iter().any(|outer| fits(outer, one));
        let views: Vec<_> = outers.iter().map(view).collect();
        match flows::includes_union(Universe::new(&namespaces), &views, view(&inner)) {
            Answer::Yes => prop_assert!(!all().into_iter().any(only_inner)),
            Answer::No(flow) => {
                let app = |name: Option<&smol_str::SmolStr>| {
                    ["a", "b"].into_iter().find(|app| name.is_some_and(|name| name == app)).unwrap_or("c")
                };
                let (method, port) = match &flow.traffic {
                    TrafficWitness::Port(_, port) => (None, *port),
                    TrafficWitness::Request(request, port) => {
                        let known = ["GET", "POST"].into_iter().find(|method| request.method == *method);
                        (Some(known.unwrap_or("PUT")), *port)
                    }
                    other => panic!("{other} is neither"),
                };
                let one = (app(flow.from.labels.get("app")), app(flow.to.labels.get("app")), method, port);
                prop_assert!(only_inner(one), "{flow}");
            }
            Answer::Unknown(reason) => prop_assert!(false, "{reason}"),
        }
    }
}
