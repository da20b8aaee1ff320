//! What passes, as sets of connections.

use super::region::World;
use super::{Parts, http, names as dns};
use crate::enforcer::cilium::raise::form::{L7, Port, PortRule, Traffic};
use crate::enforcer::raise::{Running, Scope};
use crate::policy::{DnsPattern, PortRange, PortSet, Protocol};
use crate::semantics::connections::{Connections, IcmpTypes};

/// Which ports are looked at.
#[derive(Clone, Copy)]
pub enum Which<'r> {
    /// Those that are said by number.
    Numbers,
    /// Those that are said by name, of these pods.
    Names(&'r Running),
}

/// The names of ports that a rule has.
pub fn names<'t>(traffic: &'t Traffic<'_>) -> impl Iterator<Item = &'t str> {
    let rules = match traffic {
        Traffic::Ports(rules) => rules.as_slice(),
        Traffic::All | Traffic::Icmp(_) => &[],
    };
    rules.iter().flat_map(|rule| &rule.ports).filter_map(|port| match port {
        Port::Named { name, .. } => Some(*name),
        Port::Numbers { .. } | Port::Portless(_) => None,
    })
}

/// What a rule lets through, or denies, on such ports.
pub fn connections(traffic: &Traffic<'_>, which: Which<'_>, world: World<'_>) -> Parts<Connections> {
    match traffic {
        Traffic::All | Traffic::Icmp(_) if matches!(which, Which::Names(_)) => Parts::none(),
        Traffic::All => Parts::told(vec![Connections::All]),
        Traffic::Icmp(types) => {
            let all = types.iter().fold(IcmpTypes::default(), |all, &(v6, number)| {
                all.union(&match (number, u8::try_from(number)) {
                    // Types are keyed as ports, and port 0 is every port (`icmpRules` in
                    // `pkg/policy/utils/parserules.go`).
                    (0, _) => IcmpTypes::family(v6),
                    (_, Ok(number)) => IcmpTypes::one(v6, number),
                    // No packet has such a type.
                    (_, Err(_)) => IcmpTypes::default(),
                })
            });
            Parts::told(if types.is_empty() { Vec::new() } else { vec![Connections::Icmp(all)] })
        }
        Traffic::Ports(rules) => {
            let mut parts = Parts::none();
            let mut plain = Vec::new();
            for rule in rules {
                port_rule(rule, which, world.scope, &mut plain, &mut parts);
            }
            // A rule for the very port of look-ups by name counts for these, and one for a range does not
            // (`verdict::look_ups`): so it does not become a part of one.
            let (of_look_ups, plain): (Vec<_>, Vec<_>) =
                plain.into_iter().partition(|range| world.facts.has_look_ups(*range));
            parts.told.extend(of_look_ups.into_iter().map(|range| Connections::Ports(PortSet::new(vec![range]))));
            if !plain.is_empty() {
                parts.told.push(Connections::Ports(PortSet::new(plain)));
            }
            parts
        }
    }
}

fn port_rule(
    rule: &PortRule<'_>,
    which: Which<'_>,
    scope: &Scope,
    plain: &mut Vec<PortRange>,
    parts: &mut Parts<Connections>,
) {
    if let Some(field) = rule.other {
        parts.gaps.push(format!("what passes by `{field}` is not modelled"));
        return;
    }
    let mut ranges = Vec::with_capacity(rule.ports.len());
    for port in &rule.ports {
        match (*port, which) {
            (Port::Numbers { protocol, first, last }, Which::Numbers) => {
                let (first, last) = if (first, last) == (0, 0) { (1, u16::MAX) } else { (first.max(1), last) };
                match protocol {
                    Some(protocol) => ranges.push(PortRange { protocol, first, last }),
                    None => ranges.extend(Protocol::ALL.map(|protocol| PortRange { protocol, first, last })),
                }
            }
            (Port::Named { name, protocol }, Which::Names(running)) => {
                // The agent folds the case (`PortProtocol.sanitize`), and containers have lower case only.
                ranges.extend(running.numbers(&name.to_ascii_lowercase(), protocol));
            }
            (Port::Portless(protocol), Which::Numbers) => {
                parts.gaps.push(format!("the protocol {protocol} is not told from others without ports"));
            }
            (Port::Named { .. }, Which::Numbers) | (Port::Numbers { .. } | Port::Portless(_), Which::Names(_)) => {}
        }
    }
    let of = |protocols: &[Protocol], ranges: Vec<PortRange>| {
        PortSet::new(ranges.into_iter().filter(|range| protocols.contains(&range.protocol)).collect())
    };
    match &rule.l7 {
        L7::None if rule.server_names.is_empty() => plain.extend(ranges),
        L7::None => {
            if ranges.iter().any(|range| range.protocol != Protocol::Tcp) {
                parts.gaps.push("what `serverNames` do on other protocols than TCP is not known".to_owned());
            }
            let ports = of(&[Protocol::Tcp], ranges);
            let mut names = Vec::with_capacity(rule.server_names.len());
            for name in &rule.server_names {
                match dns::server(name, scope.version) {
                    Ok(found) => names.extend(found),
                    Err(reason) => parts.gaps.push(reason),
                }
            }
            let names = patterns(names.into_iter());
            push(parts, &ports, names.is_empty(), |ports| Connections::Tls { ports, names: names.clone() });
        }
        L7::Dns(list) => {
            // The proxy for look-ups serves UDP and TCP.
            let ports = of(&[Protocol::Tcp, Protocol::Udp], ranges);
            let names = patterns(list.iter().flat_map(|name| dns::patterns(name, scope.version)));
            push(parts, &ports, names.is_empty(), |ports| Connections::LookUps { ports, names: names.clone() });
        }
        L7::Http(list) => {
            let mut requests = Vec::with_capacity(list.len());
            for rule in list {
                match http::requests(rule, scope) {
                    Ok(found) => requests.extend(found),
                    Err(reason) => parts.gaps.push(reason),
                }
            }
            let ports = of(&[Protocol::Tcp], ranges);
            push(parts, &ports, requests.is_empty(), |ports| Connections::Requests {
                ports,
                requests: requests.clone(),
            });
        }
        L7::Old(field) => parts.gaps.push(format!("rules of the kind `{field}` are not modelled")),
    }
}

fn push(
    parts: &mut Parts<Connections>,
    ports: &PortSet,
    nothing: bool,
    connections: impl FnOnce(PortSet) -> Connections,
) {
    if !ports.is_empty() && !nothing {
        parts.told.push(connections(ports.clone()));
    }
}

fn patterns(found: impl Iterator<Item = DnsPattern>) -> Vec<DnsPattern> {
    let mut patterns: Vec<DnsPattern> = found.collect();
    patterns.sort();
    patterns.dedup();
    patterns
}
