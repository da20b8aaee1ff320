//! What the compiler itself writes: it is all taken, and nothing in it is left open.

use super::{raised, shown::shown};
use std::fs;
use std::path::{Path, PathBuf};
use ztp::enforcer::raise::Scope;
use ztp::policy::{EnforcerName, Version};

#[test]
fn own_manifests_are_taken_as_a_whole() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests");
    let mut count = 0;
    for folder in entries(&root) {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let (name, version) = name.split_once('-').unwrap();
        let (_, minor) = version.split_once('.').unwrap();
        let enforcer = if name == "cilium" { EnforcerName::Cilium } else { EnforcerName::Kubernetes };
        let mut scope = Scope::new(enforcer, Version { major: 1, minor: minor.parse().unwrap() });
        scope.node_labels = true;
        for path in entries(&folder).iter().filter(|path| path.extension().is_some_and(|end| end == "yaml")) {
            let raised = raised(&fs::read_to_string(path).unwrap(), &scope);
            assert!(
                raised.problems.is_empty() && raised.rules.gaps.is_empty(),
                "{}: {}",
                path.display(),
                shown(&raised)
            );
            count += 1;
        }
    }
    assert!(count > 10);
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
