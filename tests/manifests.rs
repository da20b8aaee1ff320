//! Sentences beside their manifests: `tests/manifests/<enforcer>-<version>/<case>.ztp` compiles without an error to
//! exactly `<case>.yaml`. To add a case, write its `.ztp` and run this test with UPDATE=1; then read the `.yaml`.

#![allow(clippy::disallowed_methods, clippy::expect_used, clippy::panic, reason = "tests read files and may panic")]

#[path = "support/schema.rs"]
mod schema;

use std::path::{Path, PathBuf};
use ztp::compile::{self, Options};
use ztp::diagnostic::Severity;
use ztp::manifest::yaml;
use ztp::policy::{EnforcerName, Version};
use ztp::source::Sources;
use ztp::syntax::ast::Date;

/// What lies in a folder, sorted.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// Reads `kubernetes-1.30`.
fn enforcer(folder: &Path) -> (EnforcerName, Version) {
    let name = folder.file_name().and_then(|name| name.to_str()).expect("a name");
    let (name, version) = name.split_once('-').expect("ENFORCER-VERSION");
    let known = [EnforcerName::Cilium, EnforcerName::Kubernetes].into_iter().find(|known| known.as_str() == name);
    let (major, minor) = version.split_once('.').expect("a version such as 1.30");
    let number = |text: &str| text.parse().expect("a number");
    (known.expect("a known enforcer"), Version { major: number(major), minor: number(minor) })
}

/// The manifests of a source.
fn build(text: &str, enforcer: (EnforcerName, Version), case: &Path) -> String {
    let mut sources = Sources::new();
    sources.add("case.ztp", text);
    let today = Some(Date { year: 2026, month: 11, day: 20 });
    // A case that needs facts declares its cluster, and with it the enforcer.
    let declares_a_cluster = text.lines().any(|line| line.starts_with("cluster "));
    let enforcer = (!declares_a_cluster).then_some(enforcer);
    let outcome = compile::build(&sources, &Options { enforcer, today, ..Options::default() });
    let errors: Vec<String> = outcome
        .diagnostics
        .iter()
        .filter(|finding| finding.severity() == Severity::Error)
        .map(|finding| format!("{}: {}", finding.code, finding.message))
        .collect();
    assert!(errors.is_empty(), "{}: {errors:#?}", case.display());
    let mut out = String::new();
    yaml::write_stream(outcome.clusters.iter().flat_map(|cluster| &cluster.objects), &mut out);
    out
}

#[test]
fn sentences_become_their_manifests() {
    let schemas = schema::Schemas::load();
    let update = std::env::var_os("UPDATE").is_some();
    let mut stale = Vec::new();
    for folder in entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests")) {
        let enforcer = enforcer(&folder);
        for case in entries(&folder).into_iter().filter(|path| path.extension().is_some_and(|ext| ext == "ztp")) {
            let text = std::fs::read_to_string(&case).expect("a case");
            let built = build(&text, enforcer, &case);
            for document in built.split("---\n").filter(|document| !document.is_empty()) {
                let object = serde_yaml::from_str(document).expect("it is YAML");
                let errors = schemas.errors(&object).unwrap_or_default();
                assert!(errors.is_empty(), "{}: {errors:#?}\n{document}", case.display());
            }
            let expected = case.with_extension("yaml");
            if update {
                std::fs::write(&expected, &built).expect("it can be written");
            } else if std::fs::read_to_string(&expected).ok().as_ref() != Some(&built) {
                stale.push(format!("{}:\n{built}", case.display()));
            }
        }
    }
    assert!(stale.is_empty(), "UPDATE=1 writes what is built now:\n{}", stale.join("\n"));
}

/// The order of a file's sentences changes nothing: each case, its top-level sentences reversed.
#[test]
fn the_order_of_sentences_changes_nothing() {
    for folder in entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests")) {
        let enforcer = enforcer(&folder);
        for case in entries(&folder).into_iter().filter(|path| path.extension().is_some_and(|ext| ext == "ztp")) {
            let text = std::fs::read_to_string(&case).expect("a case");
            let reversed = reversed(&text);
            assert_eq!(
                build(&reversed, enforcer, &case),
                build(&text, enforcer, &case),
                "{}:\n{reversed}",
                case.display()
            );
        }
    }
}

/// The sentences below the header in reverse, then the blocks of namespaces in reverse, each with its own in reverse.
fn reversed(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.trim().starts_with('#')).collect();
    let (header, rest) = lines.split_first().expect("a header");
    format!("{header}\n{}", in_reverse(rest))
}

fn in_reverse(lines: &[&str]) -> String {
    let (mut sentences, mut blocks) = (Vec::new(), Vec::new());
    for item in items(lines) {
        match item.as_slice() {
            [first, inner @ .., last] if first.starts_with("namespace ") => {
                blocks.push(format!("{first}\n{}{last}\n", in_reverse(inner)));
            }
            lines => sentences.push(lines.iter().map(|line| format!("{line}\n")).collect()),
        }
    }
    sentences.into_iter().rev().chain(blocks.into_iter().rev()).collect()
}

/// The lines of each sentence: with its waiver, and to the end of its braces.
fn items<'a>(lines: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut items = vec![Vec::new()];
    let mut depth = 0_usize;
    for line in lines {
        items.last_mut().expect("there is one").push(*line);
        depth = depth + line.matches('{').count() - line.matches('}').count();
        if depth == 0 && !line.trim().starts_with("accept ") {
            items.push(Vec::new());
        }
    }
    items.retain(|item| !item.is_empty());
    items
}
