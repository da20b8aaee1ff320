//! Whether an emitted object is one that the API server takes as it stands: its schema, with unknown fields refused
//! (the server drops them in silence), no empty list or null anywhere (an enforcer would widen the rule), and nothing that
//! an enforcer reads otherwise than it looks.
//!
//! The CRDs of Cilium are read from `$ZTP_CORPUS/crds/cilium/v2`; CEL rules (`x-kubernetes-validations`) are not run.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and reads files"
)]

use regex::Regex;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Schemas by kind.
pub struct Schemas {
    by_kind: BTreeMap<String, Value>,
}

impl Schemas {
    /// The committed schema of `NetworkPolicy`, and those of Cilium's policies if the corpus is there.
    pub fn load() -> Self {
        let metadata: Value = serde_yaml::from_str(include_str!("metadata.schema.yaml")).expect("it is YAML");
        let policy: Value = serde_yaml::from_str(include_str!("networkpolicy.schema.yaml")).expect("it is YAML");
        let mut by_kind = BTreeMap::from([("NetworkPolicy".to_owned(), policy)]);
        if let Some(corpus) = std::env::var_os("ZTP_CORPUS") {
            for file in ["ciliumnetworkpolicies.yaml", "ciliumclusterwidenetworkpolicies.yaml"] {
                let path = Path::new(&corpus).join("crds/cilium/v2").join(file);
                let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
                let crd: Value = serde_yaml::from_str(&text).expect("a CRD is YAML");
                let kind = crd["spec"]["names"]["kind"].as_str().expect("a CRD names its kind").to_owned();
                by_kind.insert(kind, crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone());
            }
        }
        for schema in by_kind.values_mut() {
            schema["properties"]["metadata"] = metadata.clone();
        }
        Self { by_kind }
    }

    /// What is wrong with an object; `None` when the schema of its kind is not there.
    pub fn errors(&self, object: &Value) -> Option<Vec<String>> {
        let kind = object["kind"].as_str().unwrap_or_default();
        let schema = self.by_kind.get(kind)?;
        let mut errors = Vec::new();
        check(schema, object, kind, Fields::Known, &mut errors);
        hollow(object, kind, &mut errors);
        silent(object, kind, &mut errors);
        Some(errors)
    }
}

/// Empty lists and nulls.
fn hollow(value: &Value, at: &str, errors: &mut Vec<String>) {
    match value {
        Value::Null => errors.push(format!("{at}: null")),
        Value::Array(items) if items.is_empty() => errors.push(format!("{at}: an empty list")),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| hollow(item, &format!("{at}[{i}]"), errors))
        }
        Value::Object(fields) => fields.iter().for_each(|(key, value)| hollow(value, &format!("{at}.{key}"), errors)),
        _ => {}
    }
}

/// What a schema lets through and an enforcer reads otherwise than it looks: an allow of ICMP type 0, which is every type
/// to Cilium (it keys types as ports), and a range that ends before it begins, which Cilium's agent takes and ignores.
fn silent(value: &Value, at: &str, errors: &mut Vec<String>) {
    for (key, field) in value.as_object().into_iter().flatten() {
        let at = format!("{at}.{key}");
        if key == "fields" && field[0]["type"].is_i64() && !at.contains("Deny") {
            let types = field.as_array().into_iter().flatten().map(|field| &field["type"]);
            errors.extend(types.filter(|number| **number == 0).map(|_| format!("{at}: an allow of ICMP type 0")));
        }
        if key == "endPort" {
            let port = &value["port"];
            let first = port.as_i64().or_else(|| port.as_str().and_then(|text| text.parse().ok()));
            if first >= field.as_i64() {
                errors.push(format!("{at}: a range from {port} to {field}"));
            }
        }
        silent(field, &at, errors);
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        silent(item, &format!("{at}[{index}]"), errors);
    }
}

/// Whether fields that the schema does not name are errors. Within `oneOf` and `anyOf` a CRD repeats only some.
#[derive(Clone, Copy)]
enum Fields {
    Known,
    Any,
}

fn check(schema: &Value, value: &Value, at: &str, fields: Fields, errors: &mut Vec<String>) {
    let int_or_string = schema["x-kubernetes-int-or-string"] == true;
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        let fits = match keyword.as_str() {
            "description" | "default" | "x-kubernetes-list-type" | "x-kubernetes-map-type" => true,
            "x-kubernetes-list-map-keys" | "x-kubernetes-validations" => true,
            "type" => has_type(value, rule.as_str().expect("a type is a string")),
            "x-kubernetes-int-or-string" => value.is_i64() || value.is_string(),
            "enum" => rule.as_array().is_some_and(|values| values.contains(value)),
            "pattern" if int_or_string && value.is_i64() => true,
            "pattern" => value.as_str().is_some_and(|text| pattern(rule).is_match(text)),
            "format" => has_format(value, rule.as_str().expect("a format is a string")),
            "minLength" => length(value) >= size(rule),
            "maxLength" => length(value) <= size(rule),
            "minItems" => value.as_array().is_none_or(|items| items.len() >= size(rule)),
            "maxItems" => value.as_array().is_none_or(|items| items.len() <= size(rule)),
            "minimum" => value.as_i64() >= rule.as_i64(),
            "maximum" => value.as_i64() <= rule.as_i64(),
            "required" => {
                rule.as_array().is_some_and(|keys| keys.iter().all(|key| value.get(key.as_str().unwrap()).is_some()))
            }
            "oneOf" => matching(rule, value) == 1,
            "anyOf" => matching(rule, value) > 0,
            "items" => {
                for (i, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(rule, item, &format!("{at}[{i}]"), fields, errors);
                }
                true
            }
            "properties" => {
                for (key, field) in value.as_object().into_iter().flatten() {
                    match (rule.get(key), fields) {
                        (Some(schema), _) => check(schema, field, &format!("{at}.{key}"), fields, errors),
                        (None, Fields::Known) => errors.push(format!("{at}.{key}: unknown field")),
                        (None, Fields::Any) => {}
                    }
                }
                true
            }
            "additionalProperties" => {
                for (key, field) in value.as_object().into_iter().flatten() {
                    check(rule, field, &format!("{at}.{key}"), fields, errors);
                }
                true
            }
            unknown => panic!("{at}: the schema uses `{unknown}`, which this test does not understand"),
        };
        if !fits {
            errors.push(format!("{at}: {value} breaks {keyword}: {rule}"));
        }
    }
}

/// How many of the alternatives a value fits.
fn matching(alternatives: &Value, value: &Value) -> usize {
    let fits = |schema: &&Value| {
        let mut errors = Vec::new();
        check(schema, value, "", Fields::Any, &mut errors);
        errors.is_empty()
    };
    alternatives.as_array().expect("alternatives are a list").iter().filter(fits).count()
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        unknown => panic!("the schema uses type `{unknown}`, which this test does not understand"),
    }
}

fn has_format(value: &Value, name: &str) -> bool {
    match name {
        "cidr" => value.as_str().is_some_and(|text| text.parse::<ipnet::IpNet>().is_ok()),
        "int32" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "int64" => value.is_i64(),
        // The API server does not check this one (apiextensions-apiserver, `pkg/apiserver/validation/formats.go`).
        "idn-hostname" => true,
        unknown => panic!("the schema uses format `{unknown}`, which this test does not understand"),
    }
}

fn pattern(rule: &Value) -> Regex {
    Regex::new(rule.as_str().expect("a pattern is a string")).expect("a CRD's pattern is RE2")
}

fn length(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.chars().count())
}

fn size(rule: &Value) -> usize {
    rule.as_u64().and_then(|size| usize::try_from(size).ok()).expect("a size is a whole number")
}
