//! Short names for long texts.

use sha2::{Digest, Sha256};
use smol_str::SmolStr;

/// The first bytes of SHA-256 that are shown.
const BYTES: usize = 8;

/// A prefix and 16 hexadecimal digits of SHA-256 over the parts, each with a newline after it.
pub(crate) fn digest(prefix: &str, parts: &[&str]) -> SmolStr {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update(b"\n");
    }
    let mut text = String::with_capacity(prefix.len() + 2 * BYTES);
    text.push_str(prefix);
    for byte in hasher.finalize().iter().take(BYTES) {
        text.extend([byte >> 4, byte & 15].map(|value| char::from_digit(u32::from(value), 16).unwrap_or_default()));
    }
    text.into()
}
