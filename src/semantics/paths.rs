//! Path patterns as sets of paths.
//!
//! A path is what stands before the first `?` of a request's target. It is any text of the octets that a header field may
//! have (RFC 9110, 5.5: tab, space, visible ASCII, and octets above 127, here as UTF-8) but `?`. That it begins with `/` is
//! not taken for granted: `OPTIONS *` is a request too, and `/**` means every one.
//!
//! Automata are built only where a look at the segments does not decide ([`segments`]).

mod segments;

use super::answer::Answer;
use super::language::Budget;
use super::strings::{self, Kind, Lazy, Readable};
use crate::policy::{PathPattern, Segment};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::sync::LazyLock;

/// The bytes of targets, those first that read well in a witness.
pub(super) static ALPHABET: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let first = b"/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~?";
    let others = [b'\t'].into_iter().chain(b' '..=b'~').chain(0x80..=0xff);
    first.iter().copied().chain(others.filter(|byte| !first.contains(byte))).collect()
});

static KIND: LazyLock<Kind> =
    LazyLock::new(|| Kind::new(ALPHABET.iter().copied().filter(|byte| *byte != b'?'), "[^?]*", &["/"]));

/// Whether every path that fits `inner` fits `outer`; if not, one that does not (see [`find`]).
#[must_use]
pub fn includes(outer: &PathPattern, inner: &PathPattern) -> Answer<SmolStr> {
    find(&[&Paths::new(inner)], &[&Paths::new(outer)], &Budget::default())
}

/// Whether no path fits both; if one does, such a path (see [`find`]).
#[must_use]
pub fn disjoint(a: &PathPattern, b: &PathPattern) -> Answer<SmolStr> {
    find(&[&Paths::new(a), &Paths::new(b)], &[], &Budget::default())
}

/// Whether no path is sure to fit both: they have different segments at the same place. A quick look.
#[must_use]
pub fn are_apart(a: &PathPattern, b: &PathPattern) -> bool {
    let (PathPattern::Segments { segments: a, rest: a_rest }, PathPattern::Segments { segments: b, rest: b_rest }) =
        (a, b)
    else {
        return false;
    };
    let different = |(a, b): (&Segment, &Segment)| match (a, b) {
        (Segment::Literal(a), Segment::Literal(b)) => a != b,
        _ => false,
    };
    (!a_rest && !b_rest && a.len() != b.len()) || a.iter().zip(b).any(different)
}

/// A pattern with its automaton, which is built when it is first asked for.
pub(super) struct Paths<'a> {
    pattern: &'a PathPattern,
    language: Lazy,
}

impl<'a> Paths<'a> {
    pub(super) fn new(pattern: &'a PathPattern) -> Self {
        Self { pattern, language: Lazy::default() }
    }

    /// Whether the path fits.
    pub(super) fn contains(&self, path: &str) -> Answer<()> {
        match segments::matches(self.pattern, path) {
            Some(true) => Answer::Yes,
            Some(false) => Answer::No(()),
            None => strings::contains(self.language(&Budget::default()), path),
        }
    }

    /// Whether no path is sure to fit both.
    pub(super) fn are_apart(&self, other: &Self) -> bool {
        segments::intersection(self.pattern, other.pattern) == Some(None)
    }

    /// Whether every path fits, to be seen at once.
    pub(super) fn is_everything(&self) -> bool {
        matches!(self.pattern, PathPattern::Segments { segments, rest: true } if segments.is_empty())
    }

    pub(super) fn language(&self, budget: &Budget) -> &Readable {
        self.language.get(budget, || language(self.pattern))
    }
}

/// Whether no path fits all of `within` (at least one) and none of `without`. If one does, the shortest, but `/` and
/// other paths before the empty one.
pub(super) fn find(within: &[&Paths<'_>], without: &[&Paths<'_>], budget: &Budget) -> Answer<SmolStr> {
    let same = |one: &&Paths<'_>| within.iter().any(|within| within.pattern == one.pattern);
    if without.iter().any(same) {
        return Answer::Yes;
    }
    let mut left = without.to_vec();
    if let Some(all) = all_of(within) {
        let Some(all) = all else { return Answer::Yes };
        left.retain(|one| segments::intersection(&all, one.pattern) != Some(None));
        let (plain, odd): (Vec<_>, Vec<_>) =
            left.iter().map(|one| one.pattern).partition(|pattern| segments::is_plain(pattern));
        match segments::uncovered(&all, &plain) {
            Some(None) => return Answer::Yes,
            Some(Some(path)) if odd.is_empty() => return Answer::No(path),
            Some(Some(_)) | None => {}
        }
    }
    KIND.find(within.iter().map(|one| one.language(budget)), left.iter().map(|one| one.language(budget)), budget)
}

/// The pattern of what fits all of these, or that nothing does; nothing is said where one is no pattern of segments.
fn all_of<'p>(patterns: &[&'p Paths<'_>]) -> Option<Option<Cow<'p, PathPattern>>> {
    let (first, others) = patterns.split_first()?;
    let mut all = segments::is_plain(first.pattern).then_some(Cow::Borrowed(first.pattern))?;
    for other in others {
        match segments::intersection(&all, other.pattern)? {
            Some(both) => all = Cow::Owned(both),
            None => return Some(None),
        }
    }
    Some(Some(all))
}

/// The pattern of what fits both, where there is one: nothing for two expressions of which neither includes the other.
#[must_use]
pub fn intersection(a: &PathPattern, b: &PathPattern) -> Option<PathPattern> {
    if let Some(both) = segments::intersection(a, b) {
        return both;
    }
    if includes(a, b).is_yes() {
        return Some(b.clone());
    }
    includes(b, a).is_yes().then(|| a.clone())
}

/// Whether the path fits.
#[must_use]
pub fn matches(pattern: &PathPattern, path: &str) -> Answer<()> {
    Paths::new(pattern).contains(path)
}

/// The paths that fit.
fn language(pattern: &PathPattern) -> Readable {
    match pattern {
        PathPattern::Segments { segments, rest } => strings::of_text(&regular_expression(segments, *rest)),
        PathPattern::Matching(expression) => strings::of_expression(expression),
    }
}

fn regular_expression(segments: &[Segment], rest: bool) -> String {
    let mut expression = String::new();
    for segment in segments {
        expression.push('/');
        match segment {
            Segment::Literal(text) => expression.push_str(&regex_syntax::escape(text)),
            Segment::One => expression.push_str("[^/?]+"),
        }
    }
    if rest {
        expression.push_str(if segments.is_empty() { "[^?]*" } else { "/[^?]*" });
    }
    expression
}
