//! Manifests as they are read here, held to Cilium's engine (`tests/conformance/judge`): every end of every flow of the
//! cases in `judged/`. `ZTP_CONFORMANCE=all` asks every version, and not the newest alone; without Go none is asked.
//!
//! ```text
//! What the cases are about, in a line.
//! === a case, with `since 1.19` behind it if it is only from that version on
//! apiVersion: cilium.io/v2
//! …
//! == flows
//! shop/b{tier=x,ns:team=red} shop/a 80/tcp GET /x host=h x-tenant=a
//! shop/a 10.1.2.3=api.example.com 443-445/tcp
//! shop/a shop/dns 53/udp ?a.example.com
//! shop/a 8.7.6.5 443/tcp tls=a.example.com unknown
//! ```
//!
//! How flows are written is in `tests/support/flows.rs`; here a range of ports is one flow a port, and the cluster has two
//! address families. What is `unknown` here has to be that, whatever the engine says.

use super::flows::flow;
use super::judge::{Judge, Object, Question, directions, programs};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use ztp::enforcer::raise::{Located, ProblemKind, Raised};
use ztp::policy::Direction;
use ztp::semantics::endpoints::Endpoint;
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
        let (line, unknown) = line.strip_suffix(" unknown").map_or((line, false), |line| (line, true));
        let words: Vec<&str> = line.splitn(3, ' ').collect();
        let [from, to, what] = words[..] else { panic!("{line}: who, whom and what") };
        let one = |what: String| {
            let flow = dual(flow(from, to, &what));
            Self { text: format!("{from} {to} {what}"), flow, unknown }
        };
        each_port(what).into_iter().map(one).collect()
    }

    fn ends(&self, direction: Direction) -> (&Endpoint, &Endpoint) {
        match direction {
            Direction::Egress => (&self.flow.from, &self.flow.to),
            Direction::Ingress => (&self.flow.to, &self.flow.from),
        }
    }
}

/// `443-445/tcp`: one of each port.
fn each_port(what: &str) -> Vec<String> {
    match what.split_once('/').and_then(|(ports, rest)| Some((ports.split_once('-')?, rest))) {
        Some(((first, last), rest)) => {
            let ports = first.parse::<u16>().unwrap()..=last.parse().unwrap();
            ports.map(|port| format!("{port}/{rest}")).collect()
        }
        None => vec![what.to_owned()],
    }
}

/// A flow in a cluster of two address families.
fn dual(mut flow: Flow) -> Flow {
    for end in [&mut flow.from, &mut flow.to] {
        match end {
            Endpoint::Outside { place: place @ Place::Outside, .. } => *place = Place::DualOutside,
            Endpoint::Outside { place: place @ Place::OutsideApiserver, .. } => *place = Place::DualOutsideApiserver,
            _ => {}
        }
    }
    flow
}
