//! Steadiness: random edits and questions, with files that come and go under the server. It never ends by itself, and what
//! it knows is what a fresh server knows of the same texts.
//!
//! `ZTP_STEADY=100000` makes that many messages and compares at 500 points; `ZTP_STEADY_SEED` chooses others.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "tests may panic, and write files"
)]

#[path = "../../tests/support/dice.rs"]
#[allow(dead_code, reason = "each test rolls what it needs")]
mod dice;
mod support;

use dice::Dice;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use support::client::Client;
use support::folder::Folder;

/// How many messages are sent, and after how many the states are compared.
const MESSAGES: usize = 4000;
const BETWEEN: usize = 200;

/// What a question may be answered with besides a result: the client took it back, the text has changed meanwhile, or
/// what is asked for cannot be done.
const REFUSALS: [i64; 3] = [-32800, -32801, -32803];

/// Questions about a file, and whether they have a position or a range.
const QUESTIONS: [(&str, About); 18] = [
    ("textDocument/diagnostic", About::File),
    ("textDocument/documentSymbol", About::File),
    ("textDocument/semanticTokens/full", About::File),
    ("textDocument/foldingRange", About::File),
    ("textDocument/documentLink", About::File),
    ("textDocument/codeLens", About::File),
    ("textDocument/formatting", About::Formatting),
    ("textDocument/rangeFormatting", About::RangeFormatting),
    ("textDocument/semanticTokens/range", About::Range),
    ("textDocument/inlayHint", About::Range),
    ("textDocument/codeAction", About::Action),
    ("textDocument/hover", About::Place),
    ("textDocument/completion", About::Place),
    ("textDocument/definition", About::Place),
    ("textDocument/documentHighlight", About::Place),
    ("textDocument/references", About::References),
    ("textDocument/prepareCallHierarchy", About::Place),
    ("textDocument/prepareRename", About::Place),
];

#[derive(Clone, Copy, PartialEq)]
enum About {
    File,
    Place,
    Range,
    References,
    Formatting,
    RangeFormatting,
    Action,
}

/// What the client and the disk have, as this test knows it.
struct Model {
    folder: Folder,
    utf8: bool,
    disk: BTreeMap<String, String>,
    open: BTreeMap<String, (String, i64)>,
    words: Vec<String>,
    created: usize,
    versions: i64,
}

/// The line and column of a byte offset, counted the slow way.
fn position(text: &str, offset: usize, utf8: bool) -> Value {
    let before = &text[..offset];
    let (mut line, mut start) = (0, 0);
    let bytes = before.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let ends = *byte == b'\n' || (*byte == b'\r' && text.as_bytes().get(at + 1) != Some(&b'\n'));
        if ends {
            line += 1;
            start = at + 1;
        }
    }
    let column = if utf8 { offset - start } else { before[start..].encode_utf16().count() };
    json!({ "line": line, "character": column })
}

/// An offset that a client can name.
fn offset(text: &str, dice: &mut Dice) -> usize {
    let mut at = dice.roll(text.len() + 1);
    while !text.is_char_boundary(at) || (at > 0 && text[..at].ends_with('\r') && text[at..].starts_with('\n')) {
        at -= 1;
    }
    at
}

impl Model {
    fn new(utf8: bool) -> Self {
        let mut disk = BTreeMap::new();
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
        for project in ["shop", "payments"] {
            gather(&examples.join(project), project, &mut disk);
        }
        let folder = Folder::with(&disk.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
        let words = disk.values().flat_map(|text| text.split_inclusive([' ', '\n', ',', ':', '/'])).map(str::to_owned);
        let words = words
            .chain(["é", "𝔘 ", "\r\n", "\r", "{", "}", "\"", "#", "## doc\n", "may ", "🦀"].map(str::to_owned))
            .collect();
        Self { folder, utf8, disk, open: BTreeMap::new(), words, created: 0, versions: 0 }
    }

    fn start(&self) -> Client {
        let encodings = if self.utf8 { json!(["utf-8", "utf-16"]) } else { json!(["utf-16"]) };
        Client::on(
            &self.folder.uri(""),
            &json!({ "general": { "positionEncodings": encodings }, "textDocument": { "diagnostic": {} }, "workspace": { "diagnostics": { "refreshSupport": true } } }),
        )
    }

    /// A fresh server that is given the same.
    fn fresh(&self) -> Client {
        let mut client = self.start();
        for (name, (text, _)) in &self.open {
            client.open(&self.folder.uri(name), text);
        }
        client.settle();
        client
    }

    /// A file, open or not.
    fn any(&self, dice: &mut Dice) -> String {
        let names: Vec<&String> = self.disk.keys().collect();
        (*dice.pick(&names)).clone()
    }

    fn text(&self, name: &str) -> &str {
        self.open.get(name).map_or_else(|| self.disk.get(name).map_or("", String::as_str), |(text, _)| text)
    }

    fn words(&self, dice: &mut Dice) -> String {
        (0..dice.roll(4)).map(|_| self.words[dice.roll(self.words.len())].as_str()).collect()
    }

    /// The parameters of a question about a file.
    fn question(&self, about: About, name: &str, dice: &mut Dice) -> Value {
        let text = self.text(name);
        let (one, other) = (offset(text, dice), offset(text, dice));
        let place = |at| position(text, at, self.utf8);
        let range = json!({ "start": place(one.min(other)), "end": place(one.max(other)) });
        let mut params = json!({ "textDocument": { "uri": self.folder.uri(name) } });
        let options = json!({ "tabSize": 2, "insertSpaces": true });
        match about {
            About::File => {}
            About::Place => {
                params["position"] = if dice.percent(5) { json!({ "line": 9999, "character": 7 }) } else { place(one) }
            }
            About::References => {
                params["position"] = place(one);
                params["context"] = json!({ "includeDeclaration": dice.percent(50) });
            }
            About::Range => params["range"] = range,
            About::Formatting => params["options"] = options,
            About::RangeFormatting => {
                params["range"] = range;
                params["options"] = options;
            }
            About::Action => {
                params["range"] = range;
                params["context"] = json!({ "diagnostics": [] });
            }
        }
        params
    }

    /// Changes an open file, or opens one.
    fn edit(&mut self, client: &mut Client, dice: &mut Dice) {
        let open: Vec<String> = self.open.keys().cloned().collect();
        if open.is_empty() || dice.percent(3) {
            let name = self.any(dice);
            if !self.open.contains_key(&name) {
                let text = self.disk[&name].clone();
                client.open(&self.folder.uri(&name), &text);
                self.open.insert(name, (text, 1));
            }
            return;
        }
        let name = dice.pick(&open).clone();
        let mut text = self.text(&name).to_owned();
        let mut changes = Vec::new();
        // Every now and then it becomes what it was on the disk, or errors would be all there is.
        if dice.percent(5) {
            text = self.disk.get(&name).cloned().unwrap_or_default();
            changes.push(json!({ "text": text }));
        } else {
            for _ in 0..1 + dice.roll(3) {
                let start = offset(&text, dice);
                let end = offset(&text, dice).clamp(start, (start + 30).min(text.len()));
                let end =
                    if text.is_char_boundary(end) && !(text[..end].ends_with('\r') && text[end..].starts_with('\n')) {
                        end
                    } else {
                        start
                    };
                let new = self.words(dice);
                let range =
                    json!({ "start": position(&text, start, self.utf8), "end": position(&text, end, self.utf8) });
                changes.push(json!({ "range": range, "text": new }));
                text.replace_range(start..end, &new);
            }
        }
        self.versions += 1;
        let document = json!({ "uri": self.folder.uri(&name), "version": self.versions + 1 });
        client.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
        self.open.insert(name, (text, self.versions + 1));
    }

    /// Does something on the disk, and tells the server.
    fn disk(&mut self, client: &mut Client, dice: &mut Dice) {
        let told = |client: &mut Client, changes: Value| {
            client.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
        };
        match dice.roll(4) {
            0 => {
                self.created += 1;
                let name = format!("shop/shop/new-{}.ztp", self.created % 7);
                let text =
                    format!("namespace shop\nworkload new-{} serves http 8080\n{}", self.created, self.words(dice));
                self.folder.write(&name, &text);
                told(client, json!([{ "uri": self.folder.uri(&name), "type": 1 }]));
                self.disk.insert(name, text);
            }
            1 if self.disk.len() > 4 => {
                let name = self.any(dice);
                if name.contains("new-") {
                    self.folder.remove(&name);
                    self.disk.remove(&name);
                    told(client, json!([{ "uri": self.folder.uri(&name), "type": 3 }]));
                }
            }
            2 => {
                let name = self.any(dice);
                if name.contains("new-") {
                    self.created += 1;
                    let to = format!("shop/shop/new-moved-{}.ztp", self.created % 5);
                    let text = self.disk.remove(&name).unwrap();
                    self.folder.remove(&name);
                    self.folder.write(&to, &text);
                    told(
                        client,
                        json!([{ "uri": self.folder.uri(&name), "type": 3 }, { "uri": self.folder.uri(&to), "type": 1 }]),
                    );
                    self.disk.insert(to, text);
                }
            }
            _ => {
                let open: Vec<String> = self.open.keys().cloned().collect();
                if !open.is_empty() {
                    let name = dice.pick(&open).clone();
                    self.open.remove(&name);
                    client
                        .notify("textDocument/didClose", json!({ "textDocument": { "uri": self.folder.uri(&name) } }));
                }
            }
        }
    }

    /// Asks both servers the same, of every file.
    fn compare(&self, one: &mut Client, other: &mut Client, dice: &mut Dice) -> usize {
        let names: Vec<&String> = self.disk.keys().chain(self.open.keys()).collect();
        let mut compared = 0;
        for name in names {
            for (method, about) in QUESTIONS {
                if about != About::File && !dice.percent(30) {
                    continue;
                }
                let params = self.question(about, name, dice);
                let ask = |client: &mut Client| {
                    let id = client.ask(method, params.clone());
                    let mut answer = client.answer(id);
                    answer["id"] = Value::Null;
                    answer
                };
                let (one, other) = (ask(one), ask(other));
                assert_eq!(one, other, "{method} {params}\n{}", self.text(name));
                compared += 1;
            }
        }
        compared
    }
}

/// Every source file of a folder, by its path below the project's name.
fn gather(folder: &Path, name: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{name}/{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            gather(&path, &name, found);
        } else if path.extension().is_some_and(|end| end == "ztp") {
            found.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn what_it_knows_is_what_a_fresh_server_knows() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<usize>().unwrap());
    let messages = number("ZTP_STEADY").unwrap_or(MESSAGES);
    let between = number("ZTP_STEADY").map_or(BETWEEN, |messages| messages / 500);
    let seed = number("ZTP_STEADY_SEED").unwrap_or(1) as u64;
    let mut dice = Dice::new(seed);
    let mut model = Model::new(false);
    let mut client = model.start();
    let (mut asked, mut compared, mut points, mut refused) = (Vec::new(), 0, 0, 0);
    for message in 1..=messages {
        // The other encoding for the second half.
        if message == messages / 2 {
            assert!(client.end().success());
            model.utf8 = true;
            client = model.fresh();
            asked.clear();
        }
        match dice.roll(100) {
            0..=69 => model.edit(&mut client, &mut dice),
            70..=75 => model.disk(&mut client, &mut dice),
            76..=78 if !asked.is_empty() => {
                client.notify("$/cancelRequest", json!({ "id": dice.pick(&asked) }));
            }
            79 => {
                let uri = "untitled:Untitled-1";
                client.open(uri, "namespace x\nworkload y\n");
                asked.push(client.ask(
                    "textDocument/hover",
                    json!({ "textDocument": { "uri": uri }, "position": { "line": 1, "character": 10 } }),
                ));
                client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
            }
            _ => {
                let (method, about) = *dice.pick(&QUESTIONS);
                let name = model.any(&mut dice);
                let params = model.question(about, &name, &mut dice);
                asked.push(client.ask(method, params));
            }
        }
        if message % between == 0 {
            for id in asked.drain(..) {
                let answer = client.answer(id);
                if let Some(error) = answer.get("error") {
                    refused += 1;
                    assert!(REFUSALS.contains(&error["code"].as_i64().unwrap()), "{answer}");
                }
            }
            client.settle();
            let mut fresh = model.fresh();
            compared += model.compare(&mut client, &mut fresh, &mut dice);
            points += 1;
            assert!(fresh.end().success());
        }
    }
    assert!(client.end().success());
    eprintln!("{messages} messages, {compared} answers compared at {points} points, {refused} questions refused");
}
