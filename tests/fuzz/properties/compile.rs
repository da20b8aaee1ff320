//! Any project at all is compiled or refused: no panic, nothing emitted beside an error, findings that point into the text,
//! and manifests that can be read. That they mean what the sentences say is proved by the compiler itself, on every build.
//!
//! A line `== PATH` begins a file; without one the text is a single file.

use ztp::compile::{Options, build};
use ztp::diagnostic::{Code, has_errors};
use ztp::policy::{EnforcerName, Version};
use ztp::source::Sources;
use ztp::syntax::ast::Date;

pub fn check(text: &str) {
    for (name, major, minor) in
        [(EnforcerName::Cilium, 1, 19), (EnforcerName::Cilium, 1, 16), (EnforcerName::Kubernetes, 1, 30)]
    {
        let sources = sources(text);
        let enforcer = (!text.contains("enforcer ")).then_some((name, Version { major, minor }));
        let today = Some(Date { year: 2026, month: 11, day: 20 });
        let outcome = build(&sources, &Options { enforcer, today, ..Options::default() });
        if has_errors(&outcome.diagnostics) {
            assert!(outcome.clusters.is_empty(), "something is emitted beside an error");
        }
        for finding in &outcome.diagnostics {
            // Lowering that could not be proved is a fault of the compiler, even where it is noticed.
            assert_ne!(finding.code, Code::E0690, "{finding:?}");
            for label in finding.primary.iter().chain(&finding.secondary) {
                let file = sources.get(label.span.file).expect("a finding is in a file");
                let range = label.span.start as usize..label.span.end as usize;
                assert!(file.text.get(range).is_some(), "a finding points outside the text or into a character");
            }
        }
        for manifest in outcome.clusters.iter().flat_map(|cluster| &cluster.manifests) {
            let read: Result<serde_yaml::Value, _> = serde_yaml::from_str(manifest);
            assert!(read.is_ok(), "not YAML:\n{manifest}");
        }
        if enforcer.is_none() {
            break;
        }
    }
}

/// The files of a text.
fn sources(text: &str) -> Sources {
    let mut sources = Sources::new();
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("== "), files.last_mut()) {
            (Some(path), _) => files.push((path.trim().to_owned(), String::new())),
            (None, Some((_, file))) => file.push_str(line),
            (None, None) => files.push(("main.ztp".to_owned(), line.to_owned())),
        }
    }
    for (path, text) in files {
        sources.add(path, text);
    }
    sources
}
