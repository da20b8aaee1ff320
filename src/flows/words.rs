//! Ends and connections as a sentence has them.

use crate::policy::{Policy, Protocol};
use crate::semantics::connections::Connection;
use crate::semantics::endpoints::Endpoint;
use crate::semantics::pods::{self, Pod};
use crate::semantics::{Place, labels};
use crate::syntax::can_be_name;
use smol_str::SmolStr;
use std::net::IpAddr;

/// The labels that name workloads, the likeliest first. `app.kubernetes.io/name` is Kubernetes' recommendation
/// ("Recommended Labels"), `k8s-app` that of its add-ons.
pub const KEYS: [&str; 6] =
    ["app", "app.kubernetes.io/name", "k8s-app", "name", "app.kubernetes.io/component", "component"];

/// An end, by the names of the project; `None` where there is no word for it.
pub fn end(end: &Endpoint, policy: Option<&Policy>) -> Option<String> {
    match end {
        Endpoint::Pod(pod) => Some(pod_words(pod, policy)),
        Endpoint::MeshPod { .. } => None,
        Endpoint::Outside { names, address, place } => Some(match (place, names.first()) {
            (Place::OutsideApiserver | Place::DualOutsideApiserver, _) => "kube-apiserver".to_owned(),
            (_, Some(name)) => name.to_string(),
            (_, None) => address_words(*address),
        }),
        Endpoint::Node { place, .. } | Endpoint::Single(place) => place_words(*place).map(str::to_owned),
    }
}

/// A place that has a word of its own.
pub fn place_words(place: Place) -> Option<&'static str> {
    Some(match place {
        Place::LocalNode => "host",
        Place::RemoteNode => "remote-node",
        Place::LocalApiserver | Place::RemoteApiserver => "kube-apiserver",
        Place::OutsideApiserver | Place::DualOutsideApiserver => "kube-apiserver",
        Place::Ingress => "ingress",
        Place::Health => "health",
        Place::Init => "init",
        Place::Unmanaged => "unmanaged",
        Place::Pod | Place::MeshPod | Place::Outside | Place::DualOutside => return None,
    })
}

/// `192.0.2.7`, `[2001:db8::7]`
pub fn address_words(address: IpAddr) -> String {
    if address.is_ipv6() { format!("[{address}]") } else { address.to_string() }
}

/// The workload of the project that a pod is of; of several, the one that asks for most.
pub fn workload<'p>(pod: &Pod, policy: Option<&'p Policy>) -> Option<&'p crate::policy::Workload> {
    let workloads = policy.map(|policy| policy.workloads.as_slice()).unwrap_or_default();
    let fits = workloads.iter().filter(|one| one.namespace == pod.namespace.name && pods::matches(&one.selector, pod));
    fits.reduce(|best, one| if one.selector.labels.0.len() > best.selector.labels.0.len() { one } else { best })
}

fn pod_words(pod: &Pod, policy: Option<&Policy>) -> String {
    let namespace = &pod.namespace.name;
    if let Some(workload) = workload(pod, policy) {
        return format!("{namespace}/{}", workload.name);
    }
    let by = policy.map_or("app", |policy| policy.cluster.workload_label.as_str());
    let declared = policy.is_some_and(|policy| policy.namespaces.contains_key(namespace));
    match naming_label(&pod.labels, by) {
        Some((key, value)) if key == by && !declared && can_be_name(value) => format!("{namespace}/{value}"),
        Some((key, value)) => format!("{namespace}/{{ {key}: \"{value}\" }}"),
        None if pod.labels.is_empty() => format!("{namespace}/*"),
        None => {
            let pairs: Vec<String> = pod.labels.iter().map(|(key, value)| format!("{key}: \"{value}\"")).collect();
            format!("{namespace}/{{ {} }}", pairs.join(", "))
        }
    }
}

/// The label that names a pod's workload: by the project's key, else by one that is known to.
pub fn naming_label<'l>(labels: &'l labels::Labels, by: &'l str) -> Option<(&'l str, &'l SmolStr)> {
    let mut keys = std::iter::once(by).chain(KEYS);
    keys.find_map(|key| labels.get(key).filter(|value| !value.is_empty()).map(|value| (key, value)))
}

/// What somebody does to another: `reach shop/backend:8080`; `None` where there are no words.
pub fn action(connection: &Connection, object: &str) -> Option<String> {
    Some(match connection {
        Connection::Port(protocol, port) => format!("reach {object}:{}", port_words(*protocol, *port)),
        Connection::Icmp { v6: false, number: 8 } | Connection::Icmp { v6: true, number: 128 } => {
            format!("ping {object}")
        }
        Connection::Request(line, port) => {
            let path = line.target.split_once('?').map_or(line.target.as_str(), |(path, _)| path);
            format!("{} {} on {object}:{port}", line.method, path_words(path)?)
        }
        Connection::Icmp { .. } | Connection::LookUp(..) | Connection::Tls(..) | Connection::Other => return None,
    })
}

/// `8080`, `53/udp`
pub fn port_words(protocol: Protocol, port: u16) -> String {
    match protocol {
        Protocol::Tcp => port.to_string(),
        Protocol::Udp => format!("{port}/udp"),
        Protocol::Sctp => format!("{port}/sctp"),
    }
}

/// An exact path; `None` where no path can be written so.
pub fn path_words(path: &str) -> Option<String> {
    let segments = path.strip_prefix('/')?.split('/');
    let count = segments.clone().count();
    let sayable = |(index, segment): (usize, &str)| {
        let plain = segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()+,;=:@%".contains(&byte));
        plain && !matches!(segment, "." | "..") && (!segment.is_empty() || index + 1 == count)
    };
    segments.enumerate().all(sayable).then(|| {
        let bare = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte));
        if bare { path.to_owned() } else { format!("\"{path}\"") }
    })
}
