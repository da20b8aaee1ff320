//! What an editor is answered: each file in `tests/ide/QUESTION` is a project, a line of dashes, and the answers at every
//! place that a `▮` marks. `UPDATE=1 cargo test --test ide` writes them anew.
//!
//! A project is one file, `shop.ztp`, or several, each after a line `-- path`. Lines before the first such line that look
//! like `key: value` say more, such as the new name for `rename`.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and reads its cases from files"
)]

#[path = "ide/support/mod.rs"]
mod support;

#[path = "ide/answers.rs"]
mod answers;
#[path = "ide/anywhere.rs"]
mod anywhere;
#[path = "ide/meaning.rs"]
mod meaning;
#[path = "ide/reached.rs"]
mod reached;
#[path = "ide/renamed.rs"]
mod renamed;

use std::fs;
use std::path::Path;
use support::{Case, LINE};

/// How a question is answered: of the project, and of each place that is marked.
type Answer = fn(&Case) -> String;

/// The folders of `tests/ide` that hold cases, and how those are answered.
const QUESTIONS: &[(&str, Answer)] = &[
    ("definition", answers::definition),
    ("references", answers::references),
    ("highlight", answers::highlight),
    ("rename", answers::rename),
    ("symbols", answers::symbols),
    ("workspace-symbols", answers::workspace_symbols),
    ("folding", answers::folding),
    ("selection", answers::selection),
    ("links", answers::links),
    ("tokens", answers::tokens),
    ("calls", answers::calls),
];

#[test]
fn questions_are_answered_as_the_cases_say() {
    let mut wrong = Vec::new();
    for (question, answer) in QUESTIONS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ide").join(question);
        let mut cases: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        cases.sort();
        assert!(!cases.is_empty(), "the cases of {question} are gone");
        for path in cases {
            let text = fs::read_to_string(&path).unwrap();
            let source = text.split(LINE).next().unwrap();
            let now = format!("{source}{LINE}{}", answer(&Case::read(source)));
            if now != text {
                if std::env::var_os("UPDATE").is_some() {
                    fs::write(&path, now).unwrap();
                } else {
                    wrong.push(format!("{}:\n{now}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "these are answered otherwise now (UPDATE=1 puts it in):\n{}", wrong.join("\n"));
}

/// A folder that no question reads would be cases that are never run.
#[test]
fn every_folder_is_a_question() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ide");
    for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let known = name == "support" || QUESTIONS.iter().any(|(question, _)| *question == name);
        assert!(known || entry.path().is_file(), "tests/ide/{name} is no question");
    }
}
