//! What questions are answered, and that the sentences which an answer misses make it a yes.
//!
//! Each file in `tests/explain/` is a project, and questions about it:
//!
//! ```text
//! Why this is so, in a sentence.
//! == shop/shop.ztp
//! namespace shop
//! ? shop/a can reach shop/b:8080
//! | no
//! | missing in shop: a may reach b:8080
//! ```
//!
//! Where something is missing, it is added to the first file of its namespace, and the question is asked again: the
//! answer has to be yes then, or else it says what it is. Where nothing is, nothing is stopped, or no sentence would help.
//! Run with `UPDATE=1` to write the answers.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, reason = "tests read files and may panic")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use ztp::compile::Options;
use ztp::explain::{Answer, Missing, Outcome, explain, missing};
use ztp::source::Sources;
use ztp::view::{self, Input};

#[test]
fn questions_are_answered_as_the_cases_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain");
    let mut failures = String::new();
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let expected = fs::read_to_string(&path).unwrap();
        let seen = run(&expected);
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

fn run(case: &str) -> String {
    let mut files: Vec<(String, String)> = Vec::new();
    let mut seen = String::new();
    let mut in_file = false;
    for line in case.lines() {
        if let Some(question) = line.strip_prefix("? ") {
            in_file = false;
            writeln!(seen, "{line}").unwrap();
            seen.push_str(&answers(&files, question));
        } else if line.starts_with("| ") {
        } else {
            writeln!(seen, "{line}").unwrap();
            if let Some(path) = line.strip_prefix("== ") {
                files.push((path.to_owned(), String::new()));
                in_file = true;
            } else if let Some((_, text)) = files.last_mut().filter(|_| in_file) {
                writeln!(text, "{line}").unwrap();
            }
        }
    }
    seen
}

fn answers(files: &[(String, String)], question: &str) -> String {
    let (mut text, lacking) = answer(files, question);
    if lacking.is_empty() {
        return text;
    }
    let mut mended = files.to_vec();
    for Missing { namespace, sentence } in &lacking {
        let place = namespace.as_ref().map_or("platform", |name| name.as_str());
        writeln!(text, "| missing in {place}: {sentence}").unwrap();
        let header = namespace.as_ref().map_or_else(|| "platform".to_owned(), |name| format!("namespace {name}"));
        let file = mended.iter_mut().find(|(_, text)| text.starts_with(&header));
        let (_, file) = file.unwrap_or_else(|| panic!("{question}: no file begins with `{header}`"));
        writeln!(file, "{sentence}").unwrap();
    }
    let (then, _) = answer(&mended, question);
    if then != "| yes\n" {
        let then = then.trim_end().replace("\n|", ",");
        writeln!(text, "| and then {}", then.trim_start_matches("| ")).unwrap();
    }
    text
}

fn answer(files: &[(String, String)], question: &str) -> (String, Vec<Missing>) {
    let (mut sentences, mut manifests) = (Sources::new(), Sources::new());
    for (path, text) in files {
        let kind = if path.ends_with(".ztp") { &mut sentences } else { &mut manifests };
        kind.add(path.clone(), text.clone());
    }
    let outcome = view::ask(Input { sentences, manifests }, &Options::default(), question);
    let Some(view) = outcome.views.first() else {
        let found = outcome.diagnostics.iter().map(|found| format!("| {}: {}\n", found.code, found.message));
        return (found.collect(), Vec::new());
    };
    let question = view.questions.first().unwrap();
    let explanation = match explain(&view.index(), &question.assertion) {
        Ok(explanation) => explanation,
        Err(unknown) => return (format!("| not decided: {unknown}\n"), Vec::new()),
    };
    let answer = match explanation.answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::Partly => "in part",
    };
    let mut text = format!("| {answer}\n");
    let Some(stopped) = &explanation.stopped else { return (text, Vec::new()) };
    for end in [&stopped.egress, &stopped.ingress] {
        for cause in end.because.iter().filter(|_| end.outcome == Outcome::Denied) {
            writeln!(text, "| denied by {}", cause.text).unwrap();
        }
    }
    let lacking = view.policy.as_ref().map(|policy| missing(policy, &question.text, &explanation)).unwrap_or_default();
    (text, lacking)
}
