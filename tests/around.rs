//! What is checked around a file is what a check of everything finds in it: whole examples under random edits.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests read files and may panic"
)]

mod support {
    #[allow(dead_code, reason = "each test rolls what it needs")]
    pub mod dice;
}

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use support::dice::Dice;
use ztp::compile::Options;
use ztp::diagnostic::Diagnostic;
use ztp::ide::Workspace;
use ztp::policy::{EnforcerName, Version};
use ztp::source::{FileId, SourceFile};
use ztp::syntax::ast::Date;
use ztp::world::disk::Disk;
use ztp::world::{Kind, World};

/// How many edits each project takes. `ZTP_AROUND` makes it more.
const EDITS: usize = 40;

/// How many namespaces the wide project has.
const NAMESPACES: usize = 12;

fn projects() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut found: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    found
}

fn load(folder: &Path) -> Workspace {
    let loaded = Disk.load(Kind::Sources, &[folder.to_owned()]);
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let mut workspace = Workspace::new();
    workspace.set_all(loaded.sources.iter().map(|(_, file)| file.clone()).collect());
    workspace
}

fn options(folder: &Path) -> Options {
    let text =
        std::fs::read_dir(folder).unwrap().filter_map(|entry| std::fs::read_to_string(entry.unwrap().path()).ok());
    let declared = text.into_iter().any(|text| text.contains("\ncluster "));
    let enforcer = (!declared).then_some((EnforcerName::Cilium, Version { major: 1, minor: 19 }));
    Options { enforcer, today: Date::parse("2026-11-20"), expired_fails: true, ..Options::default() }
}

/// A project of many namespaces that say something of each other in every way there is, each of only a few.
fn wide() -> Workspace {
    let mut platform = String::from(
        "platform\nproject wide\ncluster prod {\n  enforcer cilium 1.19\n}\nnamespaces front { tier: front }\n\
         namespaces back { tier: back }\nexternal stripe = api.stripe.com:443\n\
         group shared = team-0/app-1:8080, team-3/app-2:8080\nno workload may reach cloud-metadata\n\
         workloads in front may not reach workloads in back:22\nassert team-1/app-0 cannot reach team-6/app-1:8080\n",
    );
    let mut files = Vec::new();
    for index in 0..NAMESPACES {
        let tier = if index % 3 == 0 { "front" } else { "back" };
        platform.push_str(&format!("namespace team-{index} labels {{ tier: {tier} }}\n"));
        let (next, before) = ((index + 1) % NAMESPACES, (index + NAMESPACES - 1) % NAMESPACES);
        let mut text = format!("namespace team-{index}\n");
        for workload in 0..5 {
            text.push_str(&format!("workload app-{workload} serves http 8080, grpc 9000\n"));
        }
        text.push_str(&format!(
            "app-0 may reach app-1:http\napp-1 may GET /items/{{id}} on app-3:grpc\napp-2 may reach stripe\n\
             app-3 may reach team-{next}/app-4:grpc\nexpose app-4:grpc to team-{before}/app-3\n\
             app-4 may reach api.example.com:443, 10.{index}.0.0/16:5432\n"
        ));
        text.push_str(match index {
            0 => "expose app-1:http to workloads in back\nassert app-0 can reach app-1:http\n",
            1 => "app-0 may reach shared\nnothing but app-0 may reach app-2\n",
            2 => "app-1 may reach app-1 in front\ngroup mine = app-0, app-3\nmine may reach app-2:http\n",
            3 => "expose app-2:http to team-1/app-0, team-4/*\napp-0 may only reach app-1\n",
            4 => "workloads in back may not reach app-0\nevery workload may reach team-3/app-2:http\n",
            5 => "app-0 may reach workloads in every namespace:9090\naccept W0402 because \"as ever\"\napp-1 may reach world:443\n",
            _ => "app-3 may not reach team-0/app-1\n",
        });
        files.push((format!("team-{index}.ztp"), text));
    }
    files.push(("cluster.ztp".to_owned(), platform));
    let mut workspace = Workspace::new();
    let file = |(path, text): (String, String)| SourceFile { relative: path.clone(), path, text };
    workspace.set_all(files.into_iter().map(file).collect());
    workspace
}

/// The findings that stand in some file of a set.
fn within(all: &[Diagnostic], inside: impl Fn(FileId) -> bool) -> Vec<Diagnostic> {
    let stands = |found: &&Diagnostic| found.primary.as_ref().is_some_and(|label| inside(label.span.file));
    all.iter().filter(stands).cloned().collect()
}

/// A text with one word or line of it dropped, doubled, or replaced by one from elsewhere.
fn edited(text: &str, words: &[String], dice: &mut Dice) -> String {
    if dice.percent(30) {
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        let at = dice.roll(lines.len());
        match dice.roll(3) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at]),
            _ => lines.swap(at, dice.roll(text.lines().count())),
        }
        return lines.concat();
    }
    let mut tokens: Vec<&str> = text.split_inclusive([' ', '\n', ',', ':', '/']).collect();
    let at = dice.roll(tokens.len());
    match dice.roll(4) {
        0 => drop(tokens.remove(at)),
        1 => tokens.insert(at, &words[dice.roll(words.len())]),
        _ => tokens[at] = &words[dice.roll(words.len())],
    }
    tokens.concat()
}

#[test]
fn around_a_file_as_everywhere() {
    let edits = std::env::var("ZTP_AROUND").ok().map_or(EDITS, |count| count.parse().unwrap());
    let never = AtomicBool::new(false);
    let (mut compared, mut findings, mut differing) = (0, 0, BTreeMap::<String, usize>::new());
    let examples = projects().into_iter().map(|folder| (load(&folder), options(&folder)));
    let in_test = Options { today: Date::parse("2026-11-20"), expired_fails: true, ..Options::default() };
    for (seed, (start, options)) in (1..).zip(examples.chain([(wide(), in_test)])) {
        let mut dice = Dice::new(seed);
        let words: Vec<String> = start
            .files()
            .flat_map(|file| {
                file.source.text.split_inclusive([' ', '\n', ',', ':', '/']).map(str::to_owned).collect::<Vec<_>>()
            })
            .collect();
        let mut workspace = start.clone();
        for edit in 0..edits {
            // A project full of errors has few findings of the other kinds.
            if edit % 4 == 0 {
                workspace = start.clone();
            }
            let ids: Vec<FileId> = workspace.files().map(|file| file.id).collect();
            let file = workspace.file(*dice.pick(&ids)).unwrap().clone();
            let text = edited(&file.source.text, &words, &mut dice);
            if text.is_empty() {
                continue;
            }
            workspace.set(SourceFile { text, ..(*file.source).clone() });
            let whole = workspace.check(&options, &never).unwrap();
            for id in ids {
                let together = workspace.together(id);
                let elsewhere = within(&whole.diagnostics, |file| !together.contains(&file));
                let around = workspace.check_around(id, &elsewhere, &options, &never).unwrap();
                let wanted = within(&whole.diagnostics, |file| together.contains(&file));
                compared += 1;
                findings += wanted.len();
                let odd =
                    wanted.iter().filter(|found| !around.diagnostics.contains(found)).map(|found| (found, "missing"));
                let extra =
                    around.diagnostics.iter().filter(|found| !wanted.contains(found)).map(|found| (found, "extra"));
                for (found, how) in odd.chain(extra) {
                    let key = format!("{} {how}", found.code.as_str());
                    let count = differing.entry(key).or_default();
                    *count += 1;
                    if *count <= 2 {
                        eprintln!("{}: {how}: {found:?}", file.source.path);
                    }
                }
            }
        }
    }
    eprintln!("{compared} checks around a file, {findings} findings");
    assert!(differing.is_empty(), "{differing:?}");
    assert!(findings > compared / 4, "hardly anything was found");
}
