//! Reading manifests. The cases are the files of `tests/yaml_read`: what is read of `NAME.yaml`, or why it is refused, is
//! in `NAME.txt`, which `UPDATE=1 cargo test --test yaml_read` writes anew. Where kubectl is there, each object that we
//! read is held against Kubernetes' own reading.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and reads its cases from files"
)]

#[path = "support/kubectl.rs"]
mod kubectl;

use serde_json::{Value as Json, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use ztp::source::LineIndex;
use ztp::yaml::{Comment, Document, Node, Range, Value, YamlError, objects, read};

/// The cases: path and text.
fn cases() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/yaml_read");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|ending| ending == "yaml")).collect();
    paths.sort();
    assert!(!paths.is_empty(), "no cases");
    paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

/// What is shown of a text.
struct Shown<'t> {
    text: &'t str,
    lines: LineIndex,
    out: String,
}

impl<'t> Shown<'t> {
    fn of(text: &'t str) -> String {
        let mut shown = Self { text, lines: LineIndex::new(text), out: String::new() };
        for document in read(text) {
            shown.line(0, "document");
            match document {
                Ok(document) => shown.document(&document),
                Err(error) => shown.error(&error),
            }
        }
        shown.out
    }

    fn document(&mut self, document: &Document<'_>) {
        self.node(1, "", &document.root);
        for Comment { text, range, alone } in document.comments(self.text) {
            let place = self.place(range);
            self.line(1, &format!("{} {place} {text}", if alone { "#" } else { "  #" }));
        }
        for object in objects(document) {
            match object {
                Ok(object) => {
                    let (namespace, name) = (object.namespace.unwrap_or("-"), object.name.unwrap_or("-"));
                    self.line(1, &format!("object {} {} {namespace} {name}", object.api_version, object.kind));
                }
                Err(error) => self.error(&error),
            }
        }
    }

    fn node(&mut self, depth: usize, before: &str, node: &Node<'_>) {
        let place = self.place(node.range);
        match &node.value {
            Value::Sequence(items) => {
                self.line(depth, &format!("{before}{place} list"));
                items.iter().for_each(|item| self.node(depth + 1, "- ", item));
            }
            Value::Mapping(entries) => {
                self.line(depth, &format!("{before}{place} mapping"));
                for entry in entries {
                    let key = format!("{} {:?}: ", self.place(entry.key.range), entry.key.name);
                    self.node(depth + 1, &key, &entry.value);
                }
            }
            value => {
                let there = node.range.of(self.text);
                self.line(depth, &format!("{before}{place} {value:?} from {there:?}"));
            }
        }
    }

    fn error(&mut self, error: &YamlError) {
        let place = self.place(error.range);
        self.line(1, &format!("error {place} {error}"));
        self.line(2, &format!("at {:?}", error.range.of(self.text)));
        if let Some(help) = error.problem.help() {
            self.line(2, &format!("help: {help}"));
        }
    }

    fn place(&self, range: Range) -> String {
        let at = self.lines.line_column(self.text, range.start);
        format!("{}:{}", at.line, at.column)
    }

    fn line(&mut self, depth: usize, line: &str) {
        writeln!(self.out, "{:1$}{line}", "", depth * 2).unwrap();
    }
}

#[test]
fn cases_are_read_as_written_beside_them() {
    for (path, text) in cases() {
        let beside = path.with_extension("txt");
        let shown = Shown::of(&text);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&beside, &shown).unwrap();
        }
        let expected = std::fs::read_to_string(&beside).unwrap_or_default();
        assert!(expected == shown, "{} differs; it is now:\n{shown}", beside.display());
    }
}

fn to_json(node: &Node<'_>) -> Json {
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

/// JSON with its large numbers as Kubernetes has them once it has read them.
fn decoded(json: Json) -> Json {
    match json {
        Json::Number(number) if number.as_i64().is_none() => json!(number.as_f64()),
        Json::Array(items) => items.into_iter().map(decoded).collect(),
        Json::Object(entries) => Json::Object(entries.into_iter().map(|(key, value)| (key, decoded(value))).collect()),
        other => other,
    }
}

#[test]
fn kubernetes_reads_the_same() {
    for (path, text) in cases() {
        for document in read(&text).into_iter().flatten() {
            // A list comes back in another form, and what is no object not at all.
            if document.root.get("kind").and_then(Node::as_str) != Some("Case") {
                continue;
            }
            let Some(kubernetes) = kubectl::read(document.range.of(&text)) else {
                eprintln!("skipped: there is no kubectl");
                return;
            };
            assert_eq!(to_json(&document.root), decoded(kubernetes), "{}", path.display());
        }
    }
}

#[test]
fn the_corpus_is_read() {
    let Some(corpus) = std::env::var_os("ZTP_CORPUS") else {
        eprintln!("skipped: ZTP_CORPUS is not set");
        return;
    };
    let (mut files, mut found) = (0, 0);
    let mut folders = vec![PathBuf::from(corpus)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if !path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml" || ending == "json") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let documents = read(&text).into_iter().collect::<Result<Vec<_>, _>>();
            let documents = documents.unwrap_or_else(|error| panic!("{}: {error} {error:?}", path.display()));
            files += 1;
            // Some are fragments of objects.
            found += documents.iter().flat_map(objects).flatten().count();
        }
    }
    assert!(files > 0, "there is nothing to read");
    eprintln!("{files} files with {found} objects");
}
