//! Faults by kind. `<enforcer>-<version>/<project>.txt` changes the manifests of `tests/manifests`' project of that name:
//!
//! ```text
//! fault: UDP for TCP
//!                - port: "443"
//! -                protocol: TCP
//! +                protocol: UDP
//! = what is wrong, as the proof has it
//! ```
//!
//! The lines are those of a diff: to add a case, copy some from the project's `.yaml` with a space before each, and change
//! them. The first place that has them is changed. `fault` has to be caught and `harmless` to be proved. UPDATE=1
//! writes the lines with `=`; see that they speak of the fault.

use super::{Project, counts, entries, root, stem};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use ztp::diagnostic::problem::proof::ProofProblem;

/// How many kinds of faults there are at least.
const KINDS: usize = 50;

#[test]
fn faults_are_caught_and_nothing_else() {
    let update = std::env::var_os("UPDATE").is_some();
    let (mut kinds, mut harmless, mut wrong) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for folder in entries(&root().join("faults")).iter().filter(|path| path.is_dir()) {
        for path in entries(folder) {
            let project = Project::read(&format!("{}/{}", folder.file_name().unwrap().to_str().unwrap(), stem(&path)));
            let mut file = File::read(&path);
            for case in &mut file.cases {
                let name = format!("{}: {}", project.name, case.name);
                let Some(changed) = case.apply(&project.manifests) else {
                    wrong.push(format!("{name}: the manifests do not have its lines"));
                    continue;
                };
                match (project.prove(&changed), case.is_fault) {
                    (Ok(()), true) => wrong.push(format!("{name}: not caught")),
                    (Err(ProofProblem::Unreadable { reason }), _) => wrong.push(format!("{name}: {reason}")),
                    (Err(problem), false) => wrong.push(format!("{name}: {}", said(&problem))),
                    (Ok(()), false) => drop(harmless.insert(case.name.clone())),
                    (Err(problem), true) => {
                        kinds.insert(case.name.clone());
                        let answer = said(&problem);
                        if update {
                            case.answer = answer;
                        } else if case.answer != answer {
                            wrong.push(format!("{name}:\n  expected {}\n  and now  {answer}", case.answer));
                        }
                    }
                }
            }
            if update {
                fs::write(&path, file.text()).unwrap();
            }
        }
    }
    eprintln!("{} kinds of faults are caught, {} kinds of changes are proved harmless", kinds.len(), harmless.len());
    counts::hold("docs/semantics.md", "faults put into manifests", &[kinds.len(), harmless.len()]);
    assert!(wrong.is_empty(), "UPDATE=1 writes what is said now:\n{}", wrong.join("\n"));
    assert!(kinds.len() >= KINDS);
}

/// What is wrong, in a line.
fn said(problem: &ProofProblem) -> String {
    match problem {
        ProofProblem::Differs { end, flow, what, said } => {
            let (one, other) = if *said { ("sentences", "manifests") } else { ("manifests", "sentences") };
            format!("{flow}: at {end} the {one} {what}, and the {other} do not")
        }
        ProofProblem::Undecided { reason } => format!("undecided: {reason}"),
        ProofProblem::Refused { object, reason } => format!("{object} is refused: {reason}"),
        ProofProblem::Unreadable { reason } => format!("unreadable: {reason}"),
    }
}

/// A file of cases, with the comments at its head.
struct File {
    head: String,
    cases: Vec<Case>,
}

struct Case {
    name: String,
    is_fault: bool,
    /// The lines of a diff.
    lines: Vec<String>,
    answer: String,
}

impl File {
    fn read(path: &Path) -> Self {
        let mut file = Self { head: String::new(), cases: Vec::new() };
        for line in fs::read_to_string(path).unwrap().lines().filter(|line| !line.is_empty()) {
            let start = ["fault", "harmless"].iter().find_map(|word| line.strip_prefix(&format!("{word}: ")));
            match (start, file.cases.last_mut()) {
                (Some(name), _) => file.cases.push(Case {
                    name: name.to_owned(),
                    is_fault: line.starts_with("fault"),
                    lines: Vec::new(),
                    answer: String::new(),
                }),
                (None, None) => writeln!(file.head, "{line}").unwrap(),
                (None, Some(case)) => match line.split_at(1) {
                    ("=", answer) => case.answer = answer.trim().to_owned(),
                    (" " | "-" | "+", _) => case.lines.push(line.to_owned()),
                    _ => panic!("{}: no line of a diff: {line}", path.display()),
                },
            }
        }
        file
    }

    fn text(&self) -> String {
        let mut text = self.head.clone();
        for case in &self.cases {
            let word = if case.is_fault { "fault" } else { "harmless" };
            let blank = if text.is_empty() { "" } else { "\n" };
            writeln!(text, "{blank}{word}: {}\n{}", case.name, case.lines.join("\n")).unwrap();
            if case.is_fault {
                writeln!(text, "= {}", case.answer).unwrap();
            }
        }
        text
    }
}

impl Case {
    /// The manifests with the change; `None`, if they do not have its lines, or it changes nothing.
    fn apply(&self, manifests: &str) -> Option<String> {
        let side = |left_out: char| -> Vec<&str> {
            self.lines.iter().filter(|line| !line.starts_with(left_out)).map(|line| &line[1..]).collect()
        };
        let (old, new) = (side('+'), side('-'));
        let lines: Vec<&str> = manifests.lines().collect();
        let start = lines.windows(old.len().max(1)).position(|window| window == old)?;
        let changed = [&lines[..start], &new, &lines[start + old.len()..]].concat();
        (old != new).then(|| changed.join("\n") + "\n")
    }
}
