//! The one writer of YAML: objects in, text out.
//!
//! Invariants: every string, and every key that the compiler does not fix, goes through `scalar`, so no name, label or address can inject YAML, and
//! Kubernetes' own reader takes each as the string that it is; comments end with their line; a key whose list the
//! structs allow to be empty is left out when it is; the order of keys is fixed, so equal objects give equal bytes.

mod cilium;
mod emitter;
mod kubernetes;
mod scalar;

use super::{LabelSelector, Metadata, Object};
use emitter::Emitter;
use smol_str::SmolStr;

/// Appends one object as a YAML document that ends with a newline, with its comments.
pub fn write(object: &Object, out: &mut String) {
    let mut to = Emitter::new(out);
    match object {
        Object::NetworkPolicy(policy) => kubernetes::policy(&mut to, object.kind(), policy),
        Object::CiliumNetworkPolicy(policy) | Object::CiliumClusterwideNetworkPolicy(policy) => {
            cilium::policy(&mut to, object.kind(), policy);
        }
    }
}

/// What stands between the documents of a stream.
pub const SEPARATOR: &str = "---\n";

/// Appends objects as one stream, with [`SEPARATOR`] between the documents.
pub fn write_stream<'a>(objects: impl IntoIterator<Item = &'a Object>, out: &mut String) {
    for (index, object) in objects.into_iter().enumerate() {
        if index > 0 {
            out.push_str(SEPARATOR);
        }
        write(object, out);
    }
}

/// The lines that every object begins with.
fn header(to: &mut Emitter<'_>, api_version: &'static str, kind: &'static str, metadata: &Metadata) {
    to.pair(0, "apiVersion", api_version);
    to.pair(0, "kind", kind);
    to.key(0, "metadata");
    to.pair(1, "name", &metadata.name);
    if let Some(namespace) = &metadata.namespace {
        to.pair(1, "namespace", namespace);
    }
    strings(to, "labels", &metadata.labels);
    strings(to, "annotations", &metadata.annotations);
}

/// `labels` or `annotations`, unless there are none.
fn strings(to: &mut Emitter<'_>, key: &'static str, entries: &[(SmolStr, SmolStr)]) {
    if entries.is_empty() {
        return;
    }
    to.key(1, key);
    for (key, value) in entries {
        to.entry(2, key, value);
    }
}

/// A selector under a key; one that selects everything is `{}`.
fn selector(to: &mut Emitter<'_>, depth: usize, key: &'static str, selector: &LabelSelector) {
    if selects_everything(selector) {
        to.empty(depth, key);
    } else {
        to.key(depth, key);
        requirements(to, depth + 1, selector);
    }
}

/// Selectors as the entries of a list under a key.
fn selectors(to: &mut Emitter<'_>, depth: usize, key: &'static str, selectors: &[LabelSelector]) {
    to.key(depth, key);
    for selector in selectors {
        to.item(depth + 1);
        if selects_everything(selector) {
            to.empty_item();
        } else {
            requirements(to, depth + 2, selector);
        }
    }
}

fn selects_everything(selector: &LabelSelector) -> bool {
    selector.match_labels.is_empty() && selector.match_expressions.is_empty()
}

fn requirements(to: &mut Emitter<'_>, depth: usize, selector: &LabelSelector) {
    if !selector.match_labels.is_empty() {
        to.key(depth, "matchLabels");
        for (key, value) in &selector.match_labels {
            to.entry(depth + 1, key, value);
        }
    }
    if !selector.match_expressions.is_empty() {
        to.key(depth, "matchExpressions");
        for expression in &selector.match_expressions {
            to.item(depth + 1);
            to.pair(depth + 2, "key", &expression.key);
            to.pair(depth + 2, "operator", expression.operator.as_str());
            if !expression.values.is_empty() {
                to.list(depth + 2, "values", &expression.values);
            }
        }
    }
}
