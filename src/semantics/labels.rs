//! Label selectors as sets of label maps, key by key.
//!
//! What a selector asks of one key is a [`Cell`]: the values that the label may have, and whether it may be absent. Keys
//! are independent of each other, so a conjunction is empty exactly when one of its cells is, and nothing is ever
//! enumerated. Values are taken to be infinitely many: no finite set of them is all.
//!
//! Kubernetes' rules (`k8s.io/apimachinery/pkg/labels`, `Requirement.Matches`): `NotIn` and `DoesNotExist` hold where the
//! key is absent, `In` and `Exists` do not.

use super::values;
use crate::policy::{LabelSelector, Op, Requirement, ValueSet, Values};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Concrete labels.
pub type Labels = BTreeMap<SmolStr, SmolStr>;

/// What one key may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// The values that it may have.
    pub(super) values: ValueSet,
    /// Whether it may be absent.
    pub(super) absent: bool,
}

impl Cell {
    fn of(op: &Op) -> Self {
        match op {
            Op::In(values) => Self { values: ValueSet::In(values.clone()), absent: false },
            Op::NotIn(values) => Self { values: values::complement(&ValueSet::In(values.clone())), absent: true },
            Op::Exists => Self { values: ValueSet::Any, absent: false },
            Op::DoesNotExist => Self { values: ValueSet::In(Values::new()), absent: true },
        }
    }

    fn and(&self, other: &Self) -> Self {
        Self { values: values::intersection(&self.values, &other.values), absent: self.absent && other.absent }
    }

    fn includes(&self, inner: &Self) -> bool {
        (self.absent || !inner.absent) && values::includes(&self.values, &inner.values)
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.absent && values::is_empty(&self.values)
    }

    pub(super) fn admits(&self, value: Option<&str>) -> bool {
        value.map_or(self.absent, |value| values::contains(&self.values, value))
    }

    /// The fewest tests that say it. A cell is a conjunction of tests, and each that admits a finite set of values does
    /// not admit absence, so these cases are all.
    fn ops(&self) -> Vec<Op> {
        match (&self.values, self.absent) {
            (ValueSet::Any, true) => vec![],
            (ValueSet::Any, false) => vec![Op::Exists],
            (ValueSet::NotIn(values), true) => vec![Op::NotIn(values.clone())],
            (ValueSet::NotIn(values), false) => vec![Op::NotIn(values.clone()), Op::Exists],
            (ValueSet::In(_), true) => vec![Op::DoesNotExist],
            (ValueSet::In(values), false) => vec![Op::In(values.clone())],
        }
    }
}

/// The cell of every key that is mentioned.
pub(super) fn cells(selector: &LabelSelector) -> BTreeMap<SmolStr, Cell> {
    let mut cells: BTreeMap<SmolStr, Cell> = BTreeMap::new();
    for Requirement { key, op } in &selector.0 {
        let cell = Cell::of(op);
        cells.entry(key.clone()).and_modify(|known| *known = known.and(&cell)).or_insert(cell);
    }
    cells
}

/// Whether these labels fit.
#[must_use]
pub fn matches(selector: &LabelSelector, labels: &Labels) -> bool {
    selector.0.iter().all(|Requirement { key, op }| Cell::of(op).admits(labels.get(key).map(SmolStr::as_str)))
}

/// Whether some labels fit.
#[must_use]
pub fn satisfiable(selector: &LabelSelector) -> bool {
    match selector.0.as_slice() {
        [] => true,
        [only] => !matches!(&only.op, Op::In(values) if values.is_empty()),
        _ => !cells(selector).values().any(Cell::is_empty),
    }
}

/// Whether some labels fit both.
#[must_use]
pub fn overlap(a: &LabelSelector, b: &LabelSelector) -> bool {
    if a.0.is_empty() || a == b { satisfiable(b) } else { !apart(a, b) && satisfiable(&a.and(b)) }
}

/// Whether they ask for different values of one label, and so have nothing in common. A quick look, which sees what most
/// selectors of a project differ in.
pub(super) fn apart(a: &LabelSelector, b: &LabelSelector) -> bool {
    a.0.iter().any(|one| {
        let other = b.0.get(b.0.partition_point(|other| other.key < one.key)).filter(|other| other.key == one.key);
        match (&one.op, other.map(|other| &other.op)) {
            (Op::In(values), Some(Op::In(others))) => !values.iter().any(|value| others.contains(value)),
            _ => false,
        }
    })
}

/// Whether all labels that fit `inner` fit `outer`.
#[must_use]
pub fn includes(outer: &LabelSelector, inner: &LabelSelector) -> bool {
    !satisfiable(inner) || exceeding(outer, inner).is_empty()
}

/// The cells of `outer` that do not hold for every label map that fits `inner`, which is not empty.
pub(super) fn exceeding(outer: &LabelSelector, inner: &LabelSelector) -> BTreeMap<SmolStr, Cell> {
    let inner = cells(inner);
    let mut outer = cells(outer);
    outer.retain(|key, cell| !inner.get(key).is_some_and(|inner| cell.includes(inner)));
    outer
}

/// The selector of what fits both, with the fewest tests a key; `None` when nothing does.
#[must_use]
pub fn intersection(a: &LabelSelector, b: &LabelSelector) -> Option<LabelSelector> {
    simplified(&a.and(b))
}

/// What fits `a` and not `b`, in selectors of which no two overlap.
#[must_use]
pub fn difference(a: &LabelSelector, b: &LabelSelector) -> Vec<LabelSelector> {
    pieces(a, b).iter().filter_map(simplified).collect()
}

/// The same set with the fewest tests a key; `None` when nothing fits.
#[must_use]
pub fn simplified(selector: &LabelSelector) -> Option<LabelSelector> {
    let cells = cells(selector);
    if cells.values().any(Cell::is_empty) {
        return None;
    }
    let tests = cells
        .into_iter()
        .flat_map(|(key, cell)| cell.ops().into_iter().map(move |op| Requirement { key: key.clone(), op }));
    Some(LabelSelector::new(tests.collect()))
}

/// The fewest labels that fit; `None` when none do.
#[must_use]
pub fn witness(selector: &LabelSelector) -> Option<Labels> {
    let mut labels = Labels::new();
    for (key, cell) in cells(selector) {
        if !cell.absent {
            labels.insert(key, values::witness(&cell.values, "other")?);
        }
    }
    Some(labels)
}

/// [`difference`] with pieces that may be empty: `a` with the first test of `b` negated, then with the first as it is
/// and the second negated, and so on.
pub(super) fn pieces(a: &LabelSelector, b: &LabelSelector) -> Vec<LabelSelector> {
    let mut pieces = Vec::with_capacity(b.0.len());
    let mut kept = a.clone();
    for requirement in &b.0 {
        let negated = Requirement { key: requirement.key.clone(), op: requirement.op.negated() };
        pieces.push(kept.and(&LabelSelector(vec![negated])));
        kept = kept.and(&LabelSelector(vec![requirement.clone()]));
    }
    pieces
}
