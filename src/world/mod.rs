//! Where sources come from and where manifests go: the only part of the library that touches the file system.
//!
//! [`disk`] alone reads, [`output`] alone writes, [`memory`] stands in for a disk in tests and editors.

pub mod disk;
pub mod memory;
pub mod output;

use crate::diagnostic::Diagnostic;
use crate::source::Sources;
use std::path::{Path, PathBuf};

/// The largest source file that is read, in bytes.
pub const LARGEST_FILE: u64 = 16 << 20;

/// The end of a source file's name.
pub const EXTENSION: &str = "ztp";

/// Where sources come from.
pub trait World {
    /// Every source file in the folders and files of `roots`, sorted by path. A file that is found in several ways is
    /// there once, below the innermost of its roots.
    fn load(&self, roots: &[PathBuf]) -> Loaded;
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
