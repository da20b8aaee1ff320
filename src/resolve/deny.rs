//! `A may not …`, `no A may …`: denies at the ends that the file governs.

use super::peers::{Role, Term};
use super::sentence::{Builder, Saying};
use super::traffic::{Kind, objects, towards};
use crate::diagnostic::problem::guard::GuardProblem;
use crate::diagnostic::problem::outside::OutsideProblem;
use crate::diagnostic::problem::ownership::OwnershipProblem;
use crate::diagnostic::problem::ports::PortProblem;
use crate::policy::{Direction, Entity, Peer, PodSelector, SubjectId, Traffic};
use crate::syntax::ast::{Action, MayNot, PeerKind, Peers};

impl Builder<'_, '_> {
    pub fn may_not(&mut self, saying: Saying<'_>, may_not: &MayNot) {
        if !matches!(may_not.action.value, Action::Reach(_) | Action::Ping(_)) {
            self.part.diagnostics.push(PortProblem::CannotDeny { span: may_not.action.span }.into());
            return;
        }
        let Some((list, kind)) = objects(&may_not.action.value, &mut self.part.diagnostics) else { return };
        let subjects = self.deny_subjects(saying, may_not);
        let objects = self.terms(list, saying.home, Role::Object);
        let (Some(subjects), Some(objects)) = (subjects, objects) else { return };
        if self.too_many(saying, subjects.len(), objects.len()) {
            return;
        }
        let before = self.rule_count();
        if !self.deny_all(saying, &kind, &subjects, &objects) {
            self.forget_rules_after(before);
        }
    }

    /// Denies every pair. `false` after a finding, of which there is one a sentence.
    fn deny_all(&mut self, saying: Saying<'_>, kind: &Kind, subjects: &[Term], objects: &[Term]) -> bool {
        for object in objects {
            if let Peer::Name(name) = &object.peer {
                self.part
                    .diagnostics
                    .push(OutsideProblem::DenyByName { span: object.span, name: name.to_string().into() }.into());
                return false;
            }
            let Some(traffic) = towards(kind, object, &mut self.part.diagnostics) else { return false };
            for subject in subjects {
                if !self.deny_pair(saying, subject, object, &traffic) {
                    return false;
                }
            }
        }
        true
    }

    /// `no workload may …` means the file's own pods; in a platform file, those of every namespace.
    fn deny_subjects(&mut self, saying: Saying<'_>, may_not: &MayNot) -> Option<Vec<Term>> {
        let every = |list: &Peers| matches!(list.items.as_slice(), [only] if only.kind == PeerKind::EveryWorkload);
        if saying.home.is_none() && may_not.no && every(&may_not.subjects) {
            let mut list = may_not.subjects.clone();
            for item in &mut list.items {
                item.kind = PeerKind::WorkloadsInEveryNamespace;
            }
            return self.terms(&list, None, Role::Subject);
        }
        self.terms(&may_not.subjects, saying.home, Role::Subject)
    }

    fn deny_pair(&mut self, saying: Saying<'_>, subject: &Term, object: &Term, traffic: &Traffic) -> bool {
        let from = self.denied_end(saying, subject);
        let to = self.denied_end(saying, object);
        if from.is_none() && to.is_none() {
            let (subject, object) = (subject.span, object.span);
            let problem = match saying.home {
                Some(home) => OwnershipProblem::NeitherEnd { subject, object, home: home.clone() },
                None => OwnershipProblem::NothingToOpen { subject, object },
            };
            self.part.diagnostics.push(problem.into());
            return false;
        }
        if let Some(to) = to {
            // The local node always reaches its pods: the kubelet's probes come from there.
            if holds_host(&subject.peer) {
                self.part.diagnostics.push(GuardProblem::DeniesHost { span: subject.span }.into());
                return false;
            }
            self.deny(saying, Direction::Ingress, to, subject.peer.clone(), traffic.clone(), object.span);
        }
        if let Some(from) = from {
            self.deny(saying, Direction::Egress, from, object.peer.clone(), traffic.clone(), object.span);
        }
        true
    }

    /// The subject of an end that the file governs. A platform's deny is cluster-wide, whomever it names.
    fn denied_end(&mut self, saying: Saying<'_>, term: &Term) -> Option<SubjectId> {
        let selector: PodSelector = match (saying.home, &term.peer) {
            (None, Peer::Nodes(nodes)) => return Some(self.nodes(nodes, term.stem.as_ref())),
            (Some(home), peer) => self.own(peer, home)?,
            (None, peer) => Self::pods(peer)?,
        };
        let stem = term.stem.clone().filter(|_| Peer::Pods(selector.clone()) == term.peer);
        Some(self.subject(selector, stem.as_ref(), saying.home))
    }
}

/// Whether the local node is among these.
fn holds_host(peer: &Peer) -> bool {
    matches!(peer, Peer::Anything | Peer::Entity(Entity::Host | Entity::Cluster))
}
