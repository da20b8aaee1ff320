//! What is in a folder of manifests before a build. Looks, and changes nothing.
#![expect(clippy::disallowed_methods, reason = "reads what is in the way before anything is written")]

use super::replace::{Failure, at, is_leftover};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Folder,
    /// A symbolic link, a device, or what else there may be.
    Other,
}

/// Everything below a folder by its path, but hidden files and folders and what links lead to.
#[derive(Debug, Default)]
pub struct Survey {
    entries: BTreeMap<String, Kind>,
    /// Files and folders that an interrupted build left unfinished.
    pub leftovers: Vec<PathBuf>,
}

/// What stands at `folder` where a folder has to be; `None` for a folder, a link to one, and nothing at all.
pub fn in_place_of(folder: &Path) -> Option<&'static str> {
    match fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => None,
        Ok(_) => Some("no folder"),
        Err(_) => fs::symlink_metadata(folder).is_ok().then_some("a link that leads to no folder"),
    }
}

impl Survey {
    /// Looks into `folder`; one that is not there has nothing in it.
    pub fn of(folder: &Path) -> Result<Self, Failure> {
        let mut survey = Self::default();
        let mut waiting = vec![String::new()];
        while let Some(parent) = waiting.pop() {
            let path = folder.join(&parent);
            let entries = match fs::read_dir(&path) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(Failure { path, error }),
            };
            for entry in entries {
                let (name, kind) =
                    entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))).map_err(at(&path))?;
                if is_leftover(&name) {
                    survey.leftovers.push(path.join(&name));
                    continue;
                }
                // What has no Unicode name cannot be in the way of a file that has one.
                let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
                let child = if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") };
                let kind = if kind.is_dir() {
                    waiting.push(child.clone());
                    Kind::Folder
                } else if kind.is_file() {
                    Kind::File
                } else {
                    Kind::Other
                };
                survey.entries.insert(child, kind);
            }
        }
        Ok(survey)
    }

    pub fn kind(&self, path: &str) -> Option<Kind> {
        self.entries.get(path).copied()
    }

    /// Whether anything is there.
    pub fn has(&self, path: &str) -> bool {
        self.entries.contains_key(path)
    }

    /// Every file, sorted.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(|(_, kind)| **kind != Kind::Folder).map(|(path, _)| path.as_str())
    }

    /// The bytes of a file; `None` when none is there, or none any more.
    pub fn read(&self, folder: &Path, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        if self.kind(path) != Some(Kind::File) {
            return Ok(None);
        }
        let path = folder.join(path);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure { path, error }),
        }
    }
}
