//! Sets of values of something that always has exactly one, such as a namespace's name: a finite set or all but a
//! finite set. The possible values are taken to be infinitely many, so all but finitely many is never nothing.

use crate::policy::{ValueSet, Values};
use smol_str::{SmolStr, format_smolstr};

/// All values but these; [`ValueSet::Any`] when there are none.
fn all_but(values: Values) -> ValueSet {
    if values.is_empty() { ValueSet::Any } else { ValueSet::NotIn(values) }
}

/// Whether `value` is in `set`.
#[must_use]
pub fn contains(set: &ValueSet, value: &str) -> bool {
    match set {
        ValueSet::Any => true,
        ValueSet::In(values) => values.contains(value),
        ValueSet::NotIn(values) => !values.contains(value),
    }
}

/// Whether nothing is in `set`.
#[must_use]
pub fn is_empty(set: &ValueSet) -> bool {
    matches!(set, ValueSet::In(values) if values.is_empty())
}

/// What is in both.
#[must_use]
pub fn intersection(a: &ValueSet, b: &ValueSet) -> ValueSet {
    match (a, b) {
        (ValueSet::Any, other) | (other, ValueSet::Any) => other.clone(),
        (ValueSet::In(values), other) | (other, ValueSet::In(values)) => {
            ValueSet::In(values.iter().filter(|value| contains(other, value)).cloned().collect())
        }
        (ValueSet::NotIn(a), ValueSet::NotIn(b)) => ValueSet::NotIn(a.union(b)),
    }
}

/// Whether some value is in both.
#[must_use]
pub fn overlap(a: &ValueSet, b: &ValueSet) -> bool {
    match (a, b) {
        (ValueSet::In(values), other) | (other, ValueSet::In(values)) => {
            values.iter().any(|value| contains(other, value))
        }
        (ValueSet::Any | ValueSet::NotIn(_), ValueSet::Any | ValueSet::NotIn(_)) => true,
    }
}

/// Whether all of `inner` is in `outer`.
#[must_use]
pub fn includes(outer: &ValueSet, inner: &ValueSet) -> bool {
    match (outer, inner) {
        (ValueSet::Any, _) => true,
        (_, ValueSet::In(values)) => values.iter().all(|value| contains(outer, value)),
        (ValueSet::NotIn(outer), ValueSet::NotIn(inner)) => outer.is_subset(inner),
        (ValueSet::NotIn(outer), ValueSet::Any) => outer.is_empty(),
        (ValueSet::In(_), ValueSet::Any | ValueSet::NotIn(_)) => false,
    }
}

/// What is not in `set`.
#[must_use]
pub fn complement(set: &ValueSet) -> ValueSet {
    match set {
        ValueSet::Any => ValueSet::In(Values::new()),
        ValueSet::In(values) => all_but(values.clone()),
        ValueSet::NotIn(values) => ValueSet::In(values.clone()),
    }
}

/// A value in `set` for messages: the first of a finite set, otherwise `stem`, `stem-2`, … ; `None` when it is empty.
#[must_use]
pub fn witness(set: &ValueSet, stem: &str) -> Option<SmolStr> {
    match set {
        ValueSet::Any => Some(stem.into()),
        ValueSet::In(values) => values.first().cloned(),
        ValueSet::NotIn(values) => numbered(stem).find(|value| !values.contains(value)),
    }
}

/// `stem`, `stem-2`, `stem-3`, …
pub(super) fn numbered(stem: &str) -> impl Iterator<Item = SmolStr> + '_ {
    std::iter::once(SmolStr::from(stem)).chain((2_u32..).map(move |number| format_smolstr!("{stem}-{number}")))
}

/// `a` to `z`, then `a-2`, `a-3`, …
pub(super) fn short() -> impl Iterator<Item = SmolStr> {
    ('a'..='z').map(|letter| format_smolstr!("{letter}")).chain(numbered("a").skip(1))
}
