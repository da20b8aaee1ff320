//! `A may only reach …` and `nothing but A may reach …`: caps that no other policy can widen.

use super::peers::{Role, Term};
use super::sentence::{Builder, Saying};
use crate::diagnostic::problem::guard::GuardProblem;
use crate::policy::{Boundary, Direction, Permit, PodSelector, PortSet, Traffic};
use crate::source::Span;
use crate::syntax::ast::{NothingBut, OnlyReach};
use smol_str::SmolStr;
use std::collections::BTreeSet;

impl Builder<'_, '_> {
    pub fn only_reach(&mut self, saying: Saying<'_>, only: &OnlyReach) {
        let subjects = self.terms(&only.subjects, saying.home, Role::Subject);
        let objects = self.terms(&only.objects, saying.home, Role::Object);
        let (Some(subjects), Some(objects)) = (subjects, objects) else { return };
        if self.too_many(saying, subjects.len(), objects.len()) {
            return;
        }
        let permits: Vec<Permit> = objects.iter().map(permit).collect();
        for subject in &subjects {
            self.cap(saying, Direction::Egress, subject, Traffic::All, permits.clone());
        }
    }

    pub fn nothing_but(&mut self, saying: Saying<'_>, nothing: &NothingBut) {
        let subjects = self.terms(&nothing.subjects, saying.home, Role::Subject);
        let objects = self.terms(&nothing.objects, saying.home, Role::Object);
        let (Some(subjects), Some(objects)) = (subjects, objects) else { return };
        if self.too_many(saying, subjects.len(), objects.len()) {
            return;
        }
        let permits: Vec<Permit> = subjects.iter().map(permit).collect();
        for object in &objects {
            self.cap(saying, Direction::Ingress, object, traffic(object.ports.as_ref()), permits.clone());
        }
    }

    fn cap(&mut self, saying: Saying<'_>, direction: Direction, term: &Term, capped: Traffic, permits: Vec<Permit>) {
        let Some(selector) = self.named_pods(&term.peer, saying.home) else {
            self.part.diagnostics.push(GuardProblem::CapsNoPods { span: term.span }.into());
            return;
        };
        self.check_known_labels(&selector, term.span);
        let subject = self.subject(selector, term.stem.as_ref(), saying.home);
        self.boundary(Boundary { direction, subject, traffic: capped, permits, sentence: saying.id });
    }

    /// A boundary over namespace labels that no declared namespace has would bind nobody, or whoever sets them.
    fn check_known_labels(&mut self, selector: &PodSelector, span: Span) {
        let asked = &selector.namespaces.labels;
        let mut declared = BTreeSet::new();
        for namespace in self.scope.namespaces.values() {
            let labels = namespace.declaration.and_then(|declaration| declaration.labels.as_ref());
            for requirement in labels.iter().flat_map(|labels| &labels.requirements) {
                declared.insert(requirement.key.value.as_str());
            }
        }
        let undeclared = asked.0.iter().filter(|requirement| !declared.contains(requirement.key.as_str()));
        let undeclared: Vec<SmolStr> = undeclared.map(|requirement| requirement.key.clone()).collect();
        let universe = self.peers.universe();
        if undeclared.is_empty() && !asked.0.is_empty() && !universe.has_member(&selector.namespaces) {
            let labels = asked.to_string();
            self.part.diagnostics.push(GuardProblem::NoMember { span, labels }.into());
        }
        let undeclared = undeclared.into_iter().map(|key| GuardProblem::UndeclaredLabel { span, key }.into());
        self.part.diagnostics.extend(undeclared);
    }
}

fn permit(term: &Term) -> Permit {
    Permit { peer: term.peer.clone(), traffic: traffic(term.ports.as_ref()), span: term.span }
}

fn traffic(ports: Option<&PortSet>) -> Traffic {
    ports.map_or(Traffic::All, |ports| Traffic::Ports(ports.clone()))
}
