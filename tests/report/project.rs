//! The projects that are reported: the cases and the examples.

use std::path::{Path, PathBuf};
use ztp::compile::{self, Options, Outcome};
use ztp::report::{Report, report};
use ztp::source::{SourceFile, Sources};
use ztp::syntax::ast::Date;

/// The day of all reports.
const TODAY: Date = Date { year: 2026, month: 11, day: 20 };

/// A project that was built.
pub struct Project {
    pub name: String,
    pub folder: PathBuf,
    pub sources: Sources,
    pub built: Outcome,
}

impl Project {
    fn new(name: String, folder: PathBuf, sources: Sources) -> Self {
        let built = compile::build(&sources, &Options { today: Some(TODAY), ..Options::default() });
        assert!(!built.clusters.is_empty(), "{name}: {:#?}", built.diagnostics);
        Self { name, folder, sources, built }
    }

    /// A project of one file.
    pub fn of(text: &str) -> Self {
        let mut sources = Sources::new();
        sources.add("case.ztp", text);
        Self::new(text.to_owned(), PathBuf::new(), sources)
    }

    pub fn report(&self) -> Report {
        report(&self.sources, &self.built, Some(TODAY))
    }
}

fn folders(parent: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(parent)).unwrap();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// The cases.
pub fn cases() -> Vec<Project> {
    let case = |folder: PathBuf| {
        let mut sources = Sources::new();
        sources.add("case.ztp", std::fs::read_to_string(folder.join("case.ztp")).unwrap());
        Project::new(name(&folder), folder, sources)
    };
    folders("tests/report").into_iter().map(case).collect()
}

/// The examples.
pub fn examples() -> Vec<Project> {
    let example = |folder: PathBuf| {
        let mut files = Vec::new();
        // A `platform` folder beside others is a root of its own, as are those.
        if folder.join("platform").is_dir() {
            for root in folders(&format!("examples/{}", name(&folder))) {
                read(&root, &root, &mut files);
            }
        } else {
            read(&folder, &folder, &mut files);
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut sources = Sources::new();
        for file in files {
            sources.add_file(file);
        }
        Project::new(name(&folder), folder, sources)
    };
    folders("examples").into_iter().map(example).collect()
}

fn read(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "ztp") {
            let relative = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            let text = std::fs::read_to_string(&path).unwrap();
            files.push(SourceFile { path: format!("{}/{relative}", name(root)), relative, text });
        }
    }
}
