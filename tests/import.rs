//! Policies to sentences. Each `tests/import/NAME.yaml` is a case; what comes of it stands in `NAME.ztp`, or in
//! `NAME.txt` where it is refused. Run with `UPDATE=1` to write them. With ZTP_CORPUS other projects' policies too.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "tests read files and may panic"
)]

#[path = "support/counts.rs"]
mod counts;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use ztp::compile::{self, Options};
use ztp::import::{Outcome, Project, Wish, import};
use ztp::policy::{EnforcerName, Version};
use ztp::semantics::Universe;
use ztp::source::{LineIndex, Sources};
use ztp::syntax;
use ztp::verdict::{ChangeKind, Index, Ruleset, changes};
use ztp::world::disk::Disk;
use ztp::world::{Kind, World};
use ztp::yaml;

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/import");
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");

/// Every file with such an end in a folder and below, sorted.
fn files(folder: &Path, ends: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ends));
        } else if path.extension().is_some_and(|end| ends.iter().any(|one| end == *one)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn imported(texts: &[(String, String)], enforcer: Option<(EnforcerName, Version)>) -> Outcome {
    let mut sources = Sources::new();
    for (path, text) in texts {
        sources.add(path.as_str(), text.as_str());
    }
    import(sources, &Wish { enforcer, project: None })
}

fn one(path: &Path) -> Outcome {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    imported(&[(name, fs::read_to_string(path).unwrap())], None)
}

/// What is wrong, one finding a line.
fn findings(outcome: &Outcome) -> String {
    let mut out = String::new();
    for finding in &outcome.diagnostics {
        let place = finding.primary.as_ref().map(|label| {
            let file = outcome.sources.get(label.span.file).unwrap();
            let line = LineIndex::new(&file.text).line_column(&file.text, label.span.start).line;
            format!("{}:{line}: ", file.path)
        });
        writeln!(out, "{}{}: {}", place.unwrap_or_default(), finding.code, finding.message).unwrap();
    }
    out
}

#[test]
fn policies_become_what_the_cases_say() {
    let mut failures = String::new();
    let cases = files(Path::new(CASES), &["yaml"]);
    assert!(!cases.is_empty());
    for path in cases {
        let outcome = one(&path);
        let warnings = findings(&outcome);
        let (end, other, seen) = match &outcome.project {
            Some(project) => ("ztp", "txt", project.whole.clone()),
            None => ("txt", "ztp", warnings),
        };
        let expected = path.with_extension(end);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &seen).unwrap();
            let _ = fs::remove_file(path.with_extension(other));
        }
        if fs::read_to_string(&expected).ok().as_ref() != Some(&seen) || path.with_extension(other).exists() {
            write!(failures, "{}: saw\n{seen}\n", path.display()).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}(UPDATE=1 puts it in)");
}

/// The manifests of a project.
fn built(sources: &Sources) -> Vec<(String, String)> {
    let outcome = compile::build(sources, &Options::default());
    assert!(!outcome.clusters.is_empty(), "{:#?}", outcome.diagnostics);
    let manifests = outcome.clusters.into_iter().flat_map(|cluster| cluster.manifests);
    manifests.enumerate().map(|(index, text)| (format!("{index}.yaml"), text)).collect()
}

fn as_one(project: &Project) -> Sources {
    let mut sources = Sources::new();
    sources.add("imported.ztp", project.whole.as_str());
    sources
}

#[test]
fn one_file_and_a_folder_are_the_same_project() {
    for path in files(Path::new(CASES), &["yaml"]) {
        let Some(project) = one(&path).project else { continue };
        let mut folder = Sources::new();
        for (path, text) in &project.files {
            assert_eq!(syntax::format(ztp::source::FileId(0), text).unwrap(), *text);
            folder.add(path.as_str(), text.as_str());
        }
        assert_eq!(built(&as_one(&project)), built(&folder), "{}", path.display());
    }
}

/// A text without its comments, which manifests do not hand on.
fn plain(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    let text = text.replace("\n\n}", "\n}");
    let formatted = syntax::format(ztp::source::FileId(0), &text).unwrap();
    formatted.trim_end().to_owned()
}

/// What comes of a project that is built and imported again, if that is something else. What its manifests said of
/// namespaces stays.
fn around(project: &Project, text: &str, enforcer: Option<(EnforcerName, Version)>) -> Option<String> {
    let mut manifests = built(&as_one(project));
    let namespaces = text.split("\n---\n").filter(|document| document.contains("\nkind: Namespace\n"));
    manifests.extend(namespaces.enumerate().map(|(index, text)| (format!("namespace-{index}.yaml"), text.to_owned())));
    let again = imported(&manifests, enforcer);
    let Some(again) = &again.project else { return Some(findings(&again)) };
    (plain(&again.whole) != plain(&project.whole)).then(|| again.whole.clone())
}

#[test]
fn what_is_built_of_an_import_is_imported_as_the_same_text() {
    let mut failures = String::new();
    for path in files(Path::new(CASES), &["yaml"]) {
        // What has a comment of its own keeps its line, and manifests do not hand comments on.
        let text = fs::read_to_string(&path).unwrap();
        let text = text.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(|line| [line, "\n"]);
        let text: String = text.collect();
        let outcome = imported(&[("case.yaml".to_owned(), text.clone())], None);
        let Some(project) = &outcome.project else { continue };
        // Workloads that are left out of every namespace's come back as the labels that they do not have.
        let left_out = |line: &str| {
            let except = line.split_once("every namespace").and_then(|(_, behind)| behind.split_once(" except "));
            except.is_some_and(|(_, except)| except.contains('/'))
        };
        if project.whole.lines().any(left_out) {
            continue;
        }
        if let Some(other) = around(project, &text, outcome.assumed) {
            write!(failures, "{}:\n{}\nand then\n{other}\n", path.display(), project.whole).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The lines of a project but for those that each has once: `platform`, `project` and `cluster` with its facts.
fn said(project: &Project) -> usize {
    let all: usize = project.files.values().map(|text| lines(text)).sum();
    let cluster = project.files.get("cluster.ztp").unwrap();
    let facts = cluster.split_once("cluster imported {").unwrap().1.split_once("\n}").unwrap().0;
    // And the lines of the block's braces.
    all - lines(facts) - 4
}

/// Lines with something on them.
fn lines(text: &str) -> usize {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).count()
}

/// Whom an example declares as its enforcer; of several clusters, the last one's.
fn enforcer_of(folder: &Path) -> (EnforcerName, Version) {
    let sources = files(folder, &["ztp"]);
    let said = sources.iter().find_map(|path| {
        let text = fs::read_to_string(path).unwrap();
        text.lines().rev().find_map(|line| line.trim().strip_prefix("enforcer ").map(|said| said.replace(' ', ":")))
    });
    ztp::resolve::parse_enforcer(&said.unwrap()).unwrap()
}

/// What an example's own sentences mean is what those mean that come back of its manifests.
fn same_meaning(folder: &Path, project: &Project) {
    let platform = folder.join("platform");
    let roots = if platform.is_dir() { vec![platform, folder.join("teams")] } else { vec![folder.to_owned()] };
    let own = Disk.load(Kind::Sources, &roots);
    assert!(own.problems.is_empty());
    let cluster = folder.ends_with("two-clusters").then(|| "us".into());
    let own = compile::check(&own.sources, &Options { cluster, ..Options::default() });
    let back = compile::check(&as_one(project), &Options::default());
    let ([own], [back]) = (own.clusters.as_slice(), back.clusters.as_slice()) else {
        panic!("{}: {:#?} {:#?}", folder.display(), own.diagnostics, back.diagnostics)
    };
    let rulesets = [&own.policy, &back.policy].map(Ruleset::of_policy);
    let universe = Universe::new(&own.policy.namespaces);
    let [own, back] = rulesets.each_ref().map(|ruleset| Index::new(ruleset, universe));
    let mut found = changes(&own, &back);
    // A deny of both ends says more than one of either.
    found.found.retain(|change| change.kind != ChangeKind::Strengthened);
    assert!(found.found.is_empty() && found.undecided.is_empty(), "{}: {found:#?}", folder.display());
}

/// The example projects: what comes of their manifests stands in `tests/import/examples/`.
#[test]
fn manifests_of_the_examples_come_back_as_sentences() {
    let mut failures = String::new();
    let (mut written, mut manifests_lines, mut imported_lines) = (0, 0, 0);
    for folder in fs::read_dir(EXAMPLES).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let manifests = folder.join("manifests");
        // A folder for each cluster, where there are several: the first will do.
        let manifests = if name == "two-clusters" { manifests.join("us") } else { manifests };
        assert!(manifests.is_dir(), "{}", manifests.display());
        let texts: Vec<(String, String)> = files(&manifests, &["yaml"])
            .iter()
            .map(|path| (path.strip_prefix(&folder).unwrap().display().to_string(), fs::read_to_string(path).unwrap()))
            .collect();
        let outcome = imported(&texts, Some(enforcer_of(&folder)));
        let seen = match &outcome.project {
            Some(project) => {
                same_meaning(&folder, project);
                written += files(&folder, &["ztp"])
                    .iter()
                    .map(|path| lines(&fs::read_to_string(path).unwrap()))
                    .sum::<usize>();
                manifests_lines += texts.iter().map(|(_, text)| lines(text)).sum::<usize>();
                imported_lines += said(project);
                project.whole.clone()
            }
            None => findings(&outcome).lines().map(|line| format!("# {line}\n")).collect(),
        };
        let expected = Path::new(CASES).join("examples").join(format!("{name}.ztp"));
        if std::env::var_os("UPDATE").is_some() {
            fs::create_dir_all(expected.parent().unwrap()).unwrap();
            fs::write(&expected, &seen).unwrap();
        }
        if fs::read_to_string(&expected).ok().as_ref() != Some(&seen) {
            write!(failures, "{name}: saw\n{seen}\n").unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}(UPDATE=1 puts it in)");
    counts::hold("docs/import.md", "the examples", &[manifests_lines, imported_lines, written]);
}

/// Other projects' policies, file by file: imported with proof, or refused by name.
#[test]
fn policies_of_other_projects_are_imported_or_refused_by_name() {
    let Some(corpus) = std::env::var_os("ZTP_CORPUS").map(PathBuf::from).filter(|path| path.exists()) else {
        eprintln!("skipped: no ZTP_CORPUS");
        return;
    };
    let (mut policies, mut done, mut refused, mut yaml_lines, mut ztp_lines, mut files_done) = (0, 0, 0, 0, 0, 0);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut differing = Vec::new();
    for path in files(&corpus, &["yaml", "yml"]) {
        let text = fs::read_to_string(&path).unwrap();
        let (of_file, of_file_lines) = policies_in(&text);
        if of_file == 0 {
            continue;
        }
        policies += of_file;
        let outcome = one(&path);
        match &outcome.project {
            Some(project) => {
                assert!(project.policies <= of_file);
                done += of_file;
                files_done += 1;
                yaml_lines += of_file_lines;
                ztp_lines += said(project);
                if let Some(again) = around(project, &text, outcome.assumed) {
                    if std::env::var_os("SHOW").is_some() {
                        eprintln!("{}:\n{}\nand then\n{again}", path.display(), project.whole);
                    }
                    differing.push(path);
                }
            }
            None => {
                refused += of_file;
                let error = outcome.diagnostics.iter().find(|found| found.code.as_str().starts_with('E')).unwrap();
                assert!(error.primary.is_some(), "{}: {}", path.display(), error.message);
                let reason = error.message.split("no sentence: ").last().unwrap_or_default();
                *reasons.entry(format!("{}: {reason}", error.code)).or_default() += of_file;
            }
        }
    }
    eprintln!("{policies} policies, {done} imported, {refused} refused, {yaml_lines} lines of YAML to {ztp_lines}");
    eprintln!("refused: {reasons:#?}");
    eprintln!("not the same after building and importing again: {differing:#?}");
    assert!(ztp_lines * 5 <= yaml_lines, "{ztp_lines} of {yaml_lines}");
    counts::hold("docs/import.md", "policies of other projects", &[policies, done, refused]);
    counts::hold(
        "docs/import.md",
        "files that come back as the same text",
        &[files_done - differing.len(), files_done],
    );
    counts::hold("docs/import.md", "their lines", &[yaml_lines, ztp_lines]);
}

/// How many policies there are in a file, and how many lines they have.
fn policies_in(text: &str) -> (usize, usize) {
    let (mut count, mut all) = (0, 0);
    for document in yaml::read(text).iter().flatten() {
        for object in yaml::objects(document).into_iter().flatten() {
            let native = object.kind == "NetworkPolicy" && object.api_version.starts_with("networking.k8s.io/");
            let cilium = object.api_version.starts_with("cilium.io/") && object.kind.ends_with("NetworkPolicy");
            if native || cilium {
                count += 1;
                all += lines(object.node.range.of(text));
            }
        }
    }
    (count, all)
}

/// Whatever is left out or comes twice: there is an answer.
#[test]
fn no_line_that_is_lost_or_doubled_is_a_panic() {
    for path in files(Path::new(CASES), &["yaml"]) {
        let text = fs::read_to_string(&path).unwrap();
        let all: Vec<&str> = text.lines().collect();
        for at in 0..all.len() {
            for times in [0, 2] {
                let line =
                    |(index, line): (usize, &&str)| format!("{line}\n").repeat(if index == at { times } else { 1 });
                let changed: String = all.iter().enumerate().map(line).collect();
                let outcome = imported(&[("case.yaml".to_owned(), changed)], None);
                let failed = outcome.diagnostics.iter().any(|found| found.code.as_str().starts_with('E'));
                assert_eq!(outcome.project.is_none(), failed, "{}:{at}", path.display());
            }
        }
    }
}
