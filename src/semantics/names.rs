//! DNS patterns as sets of names.
//!
//! A name is one or more labels with dots between them, each of one or more of the characters `-`, `_`, `a` to `z` and
//! `0` to `9`; case is folded. `*` is any number of them within one label, and `**.` at the front is one or more labels
//! (Cilium 1.20, `pkg/fqdn/matchpattern/matchpattern.go`).
//!
//! That a label has at most 63 characters and a name at most 253 is left aside: patterns that differ or meet only in longer
//! names are said to differ or meet.

use super::answer::Answer;
use super::language::Budget;
use super::strings::{self, Kind, Lazy, Readable};
use crate::policy::DnsPattern;
use smol_str::{SmolStr, format_smolstr};
use std::sync::LazyLock;

/// One character of a label, as an expression.
const CHARACTER: &str = "[-a-z0-9_]";

/// Every name, as an expression.
const ANY: &str = r"([-a-z0-9_]+\.)*[-a-z0-9_]+";

static KIND: LazyLock<Kind> =
    LazyLock::new(|| Kind::new(b"abcdefghijklmnopqrstuvwxyz0123456789-_.".iter().copied(), ANY, &[]));

/// Whether the name fits. It is taken to be a name in lower case without a closing dot.
#[must_use]
pub fn matches(pattern: &DnsPattern, name: &str) -> bool {
    let mut labels = name.rsplit('.');
    let mut ends_with =
        |pattern: &str| pattern.rsplit('.').all(|part| labels.next().is_some_and(|label| label_matches(part, label)));
    match pattern {
        DnsPattern::Any => true,
        DnsPattern::Exact(exact) => exact == name,
        DnsPattern::Glob(glob) => ends_with(glob) && labels.next().is_none(),
        DnsPattern::Below(suffix) => ends_with(suffix) && labels.next().is_some(),
    }
}

/// Whether every name that fits `inner` fits `outer`; if not, the shortest that does not.
#[must_use]
pub fn includes(outer: &DnsPattern, inner: &DnsPattern) -> Answer<SmolStr> {
    find(&[inner], &[outer], &Budget::default())
}

/// Whether every name that fits `inner` fits one of `outers`; if not, the shortest that fits none.
#[must_use]
pub fn includes_union(outers: &[DnsPattern], inner: &DnsPattern) -> Answer<SmolStr> {
    find(&[inner], &outers.iter().collect::<Vec<_>>(), &Budget::default())
}

/// Whether no name fits both; if one does, the shortest.
#[must_use]
pub fn disjoint(a: &DnsPattern, b: &DnsPattern) -> Answer<SmolStr> {
    find(&[a, b], &[], &Budget::default())
}

/// Whether no name fits all of `within` (at least one) and none of `without`; if one does, the shortest.
#[must_use]
pub fn find(within: &[&DnsPattern], without: &[&DnsPattern], budget: &Budget) -> Answer<SmolStr> {
    let (within, without): (Vec<_>, Vec<_>) =
        (within.iter().map(|one| Names::new(one)).collect(), without.iter().map(|one| Names::new(one)).collect());
    among(&within.iter().collect::<Vec<_>>(), &without.iter().collect::<Vec<_>>(), budget)
}

/// A pattern with its automaton, which is built when it is first asked for.
pub(super) struct Names<'a> {
    pattern: &'a DnsPattern,
    language: Lazy,
}

impl<'a> Names<'a> {
    pub(super) fn new(pattern: &'a DnsPattern) -> Self {
        Self { pattern, language: Lazy::default() }
    }

    fn language(&self, budget: &Budget) -> &Readable {
        self.language.get(budget, || language(self.pattern))
    }

    pub(super) fn are_apart(&self, other: &Self) -> bool {
        are_apart(self.pattern, other.pattern)
    }
}

/// Whether no name is sure to fit both: counted from the end, they have different labels at the same place.
#[must_use]
pub fn are_apart(a: &DnsPattern, b: &DnsPattern) -> bool {
    let different = |(a, b): (&str, &str)| a != b && !a.contains('*') && !b.contains('*');
    labels(a).zip(labels(b)).any(different)
}

/// [`find`] for patterns whose automata are kept.
pub(super) fn among(within: &[&Names<'_>], without: &[&Names<'_>], budget: &Budget) -> Answer<SmolStr> {
    let same = |one: &Names<'_>| within.iter().any(|within| within.pattern == one.pattern);
    if without.iter().any(|one| *one.pattern == DnsPattern::Any || same(one)) {
        return Answer::Yes;
    }
    // The shortest name of one of them is the shortest of all, if it does.
    let fits = |name: &str, one: &Names<'_>| matches(one.pattern, name);
    let does = |name: &SmolStr| within.iter().all(|one| fits(name, one)) && !without.iter().any(|one| fits(name, one));
    if let Some(name) = within.iter().map(|one| shortest(one.pattern)).find(does) {
        return Answer::No(name);
    }
    if within.iter().any(|one| matches!(one.pattern, DnsPattern::Exact(_))) {
        return Answer::Yes;
    }
    let near = |one: &&&Names<'_>| !within.iter().any(|within| within.are_apart(one));
    let without = without.iter().filter(near).map(|one| one.language(budget));
    KIND.find(within.iter().map(|one| one.language(budget)), without, budget)
}

/// The shortest name that fits.
fn shortest(pattern: &DnsPattern) -> SmolStr {
    // A star is nothing, but for a label that would be nothing.
    let spell = |glob: &str| {
        let label =
            |label: &str| if label.bytes().all(|byte| byte == b'*') { "a".to_owned() } else { label.replace('*', "") };
        glob.split('.').map(label).collect::<Vec<_>>().join(".")
    };
    match pattern {
        DnsPattern::Any => SmolStr::new_static("a"),
        DnsPattern::Exact(name) => name.clone(),
        DnsPattern::Glob(glob) => spell(glob).into(),
        DnsPattern::Below(suffix) => format_smolstr!("a.{}", spell(suffix)),
    }
}

/// The labels of a pattern, or of its end, the last one first.
fn labels(pattern: &DnsPattern) -> impl Iterator<Item = &str> {
    match pattern {
        DnsPattern::Exact(text) | DnsPattern::Glob(text) | DnsPattern::Below(text) => text.rsplit('.'),
        DnsPattern::Any => "*".rsplit('.'),
    }
}

/// Whether one label fits one part of a pattern: the pieces between the stars follow each other in it, the first at its
/// start and the last at its end.
fn label_matches(pattern: &str, label: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(rest) = pieces.next().and_then(|piece| label.strip_prefix(piece)) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    let Some(mut rest) = rest.strip_suffix(last) else { return false };
    pieces.all(|piece| rest.split_once(piece).map(|(_, after)| rest = after).is_some())
}

fn language(pattern: &DnsPattern) -> Readable {
    strings::of_text(&match pattern {
        DnsPattern::Any => ANY.to_owned(),
        DnsPattern::Exact(name) => regex_syntax::escape(name),
        DnsPattern::Glob(glob) => expression(glob),
        DnsPattern::Below(suffix) => format!(r"({CHARACTER}+\.)+{}", expression(suffix)),
    })
}

/// A label that is only stars has at least one character, as every label; another has one anyway.
fn expression(glob: &str) -> String {
    let label = |label: &str| {
        if !label.is_empty() && label.bytes().all(|byte| byte == b'*') {
            format!("{CHARACTER}+")
        } else {
            let pieces: Vec<_> = label.split('*').map(regex_syntax::escape).collect();
            pieces.join(&format!("{CHARACTER}*"))
        }
    };
    glob.split('.').map(label).collect::<Vec<_>>().join(r"\.")
}
