//! Other projects' policies: each is raised, or refused by name.

use super::{cilium, corpus, counts};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use ztp::enforcer::raise::{Located, ProblemKind, Scope, UnknownFields};
use ztp::source::FileId;
use ztp::yaml;

#[test]
fn policies_of_other_projects_are_raised_or_refused_by_name() {
    let Some(folder) = corpus("") else { return };
    let mut scope = cilium(20);
    scope.node_labels = true;
    scope.unknown_fields = UnknownFields::Refuse;
    let (mut count, mut said) = (0, BTreeMap::new());
    for path in manifests(&folder) {
        let text = fs::read_to_string(&path).unwrap();
        for document in yaml::read(&text) {
            // Templates and the like are refused by their reader, with the place.
            let Ok(document) = document else { continue };
            for object in yaml::objects(&document).into_iter().flatten() {
                if !["NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"].contains(&object.kind)
                    || object.api_version.starts_with("projectcalico.org")
                {
                    continue;
                }
                count += 1;
                let what = outcome(Located { object, file: FileId(0) }, &scope);
                *said.entry(what).or_insert(0) += 1;
            }
        }
    }
    eprintln!("{count} policies: {said:#?}");
    counts::hold("docs/semantics.md", "policies of other projects", &[count]);
}

/// What comes of one object; never silence.
fn outcome(one: Located<'_, '_>, scope: &Scope) -> String {
    let raised = ztp::enforcer::raise(&[one], scope);
    match (raised.problems.as_slice(), raised.rules.gaps.as_slice()) {
        ([], []) => {
            if raised.rules.isolations.is_empty() && raised.rules.rules.is_empty() {
                // Endpoints of another cluster of a mesh are nobody's here.
                return format!("governs nobody: {}", one.object.name.unwrap_or_default());
            }
            "raised".to_owned()
        }
        ([], [gap, ..]) => format!("raised with a gap: {}", gap.reason),
        ([problem, ..], _) => {
            assert_ne!(problem.kind, ProblemKind::Dropped);
            format!("{:?}: {}: {}", problem.kind, problem.object, problem.reason)
        }
    }
}

fn manifests(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(manifests(&path));
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            found.push(path);
        }
    }
    found.sort();
    found
}
