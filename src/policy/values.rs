//! Small sets of strings.

use smol_str::SmolStr;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A set of strings, in order: as a slice it is sorted, and each stands there once. Nearly all sets in selectors have
/// one string; that one needs no memory of its own, and to copy any other costs nothing.
#[derive(Clone)]
pub struct Values(Repr);

#[derive(Clone)]
enum Repr {
    One(SmolStr),
    /// Sorted, without repeats, never exactly one.
    Several(Arc<[SmolStr]>),
}

impl Values {
    /// Nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Exactly this.
    #[must_use]
    pub fn one(value: impl Into<SmolStr>) -> Self {
        Self(Repr::One(value.into()))
    }

    /// Whether it is among them.
    #[must_use]
    pub fn contains(&self, value: &str) -> bool {
        self.binary_search_by(|own| own.as_str().cmp(value)).is_ok()
    }

    /// Whether all of these are among `other`.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|value| other.contains(value))
    }

    /// What is in one of them.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).cloned().collect()
    }
}

impl Default for Values {
    fn default() -> Self {
        Self(Repr::Several(Arc::default()))
    }
}

impl Deref for Values {
    type Target = [SmolStr];

    fn deref(&self) -> &[SmolStr] {
        match &self.0 {
            Repr::One(value) => std::slice::from_ref(value),
            Repr::Several(values) => values,
        }
    }
}

impl FromIterator<SmolStr> for Values {
    fn from_iter<I: IntoIterator<Item = SmolStr>>(values: I) -> Self {
        let mut values = values.into_iter();
        let (first, second) = (values.next(), values.next());
        match (first, second) {
            (Some(only), None) => Self(Repr::One(only)),
            (first, second) => {
                let mut all: Vec<SmolStr> = first.into_iter().chain(second).chain(values).collect();
                all.sort_unstable();
                all.dedup();
                match all.as_mut_slice() {
                    [only] => Self(Repr::One(std::mem::take(only))),
                    _ => Self(Repr::Several(all.into())),
                }
            }
        }
    }
}

impl<const N: usize> From<[SmolStr; N]> for Values {
    fn from(values: [SmolStr; N]) -> Self {
        values.into_iter().collect()
    }
}

impl From<BTreeSet<SmolStr>> for Values {
    fn from(values: BTreeSet<SmolStr>) -> Self {
        values.into_iter().collect()
    }
}

impl<'v> IntoIterator for &'v Values {
    type Item = &'v SmolStr;
    type IntoIter = std::slice::Iter<'v, SmolStr>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Values {}

impl PartialOrd for Values {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Values {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl Hash for Values {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl std::fmt::Debug for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Values {
        words.iter().map(|word| SmolStr::from(*word)).collect()
    }

    #[test]
    fn are_sorted_and_without_repeats() {
        assert_eq!(of(&["b", "a", "b"]).to_vec(), ["a", "b"]);
        assert_eq!(of(&["a", "a"]), Values::one("a"));
        assert_eq!(of(&[]), Values::new());
        assert!(of(&["b", "a"]).contains("b") && !of(&["b", "a"]).contains("c"));
    }

    #[test]
    fn combine_as_sets_do() {
        assert_eq!(of(&["c", "a"]).union(&of(&["b", "a"])), of(&["a", "b", "c"]));
        assert!(of(&["a"]).is_subset(&of(&["b", "a"])) && !of(&["a", "c"]).is_subset(&of(&["a", "b"])));
        assert!(of(&[]).is_subset(&of(&["a"])));
        assert!(of(&["a", "b"]) < of(&["a", "c"]) && of(&["a"]) < of(&["a", "b"]));
    }
}
