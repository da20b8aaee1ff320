//! One JSON object, for programs. Its fields are described in `docs/diagnostics-json.md`; `version` changes when one of
//! them changes its meaning or goes away.

use super::Counts;
use super::places::Places;
use crate::diagnostic::{Diagnostic, Edit, Label, Severity};
use crate::source::{LineColumn, Span};
use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use std::io::{self, Write};

const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    summary: Counts,
    #[serde(serialize_with = "findings")]
    diagnostics: (&'a Places<'a>, &'a [Diagnostic]),
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'static str,
    severity: &'static str,
    title: &'static str,
    message: &'a str,
    primary: Option<Place<'a>>,
    related: Vec<Place<'a>>,
    notes: &'a [String],
    help: &'a [String],
    fixes: Vec<Fix<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    start: Point,
    end: Point,
    text: &'a str,
}

#[derive(Serialize)]
struct Point {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    certain: bool,
    edits: Vec<Place<'a>>,
}

/// See [`super::render`].
pub fn render(places: &Places<'_>, diagnostics: &[Diagnostic], out: &mut dyn Write) -> io::Result<()> {
    let report = Report { version: VERSION, summary: Counts::of(diagnostics), diagnostics: (places, diagnostics) };
    serde_json::to_writer(&mut *out, &report)?;
    writeln!(out)
}

/// Finding by finding, so they are never all in memory a second time.
fn findings<S: Serializer>(
    (places, diagnostics): &(&Places<'_>, &[Diagnostic]),
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(diagnostics.len()))?;
    for diagnostic in *diagnostics {
        list.serialize_element(&finding(places, diagnostic))?;
    }
    list.end()
}

fn finding<'a>(places: &'a Places<'a>, diagnostic: &'a Diagnostic) -> Finding<'a> {
    let label = |label: &'a Label| place(places, label.span, &label.text);
    let edit = |edit: &'a Edit| place(places, edit.span, &edit.text);
    Finding {
        code: diagnostic.code.as_str(),
        severity: match diagnostic.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "hint",
        },
        title: diagnostic.code.title(),
        message: &diagnostic.message,
        primary: diagnostic.primary.as_ref().and_then(label),
        related: diagnostic.secondary.iter().filter_map(label).collect(),
        notes: &diagnostic.notes,
        help: &diagnostic.help,
        fixes: diagnostic
            .fixes
            .iter()
            .map(|fix| Fix {
                title: &fix.title,
                certain: fix.certain,
                edits: fix.edits.iter().filter_map(edit).collect(),
            })
            .collect(),
    }
}

fn place<'a>(places: &'a Places<'a>, span: Span, text: &'a str) -> Option<Place<'a>> {
    let (path, start, end) = places.place(span)?;
    let point = |at: LineColumn, offset| Point { line: at.line, column: at.column, offset };
    Some(Place { path, start: point(start, span.start), end: point(end, span.end), text })
}
