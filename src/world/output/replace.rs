//! Single steps of writing, each of which leaves a file or folder as it was or as it should be.
//!
//! What is unfinished has a name of its own ([`is_leftover`]) in the folder in which it will be, so the last step is a
//! rename within one file system.
#![expect(clippy::disallowed_methods, reason = "this is the one place that writes to the file system")]

use rayon::prelude::*;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// What the names of unfinished files and folders begin with.
const UNFINISHED: &str = ".ztp-unfinished-";

/// What could not be done, and where.
#[derive(Debug)]
pub struct Failure {
    /// The file or folder, by its final name.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
}

/// Says where an error arose.
pub fn at(path: &Path) -> impl Fn(io::Error) -> Failure {
    let path = path.to_owned();
    move |error| Failure { path: path.clone(), error }
}

/// Whether a name is one that only an interrupted build leaves.
pub fn is_leftover(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(UNFINISHED.as_bytes())
}

/// A name beside `path` that nobody else has.
fn unfinished(path: &Path) -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!("{UNFINISHED}{}-{number}", std::process::id()))
}

/// Puts `text` at `path`, whole; what was there before is whole until then.
///
/// # Errors
/// When the system refuses; the file is then as it was.
pub fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let unfinished = unfinished(path);
    finish(&unfinished, path, put(&unfinished, text)).map_err(at(path))
}

/// Puts `text` at `path` as [`replace`] does, and leaves what belongs to the file as it is: its permissions, and where it
/// really lies if `path` is a link.
///
/// # Errors
/// When the system refuses; the file is then as it was.
pub fn rewrite(path: &Path, text: &str) -> Result<(), Failure> {
    let real = fs::canonicalize(path).map_err(at(path))?;
    let unfinished = unfinished(&real);
    let made = fs::metadata(&real).and_then(|metadata| {
        put(&unfinished, text)?;
        fs::set_permissions(&unfinished, metadata.permissions())
    });
    finish(&unfinished, &real, made).map_err(at(path))
}

/// Makes the folder `folder/path` appear with its files in it.
pub fn new_folder(folder: &Path, path: &str, files: &[(&str, &str)]) -> Result<(), Failure> {
    make_parents(folder, path)?;
    let path = &folder.join(path);
    let unfinished = unfinished(path);
    let made = fs::create_dir(&unfinished)
        .and_then(|()| files.par_iter().try_for_each(|(name, text)| put(&unfinished.join(name), text)));
    finish(&unfinished, path, made).map_err(at(path))
}

/// Renames what is finished, or takes away what is not.
fn finish(unfinished: &Path, path: &Path, made: io::Result<()>) -> io::Result<()> {
    let done = made.and_then(|()| fs::rename(unfinished, path));
    if done.is_err() {
        discard(unfinished);
    }
    done
}

/// Writes a file that is not there yet; never through a link.
fn put(path: &Path, text: &str) -> io::Result<()> {
    File::create_new(path)?.write_all(text.as_bytes())
}

/// Makes a folder and those that it lies in.
pub fn make_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(at(path))
}

/// Makes the folders between `folder` and `folder/path`. Never `folder` itself: if somebody removed it meanwhile, a new one
/// would be without what was already written.
pub fn make_parents(folder: &Path, path: &str) -> Result<(), Failure> {
    for (slash, _) in path.match_indices('/') {
        let parent = folder.join(path.get(..slash).unwrap_or_default());
        match fs::create_dir(&parent) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(Failure { path: parent, error }),
            _ => {}
        }
    }
    Ok(())
}

/// Takes away something unfinished. That it cannot be done is no error: it disturbs nobody, and the next build tries again.
pub fn discard(unfinished: &Path) {
    let _ = fs::remove_file(unfinished).or_else(|_| fs::remove_dir_all(unfinished));
}

/// Removes `folder/path`, if it is there still, and the folders between that are empty then.
pub fn remove(folder: &Path, path: &str) -> Result<(), Failure> {
    let file = folder.join(path);
    match fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Failure { path: file, error }),
        _ => {}
    }
    let between = Path::new(path).ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty());
    for parent in between {
        if fs::remove_dir(folder.join(parent)).is_err() {
            break;
        }
    }
    Ok(())
}

/// Makes `folder`, waits until no other build writes to it, and keeps others waiting as long as the result lives. Where a
/// folder cannot be locked (Windows, some network file systems) nobody waits; each file is whole all the same.
#[cfg(unix)]
pub fn lock(folder: &Path) -> Result<Option<File>, Failure> {
    use std::os::unix::fs::MetadataExt;
    let same = |a: &fs::Metadata, b: &fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
    loop {
        make_folder(folder)?;
        let Ok(file) = File::open(folder) else { return Ok(None) };
        if rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive).is_err() {
            return Ok(None);
        }
        // While this build waited somebody may have removed the folder, and another build may write to a new one.
        match (file.metadata(), fs::metadata(folder)) {
            (Ok(locked), Ok(there)) if same(&locked, &there) => return Ok(Some(file)),
            (Ok(_), Err(error)) if error.kind() != io::ErrorKind::NotFound => return Err(at(folder)(error)),
            (Err(error), _) => return Err(at(folder)(error)),
            (Ok(_), _) => {}
        }
    }
}

/// See above.
#[cfg(not(unix))]
pub fn lock(folder: &Path) -> Result<Option<File>, Failure> {
    make_folder(folder).map(|()| None)
}
