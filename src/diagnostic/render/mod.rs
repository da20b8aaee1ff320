//! The four ways to show findings: to people, to programs, to code scanners, and on GitHub's pages.
//!
//! Each writes finding by finding, so what is in memory does not grow with what is shown.

mod github;
mod human;
mod json;
mod places;
mod sarif;
mod visible;

use super::{Diagnostic, Severity};
use crate::source::Sources;
use places::Places;
use std::io::{self, Write};

/// How findings are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// With the source line and colours, for people. Colours are escape sequences (ECMA-48), which the caller takes out
    /// where they are not wanted.
    #[default]
    Human,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0 (OASIS), for code scanners.
    Sarif,
    /// Workflow commands of GitHub Actions, which it shows beside the lines of a change.
    Github,
}

/// Shows `diagnostics` in their order. JSON and SARIF write a whole document also when there are none, the others
/// nothing.
///
/// # Errors
/// Those of `out`.
pub fn render(format: Format, sources: &Sources, diagnostics: &[Diagnostic], out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(sources, diagnostics);
    match format {
        Format::Human => human::render(&places, diagnostics, out),
        Format::Json => json::render(&places, diagnostics, out),
        Format::Sarif => sarif::render(&places, diagnostics, out),
        Format::Github => github::render(&places, diagnostics, out),
    }
}

/// How many findings there are of each gravity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
struct Counts {
    errors: usize,
    warnings: usize,
    hints: usize,
}

impl Counts {
    fn of(diagnostics: &[Diagnostic]) -> Self {
        let mut counts = Self::default();
        for diagnostic in diagnostics {
            match diagnostic.severity() {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Hint => counts.hints += 1,
            }
        }
        counts
    }
}

/// The message with its notes and help, a line each, for readers that take one text.
fn whole_text(diagnostic: &Diagnostic) -> String {
    let mut text = diagnostic.message.clone();
    for note in &diagnostic.notes {
        text.push('\n');
        text.push_str(note);
    }
    for help in &diagnostic.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    text
}
