//! In which namespaces a subject's policies stand.

use crate::policy::{NamespaceSelector, PodSelector, Policy, Subject, ValueSet};
use crate::semantics::{Universe, namespaces};
use smol_str::SmolStr;

/// The namespaces of a subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Homes {
    /// Declared, and surely the subject's.
    pub certain: Vec<SmolStr>,
    /// Declared, but their declarations do not say whether they have the labels that the subject asks for.
    pub undecided: Vec<SmolStr>,
    /// Namespaces that the project does not declare.
    pub beyond: Beyond,
}

/// The part of a subject outside of the declared namespaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Beyond {
    /// There is none.
    #[default]
    Nothing,
    /// This namespace at least.
    Named(SmolStr),
    /// Any that there may be.
    Any,
}

/// Where the policies of a subject with these pods stand.
pub(super) fn homes(policy: &Policy, subject: &Subject, pods: &PodSelector) -> Homes {
    let universe = Universe::new(&policy.namespaces);
    let mut homes = Homes::default();
    if let Some(namespace) = &subject.namespace
        && pods.namespaces.labels.0.is_empty()
    {
        homes.certain.push(namespace.clone());
        return homes;
    }
    for name in policy.namespaces.keys().filter(|name| subject.namespace.as_ref().is_none_or(|own| own == *name)) {
        let one = NamespaceSelector { names: ValueSet::one(name.clone()), ..NamespaceSelector::default() };
        if namespaces::includes(universe, &pods.namespaces, &one) {
            homes.certain.push(name.clone());
        } else if namespaces::overlap(universe, &pods.namespaces, &one) {
            homes.undecided.push(name.clone());
        }
    }
    homes.beyond = match &pods.namespaces.names {
        ValueSet::Any | ValueSet::NotIn(_) => Beyond::Any,
        ValueSet::In(names) => names
            .iter()
            .find(|name| !policy.namespaces.contains_key(*name))
            .map_or(Beyond::Nothing, |name| Beyond::Named(name.clone())),
    };
    homes
}
