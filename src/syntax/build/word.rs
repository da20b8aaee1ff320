//! Names, strings, ports, dates and other words.

use super::Builder;
use super::shape;
use crate::diagnostic::problem::syntax::{NameFault, SyntaxProblem};
use crate::source::Span;
use crate::syntax::ast::{Date, Name, Node, PortItem, PortRef, Ports, Protocol};
use crate::syntax::grammar::Rule;
use pest::iterators::Pair;
use smol_str::{SmolStr, StrExt};

impl Builder<'_> {
    /// A word as it stands, unchecked.
    pub(super) fn word(&self, pair: &Pair<'_, Rule>) -> Name {
        Node::new(SmolStr::new(pair.as_str()), self.span(pair))
    }

    /// A name that something gets: checked, and none of the language's words. In lower case even when it was not.
    pub(super) fn declared_name(&mut self, pair: &Pair<'_, Rule>) -> Name {
        let name = self.checked_name(pair.as_str(), self.span(pair));
        if shape::is_reserved(&name.value) {
            self.report(SyntaxProblem::ReservedName { span: name.span, name: name.value.clone() });
        }
        name
    }

    /// A name where any is fine: a namespace may be called `ingress`.
    pub(super) fn any_name(&mut self, pair: &Pair<'_, Rule>) -> Name {
        self.checked_name(pair.as_str(), self.span(pair))
    }

    /// A name at a place, in lower case even when it was not.
    pub(super) fn checked_name(&mut self, text: &str, span: Span) -> Name {
        if let Err(fault) = shape::check_name(text) {
            self.report(SyntaxProblem::Name { span, name: text.into(), fault });
            if fault == NameFault::UpperCase {
                return Node::new(text.to_ascii_lowercase_smolstr(), span);
            }
        }
        Node::new(SmolStr::new(text), span)
    }

    /// A DNS name or pattern: lower case, without a closing dot.
    pub(super) fn dns_name(&mut self, text: &str, span: Span) -> Option<Name> {
        if let Err(fault) = shape::check_dns_name(text) {
            self.report(SyntaxProblem::DnsName { span, name: text.into(), fault });
            return None;
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        let lower = name.bytes().any(|byte| byte.is_ascii_uppercase());
        Some(Node::new(if lower { name.to_ascii_lowercase_smolstr() } else { SmolStr::new(name) }, span))
    }

    /// What a string says, its escapes resolved.
    pub(super) fn string(&mut self, pair: &Pair<'_, Rule>) -> Name {
        let span = self.span(pair);
        let quoted = pair.as_str();
        let inside = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default();
        if !inside.contains('\\') {
            return Node::new(SmolStr::new(inside), span);
        }
        let mut text = String::with_capacity(inside.len());
        let mut characters = inside.char_indices();
        while let Some((at, character)) = characters.next() {
            if character != '\\' {
                text.push(character);
                continue;
            }
            match characters.next() {
                Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                Some((_, escaped)) => {
                    let start = pair.as_span().start() + 1 + at;
                    let span = self.place(start, start + 1 + escaped.len_utf8());
                    self.report(SyntaxProblem::Escape { span, character: escaped });
                }
                None => {}
            }
        }
        Node::new(SmolStr::new(text), span)
    }

    /// `"text"` or a word.
    pub(super) fn string_or_word(&mut self, pair: &Pair<'_, Rule>) -> Name {
        if pair.as_str().starts_with('"') { self.string(pair) } else { self.word(pair) }
    }

    /// `8080`, `[80, 443]` after a colon.
    pub(super) fn ports(&mut self, pair: Pair<'_, Rule>) -> Ports {
        let span = self.span(&pair);
        let span = Span { start: span.start.saturating_sub(1), ..span };
        let mut items = Vec::with_capacity(1);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::port => items.extend(self.port(&part)),
                Rule::port_list => {
                    for port in part.into_inner() {
                        items.extend(self.port(&port));
                    }
                }
                _ => {}
            }
        }
        Ports { items, span: crate::syntax::ast::Place(span) }
    }

    /// `8080`, `8000-8100`, `http`, `53/udp`, `any/udp`
    pub(super) fn port(&mut self, pair: &Pair<'_, Rule>) -> Option<Node<PortItem>> {
        let span = self.span(pair);
        let (port, protocol) = match pair.as_str().split_once('/') {
            Some((port, protocol)) => (port, Some(protocol)),
            None => (pair.as_str(), None),
        };
        let protocol = match protocol {
            None => None,
            Some(protocol) => Some(self.protocol(port, protocol, span)?),
        };
        let port = self.port_ref(port, span, protocol.is_some())?;
        Some(Node::new(PortItem { port, protocol }, span))
    }

    /// The protocol of `port/protocol`.
    pub(super) fn protocol(&mut self, port: &str, protocol: &str, span: Span) -> Option<Protocol> {
        Some(match protocol {
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            "sctp" => Protocol::Sctp,
            "any" => Protocol::Any,
            _ => {
                self.report(SyntaxProblem::Protocol { span, port: port.into(), protocol: protocol.into() });
                return None;
            }
        })
    }

    fn port_ref(&mut self, text: &str, span: Span, with_protocol: bool) -> Option<PortRef> {
        if text == "any" {
            if !with_protocol {
                self.report(SyntaxProblem::AnyPort { span });
                return None;
            }
            return Some(PortRef::Any);
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.port_number(text, span).map(PortRef::Number);
        }
        if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            let (first, last) = text.split_once('-').filter(|(_, last)| !last.is_empty()).unwrap_or((text, text));
            let (first, last) = (self.port_number(first, span)?, self.port_number(last, span)?);
            if first > last {
                self.report(SyntaxProblem::PortOrder { span, first, last });
                return None;
            }
            return Some(PortRef::Range(first, last));
        }
        self.port_name(text, span).map(PortRef::Name)
    }

    /// A port by number: 1 to 65535.
    pub(super) fn port_number(&mut self, text: &str, span: Span) -> Option<u16> {
        let number = text.parse::<u16>().ok().filter(|number| *number > 0 && !text.starts_with(['0', '+']));
        if number.is_none() {
            self.report(SyntaxProblem::PortNumber { span, text: text.into() });
        }
        number
    }

    /// A port's name: a name of at most 15 characters.
    pub(super) fn port_name(&mut self, text: &str, span: Span) -> Option<SmolStr> {
        let fault = match shape::check_name(text) {
            Ok(()) if text.len() > 15 => NameFault::Long(15),
            Ok(()) if text.contains("--") => NameFault::Hyphen,
            Ok(()) => return Some(text.into()),
            Err(fault) => fault,
        };
        self.report(SyntaxProblem::Name { span, name: text.into(), fault });
        None
    }

    /// A day that exists, as `2027-03-31`.
    pub(super) fn date(&mut self, pair: &Pair<'_, Rule>) -> Option<Node<Date>> {
        let span = self.span(pair);
        let date = Date::parse(pair.as_str());
        if date.is_none() {
            self.report(SyntaxProblem::Date { span, text: pair.as_str().into() });
        }
        date.map(|date| Node::new(date, span))
    }
}
