//! The engines as the third leg: what each says of the flows of a cluster of its version.

use super::judge::{Judge, NEWEST, Object, Programs, Question, directions};
use super::legs::{AtEnd, Ends};
use serde_json::{Value, json};
use ztp::compile::Compiled;
use ztp::policy::{Direction, EnforcerName};
use ztp::semantics::Place;
use ztp::semantics::endpoints::Endpoint;
use ztp::verdict::Flow;

/// The judges that there are.
pub struct Judges(Vec<Judge>);

impl Judges {
    /// Starts them.
    pub fn start(programs: &Programs) -> Self {
        Self(Judge::start_all(programs))
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
        let Some(judge) = self.0.iter_mut().find(|judge| judge.version == version) else { return Ok(found) };
        for dual in [true, false] {
            let of_stack: Vec<usize> = (0..flows.len()).filter(|&flow| is_dual(&flows[flow]) == dual).collect();
            if of_stack.is_empty() {
                continue;
            }
            let asked: Vec<&Flow> = of_stack.iter().map(|&flow| &flows[flow]).collect();
            let ends = read(&asked, &judge.ask(&request(compiled, dual, &asked))?)?;
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

/// Whether one end stands outside a cluster of two address families.
fn is_dual(flow: &Flow) -> bool {
    let dual = |end: &Endpoint| matches!(end.place(), Place::DualOutside | Place::DualOutsideApiserver);
    dual(&flow.from) || dual(&flow.to)
}

fn request(compiled: &Compiled, dual: bool, flows: &[&Flow]) -> Value {
    let cluster = &compiled.policy.cluster;
    let mut request = Question::of(flows.iter().copied()).request(&compiled.manifests.join("---\n"));
    request["stack"] = json!(if dual { "dual" } else { "ipv4" });
    request["cluster"] = json!(cluster.mesh_name.as_deref().unwrap_or_default());
    request["nodeLabels"] = json!(cluster.features.contains_key("node-selector-labels"));
    request
}

/// What is answered of these flows.
fn read(flows: &[&Flow], answer: &Value) -> Result<Vec<EngineEnds>, String> {
    if let Some(object) = Object::all(answer).iter().find(|object| !object.refused().is_empty()) {
        return Err(format!("it refuses {object}"));
    }
    let mut verdicts = answer["verdicts"].as_array().map_or(&[][..], Vec::as_slice).iter();
    let mut ends = Vec::new();
    for flow in flows {
        let mut of_flow = EngineEnds { egress: None, ingress: None };
        for direction in directions(flow) {
            let end = at_end(verdicts.next().ok_or("a verdict is missing")?)?;
            match direction {
                Direction::Egress => of_flow.egress = Some(end),
                Direction::Ingress => of_flow.ingress = Some(end),
            }
        }
        ends.push(of_flow);
    }
    Ok(ends)
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
