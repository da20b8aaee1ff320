//! What is renamed means what it meant: every name of every example, with the policies compared.

use crate::support::{check, edited, examples};
use std::collections::BTreeSet;
use ztp::ide::{Workspace, rename};
use ztp::policy::{Policy, Selects};

#[test]
fn every_name_of_the_examples_can_be_another_and_nothing_changes() {
    let mut renamed = 0;
    for (example, workspace) in examples() {
        let before = meaning(&workspace);
        assert!(before.iter().any(|line| line.starts_with("rule")), "{example} says nothing");
        for file in workspace.files() {
            let mut done = BTreeSet::new();
            for name in &file.names {
                // Each name once a role in each file: the others are renamed with it.
                if !done.insert((&name.name, format!("{:?}", name.role))) {
                    continue;
                }
                let Ok(edits) = rename(&workspace, file, name.span.start, "entirely-new") else { continue };
                let edits: Vec<_> = edits.into_iter().map(|edit| (edit.span, edit.text)).collect();
                assert!(!edits.is_empty(), "{} of {} is nowhere", name.name, file.source.path);
                let after = meaning(&edited(&workspace, &edits));
                assert_eq!(after, before, "after {} of {} got another name", name.name, file.source.path);
                renamed += 1;
            }
        }
    }
    assert!(renamed > 100, "hardly anything could be renamed: {renamed}");
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
