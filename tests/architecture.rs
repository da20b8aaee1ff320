//! Imports between the modules of `src/` go one way. The table below says which arrows there are; a new one belongs
//! there first, with a thought about whether it should be.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, reason = "tests read files and may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Each module and what it may import, from the bottom up: a module imports only what stands above it. A submodule has
/// an entry of its own where others may import it and not the rest of its module.
const ALLOWED: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("policy", &["source"]),
    // What each version of an enforcer can do, as data.
    ("enforcer::capability", &["policy"]),
    ("diagnostic", &["source", "policy", "enforcer::capability"]),
    // Reads Kubernetes' YAML; knows of text and places only.
    ("yaml", &["source"]),
    // What runs, as manifests have it.
    ("inventory", &["source", "policy", "yaml"]),
    ("world", &["source", "diagnostic"]),
    ("syntax", &["source", "diagnostic"]),
    // Never `enforcer`: what a policy means does not depend on who enforces it.
    ("semantics", &["source", "policy"]),
    // Nor what rules decide, be they the model's or read from manifests.
    ("verdict", &["source", "policy", "semantics"]),
    ("explain", &["source", "policy", "semantics", "verdict"]),
    // Who reaches whom; of manifests it sees only what was read of them.
    ("map", &["source", "policy", "semantics", "verdict", "inventory"]),
    ("manifest", &[]),
    (
        "enforcer",
        &["source", "policy", "diagnostic", "semantics", "verdict", "manifest", "yaml", "enforcer::capability"],
    ),
    ("resolve", &["source", "policy", "diagnostic", "inventory", "syntax", "semantics"]),
    ("derive", &["source", "policy", "diagnostic", "semantics", "resolve", "enforcer::capability", "enforcer"]),
    // What `derive` makes of names, so that what is looked up anyway is no guess.
    ("check", &["source", "policy", "diagnostic", "syntax", "semantics", "verdict", "resolve", "derive"]),
    // What is said, held against what runs.
    ("fit", &["source", "policy", "diagnostic", "inventory", "syntax", "semantics", "resolve"]),
    // From what runs to the first text of a project.
    ("draft", &["source", "policy", "inventory", "syntax"]),
    ("proof", &["source", "policy", "diagnostic", "semantics", "verdict", "yaml", "enforcer"]),
    (
        "compile",
        &[
            "source",
            "policy",
            "diagnostic",
            "syntax",
            "semantics",
            "manifest",
            "enforcer",
            "resolve",
            "check",
            "fit",
            "derive",
            "proof",
        ],
    ),
    // What files mean, of whatever kind they are.
    (
        "view",
        &[
            "source",
            "diagnostic",
            "policy",
            "semantics",
            "verdict",
            "yaml",
            "inventory",
            "enforcer",
            "enforcer::capability",
            "compile",
        ],
    ),
    // What changes from one view to another.
    ("diff", &["source", "policy", "semantics", "verdict", "explain", "inventory", "view"]),
    // What a cluster holds, against its source.
    (
        "verify",
        &[
            "source",
            "diagnostic",
            "policy",
            "semantics",
            "verdict",
            "manifest",
            "yaml",
            "enforcer",
            "compile",
            "view",
            "diff",
        ],
    ),
    (
        "ide",
        &[
            "source",
            "policy",
            "diagnostic",
            "syntax",
            "semantics",
            "manifest",
            "enforcer",
            "enforcer::capability",
            "resolve",
            "check",
            "compile",
        ],
    ),
    // From manifests to sentences that mean the same.
    (
        "import",
        &[
            "source",
            "diagnostic",
            "policy",
            "semantics",
            "verdict",
            "yaml",
            "syntax",
            "inventory",
            "enforcer",
            "compile",
            "view",
        ],
    ),
    // What an auditor asks of a build.
    ("report", &["source", "diagnostic", "policy", "semantics", "verdict", "manifest", "syntax", "proof", "compile"]),
    // What Hubble saw.
    (
        "flows",
        &[
            "source",
            "diagnostic",
            "policy",
            "syntax",
            "semantics",
            "verdict",
            "explain",
            "inventory",
            "enforcer",
            "compile",
            "view",
        ],
    ),
    // The command; it sees the library as everybody else does.
    (
        "cli",
        &[
            "source",
            "policy",
            "diagnostic",
            "inventory",
            "world",
            "syntax",
            "semantics",
            "draft",
            "verdict",
            "explain",
            "map",
            "manifest",
            "compile",
            "view",
            "diff",
            "verify",
            "import",
            "report",
            "flows",
            "resolve",
        ],
    ),
    ("main", &["cli"]),
    ("lib", &[]),
];

fn allowed() -> BTreeMap<&'static str, &'static [&'static str]> {
    ALLOWED.iter().copied().collect()
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut broken = BTreeSet::new();
    for path in rust_files(&root) {
        let shown = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        let here = module_path(&shown);
        let from = unit(&here).unwrap_or_else(|| panic!("src/{shown}: its module is not in the table"));
        let text = fs::read_to_string(&path).unwrap();
        for (line, imported) in imports(&text, &here) {
            let Some(to) = unit(&imported) else { continue };
            if to != from && !allowed()[from].contains(&to) {
                broken.insert(format!("src/{shown}:{line}: {from} -> {to}"));
            }
        }
    }
    let list: Vec<&str> = broken.iter().map(String::as_str).collect();
    assert!(broken.is_empty(), "arrows that the table does not allow:\n{}", list.join("\n"));
}

/// What reads manifests shares nothing with what writes them, or the same mistake would be made twice and proved right.
#[test]
fn raising_shares_no_code_with_lowering() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut shared = Vec::new();
    let mut files = 0;
    for path in rust_files(&root) {
        let shown = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        let here = module_path(&shown);
        if !here.contains(&"raise".to_owned()) {
            continue;
        }
        files += 1;
        let text = fs::read_to_string(&path).unwrap();
        for (line, imported) in imports(&text, &here) {
            let inside = imported.first().is_some_and(|first| first == "enforcer");
            // The front names each enforcer's folder, to call its `raise`.
            let raising =
                imported.contains(&"raise".to_owned()) || (here == ["enforcer", "raise"] && imported.len() == 2);
            if imported.first().is_some_and(|first| first == "manifest") || (inside && !raising) {
                shared.push(format!("src/{shown}:{line}: {}", imported.join("::")));
            }
        }
    }
    assert!(files > 0, "no file raises anything");
    assert!(shared.is_empty(), "raising uses what lowering may use:\n{}", shared.join("\n"));
}

#[test]
fn the_table_goes_one_way() {
    let mut above = BTreeSet::new();
    for (module, imports) in ALLOWED {
        for import in *imports {
            assert!(above.contains(import), "{module} -> {import}: {import} has to stand above {module}");
        }
        above.insert(*module);
    }
}

#[test]
fn imports_are_found() {
    let here = ["world", "output", "plan"].map(String::from);
    let found = |text: &str| imports(text, &here).iter().map(|(_, path)| path.join("::")).collect::<Vec<_>>();
    assert_eq!(found("use crate::diagnostic::{Code, Diagnostic};"), ["diagnostic"]);
    assert_eq!(found("use ztp::{\n    compile,\n    source::Span,\n};"), ["compile", "source::Span"]);
    assert_eq!(found("    let x = crate::policy::private();"), ["policy::private"]);
    assert_eq!(found("use super::record::Record;"), ["world::output::record::Record"]);
    assert_eq!(found("use super::super::super::compile::check;"), ["compile::check"]);
    assert_eq!(found("/// See [`crate::compile`]."), [""; 0]);
    assert_eq!(imports("\n\nuse crate::ide;", &here), [(3, vec!["ide".to_owned()])]);
}

/// All `.rs` files below a folder.
fn rust_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// `world/output/plan.rs` is the module `world::output::plan`.
fn module_path(file: &str) -> Vec<String> {
    let file = file.strip_suffix(".rs").unwrap();
    file.strip_suffix("/mod").unwrap_or(file).split('/').map(String::from).collect()
}

/// The entry of the table that a path belongs to: the longest that it begins with.
fn unit(path: &[String]) -> Option<&'static str> {
    let begins = |module: &&str| module.split("::").zip(path).filter(|(part, name)| part == name).count();
    let whole = |module: &&str| begins(module) == module.split("::").count();
    ALLOWED.iter().map(|(module, _)| *module).filter(whole).max_by_key(|module| module.len())
}

/// The paths from the crate's root that a text names, with their lines. Comments name nothing.
fn imports(text: &str, here: &[String]) -> Vec<(usize, Vec<String>)> {
    let code: String = text.lines().map(|line| line.split("//").next().unwrap_or_default().to_owned() + "\n").collect();
    let mut found = Vec::new();
    for (start, word) in ["crate::", "ztp::", "super::"].iter().flat_map(|word| code.match_indices(word)) {
        let (before, mut rest) = code.split_at(start);
        if before.ends_with(|c: char| is_path(c)) {
            continue;
        }
        let line = before.matches('\n').count() + 1;
        let mut base = if word == "super::" { here.to_vec() } else { Vec::new() };
        while let Some(after) = rest.strip_prefix("super::") {
            base.pop();
            rest = after;
        }
        rest = rest.strip_prefix(word).unwrap_or(rest);
        match rest.strip_prefix('{').and_then(|list| list.split('}').next()) {
            Some(list) => found.extend(list.split(',').map(|item| (line, [&base[..], &names(item.trim())].concat()))),
            None => found.push((line, [&base[..], &names(rest)].concat())),
        }
    }
    found.retain(|(_, path)| !path.is_empty());
    found
}

fn is_path(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == ':'
}

/// The names of the path with which a text begins.
fn names(text: &str) -> Vec<String> {
    let path = text.split(|c| !is_path(c)).next().unwrap_or_default();
    path.split("::").filter(|name| !name.is_empty()).map(String::from).collect()
}
