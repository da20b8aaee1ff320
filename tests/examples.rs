//! Every published policy that the project started from has its sentence in the example projects.

#![allow(clippy::disallowed_methods, clippy::expect_used, clippy::panic, reason = "tests read files and may panic")]

use std::path::Path;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");

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
