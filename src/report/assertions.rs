//! Assertions and their results.
//!
//! `compile` decides each at every build, over every flow, and hands out no cluster for which one fails or is not decided.

use super::said::Book;
use super::{Assertion, AssertionResult};
use crate::policy::{self, AssertionKind, Policy};

/// By place.
pub(super) fn all(book: &Book<'_>, policy: &Policy) -> Vec<Assertion> {
    let assertion = |assertion: &policy::Assertion| Assertion {
        said: book.said(policy, assertion.sentence),
        result: AssertionResult::Holds,
        over: over(assertion.kind).to_owned(),
    };
    let mut all: Vec<Assertion> = policy.assertions.iter().map(assertion).collect();
    all.sort_by(|a, b| a.said.order().cmp(&b.said.order()));
    all
}

/// Who is taken into account.
fn over(kind: AssertionKind) -> &'static str {
    match kind {
        AssertionKind::Can | AssertionKind::Cannot => "every pod that could be and is named by it",
        AssertionKind::OnlyCan | AssertionKind::NothingCan => {
            "every pod of declared namespaces; and, where those that answer are all of declared namespaces, every other pod, \
             node and address but the local node"
        }
    }
}
