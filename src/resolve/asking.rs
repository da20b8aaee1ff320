//! Asking for consent: whether the namespaces that a sentence names expose its part of them, and if not, the lines that
//! they lack. Written as they can be copied, and for the whole sentence, so that one of its readers mends it at once.

use super::peers::Term;
use super::ports::spelled;
use super::scope::NamespaceScope;
use super::sentence::Builder;
use super::traffic::{Kind, towards};
use crate::diagnostic::problem::ownership::OwnershipProblem;
use crate::policy::{Peer, Traffic};
use crate::syntax::ast::Serve;
use smol_str::SmolStr;

impl Builder<'_, '_> {
    /// Whether a sentence of `home` needs the consent of this namespace: it is another one, and its files are here.
    pub fn asks_for_consent(&self, home: &SmolStr, namespace: &SmolStr) -> bool {
        namespace != home && self.scope.namespaces.get(namespace).is_some_and(|found| !found.sections.is_empty())
    }

    /// Whether every object in another namespace is exposed to every subject; one finding an object that is not.
    pub fn consented(&mut self, home: &SmolStr, kind: &Kind, subjects: &[Term], objects: &[Term]) -> bool {
        let mut good = true;
        for object in objects {
            let Some(wanted) = Self::pods(&object.peer) else { continue };
            let Some(namespace) = wanted.namespaces.names.as_one() else { continue };
            if !self.asks_for_consent(home, namespace) {
                continue;
            }
            // Traffic that cannot be is a finding of its own, when the sentence is opened.
            let Some(traffic) = towards(kind, object, &mut Vec::new()) else { continue };
            let mut lacking = Vec::new();
            for subject in subjects {
                if let Some(from) = self.own(&subject.peer, home)
                    && !self.exposures.consent(self.peers.universe(), namespace, &from, &wanted, &traffic)
                {
                    lacking.push(subject);
                }
            }
            if lacking.is_empty() {
                continue;
            }
            good = false;
            if !self.scope.broken.contains("expose") {
                let problem = OwnershipProblem::NoConsent {
                    span: object.span,
                    namespace: namespace.clone(),
                    lines: missing_lines(home, namespace, &lacking, object, (&traffic, self.serves(namespace, object))),
                    header: self.scope.namespaces.get(namespace).map(|namespace| namespace.span),
                    behind: self.scope.namespaces.get(namespace).and_then(NamespaceScope::behind_sentences),
                };
                self.part.diagnostics.push(problem.into());
            }
        }
        good
    }

    /// What a workload of a namespace serves.
    fn serves(&self, namespace: &SmolStr, object: &Term) -> &[Serve] {
        let workloads = self.scope.namespaces.get(namespace).map(|namespace| &namespace.names.workloads);
        let named = workloads.and_then(|workloads| workloads.get(name(object, namespace)?.as_str()));
        named.map(|workload| workload.serves.as_slice()).unwrap_or_default()
    }
}

/// The sentences that the object's file lacks.
fn missing_lines(
    home: &SmolStr,
    namespace: &SmolStr,
    subjects: &[&Term],
    object: &Term,
    (traffic, serves): (&Traffic, &[Serve]),
) -> Vec<String> {
    let mut readers: Vec<String> = subjects
        .iter()
        .map(|subject| match name(subject, home) {
            Some(name) => format!("{home}/{name}"),
            None => labelled(subject, home).unwrap_or_else(|| format!("{home}/*")),
        })
        .collect();
    readers.sort();
    readers.dedup();
    let readers = readers.join(", ");
    let exposed =
        name(object, namespace).or_else(|| labelled(object, namespace)).unwrap_or_else(|| "every workload".to_owned());
    let ports = object.ports.as_ref().map(|ports| format!(":{}", spelled(ports, serves))).unwrap_or_default();
    match traffic {
        Traffic::Http { requests, .. } => {
            requests.iter().map(|request| format!("expose {request} on {exposed}{ports} to {readers}")).collect()
        }
        _ => vec![format!("expose {exposed}{ports} to {readers}")],
    }
}

/// The name of a workload of this namespace.
fn name(term: &Term, namespace: &SmolStr) -> Option<String> {
    let Peer::Pods(selector) = &term.peer else { return None };
    let own = selector.namespaces.names.as_one() == Some(namespace);
    term.stem.as_ref().filter(|_| own)?.strip_prefix("workload.").map(ToOwned::to_owned)
}

/// Pods of this namespace by their labels.
fn labelled(term: &Term, namespace: &SmolStr) -> Option<String> {
    let Peer::Pods(selector) = &term.peer else { return None };
    let own = selector.namespaces.names.as_one() == Some(namespace) && !selector.labels.0.is_empty();
    own.then(|| format!("{namespace}/{}", selector.labels))
}
