//! Lines as Hubble prints them, of flows in the notation of `flows.rs` beside this:
//!
//! ```text
//! shop/frontend shop/backend 8080 GET /a : dropped ingress x3 at=10:05:00
//! ```
//!
//! Behind the colon may stand: the verdict (`forwarded`, `redirected`, `audit`, `dropped`, `error`, `traced`), the end at
//! which it was seen (`egress`, `ingress`, `nowhere`), what is said of replies (`reply`, `unknown`), flags of TCP
//! (`SYN`, `SYN,ACK`), `response`, `from=PORT`, `point=FROM_ENDPOINT`, `reason=NAME`, `related`, `log=ID`, `by=KIND/NAMESPACE/NAME`,
//! `at=TIME`, and how many lines there are (`x3`).
//!
//! `tests/conformance/flows` reads such lines with Cilium's own definitions, and a test says that they come back the same.

use super::notation::flow;
use serde_json::{Map, Value, json};
use ztp::policy::Protocol;
use ztp::semantics::Place;
use ztp::semantics::connections::Connection;
use ztp::semantics::endpoints::Endpoint;
use ztp::semantics::pods::Pod;

/// The lines that a line of a case stands for. One that begins with `{` or `!` stands for itself, less the `!`.
pub fn lines(case: &str) -> Vec<String> {
    if case.starts_with('{') {
        return vec![case.to_owned()];
    }
    if let Some(text) = case.strip_prefix('!') {
        return vec![text.to_owned()];
    }
    let (what, said) = case.split_once(" : ").unwrap_or((case, ""));
    let mut parts = what.trim().splitn(3, ' ');
    let mut part = || parts.next().unwrap_or_else(|| panic!("`{case}`: who, whom, what"));
    let (from, to, what) = (part(), part(), part());
    let flow = flow(from, to, what);
    let words = Words(said.split_whitespace().collect());
    let times = words.0.iter().find_map(|word| word.strip_prefix('x')?.parse().ok()).unwrap_or(1);
    let line = json!({
        "flow": one(&flow, &words),
        "node_name": "default/node-1",
        "time": words.time(),
    });
    vec![line.to_string(); times]
}

struct Words<'w>(Vec<&'w str>);

impl Words<'_> {
    fn has(&self, word: &str) -> bool {
        self.0.contains(&word)
    }

    fn value(&self, key: &str) -> Option<&str> {
        self.0.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }

    fn time(&self) -> String {
        format!("2026-11-20T{}Z", self.value("at").unwrap_or("10:00:00"))
    }
}

fn one(flow: &ztp::verdict::Flow, words: &Words<'_>) -> Value {
    let egress = !words.has("ingress");
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| _ = out.insert(key.to_owned(), value);
    let verdicts = ["FORWARDED", "REDIRECTED", "AUDIT", "DROPPED", "ERROR", "TRACED"];
    let verdict = verdicts.into_iter().find(|one| words.has(&one.to_lowercase())).unwrap_or("FORWARDED");
    let l7 = carried(&flow.connection, words.has("response"));
    put("time", words.time().into());
    put("verdict", verdict.into());
    let (from, to) = (address(&flow.from, 1), address(&flow.to, 2));
    let version = if from.contains(':') || to.contains(':') { "IPv6" } else { "IPv4" };
    put("IP", json!({ "source": from, "destination": to, "ipVersion": version }));
    if let Some(l4) = l4(&flow.connection, words) {
        put("l4", l4);
    }
    put("source", end(&flow.from, egress));
    put("destination", end(&flow.to, !egress));
    put("Type", if l7.is_some() { "L7".into() } else { "L3_L4".into() });
    for (key, who) in [("source_names", &flow.from), ("destination_names", &flow.to)] {
        if let Endpoint::Outside { names, .. } = who
            && !names.is_empty()
        {
            put(key, names.iter().map(|name| name.as_str()).collect());
        }
    }
    match (words.has("reply") || words.has("response"), words.has("unknown")) {
        (_, true) => {}
        (reply, false) => put("is_reply", reply.into()),
    }
    if !words.has("nowhere") {
        put("traffic_direction", if egress { "EGRESS".into() } else { "INGRESS".into() });
    }
    match (&l7, verdict) {
        (Some(_), _) => put("event_type", json!({ "type": 129 })),
        (None, "DROPPED") => put("event_type", json!({ "type": 1 })),
        (None, _) => {
            put("event_type", json!({ "type": 4 }));
            let point = words.value("point").unwrap_or(if egress { "TO_OVERLAY" } else { "TO_ENDPOINT" });
            put("trace_observation_point", point.into());
        }
    }
    if verdict == "DROPPED" && l7.is_none() {
        put("drop_reason_desc", words.value("reason").unwrap_or("POLICY_DENIED").into());
    }
    if words.has("related") {
        put("trace_reason", "RELATED".into());
    }
    if let Some(l7) = l7 {
        put("l7", l7);
    }
    if let Some(id) = words.value("log") {
        put("policy_log", json!([id]));
    }
    if let Some(policy) = words.value("by") {
        let [kind, namespace, name] = policy.splitn(3, '/').collect::<Vec<_>>()[..] else { panic!("by={policy}") };
        let key = if egress { "egress_denied_by" } else { "ingress_denied_by" };
        let mut policy = json!({ "name": name, "namespace": namespace, "revision": "3", "kind": kind });
        // Of a cluster-wide one; what is empty is not printed.
        if namespace.is_empty() {
            policy.as_object_mut().expect("an object").remove("namespace");
        }
        put(key, json!([policy]));
    }
    Value::Object(out)
}

fn l4(connection: &Connection, words: &Words<'_>) -> Option<Value> {
    let source: u16 = words.value("from").map_or(41234, |port| port.parse().expect("a port"));
    let ports = |protocol: Protocol, port: u16| match protocol {
        Protocol::Tcp => {
            let flags: Vec<&str> = ["SYN", "ACK", "SYN,ACK"].into_iter().filter(|flags| words.has(flags)).collect();
            let flags: Map<String, Value> =
                flags.iter().flat_map(|flags| flags.split(',')).map(|flag| (flag.to_owned(), true.into())).collect();
            let mut tcp = json!({ "source_port": source, "destination_port": port });
            if !flags.is_empty() {
                tcp["flags"] = Value::Object(flags);
            }
            json!({ "TCP": tcp })
        }
        Protocol::Udp => json!({ "UDP": { "source_port": source, "destination_port": port } }),
        Protocol::Sctp => json!({ "SCTP": { "source_port": source, "destination_port": port } }),
    };
    let icmp = |kind: &str, number: u8| match number {
        0 => json!({ kind: {} }),
        number => json!({ kind: { "type": number } }),
    };
    match connection {
        Connection::Port(protocol, port) | Connection::LookUp(_, protocol, port) => Some(ports(*protocol, *port)),
        Connection::Request(_, port) | Connection::Tls(_, port) => Some(ports(Protocol::Tcp, *port)),
        Connection::Icmp { v6: false, number } => Some(icmp("ICMPv4", *number)),
        Connection::Icmp { v6: true, number } => Some(icmp("ICMPv6", *number)),
        Connection::Other => Some(json!({ "VRRP": { "type": 1 } })),
    }
}

fn carried(connection: &Connection, response: bool) -> Option<Value> {
    let kind = if response { "RESPONSE" } else { "REQUEST" };
    match connection {
        Connection::LookUp(name, ..) => Some(json!({ "type": kind, "dns": { "query": format!("{name}.") } })),
        Connection::Request(line, _) => {
            let host = line.authority.as_deref().unwrap_or_default();
            let headers: Vec<Value> = line
                .headers
                .iter()
                .map(|(key, value)| json!({ "key": key.as_str(), "value": value.as_str() }))
                .collect();
            let mut http = json!({
                "method": line.method.as_str(),
                "url": format!("http://{host}{}", line.target),
                "protocol": "HTTP/1.1",
            });
            if !headers.is_empty() {
                http["headers"] = headers.into();
            }
            Some(json!({ "type": kind, "http": http }))
        }
        _ => None,
    }
}

fn address(end: &Endpoint, last: u8) -> String {
    match end {
        Endpoint::Outside { address, .. } => address.to_string(),
        Endpoint::Node { .. } => format!("192.168.0.{last}"),
        _ => format!("10.0.0.{last}"),
    }
}

fn end(end: &Endpoint, here: bool) -> Value {
    let mut out = Map::new();
    if here {
        out.insert("ID".to_owned(), 77.into());
    }
    let reserved = |names: &[&str]| names.iter().map(|name| format!("reserved:{name}")).collect::<Vec<_>>();
    let (identity, labels) = match end {
        Endpoint::Pod(pod) => (4711, pod_labels(pod, "default")),
        Endpoint::MeshPod { cluster, pod } => (70_000, pod_labels(pod, cluster)),
        Endpoint::Node { place, .. } => match place {
            Place::LocalNode => (1, reserved(&["host"])),
            Place::LocalApiserver => (1, reserved(&["host", "kube-apiserver"])),
            Place::RemoteNode => (6, reserved(&["remote-node"])),
            _ => (7, reserved(&["kube-apiserver", "remote-node"])),
        },
        Endpoint::Outside { place: Place::OutsideApiserver, .. } => (7, reserved(&["kube-apiserver", "world"])),
        Endpoint::Outside { .. } => (2, reserved(&["world"])),
        Endpoint::Single(place) => match place {
            Place::Ingress => (8, reserved(&["ingress"])),
            Place::Health => (4, reserved(&["health"])),
            Place::Init => (5, reserved(&["init"])),
            _ => (3, reserved(&["unmanaged"])),
        },
    };
    out.insert("identity".to_owned(), identity.into());
    if let Endpoint::Pod(pod) | Endpoint::MeshPod { pod, .. } = end {
        let name = pod.labels.values().next().map_or("pod", |value| value.as_str());
        out.insert("namespace".to_owned(), pod.namespace.name.as_str().into());
        out.insert("pod_name".to_owned(), format!("{name}-{}", if here { "a" } else { "b" }).into());
    }
    out.insert("labels".to_owned(), labels.into());
    Value::Object(out)
}

fn pod_labels(pod: &Pod, cluster: &str) -> Vec<String> {
    let mut labels: Vec<String> = pod.labels.iter().map(|(key, value)| format!("k8s:{key}={value}")).collect();
    let namespace = &pod.namespace;
    labels.extend(
        namespace.labels.iter().map(|(key, value)| format!("k8s:io.cilium.k8s.namespace.labels.{key}={value}")),
    );
    let name = &namespace.name;
    labels.push(format!("k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name={name}"));
    labels.push(format!("k8s:io.cilium.k8s.policy.cluster={cluster}"));
    labels.push(format!("k8s:io.cilium.k8s.policy.serviceaccount={}", pod.service_account));
    labels.push(format!("k8s:io.kubernetes.pod.namespace={name}"));
    labels.sort();
    labels
}
