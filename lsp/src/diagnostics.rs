//! Findings as the protocol has them.

use crate::pages;
use crate::protocol::{
    CodeDescription, Diagnostic as Shown, DiagnosticRelatedInformation, DiagnosticSeverity, NumberOrString,
};
use crate::snapshot::Snapshot;
use ztp::diagnostic::{Diagnostic, Severity};

/// What the server calls itself.
pub const SOURCE: &str = "ztp";

/// A finding at its place, with the places that matter and its page.
pub fn shown(snapshot: &Snapshot, finding: &Diagnostic) -> Shown {
    let related = finding.secondary.iter().filter_map(|label| {
        let message = if label.text.is_empty() { "here".to_owned() } else { label.text.clone() };
        Some(DiagnosticRelatedInformation { location: snapshot.location(label.span)?, message })
    });
    let related: Vec<_> = related.collect();
    Shown {
        range: finding.primary.as_ref().map(|label| snapshot.range(label.span)).unwrap_or_default(),
        severity: Some(match finding.severity() {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            // An editor's own hints are hardly to be seen, and not in its list.
            Severity::Hint => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(finding.code.as_str().to_owned())),
        code_description: pages::uri(finding.code).map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message: message(finding),
        related_information: (!related.is_empty()).then_some(related),
        tags: None,
        data: None,
    }
}

/// The message with what the command line says below the source lines.
fn message(finding: &Diagnostic) -> String {
    let label = finding.primary.as_ref().map(|label| label.text.as_str()).filter(|text| !text.is_empty());
    let label = label.map(|text| format!("\n{text}")).unwrap_or_default();
    let notes = finding.notes.iter().map(|note| format!("\nnote: {note}"));
    let help = finding.help.iter().map(|help| format!("\nhelp: {help}"));
    format!("{}{label}{}", finding.message, notes.chain(help).collect::<String>())
}
