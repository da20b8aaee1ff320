//! Addresses and names outside, against the facts of the cluster.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::outside::OutsideProblem;
use crate::policy::{
    Direction, DnsServer, Effect, EnforcerName, Entity, Net, Origin, Peer, PodSelector, Policy, Rule, Selects,
    SubjectId, Traffic,
};
use crate::semantics::{Universe, nets, pods};
use std::collections::BTreeSet;

/// See the module.
pub(super) fn check(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    for rule in &policy.rules {
        if let Peer::Net(net) = &rule.peer
            && policy.cluster.enforcer == EnforcerName::Cilium
            && let Some(range) = policy.cluster.pods.iter().find(|range| nets::includes(&Net::whole(**range), net))
        {
            diagnostics.push(OutsideProblem::PodRange { span: rule.span, net: net.cidr, pods: *range }.into());
        }
        if let (Peer::Name(name), Traffic::Http { ports, .. }) = (&rule.peer, &rule.traffic)
            && ports.ranges().iter().any(|range| range.first <= 443 && 443 <= range.last)
        {
            diagnostics
                .push(OutsideProblem::RequestOnTlsPort { span: rule.span, name: name.to_string().into() }.into());
        }
    }
    check_dns(policy, diagnostics);
    check_lookups(policy, diagnostics);
}

/// Who reaches every address outside will want to look up names there, and an address implies none.
fn check_lookups(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    let allows = |rule: &&Rule| rule.direction == Direction::Egress && matches!(rule.effect, Effect::Allow { .. });
    let mut named: BTreeSet<SubjectId> = policy.lookups.iter().map(|lookup| lookup.subject).collect();
    let names = |peer: &Peer| matches!(peer, Peer::Name(_) | Peer::Anything | Peer::Entity(Entity::World));
    named.extend(policy.rules.iter().filter(allows).filter(|rule| names(&rule.peer)).map(|rule| rule.subject));
    let mut last = None;
    for rule in policy.rules.iter().filter(allows) {
        let everywhere = matches!(&rule.peer, Peer::Net(net) if net.cidr.prefix_len() == 0);
        if everywhere && !named.contains(&rule.subject) && last != Some(rule.sentence) {
            last = Some(rule.sentence);
            diagnostics.push(OutsideProblem::NoNames { span: rule.span }.into());
        }
    }
}

/// Cluster DNS that the project isolates needs its own upstream.
fn check_dns(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    let universe = Universe::new(&policy.namespaces);
    for server in &policy.cluster.dns {
        let DnsServer::Pods { namespace, labels, .. } = server else { continue };
        let servers = PodSelector::labelled(namespace.clone(), labels.clone());
        let covers = |subject| match &policy.subject(subject).selects {
            Selects::Pods(selector) => pods::includes(universe, selector, &servers),
            Selects::Nodes(_) => false,
        };
        let isolation = policy
            .isolations
            .iter()
            .find(|isolation| isolation.direction == Direction::Egress && covers(isolation.subject));
        let Some(isolation) = isolation else { continue };
        let upstream = policy.rules.iter().any(|rule| {
            let outside = matches!(rule.peer, Peer::Net(_) | Peer::Entity(_) | Peer::Anything | Peer::Pods(_));
            rule.direction == Direction::Egress
                && matches!(rule.effect, Effect::Allow { .. })
                && rule.origin != Origin::DnsCompanion
                && outside
                && covers(rule.subject)
        });
        if !upstream {
            let span = policy.sentence(isolation.sentence).span;
            diagnostics.push(OutsideProblem::DnsWithoutUpstream { span, namespace: namespace.clone() }.into());
        }
    }
}
