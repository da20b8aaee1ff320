//! The map that is drawn of manifests.

use super::connections::End;
use std::collections::BTreeMap;
use std::path::PathBuf;
use ztp::enforcer::raise::{Located, Scope, UnknownFields, raise};
use ztp::inventory::Reader;
use ztp::map::{Focus, Map, Scene, draw};
use ztp::policy::{EnforcerName, Namespace, Version};
use ztp::source::FileId;
use ztp::yaml;

/// By end: namespace, name and labels of the pods.
pub type Labels = BTreeMap<End, (String, String, BTreeMap<String, String>)>;

/// The map of some manifests; why not, where there is something in them that is not compared.
pub fn map_of(files: &[PathBuf]) -> Result<(Map, Labels), String> {
    let texts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap_or_default()).collect();
    let read: Vec<_> = texts.iter().map(|text| yaml::read(text)).collect();
    let mut located = Vec::new();
    let mut reader = Reader::new();
    for (number, documents) in (0..).zip(&read) {
        for document in documents {
            let document = document.as_ref().map_err(ToString::to_string)?;
            for object in yaml::objects(document) {
                let object = object.map_err(|error| error.to_string())?;
                let known = reader.add(&object, FileId(number)).map_err(|refused| refused.to_string())?;
                let policy = object.kind == "NetworkPolicy" && object.api_version == "networking.k8s.io/v1";
                if !known && !policy && !is_beside_the_point(object.kind) {
                    return Err(format!("{} is not compared", object.kind));
                }
                if has_owner_without_kind(&object) {
                    return Err("pods are named by an owner that has no kind".to_owned());
                }
                located.push(Located { object, file: FileId(number) });
            }
        }
    }
    let mut scope = Scope::new(EnforcerName::Kubernetes, Version { major: 1, minor: 30 });
    scope.unknown_fields = UnknownFields::Drop;
    let mut inventory = reader.finish();
    // To them every pod is one of the pod network.
    inventory.workloads.iter_mut().for_each(|workload| workload.host_network = false);
    scope.running = ztp::view::running(&inventory);
    let raised = raise(&located, &scope);
    if let Some(problem) = raised.problems.first() {
        return Err(format!("{}: {}", problem.object, problem.reason));
    }
    let labels = inventory.workloads.iter().map(|one| {
        let labels = one.labels.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        let end = End::Workload(format!("{}/{}[{}]", one.namespace, one.name, one.kind));
        (end, (one.namespace.to_string(), one.name.to_string(), labels))
    });
    let labels = labels.collect();
    let namespaces = inventory.namespaces.iter().map(|(name, namespace)| {
        let labels = namespace.labels.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        (name.clone(), Namespace { labels, owner: None, has_files: true, span: namespace.span })
    });
    let scene = Scene::new(None, &inventory, namespaces.collect());
    Ok((draw(&scene, &raised.rules, &Focus::default()), labels))
}

/// Kubernetes takes no such owner; they name pods by it.
fn has_owner_without_kind(object: &yaml::Object<'_, '_>) -> bool {
    let owners = object.node.get("metadata").and_then(|metadata| metadata.get("ownerReferences"));
    owners.and_then(yaml::Node::as_sequence).into_iter().flatten().any(|owner| owner.get("kind").is_none())
}

/// Kinds that do not say who may reach whom.
fn is_beside_the_point(kind: &str) -> bool {
    matches!(
        kind,
        "ConfigMap"
            | "Secret"
            | "Ingress"
            | "Route"
            | "Role"
            | "RoleBinding"
            | "ClusterRole"
            | "ClusterRoleBinding"
            | "IngressClass"
            | "ValidatingWebhookConfiguration"
            | "PersistentVolumeClaim"
            | "Endpoints"
            | "HorizontalPodAutoscaler"
            | "PodDisruptionBudget"
            | "EndpointSlice"
            | "ControllerRevision"
    )
}
