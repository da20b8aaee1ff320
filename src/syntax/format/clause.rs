//! What follows a sentence's objects, and its order.

use super::writer::Writer;
use crate::source::Span;
use crate::syntax::ast::{Clauses, Date, HttpHeader, Name, Node, Peers, Request};

/// One part of what follows a sentence's objects.
#[derive(Clone, Copy, Debug)]
pub(super) enum Clause<'a> {
    WithoutQuery(Span),
    Host(&'a Name),
    Header(&'a HttpHeader),
    To(&'a Peers),
    MutualAuth(Span),
    TlsName(&'a Name),
    Until(&'a Node<Date>),
    Because(&'a Name),
}

impl<'a> Clause<'a> {
    /// What narrows a request.
    pub(super) fn narrowing(request: &'a Request) -> impl Iterator<Item = Self> {
        let query = request.without_query.map(|place| Self::WithoutQuery(place.0));
        let host = request.host.as_ref().map(Self::Host);
        query.into_iter().chain(host).chain(request.headers.iter().map(Self::Header))
    }

    /// What narrows all else, and why it is said.
    pub(super) fn of(clauses: &'a Clauses) -> impl Iterator<Item = Self> {
        let mutual_auth = clauses.mutual_auth.map(|place| Self::MutualAuth(place.0));
        let tls_name = clauses.tls_name.as_deref().map(Self::TlsName);
        let until = clauses.until.as_ref().map(Self::Until);
        let because = clauses.because.as_deref().map(Self::Because);
        [mutual_auth, tls_name, until, because].into_iter().flatten()
    }

    fn span(self) -> Span {
        match self {
            Self::WithoutQuery(span) | Self::MutualAuth(span) => span,
            Self::Host(name) | Self::TlsName(name) | Self::Because(name) => name.span,
            Self::Header(header) => header.name.span,
            Self::To(peers) => peers.span.0,
            Self::Until(date) => date.span,
        }
    }
}

impl Writer {
    /// Writes clauses in the order in which they come, which is the canonical one. Comments among them belong to the clause
    /// before or behind them, so then the order stays as it was.
    pub(super) fn clauses<'a>(&mut self, clauses: impl Iterator<Item = Clause<'a>>) {
        if self.has_comments() {
            let mut clauses: Vec<_> = clauses.collect();
            clauses.sort_by_key(|clause| clause.span().start);
            clauses.into_iter().for_each(|clause| self.clause(clause));
        } else {
            clauses.for_each(|clause| self.clause(clause));
        }
    }

    fn clause(&mut self, clause: Clause<'_>) {
        if !self.reasons && matches!(clause, Clause::Until(_) | Clause::Because(_)) {
            return;
        }
        self.joint(clause.span());
        match clause {
            Clause::WithoutQuery(_) => self.text("without query"),
            Clause::Host(host) => {
                self.text("at host ");
                self.quoted(&host.value);
            }
            Clause::Header(header) => {
                self.text("with header ");
                self.text(&header.name.value);
                if let Some(value) = &header.value {
                    self.text(": ");
                    self.value(&value.value);
                }
            }
            Clause::To(peers) => {
                self.text("to ");
                self.peers(peers);
            }
            Clause::MutualAuth(_) => self.text("with mutual auth"),
            Clause::TlsName(name) => {
                self.text("with tls name ");
                self.text(&name.value);
            }
            Clause::Until(date) => {
                self.text("until ");
                self.number(date.value);
            }
            Clause::Because(text) => {
                self.text("because ");
                self.quoted(&text.value);
            }
        }
    }
}
