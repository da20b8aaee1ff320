//! Every field of the schemas counts, or is known to say nothing about traffic.
//!
//! `every_field.yaml` has policies that use all of them. Each rule there is raised by itself, once as it stands and once
//! without a field: what comes of it has to differ.

use super::{cilium, corpus, counts, raised, shown::shown};
use serde::Deserialize as _;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use ztp::enforcer::raise::Scope;

/// What may be left out without a difference, and why; the end of the path.
const NEUTRAL: &[(&str, &str)] = &[
    ("description", "words"),
    ("labels", "of the policy itself"),
    ("log", "shows in flow logs"),
    ("toServices", "a part of what is a gap as a whole"),
    ("toGroups", "a part of what is a gap as a whole"),
    ("fromGroups", "a part of what is a gap as a whole"),
    ("cidrGroupSelector", "a part of what is a gap as a whole"),
    ("terminatingTLS", "a part of what is a gap as a whole"),
    ("originatingTLS", "a part of what is a gap as a whole"),
    ("ingress[].toPorts[].rules.dns", "refused for ingress"),
    ("listener", "a part of what is a gap as a whole"),
    ("secret.namespace", "where the secret is, which is a gap"),
];

#[test]
fn every_field_of_the_schemas_counts() {
    let Some(folder) = corpus("crds/cilium/v2") else { return };
    let mut wanted = BTreeSet::new();
    for file in ["ciliumnetworkpolicies.yaml", "ciliumclusterwidenetworkpolicies.yaml"] {
        let crd: Value = serde_yaml::from_str(&fs::read_to_string(folder.join(file)).unwrap()).unwrap();
        let properties = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"];
        let of_specs = &properties["specs"]["items"];
        walk_schema(&properties["spec"], "", &mut wanted);
        let mut same = BTreeSet::new();
        walk_schema(of_specs, "", &mut same);
        assert!(same.is_subset(&wanted), "{file}: `specs` has other fields than `spec`");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/raise/every_field.yaml");
    let text = fs::read_to_string(path).unwrap();
    let mut scope = cilium(20);
    scope.node_labels = true;
    let mut used: BTreeMap<String, bool> = BTreeMap::new();
    let documents = serde_yaml::Deserializer::from_str(&text);
    for object in documents.map(|document| Value::deserialize(document).unwrap()) {
        for part in parts(&object) {
            try_without_each(&part, &scope, &mut used);
        }
    }
    let missing: Vec<_> = wanted.iter().filter(|path| !used.contains_key(*path)).collect();
    let unknown: Vec<_> = used.keys().filter(|path| !wanted.contains(*path)).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "not in every_field.yaml: {missing:#?}; in no schema: {unknown:#?}"
    );
    let silent: Vec<_> =
        used.iter().filter(|(path, counts)| !**counts && !is_neutral(path)).map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "these fields make no difference: {silent:#?}");
    let difference = used.values().filter(|counts| **counts).count();
    eprintln!("{} fields, {difference} of which make a difference", used.len());
    counts::hold(
        "docs/semantics.md",
        "fields of the schemas of both of Cilium's kinds (1.20)",
        &[used.len(), difference],
    );
}

fn is_neutral(path: &str) -> bool {
    NEUTRAL.iter().any(|(part, _)| {
        path.ends_with(&format!(".{part}"))
            || path.contains(&format!(".{part}."))
            || path.contains(&format!(".{part}[]"))
    })
}

/// The paths of a schema: `.egress[].toPorts[].ports[].port`.
fn walk_schema(schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        walk_schema(property, &path, found);
        found.insert(path);
    }
    if schema["items"].is_object() {
        walk_schema(&schema["items"], &format!("{path}[]"), found);
    }
}

/// The object with one of its rules each; the first keeps the rest of the spec.
fn parts(object: &Value) -> Vec<Value> {
    let lists = ["ingress", "ingressDeny", "egress", "egressDeny"];
    let mut parts = Vec::new();
    for list in lists {
        for rule in object["spec"][list].as_array().into_iter().flatten() {
            // Each entry of `toPorts` by itself, too.
            let rules = match rule["toPorts"].as_array() {
                Some(entries) => entries
                    .iter()
                    .map(|entry| {
                        let mut rule = rule.clone();
                        rule["toPorts"] = json!([entry]);
                        rule
                    })
                    .collect(),
                None => vec![rule.clone()],
            };
            for rule in rules {
                let mut part = object.clone();
                let spec = part["spec"].as_object_mut().unwrap();
                lists.iter().for_each(|list| {
                    spec.remove(*list);
                });
                spec.insert(list.to_owned(), json!([rule]));
                parts.push(part);
            }
        }
    }
    parts
}

fn try_without_each(object: &Value, scope: &Scope, used: &mut BTreeMap<String, bool>) {
    let before = meaning(object, scope);
    let mut pointers = Vec::new();
    walk_value(&object["spec"], "", "/spec", &mut pointers);
    for (path, pointer) in pointers {
        let mut without = object.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        without.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
        let counts = meaning(&without, scope) != before;
        *used.entry(path).or_default() |= counts;
    }
    // A field that is in no schema is never passed over.
    let mut mappings = Vec::new();
    walk_mappings(&object["spec"], "/spec", &mut mappings);
    for pointer in mappings {
        let mut with = object.clone();
        with.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().insert("slip".to_owned(), json!("x"));
        let found = meaning(&with, scope);
        let refused_anyway = before.contains("refused:");
        assert!(found.contains("no field `slip`") || refused_anyway, "{pointer}: {found}");
    }
}

fn meaning(object: &Value, scope: &Scope) -> String {
    shown(&raised(&object.to_string(), scope))
}

/// Each field with its place as the schema has it and as a pointer. Keys of `matchLabels` and of `labels` are no fields.
fn walk_value(value: &Value, path: &str, pointer: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(_) if path.ends_with(".matchLabels") || path.ends_with(".aws.labels") => {}
        Value::Object(entries) => {
            for (key, value) in entries {
                let (path, pointer) = (format!("{path}.{key}"), format!("{pointer}/{key}"));
                walk_value(value, &path, &pointer, found);
                found.push((path, pointer));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk_value(item, &format!("{path}[]"), &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn walk_mappings(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(_) if pointer.ends_with("/matchLabels") || pointer.ends_with("/aws/labels") => {}
        Value::Object(entries) => {
            entries.iter().for_each(|(key, value)| walk_mappings(value, &format!("{pointer}/{key}"), found));
            found.push(pointer.to_owned());
        }
        Value::Array(items) => {
            let each = items.iter().enumerate();
            each.for_each(|(index, item)| walk_mappings(item, &format!("{pointer}/{index}"), found));
        }
        _ => {}
    }
}
