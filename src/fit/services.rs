//! What Services have to do with look-ups: workloads that have no name, and names that lead outside.

use super::running::{Running, seen, seen_service};
use super::written::Written;
use crate::diagnostic::problem::fit::FitProblem;
use crate::policy::{Direction, Effect, Entity, Origin, Peer, PodSelector, Policy, Rule, Selects, Traffic};
use crate::semantics::{names, pods};
use std::collections::BTreeSet;

/// See the module.
pub(super) fn check(policy: &Policy, running: &Running<'_>, written: &Written<'_>, found: &mut Vec<FitProblem>) {
    nameless(policy, running, written, found);
    outside(policy, running, found);
}

/// Workloads to which sentences lead, and no Service: nobody can look them up. Said only where the namespace has Services,
/// and not of what the platform grants: whoever scrapes every pod knows them by address.
fn nameless(policy: &Policy, running: &Running<'_>, written: &Written<'_>, found: &mut Vec<FitProblem>) {
    let said = policy.rules.iter().filter(|rule| {
        let looked_up = rule.direction == Direction::Egress && rule.traffic != Traffic::Ping;
        looked_up && rule.effect != Effect::Deny && rule.origin == Origin::Said
    });
    let peers: BTreeSet<&PodSelector> =
        said.filter_map(|rule| if let Peer::Pods(pods) = &rule.peer { Some(pods) } else { None }).collect();
    for named in written.named.iter().filter(|named| named.declared && peers.contains(&named.selector)) {
        let selected = running.selected(&named.selector).unwrap_or_default();
        let Some(first) = selected
            .first()
            .filter(|first| running.inventory.services.iter().any(|service| service.namespace == first.namespace))
        else {
            continue;
        };
        if selected.iter().all(|workload| !workload.host_network && running.services(workload).next().is_none()) {
            found.push(FitProblem::NoService { span: named.span, name: named.name.clone(), seen: seen(first) });
        }
    }
}

/// ExternalName Services of namespaces whose egress is isolated: whether a sentence leads to the name, and what that helps.
fn outside(policy: &Policy, running: &Running<'_>, found: &mut Vec<FitProblem>) {
    for service in &running.inventory.services {
        let Some(name) = &service.external_name else { continue };
        let domain = &policy.cluster.domain;
        // A name of the cluster is another Service's.
        let inside = name.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        let here = PodSelector::namespace(service.namespace.clone());
        let of_here = |selects: &Selects| match selects {
            Selects::Pods(selector) => !pods::apart(selector, &here),
            Selects::Nodes(_) => false,
        };
        let isolates = policy.isolations.iter().any(|isolation| {
            isolation.direction == Direction::Egress && of_here(&policy.subject(isolation.subject).selects)
        });
        let Some(declared) = policy.namespaces.get(&service.namespace).filter(|_| isolates && !inside) else {
            continue;
        };
        let opening = policy.rules.iter().filter(|rule| {
            let allows = rule.direction == Direction::Egress && rule.effect != Effect::Deny;
            allows && of_here(&policy.subject(rule.subject).selects)
        });
        let by_name = |rule: &&Rule| matches!(&rule.peer, Peer::Name(pattern) if names::matches(pattern, name));
        let by_address = |rule: &Rule| matches!(rule.peer, Peer::Anything | Peer::Net(_) | Peer::Entity(Entity::World));
        // Only an enforcer that tells addresses by name has such a rule.
        let opened = opening.clone().find(by_name).map(|rule| rule.span);
        // An address is open by whatever name it was found.
        if opened.is_none() && opening.clone().any(by_address) {
            continue;
        }
        found.push(FitProblem::ExternalName {
            span: opened.unwrap_or(declared.span),
            namespace: service.namespace.clone(),
            service: service.name.clone(),
            name: name.clone(),
            opened: opened.is_some(),
            seen: seen_service(service),
        });
    }
}
