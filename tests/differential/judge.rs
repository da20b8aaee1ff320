//! The enforcers' own code as the third leg: `tests/conformance/judge`, asked by the protocol of its README, one process a
//! version.

use super::legs::{AtEnd, Ends};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use ztp::compile::Compiled;
use ztp::policy::{EnforcerName, Protocol, Version};
use ztp::semantics::Place;
use ztp::semantics::connections::Connection;
use ztp::semantics::endpoints::Endpoint;
use ztp::semantics::labels::Labels;
use ztp::semantics::pods::Pod;
use ztp::verdict::Flow;

/// The version that is asked unless all are (`ZTP_CONFORMANCE=all`).
const NEWEST: Version = Version { major: 1, minor: 20 };

/// The others.
const OLDER: [Version; 2] = [Version { major: 1, minor: 18 }, Version { major: 1, minor: 19 }];

/// The judges that there are.
pub struct Judges(BTreeMap<Version, Judge>);

struct Judge {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Programs that were built, by version.
pub type Programs = BTreeMap<Version, String>;

/// Builds the judges; none, with a line that says so, where there is no Go.
pub fn programs() -> Programs {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    if Command::new("go").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        eprintln!("skipped: the engines' verdicts, for there is no Go");
        return Programs::new();
    }
    let all = std::env::var("ZTP_CONFORMANCE").is_ok_and(|which| which == "all");
    let versions = OLDER.iter().filter(|_| all).chain([&NEWEST]);
    let built = versions.map(|version| {
        let build = Command::new(folder.join("build")).arg(version.to_string()).stderr(Stdio::inherit()).output();
        let built = build.expect("the judge's build runs");
        assert!(built.status.success(), "the judge for Cilium {version} cannot be built");
        (*version, String::from_utf8(built.stdout).unwrap().trim().to_owned())
    });
    built.collect()
}

impl Judges {
    /// Starts them.
    pub fn start(programs: &Programs) -> Self {
        let start = |program: &String| {
            let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
            Judge { child, to, from }
        };
        Self(programs.iter().map(|(version, program)| (*version, start(program))).collect())
    }

    /// What the engine of this cluster's version says of each flow; `None` where there is no such engine, or it has
    /// nothing to say. NetworkPolicies are Cilium's as well.
    ///
    /// # Errors
    /// What it refuses.
    pub fn decide(&mut self, compiled: &Compiled, flows: &[Flow]) -> Result<Vec<Option<EngineEnds>>, String> {
        let cluster = &compiled.policy.cluster;
        let version = match cluster.enforcer {
            EnforcerName::Cilium => cluster.version,
            EnforcerName::Kubernetes => NEWEST,
        };
        let mut found = vec![None; flows.len()];
        let Some(judge) = self.0.get_mut(&version) else { return Ok(found) };
        for dual in [true, false] {
            let of_stack: Vec<usize> = (0..flows.len()).filter(|&flow| is_dual(&flows[flow]) == dual).collect();
            if of_stack.is_empty() {
                continue;
            }
            let question = Question::new(compiled, dual, of_stack.iter().map(|&flow| &flows[flow]));
            let ends = question.read(&judge.ask(&question.request)?)?;
            for (flow, ends) in of_stack.into_iter().zip(ends) {
                found[flow] = Some(ends);
            }
        }
        Ok(found)
    }
}

/// What an engine says of both ends; of an end that is not its to govern, nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineEnds {
    /// Where it leaves.
    pub egress: Option<AtEnd>,
    /// Where it enters.
    pub ingress: Option<AtEnd>,
}

impl EngineEnds {
    /// Whether it says nothing else.
    pub fn agrees(self, ends: Ends) -> bool {
        self.egress.is_none_or(|egress| egress == ends.egress)
            && self.ingress.is_none_or(|ingress| ingress == ends.ingress)
    }

    /// How many ends it judged.
    pub fn judged(self) -> usize {
        usize::from(self.egress.is_some()) + usize::from(self.ingress.is_some())
    }
}

impl std::fmt::Display for EngineEnds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = |end: Option<AtEnd>| end.map_or("-".to_owned(), |end| end.to_string());
        write!(f, "egress {} ingress {}", word(self.egress), word(self.ingress))
    }
}

impl Judge {
    fn ask(&mut self, request: &Value) -> Result<Value, String> {
        writeln!(self.to, "{request}").map_err(|error| format!("the judge is gone: {error}"))?;
        let mut line = String::new();
        self.from.read_line(&mut line).map_err(|error| format!("the judge is gone: {error}"))?;
        serde_json::from_str(&line).map_err(|error| format!("the judge says `{line}`: {error}"))
    }
}

/// Whether one end stands outside a cluster of two address families.
fn is_dual(flow: &Flow) -> bool {
    let dual = |end: &Endpoint| matches!(end.place(), Place::DualOutside | Place::DualOutsideApiserver);
    dual(&flow.from) || dual(&flow.to)
}

/// A request, and which end of which flow each of its questions is.
struct Question {
    request: Value,
    asked: Vec<(bool, bool)>,
}

impl Question {
    fn new<'f>(compiled: &Compiled, dual: bool, flows: impl Iterator<Item = &'f Flow>) -> Self {
        let cluster = &compiled.policy.cluster;
        let mut endpoints = Vec::new();
        let mut namespaces = serde_json::Map::new();
        let mut questions = Vec::new();
        let mut asked = Vec::new();
        for flow in flows {
            for end in [&flow.from, &flow.to] {
                if let Endpoint::Pod(pod) | Endpoint::MeshPod { pod, .. } = end {
                    namespaces.insert(pod.namespace.name.to_string(), map(&pod.namespace.labels));
                }
            }
            let from = number(&mut endpoints, endpoint(&flow.from));
            let to = number(&mut endpoints, endpoint(&flow.to));
            let (egress, ingress) = (governs(&flow.from, &flow.to), governs(&flow.to, &flow.from));
            for (at, _) in [("egress", egress), ("ingress", ingress)].iter().filter(|(_, asks)| *asks) {
                let mut question = connection(&flow.connection);
                question["from"] = json!(from);
                question["to"] = json!(to);
                question["at"] = json!(at);
                questions.push(question);
            }
            asked.push((egress, ingress));
        }
        let request = json!({
            "manifests": compiled.manifests.join("---\n"),
            "namespaces": namespaces,
            "endpoints": endpoints,
            "flows": questions,
            "stack": if dual { "dual" } else { "ipv4" },
            "cluster": cluster.mesh_name.as_deref().unwrap_or_default(),
            "nodeLabels": cluster.features.contains_key("node-selector-labels"),
        });
        Self { request, asked }
    }

    fn read(&self, answer: &Value) -> Result<Vec<EngineEnds>, String> {
        if let Some(error) = answer["error"].as_str() {
            return Err(format!("the judge does not read it: {error}"));
        }
        for object in answer["objects"].as_array().into_iter().flatten() {
            let refused = object["schema"].as_array().is_some_and(|schema| !schema.is_empty());
            if refused || !object["agent"].is_null() {
                return Err(format!("it refuses {object}"));
            }
        }
        let mut verdicts = answer["verdicts"].as_array().map_or(&[][..], Vec::as_slice).iter();
        let mut next = |asks: bool| -> Result<Option<AtEnd>, String> {
            if asks { at_end(verdicts.next().ok_or("a verdict is missing")?).map(Some) } else { Ok(None) }
        };
        let ends = self
            .asked
            .iter()
            .map(|(egress, ingress)| Ok(EngineEnds { egress: next(*egress)?, ingress: next(*ingress)? }));
        ends.collect()
    }
}

fn at_end(verdict: &Value) -> Result<AtEnd, String> {
    Ok(match verdict["verdict"].as_str().unwrap_or_default() {
        "open" => AtEnd::Open,
        "allow" if verdict["auth"] == Value::Bool(true) => AtEnd::Authenticated,
        "allow" => AtEnd::Allowed,
        "default-deny" => AtEnd::NotAllowed,
        "deny" => AtEnd::Denied,
        _ => return Err(format!("it has no verdict: {}", verdict["error"])),
    })
}

/// Whether policies decide over this end. What is local to a node is the node itself. An endpoint without labels yet is
/// isolated whatever they say (`computePolicyEnforcementAndRules` in `pkg/policy/repository.go`, 1.20.2), and no sentence
/// is about its end.
fn governs(own: &Endpoint, other: &Endpoint) -> bool {
    let local = |place: Place| matches!(place, Place::LocalNode | Place::LocalApiserver);
    match own {
        Endpoint::MeshPod { .. } | Endpoint::Single(Place::Init) => false,
        Endpoint::Node { .. } => !local(other.place()),
        _ => true,
    }
}

fn number(all: &mut Vec<Value>, one: Value) -> usize {
    all.iter().position(|known| *known == one).unwrap_or_else(|| {
        all.push(one);
        all.len() - 1
    })
}

fn map(labels: &Labels) -> Value {
    labels.iter().map(|(key, value)| (key.to_string(), Value::from(value.as_str()))).collect()
}

fn endpoint(end: &Endpoint) -> Value {
    let pod = |pod: &Pod| {
        json!({
            "namespace": pod.namespace.name.as_str(),
            "labels": map(&pod.labels),
            "serviceAccount": pod.service_account.as_str(),
        })
    };
    match end {
        Endpoint::Pod(one) => json!({ "pod": pod(one) }),
        Endpoint::MeshPod { cluster, pod: one } => {
            let mut pod = pod(one);
            pod["cluster"] = json!(cluster.as_str());
            json!({ "pod": pod })
        }
        Endpoint::Node { place, labels } => json!({
            "node": if matches!(place, Place::LocalNode | Place::LocalApiserver) { "local" } else { "remote" },
            "labels": map(labels),
            "apiserver": matches!(place, Place::LocalApiserver | Place::RemoteApiserver),
        }),
        Endpoint::Outside { place, address, names } => json!({
            "address": address.to_string(),
            "names": names.iter().map(|name| name.as_str()).collect::<Vec<_>>(),
            "apiserver": matches!(place, Place::OutsideApiserver | Place::DualOutsideApiserver),
        }),
        Endpoint::Single(place) => json!({ "entity": place.as_str() }),
    }
}

fn connection(connection: &Connection) -> Value {
    let protocol = |protocol: Protocol| protocol.as_str().to_ascii_lowercase();
    match connection {
        Connection::Port(one, port) => json!({ "protocol": protocol(*one), "port": port }),
        Connection::Icmp { v6, number } => {
            json!({ "protocol": if *v6 { "icmpv6" } else { "icmp" }, "port": number })
        }
        Connection::Request(line, port) => json!({
            "protocol": "tcp",
            "port": port,
            "request": {
                "method": line.method.as_str(),
                "path": line.target.as_str(),
                "host": line.authority.as_deref().unwrap_or_default(),
                "headers": map(&line.headers),
            },
        }),
        Connection::LookUp(name, one, port) => {
            json!({ "protocol": protocol(*one), "port": port, "lookUp": name.as_str() })
        }
        Connection::Tls(name, port) => json!({ "protocol": "tcp", "port": port, "serverName": name.as_str() }),
        // GRE, by its number at IANA.
        Connection::Other => json!({ "protocol": 47, "port": 0 }),
    }
}
