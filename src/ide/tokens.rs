//! What each word of a file is, for its colour: from the tree where a sentence could be read, and by the words where not.

use super::declared::{Declarations, Symbol};
use super::lex::{Lexeme, LexemeKind, lex};
use super::names::{Kind, Occurrence, Role, home};
use super::walk::{Piece, pieces};
use super::workspace::{File, Workspace};
use crate::source::Span;
use crate::syntax::ast::ItemKind;
use std::collections::{BTreeMap, BTreeSet};

/// A word with its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where; on one line.
    pub span: Span,
    /// What.
    pub kind: TokenKind,
    /// Whether it declares what it names.
    pub declares: bool,
}

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenKind {
    /// The name of something that is declared.
    Name(Kind),
    /// A name that nothing declares, or pods by their label.
    Unknown,
    /// The name of a port.
    Port,
    /// A word of the language.
    Keyword,
    /// A word that stands for a peer.
    Entity,
    /// A method of a request, or of gRPC.
    Method,
    /// A path.
    Path,
    /// A number, an address, a day.
    Number,
    /// The key of a label, the name of a header.
    Key,
    /// The value of a label, of a header, of a fact; a DNS name; text.
    Text,
    /// The code of a finding.
    Code,
    /// A comment.
    Comment,
    /// A comment that documents what follows.
    Documentation,
}

/// The tokens of a file that touch a range, or all of them, in order.
#[must_use]
pub fn tokens(workspace: &Workspace, file: &File, within: Option<Span>) -> Vec<Token> {
    let end = u32::try_from(file.source.text.len()).unwrap_or(u32::MAX);
    let within = within.unwrap_or(Span::new(file.id, 0, end));
    let touches = |span: Span| span.start < within.end && within.start < span.end;
    // By their starts. What stands first there is taken: names know most.
    let mut found: BTreeMap<u32, Token> = BTreeMap::new();
    let lexemes: Vec<Lexeme> =
        lex(file.id, &file.source.text).into_iter().filter(|lexeme| touches(lexeme.span)).collect();
    let unread = unread(file, &lexemes);
    let named: Vec<&Occurrence> = file.names.iter().filter(|name| touches(name.span)).collect();
    let words: BTreeSet<&str> = named.iter().copied().chain(&unread).map(|name| name.name.as_str()).collect();
    let declarations = Declarations::seen_from(workspace, file, &|name| words.contains(name));
    for name in named.into_iter().chain(&unread) {
        let kind = of_name(&declarations, file, name);
        found.insert(name.span.start, Token { span: name.span, kind, declares: name.declares() });
    }
    pieces(&file.tree, within, |span, piece| {
        if let Some(kind) = of_piece(piece).filter(|_| touches(span)) {
            found.entry(span.start).or_insert(Token { span, kind, declares: false });
        }
    });
    let mut from_words = Vec::new();
    for lexeme in lexemes {
        let before = found.range(..lexeme.span.end).next_back();
        let taken = before.is_some_and(|(_, token)| token.span.end > lexeme.span.start);
        if let Some(kind) = of_word(lexeme.kind, text_of(file, lexeme.span)).filter(|_| !taken) {
            from_words.push(Token { span: lexeme.span, kind, declares: false });
        }
    }
    found.extend(from_words.into_iter().map(|token| (token.span.start, token)));
    found.into_values().collect()
}

/// The words of sentences that cannot be read, taken for names of this place: a sentence keeps its colours while it is
/// typed.
fn unread(file: &File, lexemes: &[Lexeme]) -> Vec<Occurrence> {
    let mut found = Vec::new();
    for section in &file.tree.sections {
        for item in section.items.iter().filter(|item| item.kind == ItemKind::Bad) {
            let first = lexemes.partition_point(|lexeme| lexeme.span.start < item.span.0.start);
            let within = lexemes.iter().skip(first).take_while(|lexeme| lexeme.span.end <= item.span.0.end);
            let words = within.filter(|lexeme| lexeme.kind == LexemeKind::Word);
            let named = words.map(|lexeme| (lexeme.span, text_of(file, lexeme.span)));
            let named =
                named.filter(|(_, text)| of_word(LexemeKind::Word, text).is_none() && !text.contains(['/', '.']));
            let home = home(section);
            found.extend(named.map(|(span, text)| Occurrence {
                name: text.into(),
                span,
                home: home.cloned(),
                role: Role::Peer,
            }));
        }
    }
    found
}

fn text_of(file: &File, span: Span) -> &str {
    file.source.text.get(span.start as usize..span.end as usize).unwrap_or_default()
}

fn of_name(declarations: &Declarations<'_>, file: &File, name: &Occurrence) -> TokenKind {
    match &name.role {
        Role::Port(_) | Role::DeclaresPort(_) => TokenKind::Port,
        Role::Declares(kind) => TokenKind::Name(*kind),
        Role::DeclaresForeign(_) => TokenKind::Name(Kind::Workload),
        Role::Namespace => TokenKind::Name(Kind::Namespace),
        Role::WorkloadIn(_) => TokenKind::Name(Kind::Workload),
        Role::Peer | Role::WorkloadOf(_) | Role::Set => {
            // Of a namespace that nothing declares it is one by its label.
            let known = |symbol: Symbol| match symbol {
                Symbol::Foreign { .. } => Some(Kind::Workload),
                symbol => declarations.kind(&symbol),
            };
            let kind = declarations.meaning(file, name).into_iter().find_map(known);
            kind.map_or(TokenKind::Unknown, TokenKind::Name)
        }
    }
}

fn of_piece(piece: Piece) -> Option<TokenKind> {
    Some(match piece {
        Piece::Whole => return None,
        Piece::Entity => TokenKind::Entity,
        Piece::Address | Piece::Number | Piece::Date => TokenKind::Number,
        Piece::Dns | Piece::LabelValue | Piece::Text | Piece::Word => TokenKind::Text,
        Piece::LabelKey | Piece::Header => TokenKind::Key,
        Piece::Method | Piece::Call => TokenKind::Method,
        Piece::Path => TokenKind::Path,
        Piece::Code => TokenKind::Code,
    })
}

/// What a word is of which the tree says nothing: a keyword, a comment, or a part of what cannot be read.
fn of_word(kind: LexemeKind, text: &str) -> Option<TokenKind> {
    match kind {
        LexemeKind::Comment { doc: true } => Some(TokenKind::Documentation),
        LexemeKind::Comment { doc: false } => Some(TokenKind::Comment),
        LexemeKind::Text => Some(TokenKind::Text),
        LexemeKind::Word if KEYWORDS.binary_search(&text).is_ok() => Some(TokenKind::Keyword),
        LexemeKind::Word if text.bytes().all(|byte| byte.is_ascii_digit()) => Some(TokenKind::Number),
        LexemeKind::Word if text.len() > 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            Some(TokenKind::Method)
        }
        LexemeKind::Word | LexemeKind::Mark(_) => None,
    }
}

/// The words of the grammar, sorted.
const KEYWORDS: &[&str] = &[
    "accept",
    "always",
    "any",
    "apiserver",
    "as",
    "assert",
    "at",
    "auth",
    "because",
    "but",
    "by",
    "call",
    "can",
    "cannot",
    "cloud",
    "cluster",
    "dns",
    "domain",
    "egress",
    "enforce",
    "enforcer",
    "enforcing",
    "every",
    "except",
    "expose",
    "external",
    "features",
    "for",
    "group",
    "header",
    "host",
    "in",
    "ingress",
    "labels",
    "matching",
    "may",
    "mesh-name",
    "mutual",
    "name",
    "namespace",
    "namespaces",
    "no",
    "nodes",
    "not",
    "nothing",
    "on",
    "only",
    "owner",
    "ping",
    "platform",
    "pods",
    "project",
    "query",
    "reach",
    "regex-budget",
    "request",
    "resolve",
    "search",
    "serves",
    "serviceaccount",
    "tls",
    "to",
    "until",
    "use",
    "with",
    "without",
    "workload",
    "workloads",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keywords_are_the_grammars() {
        let grammar = include_str!("../../grammar/ztp.pest");
        let rules = grammar.lines().filter(|line| line.starts_with("kw_"));
        let of_rule = |rule: &'static str| rule.split('"').nth(1).unwrap().trim_end();
        let mut words: Vec<&str> = rules.map(of_rule).collect();
        // These are no rules of their own.
        words.extend(["egress", "every", "ingress"]);
        words.sort_unstable();
        words.dedup();
        assert_eq!(words, KEYWORDS);
    }
}
