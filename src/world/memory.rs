//! A world of texts in memory.

use super::{Kind, Loaded, World, shown};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::project::ProjectProblem;
use crate::source::{SourceFile, Sources};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<String, String>,
}

impl Memory {
    /// An empty world.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a file at a path with `/` between its parts; what was there before is replaced.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, text: impl Into<String>) -> Self {
        self.files.insert(path.into(), text.into());
        self
    }
}

impl World for Memory {
    fn load(&self, kind: Kind, roots: &[PathBuf]) -> Loaded {
        let mut roots: Vec<String> = roots.iter().map(|root| shown(root)).collect();
        roots.sort_by_key(|root| std::cmp::Reverse((root != ".", root.len())));
        let mut found = BTreeMap::new();
        let mut problems = Vec::new();
        for root in &roots {
            let mut any = false;
            for (path, text) in &self.files {
                if let Some(relative) = below(kind, root, path) {
                    any = true;
                    found.entry(path).or_insert_with(|| (relative.to_owned(), text));
                }
            }
            if !any {
                problems.push(Diagnostic::from(ProjectProblem::NoFiles { folder: root.clone(), kind: kind.as_str() }));
            }
        }
        let mut sources = Sources::new();
        for (path, (relative, text)) in found {
            sources.add_file(SourceFile { path: path.clone(), relative, text: text.clone() });
        }
        Loaded { sources, problems }
    }
}

/// The path of a source file below a root; a file that is the root lies in it.
fn below<'a>(kind: Kind, root: &str, path: &'a str) -> Option<&'a str> {
    if path == root {
        return path.rsplit('/').next();
    }
    let relative = if root == "." { path } else { path.strip_prefix(root)?.strip_prefix('/')? };
    kind.fits(Path::new(relative)).then_some(relative)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_lies_below_the_innermost_of_its_roots() {
        let world = Memory::new().with("cluster.ztp", "").with("shop/shop.ztp", "").with("shop/notes.txt", "");
        let loaded = world.load(Kind::Sources, &["./".into(), "shop".into()]);
        let found: Vec<_> = loaded.sources.iter().map(|(_, file)| (&*file.path, file.in_root())).collect();
        assert_eq!(found, [("cluster.ztp", true), ("shop/shop.ztp", true)]);
        assert!(loaded.problems.is_empty());
    }

    #[test]
    fn a_root_without_a_file_is_a_problem() {
        let loaded = Memory::new().with("shop/shop.ztp", "").load(Kind::Sources, &["sho".into()]);
        assert!(loaded.sources.is_empty());
        assert_eq!(loaded.problems.len(), 1);
    }
}
