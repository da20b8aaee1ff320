//! `textDocument/diagnostic`: findings when the client asks for them.

use crate::diagnostics::shown;
use crate::protocol::{
    Diagnostic, DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportResult,
    FullDocumentDiagnosticReport, RelatedFullDocumentDiagnosticReport, Uri, WorkspaceDiagnosticParams,
    WorkspaceDiagnosticReport, WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport,
};
use crate::snapshot::Snapshot;
use std::collections::BTreeSet;

/// What is found in a file now: whatever lies near is checked for the answer.
pub fn answer(snapshot: &Snapshot, params: &DocumentDiagnosticParams) -> Option<DocumentDiagnosticReportResult> {
    let id = snapshot.id(&params.text_document.uri)?;
    let items = snapshot.findings(id).iter().map(|finding| shown(snapshot, finding)).collect();
    let report = FullDocumentDiagnosticReport { result_id: None, items };
    let report =
        RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report: report };
    Some(DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Full(report)))
}

/// What the report of a file with findings is called: a client names those that it has when it asks again.
const SOME: &str = "some";

/// `workspace/diagnostic`: the findings of every file that has any, and of those that the client has open. Only around these
/// it is checked for the answer; of the others it is what was last found. What the client has of any other file is over.
pub fn everywhere(snapshots: &[Snapshot], params: &WorkspaceDiagnosticParams) -> WorkspaceDiagnosticReportResult {
    let mut items: Vec<WorkspaceDocumentDiagnosticReport> = Vec::new();
    let mut told: BTreeSet<Uri> = BTreeSet::new();
    for snapshot in snapshots {
        for (id, document) in snapshot.documents() {
            let open = document.version.is_some();
            let found = if open { snapshot.findings(id) } else { snapshot.last_findings(id) };
            if found.is_empty() && !open {
                continue;
            }
            let found = found.iter().map(|finding| shown(snapshot, finding)).collect();
            told.insert(document.uri.clone());
            items.push(of_file(document.uri.clone(), document.version, found));
        }
    }
    let over = params.previous_result_ids.iter().map(|known| &known.uri).filter(|uri| !told.contains(uri));
    items.extend(over.map(|uri| of_file(uri.clone(), None, Vec::new())));
    WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items })
}

fn of_file(uri: Uri, version: Option<i32>, items: Vec<Diagnostic>) -> WorkspaceDocumentDiagnosticReport {
    let result_id = (!items.is_empty()).then(|| SOME.to_owned());
    WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
        uri,
        version: version.map(i64::from),
        full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id, items },
    })
}

/// The answer for a file that is not known.
pub fn nothing() -> DocumentDiagnosticReportResult {
    DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Full(
        RelatedFullDocumentDiagnosticReport::default(),
    ))
}
