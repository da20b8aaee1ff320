//! What the server tells a client that it can do.

use crate::lines::Encoding;
use crate::protocol::*;
use crate::requests;

/// What a client can do, as far as answers depend on it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Abilities {
    /// It can fill in the places of a snippet.
    pub snippets: bool,
    /// It refuses edits of a text that it has changed meanwhile.
    pub versioned_edits: bool,
    /// It lets its user choose whether a completion takes the place of the rest of the word.
    pub insert_or_replace: bool,
}

impl Abilities {
    /// What a client says at the beginning.
    pub fn of(client: &ClientCapabilities) -> Self {
        let completion = client.text_document.as_ref().and_then(|can| can.completion.as_ref());
        let item = completion.and_then(|can| can.completion_item.as_ref());
        let edit = client.workspace.as_ref().and_then(|can| can.workspace_edit.as_ref());
        Self {
            snippets: item.and_then(|can| can.snippet_support).unwrap_or_default(),
            versioned_edits: edit.and_then(|can| can.document_changes).unwrap_or_default(),
            insert_or_replace: item.and_then(|can| can.insert_replace_support).unwrap_or_default(),
        }
    }
}

/// What the server can do. `pulled` is whether the client is to ask for findings.
pub fn capabilities(encoding: Encoding, pulled: bool) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            ..TextDocumentSyncOptions::default()
        })),
        diagnostic_provider: pulled.then(|| {
            DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some(crate::diagnostics::SOURCE.to_owned()),
                inter_file_dependencies: true,
                workspace_diagnostics: true,
                ..DiagnosticOptions::default()
            })
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        document_link_provider: Some(DocumentLinkOptions {
            resolve_provider: None,
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        call_hierarchy_provider: Some(CallHierarchyServerCapability::Simple(true)),
        semantic_tokens_provider: Some(
            SemanticTokensOptions {
                work_done_progress_options: WorkDoneProgressOptions::default(),
                legend: requests::tokens::legend(),
                range: Some(true),
                full: Some(SemanticTokensFullOptions::Bool(true)),
            }
            .into(),
        ),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(requests::completion::TRIGGERS.map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        inlay_hint_provider: Some(OneOf::Left(true)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![
                CodeActionKind::QUICKFIX,
                CodeActionKind::REFACTOR_REWRITE,
                requests::actions::FIX_ALL,
            ]),
            ..CodeActionOptions::default()
        })),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_range_formatting_provider: Some(OneOf::Left(true)),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}
