//! The enforcers' own code as a judge of manifests and flows: see `README.md` beside this file, and `docs/conformance.md`
//! for what came of it.
//!
//! | module | holds |
//! |---|---|
//! | `objects` | what the compiler writes (examples, `tests/manifests`) is accepted by the API server's code and the agent's |
//! | `recorded` | the verdicts of `cilium-verdicts` (under `ZTP_CORPUS/../reference`) come out again |
//! | `re2` | the size of an expression's program is at least what RE2 itself says |
//! | `judge` | starts the judge and asks it |
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

mod judge;
mod objects;
mod re2;
mod recorded;

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
