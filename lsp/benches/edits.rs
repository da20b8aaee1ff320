//! How fast the real server answers somebody who types: `cargo bench -p ztp-lsp`.
//!
//! It serves the generated project of `benches/project`: 1,000 files with 100 sentences each. Prints a Markdown table of
//! the time from an edit to its findings, from a question to its answer, and of the server's memory.

#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a benchmark, not part of the crate"
)]

#[path = "../../benches/project/mod.rs"]
#[allow(dead_code, reason = "the other benchmarks use the rest")]
mod project;
#[path = "../tests/support/mod.rs"]
mod support;

use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};
use support::client::Client;
use support::folder::Folder;

/// Namespaces, each one file.
const NAMESPACES: usize = 1000;
/// Sentences of each.
const SENTENCES: usize = 100;
/// How many edits are measured. `ZTP_EDITS` makes it more or less.
const EDITS: usize = 10_000;
/// How many more are made with a thought between them.
const PAUSED: usize = 100;
/// A thought: longer than the server waits until it checks everything, and shorter than that takes.
const THOUGHT: Duration = Duration::from_millis(500);
/// After how many edits memory is looked at first.
const EARLY: usize = 100;

fn main() {
    let edits = std::env::var("ZTP_EDITS").ok().and_then(|count| count.parse().ok()).unwrap_or(EDITS);
    let files = project::files_with(NAMESPACES, SENTENCES);
    let shown: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let folder = Folder::with(&shown);

    let start = Instant::now();
    let mut client = Client::on(&folder.uri(""), &json!({}));
    client.settle();
    let first = start.elapsed();
    let before = client.request("ztp/status", Value::Null);

    let open: Vec<(String, String)> = (0..10)
        .map(|index| files.get(1 + index * 97).unwrap().clone())
        .map(|(path, text)| (folder.uri(&path), text))
        .collect();
    for (uri, text) in &open {
        client.open(uri, text);
        client.found_of(uri, 1);
    }
    client.settle();
    println!("| what | median | 99 of 100 | largest |\n|---|---:|---:|---:|");
    println!("| start to the first findings of all files | {} | | |", show(first));

    // Somebody types a sentence in one of ten files, letter by letter: it does not even parse until it is done.
    let started = client.request("ztp/status", Value::Null);
    let sentence = "\napp-1 may reach app-9:9999";
    let (mut times, mut memory) = (Vec::new(), (0, 0));
    let mut version = 1;
    let mut ended = Value::Null;
    for edit in 0..edits + PAUSED {
        // At last by somebody who thinks between two letters: everything is being checked when the next one comes.
        if edit >= edits {
            std::thread::sleep(THOUGHT);
        }
        let (uri, text) = open.get(edit / sentence.len() % open.len()).unwrap();
        let letters = 1 + edit % sentence.len();
        version += 1;
        let end = text.lines().count() - 1;
        let change = if letters == 1 {
            json!({ "text": format!("{text}\n") })
        } else {
            let line = end + 2;
            let at = letters - 2;
            let letter = sentence.get(letters - 1..letters).unwrap();
            json!({ "range": { "start": { "line": line, "character": at }, "end": { "line": line, "character": at } }, "text": letter })
        };
        let begin = Instant::now();
        client.notify(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": [change] }),
        );
        client.found_of(uri, version);
        times.push(begin.elapsed());
        if edit + 1 == EARLY {
            memory.0 = resident(client.process());
        }
        if edit + 1 == edits {
            memory.1 = resident(client.process());
            ended = client.request("ztp/status", Value::Null);
        }
    }
    row("an edit in a namespace's file to its findings", times.get_mut(..edits).unwrap());
    row("the same, half a second after the edit before", times.get_mut(edits..).unwrap());

    questions(&mut client, &open, version);

    let (platform, text) = (folder.uri("platform.ztp"), &files.first().unwrap().1);
    client.open(&platform, text);
    client.settle();
    let mut times = Vec::new();
    for edit in 0..20 {
        let begin = Instant::now();
        let port = if edit % 2 == 0 { "" } else { ":443" };
        client.change(&platform, edit + 2, &format!("{text}no workload may reach 192.0.2.1{port}\n"));
        while client.request("ztp/status", Value::Null)["settled"] != true {
            std::thread::sleep(Duration::from_millis(2));
        }
        times.push(begin.elapsed());
    }
    row("an edit in the platform's file to the findings of all files", &mut times);

    let per_edit = |name: &str| (ended[name].as_u64().unwrap() - started[name].as_u64().unwrap()) as f64 / edits as f64;
    println!();
    println!(
        "An edit parses {:.2} files and checks {:.2} namespaces; {} files are known.",
        per_edit("parsed"),
        per_edit("namespacesChecked"),
        before["files"]
    );
    println!("Memory after {EARLY} edits {} MiB, after {edits} {} MiB.", memory.0 >> 10, memory.1 >> 10);
    client.end();
}

/// How fast questions about a file are answered, right after it was changed.
fn questions(client: &mut Client, open: &[(String, String)], mut version: i64) {
    let questions = [
        ("a completion of a peer", "textDocument/completion"),
        ("a hover over a sentence", "textDocument/hover"),
        ("the inlay hints of a file", "textDocument/inlayHint"),
        ("the code lenses of a file", "textDocument/codeLens"),
        ("a definition", "textDocument/definition"),
        ("the references to a workload", "textDocument/references"),
        ("a rename of a workload", "textDocument/rename"),
        ("the calls of a workload", "textDocument/prepareCallHierarchy"),
        ("the semantic tokens of a file", "textDocument/semanticTokens/full"),
        ("a search for a symbol", "workspace/symbol"),
    ];
    for (what, method) in questions {
        let mut times = Vec::new();
        for (uri, text) in open.iter().cycle().take(100) {
            version += 1;
            client.change(uri, version, text);
            let line = text.lines().position(|line| line.contains(" may reach app-")).unwrap();
            let verb = text.lines().nth(line).unwrap().find(" may reach app-").unwrap() + 1;
            let character = if method.ends_with("hover") { verb } else { verb + "may reach ".len() };
            let position = json!({ "line": line, "character": character });
            let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 1000, "character": 0 } });
            let params = json!({
                "textDocument": { "uri": uri },
                "position": position,
                "range": range,
                "context": { "includeDeclaration": true, "triggerKind": 1, "diagnostics": [] },
                "newName": "another",
                "query": "app",
            });
            let begin = Instant::now();
            client.request(method, params);
            times.push(begin.elapsed());
        }
        row(what, &mut times);
    }
}

fn row(what: &str, times: &mut [Duration]) {
    times.sort();
    let at = |share: usize| times.get((times.len() * share / 100).min(times.len() - 1)).copied().unwrap_or_default();
    println!("| {what} | {} | {} | {} |", show(at(50)), show(at(99)), show(at(100)));
}

fn show(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// The resident memory of a process in KiB; 0 where the system does not say.
fn resident(process: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
