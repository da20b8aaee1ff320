//! Namespace selectors as sets of namespaces that could exist.
//!
//! The world is open: any namespace that could exist counts. Two things tie its parts together. The label
//! `kubernetes.io/metadata.name` of a namespace is its name (set by the API server since Kubernetes 1.21:
//! KEP-2161), and a *declared* namespace has, for each key that its declaration names, exactly the declared value; its
//! other keys are unknown.

use super::labels::{self, Labels};
use super::values;
use crate::policy::{LabelSelector, Namespace, NamespaceSelector, ValueSet, Values};
use indexmap::IndexMap;
use smol_str::SmolStr;
use std::sync::LazyLock;

/// The label that holds a namespace's name.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// What is known of the namespaces.
#[derive(Clone, Copy, Debug)]
pub struct Universe<'a> {
    namespaces: &'a IndexMap<SmolStr, Namespace>,
    /// Whether a declared namespace has no labels but those of its declaration.
    in_full: bool,
}

impl<'a> Universe<'a> {
    /// Takes the declarations of a project ([`crate::policy::Policy::namespaces`]).
    #[must_use]
    pub fn new(namespaces: &'a IndexMap<SmolStr, Namespace>) -> Self {
        Self { namespaces, in_full: false }
    }

    /// The same, if the labels that a declaration does not name are not there.
    #[must_use]
    pub fn in_full(namespaces: &'a IndexMap<SmolStr, Namespace>) -> Self {
        Self { namespaces, in_full: true }
    }

    /// Whether a declared namespace fits with the labels of its declaration.
    #[must_use]
    pub fn has_member(self, selector: &NamespaceSelector) -> bool {
        let witness = |(name, namespace): (&SmolStr, &Namespace)| {
            let labels = namespace.labels.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            NamespaceWitness { name: name.clone(), labels }
        };
        self.namespaces.iter().map(witness).any(|namespace| matches(selector, &namespace))
    }

    /// Whether a declared namespace has a label as a test wants it; `unknown` where that is not known.
    fn label(self, namespace: &Namespace, key: &SmolStr, cell: &labels::Cell, unknown: bool) -> bool {
        match namespace.labels.get(key) {
            Some(value) => cell.admits(Some(value)),
            None if self.in_full => cell.admits(None),
            None => unknown,
        }
    }

    /// One of which nothing is known: no namespace is declared.
    #[must_use]
    pub fn unknown() -> Self {
        static NONE: LazyLock<IndexMap<SmolStr, Namespace>> = LazyLock::new(IndexMap::new);
        Self { namespaces: &NONE, in_full: false }
    }
}

/// A concrete namespace.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NamespaceWitness {
    /// Its name.
    pub name: SmolStr,
    /// Its labels, without the one that holds its name.
    pub labels: Labels,
}

/// Whether this namespace fits.
#[must_use]
pub fn matches(selector: &NamespaceSelector, namespace: &NamespaceWitness) -> bool {
    let NamespaceSelector { names, labels } = fold(selector);
    values::contains(&names, &namespace.name) && labels::matches(&labels, &namespace.labels)
}

/// Whether some namespace fits.
#[must_use]
pub fn satisfiable(universe: Universe, selector: &NamespaceSelector) -> bool {
    if selector.labels.0.is_empty() {
        return !values::is_empty(&selector.names);
    }
    let NamespaceSelector { names, labels } = fold(selector);
    labels::satisfiable(&labels)
        && match names {
            ValueSet::In(names) => names.iter().any(|name| may_have(universe, name, &labels)),
            ValueSet::Any | ValueSet::NotIn(_) => true,
        }
}

/// Whether some namespace fits both.
#[must_use]
pub fn overlap(universe: Universe, a: &NamespaceSelector, b: &NamespaceSelector) -> bool {
    if a.labels.0.is_empty() && b.labels.0.is_empty() {
        return values::overlap(&a.names, &b.names);
    }
    satisfiable(universe, &and(a, b))
}

/// Whether all namespaces that fit `inner` fit `outer`.
#[must_use]
pub fn includes(universe: Universe, outer: &NamespaceSelector, inner: &NamespaceSelector) -> bool {
    if outer.labels.0.is_empty() && inner.labels.0.is_empty() {
        return values::includes(&outer.names, &inner.names);
    }
    let Some(inner) = simplified(universe, inner) else { return true };
    let outer = fold(outer);
    let exceeding = labels::exceeding(&outer.labels, &inner.labels);
    // What the selector alone does not promise, the declarations of all its namespaces may.
    let declared = |name: &SmolStr| {
        universe
            .namespaces
            .get(name)
            .is_some_and(|namespace| exceeding.iter().all(|(key, cell)| universe.label(namespace, key, cell, false)))
    };
    // A name outside may still be one that cannot have the labels.
    let outside = values::intersection(&inner.names, &values::complement(&outer.names));
    !satisfiable(universe, &NamespaceSelector { names: outside, labels: inner.labels.clone() })
        && (exceeding.is_empty() || matches!(&inner.names, ValueSet::In(names) if names.iter().all(declared)))
}

/// The selector of what fits both; `None` when nothing does.
#[must_use]
pub fn intersection(universe: Universe, a: &NamespaceSelector, b: &NamespaceSelector) -> Option<NamespaceSelector> {
    simplified(universe, &and(a, b))
}

/// What fits `a` and not `b`, in selectors of which no two overlap.
#[must_use]
pub fn difference(universe: Universe, a: &NamespaceSelector, b: &NamespaceSelector) -> Vec<NamespaceSelector> {
    pieces(a, b).iter().filter_map(|piece| simplified(universe, piece)).collect()
}

/// The same set: without listed names that cannot have the labels, without the label that holds the name, and with the
/// fewest tests a key. `None` when nothing fits.
#[must_use]
pub fn simplified(universe: Universe, selector: &NamespaceSelector) -> Option<NamespaceSelector> {
    let NamespaceSelector { names, labels } = fold(selector);
    let labels = labels::simplified(&labels)?;
    let names = match names {
        ValueSet::In(names) => {
            let may_have = |name: &&SmolStr| may_have(universe, name, &labels);
            let names: Values = names.iter().filter(may_have).cloned().collect();
            if names.is_empty() {
                return None;
            }
            ValueSet::In(names)
        }
        names => names,
    };
    Some(NamespaceSelector { names, labels })
}

/// A namespace that fits, a declared one if there is one; `None` when none does.
#[must_use]
pub fn witness(universe: Universe, selector: &NamespaceSelector) -> Option<NamespaceWitness> {
    let NamespaceSelector { names, labels } = simplified(universe, selector)?;
    let declared =
        universe.namespaces.keys().find(|name| values::contains(&names, name) && may_have(universe, name, &labels));
    let name = match (declared, &names) {
        (Some(name), _) => name.clone(),
        (None, ValueSet::In(names)) => names.first()?.clone(),
        (None, ValueSet::Any | ValueSet::NotIn(_)) => values::numbered("other")
            .find(|name| values::contains(&names, name) && !universe.namespaces.contains_key(name))?,
    };
    let mut labels = labels::witness(&labels)?;
    if let Some(namespace) = universe.namespaces.get(&name) {
        labels.extend(namespace.labels.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    Some(NamespaceWitness { name, labels })
}

/// Both selectors in one.
pub(super) fn and(a: &NamespaceSelector, b: &NamespaceSelector) -> NamespaceSelector {
    NamespaceSelector { names: values::intersection(&a.names, &b.names), labels: a.labels.and(&b.labels) }
}

/// [`difference`] with pieces that may be empty.
pub(super) fn pieces(a: &NamespaceSelector, b: &NamespaceSelector) -> Vec<NamespaceSelector> {
    let outside = values::intersection(&a.names, &values::complement(&b.names));
    let inside = values::intersection(&a.names, &b.names);
    let mut pieces = vec![NamespaceSelector { names: outside, labels: a.labels.clone() }];
    let labels = labels::pieces(&a.labels, &b.labels).into_iter();
    pieces.extend(labels.map(|labels| NamespaceSelector { names: inside.clone(), labels }));
    pieces
}

/// Moves what is asked of the label that holds the name to the name.
fn fold(selector: &NamespaceSelector) -> NamespaceSelector {
    let (about_name, labels): (Vec<_>, Vec<_>) =
        selector.labels.0.iter().cloned().partition(|requirement| requirement.key == NAME_LABEL);
    let cells = labels::cells(&LabelSelector(about_name));
    let names = cells.values().fold(selector.names.clone(), |names, cell| values::intersection(&names, &cell.values));
    NamespaceSelector { names, labels: LabelSelector(labels) }
}

/// Whether a namespace of this name can have these labels, which some labels fit.
fn may_have(universe: Universe, name: &str, selector: &LabelSelector) -> bool {
    let Some(namespace) = universe.namespaces.get(name) else { return true };
    labels::cells(selector).iter().all(|(key, cell)| universe.label(namespace, key, cell, true))
}
