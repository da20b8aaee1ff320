//! The pages of the error index, which are part of the program, as files that an editor can open.
//!
//! They are written once, below the user's own cache folder.
#![expect(clippy::disallowed_methods, reason = "the pages are written for the editor, and not by the compiler")]

use crate::protocol::Uri;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;
use ztp::diagnostic::Code;

/// The page of a code; `None` where there is no place for it.
pub fn uri(code: Code) -> Option<Uri> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    let path = FOLDER.get_or_init(write).as_ref()?.join(format!("{}.md", code.as_str()));
    Uri::from_file_path(path)
}

/// Writes all pages, and says where.
fn write() -> Option<PathBuf> {
    let folder = cache()?.join("ztp").join(concat!("errors-", env!("CARGO_PKG_VERSION")));
    fs::create_dir_all(&folder).ok()?;
    for code in Code::ALL {
        let path = folder.join(format!("{}.md", code.as_str()));
        if fs::read_to_string(&path).ok().as_deref() != Some(code.page()) {
            fs::write(&path, code.page()).ok()?;
        }
    }
    Some(folder)
}

/// The user's cache folder: of XDG's Base Directory Specification, of macOS, of Windows.
fn cache() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        return folder("LOCALAPPDATA");
    }
    let home = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
    folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|path| path.join(home)))
}
