//! What is asked of the names of an outside point.

use crate::policy::DnsPattern;
use crate::semantics::answer::Answer;
use crate::semantics::language::Budget;
use crate::semantics::names;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// How much all comparisons of names of one question may take, in [`Budget`]'s questions: some tenths of a second.
const COMPARISONS: usize = 10;

/// What is asked of the set of names that an outside point has.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Names {
    /// For each of these, the point has a name that fits it.
    pub has: BTreeSet<DnsPattern>,
    /// The point has no name that fits one of these.
    pub lacks: BTreeSet<DnsPattern>,
    /// The point has one name at most. Only questions ask for that, never what they are asked of.
    pub alone: bool,
}

impl Names {
    /// Points with a name that fits.
    #[must_use]
    pub fn one(pattern: DnsPattern) -> Self {
        Self { has: BTreeSet::from([pattern]), ..Self::default() }
    }

    /// Points without such a name.
    #[must_use]
    pub fn without(pattern: DnsPattern) -> Self {
        Self { lacks: BTreeSet::from([pattern]), ..Self::default() }
    }

    /// Whether some set of names may fit.
    pub(super) fn satisfiable(&self) -> bool {
        self.may_fit(&Budget::of(COMPARISONS))
    }

    /// The same, as a part of a larger question; when its budget is spent, they may. Unless one name has to do, each
    /// pattern that must be there is asked by itself.
    fn may_fit(&self, budget: &Budget) -> bool {
        if self.alone {
            self.has.is_empty() || !self.find(self.has.iter(), budget).is_yes()
        } else {
            self.lacks.is_empty() || self.has.iter().all(|has| !self.find([has].into_iter(), budget).is_yes())
        }
    }

    /// Whether there is no name that fits all of these and none that is lacking.
    fn find<'p>(&self, within: impl Iterator<Item = &'p DnsPattern>, budget: &Budget) -> Answer<SmolStr> {
        names::find(&within.collect::<Vec<_>>(), &self.lacks.iter().collect::<Vec<_>>(), budget)
    }

    /// Both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self { has: &self.has | &other.has, lacks: &self.lacks | &other.lacks, alone: self.alone || other.alone }
    }

    /// What fits this and not the other, in parts of which no two overlap.
    pub(super) fn minus(&self, other: &Self) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut kept = self.clone();
        for has in &other.has {
            let mut part = kept.clone();
            part.lacks.insert(has.clone());
            parts.push(part);
            kept.has.insert(has.clone());
        }
        for lacks in &other.lacks {
            let mut part = kept.clone();
            part.has.insert(lacks.clone());
            parts.push(part);
            kept.lacks.insert(lacks.clone());
        }
        let budget = Budget::of(COMPARISONS);
        parts.retain(|part| part.may_fit(&budget));
        parts
    }

    /// Whether all sets of names that fit `inner` are known to fit this.
    pub(super) fn includes(&self, inner: &Self) -> bool {
        let budget = Budget::of(COMPARISONS);
        let avoided: Vec<&DnsPattern> = inner.lacks.iter().collect();
        let includes = |outers: &[&DnsPattern], inner| names::find(&[inner], outers, &budget).is_yes();
        !inner.may_fit(&budget)
            || (!self.alone
                && self.has.iter().all(|has| inner.has.iter().any(|inner| includes(&[has], inner)))
                && self.lacks.iter().all(|lacks| includes(&avoided, lacks)))
    }

    /// Whether these names fit.
    #[must_use]
    pub fn matches(&self, named: &[SmolStr]) -> bool {
        let fits = |pattern: &DnsPattern| named.iter().any(|name| names::matches(pattern, name));
        self.has.iter().all(fits) && !self.lacks.iter().any(fits) && !(self.alone && named.len() > 1)
    }

    /// The fewest names that fit; `None` where that is not known.
    pub(super) fn witness(&self) -> Option<Vec<SmolStr>> {
        let name = |answer| match answer {
            Answer::No(name) => Some(name),
            Answer::Yes | Answer::Unknown(_) => None,
        };
        let budget = Budget::of(COMPARISONS);
        if self.alone && !self.has.is_empty() {
            return Some(vec![name(self.find(self.has.iter(), &budget))?]);
        }
        let mut found: Vec<SmolStr> = Vec::new();
        for has in &self.has {
            if !found.iter().any(|name| names::matches(has, name)) {
                found.push(name(self.find([has].into_iter(), &budget))?);
            }
        }
        Some(found)
    }
}
