//! The documentation says what is true: its examples compile, its commands do what it shows.
//!
//! - ```` ```ztp ```` compiles without an error or a warning; ```` ```ztp fails=E0203 ```` is refused with that code alone.
//!   More words after the fence change how; `support/example.rs` has them.
//! - ```` ```ztp file=PATH ```` and ```` ```console ````: see `support/console.rs`.
//!
//! UPDATE=1 puts the output that commands have into the blocks that show another.

#![allow(clippy::disallowed_methods, clippy::expect_used, clippy::panic, reason = "tests read files and may panic")]
#![allow(clippy::format_push_string, reason = "clearer than write! in tests")]

mod support {
    pub mod console;
    pub mod example;
    pub mod markdown;
}

use std::path::{Path, PathBuf};
use support::markdown::Fence;
use support::{console, example, markdown};
use ztp::diagnostic::Severity;

fn path(document: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(document)
}

fn read(document: &str) -> String {
    std::fs::read_to_string(path(document)).unwrap_or_else(|error| panic!("{document}: {error}"))
}

/// The front pages and every page of `docs/`, the error index aside, whose pages have rules of their own.
fn documents() -> Vec<String> {
    let mut documents = vec!["README.md".to_owned(), "examples/README.md".to_owned(), "examples/SEEDS.md".to_owned()];
    for entry in std::fs::read_dir(path("docs")).expect("docs") {
        let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        if name.ends_with(".md") {
            documents.push(format!("docs/{name}"));
        }
    }
    documents.sort();
    documents
}

/// Each number of the table of bounds stands in the files that the table names.
#[test]
fn bounds_are_those_of_the_source() {
    let text = read("docs/semantics.md");
    let rows = text.lines().skip_while(|line| !line.starts_with("| bound | is | where |")).skip(2);
    let mut files: Vec<String> = Vec::new();
    let mut held = 0;
    for row in rows.take_while(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, bound, numbers, place, _] = cells.as_slice() else { panic!("{row}: three cells") };
        if *place != "the same" {
            let named: Vec<&str> = place.split('`').skip(1).step_by(2).collect();
            let folder = named.first().and_then(|file| file.rsplit_once('/')).map_or("", |(folder, _)| folder);
            let whole = |file: &&str| if file.contains('/') { (*file).to_owned() } else { format!("{folder}/{file}") };
            files = named.iter().map(whole).collect();
        }
        for number in numbers.split("; ") {
            let digits = number.replace(',', "");
            let spelled = [number.replace(',', "_"), digits];
            for file in &files {
                let source = read(file);
                let mut words = source.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                assert!(words.any(|word| spelled.iter().any(|one| word == one)), "{bound}: no {number} in {file}");
            }
            held += 1;
        }
    }
    assert!(held > 5, "the table was not found");
}

/// The pages of the error index.
fn pages() -> Vec<String> {
    ztp::diagnostic::Code::ALL.iter().map(|code| format!("docs/errors/{code}.md")).collect()
}

#[test]
fn examples_compile() {
    let mut failures = Vec::new();
    for document in documents() {
        for fence in markdown::fences(&read(&document)) {
            if fence.language == "ztp" && fence.get("file").is_none() {
                fence.refuse_unknown_attributes(
                    &document,
                    &[["fails"].as_slice(), example::ATTRIBUTES.as_slice()].concat(),
                );
                failures.extend(failure(&fence).map(|failure| format!("{document}:{}: {failure}", fence.line)));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What is wrong with an example.
fn failure(fence: &Fence) -> Option<String> {
    [example::compile(fence), example::build(fence)].into_iter().find_map(|outcome| {
        let grave = outcome.diagnostics.iter().filter(|finding| finding.severity() != Severity::Hint);
        let grave: Vec<String> = grave.map(|finding| format!("{}: {}", finding.code, finding.message)).collect();
        let fine = match fence.get("fails") {
            Some(code) => !grave.is_empty() && grave.iter().all(|finding| finding.starts_with(code)),
            None => grave.is_empty(),
        };
        (!fine).then(|| format!("{} was meant, and found was {grave:#?}", fence.get("fails").unwrap_or("nothing")))
    })
}

#[test]
fn commands_do_what_is_shown() {
    let mut failures = Vec::new();
    for document in documents().into_iter().chain(pages()) {
        let text = read(&document);
        let ran = console::run(&document, &text);
        if ran.text != text {
            std::fs::write(path(&document), ran.text).expect("the document is written");
        }
        failures.extend(ran.failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn links_lead_somewhere() {
    for document in documents().into_iter().chain(pages()) {
        let text = read(&document);
        let folder = path(&document).parent().expect("a folder").to_owned();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            if target.contains("://") {
                continue;
            }
            let linked = if file.is_empty() { path(&document) } else { folder.join(file) };
            assert!(linked.exists(), "{document}: {target} is not there");
            if !anchor.is_empty() {
                let linked = std::fs::read_to_string(linked).expect("a text");
                assert!(
                    linked.lines().any(|line| anchor_of(line) == anchor),
                    "{document}: {target} has no such heading"
                );
            }
        }
    }
}

/// The anchor that a heading has, as GitHub makes it.
fn anchor_of(line: &str) -> String {
    let heading = line.trim_start_matches('#').trim().to_lowercase();
    heading
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}
