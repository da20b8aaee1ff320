//! Random projects: small, made of the same few names so that what they say meets, and mostly such as the compiler
//! accepts.
//!
//! What the compiler refuses is avoided where that is easy: requests and plain sentences have ports of their own, a
//! sentence towards another namespace brings the `expose` that it needs. For the rest, the sentences that are refused are
//! taken out again ([`accepted`]).

mod outside;
mod platform;
mod sentences;

use super::dice::Dice;
use super::project::{Built, Project};
use std::collections::{BTreeMap, BTreeSet};
use ztp::compile::Compiled;
use ztp::diagnostic::Code;

/// How often sentences are taken out before a project is given up.
const ROUNDS: usize = 4;

/// What came of making projects.
#[derive(Default)]
pub struct Made {
    /// How many.
    pub projects: usize,
    /// How many of them were accepted as they were.
    pub at_once: usize,
    /// How many were accepted in the end.
    pub accepted: usize,
    /// Why they were not accepted at once: how many had such a finding.
    pub refused: BTreeMap<Code, usize>,
}

impl Made {
    /// Adds what others made.
    pub fn add(&mut self, other: &Self) {
        self.projects += other.projects;
        self.at_once += other.at_once;
        self.accepted += other.accepted;
        other.refused.iter().for_each(|(code, count)| *self.refused.entry(*code).or_default() += count);
    }
}

/// A project that the compiler accepts, with what it makes of it.
pub enum Outcome {
    /// Here it is.
    Accepted(Project, Vec<Compiled>),
    /// The compiler's own proof fails.
    NotProved(Project),
    /// Nothing was left.
    Refused,
}

/// The project of a seed, without the sentences that are refused.
pub fn accepted(dice: &mut Dice, made: &mut Made) -> Outcome {
    let mut project = generate(dice);
    made.projects += 1;
    for round in 0..ROUNDS {
        match project.build() {
            Built::Accepted(clusters) => {
                made.accepted += 1;
                made.at_once += usize::from(round == 0);
                return Outcome::Accepted(project, clusters);
            }
            Built::NotProved(_) => return Outcome::NotProved(project),
            Built::Refused { codes, lines, shown } => {
                if std::env::var_os("ZTP_DIFFERENTIAL_SHOW").is_some() {
                    eprintln!("{project}{shown}");
                }
                if round == 0 {
                    codes.iter().for_each(|code| *made.refused.entry(*code).or_default() += 1);
                }
                if lines.is_empty() {
                    return Outcome::Refused;
                }
                project = project.without(&lines);
            }
        }
    }
    Outcome::Refused
}

/// A namespace with a file of its own.
struct Namespace {
    name: &'static str,
    header: String,
    lines: Vec<String>,
    exposes: BTreeSet<String>,
    workloads: Vec<&'static str>,
    /// Whether it is declared in a set by label.
    in_cde: bool,
}

/// What a project is made with.
struct Generator<'d> {
    dice: &'d mut Dice,
    /// The minor version of Cilium, if that enforces.
    cilium: Option<u16>,
    /// Whether there are requests, and the ports for them have nothing else.
    requests: bool,
    /// Whether there are sets of nodes that can be named as peers.
    nodes: bool,
    platform: Vec<String>,
    namespaces: Vec<Namespace>,
}

/// The workloads that a namespace may have, so that their labels overlap, with what follows the name.
const WORKLOADS: &[(&str, &[&str])] = &[
    ("a", &["", " { app: a }", " { app: a, tier: web }"]),
    ("b", &[" serves http 8080, grpc 9000, metrics 9090, dns 53/udp"]),
    ("c", &[" { app in (a, c), !canary }", " { app not in (a, b) }", " { app: \"true\", canary }"]),
    ("d", &[" { app: d, tier in (web, api), stage not in (test), canary }", " { tier, !stage }"]),
    ("e", &[" as serviceaccount runner", " { tier: web } as serviceaccount runner serves web 8443"]),
];

fn generate(dice: &mut Dice) -> Project {
    let cilium = dice.percent(86).then(|| *dice.pick(&[18, 19, 20, 20]));
    let requests = cilium.is_some() && dice.percent(40);
    let nodes = cilium.is_some() && dice.percent(12);
    let mut generator = Generator { dice, cilium, requests, nodes, platform: Vec::new(), namespaces: Vec::new() };
    generator.open_platform();
    generator.open_namespaces();
    for number in 0..generator.namespaces.len() {
        for _ in 0..=generator.dice.roll(4) {
            generator.sentence(number);
        }
    }
    for _ in 0..generator.dice.roll(3) {
        generator.platform_sentence();
    }
    if generator.dice.percent(8) {
        generator.dns_servers();
    }
    if generator.dice.percent(8) {
        generator.platform.push("namespace legacy labels { cde: \"true\", zone: outer }".to_owned());
    }
    generator.finish()
}

impl Generator<'_> {
    fn open_namespaces(&mut self) {
        let count = 1 + self.dice.roll(3);
        for name in ["shop", "bank", "vault"].into_iter().take(count) {
            let mut lines = Vec::new();
            if self.dice.percent(8) {
                lines.push("workloads by app.kubernetes.io/name".to_owned());
            }
            let mut workloads = Vec::new();
            for (workload, forms) in WORKLOADS {
                let always = matches!(*workload, "a" | "b");
                if (!always && self.dice.percent(65)) || (*workload == "e" && self.cilium.is_none()) {
                    continue;
                }
                let form = self.dice.word(forms);
                lines.push(format!("workload {workload}{form}"));
                workloads.push(*workload);
            }
            if self.dice.percent(20) {
                lines.push("group both = a, b".to_owned());
                workloads.push("both");
            }
            if self.dice.percent(12) {
                lines.push("workload lab/prober { app: prober, tier in (web, api) }".to_owned());
            }
            let header = match self.dice.roll(10) {
                0 => " enforcing ingress",
                1 => " enforcing egress",
                2 => " enforcing nothing",
                _ => "",
            };
            let isolates = self.dice.percent(60).then_some(match header {
                " enforcing ingress" => "egress",
                " enforcing egress" => "ingress",
                " enforcing nothing" => "ingress, egress",
                _ => "",
            });
            if let Some(directions) = isolates.filter(|directions| !directions.is_empty()) {
                lines.push(format!(
                    "enforce {directions} for {}",
                    self.dice.word(&["a", "a, b", "every workload except b"])
                ));
            }
            let in_cde = name != "shop" && self.dice.percent(45);
            let header = format!("namespace {name}{header}");
            let exposes = BTreeSet::new();
            self.namespaces.push(Namespace { name, header, lines, exposes, workloads, in_cde });
        }
    }

    /// The cluster's DNS as a part of the project, with the upstream that it needs.
    fn dns_servers(&mut self) {
        let lines = [
            "workload kube-dns { k8s-app: kube-dns }",
            "kube-dns may reach 8.8.8.8:[53, 53/udp]",
            "ingress may reach kube-dns:53/udp",
        ];
        let kept = if self.cilium.is_some() { 3 } else { 2 };
        self.namespaces.push(Namespace {
            name: "kube-system",
            header: "namespace kube-system".to_owned(),
            lines: lines[..kept].iter().map(|line| (*line).to_owned()).collect(),
            exposes: BTreeSet::new(),
            workloads: Vec::new(),
            in_cde: false,
        });
    }

    fn finish(mut self) -> Project {
        let mut files = Vec::new();
        let mut blocks = Vec::new();
        for namespace in std::mem::take(&mut self.namespaces) {
            let folder = match self.dice.roll(4) {
                0 => Some(format!("teams/{}", namespace.name)),
                _ => None,
            };
            let labels = match namespace.in_cde {
                true => " labels { cde: \"true\" }",
                false if self.dice.percent(20) => " labels { cde: \"false\", zone: inner }",
                false => "",
            };
            let owner = if self.dice.percent(20) { " owner \"some team\"" } else { "" };
            if namespace.in_cde || folder.is_some() || !labels.is_empty() || !owner.is_empty() {
                let place = folder.as_ref().map_or(String::new(), |folder| format!(" in {folder}/"));
                self.platform.push(format!("namespace {}{place}{labels}{owner}", namespace.name));
            }
            let mut lines = namespace.lines;
            lines.extend(namespace.exposes);
            if folder.is_none() && self.dice.percent(20) {
                blocks.push(format!("{} {{", namespace.header));
                blocks.extend(lines.iter().map(|line| format!("  {line}")));
                blocks.push("}".to_owned());
            } else {
                let path = folder.map_or(String::new(), |folder| format!("{folder}/"));
                lines.insert(0, namespace.header);
                files.push((format!("{path}{}.ztp", namespace.name), lines));
            }
        }
        let mut platform = vec!["platform".to_owned()];
        platform.append(&mut self.platform);
        // A namespace's header without a block would be the file's.
        platform.append(&mut blocks);
        files.insert(0, ("platform.ztp".to_owned(), platform));
        Project(files)
    }

    /// Only what there is: of a set by label no member may be declared, and of workloads not all.
    fn known(&self, sentence: String) -> String {
        let cde = self.namespaces.iter().any(|namespace| namespace.in_cde);
        let sentence =
            if cde { sentence } else { sentence.replace("workloads in cde", "shop/*").replace(" in cde", " in outer") };
        let c = self.namespaces.first().is_some_and(|shop| shop.workloads.contains(&"c"));
        let sentence = if c { sentence } else { sentence.replace("shop/c", "shop/a") };
        let bank = self.namespaces.len() > 1;
        if bank { sentence } else { sentence.replace("bank/", "shop/") }
    }

    /// A clause that changes no meaning.
    fn remark(&mut self) -> String {
        match self.dice.roll(12) {
            0 => " until 2031-03-31".to_owned(),
            1 => " because \"NET-812\"".to_owned(),
            2 => " until 2031-03-31 because \"they say \\\"soon\\\"\"".to_owned(),
            _ => String::new(),
        }
    }
}
