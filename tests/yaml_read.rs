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

#[path = "support/json.rs"]
mod json;
#[path = "support/kubectl.rs"]
mod kubectl;

use json::to_json;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value as Json, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;
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

/// Texts that are large for their meaning, or that have made some reader of YAML slow or crash.
fn bombs() -> Vec<(&'static str, String)> {
    let many = 50_000;
    let laughs: String = (1..30).map(|i| format!("a{i}: &a{i} [*a{0}, *a{0}]\n", i - 1)).collect();
    let keys = |key: fn(usize) -> String| (0..many).map(|i| format!("{}: 1\n", key(i))).collect::<String>();
    vec![
        ("billion laughs", format!("a0: &a0 [x]\n{laughs}")),
        ("many keys", keys(|i| format!("k{i}"))),
        ("the same key", keys(|_| "k".to_owned())),
        ("many keys in brackets", format!("a: {{{}}}", keys(|i| format!("k{i}")).replace('\n', ","))),
        ("open brackets", "[".repeat(many)),
        ("open braces", "{".repeat(many)),
        ("braces as keys", "{? ".repeat(many)),
        ("brackets on lines", "[\n".repeat(many)),
        ("dashes", "- ".repeat(many)),
        ("question marks", "? ".repeat(many)),
        ("colons", ": ".repeat(many)),
        ("keys of keys", "a: ".repeat(many)),
        ("anchors", "&a ".repeat(many)),
        ("tags", "!!str ".repeat(many)),
        ("one tag", format!("a: !{} b", "x".repeat(many))),
        ("deeper and deeper", (0..2000).map(|i| format!("{:1$}a:\n", "", i)).collect()),
        ("open quotes", "\"".repeat(many)),
        ("an open quote", format!("a: \"{}", "b\n ".repeat(many))),
        ("single quotes", format!("a: '{}'", "''".repeat(many))),
        ("escapes", format!("a: \"{}\"", "\\u00e9".repeat(many))),
        ("escapes of JSON", format!("{{\"a\": [{}]}}", "\"\\/\", ".repeat(many))),
        ("escapes of no JSON", format!("a: [{}]", "\"\\/\", ".repeat(many))),
        ("a long plain scalar", format!("a: {}", "b ".repeat(many))),
        ("a plain scalar of many lines", format!("a: {}", "b\n ".repeat(many))),
        ("empty lines", format!("a: b{}c: d", "\n".repeat(many))),
        ("blanks", format!("a: b{}\nc: d", " ".repeat(many))),
        ("blanks in brackets", format!("a: [{}]", format!("b{}, ", " ".repeat(300)).repeat(many / 300))),
        ("lines in brackets", format!("a: [{}]", format!("b{}, ", "\n".repeat(300)).repeat(many / 300))),
        ("tabs", format!("a:{}b", "\t".repeat(many))),
        ("lines of tabs", format!("a: b{}", "\n\t".repeat(many))),
        ("comments", "#\n".repeat(many)),
        ("hashes", "#".repeat(many)),
        ("comments in brackets", format!("a: [{}]", "b, # c\n".repeat(many))),
        ("a block scalar", format!("a: |\n{}", " b\n".repeat(many))),
        ("a folded scalar", format!("a: >\n{}", " b\n\n  c\n".repeat(many))),
        ("separators", "---\n".repeat(many)),
        ("separators with comments", "--- #\n".repeat(many)),
        ("bad separators", "---a\n".repeat(many)),
        ("ends", "...\n".repeat(many)),
        ("templates", "{{".repeat(many)),
        ("commas", format!("a: [{}]", ",".repeat(many))),
        ("pairs in brackets", format!("a: [{}]", "b: c, ".repeat(many))),
        ("a large number", format!("a: {}", "9".repeat(many))),
        ("a number of nothing", format!("a: 1{}", "_".repeat(many))),
        ("a small fraction", format!("a: .{}1e-{}", "0".repeat(many), "9".repeat(many))),
        ("directives", "%TAG ! x\n".repeat(many)),
        ("carriage returns", "a\r".repeat(many)),
        ("lists in lists", format!("apiVersion: v1\nkind: List\nitems: {}", "[".repeat(many))),
    ]
}

#[test]
fn bombs_cost_nothing() {
    for (name, text) in bombs() {
        let start = Instant::now();
        for document in read(&text).into_iter().flatten() {
            let _ = objects(&document);
            let _ = document.comments(&text);
        }
        // A debug build on a busy machine reads a megabyte in far less; what grows with the square takes minutes.
        assert!(start.elapsed().as_secs() < 10, "{name} took {:?}", start.elapsed());
    }
}

/// A text of the marks of YAML and what is near them.
fn marks(length: usize) -> impl Strategy<Value = String> {
    let mark = r##"[-:?,#|>%@`&*!'"\\{}\[\]~=<.+_0-9abnyx \t\r\n\x{a0}\x{85}\x{2028}\x{feff}é🙂]"##;
    proptest::string::string_regex(&format!("{mark}{{0,{length}}}")).unwrap()
}

/// Checks what holds of any text: no panic, places within the text, and of each document's values the places in order.
fn holds(text: &str) {
    for document in read(text) {
        let range = match &document {
            Ok(document) => document.range,
            Err(error) => error.range,
        };
        assert!(range.start <= range.end, "{text:?}");
        assert!(text.get(range.start as usize..range.end as usize).is_some(), "{range:?} of {text:?}");
        let Ok(document) = document else { continue };
        inside(&document.root, document.range, text);
        let _ = objects(&document);
        let comments = document.comments(text);
        assert!(comments.iter().all(|comment| comment.range.of(text).starts_with('#')), "{comments:?} of {text:?}");
    }
}

fn inside(node: &Node<'_>, outer: Range, text: &str) {
    let range = node.range;
    assert!(outer.start <= range.start && range.start <= range.end && range.end <= outer.end, "{node:?} of {text:?}");
    assert!(text.get(range.start as usize..range.end as usize).is_some(), "{node:?} of {text:?}");
    let mut start = range.start;
    match &node.value {
        Value::Sequence(items) => {
            for item in items {
                inside(item, Range { start, ..range }, text);
                start = item.range.end;
            }
        }
        Value::Mapping(entries) => {
            for entry in entries {
                assert!(start <= entry.key.range.start, "{node:?} of {text:?}");
                inside(&entry.value, Range { start: entry.key.range.end, ..range }, text);
                start = entry.value.range.end;
            }
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        holds(&text);
    }

    #[test]
    fn any_mix_of_marks_is_read_or_refused(text in marks(24)) {
        holds(&text);
    }

    #[test]
    fn any_change_to_a_case_is_read_or_refused(
        case in any::<Index>(), at in any::<Index>(), length in 0..6_usize, put in marks(3),
    ) {
        let cases = cases();
        let mut text: Vec<char> = case.get(&cases).1.chars().collect();
        let start = at.index(text.len());
        let end = (start + length).min(text.len());
        text.splice(start..end, put.chars());
        holds(&text.into_iter().collect::<String>());
    }
}
