//! The Kubernetes objects of a document.

use super::Document;
use super::node::{Node, Value};
use super::problem::{Problem, YamlError};

/// One object, with what every object begins with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Object<'a, 't> {
    /// `networking.k8s.io/v1`
    pub api_version: &'a str,
    /// `NetworkPolicy`
    pub kind: &'a str,
    /// `metadata.namespace`, if there is one and it is not empty.
    pub namespace: Option<&'a str>,
    /// `metadata.name`, if there is one and it is not empty.
    pub name: Option<&'a str>,
    /// The whole object.
    pub node: &'a Node<'t>,
}

/// The objects of a document: none of an empty one, those of its `items` if it is a list (`kind: List`,
/// `NetworkPolicyList`, …) and else the one that it is. What is refused does not take its neighbours with it.
///
/// The entries of a typed list need no kind: theirs is that of the list without `List` (k8s.io/apimachinery v0.35.4,
/// `unstructured/helpers.go`, `decodeToList`).
#[must_use]
pub fn objects<'a, 't>(document: &'a Document<'t>) -> Vec<Result<Object<'a, 't>, YamlError>> {
    let mut found = Vec::new();
    if !document.root.is_null() {
        add(&document.root, None, &mut found);
    }
    found
}

/// Adds a node's objects. The lists within lists are no deeper than the tree.
fn add<'a, 't>(
    node: &'a Node<'t>,
    of_list: Option<(&'a str, &'a str)>,
    found: &mut Vec<Result<Object<'a, 't>, YamlError>>,
) {
    let object = match object(node, of_list) {
        Ok(object) => object,
        Err(error) => return found.push(Err(error)),
    };
    let Some(of_items) = object.kind.strip_suffix("List") else { return found.push(Ok(object)) };
    match node.get("items").map(|items| (items, &items.value)) {
        None => found.push(Ok(object)),
        Some((_, Value::Null)) => {}
        Some((_, Value::Sequence(items))) => {
            // Nothing can be told of the entries of a `List` itself.
            let of_items = Some((object.api_version, of_items)).filter(|(_, kind)| !kind.is_empty());
            items.iter().for_each(|item| add(item, of_items, found));
        }
        Some((items, other)) => {
            let problem = Problem::Type { field: "items", expected: "a list", found: other.kind() };
            found.push(Err(YamlError { range: items.range, problem }));
        }
    }
}

fn object<'a, 't>(node: &'a Node<'t>, of_list: Option<(&'a str, &'a str)>) -> Result<Object<'a, 't>, YamlError> {
    if node.as_mapping().is_none() {
        return Err(YamlError { range: node.range, problem: Problem::NotAnObject(node.value.kind()) });
    }
    let (api_version, kind) = (string(node, "apiVersion", "apiVersion")?, string(node, "kind", "kind")?);
    let (api_version, kind) = match (api_version, kind, of_list) {
        (None, None, Some(of_list)) => of_list,
        (Some(api_version), Some(kind), _) => (api_version, kind),
        (None, _, _) => return Err(missing(node, "apiVersion")),
        (_, None, _) => return Err(missing(node, "kind")),
    };
    let (namespace, name) = match node.get("metadata") {
        None => (None, None),
        Some(metadata) if matches!(metadata.value, Value::Null | Value::Mapping(_)) => {
            (string(metadata, "namespace", "metadata.namespace")?, string(metadata, "name", "metadata.name")?)
        }
        Some(other) => return Err(wrong(other, "metadata", "a mapping")),
    };
    Ok(Object { api_version, kind, namespace, name, node })
}

/// A string that is not empty; an empty one, `null` and none at all are the same to Kubernetes.
fn string<'a>(node: &'a Node<'_>, key: &str, field: &'static str) -> Result<Option<&'a str>, YamlError> {
    match node.get(key) {
        None => Ok(None),
        Some(Node { value: Value::Null, .. }) => Ok(None),
        Some(Node { value: Value::String(text), .. }) => Ok(Some(&**text).filter(|text| !text.is_empty())),
        Some(other) => Err(wrong(other, field, "a string")),
    }
}

fn wrong(node: &Node<'_>, field: &'static str, expected: &'static str) -> YamlError {
    YamlError { range: node.range, problem: Problem::Type { field, expected, found: node.value.kind() } }
}

fn missing(node: &Node<'_>, field: &'static str) -> YamlError {
    YamlError { range: node.range, problem: Problem::Missing(field) }
}
