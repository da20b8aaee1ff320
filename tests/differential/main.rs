//! Differential testing: random projects and flows, judged from the sentences, from the manifests that were written for
//! them, and by Cilium's own engine. All must agree.
//!
//! ```sh
//! cargo test --test differential -- --nocapture                               # 10,000 flows, as CI has it
//! ZTP_DIFFERENTIAL=1000000 cargo test --test differential -- --nocapture      # a million
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `generate` | random projects, from few names that meet, of which most are accepted |
//! | `flows` | random flows near what a project names |
//! | `legs`, `engine` | the verdict by the sentences and by the manifests; by an engine, where there is Go |
//! | `judged` | all of them for one flow |
//! | `constructs` | how often each construct of the language occurred; one that never did fails |
//! | `shrink` | a disagreement made small |
//! | `case` | disagreements of old, in `regressions/`: a file each |
//! | `dice`, `project`, `flow_text` | numbers, projects as lines, flows as words |
//!
//! `ZTP_DIFFERENTIAL_SEED` begins elsewhere. What is random follows from the seed alone.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests read files and may panic"
)]

extern crate alloc;

mod case;
mod constructs;
#[path = "../support/dice.rs"]
mod dice;
mod engine;
mod flow_text;
mod flows;
mod generate;
#[path = "../support/judge/mod.rs"]
mod judge;
mod judged;
mod legs;
mod project;
mod shrink;

use case::Case;
use constructs::Constructs;
use dice::Dice;
use engine::Judges;
use flows::Flows;
use generate::{Made, Outcome};
use judge::{Programs, programs};
use judged::{Disagreement, judge};
use legs::{AtEnd, Meaning};
use project::{Built, Project};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;
use ztp::verdict::Flow;

/// How many flows, unless `ZTP_DIFFERENTIAL` says otherwise.
const FLOWS: usize = 10_000;

/// How many of each project.
const FLOWS_EACH: usize = 25;

/// How many disagreements are shown; each is shrunk, which takes its time.
const SHOWN: usize = 5;

/// What came of it all.
struct Tally {
    made: Made,
    constructs: Constructs,
    verdicts: BTreeMap<AtEnd, usize>,
    flows: usize,
    by_engine: usize,
    disagreements: Vec<String>,
}

impl Tally {
    fn new() -> Self {
        Self {
            made: Made::default(),
            constructs: Constructs::new(),
            verdicts: BTreeMap::new(),
            flows: 0,
            by_engine: 0,
            disagreements: Vec::new(),
        }
    }

    fn add(&mut self, other: Self) {
        self.made.add(&other.made);
        self.constructs.add(&other.constructs);
        other.verdicts.iter().for_each(|(end, count)| *self.verdicts.entry(*end).or_default() += count);
        self.flows += other.flows;
        self.by_engine += other.by_engine;
        self.disagreements.extend(other.disagreements);
    }

    /// One project and its flows.
    fn judge(&mut self, seed: u64, judges: &mut Judges) {
        let mut dice = Dice::new(seed);
        let (project, clusters) = match generate::accepted(&mut dice, &mut self.made) {
            Outcome::Accepted(project, clusters) => (project, clusters),
            Outcome::NotProved(project) => return self.disagreements.push(not_proved(project)),
            Outcome::Refused => return,
        };
        for (_, lines) in &project.0 {
            self.constructs.add_source(&lines.iter().map(|line| format!("{line}\n")).collect::<String>());
        }
        for cluster in &clusters {
            self.constructs.add_policy(&cluster.policy);
            let seed = dice.roll(usize::MAX) as u64;
            match judge(cluster, judges, |meaning| flows(meaning, seed)) {
                Ok(judged) => {
                    self.flows += judged.ends.len();
                    self.by_engine += judged.by_engine;
                    for end in judged.ends.iter().flat_map(|ends| [ends.egress, ends.ingress]) {
                        *self.verdicts.entry(end).or_default() += 1;
                    }
                }
                Err(found) => return self.disagreements.push(shrunk(project, *found, judges)),
            }
        }
    }
}

/// The flows of one cluster.
fn flows(meaning: &Meaning<'_>, seed: u64) -> Vec<Flow> {
    let mut dice = Dice::new(seed);
    let flows = Flows::near(meaning, &mut dice);
    (0..FLOWS_EACH).map(|_| kept(flows.roll(&mut dice))).collect()
}

/// A flow as it comes back from a file.
fn kept(flow: Flow) -> Flow {
    assert_eq!(flow_text::read(&flow_text::write(&flow)).as_ref(), Ok(&flow));
    flow
}

/// A disagreement, shrunk, as the file that keeps it.
fn shrunk(project: Project, found: Disagreement, judges: &mut Judges) -> String {
    let mut of_flow = |project: &Project, flow: &Flow| match project.build() {
        Built::Accepted(clusters) => {
            clusters.iter().find_map(|cluster| judge(cluster, judges, |_| vec![flow.clone()]).err())
        }
        Built::Refused { .. } | Built::NotProved(_) => None,
    };
    if of_flow(&project, &found.flow).is_none() {
        return case::write(&format!("only among others\n{}", found.legs), &project, Some(&found));
    }
    let (project, flow) = shrink::shrink(project, Some(found.flow), &mut |project, flow| {
        flow.is_some_and(|flow| of_flow(project, flow).is_some())
    });
    let found = of_flow(&project, &flow.unwrap()).expect("what was shrunk still shows it");
    case::write(&found.legs, &project, Some(&found))
}

/// The same for a proof that fails.
fn not_proved(project: Project) -> String {
    let reason = |project: &Project| match project.build() {
        Built::NotProved(reason) => Some(reason),
        Built::Accepted(_) | Built::Refused { .. } => None,
    };
    let (project, _) = shrink::shrink(project, None, &mut |project, _| reason(project).is_some());
    case::write(&reason(&project).unwrap_or_default(), &project, None)
}

/// The projects of these seeds, side by side.
fn judge_all(first_seed: usize, projects: usize, programs: &Programs) -> Tally {
    let next = AtomicUsize::new(0);
    let found = AtomicUsize::new(0);
    let worker = || {
        let (mut tally, mut judges) = (Tally::new(), Judges::start(programs));
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= projects || found.load(Ordering::Relaxed) >= SHOWN {
                return tally;
            }
            let before = tally.disagreements.len();
            tally.judge((first_seed + number) as u64, &mut judges);
            found.fetch_add(tally.disagreements.len() - before, Ordering::Relaxed);
        }
    };
    let mut all = Tally::new();
    thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().for_each(|worker| all.add(worker.join().unwrap()));
    });
    all
}

#[test]
fn legs_agree() {
    let number = |name: &str, default: usize| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let projects = number("ZTP_DIFFERENTIAL", FLOWS).div_ceil(FLOWS_EACH);
    let programs = programs();
    let start = Instant::now();
    let all = judge_all(number("ZTP_DIFFERENTIAL_SEED", 1), projects, programs);
    eprintln!(
        "{} flows of {} projects, {} of them judged by an engine too, {} disagreements, {:.1?}",
        all.flows,
        all.made.accepted,
        all.by_engine,
        all.disagreements.len(),
        start.elapsed()
    );
    eprintln!(
        "{} of {} projects are accepted at once, {} once what is refused is left out: {:?}",
        all.made.at_once, all.made.projects, all.made.accepted, all.made.refused
    );
    eprintln!("ends: {:?}\n{}", all.verdicts, all.constructs.table());
    let found = all.disagreements.join("\n");
    assert!(found.is_empty(), "put each into tests/differential/regressions/, with the right verdict:\n\n{found}");
    assert!(all.constructs.missing().is_empty(), "never occurred: {:?}", all.constructs.missing());
    assert!(all.made.at_once * 2 > all.made.projects, "most projects have to be accepted as they are");
    assert_eq!(all.verdicts.len(), 5, "each verdict has to occur: {:?}", all.verdicts);
}

/// What is judged has to show when the manifests say something else.
#[test]
fn faults_are_found() {
    let mut judges = Judges::start(&Programs::new());
    let (mut made, mut faulty, mut found) = (Made::default(), 0, 0);
    for seed in 0..60 {
        let Outcome::Accepted(_, mut clusters) = generate::accepted(&mut Dice::new(seed), &mut made) else { continue };
        let cluster = clusters.first_mut().unwrap();
        let changed: Vec<String> =
            cluster.manifests.iter().map(|text| text.replace("port: \"9090\"", "port: \"9091\"")).collect();
        if changed == cluster.manifests {
            continue;
        }
        faulty += 1;
        cluster.manifests = changed;
        found += usize::from(judge(cluster, &mut judges, |meaning| flows(meaning, seed)).is_err());
    }
    assert!(found * 2 > faulty, "of {faulty} faults {found} were found");
}

#[test]
fn regressions() {
    let mut judges = Judges::start(programs());
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/differential/regressions");
    let mut wrong = Vec::new();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let case = Case::parse(&fs::read_to_string(&path).unwrap()).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        wrong.extend(case::check(&case, &mut judges).into_iter().map(|text| format!("{}: {text}", path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
