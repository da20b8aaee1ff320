//! Projects in a text file: each file under a line `-- path`, `▮` where cursors are, and the answer under `-- answer`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use ztp::compile::Options;
use ztp::ide::{Checked, File, Workspace};
use ztp::policy::{EnforcerName, Version};
use ztp::source::{FileId, SourceFile};
use ztp::syntax::ast::Date;

/// What marks a cursor.
pub const CURSOR: char = '▮';

/// Where the answer begins.
const ANSWER: &str = "-- answer\n";

/// A project and where its cursors are.
pub struct Project {
    pub workspace: Workspace,
    /// Each with the line that it stands in, in the order of the files.
    pub cursors: Vec<(FileId, u32, String)>,
}

impl Project {
    /// Reads the files of a case.
    pub fn read(text: &str) -> Self {
        let mut workspace = Workspace::new();
        let mut cursors = Vec::new();
        for part in format!("\n{text}").split("\n-- ").skip(1) {
            let (path, marked) = part.split_once('\n').unwrap_or((part, ""));
            let marked = format!("{}\n", marked.strip_suffix('\n').unwrap_or(marked));
            let mut clean = String::new();
            let mut found = Vec::new();
            for (number, line) in marked.split_inclusive('\n').enumerate() {
                for c in line.chars() {
                    if c == CURSOR {
                        found.push((u32::try_from(clean.len()).expect("a short file"), number));
                    } else {
                        clean.push(c);
                    }
                }
            }
            let source = SourceFile { path: path.to_owned(), relative: path.to_owned(), text: clean };
            let file = workspace.set(source);
            let shown = |number: usize| marked.lines().nth(number).unwrap_or_default().to_owned();
            cursors.extend(found.into_iter().map(|(offset, number)| (file.id, offset, shown(number))));
        }
        Self { workspace, cursors }
    }

    /// A file.
    pub fn file(&self, id: FileId) -> &Arc<File> {
        self.workspace.file(id).expect("a file of the project")
    }

    /// What stands around a file, checked.
    pub fn checked(&self, id: FileId) -> Option<Arc<Checked>> {
        let declared = self.workspace.files().any(|file| file.source.text.contains("\ncluster "));
        let options = Options { enforcer: if declared { None } else { options().enforcer }, ..options() };
        self.workspace.check_around(id, &[], &options, &AtomicBool::new(false)).map(Arc::new)
    }
}

/// What a check is told that the project does not say.
pub fn options() -> Options {
    Options {
        enforcer: Some((EnforcerName::Cilium, Version { major: 1, minor: 19 })),
        today: Some(Date { year: 2026, month: 11, day: 20 }),
        ..Options::default()
    }
}

/// Asks every case in a folder of `tests/knowledge` and compares; with UPDATE=1 it writes down what is answered.
pub fn cases(question: &str, answer: impl Fn(&Project) -> String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/knowledge").join(question);
    let entries = std::fs::read_dir(&folder).expect("a folder of cases");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let mut failures = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a case");
        let (files, expected) = text.split_once(ANSWER).unwrap_or((&text, ""));
        let given = answer(&Project::read(files));
        if given == expected {
            continue;
        }
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, format!("{}\n{ANSWER}{given}", files.trim_end_matches('\n')))
                .expect("the case is written");
        } else {
            failures.push(format!("{}: another answer:\n{given}", path.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// Each cursor's answer, under its line.
pub fn at_cursors(project: &Project, answer: impl Fn(&File, u32) -> String) -> String {
    let mut text = String::new();
    for (file, offset, line) in &project.cursors {
        let said = answer(project.file(*file), *offset);
        text.push_str(&format!("▮ {line}\n{}\n\n", said.trim_end()));
    }
    text
}
