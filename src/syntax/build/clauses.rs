//! What follows a sentence's objects.

use super::Builder;
use crate::diagnostic::problem::syntax::SyntaxProblem;
use crate::source::Span;
use crate::syntax::ast::{Clauses, HttpHeader, Name, Node, Place, Request};
use crate::syntax::grammar::Rule;
use pest::iterators::Pair;

/// The clauses of one sentence, gathered as they come.
#[derive(Default)]
pub(super) struct Gathered {
    /// Those of the sentence.
    pub clauses: Clauses,
    without_query: Option<Place>,
    host: Option<Name>,
    headers: Vec<(HttpHeader, Span)>,
}

/// Which of the sentence's clauses make sense where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// All of them.
    All,
    /// `until` and `because`: sentences that open nothing.
    Reasons,
    /// None.
    Nothing,
}

impl Builder<'_> {
    /// Takes one clause; other pairs are none of its business.
    pub(super) fn gather(&mut self, gathered: &mut Gathered, pair: Pair<'_, Rule>) {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let Some(part) = pair.into_inner().last() else { return };
        let clauses = &mut gathered.clauses;
        let before = match rule {
            Rule::with => return self.with(gathered, part, span),
            Rule::without_query => gathered.without_query.replace(Place(span)).map(|place| place.0),
            Rule::at_host => {
                let text = self.string(&part);
                match self.dns_name(&text.value, text.span) {
                    Some(host) => gathered.host.replace(host).map(|host| host.span),
                    None => None,
                }
            }
            Rule::until => match self.date(&part) {
                Some(date) => clauses.until.replace(date).map(|date| date.span),
                None => None,
            },
            Rule::because => clauses.because.replace(self.string(&part)).map(|because| because.span),
            _ => None,
        };
        self.refuse_repeat(before, span);
    }

    fn with(&mut self, gathered: &mut Gathered, pair: Pair<'_, Rule>, span: Span) {
        let rule = pair.as_rule();
        let before = match rule {
            Rule::mutual_auth => gathered.clauses.mutual_auth.replace(Place(span)).map(|place| place.0),
            Rule::tls_name => {
                let name = pair.into_inner().last();
                let name = name.and_then(|name| self.dns_name(name.as_str(), self.span(&name)));
                match name {
                    Some(name) => gathered.clauses.tls_name.replace(name).map(|name| name.span),
                    None => None,
                }
            }
            Rule::header => {
                let mut parts = pair.into_inner().filter(|part| part.as_rule() != Rule::kw_header);
                let Some(name) = parts.next() else { return };
                let name = self.word(&name);
                let value = parts.next().map(|value| self.string_or_word(&value));
                let same = |(header, _): &&(HttpHeader, Span)| header.name.value.eq_ignore_ascii_case(&name.value);
                let before = gathered.headers.iter().find(same).map(|(_, span)| *span);
                gathered.headers.push((HttpHeader { name, value }, span));
                before
            }
            _ => None,
        };
        self.refuse_repeat(before, span);
    }

    fn refuse_repeat(&mut self, before: Option<Span>, span: Span) {
        if let Some(first) = before {
            self.report(SyntaxProblem::ClauseTwice { span, first });
        }
    }

    /// Puts what narrows requests into the request, or says that there is none.
    pub(super) fn narrow(&mut self, gathered: &mut Gathered, request: Option<&mut Request>) {
        let Some(request) = request else {
            let narrowing = gathered.without_query.take().map(|place| place.0);
            let narrowing = narrowing.or(gathered.host.take().map(|host| host.span));
            if let Some(span) = narrowing.or(gathered.headers.drain(..).map(|(_, span)| span).next()) {
                self.report(SyntaxProblem::NoRequest { span });
            }
            return;
        };
        request.without_query = gathered.without_query.take().is_some();
        request.host = gathered.host.take();
        request.headers = gathered.headers.drain(..).map(|(header, _)| header).collect();
    }

    /// The clauses of a sentence; those that it cannot have are refused.
    pub(super) fn clauses(&mut self, gathered: Gathered, takes: Takes) -> Clauses {
        let clauses = gathered.clauses;
        let capability = clauses.mutual_auth.map(|place| place.0).or(clauses.tls_name.as_ref().map(|name| name.span));
        let reason = clauses.until.map(|date: Node<_>| date.span).or(clauses.because.as_ref().map(|text| text.span));
        let refused = match takes {
            Takes::All => None,
            Takes::Reasons => capability,
            Takes::Nothing => capability.or(reason),
        };
        if let Some(span) = refused {
            self.report(SyntaxProblem::ClauseHere { span });
        }
        clauses
    }
}
