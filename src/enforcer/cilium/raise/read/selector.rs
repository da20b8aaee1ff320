//! Label selectors, with the checks of `EndpointSelector.Sanitize` (`pkg/policy/api/selector.go` and
//! `pkg/labels/validation.go`, 1.20.2).

use super::Reading;
use crate::enforcer::cilium::raise::form::{Requirement, Selector, Source};
use crate::enforcer::raise::{Fields, Refusal, fields, is_string};
use crate::policy::{Op, Values, Version};
use crate::yaml::{Node, Range};
use smol_str::SmolStr;

/// Reads a selector; the keys that have no source get `any`.
pub fn selector<'n>(node: &'n Node<'n>, reading: &mut Reading) -> Result<Selector<'n>, Refusal> {
    let selector = fields(node, &["matchLabels", "matchExpressions"], &mut reading.notes)?;
    let mut requirements = Vec::new();
    if let Some(labels) = selector.get("matchLabels") {
        let entries = labels
            .as_mapping()
            .ok_or_else(|| Refusal::new(labels.range, "this has to be a mapping from keys to values"))?;
        requirements.reserve(entries.len());
        for entry in entries {
            let value = is_string(&entry.value)?;
            let (source, key) = key(&entry.key.name, entry.key.range, reading)?;
            check_value(value, entry.value.range)?;
            requirements.push(Requirement { source, key, op: Op::In(Values::one(value)), is_match: true });
        }
    }
    for node in selector.entries("matchExpressions")? {
        let expression = fields(node, &["key", "operator", "values"], &mut reading.notes)?;
        requirements.push(requirement(expression, reading)?);
    }
    Ok(Selector(requirements))
}

fn requirement<'n>(expression: Fields<'n>, reading: &Reading) -> Result<Requirement<'n>, Refusal> {
    let Some(node) = expression.get("key") else {
        return Err(Refusal::new(expression.range(), "the expression has no `key`"));
    };
    let (source, key) = key(is_string(node)?, node.range, reading)?;
    let operator = expression.string("operator")?.unwrap_or_default();
    let nodes = expression.entries("values")?;
    let values = || nodes.iter().map(|node| check_value(is_string(node)?, node.range).map(SmolStr::from));
    let op = match (operator, nodes.is_empty()) {
        ("In", false) => Op::In(values().collect::<Result<Values, Refusal>>()?),
        ("NotIn", false) => Op::NotIn(values().collect::<Result<Values, Refusal>>()?),
        ("Exists", true) => Op::Exists,
        ("DoesNotExist", true) => Op::DoesNotExist,
        ("In" | "NotIn", true) => {
            return Err(Refusal::new(expression.range(), format!("`{operator}` needs `values`")));
        }
        ("Exists" | "DoesNotExist", false) => {
            return Err(Refusal::new(expression.range(), format!("`{operator}` takes no `values`")));
        }
        _ => {
            let known = "it is `In`, `NotIn`, `Exists` or `DoesNotExist`";
            return Err(Refusal::new(expression.range(), format!("`{operator}` is no operator; {known}")));
        }
    };
    Ok(Requirement { source, key, op, is_match: false })
}

/// The source and the rest of a key.
fn key<'n>(text: &'n str, range: Range, reading: &Reading) -> Result<(Source, &'n str), Refusal> {
    // Until 1.19 the source became a part of the key before the key was checked (`GetExtendedKeyFrom`), and `reserved` had
    // two more spellings (`parseSource` in `pkg/labels/labels.go` of 1.18.4 and 1.19.4).
    let old = reading.version < (Version { major: 1, minor: 20 });
    let (source, key) = match text.split_once(':') {
        _ if old && text.starts_with('$') => ("reserved", text.get(1..).unwrap_or_default()),
        Some(("", key)) if old => ("any", key),
        Some(parts) => parts,
        None => match text.strip_prefix("reserved.") {
            Some(key) if old => ("reserved", key),
            _ => ("any", text),
        },
    };
    let counted = if old { source.len() + 1 } else { 0 };
    let is_source = !source.is_empty() && source.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_source || !is_key(key, counted) {
        return Err(Refusal::new(range, format!("`{text}` is no label key")));
    }
    let source = match source {
        // A source that is said to be none is any (`parseSelectLabel` in `pkg/labels/labels.go`, 1.18.4 and 1.20.2).
        "any" | "unspec" => Source::Any,
        "k8s" => Source::K8s,
        "reserved" => Source::Reserved,
        "cidr" => Source::Cidr,
        "cidrgroup" if reading.version >= (Version { major: 1, minor: 17 }) => Source::CidrGroup,
        "fqdn" => Source::Fqdn,
        "node" => Source::Node,
        _ => Source::Other,
    };
    Ok((source, key))
}

/// Whether Kubernetes takes it for a label's key (`k8s.io/apimachinery`, `IsQualifiedName`); `counted` characters stand
/// before it.
fn is_key(key: &str, counted: usize) -> bool {
    match key.split_once('/') {
        None => is_name(key) && key.len() + counted <= 63,
        Some((prefix, name)) => {
            is_name(name)
                && name.len() <= 63
                && prefix.len() + counted <= 253
                && prefix.split('.').all(|part| {
                    let bytes = part.as_bytes();
                    bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
                        && bytes.first().zip(bytes.last()).is_some_and(|(first, last)| *first != b'-' && *last != b'-')
                })
        }
    }
}

/// Letters, digits, `-`, `_` and `.`, with a letter or digit at both ends.
fn is_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && bytes
            .first()
            .zip(bytes.last())
            .is_some_and(|(first, last)| first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric())
}

fn check_value(value: &str, range: Range) -> Result<&str, Refusal> {
    if value.is_empty() || (value.len() <= 63 && is_name(value)) {
        Ok(value)
    } else {
        Err(Refusal::new(range, format!("`{value}` is no label value")))
    }
}
