//! Endpoints, namespaces and flows in the judge's words.

use serde_json::{Map, Value, json};
use ztp::policy::{Direction, Protocol};
use ztp::semantics::Place;
use ztp::semantics::connections::Connection;
use ztp::semantics::endpoints::Endpoint;
use ztp::semantics::labels::Labels;
use ztp::semantics::pods::Pod;
use ztp::verdict::Flow;

/// What is asked of some flows: a verdict at each of their ends over which policies decide, flow by flow, egress first.
#[derive(Default)]
pub struct Question {
    namespaces: Map<String, Value>,
    endpoints: Vec<Value>,
    flows: Vec<Value>,
}

impl Question {
    /// Of these flows.
    pub fn of<'f>(flows: impl IntoIterator<Item = &'f Flow>) -> Self {
        let mut question = Self::default();
        flows.into_iter().for_each(|flow| question.add(flow));
        question
    }

    fn add(&mut self, flow: &Flow) {
        let (from, to) = (self.number(&flow.from), self.number(&flow.to));
        for direction in directions(flow) {
            let mut asked = connection(&flow.connection);
            asked["from"] = json!(from);
            asked["to"] = json!(to);
            asked["at"] = json!(if direction == Direction::Egress { "egress" } else { "ingress" });
            self.flows.push(asked);
        }
    }

    /// Which of the endpoints it is.
    fn number(&mut self, end: &Endpoint) -> usize {
        if let Endpoint::Pod(pod) | Endpoint::MeshPod { pod, .. } = end {
            self.namespaces.insert(pod.namespace.name.to_string(), map(&pod.namespace.labels));
        }
        let one = endpoint(end);
        self.endpoints.iter().position(|known| *known == one).unwrap_or_else(|| {
            self.endpoints.push(one);
            self.endpoints.len() - 1
        })
    }

    /// The request under these manifests. What it does not say is as the judge has it: a cluster without a name, of two
    /// address families.
    pub fn request(self, manifests: &str) -> Value {
        json!({
            "manifests": manifests,
            "namespaces": self.namespaces,
            "endpoints": self.endpoints,
            "flows": self.flows,
        })
    }
}

/// At which ends policies decide over a flow, egress first.
pub fn directions(flow: &Flow) -> Vec<Direction> {
    let ends = [(Direction::Egress, &flow.from, &flow.to), (Direction::Ingress, &flow.to, &flow.from)];
    ends.into_iter().filter(|(_, own, other)| governs(own, other)).map(|(direction, ..)| direction).collect()
}

/// Whether policies decide over this end. What is local to a node is the node itself.
fn governs(own: &Endpoint, other: &Endpoint) -> bool {
    match own {
        Endpoint::MeshPod { .. } => false,
        Endpoint::Node { .. } => !matches!(other.place(), Place::LocalNode | Place::LocalApiserver),
        _ => true,
    }
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
