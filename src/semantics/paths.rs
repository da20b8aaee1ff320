//! Path patterns as sets of paths.
//!
//! A path is what stands before the first `?` of a request's target. It is any text of the octets that a header field may
//! have (RFC 9110, 5.5: tab, space, visible ASCII, and octets above 127, here as UTF-8) but `?`. That it begins with `/` is
//! not taken for granted: `OPTIONS *` is a request too, and `/**` means every one.
//!
//! Automata are built only where a look at the segments does not decide ([`segments`]).

mod segments;

use super::answer::Answer;
use super::language::{self, Language, TooLarge};
use super::re2;
use crate::policy::{PathPattern, Segment};
use smol_str::SmolStr;
use std::cell::OnceCell;
use std::sync::LazyLock;

/// Why nothing is known of an expression that [`re2::parse`] refuses.
const UNREADABLE: &str = "the expression cannot be read";

/// The bytes of paths, those first that read well in a witness.
static ALPHABET: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let first = b"/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";
    let others = [b'\t'].into_iter().chain(b' '..=b'~').chain(0x80..=0xff);
    first.iter().copied().chain(others.filter(|byte| *byte != b'?' && !first.contains(byte))).collect()
});

/// Whether every path that fits `inner` fits `outer`; if not, the shortest that does not.
#[must_use]
pub fn includes(outer: &PathPattern, inner: &PathPattern) -> Answer<SmolStr> {
    Paths::new(inner).included_in(&[&Paths::new(outer)])
}

/// Whether every path that fits `inner` fits one of `outers`; if not, the shortest that fits none.
#[must_use]
pub fn includes_union(outers: &[PathPattern], inner: &PathPattern) -> Answer<SmolStr> {
    let outers: Vec<_> = outers.iter().map(Paths::new).collect();
    Paths::new(inner).included_in(&outers.iter().collect::<Vec<_>>())
}

/// A pattern with its automaton, which is built when it is first asked for.
pub(super) struct Paths<'a> {
    pattern: &'a PathPattern,
    language: OnceCell<Result<Language, &'static str>>,
}

impl<'a> Paths<'a> {
    pub(super) fn new(pattern: &'a PathPattern) -> Self {
        Self { pattern, language: OnceCell::new() }
    }

    fn language(&self) -> Result<&Language, &'static str> {
        self.language.get_or_init(|| language(self.pattern)).as_ref().map_err(|reason| *reason)
    }

    /// Whether every path fits one of `outers`; if not, the shortest that fits none.
    pub(super) fn included_in(&self, outers: &[&Self]) -> Answer<SmolStr> {
        if outers.iter().any(|outer| segments::includes(outer.pattern, self.pattern)) {
            return Answer::Yes;
        }
        if let Some(path) = segments::shortest(self.pattern)
            && outers.iter().all(|outer| segments::matches(outer.pattern, &path) == Some(false))
        {
            return Answer::No(path);
        }
        none(|| {
            let outers = outers.iter().map(|outer| outer.language()).collect::<Result<Vec<_>, _>>()?;
            shortest(&[self.language()?], &outers)
        })
    }
}

/// Whether no path fits both; if one does, the shortest.
#[must_use]
pub fn disjoint(a: &PathPattern, b: &PathPattern) -> Answer<SmolStr> {
    if let Some(both) = segments::intersection(a, b) {
        return both.and_then(|both| segments::shortest(&both)).map_or(Answer::Yes, Answer::No);
    }
    none(|| shortest(&[&language(a)?, &language(b)?], &[]))
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

/// Whether no path fits, as with `matching "a^b"`; if one does, the shortest.
#[must_use]
pub fn empty(pattern: &PathPattern) -> Answer<SmolStr> {
    none(|| shortest(&[&language(pattern)?], &[]))
}

/// Whether the path fits.
#[must_use]
pub fn matches(pattern: &PathPattern, path: &str) -> Answer<()> {
    match language(pattern) {
        Ok(language) if language.contains(path.as_bytes()) => Answer::Yes,
        Ok(_) => Answer::No(()),
        Err(reason) => Answer::Unknown(reason),
    }
}

/// Yes when nothing is found.
fn none(find: impl FnOnce() -> Result<Option<SmolStr>, &'static str>) -> Answer<SmolStr> {
    match find() {
        Ok(None) => Answer::Yes,
        Ok(Some(path)) => Answer::No(path),
        Err(reason) => Answer::Unknown(reason),
    }
}

fn shortest(within: &[&Language], without: &[&Language]) -> Result<Option<SmolStr>, &'static str> {
    let path = language::shortest(within, without, &ALPHABET).map_err(|TooLarge| TooLarge::REASON)?;
    Ok(path.map(|path| String::from_utf8_lossy(&path).into()))
}

/// The paths that fit.
fn language(pattern: &PathPattern) -> Result<Language, &'static str> {
    let expression = match pattern {
        PathPattern::Segments { segments, rest } => {
            let expression = regular_expression(segments, *rest);
            regex_syntax::parse(&expression).map_err(|_| TooLarge::REASON)?
        }
        PathPattern::Matching(expression) => re2::parse(expression).map_err(|_| UNREADABLE)?.to_hir(),
    };
    Language::new(&expression).map_err(|TooLarge| TooLarge::REASON)
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
