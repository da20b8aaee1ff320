//! What a build has to do in a folder, decided before anything is done.

use super::record::{Record, hash};
use super::replace::{self, Failure};
use super::survey::{Kind, Survey};
use super::{Files, RECORD};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// See the module.
pub struct Plan<'a> {
    /// New and changed files. A kustomization is written after the files that it lists.
    pub write: BTreeMap<&'a str, &'a str>,
    /// Files that `ztp` wrote and that no sentence makes any more, with the hashes of what is there.
    pub remove: BTreeMap<String, String>,
    /// How many files are as they should be.
    pub unchanged: usize,
    /// The hashes of what is about to be replaced or removed.
    replacing: BTreeMap<String, String>,
    /// The record when all is done.
    record: Record,
}

/// What keeps a plan from being made. Paths are below the folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    InTheWay { path: String, what: &'static str },
    Edited { path: String, wanted: bool },
    Unreadable { path: String, reason: String },
}

/// What is to be done with one wanted file.
enum Step {
    Create,
    /// With the hash of what is there.
    Replace(String),
    Keep,
}

/// Whether a file is somebody else's manifest: whoever applies the folder would apply it with ours.
pub fn is_foreign(path: &str, files: &Files, old: &Record) -> bool {
    let manifest = path.ends_with(".yaml") || path.ends_with(".yml");
    manifest && !files.contains_key(path) && !old.lists(path)
}

impl<'a> Plan<'a> {
    pub fn new(folder: &Path, files: &'a Files, survey: &Survey, old: &Record) -> Result<Self, Vec<Obstacle>> {
        let steps: Vec<_> = files.par_iter().map(|(path, text)| step(folder, path, text, survey, old)).collect();
        let mut plan = Self {
            write: BTreeMap::new(),
            remove: BTreeMap::new(),
            unchanged: 0,
            replacing: BTreeMap::new(),
            record: Record::of(files),
        };
        let mut obstacles = BTreeSet::new();
        for ((path, text), step) in files.iter().zip(steps) {
            match step {
                Ok(Step::Keep) => plan.unchanged += 1,
                Ok(Step::Create) => {
                    plan.write.insert(path, text);
                }
                Ok(Step::Replace(hash)) => {
                    plan.write.insert(path, text);
                    plan.replacing.insert(path.clone(), hash);
                }
                Err(obstacle) => {
                    obstacles.insert(obstacle);
                }
            }
        }
        for path in old.paths().filter(|path| !files.contains_key(*path) && survey.has(path)) {
            match survey.read(folder, path) {
                Ok(Some(bytes)) if old.wrote(path, &bytes) => {
                    plan.remove.insert(path.clone(), hash(&bytes));
                }
                Ok(_) => {
                    obstacles.insert(Obstacle::Edited { path: path.clone(), wanted: false });
                }
                Err(failure) => {
                    obstacles.insert(unreadable(path, &failure));
                }
            }
        }
        let foreign = survey.files().filter(|path| is_foreign(path, files, old));
        obstacles.extend(
            foreign.map(|path| Obstacle::InTheWay { path: path.to_owned(), what: "a manifest that ztp did not write" }),
        );
        if obstacles.is_empty() { Ok(plan) } else { Err(obstacles.into_iter().collect()) }
    }

    /// Does it. `survey` is the one that the plan was made from.
    pub fn carry_out(&self, folder: &Path, survey: &Survey) -> Result<(), Failure> {
        for leftover in &survey.leftovers {
            replace::discard(leftover);
        }
        let mut recorded = survey.read(folder, RECORD)?;
        let mut put_record = |record: &Record| {
            let text = record.to_text();
            if recorded.as_deref() == Some(text.as_bytes()) {
                return Ok(());
            }
            replace::replace(&folder.join(RECORD), &text)?;
            recorded = Some(text.into_bytes());
            Ok(())
        };
        if !self.write.is_empty() || !self.remove.is_empty() {
            let replacing = self.replacing.iter().chain(&self.remove);
            put_record(&self.record.replacing(replacing.map(|(path, hash)| (path.clone(), hash.clone())).collect()))?;
            self.write_files(folder, survey)?;
            for path in self.remove.keys() {
                replace::remove(folder, path)?;
            }
        }
        put_record(&self.record)
    }

    fn write_files(&self, folder: &Path, survey: &Survey) -> Result<(), Failure> {
        let is_kustomization = |path: &str| path.rsplit('/').next() == Some("kustomization.yaml");
        let (kustomizations, others): (Vec<_>, Vec<_>) =
            self.write.iter().partition(|(path, _)| is_kustomization(path));
        let mut folders: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        for (path, text) in others {
            let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
            folders.entry(parent).or_default().push((name, text));
        }
        folders.par_iter().try_for_each(|(parent, files)| {
            let path = folder.join(parent);
            if parent.is_empty() || survey.has(parent) {
                files.par_iter().try_for_each(|(name, text)| replace::replace(&path.join(name), text))
            } else {
                replace::new_folder(folder, parent, files)
            }
        })?;
        for (path, text) in kustomizations {
            replace::make_parents(folder, path)?;
            replace::replace(&folder.join(path), text)?;
        }
        Ok(())
    }
}

fn step(folder: &Path, path: &str, text: &str, survey: &Survey, old: &Record) -> Result<Step, Obstacle> {
    let in_the_way = |path: &str, what| Err(Obstacle::InTheWay { path: path.to_owned(), what });
    for (slash, _) in path.match_indices('/') {
        let parent = path.get(..slash).unwrap_or_default();
        match survey.kind(parent) {
            None => return Ok(Step::Create),
            Some(Kind::Folder) => {}
            Some(Kind::File) => return in_the_way(parent, "a file where a folder has to be"),
            Some(Kind::Other) => return in_the_way(parent, "a link or device where a folder has to be"),
        }
    }
    match survey.kind(path) {
        None => Ok(Step::Create),
        Some(Kind::Folder) => in_the_way(path, "a folder where a file has to be"),
        Some(Kind::Other) => in_the_way(path, "a link or device where a file has to be"),
        Some(Kind::File) => match survey.read(folder, path) {
            Ok(None) => Ok(Step::Create),
            Ok(Some(bytes)) if bytes == text.as_bytes() => Ok(Step::Keep),
            Ok(Some(bytes)) if old.wrote(path, &bytes) => Ok(Step::Replace(hash(&bytes))),
            Ok(Some(_)) if old.lists(path) => Err(Obstacle::Edited { path: path.to_owned(), wanted: true }),
            Ok(Some(_)) => in_the_way(path, "a file that ztp did not write"),
            Err(failure) => Err(unreadable(path, &failure)),
        },
    }
}

fn unreadable(path: &str, failure: &Failure) -> Obstacle {
    Obstacle::Unreadable { path: path.to_owned(), reason: failure.error.to_string() }
}
