//! What is said of sources that are held against what runs. Each file in `tests/fit` is a case: a sentence that says what
//! it shows, the sources and the manifests, each after a line `== path`, a line of dashes, and the findings. `UPDATE=1 cargo
//! test --test fit` writes these anew. A `#` before the dashes says which cluster it is, where the sources do not:
//! `# kubernetes:1.30`.
//!
//! Of every case it is held, too, that the first fix of a finding takes it away and brings no other error in, that nothing is
//! said where nothing is known of what runs, and that what runs changes nothing in what is built.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, reason = "tests read files and may panic")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use ztp::compile::{Options, build, check};
use ztp::diagnostic::{Diagnostic, Fix, Label, Severity};
use ztp::policy::{EnforcerName, Policy, Version};
use ztp::semantics::{Universe, pods};
use ztp::source::{LineIndex, Sources};
use ztp::syntax::ast::{ItemKind, Serve, Tree};
use ztp::view::manifests::inventory;
use ztp::world::disk::Disk;
use ztp::world::{Kind, World};

const LINE: &str = "--------\n";

#[test]
fn findings_are_those_of_the_cases() {
    let mut wrong = Vec::new();
    for (path, text) in cases() {
        let source = text.split(LINE).next().unwrap();
        let now = format!("{source}{LINE}{}", shown(&Case::read(source)));
        if now == text {
            continue;
        }
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, now).unwrap();
        } else {
            wrong.push(format!("{path}:\n{now}"));
        }
    }
    assert!(wrong.is_empty(), "these have other findings now (UPDATE=1 puts it in):\n{}", wrong.join("\n"));
}

#[test]
fn the_first_fix_mends() {
    let mut mended = 0;
    for (path, text) in cases() {
        let case = Case::read(text.split(LINE).next().unwrap());
        let found = case.found();
        for finding in found.iter().filter(|finding| finding.code.is_of_inventory()) {
            let Some(fix) = finding.fixes.first() else { continue };
            let after = case.with(fix).found();
            let same = |other: &&Diagnostic| other.code == finding.code && other.message == finding.message;
            let (before, left) = (found.iter().filter(same).count(), after.iter().filter(same).count());
            assert!(left < before, "{path}: `{}` leaves {}", fix.title, finding.message);
            let errors = |found: &[Diagnostic]| found.iter().filter(|one| one.severity() == Severity::Error).count();
            assert!(errors(&after) <= errors(&found), "{path}: `{}` brings {after:#?}", fix.title);
            mended += 1;
        }
    }
    assert!(mended > 5, "{mended} fixes");
}

#[test]
fn nothing_changes_in_what_is_built() {
    for (path, text) in cases() {
        let case = Case::read(text.split(LINE).next().unwrap());
        let unknown = Options { running: None, ..case.options() };
        let alone = check(&case.sentences, &unknown).diagnostics;
        assert!(alone.iter().all(|finding| !finding.code.is_of_inventory()), "{path}: {alone:#?}");
        let held = build(&case.sentences, &case.options());
        let made = |outcome: &ztp::compile::Outcome| -> Vec<String> {
            outcome.clusters.iter().flat_map(|cluster| cluster.manifests.clone()).collect()
        };
        if !held.clusters.is_empty() {
            assert_eq!(made(&held), made(&build(&case.sentences, &unknown)), "{path}");
        }
    }
}

fn cases() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fit");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 5, "the cases are gone");
    paths.iter().map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap())).collect()
}

struct Case {
    sentences: Sources,
    manifests: Sources,
    enforcer: Option<(EnforcerName, Version)>,
}

impl Case {
    fn read(source: &str) -> Self {
        let (mut sentences, mut manifests) = (Sources::new(), Sources::new());
        let (head, parts) = source.split_once("== ").unwrap();
        for part in parts.split("\n== ") {
            let (path, text) = part.split_once('\n').unwrap();
            let files = if path.ends_with(".ztp") { &mut sentences } else { &mut manifests };
            files.add(path, format!("{text}\n"));
        }
        let said = head.lines().find_map(|line| line.strip_prefix("# "));
        let made_up = || ztp::resolve::parse_enforcer(said.unwrap_or("cilium:1.19")).unwrap();
        Self { sentences, manifests, enforcer: (!source.contains("enforcer ")).then(made_up) }
    }

    fn options(&self) -> Options {
        let shift = u32::try_from(self.sentences.len()).unwrap();
        let (inventory, problems) = inventory(&self.manifests, shift);
        assert!(problems.is_empty(), "{problems:#?}");
        Options { enforcer: self.enforcer, running: Some(Arc::new(inventory)), ..Options::default() }
    }

    fn found(&self) -> Vec<Diagnostic> {
        check(&self.sentences, &self.options()).diagnostics
    }

    fn with(&self, fix: &Fix) -> Self {
        let mut sentences = Sources::new();
        for (id, file) in self.sentences.iter() {
            let mut text = file.text.clone();
            let mut edits: Vec<_> = fix.edits.iter().filter(|edit| edit.span.file == id).collect();
            edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
            for edit in edits {
                text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
            }
            sentences.add(file.path.clone(), text);
        }
        let mut manifests = Sources::new();
        for (_, file) in self.manifests.iter() {
            manifests.add(file.path.clone(), file.text.clone());
        }
        Self { sentences, manifests, enforcer: self.enforcer }
    }
}

fn shown(case: &Case) -> String {
    let mut files = Sources::new();
    for (_, file) in case.sentences.iter().chain(case.manifests.iter()) {
        files.add(file.path.clone(), file.text.clone());
    }
    let place = |label: &Label| {
        let file = files.get(label.span.file).unwrap();
        let at = LineIndex::new(&file.text).line_column(&file.text, label.span.start);
        format!("{}:{}:{}", file.path, at.line, at.column)
    };
    let mut out = String::new();
    for finding in case.found() {
        let at = finding.primary.as_ref().map(place).unwrap_or_default();
        writeln!(out, "{} {at} {}", finding.code, finding.message).unwrap();
        for label in &finding.secondary {
            writeln!(out, "    {} {}", place(label), label.text).unwrap();
        }
        for help in &finding.help {
            writeln!(out, "    help: {help}").unwrap();
        }
        for fix in &finding.fixes {
            writeln!(out, "    fix: {}", fix.title).unwrap();
        }
    }
    out
}

/// Every example, held against just what it says that runs: there is nothing to complain about.
#[test]
fn the_examples_fit_what_they_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut held = 0;
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_dir() {
            continue;
        }
        let roots = if path.join("teams").is_dir() && path.join("platform").is_dir() {
            vec![path.join("platform"), path.join("teams")]
        } else {
            vec![path.clone()]
        };
        let sources = Disk.load(Kind::Sources, &roots).sources;
        let outcome = check(&sources, &Options::default());
        for cluster in &outcome.clusters {
            let manifests = said_to_run(&cluster.policy, &outcome.trees);
            let mut files = Sources::new();
            files.add("dump.yaml", manifests);
            let (inventory, problems) = inventory(&files, 0);
            assert!(problems.is_empty(), "{problems:#?}");
            held += inventory.workloads.len();
            let options =
                Options { running: Some(Arc::new(inventory)), cluster: cluster.name.clone(), ..Options::default() };
            let mut found = check(&sources, &options).diagnostics;
            found.retain(|finding| finding.code.is_of_inventory() && finding.severity() != Severity::Hint);
            assert!(found.is_empty(), "{}: {found:#?}", path.display());
        }
    }
    assert!(held > 20, "{held} workloads");
}

/// A Pod for each workload that a policy declares, with the ports that it says to serve.
fn said_to_run(policy: &Policy, trees: &[Tree]) -> String {
    let items = || trees.iter().flat_map(|tree| &tree.sections).flat_map(|section| &section.items);
    let mut text = String::new();
    for (number, workload) in policy.workloads.iter().enumerate() {
        let pod = pods::witness(Universe::new(&policy.namespaces), &workload.selector).unwrap();
        let labels: Vec<String> = pod.labels.iter().map(|(key, value)| format!("{key}: \"{value}\"")).collect();
        let serves = items().find_map(|item| match &item.kind {
            ItemKind::Workload(declared) if declared.name.span == workload.span => Some(&declared.serves),
            _ => None,
        });
        let port = |serve: &Serve| format!("{{ containerPort: {}, name: {} }}", serve.port.value, serve.name.value);
        let ports: Vec<String> = serves.into_iter().flatten().map(port).collect();
        writeln!(
            text,
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{ name: pod-{number}, namespace: {}, labels: {{ {} }} }}\n\
             spec: {{ serviceAccountName: {}, containers: [{{ name: a, image: a, ports: [{}] }}] }}",
            workload.namespace,
            labels.join(", "),
            pod.service_account,
            ports.join(", ")
        )
        .unwrap();
    }
    text
}
