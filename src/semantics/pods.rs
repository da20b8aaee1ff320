//! Pod selectors as sets of pods that could exist: a namespace (see [`super::namespaces`]), labels and a service account.

use super::labels::{self, Labels};
use super::namespaces::{self, NamespaceWitness, Universe};
use super::values;
use crate::policy::PodSelector;
use smol_str::SmolStr;
use std::fmt;

/// A concrete pod.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pod {
    /// Its namespace.
    pub namespace: NamespaceWitness,
    /// Its labels.
    pub labels: Labels,
    /// Its service account.
    pub service_account: SmolStr,
}

/// `shop/{app: backend, tier: api}`; with its service account unless that is `default`.
impl fmt::Display for Pod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{{", self.namespace.name)?;
        for (index, (key, value)) in self.labels.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{key}: {value}")?;
        }
        f.write_str("}")?;
        if self.service_account != "default" {
            write!(f, " as serviceaccount {}", self.service_account)?;
        }
        Ok(())
    }
}

/// Whether this pod fits.
#[must_use]
pub fn matches(selector: &PodSelector, pod: &Pod) -> bool {
    namespaces::matches(&selector.namespaces, &pod.namespace)
        && labels::matches(&selector.labels, &pod.labels)
        && values::contains(&selector.service_account, &pod.service_account)
}

/// Whether some pod fits.
#[must_use]
pub fn satisfiable(universe: Universe, selector: &PodSelector) -> bool {
    !values::is_empty(&selector.service_account)
        && labels::satisfiable(&selector.labels)
        && namespaces::satisfiable(universe, &selector.namespaces)
}

/// Whether they name two namespaces, and so share no pod. A quick look: most pairs of a project are told apart by it.
#[must_use]
pub fn apart(a: &PodSelector, b: &PodSelector) -> bool {
    matches!((a.namespaces.names.as_one(), b.namespaces.names.as_one()), (Some(a), Some(b)) if a != b)
}

/// Whether some pod fits both.
#[must_use]
pub fn overlap(universe: Universe, a: &PodSelector, b: &PodSelector) -> bool {
    !apart(a, b)
        && labels::overlap(&a.labels, &b.labels)
        && values::overlap(&a.service_account, &b.service_account)
        && namespaces::overlap(universe, &a.namespaces, &b.namespaces)
}

/// Whether all pods that fit `inner` fit `outer`.
#[must_use]
pub fn includes(universe: Universe, outer: &PodSelector, inner: &PodSelector) -> bool {
    outer == inner
        || (values::includes(&outer.service_account, &inner.service_account)
            && labels::includes(&outer.labels, &inner.labels)
            && namespaces::includes(universe, &outer.namespaces, &inner.namespaces))
        || !satisfiable(universe, inner)
}

/// The selector of what fits both; `None` when nothing does.
#[must_use]
pub fn intersection(universe: Universe, a: &PodSelector, b: &PodSelector) -> Option<PodSelector> {
    simplified(universe, &and(a, b))
}

/// What fits `a` and not `b`, in selectors of which no two overlap.
#[must_use]
pub fn difference(universe: Universe, a: &PodSelector, b: &PodSelector) -> Vec<PodSelector> {
    pieces(a, b).iter().filter_map(|piece| simplified(universe, piece)).collect()
}

/// The same set with the fewest tests (see [`namespaces::simplified`]); `None` when nothing fits.
#[must_use]
pub fn simplified(universe: Universe, selector: &PodSelector) -> Option<PodSelector> {
    if values::is_empty(&selector.service_account) {
        return None;
    }
    Some(PodSelector {
        namespaces: namespaces::simplified(universe, &selector.namespaces)?,
        labels: labels::simplified(&selector.labels)?,
        service_account: selector.service_account.clone(),
    })
}

/// A pod that fits, in a declared namespace if there is one; `None` when none does.
#[must_use]
pub fn witness(universe: Universe, selector: &PodSelector) -> Option<Pod> {
    Some(Pod {
        namespace: namespaces::witness(universe, &selector.namespaces)?,
        labels: labels::witness(&selector.labels)?,
        service_account: values::witness(&selector.service_account, "default")?,
    })
}

fn and(a: &PodSelector, b: &PodSelector) -> PodSelector {
    PodSelector {
        namespaces: namespaces::and(&a.namespaces, &b.namespaces),
        labels: a.labels.and(&b.labels),
        service_account: values::intersection(&a.service_account, &b.service_account),
    }
}

/// [`difference`] with pieces that may be empty.
fn pieces(a: &PodSelector, b: &PodSelector) -> Vec<PodSelector> {
    let mut pieces = Vec::new();
    let mut kept = a.clone();
    for namespaces in namespaces::pieces(&a.namespaces, &b.namespaces) {
        pieces.push(PodSelector { namespaces, ..kept.clone() });
    }
    kept.namespaces = namespaces::and(&a.namespaces, &b.namespaces);
    for labels in labels::pieces(&a.labels, &b.labels) {
        pieces.push(PodSelector { labels, ..kept.clone() });
    }
    kept.labels = a.labels.and(&b.labels);
    kept.service_account = values::intersection(&a.service_account, &values::complement(&b.service_account));
    pieces.push(kept);
    pieces
}
