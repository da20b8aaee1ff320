//! A map says of every pair what deciding that pair says.

use proptest::prelude::*;
use ztp::map::{Focus, Kind, Map, Passes, Scene, Vertex, Workload, draw};
use ztp::policy::{
    Direction, DnsPattern, LabelSelector, Namespace, NamespaceSelector, Op, PathPattern, PodSelector, PortRange,
    PortSet, Protocol, Query, Request, Requirement, Segment, ValueSet, Values,
};
use ztp::semantics::connections::{Connection, Connections, IcmpTypes, RequestLine, RequestSet, contains};
use ztp::semantics::endpoints::{self, Endpoint, Endpoints, Names};
use ztp::semantics::namespaces::NamespaceWitness;
use ztp::semantics::nets::AddressSet;
use ztp::semantics::pods::{self, Pod};
use ztp::semantics::{Answer, Place, Places, Universe, labels, ports};
use ztp::source::{FileId, Span};
use ztp::verdict::{Cause, Effect, Exception, Flow, Gap, Index, Isolation, Rule, Ruleset, decide};

fn pods(namespace: Option<&str>, labels: &[(&str, &str)]) -> PodSelector {
    let names = namespace.map_or(ValueSet::Any, ValueSet::one);
    let test = |(key, value): &(&str, &str)| match *value {
        "*" => Requirement { key: (*key).into(), op: Op::Exists },
        "!" => Requirement { key: (*key).into(), op: Op::DoesNotExist },
        value => Requirement { key: (*key).into(), op: Op::In(Values::one(value)) },
    };
    PodSelector {
        namespaces: NamespaceSelector { names, labels: LabelSelector::default() },
        labels: LabelSelector::new(labels.iter().map(test).collect()),
        ..PodSelector::default()
    }
}

fn of_team() -> PodSelector {
    let namespaces = NamespaceSelector { names: ValueSet::Any, labels: LabelSelector::is("team", "web") };
    PodSelector { namespaces, ..PodSelector::default() }
}

fn nodes(places: Places, labels: LabelSelector) -> Endpoints {
    Endpoints::Nodes { places, labels }
}

fn subjects() -> Vec<Endpoints> {
    let mut all: Vec<Endpoints> = [
        pods(Some("a"), &[]),
        pods(Some("a"), &[("app", "x")]),
        pods(Some("a"), &[("tier", "!")]),
        pods(Some("b"), &[("app", "x")]),
        pods(None, &[]),
        pods(None, &[("app", "y")]),
        pods(Some("c"), &[("app", "z")]),
        pods(Some("elsewhere"), &[]),
        of_team(),
    ]
    .map(Endpoints::Pods)
    .into();
    all.push(nodes(Places::NODES, LabelSelector::is("role", "worker")));
    all
}

fn peers() -> Vec<Endpoints> {
    let mut all = subjects();
    all.extend([pods(Some("b"), &[]), pods(Some("monitoring"), &[("app", "p")])].map(Endpoints::Pods));
    all.extend(endpoints::anything());
    all.push(nodes(Places::HOST, LabelSelector::default()));
    all.extend(endpoints::at(Places::APISERVER));
    let net = |text: &str| AddressSet::of_ranges([&text.parse().unwrap()]);
    for addresses in [net("10.0.0.0/8"), net("10.1.0.0/16"), AddressSet::all().difference(&net("10.1.0.0/16"))] {
        all.push(endpoints::outside(Places::WORLD, addresses, Names::default()));
    }
    for pattern in ["a.example", "*.example"] {
        let names = Names::one(DnsPattern::parse(pattern));
        all.push(endpoints::outside(Places::WORLD, AddressSet::all(), names));
    }
    all
}

fn connections() -> Vec<Connections> {
    let port = |protocol, port| PortSet::one(protocol, port);
    let get = |method: &str, path: &str| {
        RequestSet::from(&Request {
            methods: vec![method.into()],
            path: PathPattern::Segments { segments: vec![Segment::Literal(path.into())], rest: false },
            query: Query::Any,
            host: None,
            headers: Vec::new(),
        })
    };
    let range = PortRange { protocol: Protocol::Tcp, first: 8000, last: 9000 };
    vec![
        Connections::All,
        Connections::Ports(port(Protocol::Tcp, 8080)),
        Connections::Ports(PortSet::new(vec![range])),
        Connections::Ports(port(Protocol::Udp, 53)),
        Connections::Icmp(IcmpTypes::echo()),
        Connections::Other,
        Connections::Requests { ports: port(Protocol::Tcp, 8080), requests: vec![get("GET", "a"), get("POST", "b")] },
        Connections::Requests { ports: port(Protocol::Tcp, 8080), requests: vec![get("GET", "a")] },
        Connections::LookUps { ports: port(Protocol::Udp, 53), names: vec![DnsPattern::parse("*.example")] },
    ]
}

/// What is asked of each pair: each stands for a part of what the sets above can tell apart.
fn probes() -> Vec<Connection> {
    let request = |method: &str, target: &str| {
        let line = RequestLine {
            method: method.into(),
            target: target.into(),
            authority: None,
            headers: labels::Labels::new(),
        };
        Connection::Request(line, 8080)
    };
    vec![
        Connection::Port(Protocol::Tcp, 80),
        Connection::Port(Protocol::Tcp, 8080),
        Connection::Port(Protocol::Tcp, 9000),
        Connection::Port(Protocol::Udp, 53),
        Connection::Icmp { v6: false, number: 8 },
        Connection::Icmp { v6: false, number: 0 },
        Connection::Other,
        request("GET", "/a"),
        request("POST", "/b"),
        request("GET", "/b"),
        Connection::LookUp("a.example".into(), Protocol::Udp, 53),
        Connection::LookUp("a.other".into(), Protocol::Udp, 53),
    ]
}

fn scene(count: usize) -> Scene {
    let span = Span::new(FileId(0), 0, 0);
    let namespace = |labels: &[(&str, &str)]| Namespace {
        labels: labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
        owner: None,
        has_files: true,
        span,
    };
    let namespaces = [("a", namespace(&[("team", "web")])), ("b", namespace(&[])), ("c", namespace(&[]))];
    let shapes: [(&str, &[(&str, &str)]); 4] =
        [("a", &[("app", "x")]), ("a", &[("app", "y"), ("tier", "t")]), ("b", &[("app", "x")]), ("b", &[])];
    let workload = |number: usize| {
        let (namespace, own) = shapes[number % shapes.len()];
        let team = (namespace == "a").then(|| ("team".into(), "web".into()));
        Workload {
            kind: "Deployment".into(),
            name: format!("w{number}").into(),
            pod: Pod {
                namespace: NamespaceWitness { name: namespace.into(), labels: team.into_iter().collect() },
                labels: own.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
                service_account: "default".into(),
            },
            host_network: false,
        }
    };
    Scene {
        namespaces: namespaces.into_iter().map(|(name, namespace)| (name.into(), namespace)).collect(),
        workloads: (0..count).map(workload).collect(),
        ..Scene::default()
    }
}

/// A rule by its positions in the lists above.
type Chosen = (usize, bool, u8, usize, usize, Option<(usize, usize)>);

fn ruleset(rules: &[Chosen], isolations: &[(usize, bool)], gap: Option<(usize, bool)>) -> Ruleset {
    let (subjects, peers, connections) = (subjects(), peers(), connections());
    let mut set = Ruleset::new();
    let cause = set.add_cause(Cause { text: "made up".into(), object: None, span: None });
    let direction = |ingress: bool| if ingress { Direction::Ingress } else { Direction::Egress };
    for (subject, ingress) in isolations {
        let subject = set.intern(subjects[*subject].clone());
        set.isolations.push(Isolation { subject, direction: direction(*ingress), cause });
    }
    for (subject, ingress, effect, peer, carried, except) in rules {
        let subject = set.intern(subjects[*subject].clone());
        let effect = [Effect::Allow, Effect::AllowAuthenticated, Effect::Deny][usize::from(*effect)];
        let mut except = except
            .map(|(peer, carried)| Exception { peers: peers[peer].clone(), connections: connections[carried].clone() });
        // No enforcer takes some look-ups out of what is allowed: where it looks into them, it does so for all of a port.
        if let (true, Some(Connections::LookUps { names, .. })) =
            (effect != Effect::Deny, except.as_mut().map(|except| &mut except.connections))
        {
            *names = vec![DnsPattern::Any];
        }
        set.rules.push(Rule {
            subject,
            direction: direction(*ingress),
            effect,
            peers: peers[*peer].clone(),
            connections: connections[*carried].clone(),
            except: except.into_iter().collect(),
            cause,
        });
    }
    if let Some((subject, ingress)) = gap {
        let subject = set.intern(subjects[subject].clone());
        let reason = "nobody knows".to_owned();
        set.gaps.push(Gap::new(subject, Some(direction(ingress)), reason, cause));
    }
    set
}

/// Everybody of whom the map says something, with what is asked in their place.
fn everybody(scene: &Scene, map: &Map) -> Vec<(Who, Endpoint)> {
    let universe = Universe::new(&scene.namespaces);
    let mut all: Vec<(Who, Endpoint)> = Vec::new();
    for (id, vertex) in map.vertices.iter().enumerate() {
        let workload =
            |workload: &&Workload| vertex.name == format!("{}/{}", workload.pod.namespace.name, workload.name);
        let endpoint = match &vertex.kind {
            Kind::Workload { .. } => Some(Endpoint::Pod(scene.workloads.iter().find(workload).unwrap().pod.clone())),
            Kind::Pods { selector } | Kind::Elsewhere { selector: Some(selector) } => {
                pods::witness(universe, selector).map(Endpoint::Pod)
            }
            Kind::Nodes { labels } => {
                Some(Endpoint::Node { place: Place::RemoteNode, labels: labels::witness(labels).unwrap() })
            }
            Kind::Group { .. } | Kind::Elsewhere { selector: None } | Kind::Outside { .. } => None,
        };
        all.extend(endpoint.map(|endpoint| (Who::Vertex(id), endpoint)));
    }
    let other = NamespaceWitness { name: "other".into(), labels: labels::Labels::new() };
    let other = Pod { namespace: other, labels: labels::Labels::new(), service_account: "default".into() };
    all.push((Who::OtherPods, Endpoint::Pod(other)));
    for place in [Place::LocalNode, Place::LocalApiserver, Place::RemoteNode, Place::RemoteApiserver] {
        all.push((Who::Outside, Endpoint::Node { place, labels: labels::Labels::new() }));
    }
    all.push((Who::Outside, Endpoint::Single(Place::Health)));
    for address in ["10.0.0.1", "10.1.0.1", "8.8.8.8"] {
        for names in [vec![], vec!["a.example".into()], vec!["b.example".into()]] {
            for place in [Place::Outside, Place::OutsideApiserver] {
                let (address, names) = (address.parse().unwrap(), names.clone());
                all.push((Who::Outside, Endpoint::Outside { place, address, names }));
            }
        }
    }
    all
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Vertex(usize),
    OtherPods,
    Outside,
}

fn stands_for(map: &Map, vertex: usize, who: Who, endpoint: &Endpoint) -> bool {
    match (&map.vertices[vertex].kind, who) {
        (Kind::Group { members, except }, Who::Vertex(id)) => members.contains(&id) && !except.contains(&id),
        (_, Who::Vertex(id)) if id == vertex => true,
        (Kind::Elsewhere { selector: None }, Who::OtherPods) => true,
        (Kind::Outside { sets }, Who::OtherPods) => sets.iter().any(|set| matches!(set, Endpoints::Pods(_))),
        (Kind::Outside { sets }, Who::Outside) => sets.iter().any(|set| endpoints::matches(set, endpoint)),
        _ => false,
    }
}

/// What the map says of a flow; `None` when it says that it does not know.
fn says(map: &Map, from: &(Who, Endpoint), to: &(Who, Endpoint), connection: &Connection) -> Option<bool> {
    let elsewhere = |who: &Who| match who {
        Who::Vertex(id) => matches!(map.vertices[*id].kind, Kind::Elsewhere { .. }),
        _ => false,
    };
    let edges = |from: &(Who, Endpoint), to: &(Who, Endpoint)| {
        map.edges
            .iter()
            .filter(|edge| stands_for(map, edge.from, from.0, &from.1) && stands_for(map, edge.to, to.0, &to.1))
            .collect::<Vec<_>>()
    };
    let mut found = edges(from, to);
    // What is not said of pods elsewhere is said of all of them.
    if found.is_empty() && elsewhere(&from.0) {
        found = edges(&(Who::OtherPods, from.1.clone()), to);
    }
    if found.is_empty() && elsewhere(&to.0) {
        found = edges(from, &(Who::OtherPods, to.1.clone()));
    }
    let mut answer = Some(false);
    for edge in found {
        match &edge.passes {
            Passes::Unknown(_) => answer = answer.filter(|passes| *passes),
            Passes::Known { passing, .. } => {
                let in_all = |all: Vec<Connections>| all.iter().all(|set| contains(set, connection) == Answer::Yes);
                if passing.connections().into_iter().any(in_all) {
                    answer = Some(true);
                }
            }
        }
    }
    answer
}

/// Whether this is no look-up, and some rule leaves the look-ups of its port to others.
fn looked_into(rules: &Ruleset, connection: &Connection) -> bool {
    let Connection::Port(protocol, port) = connection else { return false };
    let mut excepted = rules.rules.iter().filter(|rule| rule.effect != Effect::Deny).flat_map(|rule| &rule.except);
    excepted.any(|except| match &except.connections {
        Connections::LookUps { ports, .. } => ports::includes(ports, &PortSet::one(*protocol, *port)),
        _ => false,
    })
}

fn is_own(map: &Map, who: Who) -> bool {
    let own = |vertex: &Vertex| matches!(vertex.kind, Kind::Workload { .. } | Kind::Pods { .. });
    matches!(who, Who::Vertex(id) if own(&map.vertices[id]))
}

/// Where there is too much to tell apart outside, nothing of it is known; and nothing is left out, which would say that it
/// does not pass.
#[test]
fn what_is_too_much_is_unknown() {
    let mut names = Ruleset::new();
    let cause = names.add_cause(Cause { text: "made up".into(), object: None, span: None });
    let subject = names.intern(Endpoints::Pods(pods(Some("a"), &[])));
    let rule = |peers, connections| Rule {
        subject,
        direction: Direction::Egress,
        effect: Effect::Deny,
        peers,
        connections,
        except: Vec::new(),
        cause,
    };
    // Each name halves what is outside.
    for number in 1..=12 {
        let named = Names::one(DnsPattern::parse(&format!("n{number}.example")));
        let port = Connections::Ports(PortSet::one(Protocol::Tcp, number));
        names.rules.push(rule(endpoints::outside(Places::WORLD, AddressSet::all(), named), port));
    }
    // And so does each kind of nodes.
    let mut kinds = names.clone();
    kinds.rules.clear();
    for number in 0..12 {
        let test = |key: &str| Requirement { key: format!("{key}{number}").into(), op: Op::Exists };
        let labels = LabelSelector::new(vec![test("a"), test("b")]);
        let subject = kinds.intern(nodes(Places::NODES, labels));
        kinds.isolations.push(Isolation { subject, direction: Direction::Ingress, cause });
    }
    let scene = scene(1);
    for rules in [names, kinds] {
        let map = draw(&scene, &rules, &Focus::default());
        let everybody = everybody(&scene, &map);
        let own = everybody.iter().find(|(who, _)| is_own(&map, *who)).unwrap();
        for outside in everybody.iter().filter(|(who, _)| *who == Who::Outside) {
            assert_eq!(says(&map, own, outside, &Connection::Other), None, "{}", outside.1);
        }
    }
}

fn chosen() -> impl Strategy<Value = Chosen> {
    let (subjects, peers, connections) = (subjects().len(), peers().len(), connections().len());
    let except = prop::option::weighted(0.3, (0..peers, 0..connections));
    (0..subjects, any::<bool>(), 0..3_u8, 0..peers, 0..connections, except)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_map_agrees_with_decisions(
        count in 0..12_usize,
        rules in prop::collection::vec(chosen(), 0..10),
        isolations in prop::collection::vec((0..subjects().len(), any::<bool>()), 0..6),
        gap in prop::option::weighted(0.1, (0..subjects().len(), any::<bool>())),
    ) {
        let scene = scene(count);
        let rules = ruleset(&rules, &isolations, gap);
        let map = draw(&scene, &rules, &Focus::default());
        let index = Index::new(&rules, Universe::new(&scene.namespaces));
        let everybody = everybody(&scene, &map);
        for from in &everybody {
            for to in &everybody {
                let same = matches!((from.0, to.0), (Who::Vertex(a), Who::Vertex(b)) if a == b);
                if same || !(is_own(&map, from.0) || is_own(&map, to.0)) {
                    continue;
                }
                for connection in probes() {
                    let flow = Flow { from: from.1.clone(), to: to.1.clone(), connection };
                    let seen = says(&map, from, to, &flow.connection);
                    let decided = decide(&index, &flow).map(|verdict| verdict.passes()).ok();
                    match (seen, decided) {
                        (None, _) => {}
                        // At the one end it is not known, at the other it is stopped.
                        (Some(false), None) => {}
                        // A map tells a port whose look-ups are looked into by these, and by nothing else that goes there.
                        (Some(false), Some(true)) if looked_into(&rules, &flow.connection) => {}
                        (seen, decided) => prop_assert_eq!(seen, decided, "{}\n{:#?}", flow, map),
                    }
                }
            }
        }
    }
}
