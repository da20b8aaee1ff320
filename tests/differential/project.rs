//! A project as files of lines, which is how it is written down, and how it is made smaller.

use std::collections::BTreeSet;
use std::fmt;
use ztp::compile::{self, Compiled, Options};
use ztp::diagnostic::{Code, Diagnostic, Severity};
use ztp::source::{LineIndex, Sources};

/// What begins the name of a file in a text of several.
const MARK: &str = "=== ";

/// Its files, each with its path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project(pub Vec<(String, Vec<String>)>);

/// What the compiler makes of it.
pub enum Built {
    /// It is accepted.
    Accepted(Vec<Compiled>),
    /// These errors are found, on these lines (the number of the file, and that of the line from 0).
    Refused { codes: BTreeSet<Code>, lines: BTreeSet<(usize, usize)>, shown: String },
    /// The compiler's own proof fails.
    NotProved(String),
}

impl Project {
    /// Compiles it, proof included.
    pub fn build(&self) -> Built {
        let mut sources = Sources::new();
        for (path, lines) in &self.0 {
            sources.add(path.clone(), lines.iter().map(|line| format!("{line}\n")).collect::<String>());
        }
        let outcome = compile::build(&sources, &Options::default());
        let errors: Vec<&Diagnostic> =
            outcome.diagnostics.iter().filter(|finding| finding.severity() == Severity::Error).collect();
        if let Some(proof) = errors.iter().find(|finding| finding.code == Code::E0690) {
            return Built::NotProved(format!("{}\n{}", proof.message, proof.notes.join("\n")));
        }
        if errors.is_empty() {
            return Built::Accepted(outcome.clusters);
        }
        let line = |finding: &&Diagnostic| {
            let span = finding.primary.as_ref()?.span;
            let text = &sources.get(span.file)?.text;
            let line = LineIndex::new(text).line_column(text, span.start).line;
            Some((usize::try_from(span.file.0).ok()?, usize::try_from(line).ok()? - 1))
        };
        Built::Refused {
            codes: errors.iter().map(|finding| finding.code).collect(),
            lines: errors.iter().filter_map(line).collect(),
            shown: errors.iter().map(|finding| format!("{} {}\n", finding.code, finding.message)).collect(),
        }
    }

    /// The same without some lines.
    pub fn without(&self, gone: &BTreeSet<(usize, usize)>) -> Self {
        let files = self.0.iter().enumerate().map(|(file, (path, lines))| {
            let left = lines.iter().enumerate().filter(|(line, _)| !gone.contains(&(file, *line)));
            (path.clone(), left.map(|(_, line)| line.clone()).collect())
        });
        Self(files.collect())
    }

    /// How many lines it has.
    pub fn lines(&self) -> usize {
        self.0.iter().map(|(_, lines)| lines.len()).sum()
    }

    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Self {
        let mut project = Self::default();
        for line in text.lines() {
            match (line.strip_prefix(MARK), project.0.last_mut()) {
                (Some(path), _) => project.0.push((path.to_owned(), Vec::new())),
                (None, Some((_, lines))) => lines.push(line.to_owned()),
                (None, None) => {}
            }
        }
        project
    }
}

impl fmt::Display for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, lines) in &self.0 {
            writeln!(f, "{MARK}{path}")?;
            for line in lines {
                writeln!(f, "{line}")?;
            }
        }
        Ok(())
    }
}
