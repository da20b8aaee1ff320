//! The server as the protocol sees it: each message is one line here, and a file elsewhere.

use crate::capabilities::{Abilities, capabilities};
use crate::document::path_of;
use crate::grouping::folder_of;
use crate::lines::Encoding;
use crate::project::Project;
use crate::protocol::*;
use crate::requests;
use crate::sender::{Wishes, send};
use crate::snapshot::Snapshot;
use crate::state;
use crate::work::Work;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::unbounded_channel;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::{Client, LanguageServer, LspService, Server as Transport};
use ztp::compile::Options;
use ztp::syntax::ast::Date;

/// How many messages are under way at once. A question waits for its answer on another thread, and no change may wait
/// for a question.
const AT_ONCE: usize = 64;

/// How long nobody types before everything is checked again. A platform file concerns every file, so its changes do not
/// wait.
const PAUSE: Duration = Duration::from_millis(300);

/// How long an answer that is under way may still take when the client wants the server to end.
const GRACE: Duration = Duration::from_millis(300);

/// See the module.
#[derive(Debug)]
pub struct Server {
    client: Client,
    work: Arc<Work>,
    wishes: Arc<Wishes>,
    ended: Arc<AtomicBool>,
}

/// What a client may set, as `initializationOptions` and in its settings below `ztp`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Settings {
    /// `cilium:1.18`: where a project declares no cluster.
    enforcer: Option<String>,
    /// Take only this cluster.
    cluster: Option<String>,
    /// The day that `until` is compared with; today, when not said.
    today: Option<String>,
    /// The folders of one project, as `ztp check platform teams` has them.
    roots: Option<Vec<String>>,
}

/// Serves until the client says `exit` or closes the pipe.
pub fn serve() -> ExitCode {
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() else {
        eprintln!("ztp-lsp: no threads can be started");
        return ExitCode::FAILURE;
    };
    let ended = runtime.block_on(serve_on(tokio::io::stdin(), tokio::io::stdout(), PAUSE));
    // Threads that still read or check are left behind: waiting for them could take for ever.
    runtime.shutdown_timeout(GRACE);
    if ended { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The same over any pair of streams, in the runtime of the caller. `pause` is how long nobody types before everything is
/// checked again. Returns whether the client has said `shutdown` before.
pub async fn serve_on(input: impl AsyncRead + Unpin, output: impl AsyncWrite, pause: Duration) -> bool {
    let ended = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&ended);
    let (service, socket) = LspService::build(|client| Server::new(client, told, pause))
        .custom_method("ztp/status", Server::status)
        .finish();
    Transport::new(input, output, socket).concurrency_level(AT_ONCE).serve(service).await;
    ended.load(Ordering::Relaxed)
}

impl Drop for Server {
    fn drop(&mut self) {
        self.work.end();
    }
}

impl Server {
    fn new(client: Client, ended: Arc<AtomicBool>, pause: Duration) -> Self {
        let (sender, receiver) = unbounded_channel();
        let wishes = Arc::new(Wishes::default());
        let work = Work::begin(sender, pause);
        tokio::spawn(send(client.clone(), receiver, Arc::clone(&work), Arc::clone(&wishes)));
        Self { client, work, wishes, ended }
    }

    /// Answers a question about a file, on another thread.
    async fn ask<T: Send + 'static>(
        &self,
        uri: &Uri,
        answer: impl FnOnce(&Snapshot) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>> {
        let snapshot = {
            let state = self.work.state();
            state.project_of(uri).map(|project| state.snapshot(project))
        };
        let Some(snapshot) = snapshot else { return Ok(None) };
        tokio::task::spawn_blocking(move || answer(&snapshot)).await.map_err(|_| Error::internal_error())
    }

    /// Answers a question about all projects, on another thread.
    async fn ask_all<T: Send + 'static>(&self, answer: impl FnOnce(Vec<Snapshot>) -> T + Send + 'static) -> Result<T> {
        let snapshots: Vec<Snapshot> = {
            let state = self.work.state();
            state.projects.values().map(|project| state.snapshot(project)).collect()
        };
        tokio::task::spawn_blocking(move || answer(snapshots)).await.map_err(|_| Error::internal_error())
    }

    /// What was done so far, for those who measure: also whether anything is still to be checked.
    async fn status(&self) -> Result<LSPAny> {
        let state = self.work.state();
        let checked = state.projects.values().all(Project::is_settled);
        Ok(serde_json::json!({
            "settled": checked && !self.work.is_sending(),
            "projects": state.projects.len(),
            "files": state.projects.values().map(|project| project.workspace.files().count()).sum::<usize>(),
            "parsed": state.counts.parsed,
            "namespacesChecked": state.counts.checked,
            "wholeChecks": state.counts.wholes,
        }))
    }

    /// Takes settings over; a value that is none is ignored, and said. `null` and what is no object say nothing.
    async fn configure(&self, settings: LSPAny) {
        if !settings.is_object() {
            return;
        }
        let settings: Settings = match serde_json::from_value(settings) {
            Ok(settings) => settings,
            Err(error) => return self.warn(format!("ztp: the settings cannot be read: {error}")).await,
        };
        let said = |text: Option<String>| text.filter(|text| !text.is_empty());
        let mut enforcer = None;
        if let Some(text) = said(settings.enforcer) {
            match ztp::resolve::parse_enforcer(&text) {
                Ok(parsed) => enforcer = Some(parsed),
                Err(error) => self.warn(format!("ztp: the setting `enforcer`: {error}")).await,
            }
        }
        let mut today = None;
        if let Some(text) = said(settings.today) {
            today = Date::parse(&text);
            if today.is_none() {
                self.warn(format!("ztp: the setting `today`: `{text}` is no day such as 2031-03-31")).await;
            }
        }
        let cluster = said(settings.cluster).map(Into::into);
        let mut state = self.work.state();
        let options = Options { enforcer, cluster, today, ..state.options.clone() };
        state.configure(options, settings.roots.unwrap_or_default());
    }

    /// Says which of the roots of the settings are none.
    async fn warn_of_missing_roots(&self) {
        let missing = self.work.state().missing_roots();
        for root in missing {
            self.warn(format!("ztp: the setting `roots`: no `.ztp` file is in `{root}`")).await;
        }
    }

    async fn warn(&self, message: String) {
        self.client.show_message(MessageType::WARNING, message).await;
    }

    /// Reads what happened on the disk, while others may look at what was known before.
    fn reread(&self, paths: &[PathBuf]) {
        let read = state::read(paths);
        self.work.state().reread(paths, read);
        self.work.wake();
    }

    /// Reads the editor's folders.
    fn load(&self) {
        let folders = self.work.state().folders.clone();
        let read = state::read(&folders);
        self.work.state().load(read);
        self.work.wake();
    }

    async fn watch(&self) {
        let watcher = |glob: &str, kind| FileSystemWatcher { glob_pattern: GlobPattern::String(glob.to_owned()), kind };
        // A folder that goes is told of by its own name alone.
        let watchers = vec![watcher("**/*.ztp", None), watcher("**/*", Some(WatchKind::Delete))];
        let options = serde_json::to_value(DidChangeWatchedFilesRegistrationOptions { watchers }).ok();
        let registration = Registration {
            id: "ztp-files".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: options,
        };
        let client = self.client.clone();
        // The answer may come long after; nothing is to wait for it.
        tokio::spawn(async move {
            let _ = client.register_capability(vec![registration]).await;
        });
    }
}

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let general = params.capabilities.general.as_ref();
        let encoding = Encoding::agree(general.and_then(|general| general.position_encodings.as_deref()));
        self.wishes.take(&params.capabilities);
        if let Some(mut settings) = params.initialization_options {
            self.configure(settings.get_mut("ztp").map(LSPAny::take).unwrap_or(settings)).await;
        }
        #[expect(deprecated, reason = "older clients send only this")]
        let root = params.root_uri;
        let folders: Vec<PathBuf> = match params.workspace_folders {
            Some(folders) if !folders.is_empty() => {
                folders.iter().filter_map(|folder| path_of_folder(&folder.uri)).collect()
            }
            _ => root.iter().filter_map(path_of_folder).collect(),
        };
        let mut state = self.work.state();
        state.encoding = encoding;
        state.can = Abilities::of(&params.capabilities);
        state.folders = folders;
        drop(state);
        Ok(InitializeResult {
            capabilities: capabilities(encoding, self.wishes.pulls.load(Ordering::Relaxed)),
            server_info: Some(ServerInfo {
                name: "ztp-lsp".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            offset_encoding: None,
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        self.load();
        self.warn_of_missing_roots().await;
        if self.wishes.watches.load(Ordering::Relaxed) {
            self.watch().await;
        }
    }

    async fn shutdown(&self) -> Result<()> {
        self.ended.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        self.work.state().open(document.uri, &document.text, document.version);
        self.work.wake();
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let document = params.text_document;
        self.work.state().change(&document.uri, &params.content_changes, document.version);
        self.work.wake();
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        let uri = params.text_document.uri;
        self.work.state().close(&uri);
        let path = path_of(&uri);
        // What lies elsewhere was the client's alone.
        let inside = folder_of(&self.work.state().folders, &path).is_some();
        self.reread(if inside { std::slice::from_ref(&path) } else { &[] });
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let changes = params.changes.iter().map(|change| (path_of(&change.uri), change.typ == FileChangeType::DELETED));
        let paths: Vec<PathBuf> = {
            let state = self.work.state();
            changes.filter(|(path, gone)| state.may_concern(path, *gone)).map(|(path, _)| path).collect()
        };
        if !paths.is_empty() {
            self.reread(&paths);
        }
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let mut state = self.work.state();
        let removed: Vec<PathBuf> =
            params.event.removed.iter().filter_map(|folder| path_of_folder(&folder.uri)).collect();
        state.folders.retain(|folder| !removed.contains(folder));
        state.folders.extend(params.event.added.iter().filter_map(|folder| path_of_folder(&folder.uri)));
        drop(state);
        self.load();
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        // Clients send the settings of others, too, and `{}` or `null` where there are none: these change nothing.
        let mut settings = params.settings;
        if let Some(own) = settings.get_mut("ztp").map(LSPAny::take) {
            self.configure(own).await;
            self.work.wake();
            self.warn_of_missing_roots().await;
        }
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        let uri = params.text_document.uri.clone();
        let answer = self.ask(&uri, move |snapshot| requests::diagnostic::answer(snapshot, &params)).await?;
        Ok(answer.unwrap_or_else(requests::diagnostic::nothing))
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
        self.ask_all(move |snapshots| requests::diagnostic::everywhere(&snapshots, &params)).await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let uri = params.text_document_position_params.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::definition::answer(snapshot, &params)).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let uri = params.text_document_position.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::references::answer(snapshot, &params)).await
    }

    async fn document_highlight(&self, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>> {
        let uri = params.text_document_position_params.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::highlight::answer(snapshot, &params)).await
    }

    async fn prepare_rename(&self, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        let uri = params.text_document.uri.clone();
        let answer = self.ask(&uri, move |snapshot| requests::rename::prepare(snapshot, &params)).await?;
        answer.transpose().map_err(refused)
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let uri = params.text_document_position.text_document.uri.clone();
        let answer = self.ask(&uri, move |snapshot| requests::rename::answer(snapshot, &params)).await?;
        answer.transpose().map_err(refused)
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::symbols::of_document(snapshot, &params)).await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        let found = self.ask_all(move |snapshots| requests::symbols::everywhere(&snapshots, &params)).await?;
        Ok(Some(found))
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::folding::answer(snapshot, &params)).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::selection::answer(snapshot, &params)).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::links::answer(snapshot, &params)).await
    }

    async fn semantic_tokens_full(&self, params: SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::tokens::full(snapshot, &params)).await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::tokens::range(snapshot, &params)).await
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        let uri = params.text_document_position_params.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::calls::prepare(snapshot, &params)).await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        let uri = params.item.uri.clone();
        self.ask(&uri, move |snapshot| requests::calls::incoming(snapshot, &params)).await
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        let uri = params.item.uri.clone();
        self.ask(&uri, move |snapshot| requests::calls::outgoing(snapshot, &params)).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let uri = params.text_document_position_params.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::hover::answer(snapshot, &params)).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let uri = params.text_document_position.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::completion::answer(snapshot, &params)).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::hints::answer(snapshot, &params)).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::lens::answer(snapshot, &params)).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::actions::answer(snapshot, &params)).await
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::format::answer(snapshot, &params)).await
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, move |snapshot| requests::format::range(snapshot, &params)).await
    }
}

/// A question that has no answer for a reason: clients show it.
fn refused(reason: impl std::fmt::Display) -> Error {
    let code = ErrorCode::ServerError(error_codes::REQUEST_FAILED);
    Error { code, message: reason.to_string().into(), data: None }
}

/// The folder that a client names; `None` where it is none on the disk.
fn path_of_folder(uri: &Uri) -> Option<PathBuf> {
    let on_disk = uri.scheme().as_str().eq_ignore_ascii_case("file");
    on_disk.then(|| uri.to_file_path().map(|path| path.into_owned())).flatten()
}
