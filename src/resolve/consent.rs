//! Consent: what a namespace exposes to others, and whether a sentence of theirs lies within it.

use super::peers::Role;
use super::sentence::{Builder, Saying};
use super::traffic::{Kind, request, towards};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::ownership::OwnershipProblem;
use crate::policy::{Peer, PodSelector, Traffic};
use crate::semantics::flows::{self, Flows};
use crate::semantics::{Universe, pods, traffic};
use crate::source::Span;
use crate::syntax::ast::{Expose, ItemKind};
use indexmap::IndexMap;
use smol_str::SmolStr;

/// What each namespace exposes.
#[derive(Default)]
pub(super) struct Exposures(IndexMap<SmolStr, Vec<Exposure>>);

/// One object of one `expose`, towards one reader.
#[derive(Clone, Debug)]
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
    used: bool,
}

impl Exposures {
    /// Whether every flow of the sentence is exposed, by one exposure or by several together. What cannot be decided
    /// counts as not exposed.
    pub fn consent(
        &mut self,
        universe: Universe<'_>,
        namespace: &SmolStr,
        from: &PodSelector,
        object: &PodSelector,
        wanted: &Traffic,
    ) -> bool {
        let Some(exposures) = self.0.get_mut(namespace) else { return false };
        let mut exposed = Vec::new();
        for exposure in exposures {
            if exposure.meets(universe, from, object, wanted) {
                exposure.used = true;
                exposed.push(exposure.flows());
            }
        }
        flows::includes_union(universe, &exposed, Flows { from, to: object, traffic: wanted }).is_yes()
    }

    /// The part of a broad sentence that a namespace exposes: which pods, from whom, which traffic.
    pub fn within(
        &mut self,
        universe: Universe<'_>,
        namespace: &SmolStr,
        from: &PodSelector,
        object: &PodSelector,
        wanted: &Traffic,
    ) -> Vec<(PodSelector, Option<SmolStr>, PodSelector, Traffic)> {
        let mut found = Vec::new();
        for exposure in self.0.get_mut(namespace).into_iter().flatten() {
            let Some(reader) = pods::intersection(universe, from, &exposure.to) else { continue };
            let Some(target) = pods::intersection(universe, object, &exposure.object) else { continue };
            let Some(both) = traffic::intersection(wanted, &exposure.traffic) else { continue };
            exposure.used = true;
            let stem = exposure.stem.clone().filter(|_| target == exposure.object);
            found.push((target, stem, reader, both));
        }
        found
    }

    /// An `expose` that no sentence uses yet.
    pub fn report_unused(&self, diagnostics: &mut Vec<Diagnostic>) {
        let mut sentences: IndexMap<Span, bool> = IndexMap::new();
        for exposure in self.0.values().flatten() {
            *sentences.entry(exposure.span).or_default() |= exposure.used;
        }
        for (span, used) in sentences {
            if !used {
                diagnostics.push(OwnershipProblem::UnusedExpose { span }.into());
            }
        }
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
    pub fn exposures(&mut self) {
        let scope = self.scope;
        for (name, namespace) in &scope.namespaces {
            for section in &namespace.sections {
                for item in &section.items {
                    if let ItemKind::Expose(expose) = &item.kind
                        && let Some(saying) = self.say(item, Some(name), Some(&expose.clauses))
                    {
                        self.expose(saying, name, expose);
                    }
                }
            }
        }
    }

    fn expose(&mut self, saying: Saying<'_>, home: &SmolStr, expose: &Expose) {
        let objects = self.terms(&expose.objects, Some(home), Role::Object);
        let readers = self.terms(&expose.to, Some(home), Role::Subject);
        let (Some(objects), Some(readers)) = (objects, readers) else { return };
        if self.too_many(saying, readers.len(), objects.len()) {
            return;
        }
        let kind = match &expose.request {
            Some(wanted) => Kind::Requests(vec![request(wanted, self.diagnostics)]),
            None => Kind::Reach,
        };
        for object in &objects {
            let selector = match &object.peer {
                Peer::Pods(selector) if selector.namespaces.names.as_one() == Some(home) => selector,
                _ => {
                    self.diagnostics.push(OwnershipProblem::ExposesOthers { span: object.span }.into());
                    continue;
                }
            };
            let Some(traffic) = towards(&kind, object, self.diagnostics) else { continue };
            for reader in &readers {
                // Pods of a namespace that nobody declares yet may land later: until then the exposure is unused.
                let Peer::Pods(to) = &reader.peer else {
                    self.diagnostics.push(OwnershipProblem::ExposeNeedsNoConsent { span: reader.span }.into());
                    continue;
                };
                self.exposures.0.entry(home.clone()).or_default().push(Exposure {
                    object: selector.clone(),
                    stem: object.stem.clone(),
                    traffic: traffic.clone(),
                    to: to.clone(),
                    span: saying.span,
                    used: false,
                });
            }
        }
    }
}
