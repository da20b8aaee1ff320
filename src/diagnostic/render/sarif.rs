//! SARIF 2.1.0 (OASIS standard, 27 March 2020), as far as findings need it. The section numbers are the standard's.

use super::places::Places;
use super::whole_text;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::Span;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// 3.13
#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

/// 3.14
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Finding<'a>>,
}

/// 3.18
#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

/// 3.19
#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule>,
}

/// 3.49; only for codes that have a finding.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text<'static>,
    help: Page,
    default_configuration: Configuration,
}

/// 3.11
#[derive(Serialize)]
struct Text<'a> {
    text: Cow<'a, str>,
}

/// 3.12: the page of the error index; `text` is for those who cannot show Markdown.
#[derive(Serialize)]
struct Page {
    text: &'static str,
    markdown: &'static str,
}

/// 3.50
#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

/// 3.27
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    rule_id: &'static str,
    level: &'static str,
    message: Text<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
}

/// 3.28
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<'a>>,
}

/// 3.29
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

/// 3.4
#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

/// 3.30
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

/// See [`super::render`].
pub fn render(places: &Places<'_>, diagnostics: &[Diagnostic], out: &mut dyn Write) -> io::Result<()> {
    let codes: BTreeSet<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    let rules = codes.into_iter().map(rule).collect();
    let results = diagnostics.iter().map(|diagnostic| finding(places, diagnostic)).collect();
    let driver = Driver { name: "ztp", version: env!("CARGO_PKG_VERSION"), rules };
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results }],
    };
    serde_json::to_writer(&mut *out, &log)?;
    writeln!(out)
}

fn rule(code: Code) -> Rule {
    Rule {
        id: code.as_str(),
        short_description: Text { text: Cow::Borrowed(code.title()) },
        help: Page { text: code.title(), markdown: code.page() },
        default_configuration: Configuration { level: level(code.severity()) },
    }
}

fn finding<'a>(places: &Places<'_>, diagnostic: &'a Diagnostic) -> Finding<'a> {
    let at = |label: &'a crate::diagnostic::Label| location(places, label.span, &label.text);
    Finding {
        rule_id: diagnostic.code.as_str(),
        level: level(diagnostic.severity()),
        message: Text { text: Cow::Owned(whole_text(diagnostic)) },
        locations: diagnostic.primary.iter().filter_map(at).collect(),
        related_locations: diagnostic.secondary.iter().filter_map(at).collect(),
    }
}

fn location<'a>(places: &Places<'_>, span: Span, text: &'a str) -> Option<Location<'a>> {
    let (path, start, end) = places.place(span)?;
    Some(Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri(path) },
            region: Region {
                start_line: start.line,
                start_column: start.column,
                end_line: end.line,
                end_column: end.column,
            },
        },
        message: Some(text).filter(|text| !text.is_empty()).map(|text| Text { text: Cow::Borrowed(text) }),
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

/// A path as a relative reference (RFC 3986): whatever is neither unreserved nor `/` is escaped.
fn uri(path: &str) -> String {
    use std::fmt::Write as _;
    let mut uri = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
