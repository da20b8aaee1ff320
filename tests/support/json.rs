//! What is read of YAML, as JSON.

use serde_json::{Value as Json, json};
use ztp::yaml::{Node, Value};

/// The same values.
pub fn to_json(node: &Node<'_>) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Int(number) => json!(number),
        Value::Float(number) => json!(number),
        Value::String(text) => json!(text),
        Value::Sequence(items) => items.iter().map(to_json).collect(),
        Value::Mapping(entries) => {
            Json::Object(entries.iter().map(|entry| (entry.key.name.clone().into(), to_json(&entry.value))).collect())
        }
    }
}
