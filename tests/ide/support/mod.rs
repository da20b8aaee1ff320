//! Projects of test cases, and how places are shown.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use ztp::compile::Options;
use ztp::ide::{Checked, File, Workspace};
use ztp::policy::{EnforcerName, Version};
use ztp::source::{SourceFile, Span};

/// What parts a case's source from its answers.
pub const LINE: &str = "--------\n";

/// What marks a place.
pub const MARK: char = '▮';

/// A project and what is asked of it.
pub struct Case {
    /// The lines before the first file: `key: value`.
    settings: Vec<(String, String)>,
    /// The files.
    pub workspace: Workspace,
    /// The marked places, in the order of the source.
    pub marks: Vec<(Arc<File>, u32)>,
}

impl Case {
    /// Reads a case's source.
    pub fn read(source: &str) -> Self {
        let mut case = Self { settings: Vec::new(), workspace: Workspace::new(), marks: Vec::new() };
        let (before, files) = match source.find("-- ") {
            Some(at) if source[..at].lines().all(|line| line.contains(": ")) => source.split_at(at),
            _ => ("", source),
        };
        case.settings = before
            .lines()
            .map(|line| line.split_once(": ").unwrap())
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let files: Vec<(&str, &str)> = if files.starts_with("-- ") {
            files.split("-- ").skip(1).map(|part| part.split_once('\n').unwrap()).collect()
        } else {
            vec![("shop.ztp", files)]
        };
        for (path, text) in files {
            let marked: Vec<usize> = text.match_indices(MARK).map(|(at, _)| at).collect();
            let file = set(&mut case.workspace, path, &text.replace(MARK, ""));
            for (before, at) in marked.into_iter().enumerate() {
                let offset = u32::try_from(at - before * MARK.len_utf8()).unwrap();
                case.marks.push((Arc::clone(&file), offset));
            }
        }
        case
    }

    /// What a setting says.
    pub fn setting(&self, key: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }
}

/// Puts a file into a workspace.
pub fn set(workspace: &mut Workspace, path: &str, text: &str) -> Arc<File> {
    workspace.set(SourceFile { path: path.into(), relative: path.into(), text: text.into() })
}

/// Checks everything; where no cluster says otherwise, the enforcer is Cilium 1.19.
pub fn check(workspace: &Workspace) -> Checked {
    workspace.check(&options(workspace), &AtomicBool::new(false)).unwrap()
}

/// The options for a workspace: an enforcer where no file names one.
pub fn options(workspace: &Workspace) -> Options {
    let named = workspace.files().any(|file| file.source.text.contains("enforcer "));
    let enforcer = (!named).then_some((EnforcerName::Cilium, Version { major: 1, minor: 19 }));
    Options { enforcer, ..Options::default() }
}

/// A place and what stands there: ``shop.ztp:3:10 `backend` ``.
pub fn shown(workspace: &Workspace, span: Span) -> String {
    let file = workspace.file(span.file).unwrap();
    let text = &file.source.text[span.start as usize..span.end as usize];
    let at = file.lines.line_column(&file.source.text, span.start);
    let first = text.lines().next().unwrap_or_default();
    let lines = match text.lines().count() {
        0 | 1 => String::new(),
        lines => format!(" … {lines} lines"),
    };
    format!("{}:{}:{} `{first}`{lines}", file.source.path, at.line, at.column)
}

/// Each file of the project as it would be with some edits: the later ones first, so that places stay.
pub fn edited(workspace: &Workspace, edits: &[(Span, String)]) -> Workspace {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(*span));
    let mut after = workspace.clone();
    for file in workspace.files() {
        let mut text = file.source.text.clone();
        for (span, new) in edits.iter().filter(|(span, _)| span.file == file.id) {
            text.replace_range(span.start as usize..span.end as usize, new);
        }
        after.set(SourceFile { text, ..(*file.source).clone() });
    }
    after
}

/// Every example with its name.
pub fn examples() -> Vec<(String, Workspace)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut found: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    assert!(found.len() > 3, "the examples are gone");
    found.iter().map(|path| (path.display().to_string(), project(path))).collect()
}

/// The project of a folder.
fn project(folder: &Path) -> Workspace {
    fn add(workspace: &mut Workspace, root: &Path, folder: &Path) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                add(workspace, root, &path);
            } else if path.extension().is_some_and(|extension| extension == "ztp") {
                let below = path.strip_prefix(root).unwrap().to_str().unwrap();
                set(workspace, below, &fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut workspace = Workspace::new();
    // The folder of `ztp build FOLDER/platform` is a root of its own.
    let platform = folder.join("platform");
    add(&mut workspace, folder, folder);
    if platform.is_dir() {
        for path in fs::read_dir(platform).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_str().unwrap();
            workspace.remove(&format!("platform/{name}"));
            set(&mut workspace, name, &fs::read_to_string(&path).unwrap());
        }
    }
    workspace
}
