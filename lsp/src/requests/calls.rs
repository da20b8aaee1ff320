//! `textDocument/prepareCallHierarchy`, `callHierarchy/incomingCalls` and `callHierarchy/outgoingCalls`: who may reach
//! this, and what this may reach.
//!
//! The protocol takes a call's places for places in the file of the one who calls. A sentence may stand elsewhere: in
//! another file of the namespace, or in the platform's. Then the other end is shown at the sentence, and the item's data
//! says where it is declared.

use super::symbols::of_kind;
use crate::protocol::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem, CallHierarchyOutgoingCall,
    CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, LSPAny, SymbolKind, TextDocumentIdentifier,
    TextDocumentPositionParams,
};
use crate::snapshot::Snapshot;
use std::collections::BTreeMap;
use std::sync::Arc;
use ztp::ide::{self, Call, End, File, Said, Way};
use ztp::source::FileId;

/// What at a place can reach or be reached.
pub fn prepare(snapshot: &Snapshot, params: &CallHierarchyPrepareParams) -> Option<Vec<CallHierarchyItem>> {
    let (file, offset) = snapshot.place(&params.text_document_position_params)?;
    let ends = ide::prepare_calls(&snapshot.workspace, &file, offset);
    let items: Vec<_> = ends.iter().filter_map(|end| item(snapshot, end)).collect();
    (!items.is_empty()).then_some(items)
}

/// Who may reach it.
pub fn incoming(
    snapshot: &Snapshot,
    params: &CallHierarchyIncomingCallsParams,
) -> Option<Vec<CallHierarchyIncomingCall>> {
    let mut found = Vec::new();
    for call in calls(snapshot, &params.item, Way::Incoming)? {
        for (id, sentences) in by_file(&call) {
            let from_ranges = sentences.iter().map(|said| snapshot.range(said.span)).collect();
            let from = item_in(snapshot, &call.end, id, &sentences)?;
            found.push(CallHierarchyIncomingCall { from, from_ranges });
        }
    }
    Some(found)
}

/// What it may reach.
pub fn outgoing(
    snapshot: &Snapshot,
    params: &CallHierarchyOutgoingCallsParams,
) -> Option<Vec<CallHierarchyOutgoingCall>> {
    let caller = snapshot.id(&params.item.uri)?;
    let mut found = Vec::new();
    for call in calls(snapshot, &params.item, Way::Outgoing)? {
        for (id, sentences) in by_file(&call) {
            let outgoing = if id == caller {
                let from_ranges = sentences.iter().map(|said| snapshot.range(said.span)).collect();
                CallHierarchyOutgoingCall { to: item(snapshot, &call.end)?, from_ranges }
            } else {
                let to = item_at(snapshot, &call.end, *sentences.first()?)?;
                CallHierarchyOutgoingCall { to, from_ranges: vec![params.item.selection_range] }
            };
            found.push(outgoing);
        }
    }
    Some(found)
}

fn calls(snapshot: &Snapshot, item: &CallHierarchyItem, way: Way) -> Option<Vec<Call>> {
    let (file, offset) = declared_at(snapshot, item)?;
    let checked = |id| snapshot.checked_around(id);
    Some(ide::calls(&snapshot.workspace, checked, &file, offset, way))
}

/// The name that an item stands for: the one that its data tells, or its own.
fn declared_at(snapshot: &Snapshot, item: &CallHierarchyItem) -> Option<(Arc<File>, u32)> {
    let declared = item.data.as_ref().and_then(|data| serde_json::from_value(data.clone()).ok());
    let own = || TextDocumentPositionParams {
        text_document: TextDocumentIdentifier { uri: item.uri.clone() },
        position: item.selection_range.start,
    };
    snapshot.place(&declared.unwrap_or_else(own))
}

fn by_file(call: &Call) -> BTreeMap<FileId, Vec<Said>> {
    let mut found: BTreeMap<FileId, Vec<Said>> = BTreeMap::new();
    for said in &call.sentences {
        found.entry(said.span.file).or_default().push(*said);
    }
    found
}

/// An end where it is declared.
fn item(snapshot: &Snapshot, end: &End) -> Option<CallHierarchyItem> {
    Some(CallHierarchyItem {
        name: end.name.clone(),
        kind: end.kind.map_or(SymbolKind::CONSTANT, of_kind),
        tags: None,
        detail: None,
        uri: snapshot.uri(end.name_span.file)?,
        range: snapshot.range(end.whole),
        selection_range: snapshot.range(end.name_span),
        data: None,
    })
}

/// An end in a file: where it is declared if that is there, or else at the first of some sentences.
fn item_in(snapshot: &Snapshot, end: &End, id: FileId, sentences: &[Said]) -> Option<CallHierarchyItem> {
    if end.name_span.file == id { item(snapshot, end) } else { item_at(snapshot, end, *sentences.first()?) }
}

/// An end at a sentence that names it.
fn item_at(snapshot: &Snapshot, end: &End, said: Said) -> Option<CallHierarchyItem> {
    let text = snapshot.workspace.sources().slice(said.span);
    let declared = snapshot.location(end.name_span)?;
    let declared = TextDocumentPositionParams {
        text_document: TextDocumentIdentifier { uri: declared.uri },
        position: declared.range.start,
    };
    let data: Option<LSPAny> = serde_json::to_value(declared).ok();
    Some(CallHierarchyItem {
        detail: text.lines().next().map(ToOwned::to_owned),
        uri: snapshot.uri(said.span.file)?,
        range: snapshot.range(said.span),
        selection_range: snapshot.range(said.naming),
        data,
        ..item(snapshot, end)?
    })
}
