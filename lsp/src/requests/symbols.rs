//! `textDocument/documentSymbol` and `workspace/symbol`.

use crate::protocol::{
    DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, OneOf, SymbolKind, WorkspaceSymbol,
    WorkspaceSymbolParams, WorkspaceSymbolResponse,
};
use crate::snapshot::Snapshot;
use ztp::ide::names::Kind;
use ztp::ide::{self, OutlineKind, Outlined};

/// The outline of a file.
pub fn of_document(snapshot: &Snapshot, params: &DocumentSymbolParams) -> Option<DocumentSymbolResponse> {
    let file = snapshot.file(&params.text_document.uri)?;
    let outline = ide::document_symbols(&file);
    Some(DocumentSymbolResponse::Nested(outline.into_iter().map(|part| shown(snapshot, part)).collect()))
}

#[expect(deprecated, reason = "the protocol's struct still has the field")]
fn shown(snapshot: &Snapshot, part: Outlined) -> DocumentSymbol {
    let kind = match part.kind {
        OutlineKind::Section => SymbolKind::MODULE,
        OutlineKind::Declares(kind) => of_kind(kind),
        OutlineKind::Port => SymbolKind::FIELD,
        OutlineKind::Fact => SymbolKind::PROPERTY,
        OutlineKind::Sentence => SymbolKind::FUNCTION,
        OutlineKind::Request => SymbolKind::METHOD,
    };
    let (range, selection_range) = (snapshot.range(part.whole), snapshot.range(part.name_span));
    let parts: Vec<_> = part.parts.into_iter().map(|part| shown(snapshot, part)).collect();
    let children = (!parts.is_empty()).then_some(parts);
    DocumentSymbol {
        name: part.name,
        detail: None,
        kind,
        tags: None,
        deprecated: None,
        range,
        selection_range,
        children,
    }
}

/// What the projects declare under names like the query.
pub fn everywhere(snapshots: &[Snapshot], params: &WorkspaceSymbolParams) -> WorkspaceSymbolResponse {
    let of_project = |snapshot| of_project(snapshot, &params.query);
    WorkspaceSymbolResponse::Nested(snapshots.iter().flat_map(of_project).collect())
}

fn of_project(snapshot: &Snapshot, query: &str) -> Vec<WorkspaceSymbol> {
    let shown = |found: ide::Found| {
        Some(WorkspaceSymbol {
            name: found.name.to_string(),
            kind: of_kind(found.kind),
            tags: None,
            container_name: found.within.map(|within| within.to_string()),
            location: OneOf::Left(snapshot.location(found.span)?),
            data: None,
        })
    };
    ide::workspace_symbols(&snapshot.workspace, query).into_iter().filter_map(shown).collect()
}

/// The protocol's nearest word for what is declared.
pub fn of_kind(kind: Kind) -> SymbolKind {
    match kind {
        Kind::Project => SymbolKind::PACKAGE,
        Kind::Cluster => SymbolKind::OBJECT,
        Kind::Namespace => SymbolKind::NAMESPACE,
        Kind::Set => SymbolKind::ENUM,
        Kind::Nodes => SymbolKind::STRUCT,
        Kind::Workload => SymbolKind::CLASS,
        Kind::External => SymbolKind::INTERFACE,
        Kind::Group => SymbolKind::ARRAY,
    }
}
