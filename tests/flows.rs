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
//! With a line `? propose` it is what is drafted for them; then the draft is taken into the project, and each of its
//! sentences out of it again. With `? rollout` it is what the next steps of a roll-out would cut off.
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

#[path = "support/dice.rs"]
#[allow(dead_code, reason = "others roll for more")]
mod dice;
#[path = "support/hubble.rs"]
mod hubble;
#[path = "support/flows.rs"]
mod notation;

use smol_str::SmolStr;
use std::collections::BTreeSet;
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
        if line.starts_with("? ") {
        } else if let Some(flow) = line.strip_prefix("> ") {
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
        let said = if case.kept.contains("? propose\n") {
            drafted(&case)
        } else if case.kept.contains("? rollout\n") {
            rolled_out(&case)
        } else {
            let view = view(&case.files);
            let tally = tally(&case.flows, &view);
            said(&tally, &flows::replay(&view, &tally))
        };
        let seen = format!("{}{said}", case.kept);
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

/// The draft for flows, once it has been put to the test.
fn drafted(case: &Case) -> String {
    let (text, draft) = propose(case);
    let Some(draft) = draft else { return text };
    let with = |files: &[(String, String)]| {
        let mut all = case.files.clone();
        all.extend(files.iter().cloned());
        all
    };
    let files: Vec<(String, String)> = draft.files.clone().into_iter().collect();
    let cut_off = |files: &[(String, String)]| {
        let mut sources = Sources::new();
        files.iter().for_each(|(path, text)| _ = sources.add(path.clone(), enforcing(text, &draft.as_enforcing)));
        let mut outcome = view::read(Input { sentences: sources, manifests: Sources::new() }, &Options::default());
        let view = outcome.views.pop()?;
        let tally = tally(&case.flows, &view);
        let replay = flows::replay(&view, &tally);
        let dropped = replay.of(Change::Dropped).map(|case| case.flow.clone());
        Some(dropped.filter(|flow| !draft.left.iter().any(|left| left.flow == *flow)).collect::<Vec<_>>())
    };
    assert_eq!(cut_off(&with(&files)), Some(Vec::new()), "the draft lets all pass:\n{}", draft.whole);
    for (number, (path, text)) in files.iter().enumerate() {
        for sentence in sentences(text) {
            let mut less = files.clone();
            less[number].1 = text.replacen(&sentence, "", 1);
            let cut_off = cut_off(&with(&less));
            assert!(
                cut_off.is_none_or(|flows| !flows.is_empty()),
                "nobody needs `{sentence}` of {path}:\n{}",
                draft.whole
            );
        }
    }
    text
}

/// A file as it will be when these namespaces enforce both directions.
fn enforcing(text: &str, names: &BTreeSet<SmolStr>) -> String {
    let line = |line: &str| match line.split_once(" enforcing ") {
        Some((header, _)) if names.contains(header.trim_start_matches("namespace ")) => {
            format!("{header} enforcing ingress, egress\n")
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

fn rolled_out(case: &Case) -> String {
    let mut sources = Sources::new();
    case.files.iter().for_each(|(path, text)| _ = sources.add(path.clone(), text.clone()));
    let mut tally = Tally::default();
    let interest = flows::interest(&sources, &Options::default());
    flows::read(&"flows.json".into(), &mut case.flows.as_bytes(), &interest, &mut tally, &mut |_| {}).unwrap();
    let rollout = flows::rollout(&sources, &Options::default(), &tally);
    assert!(rollout.diagnostics.is_empty(), "{:#?}", rollout.diagnostics);
    let mut text = String::new();
    for namespace in &rollout.namespaces {
        writeln!(text, "| {} enforces {}", namespace.name, namespace.enforces).unwrap();
        for step in &namespace.steps {
            writeln!(text, "|   enforcing {}", step.enforces).unwrap();
            for case in step.cut_off.iter().chain(&step.undecided) {
                writeln!(text, "|     {:?}: {}", case.change, case.question.as_deref().unwrap()).unwrap();
            }
            for error in &step.refused {
                writeln!(text, "|     {}: {}", error.code, error.message).unwrap();
            }
        }
    }
    writeln!(text, "| {} enforce both", rollout.enforcing).unwrap();
    text
}

/// What is drafted, and what is said of it.
fn propose(case: &Case) -> (String, Option<flows::Draft>) {
    let mut sources = Sources::new();
    case.files.iter().for_each(|(path, text)| _ = sources.add(path.clone(), text.clone()));
    let mut tally = Tally::default();
    let interest = flows::interest(&sources, &Options::default());
    flows::read(&"flows.json".into(), &mut case.flows.as_bytes(), &interest, &mut tally, &mut |_| {}).unwrap();
    let proposal = flows::propose(&sources, &Options::default(), &flows::Wish::default(), &tally);
    let mut text = String::new();
    for finding in &proposal.diagnostics {
        writeln!(text, "| {}: {}", finding.code, finding.message).unwrap();
    }
    let Some(draft) = proposal.draft else { return (text, None) };
    for line in draft.whole.lines() {
        writeln!(text, "{}", format!("| {line}").trim_end()).unwrap();
    }
    for name in &draft.as_enforcing {
        writeln!(text, "| as if it enforced both directions: {name}").unwrap();
    }
    for left in &draft.left {
        writeln!(text, "| left: {}: {}", left.flow, left.reason).unwrap();
    }
    (text, Some(draft))
}

/// The sentences of a file, each with its lines.
fn sentences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with('#') || !(line.contains(" may ") || line.starts_with("expose ")) {
            continue;
        }
        let mut sentence = format!("{line}\n");
        if line.ends_with('{') {
            for line in lines.by_ref() {
                writeln!(sentence, "{line}").unwrap();
                if line == "}" {
                    break;
                }
            }
        }
        found.push(sentence);
    }
    found
}

/// Whatever passed: its draft lets it pass, and has no sentence that nothing needs.
#[test]
fn drafts_for_random_flows_are_enough_and_not_too_much() {
    let pods = [
        "shop/frontend",
        "shop/backend",
        "shop/{k8s-app=cache}",
        "shop/{role=batch,zone=a}",
        "pay/api",
        "pay/api{version=2}",
        "pay/{app.kubernetes.io/name=ledger}",
        "monitoring/prometheus",
        "shop/world",
        "pay/Odd.Name",
    ];
    let others = [
        "192.0.2.7=api.stripe.com",
        "192.0.2.8=api.stripe.com=files.stripe.com",
        "192.0.2.9=files.stripe.com=x.example.com",
        "192.0.2.10",
        "192.0.2.11",
        "2001:db8::7",
        "remote-node",
        "apiserver@192.0.2.1",
        "ingress",
        "192.0.2.12=a.svc.cluster.local",
    ];
    let what = [
        "8080",
        "8080",
        "9090",
        "53/udp",
        "icmp/8",
        "443",
        "8443 GET /a/1",
        "8443 GET /a/2",
        "8443 GET /a/3",
        "8443 POST /a/3",
        "8443 GET /b?x=1",
        "8443 HEAD /b",
        "8443 GET /a/new",
        "8443",
        "132/sctp",
    ];
    for seed in 0..40 {
        let mut dice = dice::Dice::new(seed);
        let mut case = Case { files: Vec::new(), flows: String::new(), kept: String::new() };
        for _ in 0..dice.roll(25) + 1 {
            let (a, b) = (dice.word(&pods), if dice.percent(60) { dice.word(&pods) } else { dice.word(&others) });
            if a == b {
                continue;
            }
            let inwards = dice.percent(20);
            let (from, to) = if inwards { (b, a) } else { (a, b) };
            let end = if inwards { "ingress" } else { "egress" };
            let line = format!("{from} {to} {} : forwarded {end} x{}", dice.word(&what), dice.roll(3) + 1);
            writeln!(case.kept, "> {line}").unwrap();
            hubble::lines(&line).iter().for_each(|line| writeln!(case.flows, "{line}").unwrap());
        }
        if !case.flows.is_empty() {
            let text = drafted(&case);
            assert!(text.contains("cluster drafted"), "{seed}: {text}\n{}", case.kept);
        }
    }
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

/// Whatever is read, each line is a flow, is left out, or is bad; and nothing panics.
#[test]
fn every_line_is_accounted_for() {
    let mut dice = dice::Dice::new(7);
    let lines: Vec<String> =
        cases().iter().flat_map(|(_, case)| read(case).flows.lines().map(String::from).collect::<Vec<_>>()).collect();
    let mut text = Vec::new();
    for line in &lines {
        for _ in 0..20 {
            let mut bytes = line.clone().into_bytes();
            match dice.roll(4) {
                0 => bytes.truncate(dice.roll(bytes.len())),
                1 => bytes[dice.roll(line.len())] = u8::try_from(dice.roll(256)).unwrap(),
                2 => {
                    bytes = line
                        .replacen(
                            &dice.word(&["TCP", "reserved:", "null", "8080", "2026"]),
                            &dice.word(&["", "UDP", "[]", "99999"]),
                            1,
                        )
                        .into()
                }
                _ => bytes.extend_from_slice(b"}"),
            }
            text.extend(bytes);
            text.push(b'\n');
        }
    }
    let mut tally = Tally::default();
    flows::read(&"soup".into(), &mut text.as_slice(), &Interest::default(), &mut tally, &mut |_| {}).unwrap();
    let accounted = tally.flows.values().map(|count| count.lines).sum::<u64>()
        + tally.left_out.values().sum::<u64>()
        + tally.bad_lines;
    assert_eq!(accounted, tally.lines);
    let full = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
    assert_eq!(tally.lines, full as u64);
    assert!(tally.bad_lines > 100 && !tally.flows.is_empty(), "it is a mixture");
}

/// A line that is longer than what is read at once is bad, and the lines behind it have their numbers.
#[test]
fn lines_that_never_end_are_bad() {
    let mut text = vec![b'x'; 33 << 20];
    text.extend_from_slice(b"\n{\"node_status\":{}}\nbad\n");
    let mut tally = Tally::default();
    flows::read(&"long".into(), &mut text.as_slice(), &Interest::default(), &mut tally, &mut |_| {}).unwrap();
    let bad: Vec<u64> = tally.bad.iter().map(|bad| bad.line).collect();
    assert_eq!((tally.lines, tally.bad_lines, bad), (3, 2, vec![1, 3]));

    let gzip = [0x1f, 0x8b, 8, 0];
    let read = flows::read(&"gz".into(), &mut gzip.as_slice(), &Interest::default(), &mut tally, &mut |_| {});
    assert!(matches!(read, Err(flows::Failure::Compressed)));
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
    for document in ["docs/flows.md", "docs/walk-through/flows.json"] {
        let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(document)).unwrap();
        let flows = document.lines().filter(|line| line.starts_with("{\"flow\""));
        flows.for_each(|line| writeln!(text, "{line}").unwrap());
    }
    let mut go = Command::new("go")
        .args(["run", "./flows"])
        .current_dir(module)
        .env("CGO_ENABLED", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // It answers while it reads, so both go on at once.
    let (mut stdin, lines) = (go.stdin.take().unwrap(), text.as_bytes());
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(lines).unwrap());
        go.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "Cilium's definitions refuse a line");
    let printed = String::from_utf8(output.stdout).unwrap();
    let value = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
    for (made, printed) in text.lines().zip(printed.lines()) {
        assert_eq!(value(made), value(printed));
    }
    assert_eq!(printed.lines().count(), text.lines().count());
    assert!(printed.lines().count() > 20, "there are cases");
}
