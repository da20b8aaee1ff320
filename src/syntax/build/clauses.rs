//! What follows a sentence's objects.

use super::Builder;
use crate::diagnostic::problem::syntax::SyntaxProblem;
use crate::source::Span;
use crate::syntax::ast::{Clauses, HttpHeader, Name, Node, Place, Request};
use crate::syntax::grammar::Rule;
use pest::iterators::Pair;
use smol_str::{SmolStr, StrExt};
use std::collections::BTreeMap;

/// The clauses of one sentence, gathered as they come.
#[derive(Default)]
pub(super) struct Gathered {
    /// Those of the sentence.
    pub clauses: Clauses,
    without_query: Option<Place>,
    host: Option<Name>,
    headers: Vec<(HttpHeader, Span)>,
    /// Their names in lower case, which is how HTTP compares them.
    header_names: BTreeMap<SmolStr, Span>,
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
        let clauses = &mut gathered.clauses;
        let before = match pair.as_rule() {
            Rule::mutual_auth => clauses.mutual_auth.replace(Place(span)).map(|place| place.0),
            Rule::until => self.date(&pair).and_then(|date| clauses.until.replace(date)).map(|date| date.span),
            Rule::because => clauses.because.replace(Box::new(self.string(&pair))).map(|because| because.span),
            Rule::tls_name => {
                let name = pair.into_inner().last();
                let name = name.and_then(|name| self.dns_name(name.as_str(), self.span(&name)));
                name.and_then(|name| clauses.tls_name.replace(Box::new(name))).map(|name| name.span)
            }
            Rule::without_query => gathered.without_query.replace(Place(span)).map(|place| place.0),
            Rule::at_host => {
                let host = pair.into_inner().last().map(|host| self.string(&host));
                let host = host.and_then(|host| self.dns_name(&host.value, host.span));
                host.and_then(|host| gathered.host.replace(host)).map(|host| host.span)
            }
            Rule::header => self.http_header(gathered, pair, span),
            _ => None,
        };
        if let Some(first) = before {
            self.report(SyntaxProblem::ClauseTwice { span, first });
        }
    }

    /// Takes a header; returns the place of one of the same name.
    fn http_header(&mut self, gathered: &mut Gathered, pair: Pair<'_, Rule>, span: Span) -> Option<Span> {
        let mut parts = pair.into_inner().filter(|part| part.as_rule() != Rule::kw_header);
        let name = self.word(&parts.next()?);
        let value = parts.next().map(|value| self.string_or_word(&value));
        let lower = name.value.to_ascii_lowercase_smolstr();
        gathered.headers.push((HttpHeader { name, value }, span));
        gathered.header_names.insert(lower, span)
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
        request.without_query = gathered.without_query.take();
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
