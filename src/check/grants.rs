//! What a platform grants with `may always`, no deny takes away.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::guard::GuardProblem;
use crate::policy::{Effect, Origin, Policy, Rule, Selects};
use crate::semantics::{Universe, peers, pods, traffic};
use indexmap::IndexSet;

/// Reports each pair of a grant and a deny that meet.
pub(super) fn check(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    let grants: Vec<&Rule> = policy.rules.iter().filter(|rule| rule.origin == Origin::PlatformGrant).collect();
    if grants.is_empty() {
        return;
    }
    let mut seen = IndexSet::new();
    for deny in policy.rules.iter().filter(|rule| rule.effect == Effect::Deny) {
        for grant in grants.iter().filter(|grant| grant.direction == deny.direction && meets(policy, grant, deny)) {
            if !seen.insert((deny.sentence, grant.sentence)) {
                continue;
            }
            let denied = policy.sentence(deny.sentence);
            let granted = policy.sentence(grant.sentence);
            diagnostics.push(if denied.namespace.is_some() {
                GuardProblem::VoidsGrant { span: denied.span, grant: granted.span }.into()
            } else {
                GuardProblem::ContradictsGrant { span: granted.span, deny: denied.span }.into()
            });
        }
    }
}

fn meets(policy: &Policy, grant: &Rule, deny: &Rule) -> bool {
    let universe = Universe::new(&policy.namespaces);
    let subjects = match (&policy.subject(grant.subject).selects, &policy.subject(deny.subject).selects) {
        (Selects::Pods(a), Selects::Pods(b)) => pods::overlap(universe, a, b),
        (Selects::Nodes(_), Selects::Nodes(_)) => true,
        _ => false,
    };
    subjects && peers::overlap(universe, &grant.peer, &deny.peer) && traffic::overlap(&grant.traffic, &deny.traffic)
}
