//! Who may reach whom is told alike from both ends.

use crate::support::{check, examples};
use std::collections::BTreeSet;
use std::sync::Arc;
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
