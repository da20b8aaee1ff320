//! All of one cluster: what is read before what, and what is read side by side.
//!
//! Sentences are told apart by what they need to know of others: declarations come first, then isolation, then consent,
//! then all other sentences. Within the last two steps no section needs another, so they are resolved side by side.

use super::cluster::Facts;
use super::consent::{Exposure, Exposures};
use super::isolation::Isolated;
use super::options::Options;
use super::part::Part;
use super::peers::Expanded;
use super::scope::Scope;
use super::sentence::{Builder, goes_beyond};
use super::workloads;
use crate::diagnostic::Diagnostic;
use crate::policy::{Namespace, Policy};
use crate::syntax::ast::{LabelSelector, LabelTest, Section};
use indexmap::IndexMap;
use rayon::prelude::*;
use smol_str::SmolStr;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is known when a sentence is read: the declarations, and what the steps before came to.
pub(super) struct Known<'k, 't> {
    pub scope: &'k Scope<'t>,
    pub facts: &'k Facts<'t>,
    pub options: &'k Options,
    /// The declared namespaces, whose labels are known.
    pub namespaces: &'k IndexMap<SmolStr, Namespace>,
    /// Every declared group and external.
    pub expanded: Expanded,
    pub isolated: Isolated,
    pub exposures: Exposures,
    /// How many pairs of a subject and an object all sentences came to so far.
    pub pairs: AtomicU64,
}

/// A section and the namespace that it is of; `None` in a platform file.
type Home<'k, 't> = (Option<&'k SmolStr>, &'t Section);

/// How the sections are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    SideBySide,
    OneByOne,
}

/// Everything that one cluster's sentences mean.
pub(super) fn resolve_cluster<'t>(
    scope: &Scope<'t>,
    facts: Facts<'t>,
    options: &Options,
    diagnostics: &mut Vec<Diagnostic>,
) -> Policy {
    let namespaces = namespaces(scope);
    let mut known = Known {
        scope,
        facts: &facts,
        options,
        namespaces: &namespaces,
        expanded: Expanded::default(),
        isolated: Isolated::default(),
        exposures: Exposures::default(),
        pairs: AtomicU64::new(0),
    };
    let (expanded, declarations) = known.read(|builder| {
        builder.check_declarations();
        std::mem::take(&mut builder.peers.expanded).into_owned()
    });
    known.expanded = expanded;
    let (isolated, isolations) = known.read(|builder| builder.isolations());
    known.isolated = isolated;
    let mut parts = vec![declarations, isolations];
    let mut sentences = known.sentences(Order::SideBySide);
    // Where the sentences come to too much, the one that is too many is to be the same each time.
    if goes_beyond(known.pairs.load(Ordering::Relaxed)) {
        known.pairs = AtomicU64::new(0);
        sentences = known.sentences(Order::OneByOne);
    }
    parts.append(&mut sentences);
    let (whole, workloads) = rayon::join(|| Part::join(parts), || workloads::all(scope, &facts));
    let Part { sentences, subjects, isolations, rules, boundaries, lookups, assertions, diagnostics: found } = whole;
    diagnostics.extend(found);
    let project = scope.project.map(|name| name.value.clone());
    let exposures = known.exposures.into_model();
    Policy {
        project,
        cluster: facts.cluster,
        namespaces,
        workloads,
        sentences,
        subjects,
        isolations,
        rules,
        boundaries,
        lookups,
        exposures,
        assertions,
    }
}

impl<'k, 't> Known<'k, 't> {
    /// What some reading comes to.
    fn read<T>(&self, read: impl FnOnce(&mut Builder<'_, 't>) -> T) -> (T, Part) {
        let mut builder = Builder::new(self);
        let result = read(&mut builder);
        (result, builder.part)
    }

    /// Reads sections, each into a part of its own.
    fn read_each<T: Send>(
        &self,
        sections: &[Home<'k, 't>],
        order: Order,
        read: impl Fn(&mut Builder<'_, 't>, Home<'k, 't>) -> T + Sync,
    ) -> (Vec<T>, Vec<Part>) {
        let one = |section: &Home<'k, 't>| self.read(|builder| read(builder, *section));
        match order {
            Order::SideBySide => sections.par_iter().map(one).unzip(),
            Order::OneByOne => sections.iter().map(one).unzip(),
        }
    }

    /// Consent, and then what needs it.
    fn sentences(&mut self, order: Order) -> Vec<Part> {
        let scope = self.scope;
        let platform: Vec<Home<'k, 't>> = scope.platform_sections.iter().map(|section| (None, *section)).collect();
        let namespaces: Vec<Home<'k, 't>> = scope
            .read_namespaces()
            .flat_map(|(name, namespace)| namespace.sections.iter().map(move |section| (Some(name), *section)))
            .collect();
        let (exposures, mut parts) = self.read_each(&namespaces, order, |builder, (home, section)| match home {
            Some(home) => builder.exposures_of(home, section),
            None => Vec::<Exposure>::new(),
        });
        let homes = namespaces.iter().filter_map(|(home, _)| *home);
        self.exposures = Exposures::of(homes.zip(exposures));
        for sections in [platform, namespaces] {
            let (_, mut found) = self.read_each(&sections, order, |builder, (home, section)| {
                builder.section(section, home);
            });
            parts.append(&mut found);
        }
        parts
    }
}

/// The declared namespaces as the model has them.
fn namespaces(scope: &Scope<'_>) -> IndexMap<SmolStr, Namespace> {
    let labels = |declared: &LabelSelector| {
        declared
            .requirements
            .iter()
            .filter_map(|requirement| match &requirement.test {
                LabelTest::Is(value) => Some((requirement.key.value.clone(), value.value.clone())),
                _ => None,
            })
            .collect()
    };
    scope
        .namespaces
        .iter()
        .map(|(name, namespace)| {
            let declared = namespace.declaration.and_then(|declaration| declaration.labels.as_ref());
            let model = Namespace {
                labels: declared.map(labels).unwrap_or_default(),
                owner: namespace.owner.map(|owner| owner.value.clone()),
                has_files: !namespace.sections.is_empty(),
                span: namespace.span,
            };
            (name.clone(), model)
        })
        .collect()
}
