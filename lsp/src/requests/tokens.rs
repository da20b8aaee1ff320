//! `textDocument/semanticTokens/full` and `…/range`

use crate::protocol::{
    SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensLegend,
    SemanticTokensParams, SemanticTokensRangeParams, SemanticTokensRangeResult, SemanticTokensResult,
};
use crate::snapshot::Snapshot;
use ztp::ide::names::Kind;
use ztp::ide::{self, File, Token, TokenKind};
use ztp::source::Span;

/// The kinds of words, in the order of their numbers. They are the protocol's own, so that every theme has colours.
const TYPES: [SemanticTokenType; 14] = [
    SemanticTokenType::NAMESPACE,
    SemanticTokenType::CLASS,
    SemanticTokenType::INTERFACE,
    SemanticTokenType::ENUM,
    SemanticTokenType::STRUCT,
    SemanticTokenType::TYPE,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::KEYWORD,
    SemanticTokenType::METHOD,
    SemanticTokenType::STRING,
    SemanticTokenType::NUMBER,
    SemanticTokenType::COMMENT,
    SemanticTokenType::DECORATOR,
];

/// What is said of a word beside its kind; each is a bit.
const MODIFIERS: [SemanticTokenModifier; 3] = [
    SemanticTokenModifier::DECLARATION,
    SemanticTokenModifier::DOCUMENTATION,
    // What the language gives: `world`, `anything`.
    SemanticTokenModifier::DEFAULT_LIBRARY,
];

/// What the numbers of tokens stand for.
pub fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend { token_types: TYPES.to_vec(), token_modifiers: MODIFIERS.to_vec() }
}

/// The tokens of a file.
pub fn full(snapshot: &Snapshot, params: &SemanticTokensParams) -> Option<SemanticTokensResult> {
    let file = snapshot.file(&params.text_document.uri)?;
    Some(SemanticTokensResult::Tokens(encoded(snapshot, &file, None)))
}

/// The tokens of a range.
pub fn range(snapshot: &Snapshot, params: &SemanticTokensRangeParams) -> Option<SemanticTokensRangeResult> {
    let file = snapshot.file(&params.text_document.uri)?;
    let within = snapshot.span(file.id, params.range)?;
    Some(SemanticTokensRangeResult::Tokens(encoded(snapshot, &file, Some(within))))
}

/// Each token by how far it is from the one before.
fn encoded(snapshot: &Snapshot, file: &File, within: Option<Span>) -> SemanticTokens {
    let mut data = Vec::new();
    let (mut line, mut column) = (0, 0);
    for token in ide::tokens(&snapshot.workspace, file, within) {
        let place = snapshot.range(token.span);
        // A carriage return alone ends a line for clients, and nothing in a text.
        if place.start.line != place.end.line {
            continue;
        }
        let delta_line = place.start.line.saturating_sub(line);
        let from = if delta_line == 0 { column } else { 0 };
        data.push(SemanticToken {
            delta_line,
            delta_start: place.start.character.saturating_sub(from),
            length: place.end.character.saturating_sub(place.start.character),
            token_type: number(&token),
            token_modifiers_bitset: modifiers(&token),
        });
        (line, column) = (place.start.line, place.start.character);
    }
    SemanticTokens { result_id: None, data }
}

/// The number of a token's type.
fn number(token: &Token) -> u32 {
    let kind = match token.kind {
        TokenKind::Name(Kind::Namespace | Kind::Cluster | Kind::Project) => SemanticTokenType::NAMESPACE,
        TokenKind::Name(Kind::Workload) => SemanticTokenType::CLASS,
        TokenKind::Name(Kind::External) => SemanticTokenType::INTERFACE,
        TokenKind::Name(Kind::Group) => SemanticTokenType::ENUM,
        TokenKind::Name(Kind::Nodes) => SemanticTokenType::STRUCT,
        TokenKind::Name(Kind::Set) => SemanticTokenType::TYPE,
        TokenKind::Unknown | TokenKind::Entity => SemanticTokenType::VARIABLE,
        TokenKind::Port | TokenKind::Key => SemanticTokenType::PROPERTY,
        TokenKind::Keyword => SemanticTokenType::KEYWORD,
        TokenKind::Method => SemanticTokenType::METHOD,
        TokenKind::Path | TokenKind::Text => SemanticTokenType::STRING,
        TokenKind::Number => SemanticTokenType::NUMBER,
        TokenKind::Comment | TokenKind::Documentation => SemanticTokenType::COMMENT,
        TokenKind::Code => SemanticTokenType::DECORATOR,
    };
    let at = TYPES.iter().position(|known| *known == kind);
    at.and_then(|at| u32::try_from(at).ok()).unwrap_or_default()
}

fn modifiers(token: &Token) -> u32 {
    let bit = |modifier: SemanticTokenModifier| {
        MODIFIERS.iter().position(|known| *known == modifier).map_or(0, |at| 1_u32 << at)
    };
    let declares = if token.declares { bit(SemanticTokenModifier::DECLARATION) } else { 0 };
    let more = match token.kind {
        TokenKind::Documentation => bit(SemanticTokenModifier::DOCUMENTATION),
        TokenKind::Entity => bit(SemanticTokenModifier::DEFAULT_LIBRARY),
        _ => 0,
    };
    declares | more
}
