//! The error index: every code has its page, and every page's examples do what the page says.
//!
//! A page has a `ztp fails` example that yields its code and no other error, and a `ztp mended` one that yields no
//! error and not the code. A code that no text can cause (a full disk) has a `console` example instead, which
//! `tests/docs.rs` runs, and which shows the code.

#![allow(clippy::disallowed_methods, clippy::expect_used, clippy::panic, reason = "tests read files and may panic")]

mod support {
    pub mod example;
    pub mod markdown;
}

use std::collections::BTreeSet;
use std::fmt::Write as _;
use support::markdown::Fence;
use support::{example, markdown};
use ztp::diagnostic::{Code, Diagnostic, Severity};

const INDEX: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors/README.md");

fn codes(findings: &[Diagnostic], severity: Severity) -> BTreeSet<Code> {
    findings.iter().filter(|finding| finding.severity() == severity).map(|finding| finding.code).collect()
}

fn described(findings: &[Diagnostic]) -> String {
    findings.iter().map(|finding| format!("\n  {}: {}", finding.code, finding.message)).collect()
}

/// Runs `test` on every example of this kind in every page and panics with all that it found wrong.
fn examples(kind: &str, test: impl Fn(Code, &Fence) -> Option<String>) {
    let mut failures = Vec::new();
    for &code in Code::ALL {
        for fence in markdown::fences(code.page()).iter().filter(|fence| fence.get(kind).is_some()) {
            let page = format!("docs/errors/{code}.md");
            fence.refuse_unknown_attributes(&page, &[[kind].as_slice(), example::ATTRIBUTES.as_slice()].concat());
            failures.extend(test(code, fence).map(|failure| format!("{page}:{}: {failure}", fence.line)));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_failing_example_fails_with_its_code_alone() {
    examples("fails", |code, fence| {
        let found = example::compile(fence).diagnostics;
        let mut others = codes(&found, Severity::Error);
        others.remove(&code);
        let there = found.iter().any(|finding| finding.code == code);
        (!there || !others.is_empty()).then(|| format!("{code} alone was meant, and found was:{}", described(&found)))
    });
}

#[test]
fn every_mended_example_is_mended() {
    examples("mended", |code, fence| {
        [example::compile(fence), example::build(fence)].into_iter().find_map(|outcome| {
            let found = outcome.diagnostics;
            let left = !codes(&found, Severity::Error).is_empty() || found.iter().any(|finding| finding.code == code);
            left.then(|| format!("nothing was meant, and found was:{}", described(&found)))
        })
    });
}

#[test]
fn every_page_has_its_heading_and_its_examples() {
    let failures: Vec<String> = Code::ALL.iter().filter_map(|&code| page_failure(code)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What is wrong with the form of a page.
fn page_failure(code: Code) -> Option<String> {
    let page = format!("docs/errors/{code}.md");
    let heading = format!("# {code}: {}", code.title());
    if code.page().lines().next() != Some(heading.as_str()) {
        return Some(format!("{page}: its first line is not `{heading}`"));
    }
    let fences = markdown::fences(code.page());
    let has = |kind: &str| fences.iter().any(|fence| fence.language == "ztp" && fence.get(kind).is_some());
    let shown = fences.iter().any(|fence| fence.language == "console" && fence.body.contains(code.as_str()));
    let compiled = has("fails") && has("mended");
    if !shown && !compiled && !INTERNAL.contains(&code) {
        return Some(format!("{page}: neither `ztp fails` and `ztp mended` nor a `console` block that shows the code"));
    }
    let is_one_kind = |fence: &Fence| KINDS.iter().filter(|kind| fence.get(kind).is_some()).count() == 1;
    let odd = fences.iter().find(|fence| fence.language == "ztp" && !is_one_kind(fence))?;
    Some(format!("{page}:{}: which of {}?", odd.line, KINDS.join(", ")))
}

/// Codes of faults of the compiler, which no source is known to cause; `tests/faults.rs` puts such faults in.
const INTERNAL: [Code; 1] = [Code::E0690];

/// What an example of a page can be; a `file` is there for the page's `console` blocks.
const KINDS: [&str; 3] = ["fails", "mended", "file"];

#[test]
fn every_page_has_a_code() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors");
    for entry in std::fs::read_dir(folder).expect("docs/errors") {
        let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        let stem = name.strip_suffix(".md").expect("only Markdown in docs/errors");
        assert!(stem == "README" || Code::parse(stem).is_some(), "docs/errors/{name}: no such code");
    }
}

#[test]
fn the_index_is_up_to_date() {
    let index = index();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(INDEX, &index).expect("docs/errors/README.md is written");
    }
    let committed = std::fs::read_to_string(INDEX).unwrap_or_default();
    assert!(committed == index, "docs/errors/README.md is not up to date: run the tests with UPDATE=1");
}

fn index() -> String {
    let mut index = String::from(
        "# Error index\n\n\
         Every code, with a page that says why, and shows an example that fails and one that is mended. `ztp explain CODE`\n\
         prints the page. `E` is an error (nothing is emitted), `W` a warning, `H` a hint.\n\n\
         This file is generated: `UPDATE=1 cargo test --test errors`.\n",
    );
    for (family, title) in FAMILIES {
        let codes: Vec<_> = Code::ALL.iter().filter(|code| code.as_str().get(1..3) == Some(family)).collect();
        if codes.is_empty() {
            continue;
        }
        write!(index, "\n## {title}\n\n| code | |\n|---|---|\n").expect("a string takes it");
        for code in codes {
            writeln!(index, "| [{code}]({code}.md) | {} |", code.title()).expect("a string takes it");
        }
    }
    index
}

/// The families of codes, as `src/diagnostic/code.rs` has them.
const FAMILIES: [(&str, &str); 10] = [
    ("01", "Reading"),
    ("02", "Names"),
    ("03", "Who may say what"),
    ("04", "Ports and requests"),
    ("05", "Addresses and names outside"),
    ("06", "What the enforcer can do"),
    ("07", "Backstops, boundaries and nodes"),
    ("08", "Assertions, waivers and dates"),
    ("09", "The project as a whole"),
    ("10", "What runs"),
];

#[test]
fn every_code_has_a_family() {
    for code in Code::ALL {
        assert!(FAMILIES.iter().any(|(family, _)| code.as_str().get(1..3) == Some(family)), "{code}");
    }
}
