//! Objects to what the inventory holds of them. Fields are those of k8s.io/api v0.35.4; what decides nothing here is not
//! looked at.

use super::problem::{Problem, Refused};
use super::{Account, ContainerPort, DEFAULT_NAMESPACE, Key, Namespace, Service, ServicePort, Target, Workload};
use crate::policy::Protocol;
use crate::source::{FileId, Span};
use crate::yaml::{Node, Object};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

type Result<T> = std::result::Result<T, Refused>;

/// Where a kind has its pod: the path from the object to what holds `metadata` and `spec` of the pod.
fn pod_path(api_version: &str, kind: &str) -> Option<&'static [&'static str]> {
    match (api_version, kind) {
        ("v1", "Pod") => Some(&[]),
        ("apps/v1", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("v1", "ReplicationController")
        | ("batch/v1", "Job") => Some(&["spec", "template"]),
        ("batch/v1", "CronJob") => Some(&["spec", "jobTemplate", "spec", "template"]),
        _ => None,
    }
}

/// A workload and its controller, if the object is one.
pub(super) fn workload(object: &Object<'_, '_>, file: FileId) -> Result<Option<(Workload, Option<Key>)>> {
    let Some(path) = pod_path(object.api_version, object.kind) else { return Ok(None) };
    let at = At { file };
    let (namespace, name, span) = at.named(object)?;
    let template = path.iter().try_fold(object.node, |node, field| present(node.get(field)));
    let pod = |field| template.and_then(|template| present(template.get(field)));
    let (metadata, spec) = (pod("metadata"), pod("spec"));
    let labels = at.strings(metadata, "labels", "metadata.labels")?;
    let account = match at.string(spec, "serviceAccountName", "spec.serviceAccountName")? {
        Some(account) => Some(account),
        // Its name until Kubernetes 1.1, still read.
        None => at.string(spec, "serviceAccount", "spec.serviceAccount")?,
    };
    let host_network = match spec.and_then(|spec| present(spec.get("hostNetwork"))) {
        None => false,
        Some(node) => node.as_bool().ok_or_else(|| at.wrong(node, "hostNetwork", "a boolean"))?,
    };
    let owner = owner(object, &namespace);
    let controls = object.api_version == "apps/v1";
    let selector = present(object.node.get("spec")).and_then(|spec| present(spec.get("selector"))).filter(|_| controls);
    let workload = Workload {
        namespace,
        name,
        kind: object.kind.into(),
        labels,
        selector: at.strings(selector, "matchLabels", "spec.selector.matchLabels")?,
        service_account: account.unwrap_or(SmolStr::new_static("default")),
        host_network,
        ports: at.container_ports(spec)?,
        probed: at.probed(spec)?,
        span,
    };
    Ok(Some((workload, owner)))
}

/// The workload that made this one: `controller: true` among `metadata.ownerReferences`. Owners of other kinds, such as
/// those of operators, do not stand for pods. Objects that are old still name the group that their owner had then
/// (`extensions/v1beta1`).
fn owner(object: &Object<'_, '_>, namespace: &SmolStr) -> Option<Key> {
    let owners = object.node.get("metadata")?.get("ownerReferences")?.as_sequence()?;
    let owner = owners.iter().find(|owner| owner.get("controller").and_then(Node::as_bool) == Some(true))?;
    let text = |field| owner.get(field).and_then(Node::as_str);
    let kind = text("kind")?;
    let group = text("apiVersion")?.split_once('/').map_or("", |(group, _)| group);
    let current = if group == "extensions" { "apps" } else { group };
    pod_path(if current.is_empty() { "v1".to_owned() } else { format!("{current}/v1") }.as_str(), kind)?;
    Some((namespace.clone(), kind.into(), text("name")?.into()))
}

/// A namespace and its name.
pub(super) fn namespace(object: &Object<'_, '_>, file: FileId) -> Result<(SmolStr, Namespace)> {
    let at = At { file };
    let (_, name, span) = at.named(object)?;
    let mut labels = at.strings(present(object.node.get("metadata")), "labels", "metadata.labels")?;
    labels.remove("kubernetes.io/metadata.name");
    Ok((name, Namespace { labels, span }))
}

/// A Service.
pub(super) fn service(object: &Object<'_, '_>, file: FileId) -> Result<Service> {
    let at = At { file };
    let (namespace, name, span) = at.named(object)?;
    let spec = present(object.node.get("spec"));
    let selector = at.strings(spec, "selector", "spec.selector")?;
    let external = at.string(spec, "type", "spec.type")?.is_some_and(|kind| kind == "ExternalName");
    let external_name = at.string(spec, "externalName", "spec.externalName")?.filter(|_| external);
    let external_name = external_name.map(|name| name.trim_end_matches('.').to_ascii_lowercase().into());
    let headless = at.string(spec, "clusterIP", "spec.clusterIP")?.is_some_and(|address| address == "None");
    let mut ports = Vec::new();
    for port in at.list(spec, "ports", "spec.ports")? {
        let number = at.number(port, "port", "spec.ports.port")?;
        let target = match present(port.get("targetPort")) {
            None => number.map(Target::Number),
            Some(node) => match (node.as_u16(), node.as_str()) {
                (Some(number), _) => Some(Target::Number(number)),
                (None, Some(name)) => Some(Target::Name(name.into())),
                (None, None) => return Err(at.wrong(node, "spec.ports.targetPort", "a port or its name")),
            },
        };
        let (Some(number), Some(target)) = (number, target) else {
            return Err(at.wrong(port, "spec.ports", "a list of ports with numbers"));
        };
        ports.push(ServicePort {
            name: at.string(Some(port), "name", "spec.ports.name")?,
            number,
            protocol: at.protocol(port)?,
            target,
        });
    }
    Ok(Service { namespace, name, selector, ports, headless, external_name, span })
}

/// A service account.
pub(super) fn account(object: &Object<'_, '_>, file: FileId) -> Result<Account> {
    let (namespace, name, span) = At { file }.named(object)?;
    Ok(Account { namespace, name, span })
}

/// A field that is there and not null: to Kubernetes the same as absent.
fn present<'a, 't>(node: Option<&'a Node<'t>>) -> Option<&'a Node<'t>> {
    node.filter(|node| !node.is_null())
}

/// Reads fields of objects of one file.
struct At {
    file: FileId,
}

impl At {
    fn wrong(&self, node: &Node<'_>, field: &'static str, expected: &'static str) -> Refused {
        let problem = Problem::Type { field, expected, found: node.value.kind() };
        Refused { span: node.range.span(self.file), problem }
    }

    /// An object's namespace, its name, and where the name stands. What the API server is to name has the beginning that
    /// it is given.
    fn named(&self, object: &Object<'_, '_>) -> Result<(SmolStr, SmolStr, Span)> {
        let metadata = object.node.get("metadata");
        let node = ["name", "generateName"].into_iter().find_map(|field| present(metadata?.get(field)));
        let (name, node) = node
            .and_then(|node| Some((node.as_str().filter(|name| !name.is_empty())?, node)))
            .ok_or_else(|| Refused { span: object.node.range.span(self.file), problem: Problem::NoName })?;
        let namespace = object.namespace.unwrap_or(DEFAULT_NAMESPACE);
        Ok((namespace.into(), name.into(), node.range.span(self.file)))
    }

    fn string(&self, node: Option<&Node<'_>>, key: &str, field: &'static str) -> Result<Option<SmolStr>> {
        let Some(node) = node.and_then(|node| present(node.get(key))) else { return Ok(None) };
        let text = node.as_str().ok_or_else(|| self.wrong(node, field, "a string"))?;
        Ok(Some(text).filter(|text| !text.is_empty()).map(SmolStr::from))
    }

    fn strings(&self, node: Option<&Node<'_>>, key: &str, field: &'static str) -> Result<BTreeMap<SmolStr, SmolStr>> {
        let Some(node) = node.and_then(|node| present(node.get(key))) else { return Ok(BTreeMap::new()) };
        let entries = node.as_mapping().ok_or_else(|| self.wrong(node, field, "a mapping"))?;
        let text = |node: &Node<'_>| match node.as_str() {
            Some(text) => Ok(text.into()),
            // Go reads null as the empty string.
            None if node.is_null() => Ok(SmolStr::default()),
            None => Err(self.wrong(node, field, "a mapping of strings")),
        };
        entries.iter().map(|entry| Ok((entry.key.name.as_ref().into(), text(&entry.value)?))).collect()
    }

    fn list<'a, 't>(&self, node: Option<&'a Node<'t>>, key: &str, field: &'static str) -> Result<&'a [Node<'t>]> {
        let Some(node) = node.and_then(|node| present(node.get(key))) else { return Ok(&[]) };
        node.as_sequence().ok_or_else(|| self.wrong(node, field, "a list"))
    }

    fn number(&self, node: &Node<'_>, key: &str, field: &'static str) -> Result<Option<u16>> {
        let Some(node) = present(node.get(key)) else { return Ok(None) };
        let number = node.as_u16().filter(|number| *number > 0);
        number.map(Some).ok_or_else(|| self.wrong(node, field, "a number from 1 to 65535"))
    }

    fn protocol(&self, port: &Node<'_>) -> Result<Protocol> {
        let Some(node) = present(port.get("protocol")) else { return Ok(Protocol::Tcp) };
        match node.as_str().ok_or_else(|| self.wrong(node, "ports.protocol", "a string"))? {
            "TCP" | "" => Ok(Protocol::Tcp),
            "UDP" => Ok(Protocol::Udp),
            "SCTP" => Ok(Protocol::Sctp),
            other => Err(Refused { span: node.range.span(self.file), problem: Problem::Protocol(other.to_owned()) }),
        }
    }

    /// The containers that go on running. Of a pod's init containers these are those with `restartPolicy: Always` (since
    /// Kubernetes 1.28): nobody could reach a port of the others.
    fn containers<'a, 't>(&self, spec: Option<&'a Node<'t>>) -> Result<impl Iterator<Item = &'a Node<'t>>> {
        let sidecar = |node: &&Node<'_>| node.get("restartPolicy").and_then(Node::as_str) == Some("Always");
        let sidecars = self.list(spec, "initContainers", "spec.initContainers")?.iter().filter(sidecar);
        Ok(sidecars.chain(self.list(spec, "containers", "spec.containers")?))
    }

    /// The ports that probes ask by number. A probe by name asks a port that is declared.
    fn probed(&self, spec: Option<&Node<'_>>) -> Result<Vec<u16>> {
        let mut ports = BTreeSet::new();
        for container in self.containers(spec)? {
            let probes = ["livenessProbe", "readinessProbe", "startupProbe"];
            for probe in probes.into_iter().filter_map(|probe| present(container.get(probe))) {
                let handlers = ["httpGet", "tcpSocket", "grpc"].into_iter().filter_map(|handler| probe.get(handler));
                ports.extend(handlers.filter_map(|handler| handler.get("port")).filter_map(Node::as_u16));
            }
        }
        Ok(ports.into_iter().collect())
    }

    /// The ports of a pod's containers.
    fn container_ports(&self, spec: Option<&Node<'_>>) -> Result<Vec<ContainerPort>> {
        let mut ports = Vec::new();
        for container in self.containers(spec)? {
            for port in self.list(Some(container), "ports", "spec.containers.ports")? {
                let number = self.number(port, "containerPort", "containerPort")?;
                ports.push(ContainerPort {
                    name: self.string(Some(port), "name", "ports.name")?,
                    number: number.ok_or_else(|| self.wrong(port, "ports", "a list of ports with `containerPort`"))?,
                    protocol: self.protocol(port)?,
                });
            }
        }
        Ok(ports)
    }
}
