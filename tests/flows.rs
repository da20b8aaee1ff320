//! What becomes of flows that Hubble saw.
//!
//! Each file in `tests/flows/` is a project, and flows:
//!
//! ```text
//! Why this is so, in a sentence.
//! == shop/shop.ztp
//! namespace shop
//! > shop/frontend shop/backend 8080 : forwarded egress x3
//! | what replaying them says
//! ```
//!
//! `support/hubble.rs` says how flows are written. Run with `UPDATE=1` to write what is said.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests read files and may panic"
)]
#![allow(clippy::indexing_slicing, reason = "tests may panic")]

#[path = "support/hubble.rs"]
mod hubble;
#[path = "support/flows.rs"]
mod notation;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use ztp::compile::Options;
use ztp::explain::{Missing, Outcome};
use ztp::flows::{self, Change, Interest, Replay, Tally};
use ztp::source::Sources;
use ztp::view::{self, Input, View};

/// The cases.
fn cases() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flows");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The files, the flows as text, and everything but what is said.
struct Case {
    files: Vec<(String, String)>,
    flows: String,
    kept: String,
}

fn read(case: &str) -> Case {
    let mut read = Case { files: Vec::new(), flows: String::new(), kept: String::new() };
    for line in case.lines().filter(|line| !line.starts_with('|')) {
        writeln!(read.kept, "{line}").unwrap();
        if let Some(flow) = line.strip_prefix("> ") {
            hubble::lines(flow).iter().for_each(|line| writeln!(read.flows, "{line}").unwrap());
        } else if let Some(path) = line.strip_prefix("== ") {
            read.files.push((path.to_owned(), String::new()));
        } else if let Some((_, text)) = read.files.last_mut() {
            writeln!(text, "{line}").unwrap();
        }
    }
    read
}

fn view(files: &[(String, String)]) -> View {
    let (mut sentences, mut manifests) = (Sources::new(), Sources::new());
    for (path, text) in files {
        let kind = if path.ends_with(".ztp") { &mut sentences } else { &mut manifests };
        kind.add(path.clone(), text.clone());
    }
    let mut outcome = view::read(Input { sentences, manifests }, &Options::default());
    outcome.views.pop().unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics))
}

fn tally(flows: &str, view: &View) -> Tally {
    let mut tally = Tally::default();
    let interest = Interest::of(&view.ruleset);
    flows::read(&"flows.json".into(), &mut flows.as_bytes(), &interest, &mut tally, &mut |_| {}).unwrap();
    tally
}

#[test]
fn flows_are_replayed_as_the_cases_say() {
    let mut failures = String::new();
    for (path, expected) in cases() {
        let case = read(&expected);
        let view = view(&case.files);
        let tally = tally(&case.flows, &view);
        let seen = format!("{}{}", case.kept, said(&tally, &flows::replay(&view, &tally)));
        if seen == expected {
            continue;
        }
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &seen).unwrap();
        } else {
            writeln!(failures, "{}: expected\n{expected}\nand saw\n{seen}", path.display()).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}(UPDATE=1 puts it in)");
}

fn said(tally: &Tally, replay: &Replay) -> String {
    let mut text = String::new();
    for bad in &tally.bad {
        writeln!(text, "| bad: line {}: {}", bad.line, bad.reason).unwrap();
    }
    if tally.lost > 0 {
        writeln!(text, "| lost: {}", tally.lost).unwrap();
    }
    for (why, lines) in &replay.left_out {
        writeln!(text, "| left out: {lines} {}", why.as_str()).unwrap();
    }
    for case in &replay.cases {
        let about = case.question.clone().unwrap_or_else(|| case.flow.to_string());
        writeln!(text, "| {:?}: {about} ({} lines)", case.change, case.seen.all().lines).unwrap();
        match &case.decided {
            Err(reason) => writeln!(text, "|   {reason}").unwrap(),
            Ok(decided) => {
                for (direction, end) in decided.ends() {
                    let told = match end.outcome {
                        Outcome::NotAllowed | Outcome::Denied => true,
                        Outcome::Allowed | Outcome::AllowedAuthenticated => case.change == Change::Allowed,
                        Outcome::Open => false,
                    };
                    for cause in end.because.iter().filter(|_| told) {
                        writeln!(text, "|   {direction:?}: {:?} by {}", end.outcome, cause.text).unwrap();
                    }
                }
            }
        }
        for (id, cause) in &case.stopped_by {
            let cause = cause.as_ref().map(|cause| format!(": {}", cause.text)).unwrap_or_default();
            writeln!(text, "|   was stopped by {id}{cause}").unwrap();
        }
        for Missing { namespace, sentence } in &case.missing {
            writeln!(text, "|   missing in {}: {sentence}", namespace.as_deref().unwrap_or("platform")).unwrap();
        }
    }
    writeln!(text, "| {} pass as before", replay.count(Change::Passes)).unwrap();
    text
}

/// How a file is cut into pieces changes nothing, nor does the order of its lines, but for that of the answers.
#[test]
fn pieces_are_counted_together() {
    let (_, case) = cases().into_iter().find(|(path, _)| path.ends_with("two-namespaces.txt")).unwrap();
    let case = read(&case);
    let view = view(&case.files);
    let once = tally(&case.flows, &view);
    let times = 3 * 1_000_000 / case.flows.len() + 1;
    let many = tally(&case.flows.repeat(times), &view);
    assert_eq!(many.lines, once.lines * times as u64);
    assert_eq!(many.ends, once.ends);
    assert_eq!(many.flows.len(), once.flows.len());
    for (key, count) in &once.flows {
        let of_many = &many.flows[key];
        assert_eq!(of_many.lines, count.lines * times as u64, "{key:?}");
        assert_eq!((&of_many.first, &of_many.last), (&count.first, &count.last));
    }
}

/// The lines of all cases are lines that Hubble could have printed: read and printed again by Cilium's definitions they
/// are the same.
#[test]
fn lines_are_those_of_the_definitions() {
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    if !Command::new("go").arg("version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: there is no Go");
        return;
    }
    let mut text = String::new();
    for (_, case) in cases() {
        for line in case.lines().filter_map(|line| line.strip_prefix("> ")).filter(|line| !line.starts_with('!')) {
            hubble::lines(line).iter().take(1).for_each(|line| writeln!(text, "{line}").unwrap());
        }
    }
    let documented =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/flows.md")).unwrap_or_default();
    documented.lines().filter(|line| line.starts_with("{\"flow\"")).for_each(|line| writeln!(text, "{line}").unwrap());
    let mut go = Command::new("go")
        .args(["run", "./flows"])
        .current_dir(module)
        .env("CGO_ENABLED", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    go.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = go.wait_with_output().unwrap();
    assert!(output.status.success(), "Cilium's definitions refuse a line");
    let printed = String::from_utf8(output.stdout).unwrap();
    let value = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
    for (made, printed) in text.lines().zip(printed.lines()) {
        assert_eq!(value(made), value(printed));
    }
    assert_eq!(printed.lines().count(), text.lines().count());
    assert!(printed.lines().count() > 20, "there are cases");
}
