//! What `ztp` wrote into a folder, kept in the folder.

use super::Files;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The version of the format; another one is not read.
const VERSION: u32 = 1;

/// Hashes are SHA-256, in hexadecimal, as `sha256sum` prints them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    version: u32,
    /// What `ztp` wrote or is about to write.
    files: BTreeMap<String, String>,
    /// While a build writes: what is about to be replaced or removed, as it is. Not there when the build is done.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    replacing: BTreeMap<String, String>,
}

impl Record {
    /// The record of a folder that holds exactly these files.
    pub fn of(files: &Files) -> Self {
        let files = files.par_iter().map(|(path, text)| (path.clone(), hash(text.as_bytes()))).collect();
        Self { version: VERSION, files, replacing: BTreeMap::new() }
    }

    /// The same while the build is going on.
    pub fn replacing(&self, replacing: BTreeMap<String, String>) -> Self {
        Self { replacing, ..self.clone() }
    }

    /// Reads a record. What a loss of power left of one says nothing.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        if holds_nothing(bytes) {
            return Some(Self::default());
        }
        serde_json::from_slice(bytes).ok().filter(|record: &Self| record.version == VERSION)
    }

    pub fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Every path in it.
    pub fn paths(&self) -> impl Iterator<Item = &String> {
        self.files.keys().chain(self.replacing.keys())
    }

    /// Whether `ztp` wrote a file there.
    pub fn lists(&self, path: &str) -> bool {
        self.files.contains_key(path) || self.replacing.contains_key(path)
    }

    /// Whether these bytes are what `ztp` wrote there, or nothing that anybody could miss.
    pub fn wrote(&self, path: &str, bytes: &[u8]) -> bool {
        let listed = [self.files.get(path), self.replacing.get(path)];
        let hash = hash(bytes);
        holds_nothing(bytes) || listed.into_iter().flatten().any(|known| *known == hash)
    }
}

/// Whether a file is empty or has zero bytes only, as a loss of power leaves files that had just been written.
fn holds_nothing(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// The hash of a file's bytes.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
