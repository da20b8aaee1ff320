//! `except`: endpoint sets less others.

use super::{LIST_LIMIT, PeerResolver, Term};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::names::NameProblem;
use crate::diagnostic::problem::outside::OutsideProblem;
use crate::policy::{Net, Peer};
use crate::semantics::pods;
use crate::source::Span;

impl PeerResolver<'_, '_> {
    /// Takes `excepted` from every term; at least one of it must meet one of them.
    pub(super) fn subtract(
        &self,
        terms: &mut Vec<Term>,
        excepted: &[Term],
        span: Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> bool {
        let mut met = false;
        for less in excepted {
            let mut left = Vec::with_capacity(terms.len());
            for term in terms.drain(..) {
                match (&term.peer, &less.peer) {
                    (Peer::Net(net), Peer::Net(less)) if less.except.is_empty() => match without(net, less) {
                        Some(kept) => {
                            met |= kept != *net;
                            left.push(Term { peer: Peer::Net(kept), ..term });
                        }
                        None => met = true,
                    },
                    (Peer::Pods(selector), Peer::Pods(less)) => {
                        if pods::overlap(self.universe(), selector, less) {
                            met = true;
                            left.extend(
                                pods::difference(self.universe(), selector, less).into_iter().map(|piece| Term {
                                    peer: Peer::Pods(piece),
                                    stem: None,
                                    ..term.clone()
                                }),
                            );
                        } else {
                            left.push(term);
                        }
                    }
                    (whole, _) => {
                        diagnostics.push(
                            OutsideProblem::ExceptOfAnotherKind { span, whole: term.span, names: is_name(whole) }
                                .into(),
                        );
                        return false;
                    }
                }
            }
            *terms = left;
            // Each exception can multiply what is left by the number of its labels.
            if terms.len() > LIST_LIMIT {
                diagnostics.push(NameProblem::TooMany { span, limit: LIST_LIMIT }.into());
                return false;
            }
        }
        if !met {
            diagnostics.push(OutsideProblem::ExceptOutside { span }.into());
        } else if terms.is_empty() {
            diagnostics.push(OutsideProblem::NothingLeft { span }.into());
            return false;
        }
        met
    }
}

fn is_name(peer: &Peer) -> bool {
    matches!(peer, Peer::Name(_))
}

/// A range less another: `None` when nothing is left.
fn without(net: &Net, less: &Net) -> Option<Net> {
    if less.cidr.contains(&net.cidr) {
        return None;
    }
    let mut kept = net.clone();
    if net.cidr.contains(&less.cidr) && !net.except.iter().any(|except| except.contains(&less.cidr)) {
        kept.except.retain(|except| !less.cidr.contains(except));
        kept.except.push(less.cidr);
        kept.except.sort();
    }
    Some(kept)
}
