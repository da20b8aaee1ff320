//! What the server says on its own account, in the way that the client wishes.

use crate::protocol::{ClientCapabilities, Diagnostic, Uri};
use crate::work::{Found, Message, Work};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::mpsc::UnboundedReceiver;
use tower_lsp::Client;

/// How the client wants to hear what the server says on its own account.
#[derive(Debug, Default)]
pub struct Wishes {
    /// It asks for findings, and again when it is told to: it is not sent any, or it would show them twice. One that
    /// cannot be told would keep what another file's change has made untrue; it is sent them and not asked to ask.
    pub pulls: AtomicBool,
    /// It tells what happens to files on the disk, if it is asked to.
    pub watches: AtomicBool,
}

impl Wishes {
    /// Takes over what a client says at the beginning.
    pub fn take(&self, can: &ClientCapabilities) {
        let of_workspace = can.workspace.as_ref();
        let pulls = can.text_document.as_ref().is_some_and(|can| can.diagnostic.is_some());
        let refreshes = of_workspace.and_then(|can| can.diagnostics.as_ref()).and_then(|can| can.refresh_support);
        let watched = of_workspace.and_then(|can| can.did_change_watched_files.as_ref());
        let watches = watched.and_then(|can| can.dynamic_registration);
        self.pulls.store(pulls && refreshes.unwrap_or_default(), Ordering::Relaxed);
        self.watches.store(watches.unwrap_or_default(), Ordering::Relaxed);
    }
}

/// Sends what was found to a client that does not ask for it, each file's findings only when they are others than before.
pub async fn send(client: Client, mut messages: UnboundedReceiver<Message>, work: Arc<Work>, wishes: Arc<Wishes>) {
    let mut last: BTreeMap<Uri, (u64, Vec<Diagnostic>)> = BTreeMap::new();
    while let Some(message) = messages.recv().await {
        match message {
            Message::Found(Found { uri, items, version, order }) if !wishes.pulls.load(Ordering::Relaxed) => {
                let (before, known) = last.entry(uri.clone()).or_default();
                if *before > order {
                    continue;
                }
                // A client that has the file open waits for the findings of its version.
                if version.is_some() || *known != items {
                    client.publish_diagnostics(uri, items.clone(), version).await;
                }
                (*before, *known) = (order, items);
            }
            Message::Settled if wishes.pulls.load(Ordering::Relaxed) => {
                let client = client.clone();
                // The answer may come long after; nothing is to wait for it.
                tokio::spawn(async move {
                    let _ = client.workspace_diagnostic_refresh().await;
                });
            }
            Message::Sent => work.sent(),
            Message::Found(_) | Message::Settled => {}
        }
    }
}
