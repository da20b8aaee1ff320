//! Any text at all is read as manifests or refused, and what is read of it is what Kubernetes reads; any objects at all are
//! raised or refused, and become sentences or are refused.
//!
//! | read the same by | compared |
//! |---|---|
//! | `yaml_serde` (libyaml) | keys, lists, and strings that are strings to both: it takes scalars by YAML 1.2 |
//! | Kubernetes' own reader, if `ZTP_KUBERNETES_YAML` is the program in `kubernetes-yaml/` | all values |

#[path = "../../support/json.rs"]
mod json;

use json::to_json;
use serde_json::{Value as Json, json};
use std::cell::RefCell;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use ztp::diagnostic::has_errors;
use ztp::enforcer::raise::{Located, Scope, raise};
use ztp::import::{Wish, import};
use ztp::policy::{EnforcerName, Version};
use ztp::source::{FileId, Sources};
use ztp::view;
use ztp::yaml::{Node, Range, Value, objects, read};

/// Sentences, or why there are none.
fn imported(text: &str, enforcer: (EnforcerName, Version)) {
    let mut sources = Sources::new();
    sources.add("manifests.yaml", text);
    let outcome = import(sources, &Wish { enforcer: Some(enforcer), project: None });
    assert_eq!(outcome.project.is_none(), has_errors(&outcome.diagnostics));
}

pub fn check(text: &str) {
    let documents: Vec<_> = read(text)
        .into_iter()
        .filter_map(|document| {
            let range = document.as_ref().map_or_else(|error| error.range, |document| document.range);
            assert!(range.start <= range.end, "{range:?}");
            assert!(text.get(range.start as usize..range.end as usize).is_some(), "{range:?} is not in the text");
            document.ok()
        })
        .collect();
    let mut found = Vec::new();
    for document in &documents {
        inside(&document.root, document.range, text);
        // kubectl cuts the stream by lines and ends each of them, also the last.
        let written = document.range.of(text);
        let written = format!("{written}{}", if written.ends_with('\n') { "" } else { "\n" });
        if let Ok(read) = serde_yaml::from_str::<serde_yaml::Value>(&written) {
            alike(&document.root, &read);
        }
        if let Some(read) = kubernetes(&written) {
            assert_eq!(decoded(to_json(&document.root)), decoded(read), "Kubernetes reads it otherwise");
        }
        for comment in document.comments(text) {
            assert!(comment.range.of(text).starts_with('#'), "{comment:?} is no comment");
        }
        found.extend(objects(document).into_iter().flatten());
    }
    let objects: Vec<_> = found.iter().map(|object| Located { object: *object, file: FileId(0) }).collect();
    for (enforcer, major, minor) in
        [(EnforcerName::Cilium, 1, 19), (EnforcerName::Cilium, 1, 16), (EnforcerName::Kubernetes, 1, 30)]
    {
        let scope = Scope::new(enforcer, Version { major, minor });
        imported(text, (enforcer, Version { major, minor }));
        for scope in [view::lenient(scope.clone()), scope] {
            for problem in raise(&objects, &scope).problems {
                let range = problem.span.start as usize..problem.span.end as usize;
                assert!(text.get(range).is_some(), "{problem:?} is not in the text");
            }
        }
        let mut sources = Sources::new();
        sources.add("manifests.yaml", text);
        let outcome = view::read_manifests(sources, &Scope::new(enforcer, Version { major, minor }));
        assert!(outcome.views.len() <= 1);
    }
}

fn inside(node: &Node<'_>, outer: Range, text: &str) {
    let range = node.range;
    assert!(outer.start <= range.start && range.start <= range.end && range.end <= outer.end, "{node:?}");
    assert!(text.get(range.start as usize..range.end as usize).is_some(), "{node:?}");
    match &node.value {
        Value::Sequence(items) => items.iter().for_each(|item| inside(item, range, text)),
        Value::Mapping(entries) => entries.iter().for_each(|entry| inside(&entry.value, range, text)),
        _ => {}
    }
}

/// Whether both have the same keys and lists, and the same strings where both have strings.
fn alike(ours: &Node<'_>, theirs: &serde_yaml::Value) {
    use serde_yaml::Value as Theirs;
    match (&ours.value, theirs) {
        (_, Theirs::Tagged(tagged)) => alike(ours, &tagged.value),
        (Value::Sequence(ours), Theirs::Sequence(theirs)) => {
            assert_eq!(ours.len(), theirs.len(), "lists of different length");
            ours.iter().zip(theirs).for_each(|(ours, theirs)| alike(ours, theirs));
        }
        (Value::Mapping(ours), Theirs::Mapping(theirs)) => {
            assert_eq!(ours.len(), theirs.len(), "mappings of different length");
            for (ours, (_, theirs)) in ours.iter().zip(theirs) {
                alike(&ours.value, theirs);
            }
        }
        (Value::String(ours), Theirs::String(theirs)) => assert_eq!(ours, theirs, "different strings"),
        (Value::Sequence(_) | Value::Mapping(_), _) | (_, Theirs::Sequence(_) | Theirs::Mapping(_)) => {
            panic!("one is a list or mapping: {ours:?} and {theirs:?}")
        }
        _ => {}
    }
}

/// JSON with its large numbers, and less than nothing, as Kubernetes has them once it has read them.
fn decoded(json: Json) -> Json {
    match json {
        Json::Number(number) if number.as_f64() == Some(0.0) => json!(0),
        Json::Number(number) if number.as_i64().is_none() => json!(number.as_f64()),
        Json::Array(items) => items.into_iter().map(decoded).collect(),
        Json::Object(entries) => Json::Object(entries.into_iter().map(|(key, value)| (key, decoded(value))).collect()),
        other => other,
    }
}

/// What Kubernetes reads; `Null` in a string's place where it refuses. `None` without the program.
fn kubernetes(text: &str) -> Option<Json> {
    thread_local!(static READER: RefCell<Option<Child>> = RefCell::new(start()));
    READER.with_borrow_mut(|reader| {
        let reader = reader.as_mut()?;
        let (ask, answer) = (reader.stdin.as_mut()?, reader.stdout.as_mut()?);
        ask.write_all(&u32::try_from(text.len()).ok()?.to_le_bytes()).ok()?;
        ask.write_all(text.as_bytes()).ok()?;
        let mut length = [0; 4];
        answer.read_exact(&mut length).expect("Kubernetes' reader answers");
        let mut json = vec![0; u32::from_le_bytes(length) as usize];
        answer.read_exact(&mut json).expect("Kubernetes' reader answers");
        // What it refuses may be refused by us for a reason of its own later, and is no matter of this.
        serde_json::from_slice(&json).ok()
    })
}

fn start() -> Option<Child> {
    let program = std::env::var_os("ZTP_KUBERNETES_YAML")?;
    let started = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    Some(started.expect("ZTP_KUBERNETES_YAML is a program"))
}
