//! What findings know how to mend: on the examples of the error index, the first fix of a finding takes that finding away
//! and brings no error in.
//!
//! `tests/fixes.txt` has every code and what it offers there; `UPDATE=1 cargo test --test fixes` writes it anew.

#![allow(clippy::disallowed_methods, clippy::expect_used, clippy::panic, reason = "tests read files and may panic")]
#![allow(clippy::format_push_string, reason = "clearer than write! in tests")]

#[allow(dead_code, reason = "each test uses its part")]
mod support {
    pub mod example;
    pub mod markdown;
}

use std::collections::BTreeSet;
use support::markdown::Fence;
use support::{example, markdown};
use ztp::compile::{Options, check};
use ztp::diagnostic::{Code, Diagnostic, Fix, Severity};
use ztp::ide::fixes;
use ztp::policy::{EnforcerName, Version};
use ztp::source::Sources;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixes.txt");

#[test]
fn the_first_fix_mends() {
    let mut failures = Vec::new();
    for (code, fence) in failing() {
        let found = compiled(&fence);
        for finding in found.iter().filter(|finding| finding.code == code) {
            let Some(fix) = finding.fixes.first() else { continue };
            let mended = Fence { body: applied(&fence.body, fix), ..fence.clone() };
            let after = compiled(&mended);
            let about = |text: &str, finding: &Diagnostic| {
                let place = finding.primary.as_ref().map(|label| label.span.start as usize..label.span.end as usize);
                let at = place.and_then(|place| text.get(place)).unwrap_or_default().to_owned();
                (finding.code, finding.message.clone(), finding.help.clone(), at)
            };
            let told = about(&fence.body, finding);
            let count = |text: &str, found: &[Diagnostic]| found.iter().filter(|one| about(text, one) == told).count();
            let left = count(&mended.body, &after) >= count(&fence.body, &found);
            let new: Vec<Code> = errors(&after).difference(&errors(&found)).copied().collect();
            if left || !new.is_empty() {
                failures.push(format!("{code}: {}: is left: {left}; brings {new:?}:\n{}", fix.title, mended.body));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_table_is_up_to_date() {
    let mut table = String::new();
    let mut seen = BTreeSet::new();
    for &code in Code::ALL {
        let mut titles: Vec<String> = Vec::new();
        for (_, fence) in failing().filter(|(of, _)| *of == code) {
            seen.insert(code);
            for fix in
                compiled(&fence).iter().filter(|finding| finding.code == code).filter_map(|one| one.fixes.first())
            {
                let certain = if fix.certain { " (certain)" } else { "" };
                titles.push(format!("{}{certain}", fix.title));
            }
        }
        let offers = match titles.first() {
            Some(_) => titles.join("; "),
            None if seen.contains(&code) => "—".to_owned(),
            None => "no source shows it".to_owned(),
        };
        table.push_str(&format!("{code} {}: {offers}\n", code.title()));
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(TABLE, &table).expect("tests/fixes.txt is written");
    }
    let committed = std::fs::read_to_string(TABLE).unwrap_or_default();
    assert!(committed == table, "tests/fixes.txt is not up to date: run the tests with UPDATE=1");
}

/// Every example of the error index that fails, with its code.
fn failing() -> impl Iterator<Item = (Code, Fence)> {
    Code::ALL.iter().flat_map(|&code| {
        let fences = markdown::fences(code.page()).into_iter().filter(|fence| fence.get("fails").is_some());
        fences.map(move |fence| (code, fence))
    })
}

fn compiled(fence: &Fence) -> Vec<Diagnostic> {
    example::compile(fence).diagnostics
}

fn errors(found: &[Diagnostic]) -> BTreeSet<Code> {
    found.iter().filter(|finding| finding.severity() == Severity::Error).map(|finding| finding.code).collect()
}

/// A text after a fix; an example is one file.
fn applied(text: &str, fix: &Fix) -> String {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let mut text = text.to_owned();
    for edit in edits.into_iter().rev() {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}

/// All fixes that are certain, applied together to every case of `tests/model`, bring no error in.
#[test]
fn what_is_certain_brings_no_error() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/model");
    let mut mended = 0;
    for entry in std::fs::read_dir(folder).expect("the cases") {
        let path = entry.expect("a case").path();
        let text = std::fs::read_to_string(&path).expect("a text");
        let source = text.split("--------\n").next().unwrap_or_default();
        let parts: Vec<(&str, &str)> = match source.strip_prefix("== ") {
            Some(source) => source.split("\n== ").filter_map(|part| part.split_once('\n')).collect(),
            None => vec![("main.ztp", source)],
        };
        let mut before = Sources::new();
        for (name, text) in parts {
            before.add(name, text);
        }
        let enforcer =
            (!source.contains("enforcer ")).then_some((EnforcerName::Cilium, Version { major: 1, minor: 19 }));
        let options = Options { enforcer, expired_fails: true, ..Options::default() };
        let found = check(&before, &options).diagnostics;
        let mut after = Sources::new();
        for (id, file) in before.iter() {
            let edits = fixes::all(&found, id);
            mended += edits.len();
            let mut text = file.text.clone();
            for edit in edits.iter().rev() {
                text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
            }
            after.add(file.path.clone(), text);
        }
        let left = check(&after, &options).diagnostics;
        let new: Vec<Code> = errors(&left).difference(&errors(&found)).copied().collect();
        assert!(new.is_empty(), "{}: brings {new:?}", path.display());
    }
    assert!(mended > 10, "{mended} edits");
}
