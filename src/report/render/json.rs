//! The report's fields, as `docs/report.md` describes them. New fields may come; what is there keeps its meaning.

use crate::report::Report;

pub(super) fn write(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}
