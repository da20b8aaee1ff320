//! Writing manifests: what stands in the way, and what differs.

use crate::diagnostic::{Code, Diagnostic};
use std::io::ErrorKind;

/// See the module. Paths are as they are shown, from the folder in which `ztp` was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputProblem {
    /// Something that `ztp` did not write is where a file or folder has to go.
    InTheWay {
        /// Where.
        path: String,
        /// What is there: `a file that ztp did not write`.
        what: &'static str,
    },
    /// A file that `ztp` wrote has other bytes now.
    Edited {
        /// Which.
        path: String,
        /// Whether the sources still make it.
        wanted: bool,
    },
    /// The system refused.
    CannotWrite {
        /// What was to be written.
        path: String,
        /// Why.
        kind: ErrorKind,
        /// Why, in the system's words.
        reason: String,
    },
    /// `--check`: the folder is not what a build would leave.
    Differs {
        /// The folder.
        folder: String,
        /// What differs, sorted by path.
        differences: Vec<Difference>,
    },
}

/// One file in which a folder is not what a build would leave.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The file.
    pub path: String,
    /// In what it differs.
    pub kind: DifferenceKind,
}

/// See [`Difference`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// Not there.
    Missing,
    /// There with other bytes.
    Changed,
    /// `ztp` wrote it and would not write it now.
    Stale,
    /// A manifest that `ztp` did not write.
    Foreign,
}

impl DifferenceKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::Stale => "stale",
            Self::Foreign => "not written by ztp",
        }
    }
}

/// What to do when the system refuses to write.
fn help_against(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "make room, or write to another folder, then do this again"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "get the right to write there, or write to another folder, then do this again"
        }
        ErrorKind::NotFound => "somebody removed the folder meanwhile: do this again",
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory | ErrorKind::IsADirectory => {
            "a file is where a folder has to be, or the other way round: move it, or write to another folder"
        }
        _ => "do this again when the cause is gone",
    }
}

impl From<OutputProblem> for Diagnostic {
    fn from(problem: OutputProblem) -> Self {
        match problem {
            OutputProblem::InTheWay { path, what } => Self::global(Code::E0907, format!("`{path}` is {what}"))
                .note("nothing was written")
                .help("move it away, or write to another folder"),
            OutputProblem::Edited { path, wanted } => {
                let diagnostic = Self::global(Code::E0908, format!("`{path}` was edited since it was written"))
                    .note("nothing was written");
                if wanted {
                    diagnostic.help("say the change in a `.ztp` file, then delete this file and build again")
                } else {
                    diagnostic
                        .note("no sentence makes this file any more")
                        .help("delete it if nobody needs the edit, and build again")
                }
            }
            OutputProblem::CannotWrite { path, kind, reason } => {
                Self::global(Code::E0909, format!("`{path}` cannot be written: {reason}"))
                    .note("every file is whole, as it was or as it should be")
                    .help(help_against(kind))
            }
            OutputProblem::Differs { folder, differences } => {
                let mut diagnostic = Self::global(Code::E0910, format!("`{folder}` is not what the sources say"));
                for difference in &differences {
                    diagnostic = diagnostic.note(format!("{}: `{}`", difference.kind.as_str(), difference.path));
                }
                let foreign = |difference: &Difference| difference.kind == DifferenceKind::Foreign;
                if !differences.iter().all(foreign) {
                    diagnostic =
                        diagnostic.help(format!("run `ztp build` with `-o {folder}` and commit what it writes"));
                }
                if differences.iter().any(foreign) {
                    diagnostic = diagnostic.help("move what ztp did not write to another folder");
                }
                diagnostic
            }
        }
    }
}
