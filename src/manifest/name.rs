//! Names of objects.

use sha2::{Digest, Sha256};

/// The longest name that is written in full. Kubernetes takes 253 characters (a DNS-1123 subdomain), but an object's
/// file is called after its kind and name, and file systems take 255 bytes.
const LONGEST: usize = 200;

/// Turns a stem such as `ztp.workload.backend` into an object's name: the stem itself, or when that is longer than
/// 200 bytes its beginning, a dash and 16 hexadecimal digits of its SHA-256. A stem that is a DNS-1123 subdomain but
/// for its length gives a DNS-1123 subdomain.
#[must_use]
pub fn object_name(stem: &str) -> String {
    if stem.len() <= LONGEST {
        return stem.to_owned();
    }
    let digest = Sha256::digest(stem.as_bytes());
    let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let beginning: String = stem.chars().take(LONGEST - 1 - hash.len()).collect();
    let beginning = beginning.trim_end_matches(['.', '-']);
    format!("{beginning}-{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stem_that_fits_is_the_name() {
        assert_eq!(object_name("ztp.workload.backend"), "ztp.workload.backend");
        let longest = "a".repeat(LONGEST);
        assert_eq!(object_name(&longest), longest);
    }

    #[test]
    fn a_longer_stem_is_cut_and_told_apart() {
        let names: Vec<String> = ["a", "b"].map(|end| object_name(&("a.".repeat(150) + end))).into();
        assert_ne!(names[0], names[1]);
        for name in names {
            let (beginning, hash) = name.rsplit_once('-').unwrap();
            assert!(name.len() <= LONGEST && hash.len() == 16, "{name}");
            assert!(beginning.ends_with(|c: char| c.is_ascii_alphanumeric()), "{name}");
        }
    }
}
