//! The reference of the language and the pages of the error index, which are part of the program, as files that an editor
//! can open.
//!
//! They are written once, below the user's own cache folder.
#![expect(clippy::disallowed_methods, reason = "the pages are written for the editor, and not by the compiler")]

use crate::protocol::Uri;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;
use ztp::diagnostic::Code;

/// The reference of the language.
const LANGUAGE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/language.md"));

/// The page of a code; `None` where there is no place for it.
pub fn uri(code: Code) -> Option<Uri> {
    page(&format!("errors/{}.md", code.as_str()))
}

/// A page of `docs/`, with or without an anchor: `language.md#clauses`.
pub fn page(page: &str) -> Option<Uri> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    let (path, anchor) = page.split_once('#').unwrap_or((page, ""));
    let uri = Uri::from_file_path(FOLDER.get_or_init(write).as_ref()?.join(path))?;
    if anchor.is_empty() { Some(uri) } else { format!("{}#{anchor}", uri.as_str()).parse().ok() }
}

/// Writes all pages, and says where.
fn write() -> Option<PathBuf> {
    let folder = cache()?.join("ztp").join(concat!("docs-", env!("CARGO_PKG_VERSION")));
    fs::create_dir_all(folder.join("errors")).ok()?;
    let codes = Code::ALL.iter().map(|code| (format!("errors/{}.md", code.as_str()), code.page()));
    for (name, text) in codes.chain([("language.md".to_owned(), LANGUAGE)]) {
        let path = folder.join(name);
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            fs::write(&path, text).ok()?;
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
