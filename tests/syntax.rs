//! Reading and spelling sources. The cases are files under `tests/syntax`; `UPDATE=1 cargo test --test syntax` writes what
//! is expected of them anew.
//!
//! - `format/NAME.ztp` is spelt as `NAME.formatted`;
//! - `errors/NAME.ztp` gives the findings of `NAME.txt`.

#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and reads its cases from files"
)]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use ztp::source::{FileId, LineIndex};
use ztp::syntax::ast::{HeaderKind, ItemKind, Tree};
use ztp::syntax::{Parsed, format, parse};

const FILE: FileId = FileId(0);

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/syntax").join(name)
}

/// The cases of a folder: path and text.
fn cases(name: &str) -> Vec<(PathBuf, String)> {
    let paths = std::fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|ending| ending == "ztp")).collect();
    paths.sort();
    assert!(!paths.is_empty(), "no cases in {name}");
    paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

/// Compares with the file beside a case, or writes it.
fn compare(case: &Path, ending: &str, actual: &str) {
    let path = case.with_extension(ending);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == actual, "{} differs; it is now:\n{actual}", path.display());
}

fn render(text: &str, parsed: &Parsed) -> String {
    let lines = LineIndex::new(text);
    let mut out = String::new();
    for problem in &parsed.problems {
        let span = problem.primary.as_ref().unwrap().span;
        let at = lines.line_column(text, span.start);
        let there = &text[span.start as usize..span.end as usize];
        writeln!(out, "{}:{} {} {}", at.line, at.column, problem.code, problem.message).unwrap();
        writeln!(out, "    at `{}`", there.escape_debug()).unwrap();
        for help in &problem.help {
            writeln!(out, "    help: {help}").unwrap();
        }
        for fix in &problem.fixes {
            writeln!(out, "    fix: {}", fix.title).unwrap();
        }
    }
    out
}

/// What is left of a file: how many sentences under which header, and how many of them could not be read.
fn remains(tree: &Tree) -> String {
    let mut out = String::new();
    for section in &tree.sections {
        let header = match section.header.as_ref().map(|header| &header.kind) {
            None => "nobody".to_owned(),
            Some(HeaderKind::Platform) => "platform".to_owned(),
            Some(HeaderKind::Namespace { name, .. }) => format!("namespace {}", name.value),
        };
        let bad = section.items.iter().filter(|item| item.kind == ItemKind::Bad).count();
        writeln!(out, "{header}: {} read, {bad} not", section.items.len() - bad).unwrap();
    }
    out
}

#[test]
fn sources_are_spelt_canonically() {
    for (path, text) in cases("format") {
        let parsed = parse(FILE, &text);
        assert!(parsed.problems.is_empty(), "{}:\n{}", path.display(), render(&text, &parsed));
        let formatted = format(FILE, &text).unwrap_or_else(|problems| panic!("{}: {problems:#?}", path.display()));
        compare(&path, "formatted", &formatted);
        assert_eq!(format(FILE, &formatted).unwrap(), formatted, "{}: not stable", path.display());
        assert_eq!(parse(FILE, &formatted).tree, parsed.tree, "{}: says something else", path.display());
    }
}

#[test]
fn mistakes_are_told_and_their_neighbours_stay() {
    for (path, text) in cases("errors") {
        let parsed = parse(FILE, &text);
        assert!(!parsed.problems.is_empty(), "{}: no finding", path.display());
        compare(&path, "txt", &format!("{}{}", render(&text, &parsed), remains(&parsed.tree)));
    }
}

#[test]
fn every_rule_of_the_grammar_is_explained() {
    let grammar = include_str!("../grammar/ztp.pest");
    let mut before = "";
    let mut rules = 0;
    for line in grammar.lines() {
        let name = line.split(" = ").next().unwrap_or_default();
        if line.contains(" = ") && is_word(name) {
            assert!(before.starts_with("/// "), "`{name}` has no comment above it");
            rules += 1;
        }
        before = line;
    }
    assert!(rules > 100, "only {rules} rules found");
}

/// No rule reaches itself: so no input nests, and the parser's stack is bounded by the grammar.
#[test]
fn the_grammar_does_not_recurse() {
    let grammar = include_str!("../grammar/ztp.pest");
    let mut rules: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in grammar.lines().filter(|line| !line.starts_with("//")) {
        let body = match line.split_once(" = ") {
            Some((name, body)) if is_word(name) => {
                rules.push((name, Vec::new()));
                body
            }
            _ => line,
        };
        let Some((_, names)) = rules.last_mut() else { continue };
        let unquoted = body.split('"').step_by(2);
        names.extend(unquoted.flat_map(|part| part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')));
    }
    // A rule whose rules are all done is done; what is left at the end goes round in circles.
    let mut open: Vec<&str> = rules.iter().map(|(name, _)| *name).collect();
    loop {
        let before = open.len();
        let done =
            |name: &str| rules.iter().all(|(rule, names)| *rule != name || !names.iter().any(|n| open.contains(n)));
        let rest: Vec<&str> = open.iter().copied().filter(|name| !done(name)).collect();
        open = rest;
        if open.len() == before {
            break;
        }
    }
    assert!(open.is_empty(), "rules that reach themselves: {open:?}");
}

fn is_word(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
