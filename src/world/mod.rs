//! Where sources come from and where manifests go: the only part of the library that touches the file system
//! or starts another program.
//!
//! [`disk`] alone reads, [`output`] alone writes, [`git`] asks `git` for what a revision holds, [`clock`] knows the
//! day, [`memory`] stands in for a disk in tests and editors.

pub mod clock;
pub mod disk;
pub mod git;
pub mod memory;
pub mod output;

use crate::diagnostic::Diagnostic;
use crate::source::Sources;
use std::path::{Path, PathBuf};

/// What files are read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sentences.
    Sources,
    /// Kubernetes objects.
    Manifests,
}

impl Kind {
    /// Whether a file is of this kind, by its name.
    #[must_use]
    pub fn fits(self, path: &Path) -> bool {
        let ends: &[&str] = match self {
            Self::Sources => &["ztp"],
            Self::Manifests => &["yaml", "yml", "json"],
        };
        // What `ztp build` keeps beside manifests is none.
        let record = path.file_name().is_some_and(|name| name == output::RECORD);
        !record && path.extension().is_some_and(|end| ends.iter().any(|one| end == *one))
    }

    /// The largest file that is read, in bytes. A manifest can be the dump of a whole cluster.
    #[must_use]
    pub fn limit(self) -> u64 {
        match self {
            Self::Sources => 16 << 20,
            Self::Manifests => 1 << 30,
        }
    }

    /// What a file of it is called in messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sources => "`.ztp` file",
            Self::Manifests => "`.yaml`, `.yml` or `.json` file",
        }
    }
}

/// Where files come from.
pub trait World {
    /// Every file of a kind in the folders and files of `roots`, sorted by path. A file that is found in several ways is
    /// there once, below the innermost of its roots.
    fn load(&self, kind: Kind, roots: &[PathBuf]) -> Loaded;
}

/// What was found.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The files.
    pub sources: Sources,
    /// What could not be read. When there is any, the sources are incomplete and only good for showing these problems:
    /// whatever a compile then found could be a consequence of them.
    pub problems: Vec<Diagnostic>,
}

/// A path as it is shown: without `.` parts, and with `/` between the others on every system.
#[must_use]
pub fn shown(path: &Path) -> String {
    let parts: PathBuf = path.components().filter(|part| !matches!(part, std::path::Component::CurDir)).collect();
    let text = parts.to_string_lossy();
    match text.as_ref() {
        "" => ".".to_owned(),
        text if std::path::MAIN_SEPARATOR == '/' => text.to_owned(),
        text => text.replace(std::path::MAIN_SEPARATOR, "/"),
    }
}
