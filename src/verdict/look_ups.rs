//! Look-ups where one rule names some and another lets everything pass to the same server.
//!
//! | beside look-ups by name, plainly allowed | another name |
//! |---|---|
//! | that very port | passes (`cilium-verdicts` T1) |
//! | everything, or a range of ports | is refused |
//!
//! For Cilium sends look-ups to its proxy by the most specific rule for the port (`L4Filter.toMapState` in
//! `pkg/policy/l4.go`), and the proxy asks the rules for this very port only (`DNSProxy.CheckAllowed` in
//! `pkg/fqdn/dnsproxy/proxy.go`; both 1.20.2). Requests are otherwise: Envoy is told the rules for ranges and for all ports,
//! too (`cilium/network_policy.cc` of cilium/proxy at 7dfaf943).

use super::ruleset::Exception;
use super::{Effect, Gap, Index, Rule, Ruleset};
use crate::policy::{Direction, DnsPattern, PortSet};
use crate::semantics::connections::Connections;
use crate::semantics::endpoints::{self, Endpoints};
use crate::semantics::{Universe, ports};
use std::collections::BTreeSet;

/// How many parts of its subject one rule may come to.
const MOST_PARTS: usize = 64;

/// Look-ups by name that are allowed: where, and at which single ports.
type Named<'r> = BTreeSet<(&'r Endpoints, &'r PortSet)>;

/// A part of what a rule governs, and what the rule is not about there.
struct Part {
    subject: Endpoints,
    except: Vec<Exception>,
}

/// Leaves look-ups to the rules that name them, see the module.
pub fn settle(rules: &mut Ruleset) {
    let named: Named<'_> = rules.rules.iter().filter_map(names_some).collect();
    let meets = |rule: &Rule| named.iter().any(|(peers, at)| !lost(rule, peers, at).is_empty());
    let narrowed: Vec<usize> =
        (0..).zip(&rules.rules).filter(|(_, rule)| meets(rule)).map(|(number, _)| number).collect();
    if narrowed.is_empty() {
        return;
    }
    let index = Index::new(rules, Universe::unknown());
    let divided: Vec<(usize, Option<Vec<Part>>)> =
        narrowed.iter().filter_map(|&number| Some((number, parts(&index, rules.rules.get(number)?)))).collect();
    for (number, parts) in divided {
        divide(rules, number, parts);
    }
}

/// Where a rule names look-ups, if it does and leaves some out.
fn names_some(rule: &Rule) -> Option<(&Endpoints, &PortSet)> {
    match &rule.connections {
        Connections::LookUps { ports, names }
            if rule.effect != Effect::Deny
                && rule.direction == Direction::Egress
                && !names.contains(&DnsPattern::Any) =>
        {
            Some((&rule.peers, ports))
        }
        _ => None,
    }
}

/// Of these ports those at which a rule lets no look-up pass to such peers, as it is not for this very port.
fn lost(rule: &Rule, peers: &Endpoints, at: &PortSet) -> PortSet {
    let lost = match &rule.connections {
        _ if rule.effect == Effect::Deny || rule.direction != Direction::Egress => return PortSet::default(),
        Connections::All => at.clone(),
        Connections::Ports(ports) if ports::overlap(ports, at) => {
            let alike = ports.ranges().iter().filter(|range| range.first == range.last).copied().collect();
            ports::difference(&ports::intersection(ports, at), &PortSet::new(alike))
        }
        _ => return PortSet::default(),
    };
    if !lost.is_empty() && endpoints::overlap(Universe::unknown(), &rule.peers, peers) {
        lost
    } else {
        PortSet::default()
    }
}

/// The parts of a rule by whose look-ups are named; `None` if they are too many.
fn parts(index: &Index<'_>, rule: &Rule) -> Option<Vec<Part>> {
    let unknown = Universe::unknown();
    let subject = index.ruleset.subject(rule.subject);
    let mut parts = vec![Part { subject: subject.clone(), except: rule.except.clone() }];
    for governing in index.governing(subject) {
        let except: BTreeSet<Exception> = governing
            .rules
            .iter()
            .filter_map(|other| names_some(other))
            .filter_map(|(peers, at)| exception(peers, lost(rule, peers, at)))
            .collect();
        for one in except {
            let mut divided = Vec::with_capacity(parts.len());
            for mut part in parts {
                if part.except.iter().any(|known| has(known, &one)) {
                    divided.push(part);
                } else if endpoints::includes(unknown, governing.subject, &part.subject) {
                    part.except.push(one.clone());
                    divided.push(part);
                } else if let Some(inside) = endpoints::intersection(unknown, &part.subject, governing.subject) {
                    let outside = endpoints::difference(unknown, &part.subject, governing.subject);
                    divided.extend(outside.into_iter().map(|subject| Part { subject, except: part.except.clone() }));
                    part.except.push(one.clone());
                    divided.push(Part { subject: inside, except: part.except });
                } else {
                    divided.push(part);
                }
            }
            parts = divided;
            if parts.len() > MOST_PARTS {
                return None;
            }
        }
    }
    Some(parts)
}

/// All look-ups at these ports, if there are any.
fn exception(peers: &Endpoints, ports: PortSet) -> Option<Exception> {
    let connections = Connections::LookUps { ports, names: vec![DnsPattern::Any] };
    (!connections.ports()?.is_empty()).then(|| Exception { peers: peers.clone(), connections })
}

/// Whether an exception is plainly about all that another is about.
fn has(known: &Exception, other: &Exception) -> bool {
    let has_ports = match (&known.connections, &other.connections) {
        (Connections::LookUps { ports, names }, Connections::LookUps { ports: other, .. }) => {
            names.contains(&DnsPattern::Any) && ports::includes(ports, other)
        }
        _ => false,
    };
    has_ports && endpoints::includes(Universe::unknown(), &known.peers, &other.peers)
}

/// Puts the parts in the place of the rule; without them, whom it governs is not known.
fn divide(rules: &mut Ruleset, number: usize, parts: Option<Vec<Part>>) {
    let Some(rule) = rules.rules.get(number).cloned() else { return };
    let Some(parts) = parts else {
        let reason = "too many rules name look-ups at servers that another rule opens";
        rules.gaps.push(Gap::new(rule.subject, Some(rule.direction), reason, rule.cause));
        return;
    };
    let mut parts = parts.into_iter().map(|Part { subject, except }| {
        let subject = rules.intern(subject);
        Rule { subject, except, ..rule.clone() }
    });
    let first = parts.next();
    let others: Vec<Rule> = parts.collect();
    if let Some((place, first)) = rules.rules.get_mut(number).zip(first) {
        *place = first;
    }
    rules.rules.extend(others);
}
