//! What manifests mean.
//!
//! | module | holds |
//! |---|---|
//! | `own` | what the compiler itself writes: nothing in it is refused or left open |
//! | `schema` | every field of the schemas of Cilium's objects (under `ZTP_CORPUS`) makes a difference |
//! | `corpus` | other projects' policies (under `ZTP_CORPUS`): each is raised or refused by name |
//! | `cases` | what objects come to, in so many words: a file in `cases/` |
//! | `judged` | what manifests mean, flow by flow, as Cilium's own engine has it: a file in `judged/` (with Go) |
//! | `verdicts` | the verdicts of Cilium's own engine (`cilium-verdicts`, under `ZTP_CORPUS/../reference`) |

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests read files and may panic"
)]

mod cases;
#[path = "../support/cilium_verdicts.rs"]
mod cilium_verdicts;
mod corpus;
#[path = "../support/counts.rs"]
mod counts;
#[path = "../support/flows.rs"]
mod flows;
#[path = "../support/judge/mod.rs"]
mod judge;
mod judged;
mod own;
mod schema;
mod shown;
mod verdicts;

use std::path::PathBuf;
use ztp::enforcer::raise::{Located, Raised, Scope};
use ztp::policy::{EnforcerName, Version};
use ztp::source::FileId;
use ztp::yaml;

/// A Cilium of this minor version of 1.
fn cilium(minor: u16) -> Scope {
    Scope::new(EnforcerName::Cilium, Version { major: 1, minor })
}

/// What a stream of objects means; every document can be read.
fn raised(text: &str, scope: &Scope) -> Raised {
    let documents: Vec<_> = yaml::read(text).into_iter().map(|document| document.unwrap()).collect();
    let objects =
        documents.iter().flat_map(yaml::objects).map(|object| Located { object: object.unwrap(), file: FileId(0) });
    ztp::enforcer::raise(&objects.collect::<Vec<_>>(), scope)
}

/// A folder beside the corpus, or nothing and a line about it.
fn corpus(path: &str) -> Option<PathBuf> {
    let found =
        std::env::var_os("ZTP_CORPUS").map(|corpus| PathBuf::from(corpus).join(path)).filter(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: no {path} under ZTP_CORPUS");
    }
    found
}
