//! Translation validation finds faults: manifests that mean something else than their sentences are not proved.
//!
//! | module | holds |
//! |---|---|
//! | `cases` | faults by kind, and changes that are none: a few lines in a file in `<enforcer>-<version>/` |
//! | `lines` | every line of every manifest: dropped, or changed, it is missed, unless `without-meaning.txt` says why not |
//!
//! Both begin with the projects in `tests/manifests/`.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests read files and may panic"
)]

mod cases;
#[path = "../support/counts.rs"]
mod counts;
mod lines;

use std::fs;
use std::path::{Path, PathBuf};
use ztp::compile::{self, Options};
use ztp::diagnostic::problem::proof::ProofProblem;
use ztp::policy::{EnforcerName, Policy, Version};
use ztp::proof;
use ztp::source::Sources;
use ztp::syntax::ast::Date;

/// A project of `tests/manifests`, and what it compiles to.
struct Project {
    /// `cilium-1.19/outside`
    name: String,
    policy: Policy,
    /// All manifests, as `tests/manifests/<name>.yaml` has them.
    manifests: String,
}

impl Project {
    /// Reads and compiles a project.
    fn read(name: &str) -> Self {
        let path = root().join(format!("manifests/{name}.ztp"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut sources = Sources::new();
        sources.add("case.ztp", text.as_str());
        let declares_a_cluster = text.lines().any(|line| line.starts_with("cluster "));
        let options = Options {
            enforcer: (!declares_a_cluster).then(|| enforcer(name)),
            today: Some(Date { year: 2026, month: 11, day: 20 }),
            ..Options::default()
        };
        let mut clusters = compile::build(&sources, &options).clusters;
        assert_eq!(clusters.len(), 1, "{name}: one cluster, without an error");
        let cluster = clusters.remove(0);
        Self { name: name.to_owned(), policy: cluster.policy, manifests: cluster.manifests.join("---\n") }
    }

    /// All of them, sorted.
    fn all() -> Vec<Self> {
        let mut names = Vec::new();
        for folder in entries(&root().join("manifests")) {
            for path in entries(&folder).iter().filter(|path| path.extension().is_some_and(|end| end == "ztp")) {
                names.push(format!("{}/{}", folder.file_name().unwrap().to_str().unwrap(), stem(path)));
            }
        }
        names.iter().map(|name| Self::read(name)).collect()
    }

    /// Whether other manifests in place of its own would pass.
    fn prove(&self, manifests: &str) -> Result<(), ProofProblem> {
        proof::prove(&self.policy, &manifests.split("---\n").collect::<Vec<_>>())
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// What lies in a folder, sorted.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Reads `kubernetes-1.30/outside`.
fn enforcer(project: &str) -> (EnforcerName, Version) {
    let (folder, _) = project.split_once('/').unwrap();
    let (name, version) = folder.split_once("-1.").unwrap();
    let name = [EnforcerName::Cilium, EnforcerName::Kubernetes].into_iter().find(|known| known.as_str() == name);
    (name.unwrap(), Version { major: 1, minor: version.parse().unwrap() })
}

/// A path's last name, without its ending.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}
