//! A project with flows and what becomes of them, as a file: the sources, each below the line `=== PATH`, then the flows,
//! each below `=== flow`, with its verdict; or `=== refused CODE`, where it must not compile. A line that begins with `#` before the first source is a remark.

use super::engine::Judges;
use super::flow_text;
use super::judged::{Disagreement, judge};
use super::legs::{AtEnd, Ends};
use super::project::{Built, Project};
use std::fmt::Write as _;
use ztp::verdict::Flow;

/// What begins a flow.
const FLOW: &str = "=== flow";

/// What stands before the code of an error.
const REFUSED: &str = "=== refused ";

/// See the module.
pub struct Case {
    /// The sources.
    pub project: Project,
    /// The error that it must have.
    pub refused: Option<String>,
    /// The flows. Without one, it has to be proved and no more.
    pub flows: Vec<Expected>,
}

/// One flow and its verdict.
pub struct Expected {
    /// In which cluster; the first one, if it is not said.
    pub cluster: Option<String>,
    /// The flow.
    pub flow: Flow,
    /// What becomes of it.
    pub ends: Ends,
}

impl Case {
    /// Reads a file.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (text, refused) = match text.split_once(REFUSED) {
            Some((text, code)) => (text, Some(code.trim().to_owned())),
            None => (text, None),
        };
        let mark = format!("{FLOW}\n");
        let mut parts = text.split(&mark);
        let project = Project::parse(parts.next().unwrap_or_default());
        Ok(Self { project, refused, flows: parts.map(Expected::parse).collect::<Result<_, _>>()? })
    }
}

impl Expected {
    fn parse(text: &str) -> Result<Self, String> {
        let line = |first: &str| text.lines().find_map(|line| line.strip_prefix(first)).map(str::to_owned);
        let verdict = line("verdict ").ok_or("no line `verdict …`")?;
        let words: Vec<&str> = verdict.split_whitespace().collect();
        let ["egress", egress, "ingress", ingress] = words.as_slice() else {
            return Err(format!("write `verdict egress WORD ingress WORD`, not `{verdict}`"));
        };
        let ends = Ends { egress: egress.parse::<AtEnd>()?, ingress: ingress.parse::<AtEnd>()? };
        Ok(Self { cluster: line("cluster "), flow: flow_text::read(text)?, ends })
    }
}

/// A disagreement as the file that keeps it.
pub fn write(remarks: &str, project: &Project, found: Option<&Disagreement>) -> String {
    let mut text: String = remarks.lines().map(|line| format!("# {line}\n")).collect();
    write!(text, "{project}").unwrap();
    if let Some(Disagreement { cluster, flow, ends, .. }) = found {
        writeln!(text, "{FLOW}").unwrap();
        if let Some(cluster) = cluster {
            writeln!(text, "cluster {cluster}").unwrap();
        }
        writeln!(text, "{}verdict {ends}", flow_text::write(flow)).unwrap();
    }
    text
}

/// What is wrong with a case; nothing, when all legs say what it says.
pub fn check(case: &Case, judges: &mut Judges) -> Vec<String> {
    let clusters = match (case.project.build(), &case.refused) {
        (Built::Refused { codes, .. }, Some(code)) if codes.iter().any(|found| found.as_str() == code) => {
            return Vec::new();
        }
        (_, Some(code)) => return vec![format!("it is not refused with {code}")],
        (Built::Accepted(clusters), None) => clusters,
        (Built::Refused { shown, .. }, None) => return vec![format!("it is refused:\n{shown}")],
        (Built::NotProved(reason), None) => return vec![reason],
    };
    let mut wrong = Vec::new();
    for expected in &case.flows {
        let named = |name: &str| clusters.iter().find(|cluster| cluster.name.as_deref() == Some(name));
        let cluster = expected.cluster.as_deref().map_or(clusters.first(), named).expect("there is such a cluster");
        match judge(cluster, judges, |_| vec![expected.flow.clone()]) {
            Ok(judged) if judged.ends == [expected.ends] => {}
            Ok(judged) => wrong.push(format!("{}: {} and not {}", expected.flow, judged.ends[0], expected.ends)),
            Err(found) => wrong.push(format!("{}:\n{}", expected.flow, found.legs)),
        }
    }
    wrong
}
