//! Requests: methods, paths and gRPC methods.

use super::Builder;
use crate::diagnostic::problem::syntax::{PathFault, SyntaxProblem};
use crate::source::Span;
use crate::syntax::ast::{GrpcMethod, Node, Path, PathSegment, Request};
use crate::syntax::grammar::Rule;
use pest::iterators::Pair;
use smol_str::SmolStr;

impl Builder<'_> {
    /// `GET, HEAD /path`, `request /path`
    pub(super) fn requested(&mut self, pair: Pair<'_, Rule>) -> Option<Request> {
        let mut methods = Vec::new();
        let mut path = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::method => methods.push(self.word(&part)),
                Rule::path => {
                    let span = self.span(&part);
                    path = self.path(part.as_str(), span, false);
                }
                Rule::quoted_path => {
                    let text = self.string(&part);
                    path = self.path(&text.value, text.span, true);
                }
                Rule::matching => {
                    let span = self.span(&part);
                    let expression = part.into_inner().last().map(|string| self.string(&string))?;
                    path = Some(Node::new(Path::Matching(expression.value), span));
                }
                _ => {}
            }
        }
        Some(Request { methods, path: path?, without_query: None, host: None, headers: Vec::new() })
    }

    fn path(&mut self, text: &str, span: Span, quoted: bool) -> Option<Node<Path>> {
        match read_path(text, quoted) {
            Ok(path) => Some(Node::new(path, span)),
            Err(fault) => {
                self.report(SyntaxProblem::Path { span, text: text.into(), fault });
                None
            }
        }
    }

    /// `pkg.Service/Method`, `pkg.Service/*`
    pub(super) fn grpc_method(&mut self, pair: &Pair<'_, Rule>) -> Option<Node<GrpcMethod>> {
        let span = self.span(pair);
        let read = read_grpc(pair.as_str());
        if read.is_none() {
            self.report(SyntaxProblem::Grpc { span, text: pair.as_str().into() });
        }
        read.map(|method| Node::new(method, span))
    }
}

fn read_path(text: &str, quoted: bool) -> Result<Path, PathFault> {
    let Some(inside) = text.strip_prefix('/') else { return Err(PathFault::NoSlash) };
    let (inside, rest) = match inside.strip_suffix("**") {
        Some("") => return Ok(Path::Segments { segments: Vec::new(), rest: true }),
        Some(before) => (before.strip_suffix('/').ok_or(PathFault::Rest)?, true),
        None => (inside, false),
    };
    let count = inside.split('/').count();
    let mut segments = Vec::with_capacity(count);
    for (index, segment) in inside.split('/').enumerate() {
        let last = index + 1 == count && !rest;
        segments.push(read_segment(segment, last, quoted)?);
    }
    Ok(Path::Segments { segments, rest })
}

fn read_segment(segment: &str, last: bool, quoted: bool) -> Result<PathSegment, PathFault> {
    match segment {
        "*" => return Ok(PathSegment::One(SmolStr::default())),
        "**" => return Err(PathFault::Rest),
        "" if !last => return Err(PathFault::Empty),
        "." | ".." => return Err(PathFault::Dots),
        _ => {}
    }
    if let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        let fine =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        return if fine { Ok(PathSegment::One(name.into())) } else { Err(PathFault::Brace) };
    }
    if segment.starts_with(':') && !quoted {
        return Err(PathFault::Colon);
    }
    for (at, character) in segment.char_indices() {
        match character {
            '*' => return Err(if segment.contains("**") { PathFault::Rest } else { PathFault::Star }),
            '{' | '}' => return Err(PathFault::Brace),
            '?' => return Err(PathFault::Query),
            '#' if !quoted => return Err(PathFault::Fragment),
            '%' => {
                let digits = segment.get(at + 1..at + 3).unwrap_or_default();
                if digits.len() != 2 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return Err(PathFault::Percent);
                }
            }
            _ if is_plain(character) || quoted => {}
            _ => return Err(PathFault::Character(character)),
        }
    }
    Ok(PathSegment::Literal(segment.into()))
}

/// Whether a character may stand in a path without quotes: `pchar` of RFC 3986 §3.3 but `*`, which means something
/// else here, and `;`, which ends a sentence.
pub(in crate::syntax) fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(
            character,
            '-' | '.' | '_' | '~' | '!' | '$' | '&' | '\'' | '(' | ')' | '+' | ',' | '=' | ':' | '@' | '%'
        )
}

fn read_grpc(text: &str) -> Option<GrpcMethod> {
    let (service, method) = text.split_once('/')?;
    let identifier = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && part.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
    };
    if !service.split('.').all(identifier) {
        return None;
    }
    match method {
        "*" => Some(GrpcMethod { service: service.into(), method: None }),
        _ if identifier(method) => Some(GrpcMethod { service: service.into(), method: Some(method.into()) }),
        _ => None,
    }
}
