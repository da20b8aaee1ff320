//! Denies for namespaces that none of the project is: a typo in a set would leave everybody free, without a word.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::guard::GuardProblem;
use crate::policy::{Effect, LabelSelector, NamespaceSelector, Peer, Policy, Rule, Selects};
use crate::semantics::Universe;
use std::collections::BTreeSet;

/// Says each set of labels once a sentence. Who sets labels outside the project may mean it so, hence a hint.
pub(super) fn check(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    let universe = Universe::new(&policy.namespaces);
    let mut said: BTreeSet<(u32, &LabelSelector)> = BTreeSet::new();
    for rule in policy.rules.iter().filter(|rule| rule.effect == Effect::Deny) {
        for namespaces in by_label(policy, rule) {
            if !universe.has_member(namespaces) && said.insert((rule.sentence.0, &namespaces.labels)) {
                let (span, labels) = (policy.sentence(rule.sentence).span, namespaces.labels.to_string());
                diagnostics.push(GuardProblem::DeniesNobody { span, labels }.into());
            }
        }
    }
}

/// The namespaces of both ends that are said by label.
fn by_label<'p>(policy: &'p Policy, rule: &'p Rule) -> impl Iterator<Item = &'p NamespaceSelector> {
    let subject = match &policy.subject(rule.subject).selects {
        Selects::Pods(pods) => Some(&pods.namespaces),
        Selects::Nodes(_) => None,
    };
    let peer = match &rule.peer {
        Peer::Pods(pods) => Some(&pods.namespaces),
        Peer::Entity(_) | Peer::Nodes(_) | Peer::Net(_) | Peer::Name(_) | Peer::Anything => None,
    };
    [subject, peer].into_iter().flatten().filter(|namespaces| !namespaces.labels.0.is_empty())
}
