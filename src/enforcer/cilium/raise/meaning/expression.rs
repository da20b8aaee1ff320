//! Expressions back into what they were made from, where the two are the same set.
//!
//! | expression | set |
//! |---|---|
//! | `/api/v1\.2` | this path, without a query |
//! | `/api/[^/?]+/items` | any one segment between these |
//! | `/api/[^?]*` | any rest |
//! | `/api/.*` | any rest and any query: `.` takes `?` too |
//! | `…(\?.*)?` | any query |
//! | `.*` | everything |
//! | what takes no `?` and asks for no place | paths by this expression, without a query |
//!
//! Anything else stays an expression over the whole. `/.*` is not everything: `OPTIONS *` has no slash.
//!
//! `.` is every character here: a header has no line break.

use crate::policy::{PathPattern, Query, Segment};
use crate::semantics::connections::Target;
use crate::semantics::re2::{self, Assertion, Expression, Node};
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::iter::Peekable;
use std::str::Chars;

/// How many literals an expression may stand for to be told as them.
const MOST_LITERALS: usize = 64;

/// The text that an expression without operators stands for, escapes undone; `None` if it has operators.
pub fn literal(expression: &str) -> Option<SmolStr> {
    if expression.bytes().all(is_plain) {
        return Some(expression.into());
    }
    let mut text = String::with_capacity(expression.len());
    let mut chars = expression.chars();
    while let Some(c) = chars.next() {
        text.push(character(c, &mut chars)?);
    }
    Some(text.into())
}

/// The host of `literal(:[0-9]+)?`, if it is in lower case as hosts are here.
pub fn host(expression: &str) -> Option<SmolStr> {
    let host = literal(expression.strip_suffix("(:[0-9]+)?")?)?;
    (!host.is_empty() && !host.contains(|c: char| c.is_ascii_uppercase() || !c.is_ascii() || c == ':')).then_some(host)
}

/// The texts that an expression stands for, if they are few.
pub fn literals(expression: &Expression) -> Option<BTreeSet<SmolStr>> {
    let mut texts = vec![String::new()];
    for node in trimmed(expression.node()) {
        texts = texts_of(node, &texts)?;
    }
    Some(texts.into_iter().map(SmolStr::from).collect())
}

fn texts_of(node: &Node, before: &[String]) -> Option<Vec<String>> {
    let texts = match node {
        Node::Character(c) => before.iter().map(|text| format!("{text}{c}")).collect(),
        Node::Capture(node) => texts_of(node, before)?,
        Node::Concatenation(nodes) => {
            let mut texts = before.to_vec();
            for node in nodes {
                texts = texts_of(node, &texts)?;
            }
            texts
        }
        Node::Alternation(nodes) => {
            let mut texts = Vec::new();
            for node in nodes {
                texts.extend(texts_of(node, before)?);
                if texts.len() > MOST_LITERALS {
                    return None;
                }
            }
            texts
        }
        Node::Class(_) | Node::Assertion(_) | Node::Repeat { .. } => return None,
    };
    (texts.len() <= MOST_LITERALS).then_some(texts)
}

/// What an expression over the target of a request stands for.
pub fn target(text: &str, expression: &Expression) -> Target {
    if let Some((path, query)) = tokens(expression.node()).and_then(assembled) {
        return Target::Path { path, query };
    }
    if let Some(path) = text.strip_suffix(r"(\?.*)?")
        && let Ok(before) = re2::parse(path)
        // The suffix belongs to the whole of what is before it, not to the last alternative only.
        && !matches!(before.node(), Node::Alternation(_))
        && is_path(&before)
    {
        return Target::Path { path: PathPattern::Matching(ungrouped(path)), query: Query::Any };
    }
    if is_path(expression) {
        return Target::Path { path: PathPattern::Matching(ungrouped(text)), query: Query::None };
    }
    Target::Matching(text.into())
}

/// Whether only paths fit, and they fit as a whole.
fn is_path(expression: &Expression) -> bool {
    !expression.may_take('?') && !expression.has_assertions()
}

/// Without the group around the whole, if there is one.
fn ungrouped(text: &str) -> SmolStr {
    let inner = text.strip_prefix("(?:").and_then(|text| text.strip_suffix(')'));
    inner.filter(|inner| re2::parse(inner).is_ok()).unwrap_or(text).into()
}

/// The paths of an expression in the plainest form, and how large its program is at most; `None` where it takes a
/// closer look.
pub fn plain_path(expression: &str) -> Option<(PathPattern, Query, u32)> {
    let mut tokens = Vec::with_capacity(expression.len());
    let mut rest = expression;
    let mut size = 8;
    while let Some(c) = rest.chars().next() {
        let special =
            [("[^/?]+", Token::One), ("[^?]*", Token::Rest), (".*", Token::Everything), (r"(\?.*)?", Token::AnyQuery)]
                .into_iter()
                .find_map(|(text, token)| Some((rest.strip_prefix(text)?, token)));
        if let Some((after, token)) = special {
            tokens.push(token);
            rest = after;
            size += 32;
            continue;
        }
        let mut chars = rest.chars();
        chars.next();
        tokens.push(Token::Character(character(c, &mut chars)?));
        rest = chars.as_str();
        size += u32::try_from(c.len_utf8()).unwrap_or(u32::MAX);
    }
    let (path, query) = assembled(tokens)?;
    Some((path, query, size))
}

/// The character that an expression takes next, of which `c` was read; `None` if it is an operator.
fn character(c: char, after: &mut Chars<'_>) -> Option<char> {
    match c {
        '\\' => after.next().filter(char::is_ascii_punctuation),
        '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => None,
        c => Some(c),
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'~' | b' ' | b'%')
}

/// A part of an expression for targets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Character(char),
    /// `[^/?]+`
    One,
    /// `[^?]*`
    Rest,
    /// `.*`
    Everything,
    /// `(\?.*)?`
    AnyQuery,
}

/// The parts of an expression; `None` if it has others.
fn tokens(node: &Node) -> Option<Vec<Token>> {
    trimmed(node).iter().map(|node| token(node)).collect()
}

fn token(node: &Node) -> Option<Token> {
    match node {
        Node::Character(c) => Some(Token::Character(*c)),
        Node::Repeat { node, min: 1, max: None } if takes_all_but(node, &['/', '?']) => Some(Token::One),
        Node::Repeat { node, min: 0, max: None } if takes_all_but(node, &['?']) => Some(Token::Rest),
        Node::Repeat { node, min: 0, max: None } if takes_all_but(node, &[]) => Some(Token::Everything),
        Node::Repeat { node, min: 0, max: Some(1) } => match flat(node).as_slice() {
            [Node::Character('?'), rest] if token(rest) == Some(Token::Everything) => Some(Token::AnyQuery),
            _ => None,
        },
        _ => None,
    }
}

/// Whether it takes each character that a header can have, but for these.
fn takes_all_but(node: &Node, left_out: &[char]) -> bool {
    let Node::Class(class) = node else { return false };
    let takes = |c: char| class.iter().any(|range| (range.start()..=range.end()).contains(&c));
    // Control characters aside a header has all of these, and beyond them bytes that are no ASCII.
    (' '..='~').all(|c| takes(c) != left_out.contains(&c))
        && takes('\t')
        && class.iter().any(|range| range.start() <= '\u{80}' && range.end() == char::MAX)
}

/// The parts of a concatenation, groups dissolved.
fn flat(node: &Node) -> Vec<&Node> {
    match node {
        Node::Concatenation(nodes) => nodes.iter().flat_map(flat).collect(),
        Node::Capture(node) => flat(node),
        node => vec![node],
    }
}

/// [`flat`], without the assertions at the ends that hold anyway where the whole has to match.
fn trimmed(node: &Node) -> Vec<&Node> {
    let nodes = flat(node);
    let mut nodes = nodes.as_slice();
    while let [Node::Assertion(Assertion::TextStart), rest @ ..] = nodes {
        nodes = rest;
    }
    while let [rest @ .., Node::Assertion(Assertion::TextEnd)] = nodes {
        nodes = rest;
    }
    nodes.to_vec()
}

/// The pattern that the tokens spell.
fn assembled(tokens: Vec<Token>) -> Option<(PathPattern, Query)> {
    let mut tokens = tokens.into_iter().peekable();
    let every_path = PathPattern::Segments { segments: Vec::new(), rest: true };
    match tokens.peek()? {
        Token::Everything => {
            tokens.next();
            tokens.next_if_eq(&Token::AnyQuery);
            return tokens.next().is_none().then_some((every_path, Query::Any));
        }
        Token::Rest => {
            tokens.next();
            return Some((every_path, query(tokens)?));
        }
        _ => {}
    }
    let mut segments = Vec::new();
    while tokens.next_if_eq(&Token::Character('/')).is_some() {
        match tokens.peek() {
            Some(Token::One) => {
                tokens.next();
                segments.push(Segment::One);
            }
            Some(Token::Rest) if !segments.is_empty() => {
                tokens.next();
                return Some((PathPattern::Segments { segments, rest: true }, query(tokens)?));
            }
            Some(Token::Everything) if !segments.is_empty() => {
                tokens.next();
                tokens.next_if_eq(&Token::AnyQuery);
                let pattern = PathPattern::Segments { segments, rest: true };
                return tokens.next().is_none().then_some((pattern, Query::Any));
            }
            _ => {
                let mut text = String::new();
                while let Some(Token::Character(c)) =
                    tokens.next_if(|token| matches!(token, Token::Character(c) if !matches!(c, '/' | '?')))
                {
                    text.push(c);
                }
                segments.push(Segment::Literal(text.into()));
            }
        }
    }
    if segments.is_empty() {
        return None;
    }
    Some((PathPattern::Segments { segments, rest: false }, query(tokens)?))
}

/// What the rest of the tokens says of the query; `None` if it says anything else.
fn query(mut tokens: Peekable<impl Iterator<Item = Token>>) -> Option<Query> {
    match (tokens.next(), tokens.next()) {
        (None, _) => Some(Query::None),
        (Some(Token::AnyQuery), None) => Some(Query::Any),
        _ => None,
    }
}
