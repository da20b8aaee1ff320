//! Whether a request is in all of these sets and in none of those.
//!
//! The sets of `without` cut what is in all of `within` by method, authority and headers; what is left of it, with the
//! sets that still have to be missed, is then asked for its targets (see [`crate::semantics::cover`]).

use super::targets::{self, Targets};
use super::texts::{Condition, Part, Texts};
use super::{RequestLine, RequestSet};
use crate::policy::LabelSelector;
use crate::semantics::answer::Answer;
use crate::semantics::connections::find::COMPARISONS;
use crate::semantics::cover::{self, MAX_PIECES};
use crate::semantics::labels;
use crate::semantics::language::{Budget, TooLarge};

/// Whether no request is in all of `within` (at least one) and in none of `without`; if one is, a plain one.
///
/// Unknown where an expression cannot be read or is too large to compare, or where too many sets overlap each other.
#[must_use]
pub fn find(within: &[&RequestSet], without: &[&RequestSet]) -> Answer<RequestLine> {
    let within: Vec<Parts<'_>> = within.iter().map(|set| Parts::new(set)).collect();
    let without: Vec<Parts<'_>> = without.iter().map(|set| Parts::new(set)).collect();
    among(&within.iter().collect::<Vec<_>>(), &without.iter().collect::<Vec<_>>(), &Budget::of(COMPARISONS))
}

/// A set with what was read of its expressions.
pub(in super::super) struct Parts<'a> {
    method: Condition<'a>,
    authority: Condition<'a>,
    headers: &'a LabelSelector,
    targets: Targets<'a>,
}

impl<'a> Parts<'a> {
    pub(in super::super) fn new(set: &'a RequestSet) -> Self {
        Self {
            method: Condition::method(&set.methods),
            authority: Condition::authority(&set.authority),
            headers: &set.headers,
            targets: Targets::new(&set.target),
        }
    }

    /// Whether no request is sure to be in both.
    pub(in super::super) fn are_apart(&self, other: &Self) -> bool {
        self.targets.are_apart(&other.targets)
    }

    /// Whether this request is in it.
    pub(in super::super) fn contains(&self, request: &RequestLine) -> Answer<()> {
        if !labels::matches(self.headers, &request.headers) {
            return Answer::No(());
        }
        Answer::all([
            self.method.admits(Part::Method, Some(&request.method)),
            self.authority.admits(Part::Authority, request.authority.as_deref()),
            self.targets.contains(&request.target),
        ])
    }
}

/// What it costs to compare two sets but for their targets, in steps of a budget: some microseconds.
const FRAMES: usize = 200;

/// [`find`] for sets that were read before.
pub(in super::super) fn among(within: &[&Parts<'_>], without: &[&Parts<'_>], budget: &Budget) -> Answer<RequestLine> {
    if budget.spend(FRAMES * without.len()).is_err() {
        return Answer::Unknown(TooLarge::REASON);
    }
    let frame = within.iter().fold(Frame::all(), |frame, parts| frame.and(parts));
    if frame.is_empty(budget) {
        return Answer::Yes;
    }
    // Those that do not cut go first: they are in the way of every piece.
    let (mut around, mut cutting) = (Vec::new(), Vec::new());
    for parts in without {
        let near = !within.iter().any(|within| within.are_apart(parts));
        if near && !frame.and(parts).is_empty(budget) {
            let members = if frame.minus(parts, budget).is_empty() { &mut around } else { &mut cutting };
            members.push(*parts);
        }
    }
    let targets: Vec<&Targets<'_>> = within.iter().map(|parts| &parts.targets).collect();
    let missing = |members: &[&Parts<'_>]| {
        if budget.spend(FRAMES * (without.len() + 1)).is_err() {
            return Answer::Unknown(TooLarge::REASON);
        }
        let avoided: Vec<&Targets<'_>> = members.iter().map(|parts| &parts.targets).collect();
        targets::find(&targets, &avoided, budget)
    };
    if missing(&around).is_yes() {
        return Answer::Yes;
    }
    let members = [around, cutting].concat();
    cover::covers(
        frame,
        members.len(),
        MAX_PIECES,
        |piece, member| {
            let parts = members.get(member)?;
            let inside = piece.and(parts);
            (!inside.is_empty(budget)).then(|| (inside, piece.minus(parts, budget)))
        },
        |chosen| missing(&chosen.iter().filter_map(|member| members.get(*member).copied()).collect::<Vec<_>>()),
        |piece, target| piece.witness(budget).map(|line| RequestLine { target, ..line }),
    )
}

/// A request but for its target.
#[derive(Clone)]
struct Frame<'a> {
    method: Texts<'a>,
    authority: Texts<'a>,
    headers: LabelSelector,
}

impl<'a> Frame<'a> {
    fn all() -> Self {
        let (method, authority) = (Texts::all(Part::Method), Texts::all(Part::Authority));
        Self { method, authority, headers: LabelSelector::default() }
    }

    fn and(&self, parts: &'a Parts<'a>) -> Self {
        Self {
            method: self.method.and(&parts.method),
            authority: self.authority.and(&parts.authority),
            headers: self.headers.and(parts.headers),
        }
    }

    /// What is in this frame and not in the other, in pieces of which no two overlap; none is known to be empty.
    fn minus(&self, parts: &'a Parts<'a>, budget: &Budget) -> Vec<Self> {
        let other_method = Self { method: self.method.minus(&parts.method), ..self.clone() };
        let kept = Self { method: self.method.and(&parts.method), ..self.clone() };
        let other_authority = Self { authority: kept.authority.minus(&parts.authority), ..kept.clone() };
        let kept = Self { authority: kept.authority.and(&parts.authority), ..kept };
        let other_headers = labels::pieces(&kept.headers, parts.headers);
        let other_headers = other_headers.into_iter().map(|headers| Self { headers, ..kept.clone() });
        let mut pieces: Vec<Self> = [other_method, other_authority].into_iter().chain(other_headers).collect();
        pieces.retain(|piece| !piece.is_empty(budget));
        pieces
    }

    /// Whether it is known that there is nothing in it.
    fn is_empty(&self, budget: &Budget) -> bool {
        !labels::satisfiable(&self.headers) || self.method.find(budget).is_yes() || self.authority.find(budget).is_yes()
    }

    /// Whether there is nothing in it; if there is, a request with an empty target.
    fn witness(&self, budget: &Budget) -> Answer<RequestLine> {
        let Some(headers) = labels::witness(&self.headers) else { return Answer::Yes };
        let (method, authority) = match (self.method.find(budget), self.authority.find(budget)) {
            (Answer::Yes, _) | (_, Answer::Yes) => return Answer::Yes,
            (Answer::Unknown(reason), _) | (_, Answer::Unknown(reason)) => return Answer::Unknown(reason),
            (Answer::No(method), Answer::No(authority)) => (method.unwrap_or_default(), authority),
        };
        Answer::No(RequestLine { method, target: Default::default(), authority, headers })
    }
}
