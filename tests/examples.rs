//! The example projects compile without a word, their committed manifests are what comes out, they are formatted, and
//! every published policy that the project started from has its sentence in them.
//!
//! A folder below `examples/` is a project. It is its own root; where it has a `platform` folder, that and its other
//! folders are the roots. UPDATE=1 writes the manifests anew.

#![allow(clippy::disallowed_methods, clippy::expect_used, clippy::panic, reason = "tests read files and may panic")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");

fn folders(parent: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(parent)
        .expect("a folder is read")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8")
}

/// The roots of a project, relative to `examples/`.
fn roots(project: &Path) -> Vec<String> {
    let project_name = name(project);
    if !project.join("platform").is_dir() {
        return vec![project_name.to_owned()];
    }
    let sources = folders(project).into_iter().filter(|folder| name(folder) != "manifests");
    sources.map(|folder| format!("{project_name}/{}", name(&folder))).collect()
}

fn ztp(command: &str, project: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ztp"))
        .arg(command)
        .args(roots(project))
        .args(more)
        .current_dir(EXAMPLES)
        .env("NO_COLOR", "1")
        .output()
        .expect("the binary runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn they_compile_without_a_word() {
    for project in folders(Path::new(EXAMPLES)) {
        let output = ztp("check", &project, &["--format", "json"]);
        let said = said(&output);
        assert!(output.status.success(), "{}: {said}", name(&project));
        assert!(!said.contains("\"warning\"") && !said.contains("\"hint\""), "{}: {said}", name(&project));
    }
}

#[test]
fn their_manifests_are_what_comes_out() {
    for project in folders(Path::new(EXAMPLES)) {
        let manifests = format!("{}/manifests", name(&project));
        if std::env::var_os("UPDATE").is_some() {
            let output = ztp("build", &project, &["-o", &manifests]);
            assert!(output.status.success(), "{}: {}", name(&project), said(&output));
        }
        let output = ztp("build", &project, &["--check", "-o", &manifests]);
        assert!(output.status.success(), "{} (UPDATE=1 writes them): {}", name(&project), said(&output));
    }
}

#[test]
fn they_are_formatted() {
    for project in folders(Path::new(EXAMPLES)) {
        let output = ztp("fmt", &project, &["--check"]);
        assert!(output.status.success(), "{}: {}", name(&project), said(&output));
    }
}

/// One row of `examples/SEEDS.md`.
struct Row {
    seed: String,
    file: String,
    sentences: Vec<String>,
}

fn rows() -> Vec<Row> {
    let table = std::fs::read_to_string(Path::new(EXAMPLES).join("SEEDS.md")).expect("examples/SEEDS.md");
    let lines = table.lines().filter(|line| line.starts_with("| ") && line.contains(".yaml"));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let [seed, file, sentences, _] = cells[..] else { panic!("four cells: {line}") };
            let sentences = sentences.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            Row { seed: seed.to_owned(), file: file.to_owned(), sentences }
        })
        .collect()
}

#[test]
fn every_sentence_of_the_table_stands_in_its_file() {
    for row in rows() {
        assert!(!row.sentences.is_empty(), "{} has no sentence", row.seed);
        let path = Path::new(EXAMPLES).join(&row.file);
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", row.file));
        for sentence in row.sentences {
            let stands = text.lines().any(|line| {
                let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
                line.strip_prefix(&sentence).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ';']))
            });
            assert!(stands, "{}: `{sentence}` does not stand in {}", row.seed, row.file);
        }
    }
}

#[test]
fn every_seed_has_its_row() {
    let Some(corpus) = std::env::var_os("ZTP_CORPUS") else {
        eprintln!("skipped: ZTP_CORPUS is not set");
        return;
    };
    let rows: Vec<String> = rows().into_iter().map(|row| row.seed).collect();
    for entry in std::fs::read_dir(Path::new(&corpus).join("seeds")).expect("the seeds") {
        let seed = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        assert!(seed.contains("-calico-") || rows.contains(&seed), "examples/SEEDS.md has no row for {seed}");
    }
    for seed in rows {
        assert!(Path::new(&corpus).join("seeds").join(&seed).exists(), "there is no seed {seed}");
    }
}
