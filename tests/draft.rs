//! What is drafted from manifests. Each `tests/draft/NAME.yaml` is a case, and its draft stands in `NAME.txt`; run with
//! `UPDATE=1` to write it.
//!
//! Of every case, and of all other manifests with workloads among the tests, it is held that the draft compiles and has
//! nothing but hints when it is held against them, is as the formatter has it, does not depend on the order of the
//! manifests, and isolates nobody.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, reason = "tests read files and may panic")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use ztp::compile::{Options, build, check};
use ztp::diagnostic::{Severity, has_errors};
use ztp::draft::{Draft, Wish, draft};
use ztp::inventory::Inventory;
use ztp::policy::{EnforcerName, Version};
use ztp::source::{FileId, Sources};
use ztp::syntax;
use ztp::view::manifests::inventory;

#[test]
fn drafts_are_those_of_the_cases() {
    let mut wrong = String::new();
    for path in manifests(&["tests/draft"]) {
        let seen = shown(&drafted(&held(&fs::read_to_string(&path).unwrap())));
        let expected = path.with_extension("txt");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &seen).unwrap();
        }
        if fs::read_to_string(&expected).ok().as_ref() != Some(&seen) {
            writeln!(wrong, "{}: saw\n{seen}", path.display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}(UPDATE=1 puts it in)");
}

#[test]
fn a_draft_fits_what_it_was_drafted_from() {
    let mut drafts = 0;
    for path in manifests(&["tests/draft", "tests/inventory", "tests/raise/cases", "tests/map"]) {
        let text = fs::read_to_string(&path).unwrap();
        let found = held(&text);
        if found.workloads.is_empty() {
            continue;
        }
        drafts += 1;
        let draft = drafted(&found);
        let mut sources = Sources::new();
        for (path, text) in &draft.files {
            assert_eq!(syntax::format(FileId(0), text).as_ref(), Ok(text), "{path} is not formatted");
            sources.add(path.clone(), text.clone());
        }
        let options = Options { running: Some(Arc::new(found)), ..Options::default() };
        let findings = check(&sources, &options).diagnostics;
        let grave = findings.iter().filter(|finding| finding.severity() != Severity::Hint);
        assert_eq!(grave.count(), 0, "{}: {findings:#?}\n{}", path.display(), shown(&draft));
        let made: usize = build(&sources, &options).clusters.iter().map(|cluster| cluster.objects.len()).sum();
        assert_eq!(made, 0, "{}: something is isolated", path.display());
        let mut documents: Vec<&str> = text.split("\n---\n").collect();
        documents.reverse();
        let other = held(&documents.join("\n---\n"));
        assert_eq!(drafted(&other).files, draft.files, "{}: the order matters", path.display());
    }
    assert!(drafts > 5, "{drafts} drafts");
}

/// The `.yaml` files of folders and of those in them.
fn manifests(folders: &[&str]) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut todo: Vec<PathBuf> = folders.iter().map(|folder| root.join(folder)).collect();
    let mut found = Vec::new();
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    assert!(!found.is_empty());
    found
}

/// What runs; nothing, where the manifests are there to be refused.
fn held(text: &str) -> Inventory {
    let mut sources = Sources::new();
    sources.add("case.yaml", text);
    let (found, problems) = inventory(&sources, 0);
    if has_errors(&problems) { Inventory::default() } else { found }
}

fn drafted(inventory: &Inventory) -> Draft {
    let enforcer = (EnforcerName::Cilium, Version { major: 1, minor: 19 });
    draft(inventory, &Wish { enforcer, project: "my-project".into() })
}

fn shown(draft: &Draft) -> String {
    let mut out = String::new();
    for (path, text) in &draft.files {
        writeln!(out, "== {path}\n{text}").unwrap();
    }
    for note in &draft.notes {
        writeln!(out, "note: {note}").unwrap();
    }
    out
}
