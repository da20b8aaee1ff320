//! Who may reach whom is told alike from both ends.

use crate::support::{check, examples, options};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use ztp::ide::names::Kind;
use ztp::ide::{Call, Way, calls};
use ztp::source::Span;

#[test]
fn each_call_is_told_at_both_ends() {
    let mut told = 0;
    for (example, workspace) in examples() {
        let checked = Arc::new(check(&workspace));
        assert!(!checked.clusters.is_empty(), "{example} has no cluster");
        let of = |at: Span, way: Way| -> Vec<Call> {
            let file = workspace.file(at.file).unwrap();
            calls(&workspace, |_| Arc::clone(&checked), file, at.start, way)
        };
        let workloads: BTreeSet<Span> = checked
            .clusters
            .iter()
            .flat_map(|cluster| &cluster.policy.workloads)
            .filter(|workload| workload.governed)
            .map(|workload| workload.span)
            .collect();
        for workload in &workloads {
            for (way, back) in [(Way::Outgoing, Way::Incoming), (Way::Incoming, Way::Outgoing)] {
                for call in of(*workload, way) {
                    // What is no workload of the project is asked by the names of sentences, not by rules.
                    if !workloads.contains(&call.end.name_span) {
                        continue;
                    }
                    // A sentence may speak of this workload with others, as `every workload`.
                    let there = of(call.end.name_span, back);
                    let this = |other: &&Call| {
                        other.end.name_span == *workload || !matches!(other.end.kind, Some(Kind::Workload))
                    };
                    let there: BTreeSet<Span> =
                        there.iter().filter(this).flat_map(|other| &other.sentences).map(|said| said.span).collect();
                    for said in &call.sentences {
                        let text = workspace.sources().slice(said.span);
                        assert!(there.contains(&said.span), "{example}: `{text}` is told at {workload:?} alone");
                    }
                    told += 1;
                }
            }
        }
    }
    assert!(told > 20, "hardly anything reaches anything: {told}");
}

/// An editor checks what stands around a file, and no more.
#[test]
fn what_stands_around_a_file_is_enough() {
    let mut told = 0;
    for (example, workspace) in examples() {
        let whole = Arc::new(check(&workspace));
        let around = |id| {
            let found = workspace.check_around(id, &[], &options(&workspace), &AtomicBool::new(false));
            Arc::new(found.unwrap())
        };
        for file in workspace.files() {
            for name in file.names.iter().filter(|name| name.declares()) {
                for way in [Way::Incoming, Way::Outgoing] {
                    let all = calls(&workspace, |_| Arc::clone(&whole), file, name.span.start, way);
                    let near = calls(&workspace, around, file, name.span.start, way);
                    assert_eq!(near, all, "{way:?} of {} of {example}", name.name);
                    told += all.len();
                }
            }
        }
    }
    assert!(told > 50, "hardly anything reaches anything: {told}");
}
