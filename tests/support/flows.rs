//! How flows are written in cases: from whom, to whom, and what passes.
//!
//! ```text
//! shop/frontend            shop/backend       8080 GET /a?q x-tenant=acme
//! shop/api{tier=web}       10.1.2.3=api.x.y   443 tls=api.x.y
//! kube-system/{k=v,sa=s}   remote-node        53/udp ?api.x.y
//! ```
//!
//! | who | is |
//! |---|---|
//! | `NS/APP`, `NS/APP{KEY=VALUE,…}`, `NS/{…}` | a pod labelled `app=APP`, and so on; `sa=` is its service account, `ns:KEY=` a label of its namespace, `cluster=` the cluster where it is not the own one |
//! | `ADDRESS`, `ADDRESS=NAME=…` | outside, with the names that it has |
//! | `apiserver@ADDRESS` | the API server outside |
//! | `host`, `remote-node`, with `{KEY=VALUE,…}` | the pod's own node, another one; `apiserver@host`, `apiserver@remote-node` where the API server stands |
//! | `ingress`, `health`, `init`, `unmanaged` | themselves |
//!
//! What passes begins with a port, TCP unless it says so: `8080`, `53/udp`, `icmp/8`, `icmpv6/128`, or `gre`, for what has
//! neither. Then may follow a request, `?NAME` for a look-up, or `tls=NAME` for a hello.

use smol_str::SmolStr;
use std::collections::BTreeMap;
use ztp::policy::Protocol;
use ztp::semantics::Place;
use ztp::semantics::connections::{Connection, RequestLine};
use ztp::semantics::endpoints::Endpoint;
use ztp::semantics::namespaces::NamespaceWitness;
use ztp::semantics::pods::Pod;
use ztp::verdict::Flow;

type Labels = BTreeMap<SmolStr, SmolStr>;

/// Reads who and what.
pub fn flow(from: &str, to: &str, what: &str) -> Flow {
    Flow { from: endpoint(from), to: endpoint(to), connection: connection(what) }
}

fn endpoint(text: &str) -> Endpoint {
    let (who, labels) = text.split_once('{').map_or((text, Labels::new()), |(who, rest)| (who, pairs(rest)));
    let (apiserver, who) = who.strip_prefix("apiserver@").map_or((false, who), |who| (true, who));
    let node = |plain, with_apiserver| Endpoint::Node {
        place: if apiserver { with_apiserver } else { plain },
        labels: labels.clone(),
    };
    match who {
        "host" => node(Place::LocalNode, Place::LocalApiserver),
        "remote-node" => node(Place::RemoteNode, Place::RemoteApiserver),
        "ingress" => Endpoint::Single(Place::Ingress),
        "health" => Endpoint::Single(Place::Health),
        "init" => Endpoint::Single(Place::Init),
        "unmanaged" => Endpoint::Single(Place::Unmanaged),
        _ => match who.split_once('/') {
            Some((namespace, app)) => pod(namespace, app, labels),
            None => outside(who, apiserver),
        },
    }
}

fn pod(namespace: &str, app: &str, said: Labels) -> Endpoint {
    let mut pod = Pod {
        namespace: NamespaceWitness { name: namespace.into(), labels: Labels::new() },
        labels: Labels::new(),
        service_account: "default".into(),
    };
    let mut cluster = None;
    if !app.is_empty() {
        pod.labels.insert("app".into(), app.into());
    }
    for (key, value) in said {
        match key.strip_prefix("ns:") {
            Some(key) => _ = pod.namespace.labels.insert(key.into(), value),
            None if key == "sa" => pod.service_account = value,
            None if key == "cluster" => cluster = Some(value),
            None => _ = pod.labels.insert(key, value),
        }
    }
    match cluster {
        Some(cluster) => Endpoint::MeshPod { cluster, pod },
        None => Endpoint::Pod(pod),
    }
}

fn outside(text: &str, apiserver: bool) -> Endpoint {
    let mut words = text.split('=');
    let address = words.next().unwrap().parse().unwrap_or_else(|_| panic!("who is `{text}`?"));
    Endpoint::Outside {
        place: if apiserver { Place::OutsideApiserver } else { Place::Outside },
        address,
        names: words.map(SmolStr::from).collect(),
    }
}

/// `a=b,c=d}`
fn pairs(text: &str) -> Labels {
    let pair = |text: &str| {
        let (key, value) = text.split_once('=').unwrap_or_else(|| panic!("`{text}` is no label"));
        (key.into(), value.into())
    };
    text.trim_end_matches('}').split(',').map(pair).collect()
}

fn connection(text: &str) -> Connection {
    let mut words = text.split_whitespace();
    let at = words.next().unwrap_or_else(|| panic!("what passes?"));
    let rest: Vec<&str> = words.collect();
    let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("`{text}` is no number"));
    let type_of = |v6, kind| Connection::Icmp { v6, number: u8::try_from(number(kind)).unwrap() };
    let (port, protocol) = match at.split_once('/') {
        _ if at == "gre" => return Connection::Other,
        Some(("icmp", kind)) => return type_of(false, kind),
        Some(("icmpv6", kind)) => return type_of(true, kind),
        Some((port, "tcp")) => (number(port), Protocol::Tcp),
        Some((port, "udp")) => (number(port), Protocol::Udp),
        Some((port, "sctp")) => (number(port), Protocol::Sctp),
        Some(_) => panic!("what is `{at}`?"),
        None => (number(at), Protocol::Tcp),
    };
    match rest.as_slice() {
        [] => Connection::Port(protocol, port),
        [name] if name.starts_with('?') => Connection::LookUp(name.trim_start_matches('?').into(), protocol, port),
        [name] if name.starts_with("tls=") => Connection::Tls(name.trim_start_matches("tls=").into(), port),
        [method, target, headers @ ..] => {
            let mut headers: Labels = headers.iter().flat_map(|header| pairs(header)).collect();
            let authority = headers.remove("host");
            let line = RequestLine { method: (*method).into(), target: (*target).into(), authority, headers };
            Connection::Request(line, port)
        }
        _ => panic!("what is `{text}`?"),
    }
}
