//! A map as text: one file a format.
//!
//! | format | for | look-ups of names |
//! |---|---|---|
//! | txt | people | shown |
//! | json | programs; its schema is in `docs/map.md` | shown |
//! | csv | spreadsheets | shown |
//! | md | a pull request, a wiki | shown |
//! | dot, mermaid, svg | pictures | left out: every isolated workload has some, at the same few servers |
//!
//! The same map gives the same bytes.

mod csv;
mod dot;
mod json;
mod md;
mod mermaid;
mod picture;
mod svg;
mod txt;
mod words;

use super::Map;
use std::fmt;

/// How a map is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Aligned text.
    #[default]
    Txt,
    /// One JSON object.
    Json,
    /// A table of edges.
    Csv,
    /// Markdown tables.
    Md,
    /// Graphviz.
    Dot,
    /// A Mermaid flowchart.
    Mermaid,
    /// A picture.
    Svg,
}

/// More connections than a picture can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// How many edges there are.
    pub edges: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nobody could read a picture of {} connections", self.edges)
    }
}

impl std::error::Error for TooLarge {}

/// Writes a map.
///
/// # Errors
/// When it is too large for a picture that this module would have to lay out.
pub fn render(map: &Map, format: Format) -> Result<String, TooLarge> {
    Ok(match format {
        Format::Txt => txt::render(map),
        Format::Json => json::render(map),
        Format::Csv => csv::render(map),
        Format::Md => md::render(map),
        Format::Dot => dot::render(map),
        Format::Mermaid => mermaid::render(map),
        Format::Svg => return svg::render(map),
    })
}
