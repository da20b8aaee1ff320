//! What is renamed means what it meant: every name of every example, with the policies compared.

use crate::support::{check, edited, examples, set};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use ztp::ide::{Workspace, rename};
use ztp::policy::{Policy, Selects};

/// How many new names are tried in each project.
const NEW: usize = 3;

#[test]
fn every_name_of_the_examples_can_be_another_and_nothing_changes() {
    let projects = examples();
    let renamed: usize = projects
        .par_iter()
        .map(|(example, workspace)| {
            let before = meaning(workspace);
            assert!(before.iter().any(|line| line.starts_with("rule")), "{example} says nothing");
            rename_all(workspace, &before, &["entirely-new"])
        })
        .sum();
    assert!(renamed > 100, "hardly anything could be renamed: {renamed}");
}

/// The new name is one that is used already, somewhere: then it is refused, or changes nothing all the same.
#[test]
fn no_name_that_is_used_changes_a_meaning() {
    let projects = models();
    let renamed: usize = projects
        .par_iter()
        .map(|(_, workspace)| {
            let names = workspace.files().flat_map(|file| &file.names).map(|name| name.name.as_str());
            let mut names: Vec<&str> = names.collect::<BTreeSet<_>>().into_iter().collect();
            // A few are enough: each costs a compile of each name.
            let step = names.len().div_ceil(NEW).max(1);
            names = names.into_iter().step_by(step).collect();
            rename_all(workspace, &meaning(workspace), &names)
        })
        .sum();
    assert!(renamed > 100, "hardly anything could be renamed: {renamed}");
}

/// Renames each name to each of some others, where that is not refused. Returns how often.
fn rename_all(workspace: &Workspace, before: &[String], others: &[&str]) -> usize {
    let mut renamed = 0;
    let mut done = BTreeSet::new();
    for file in workspace.files() {
        for name in &file.names {
            // Each name once a role in each namespace: the others are renamed with it.
            if !done.insert((&name.name, &name.home, format!("{:?}", name.role))) {
                continue;
            }
            for new in others.iter().filter(|new| **new != name.name) {
                let Ok(edits) = rename(workspace, file, name.span.start, new) else { continue };
                let edits: Vec<_> = edits.into_iter().map(|edit| (edit.span, edit.text)).collect();
                assert!(!edits.is_empty(), "{} of {} is nowhere", name.name, file.source.path);
                let after = edited(workspace, &edits);
                let now = meaning(&after);
                let texts: Vec<&str> = after.files().map(|file| file.source.text.as_str()).collect();
                assert_eq!(now, before, "after {} got the name {new}:\n{}", name.name, texts.join("\n----\n"));
                renamed += 1;
            }
        }
    }
    renamed
}

/// The projects of the resolver's tests: small, and wrong in many ways.
fn models() -> Vec<(String, Workspace)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/model");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    // This one holds sentences against as many others as it can, and each rename would do so again.
    paths.retain(|path| !path.ends_with("others-are-many.txt"));
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let source = text.split("--------\n").next().unwrap();
        let mut workspace = Workspace::new();
        if source.starts_with("== ") {
            for part in source.split("== ").skip(1) {
                let (path, text) = part.split_once('\n').unwrap();
                set(&mut workspace, path, text);
            }
        } else {
            set(&mut workspace, "main.ztp", source);
        }
        (path.display().to_string(), workspace)
    };
    paths.iter().map(read).collect()
}

/// All that a project means, but for what things are called: a line each, in order.
fn meaning(workspace: &Workspace) -> Vec<String> {
    let checked = check(workspace);
    let mut lines: Vec<String> = checked.diagnostics.iter().map(|found| found.code.as_str().to_owned()).collect();
    for cluster in &checked.clusters {
        of_policy(&cluster.policy, &mut lines);
    }
    lines.sort();
    lines
}

fn of_policy(policy: &Policy, lines: &mut Vec<String>) {
    let subject = |id| {
        let subject = policy.subject(id);
        let selects = match &subject.selects {
            Selects::Pods(pods) => pods.to_string(),
            Selects::Nodes(nodes) => format!("nodes {}", nodes.0),
        };
        format!("{selects} of {:?}", subject.namespace)
    };
    for rule in &policy.rules {
        let (direction, subject) = (rule.direction, subject(rule.subject));
        lines.push(format!(
            "rule {direction:?} {subject} {:?} {:?} {:?} {:?}",
            rule.peer, rule.traffic, rule.effect, rule.origin
        ));
    }
    for isolation in &policy.isolations {
        lines.push(format!("isolation {:?} {}", isolation.direction, subject(isolation.subject)));
    }
    for boundary in &policy.boundaries {
        let permits: Vec<String> =
            boundary.permits.iter().map(|permit| format!("{:?} {:?}", permit.peer, permit.traffic)).collect();
        let (direction, subject) = (boundary.direction, subject(boundary.subject));
        lines.push(format!("boundary {direction:?} {subject} {:?} {permits:?}", boundary.traffic));
    }
    for lookup in &policy.lookups {
        lines.push(format!("lookup {} {:?}", subject(lookup.subject), lookup.names));
    }
    for exposure in &policy.exposures {
        lines.push(format!("exposure {} {} {:?}", exposure.object, exposure.to, exposure.traffic));
    }
    for assertion in &policy.assertions {
        lines.push(format!("assertion {:?} {:?} {:?}", assertion.kind, assertion.from, assertion.to));
    }
}
