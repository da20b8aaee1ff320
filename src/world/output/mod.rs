//! The only place that writes to the file system.
//!
//! A build writes into a *folder of manifests*: all that is in it by its [`record`](RECORD) is `ztp`'s, and nothing else
//! there is ever touched. Promises, whatever happens:
//!
//! - First everything is looked at. If a file that `ztp` did not write, or one that was edited since, is in the way, nothing
//!   is written at all.
//! - Each file is replaced whole, by renaming a finished one; a new folder appears with its files in it.
//! - After an interruption at any point (a kill, a full disk) [`compare`] finds a difference, and the next [`write()`]
//!   completes the folder: the record names what is about to be written and what is about to be replaced *before* that
//!   happens. What was unfinished has a name that says so, and goes.
//! - Two builds into one folder wait for each other.
//! - Nothing is written through a symbolic link in the folder, so nothing leaves it.
//!
//! A loss of power is another matter. Nothing here waits for the disk (`fsync`): all that would save is files that the next
//! build makes again, and it would make every build wait, with one write to the disk a file. File systems that log renames
//! in order and files' contents apart (ext4, XFS, Btrfs) then leave some of the files just written empty or full of zeros.
//! Those are taken for what they are, be they manifests or the record, so [`compare`] tells and the next [`write()`]
//! completes the folder. Where a file system leaves anything else, such as half a file, [`compare`] tells too, but
//! [`write()`] takes it for an edit (E0908) and asks to have it deleted. Files of others are never at risk: none is opened
//! for writing.

mod plan;
mod record;
mod replace;
mod survey;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::output::{Difference, DifferenceKind, OutputProblem};
use crate::diagnostic::problem::project::{ProjectProblem, Store};
use crate::world::shown;
use plan::{Plan, is_foreign};
use rayon::prelude::*;
use record::Record;
use replace::Failure;
use std::collections::BTreeMap;
use std::path::Path;
use survey::Survey;

/// The name of the file in which `ztp` keeps what it wrote.
pub const RECORD: &str = "ztp-manifest.json";

/// What goes into a folder: the text of each file by its path below the folder, with `/` between parts. A folder that has
/// files other than a `kustomization.yaml` in it has no folders in it.
pub type Files = BTreeMap<String, String>;

/// What [`write()`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Files that were written, new or changed.
    pub written: usize,
    /// Files that were as they should be.
    pub unchanged: usize,
    /// Files that were removed, as they are shown.
    pub removed: Vec<String>,
}

/// Makes `folder` hold `files` and its record, and removes what `ztp` wrote there before and is not among them.
///
/// # Errors
/// Findings E0905, E0907 and E0908, and then nothing was written; E0909 when the system refused.
pub fn write(folder: &Path, files: &Files) -> Result<Report, Vec<Diagnostic>> {
    let failed = |failure: Failure| vec![cannot_write(failure)];
    if let Some(what) = survey::in_place_of(folder) {
        return Err(vec![OutputProblem::InTheWay { path: shown(folder), what }.into()]);
    }
    let _lock = replace::lock(folder).map_err(failed)?;
    let survey = Survey::of(folder).map_err(unreadable)?;
    let old = read_record(folder, &survey)?;
    let plan = Plan::new(folder, files, &survey, &old).map_err(|problems| diagnostics(folder, problems))?;
    plan.carry_out(folder, &survey).map_err(failed)?;
    Ok(Report {
        written: plan.write.len(),
        unchanged: plan.unchanged,
        removed: plan.remove.keys().map(|path| shown(&folder.join(path))).collect(),
    })
}

/// Finds out whether `folder` is what [`write()`] would leave; writes nothing.
///
/// # Errors
/// Finding E0910 with every difference; E0905 when a part of the folder cannot be read.
pub fn compare(folder: &Path, files: &Files) -> Result<(), Vec<Diagnostic>> {
    let survey = Survey::of(folder).map_err(unreadable)?;
    let old = read_record(folder, &survey).unwrap_or_default();
    let record = Record::of(files).to_text();
    let wanted = files.iter().map(|(path, text)| (path.as_str(), text)).chain([(RECORD, &record)]);
    let wanted: Vec<(&str, &String)> = wanted.collect();
    let compared = wanted.par_iter().filter_map(|(path, text)| match survey.read(folder, path) {
        Ok(Some(bytes)) if bytes == text.as_bytes() => None,
        Ok(None) if !survey.has(path) => Some(Ok((*path, DifferenceKind::Missing))),
        Ok(_) => Some(Ok((*path, DifferenceKind::Changed))),
        Err(failure) => Some(Err(failure)),
    });
    let compared: Result<Vec<(&str, DifferenceKind)>, Failure> = compared.collect();
    let mut differences = compared.map_err(unreadable)?;
    for path in survey.files().filter(|path| !files.contains_key(*path) && *path != RECORD) {
        if old.lists(path) {
            differences.push((path, DifferenceKind::Stale));
        } else if is_foreign(path, files, &old) {
            differences.push((path, DifferenceKind::Foreign));
        }
    }
    if differences.is_empty() {
        return Ok(());
    }
    let mut differences: Vec<Difference> =
        differences.into_iter().map(|(path, kind)| Difference { path: shown(&folder.join(path)), kind }).collect();
    differences.sort();
    Err(vec![OutputProblem::Differs { folder: shown(folder), differences }.into()])
}

/// Puts the first files of a project into `folder`, where no file may be at their places yet.
///
/// # Errors
/// Findings E0907, and then nothing was written; E0909 when the system refused.
pub fn begin(folder: &Path, files: &[(&str, &str)]) -> Result<(), Vec<Diagnostic>> {
    let in_the_way = |path: &Path| OutputProblem::InTheWay { path: shown(path), what: "there already" }.into();
    let paths = files.iter().map(|(path, _)| folder.join(path));
    let there: Vec<Diagnostic> =
        paths.filter(|path| path.is_symlink() || path.exists()).map(|path| in_the_way(&path)).collect();
    if !there.is_empty() {
        return Err(there);
    }
    for (path, text) in files {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        let written = replace::make_folder(parent).and_then(|()| replace::replace(&path, text));
        written.map_err(|failure| vec![cannot_write(failure)])?;
    }
    Ok(())
}

/// Gives a file a new text. It is replaced whole, keeps its permissions, and stays where it is if `path` is a link.
///
/// # Errors
/// Finding E0909 when the system refuses; the file is then as it was.
pub fn rewrite(path: &Path, text: &str) -> Result<(), Vec<Diagnostic>> {
    replace::rewrite(path, text).map_err(|failure| vec![cannot_write(failure)])
}

/// Gives a file a text, be it there or not, as [`rewrite`] does. Its folder is made if it is not there.
///
/// # Errors
/// Finding E0909 when the system refuses; nothing has changed then.
pub fn write_file(path: &Path, text: &str) -> Result<(), Vec<Diagnostic>> {
    if path.exists() {
        return rewrite(path, text);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let made = folder.map_or(Ok(()), replace::make_folder);
    made.and_then(|()| replace::replace(path, text)).map_err(|failure| vec![cannot_write(failure)])
}

/// The folder's record; an empty one when there is none.
fn read_record(folder: &Path, survey: &Survey) -> Result<Record, Vec<Diagnostic>> {
    if !survey.has(RECORD) {
        return Ok(Record::default());
    }
    let bytes = survey.read(folder, RECORD).map_err(unreadable)?;
    bytes.and_then(|bytes| Record::parse(&bytes)).ok_or_else(|| {
        let what = "no record that ztp wrote";
        vec![OutputProblem::InTheWay { path: shown(&folder.join(RECORD)), what }.into()]
    })
}

fn diagnostics(folder: &Path, problems: Vec<plan::Obstacle>) -> Vec<Diagnostic> {
    let at = |path| shown(&folder.join(path));
    let diagnostic = |obstacle| match obstacle {
        plan::Obstacle::InTheWay { path, what } => OutputProblem::InTheWay { path: at(path), what }.into(),
        plan::Obstacle::Edited { path, wanted } => OutputProblem::Edited { path: at(path), wanted }.into(),
        plan::Obstacle::Unreadable { path, reason } => {
            ProjectProblem::Unreadable { path: at(path), reason, from: Store::Disk }.into()
        }
    };
    problems.into_iter().map(diagnostic).collect()
}

fn cannot_write(failure: Failure) -> Diagnostic {
    let (kind, reason) = (failure.error.kind(), failure.error.to_string());
    OutputProblem::CannotWrite { path: shown(&failure.path), kind, reason }.into()
}

fn unreadable(failure: Failure) -> Vec<Diagnostic> {
    vec![
        ProjectProblem::Unreadable { path: shown(&failure.path), reason: failure.error.to_string(), from: Store::Disk }
            .into(),
    ]
}
