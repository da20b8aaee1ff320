//! The enforcers' own code as a judge of manifests and flows: see `README.md` beside this file, and `docs/conformance.md`
//! for what came of it.
//!
//! | module | holds |
//! |---|---|
//! | `objects` | what the compiler writes (examples, `tests/manifests`) is accepted by the API server's code and the agent's |
//! | `cases` | flows by the sentences, by the manifests and by the engine: a file in `cases/` |
//! | `recorded` | the verdicts of `cilium-verdicts` (under `ZTP_CORPUS/../reference`) come out again |
//! | `re2` | the size of an expression's program is at least what RE2 itself says |
//!
//! What judges a flow in all three ways is that of `tests/differential`; what asks an engine is `tests/support/judge`.
//!
//! Without Go all but `re2` are skipped. `ZTP_CONFORMANCE=all` asks every version, and not the newest alone.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests read files, start programs and may panic"
)]

mod cases;
mod objects;
mod re2;
mod recorded;

#[path = "../support/cilium_verdicts.rs"]
mod cilium_verdicts;
#[path = "../differential/constructs.rs"]
#[allow(dead_code, reason = "counts are for the other test")]
mod constructs;
#[path = "../support/dice.rs"]
#[allow(dead_code, reason = "others roll for more")]
mod dice;
#[path = "../differential/engine.rs"]
mod engine;
#[path = "../support/flows.rs"]
mod flows;
#[path = "../support/judge/mod.rs"]
mod judge;
#[path = "../differential/judged.rs"]
#[allow(dead_code, reason = "of a disagreement its flow and its words are enough here")]
mod judged;
#[path = "../differential/legs.rs"]
#[allow(dead_code, reason = "flows are made up in the other test")]
mod legs;
#[path = "../differential/project.rs"]
#[allow(dead_code, reason = "projects are made smaller in the other test")]
mod project;

extern crate alloc;

use std::path::{Path, PathBuf};

/// A folder of this repository.
fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The files below a folder with this extension, sorted.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
