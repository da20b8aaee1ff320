//! Workflow commands of GitHub Actions: `::error file=…,line=…::message`.
//!
//! Escapes as GitHub's own toolkit (`@actions/core`, `command.ts`) makes them: `%` and line ends everywhere, `:` and `,` in
//! properties too. Logs are shown on terminals as well, so nothing from a source reaches them raw.

use super::places::Places;
use super::visible;
use super::whole_text;
use crate::diagnostic::{Diagnostic, Severity};
use std::io::{self, Write};

/// See [`super::render`].
pub fn render(places: &Places<'_>, diagnostics: &[Diagnostic], out: &mut dyn Write) -> io::Result<()> {
    for diagnostic in diagnostics {
        let command = match diagnostic.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "notice",
        };
        let mut properties = Vec::new();
        if let Some((path, start, end)) = diagnostic.primary.as_ref().and_then(|label| places.place(label.span)) {
            properties.push(format!("file={}", property(path)));
            properties.push(format!("line={}", start.line));
            properties.push(format!("endLine={}", end.line));
            // Columns are taken only when both lie on one line.
            if start.line == end.line {
                properties.push(format!("col={}", start.column));
                properties.push(format!("endColumn={}", end.column));
            }
        }
        properties.push(format!("title={}", property(&format!("{}: {}", diagnostic.code, diagnostic.code.title()))));
        writeln!(out, "::{command} {}::{}", properties.join(","), data(&whole_text(diagnostic)))?;
    }
    Ok(())
}

fn data(text: &str) -> String {
    visible::lines(text).replace('%', "%25").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
