//! Consent: what a namespace exposes to others, and whether a sentence of theirs lies within it.

use super::peers::Role;
use super::sentence::{Builder, Saying};
use super::traffic::{Kind, request, towards};
use crate::diagnostic::problem::ownership::OwnershipProblem;
use crate::policy::{self, Peer, PodSelector, Traffic};
use crate::semantics::flows::{self, Flows};
use crate::semantics::{Universe, pods, traffic};
use crate::source::Span;
use crate::syntax::ast::{Expose, ItemKind, Section};
use indexmap::IndexMap;
use smol_str::SmolStr;
use std::sync::atomic::{AtomicBool, Ordering};

/// What each namespace exposes.
#[derive(Default)]
pub(super) struct Exposures(IndexMap<SmolStr, Vec<Exposure>>);

/// One object of one `expose`, towards one reader.
#[derive(Debug)]
pub(super) struct Exposure {
    /// The pods that are exposed.
    pub object: PodSelector,
    /// What the object's own objects are called.
    pub stem: Option<SmolStr>,
    /// Which traffic.
    pub traffic: Traffic,
    /// To whom.
    pub to: PodSelector,
    /// The sentence.
    span: Span,
    used: AtomicBool,
}

impl Exposures {
    /// What each namespace's sections expose.
    pub fn of<'n>(sections: impl Iterator<Item = (&'n SmolStr, Vec<Exposure>)>) -> Self {
        let mut all: IndexMap<SmolStr, Vec<Exposure>> = IndexMap::new();
        for (home, exposures) in sections {
            all.entry(home.clone()).or_default().extend(exposures);
        }
        Self(all)
    }

    /// Whether every flow of the sentence is exposed, by one exposure or by several together. What cannot be decided
    /// counts as not exposed.
    pub fn consent(
        &self,
        universe: Universe<'_>,
        namespace: &SmolStr,
        from: &PodSelector,
        object: &PodSelector,
        wanted: &Traffic,
    ) -> bool {
        let Some(exposures) = self.0.get(namespace) else { return false };
        let mut exposed = Vec::new();
        for exposure in exposures {
            if exposure.meets(universe, from, object, wanted) {
                exposure.used.store(true, Ordering::Relaxed);
                exposed.push(exposure.flows());
            }
        }
        flows::includes_union(universe, &exposed, Flows { from, to: object, traffic: wanted }).is_yes()
    }

    /// The part of a broad sentence that a namespace exposes: which pods, from whom, which traffic.
    pub fn within(
        &self,
        universe: Universe<'_>,
        namespace: &SmolStr,
        from: &PodSelector,
        object: &PodSelector,
        wanted: &Traffic,
    ) -> Vec<(PodSelector, Option<SmolStr>, PodSelector, Traffic)> {
        let mut found = Vec::new();
        for exposure in self.0.get(namespace).into_iter().flatten() {
            let Some(reader) = pods::intersection(universe, from, &exposure.to) else { continue };
            let Some(target) = pods::intersection(universe, object, &exposure.object) else { continue };
            let Some(both) = traffic::intersection(wanted, &exposure.traffic) else { continue };
            exposure.used.store(true, Ordering::Relaxed);
            let stem = exposure.stem.clone().filter(|_| target == exposure.object);
            found.push((target, stem, reader, both));
        }
        found
    }

    /// They, once all sentences are read.
    pub fn into_model(self) -> Vec<policy::Exposure> {
        let model = |exposure: Exposure| policy::Exposure {
            object: exposure.object,
            to: exposure.to,
            traffic: exposure.traffic,
            used: exposure.used.into_inner(),
            span: exposure.span,
        };
        self.0.into_values().flatten().map(model).collect()
    }
}

impl Exposure {
    fn flows(&self) -> Flows<'_> {
        Flows { from: &self.to, to: &self.object, traffic: &self.traffic }
    }

    fn meets(&self, universe: Universe<'_>, from: &PodSelector, object: &PodSelector, wanted: &Traffic) -> bool {
        pods::overlap(universe, &self.to, from)
            && pods::overlap(universe, &self.object, object)
            && traffic::overlap(&self.traffic, wanted)
    }
}

impl Builder<'_, '_> {
    /// What a section of a namespace exposes.
    pub fn exposures_of(&mut self, home: &SmolStr, section: &Section) -> Vec<Exposure> {
        let mut found = Vec::new();
        for item in &section.items {
            if let ItemKind::Expose(expose) = &item.kind
                && let Some(saying) = self.say(item, Some(home), Some(&expose.clauses))
            {
                self.expose(saying, home, expose, &mut found);
            }
        }
        found
    }

    fn expose(&mut self, saying: Saying<'_>, home: &SmolStr, expose: &Expose, found: &mut Vec<Exposure>) {
        let objects = self.terms(&expose.objects, Some(home), Role::Object);
        let readers = self.terms(&expose.to, Some(home), Role::Subject);
        let (Some(objects), Some(readers)) = (objects, readers) else { return };
        if self.too_many(saying, readers.len(), objects.len()) {
            return;
        }
        let kind = match &expose.request {
            Some(wanted) => Kind::Requests(vec![request(wanted, &mut self.part.diagnostics)]),
            None => Kind::Reach,
        };
        for object in &objects {
            let selector = match &object.peer {
                Peer::Pods(selector) if selector.namespaces.names.as_one() == Some(home) => selector,
                _ => {
                    self.part.diagnostics.push(OwnershipProblem::ExposesOthers { span: object.span }.into());
                    continue;
                }
            };
            let Some(traffic) = towards(&kind, object, &mut self.part.diagnostics) else { continue };
            for reader in &readers {
                // Pods of a namespace that nobody declares yet may land later: until then the exposure is unused.
                let Peer::Pods(to) = &reader.peer else {
                    self.part.diagnostics.push(OwnershipProblem::ExposeNeedsNoConsent { span: reader.span }.into());
                    continue;
                };
                found.push(Exposure {
                    object: selector.clone(),
                    stem: object.stem.clone(),
                    traffic: traffic.clone(),
                    to: to.clone(),
                    span: saying.span,
                    used: AtomicBool::new(false),
                });
            }
        }
    }
}
