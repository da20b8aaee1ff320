//! What fuzzing has found, and what it keeps, on every run and any toolchain: each input of `tests/fuzz/corpus` and
//! `tests/fuzz/regressions` is held against the property of its target. `tests/fuzz/run` looks for new ones.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and reads its inputs from files"
)]

#[path = "fuzz/properties/compile.rs"]
mod compile;
#[path = "fuzz/properties/manifests.rs"]
mod manifests;
#[path = "fuzz/properties/question.rs"]
mod question;
#[path = "fuzz/properties/source.rs"]
mod source;

use std::fs;
use std::path::Path;

/// Holds each input of a target against its property, and says which one broke it.
fn replay(target: &str, check: fn(&str)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    let mut inputs = Vec::new();
    let corpus = fs::read_to_string(folder.join(format!("corpus/{target}.jsonl"))).unwrap();
    for (line, text) in corpus.lines().enumerate() {
        let input: String = serde_json::from_str(text).unwrap();
        inputs.push((format!("line {} of corpus/{target}.jsonl", line + 1), input));
    }
    assert!(!inputs.is_empty(), "the corpus of {target} is empty");
    for entry in fs::read_dir(folder.join("regressions").join(target)).into_iter().flatten() {
        let path = entry.unwrap().path();
        inputs.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
    }
    for (name, input) in inputs {
        if let Err(panic) = std::panic::catch_unwind(|| check(&input)) {
            eprintln!("{name} breaks it:\n{input}");
            std::panic::resume_unwind(panic);
        }
    }
}

#[test]
fn sources() {
    replay("source", source::check);
}

#[test]
fn projects() {
    replay("compile", compile::check);
}

#[test]
fn manifests_of_any_origin() {
    replay("manifests", manifests::check);
}

#[test]
fn questions() {
    replay("question", question::check);
}
