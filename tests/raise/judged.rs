//! Manifests as they are read here, held to Cilium's engine (`tests/conformance/judge`): every end of every flow of the
//! cases in `judged/`. `ZTP_CONFORMANCE=all` asks every version, and not the newest alone; without Go none is asked.
//!
//! ```text
//! What the cases are about, in a line.
//! === a case, with `since 1.19` behind it if it is only from that version on
//! apiVersion: cilium.io/v2
//! …
//! == flows
//! shop/b{tier=x,ns.team=red} shop/a 80/tcp GET /x host=h x-tenant=a
//! shop/a 10.1.2.3+api.example.com 443-445/tcp
//! shop/a shop/dns 53/udp look-up a.example.com
//! shop/a 8.7.6.5 443/tcp tls a.example.com unknown
//! ```
//!
//! Pods are `namespace/app`, with labels, those of the namespace behind `ns.`, `sa` and `cluster`; nodes are `host`,
//! `remote-node`, `local-apiserver` and `remote-apiserver`; addresses have their names behind `+`, or `apiserver`. What is
//! `unknown` here has to be that, whatever the engine says.

use super::judge::{Judge, Object, Question, directions, programs};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use ztp::enforcer::raise::{Located, ProblemKind, Raised};
use ztp::policy::{Direction, Protocol};
use ztp::semantics::connections::{Connection, RequestLine};
use ztp::semantics::endpoints::Endpoint;
use ztp::semantics::labels::Labels;
use ztp::semantics::namespaces::NamespaceWitness;
use ztp::semantics::pods::Pod;
use ztp::semantics::{Place, Universe};
use ztp::source::FileId;
use ztp::verdict::{End, Flow, Index, decide_end};
use ztp::yaml;

#[test]
fn manifests_mean_what_the_engine_does() {
    for judge in &mut Judge::start_all(programs()) {
        let (wrong, judged) = compare(judge);
        eprintln!("{}: {judged} ends are judged", judge.version);
        assert!(wrong.is_empty(), "Cilium {} differs:\n{}", judge.version, wrong.join("\n"));
    }
}

/// Compares all cases; what differs, and how many ends were judged.
fn compare(judge: &mut Judge) -> (Vec<String>, usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/raise/judged");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let (mut wrong, mut judged) = (Vec::new(), 0);
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let (_, cases) = text.split_once("\n=== ").unwrap();
        for case in cases.split("\n=== ") {
            let (title, rest) = case.split_once('\n').unwrap();
            let since = title.rsplit_once(" since 1.").map_or(0, |(_, minor)| minor.parse().unwrap());
            if judge.version.minor < since {
                continue;
            }
            let (manifests, flows) = rest.split_once("== flows\n").unwrap();
            let (found, count) = of_case(judge, manifests, flows);
            judged += count;
            if !found.is_empty() {
                wrong.push(format!("{}: {title}\n{found}", path.file_stem().unwrap().display()));
            }
        }
    }
    (wrong, judged)
}

fn of_case(judge: &mut Judge, manifests: &str, flows: &str) -> (String, usize) {
    let flows: Vec<Asked> = flows.lines().filter(|line| !line.is_empty()).flat_map(Asked::read).collect();
    let raised = raised(manifests, judge.version.minor);
    let request = Question::of(flows.iter().map(|asked| &asked.flow)).request(manifests);
    let answer = judge.ask(&request).unwrap_or_else(|error| panic!("{error}: {request}"));
    let mut found = String::new();
    let objects = Object::all(&answer);
    let engine = objects.iter().filter(|object| !object.refused().is_empty()).map(Object::to_string);
    let engine = engine.collect::<Vec<_>>();
    let here = raised.problems.iter().filter(|problem| problem.kind == ProblemKind::Refused).collect::<Vec<_>>();
    if engine.len() != here.len() {
        writeln!(found, "  the engine refuses {engine:?}, here is refused {here:?}").unwrap();
    }
    let index = Index::new(&raised.rules, Universe::unknown());
    let mut verdicts = answer["verdicts"].as_array().unwrap().iter();
    let mut judged = 0;
    for asked in &flows {
        for direction in directions(&asked.flow) {
            let verdict = said(verdicts.next().unwrap());
            let (own, other) = asked.ends(direction);
            let decided = match decide_end(&index, direction, own, other, &asked.flow.connection) {
                Err(_) => "unknown",
                Ok(End::Open) => "open",
                Ok(end @ End::Allowed(_)) if end.authenticated() => "allow after authentication",
                Ok(End::Allowed(_)) => "allow",
                Ok(End::NotAllowed(_)) => "default-deny",
                Ok(End::Denied(_)) => "deny",
            };
            judged += 1;
            let agrees = decided == verdict
                || (asked.unknown && decided == "unknown")
                || (decided, verdict.as_str()) == ("unknown", "error");
            if !agrees {
                writeln!(found, "  {} {direction:?}: the engine says {verdict}, here it is {decided}", asked.text)
                    .unwrap();
            }
        }
    }
    (found, judged)
}

fn said(verdict: &Value) -> String {
    let word = verdict["verdict"].as_str().unwrap_or_default();
    if verdict["auth"] == Value::Bool(true) { format!("{word} after authentication") } else { word.to_owned() }
}

fn raised(manifests: &str, minor: u16) -> Raised {
    let mut scope = super::cilium(minor);
    scope.mesh = true;
    let documents: Vec<_> = yaml::read(manifests).into_iter().map(Result::unwrap).collect();
    let objects = documents.iter().flat_map(yaml::objects).map(Result::unwrap);
    let objects: Vec<_> = objects.map(|object| Located { object, file: FileId(0) }).collect();
    ztp::enforcer::raise(&objects, &scope)
}

/// A flow, and how it is written.
struct Asked {
    text: String,
    flow: Flow,
    unknown: bool,
}

impl Asked {
    /// One, or one a port.
    fn read(line: &str) -> Vec<Self> {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        let unknown = words.last() == Some(&"unknown");
        if unknown {
            words.pop();
        }
        let [from, to, at, carried @ ..] = words.as_slice() else { panic!("{line}: who, whom and where") };
        let (numbers, protocol) = at.split_once('/').unwrap();
        let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
        let ports = first.parse::<u16>().unwrap()..=last.parse().unwrap();
        let one = |port| Self {
            text: format!("{from} {to} {port}/{protocol} {}", carried.join(" ")),
            flow: Flow { from: endpoint(from), to: endpoint(to), connection: connection(protocol, port, carried) },
            unknown,
        };
        ports.map(one).collect()
    }

    fn ends(&self, direction: Direction) -> (&Endpoint, &Endpoint) {
        match direction {
            Direction::Egress => (&self.flow.from, &self.flow.to),
            Direction::Ingress => (&self.flow.to, &self.flow.from),
        }
    }
}

fn endpoint(text: &str) -> Endpoint {
    let node = |place| Endpoint::Node { place, labels: Labels::default() };
    match text {
        "host" => return node(Place::LocalNode),
        "local-apiserver" => return node(Place::LocalApiserver),
        "remote-node" => return node(Place::RemoteNode),
        "remote-apiserver" => return node(Place::RemoteApiserver),
        "health" => return Endpoint::Single(Place::Health),
        "ingress" => return Endpoint::Single(Place::Ingress),
        "init" => return Endpoint::Single(Place::Init),
        "unmanaged" => return Endpoint::Single(Place::Unmanaged),
        _ => {}
    }
    let Some((namespace, rest)) = text.split_once('/') else {
        let mut parts = text.split('+');
        let address = parts.next().unwrap().parse().unwrap();
        let (marks, names): (Vec<&str>, Vec<&str>) = parts.partition(|part| *part == "apiserver");
        let place = if marks.is_empty() { Place::DualOutside } else { Place::DualOutsideApiserver };
        return Endpoint::Outside { place, address, names: names.into_iter().map(Into::into).collect() };
    };
    let (app, more) = rest.split_once('{').unwrap_or((rest, ""));
    let (mut labels, mut of_namespace) = (Labels::default(), Labels::default());
    if !app.is_empty() {
        labels.insert("app".into(), app.into());
    }
    let (mut service_account, mut cluster) = ("default", None);
    for pair in more.trim_end_matches('}').split(',').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=').unwrap() {
            ("sa", name) => service_account = name,
            ("cluster", name) => cluster = Some(name),
            (key, value) => match key.strip_prefix("ns.") {
                Some(key) => drop(of_namespace.insert(key.into(), value.into())),
                None => drop(labels.insert(key.into(), value.into())),
            },
        }
    }
    let namespace = NamespaceWitness { name: namespace.into(), labels: of_namespace };
    let pod = Pod { namespace, labels, service_account: service_account.into() };
    match cluster {
        Some(cluster) => Endpoint::MeshPod { cluster: cluster.into(), pod },
        None => Endpoint::Pod(pod),
    }
}

fn connection(protocol: &str, port: u16, carried: &[&str]) -> Connection {
    let protocol = match protocol {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        "sctp" => Protocol::Sctp,
        "icmp" | "icmpv6" => {
            return Connection::Icmp { v6: protocol == "icmpv6", number: u8::try_from(port).unwrap() };
        }
        other => panic!("{other} is no protocol"),
    };
    match carried {
        [] => Connection::Port(protocol, port),
        ["look-up", name] => Connection::LookUp((*name).into(), protocol, port),
        ["tls", name] => Connection::Tls((*name).into(), port),
        [method, target, headers @ ..] => {
            let mut headers: BTreeMap<&str, &str> = headers.iter().map(|pair| pair.split_once('=').unwrap()).collect();
            let authority = headers.remove("host").unwrap_or("h");
            let headers = headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
            let (method, target) = ((*method).into(), (*target).into());
            Connection::Request(RequestLine { method, target, authority: Some(authority.into()), headers }, port)
        }
        other => panic!("{other:?} is nothing that a flow carries"),
    }
}
