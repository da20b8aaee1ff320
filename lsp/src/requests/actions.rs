//! `textDocument/codeAction`: the fixes that findings know, all of a file that are certain at once, and a sentence as
//! several.

use crate::diagnostics::shown;
use crate::edits::workspace_edit;
use crate::protocol::{CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams};
use crate::snapshot::Snapshot;
use ztp::diagnostic::{Code, Diagnostic, Fix};
use ztp::ide::{File, fixes};

/// The kind of the action that mends a whole file.
pub const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.ztp");

/// What can be done at a place.
pub fn answer(snapshot: &Snapshot, params: &CodeActionParams) -> Option<Vec<CodeActionOrCommand>> {
    let file = snapshot.file(&params.text_document.uri)?;
    let within = snapshot.span(file.id, params.range)?;
    let findings = snapshot.findings(file.id);
    let mut actions = Vec::new();
    if asked(params, &CodeActionKind::QUICKFIX) {
        let here = fixes::at(&findings, within);
        actions.extend(here.into_iter().flat_map(|finding| quick_fixes(snapshot, finding, &file)));
    }
    if asked(params, &CodeActionKind::REFACTOR_REWRITE)
        && let Some(fix) = fixes::split(&file, within.start)
    {
        actions.push(CodeAction {
            title: fix.title.clone(),
            kind: Some(CodeActionKind::REFACTOR_REWRITE),
            edit: workspace_edit(snapshot, fix.edits.iter()),
            ..CodeAction::default()
        });
    }
    if asked(params, &FIX_ALL) {
        // A sentence that others cover is nothing wrong: its author may think of the day on which they go.
        let wrong: Vec<Diagnostic> = findings.into_iter().filter(|finding| finding.code != Code::H0303).collect();
        let edits = fixes::all(&wrong, file.id);
        if !edits.is_empty() {
            actions.push(CodeAction {
                title: "mend all that is certain".to_owned(),
                kind: Some(FIX_ALL),
                edit: workspace_edit(snapshot, edits.iter()),
                ..CodeAction::default()
            });
        }
    }
    Some(actions.into_iter().map(CodeActionOrCommand::CodeAction).collect())
}

/// Whether a client wants actions of a kind: `source` is also every kind that begins with `source.`.
fn asked(params: &CodeActionParams, kind: &CodeActionKind) -> bool {
    let Some(only) = &params.context.only else { return true };
    only.iter().any(|wanted| {
        let rest = kind.as_str().strip_prefix(wanted.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || wanted.as_str().is_empty())
    })
}

fn quick_fixes(snapshot: &Snapshot, finding: &Diagnostic, file: &File) -> Vec<CodeAction> {
    let fixes = fixes::of(finding, file);
    let only = fixes.len() == 1;
    let action = |fix: &Fix| CodeAction {
        title: fix.title.clone(),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![shown(snapshot, finding)]),
        edit: workspace_edit(snapshot, fix.edits.iter()),
        is_preferred: only.then_some(true),
        ..CodeAction::default()
    };
    fixes.iter().map(action).collect()
}
