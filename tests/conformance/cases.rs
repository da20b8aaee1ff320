//! Projects with flows and what becomes of them at both ends: by the sentences, by the manifests, and by Cilium's engine
//! (which enforces NetworkPolicies as well). A case is a `.txt` in `cases/`:
//!
//! ```text
//! # What it is about. `since 1.19` in this line: older versions refuse it.
//! === platform.ztp
//! platform
//! project demo
//! cluster test {
//!   enforcer cilium 1.20
//! }
//! === shop.ztp
//! namespace shop
//! workload frontend
//! frontend may reach 10.1.2.3:443
//! === flows
//! shop/frontend | 10.1.2.3 | 443 | allowed open
//! ```
//!
//! How flows are written is in `tests/support/flows.rs`. The verdicts are `open`, `allowed`, `authenticated`, `not-allowed` and `denied`,
//! first where the flow leaves, then where it enters; UPDATE=1 writes those on which all agree. With
//! `ZTP_CONFORMANCE=all` each case is judged for every version, with that in place of `1.20`.

use super::constructs::Constructs;
use super::engine::Judges;
use super::flows::flow;
use super::judge::programs;
use super::judged::judge;
use super::legs::Ends;
use super::project::{Built, Project};
use super::{files, folder};
use std::collections::BTreeMap;
use std::fs;
use ztp::verdict::Flow;

/// What stands above the flows.
const FLOWS: &str = "=== flows\n";

/// What stands in a case for the version, and the versions that may stand there.
const NEWEST: &str = "enforcer cilium 1.20";
const MINORS: [u16; 3] = [18, 19, 20];

/// A line of flows: who, what, and the verdict.
fn cells(line: &str) -> [&str; 4] {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    cells.try_into().unwrap_or_else(|_| panic!("`FROM | TO | WHAT | EGRESS INGRESS`, not `{line}`"))
}

fn written(ends: Ends) -> String {
    format!("{} {}", ends.egress, ends.ingress)
}

#[test]
fn all_decide_as_the_cases_say() {
    let mut judges = Judges::start(programs());
    let all = std::env::var("ZTP_CONFORMANCE").is_ok_and(|asked| asked == "all");
    let asked = if all { &MINORS[..] } else { &MINORS[MINORS.len() - 1..] };
    let (mut constructs, mut judged_by_engine, mut wrong) = (Constructs::new(), BTreeMap::new(), Vec::new());
    for path in files(&folder("tests/conformance/cases"), "txt") {
        let text = fs::read_to_string(&path).unwrap();
        let (sources, lines) = text.split_once(FLOWS).unwrap_or_else(|| panic!("{path:?} has no flows"));
        let flows: Vec<Flow> = lines.lines().map(cells).map(|[from, to, what, _]| flow(from, to, what)).collect();
        let name = path.file_stem().unwrap().to_string_lossy();
        for minor in asked.iter().filter(|minor| !sources.contains("since 1.19") || **minor >= 19) {
            let project = Project::parse(&sources.replace(NEWEST, &format!("enforcer cilium 1.{minor}")));
            let clusters = match project.build() {
                Built::Accepted(clusters) => clusters,
                Built::Refused { shown: reason, .. } | Built::NotProved(reason) => {
                    wrong.push(format!("{name}, 1.{minor}: {reason}"));
                    continue;
                }
            };
            project.0.iter().for_each(|(_, lines)| constructs.add_source(&(lines.join("\n") + "\n")));
            for cluster in &clusters {
                constructs.add_policy(&cluster.policy);
                let judged = match judge(cluster, &mut judges, |_| flows.clone()) {
                    Ok(judged) => judged,
                    Err(found) => {
                        wrong.push(format!("{name}, 1.{minor}: {}\n{}", found.flow, found.legs));
                        continue;
                    }
                };
                *judged_by_engine.entry(minor).or_insert(0) += judged.by_engine;
                let found: Vec<String> = judged.ends.into_iter().map(written).collect();
                if std::env::var_os("UPDATE").is_some() {
                    fs::write(&path, format!("{sources}{FLOWS}{}", updated(lines, &found))).unwrap();
                }
                for (line, found) in lines.lines().zip(found).filter(|(line, found)| cells(line)[3] != found) {
                    wrong.push(format!("{name}, 1.{minor}: {line}, but all say {found}"));
                }
            }
        }
    }
    for (minor, flows) in judged_by_engine {
        eprintln!("Cilium 1.{minor}: {flows} flows of the cases judged");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(constructs.missing().is_empty(), "no case has {:?}", constructs.missing());
}

/// The lines with these verdicts, in columns.
fn updated(lines: &str, found: &[String]) -> String {
    let rows: Vec<[&str; 4]> = lines.lines().map(cells).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let (from, to, what) = (width(0), width(1), width(2));
    let row = |(row, found): (&[&str; 4], &String)| {
        format!("{:from$} | {:to$} | {:what$} | {found}\n", row[0], row[1], row[2])
    };
    rows.iter().zip(found).map(row).collect()
}
