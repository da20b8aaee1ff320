//! `textDocument/diagnostic`: findings when the client asks for them.

use crate::diagnostics::shown;
use crate::protocol::{
    DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportResult, FullDocumentDiagnosticReport,
    RelatedFullDocumentDiagnosticReport,
};
use crate::snapshot::Snapshot;

/// What is found in a file now: whatever lies near is checked for the answer.
pub fn answer(snapshot: &Snapshot, params: &DocumentDiagnosticParams) -> Option<DocumentDiagnosticReportResult> {
    let id = snapshot.id(&params.text_document.uri)?;
    let items = snapshot.findings(id).iter().map(|finding| shown(snapshot, finding)).collect();
    let report = FullDocumentDiagnosticReport { result_id: None, items };
    let report =
        RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report: report };
    Some(DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Full(report)))
}

/// The answer for a file that is not known.
pub fn nothing() -> DocumentDiagnosticReportResult {
    DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Full(
        RelatedFullDocumentDiagnosticReport::default(),
    ))
}
