//! `textDocument/diagnostic`: findings when the client asks for them.

use crate::diagnostics::shown;
use crate::protocol::{
    DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportResult, FullDocumentDiagnosticReport,
    RelatedFullDocumentDiagnosticReport, WorkspaceDiagnosticReport, WorkspaceDiagnosticReportResult,
    WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
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

/// `workspace/diagnostic`: the findings of every file that has any, and of those that the client has open. Only around these
/// it is checked for the answer; of the others it is what was last found.
pub fn everywhere(snapshots: &[Snapshot]) -> WorkspaceDiagnosticReportResult {
    let items = snapshots.iter().flat_map(|snapshot| {
        let documents = snapshot.documents();
        documents.filter_map(|(id, document)| {
            let open = document.version.is_some();
            let found = if open { snapshot.findings(id) } else { snapshot.last_findings(id) };
            if found.is_empty() && !open {
                return None;
            }
            let items = found.iter().map(|finding| shown(snapshot, finding)).collect();
            Some(WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                uri: document.uri.clone(),
                version: document.version.map(i64::from),
                full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: None, items },
            }))
        })
    });
    WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items: items.collect() })
}

/// The answer for a file that is not known.
pub fn nothing() -> DocumentDiagnosticReportResult {
    DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Full(
        RelatedFullDocumentDiagnosticReport::default(),
    ))
}
