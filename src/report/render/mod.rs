//! A report as text: one file a format.
//!
//! | format | for |
//! |---|---|
//! | markdown | a pull request, a wiki |
//! | html | a reader, and paper: one file, without scripts and without anything from elsewhere |
//! | csv | spreadsheets: one row a rule |
//! | json | programs; `docs/report.md` has the fields |
//!
//! The same report gives the same bytes. Markdown and HTML are the same page of blocks, whose texts are plain: only the
//! writer of a format knows what it has to escape.

mod csv;
mod html;
mod json;
mod markdown;
mod page;

use super::Report;

/// How a report is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Markdown, with tables.
    Markdown,
    /// One file of HTML.
    Html,
    /// One row a rule.
    Csv,
    /// One JSON object.
    Json,
}

/// Writes a report.
#[must_use]
pub fn render(report: &Report, format: Format) -> String {
    match format {
        Format::Markdown => markdown::write(&page::of(report)),
        Format::Html => html::write(&page::of(report)),
        Format::Csv => csv::write(report),
        Format::Json => json::write(report),
    }
}
