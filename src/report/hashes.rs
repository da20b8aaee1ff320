//! Hashes by which a report is tied to a commit, and to what was applied.

use super::{FileHash, Hashes};
use sha2::{Digest, Sha256};

/// Of some files, by path. `sha256sum FILE… | sha256sum` gives the same for the same files in this order.
pub(super) fn of<'t>(files: impl Iterator<Item = (String, &'t str)>) -> Hashes {
    let mut files: Vec<FileHash> = files.map(|(path, text)| FileHash { path, sha256: hex(text.as_bytes()) }).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let lines: String = files.iter().map(|file| format!("{}  {}\n", file.sha256, file.path)).collect();
    Hashes { sha256: hex(lines.as_bytes()), files }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
