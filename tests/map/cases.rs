//! What is drawn of the cases.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use ztp::compile::Options;
use ztp::map::render::{Format, render};
use ztp::map::{Focus, Scene, draw};
use ztp::verdict::Ruleset;
use ztp::view::{self, Input};

const FORMATS: [(&str, Format); 7] = [
    ("map.txt", Format::Txt),
    ("map.json", Format::Json),
    ("map.csv", Format::Csv),
    ("map.md", Format::Md),
    ("map.dot", Format::Dot),
    ("map.mmd", Format::Mermaid),
    ("map.svg", Format::Svg),
];

#[test]
fn maps_look_as_the_cases_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/map");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    cases.sort();
    let mut failures = String::new();
    for case in cases {
        let (scene, rules) = read(&case);
        let map = draw(&scene, &rules, &focus(&case));
        assert!(FORMATS.iter().any(|(file, _)| case.join(file).exists()), "{}: no map is expected", case.display());
        for (file, format) in FORMATS {
            let file = case.join(file);
            let Ok(expected) = std::fs::read_to_string(&file) else { continue };
            let seen = render(&map, format).unwrap();
            if std::env::var_os("UPDATE").is_some() {
                std::fs::write(&file, seen).unwrap();
            } else if seen != expected {
                writeln!(failures, "{}: saw\n{seen}", file.display()).unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "{failures}(UPDATE=1 puts it in)");
}

/// The project of `case.ztp`, the manifests of `case.yaml`, or both.
fn read(case: &Path) -> (Scene, Ruleset) {
    let mut input = Input::default();
    if let Ok(text) = std::fs::read_to_string(case.join("case.ztp")) {
        input.sentences.add("case.ztp", text);
    }
    if let Ok(text) = std::fs::read_to_string(case.join("case.yaml")) {
        input.manifests.add("case.yaml", text);
    }
    let mut outcome = view::read(input, &Options::default());
    let Some(view) = outcome.views.pop() else { panic!("{}: {:#?}", case.display(), outcome.diagnostics) };
    (Scene::new(view.policy.as_ref(), &view.inventory, view.namespaces), view.ruleset)
}

fn focus(case: &Path) -> Focus {
    let mut focus = Focus::default();
    for line in std::fs::read_to_string(case.join("focus")).unwrap_or_default().lines() {
        match line.split_once('/') {
            Some((namespace, name)) => focus.workloads.push((namespace.into(), name.into())),
            None => focus.namespaces.push(line.into()),
        }
    }
    focus
}
