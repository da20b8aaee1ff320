//! What fuzzing has found and keeps of messages, as `tests/fuzzed.rs` does for the compiler; `tests/fuzz/run` looks for new
//! ones.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and reads its inputs from files"
)]

#[path = "../../tests/fuzz/properties/messages.rs"]
mod messages;

use std::fs;
use std::path::Path;

#[test]
fn messages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz");
    let mut inputs = Vec::new();
    let corpus = fs::read_to_string(folder.join("corpus/messages.jsonl")).unwrap_or_default();
    for (line, text) in corpus.lines().enumerate() {
        inputs.push((format!("line {} of the corpus", line + 1), serde_json::from_str(text).unwrap()));
    }
    for kind in ["seeds", "regressions"] {
        for entry in fs::read_dir(folder.join(kind).join("messages")).into_iter().flatten() {
            let path = entry.unwrap().path();
            inputs.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(inputs.len() > 2, "the seeds are missing");
    for (name, input) in inputs {
        if let Err(panic) = std::panic::catch_unwind(|| messages::check(&input)) {
            eprintln!("{name} breaks it:\n{input}");
            std::panic::resume_unwind(panic);
        }
    }
}
