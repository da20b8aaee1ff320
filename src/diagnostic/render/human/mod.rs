//! For people: the message, the source line with what matters marked, why, and what to write.
//!
//! Nothing from a source reaches the terminal raw: control characters are shown as pictures, and a very long line only
//! around the place that matters. Of many findings only the first are shown, and how many more there are.

mod excerpt;
mod style;

use super::places::Places;
use super::visible::{lines, one_line};
use super::{Counts, Diagnostic};
use crate::diagnostic::Severity;
use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::Error;
use codespan_reporting::term::{Config, emit_to_write_style};
use excerpt::Excerpt;
use std::io::{self, Write};
use style::Styled;

/// The most findings that are shown.
const MOST: usize = 100;

/// See [`super::render`].
pub fn render(places: &Places<'_>, diagnostics: &[Diagnostic], out: &mut dyn Write) -> io::Result<()> {
    let config = Config::default();
    for diagnostic in diagnostics.iter().take(MOST) {
        let excerpt = Excerpt::new(places, diagnostic);
        emit_to_write_style(&mut Styled(out), &config, &excerpt, &shown(diagnostic, &excerpt)).map_err(|error| {
            match error {
                Error::Io(error) => error,
                other => io::Error::other(other),
            }
        })?;
    }
    if let more @ 1.. = diagnostics.len().saturating_sub(MOST) {
        writeln!(out, "… and {more} more")?;
    }
    let counts = summary(Counts::of(diagnostics));
    if counts.is_empty() { Ok(()) } else { writeln!(out, "{counts}") }
}

fn shown(diagnostic: &Diagnostic, excerpt: &Excerpt) -> codespan::Diagnostic<usize> {
    let severity = match diagnostic.severity() {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
        Severity::Hint => codespan::Severity::Note,
    };
    let notes = diagnostic.notes.iter().map(|note| lines(note));
    let help = diagnostic.help.iter().map(|help| format!("help: {}", lines(help)));
    codespan::Diagnostic::new(severity)
        .with_code(diagnostic.code.as_str())
        .with_message(one_line(&diagnostic.message))
        .with_labels(excerpt.labels().to_vec())
        .with_notes(notes.chain(help).collect())
}

/// `2 errors, 1 warning`; empty when there is nothing.
fn summary(counts: Counts) -> String {
    let parts = [(counts.errors, "error"), (counts.warnings, "warning"), (counts.hints, "hint")];
    let said: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    said.join(", ")
}
