//! No line of a manifest is without meaning: without it, without it and all below it, or with another value in it the
//! manifests are not proved. `without-meaning.txt` lists what can be spared, and why; a line of it is
//!
//! ```text
//! <how often> <project> <dropped | dropped whole | changed>: <the line>
//! ```

use super::{Project, counts, root};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs;

/// In these boundaries cover each other; `cilium-1.19/boundary` has one each way.
const LEFT_OUT: [&str; 1] = ["cilium-1.19/boundaries"];

#[derive(Clone, Copy)]
enum Change {
    Dropped,
    DroppedWhole,
    Changed,
}

impl Change {
    fn name(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::DroppedWhole => "dropped whole",
            Self::Changed => "changed",
        }
    }
}

#[test]
fn no_line_is_without_meaning() {
    let projects = Project::all();
    let lines: Vec<(&Project, Vec<&str>)> = projects
        .iter()
        .filter(|project| !LEFT_OUT.contains(&project.name.as_str()))
        .map(|project| (project, project.manifests.lines().collect()))
        .collect();
    let changes: Vec<(&Project, &str, Change, String)> =
        lines.iter().flat_map(|(project, lines)| changes(project, lines)).collect();
    let count = changes.len();
    let found: Vec<String> = changes
        .into_par_iter()
        .filter(|(project, .., changed)| project.prove(changed).is_ok())
        .map(|(project, line, change, _)| format!("{} {}: {}", project.name, change.name(), line.trim()))
        .collect();
    eprintln!("{count} changes, of which {} do not matter", found.len());
    counts::hold("docs/semantics.md", "lines of manifests", &[count, lines.len(), found.len()]);
    let mut spared: BTreeMap<String, usize> = BTreeMap::new();
    for line in found {
        *spared.entry(line).or_default() += 1;
    }
    let listed = listed();
    let lines: Vec<&String> = listed.keys().chain(spared.keys().filter(|line| !listed.contains_key(*line))).collect();
    let wrong: Vec<String> = lines
        .into_iter()
        .map(|line| {
            (line, listed.get(line).copied().unwrap_or_default(), spared.get(line).copied().unwrap_or_default())
        })
        .filter(|(_, listed, found)| listed != found)
        .map(|(line, listed, found)| format!("{found} {line} (listed: {listed})"))
        .collect();
    assert!(wrong.is_empty(), "these do not matter, and without-meaning.txt says otherwise:\n{}", wrong.join("\n"));
}

/// Each line of a project's manifests with what is done to it, and what comes of it.
fn changes<'p>(project: &'p Project, lines: &[&'p str]) -> Vec<(&'p Project, &'p str, Change, String)> {
    let mut changes = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(at, _)| has_meaning(lines, *at)) {
        for change in [Change::Dropped, Change::DroppedWhole, Change::Changed] {
            changes.extend(apply(change, lines, at).map(|changed| (project, *line, change, changed)));
        }
    }
    changes
}

/// What the list spares, and how often.
fn listed() -> BTreeMap<String, usize> {
    let text = fs::read_to_string(root().join("faults/without-meaning.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| line.split_once(' ').unwrap())
        .map(|(count, line)| (line.to_owned(), count.parse().unwrap()))
        .collect()
}

/// Comments, what `metadata` says but for the namespace, and marks for the log do not say who may reach whom.
fn has_meaning(lines: &[&str], at: usize) -> bool {
    let line = lines[at].trim();
    let mut above = Vec::new();
    let mut depth = usize::MAX;
    for line in lines[..=at].iter().rev().filter(|line| !line.trim().starts_with('#')) {
        if indent(line) < depth {
            depth = indent(line);
            above.push(line.trim());
        }
    }
    let is_metadata = above.contains(&"metadata:") && !line.starts_with("namespace:");
    !(line.starts_with('#') || line == "---" || is_metadata || above.contains(&"log:"))
}

fn apply(change: Change, lines: &[&str], at: usize) -> Option<String> {
    let below = lines[at + 1..].iter().take_while(|line| indent(line) > indent(lines[at])).count();
    let line;
    let (spared, instead): (usize, &[&str]) = match change {
        Change::Dropped => (1, &[]),
        Change::DroppedWhole if below == 0 => return None,
        Change::DroppedWhole => (1 + below, &[]),
        Change::Changed => {
            line = changed(lines[at])?;
            (1, &[&line])
        }
    };
    Some([&lines[..at], instead, &lines[at + spared..]].concat().join("\n") + "\n")
}

/// Another value at the end of a line.
fn changed(line: &str) -> Option<String> {
    let start = line.rfind(": ").or_else(|| line.rfind("- "))? + 2;
    let (before, value) = line.split_at(start);
    let (quote, value) = match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
        Some(inner) => ("\"", inner),
        None => ("", value),
    };
    let value = match (value, value.parse::<u16>()) {
        ("{}", _) => return None,
        ("true", _) => "false".to_owned(),
        ("false", _) => "true".to_owned(),
        (_, Ok(number)) => (number ^ 1).to_string(),
        (other, Err(_)) => format!("{other}x"),
    };
    Some(format!("{before}{quote}{value}{quote}"))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
