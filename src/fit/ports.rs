//! Ports that nothing listens on: those of a Service, those that no container declares, and names for another number.
//!
//! That a container declares a port means nothing to Kubernetes, and that it declares none means nothing at all. So a port
//! counts as unknown only where all pods declare some, and neither a probe nor a Service knows of it.

use super::running::{Running, seen, seen_service};
use super::written::{Named, Written};
use crate::diagnostic::problem::fit::{FitProblem, Seen};
use crate::inventory::{Service, ServicePort, Target, Workload};
use crate::policy::{Direction, Effect, Peer, PodSelector, Policy, PortRange, PortSet, Protocol, Selects, Traffic};
use crate::source::Span;
use crate::syntax::ast::{self, Serve};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) fn check(policy: &Policy, running: &Running<'_>, written: &Written<'_>, found: &mut Vec<FitProblem>) {
    let mut pods = Cache { running, known: BTreeMap::new() };
    for named in written.named.iter().filter(|named| !named.serves.is_empty()) {
        if let Some(listening) = pods.listening(&named.selector) {
            found.extend(named.serves.iter().filter_map(|serve| served(named, serve, listening)));
        }
    }
    let mut looked_at = BTreeSet::new();
    for (selector, traffic, span, allows) in wanted(policy) {
        let (Traffic::Ports(ports) | Traffic::Http { ports, .. }) = traffic else { continue };
        if !looked_at.insert((span, selector, ports)) {
            continue;
        }
        let Some(listening) = pods.listening(selector) else { continue };
        let serves = written.serves(selector);
        for range in ports.ranges() {
            // What the workload says that it serves is looked at there.
            if serves.iter().any(|serve| ranges(serve).any(|own| meets(&own, range))) {
                continue;
            }
            let number = (range.first == range.last).then_some(range.first);
            let item = number.and_then(|number| written.port_number(span, number));
            let place = item.map_or(span, |item| item.span);
            let suffix = item.and_then(|item| item.value.protocol).map(suffix).unwrap_or_default();
            let edit = |target: u16| item.map(|item| (item.span, format!("{target}{suffix}")));
            found.extend(listening.of_service(range, ports, place, edit));
            if allows && !listening.knows(range) && listening.service(range).is_none() {
                found.push(listening.undeclared(range, place));
            }
        }
    }
}

/// What sentences say of ports of pods: whose, which, where, and whether they allow it.
fn wanted(policy: &Policy) -> impl Iterator<Item = (&PodSelector, &Traffic, Span, bool)> {
    let governed = |subject| match &policy.subject(subject).selects {
        Selects::Pods(selector) => Some(selector),
        Selects::Nodes(_) => None,
    };
    fn peer(peer: &Peer) -> Option<&PodSelector> {
        if let Peer::Pods(selector) = peer { Some(selector) } else { None }
    }
    let rules = policy.rules.iter().filter_map(move |rule| {
        let selector = match rule.direction {
            Direction::Egress => peer(&rule.peer),
            Direction::Ingress => governed(rule.subject),
        }?;
        Some((selector, &rule.traffic, rule.span, rule.effect != Effect::Deny))
    });
    let exposed = policy.exposures.iter().map(|exposure| (&exposure.object, &exposure.traffic, exposure.span, true));
    let permits = policy.boundaries.iter().filter(|boundary| boundary.direction == Direction::Egress);
    let permits = permits.flat_map(|boundary| &boundary.permits);
    let permits = permits.filter_map(|permit| Some((peer(&permit.peer)?, &permit.traffic, permit.span, false)));
    rules.chain(exposed).chain(permits)
}

/// On what the pods of selectors listen.
struct Cache<'r, 'i> {
    running: &'r Running<'i>,
    known: BTreeMap<PodSelector, Option<Listening<'i>>>,
}

/// Where some pods listen, as far as that is known.
struct Listening<'i> {
    workloads: Vec<&'i Workload>,
    /// The ports that containers declare or that are probed, and the Services' targets.
    known: BTreeSet<(Protocol, u16)>,
    /// The ports of the Services that lead to the pods, with the number at the pods.
    services: Vec<(&'i Service, &'i ServicePort, u16)>,
}

impl<'i> Cache<'_, 'i> {
    /// `None` where nothing runs, or all is on the host network.
    fn listening(&mut self, selector: &PodSelector) -> Option<&Listening<'i>> {
        let running = self.running;
        let known = self.known.entry(selector.clone()).or_insert_with(|| {
            let mut workloads = running.selected(selector)?;
            workloads.retain(|workload| !workload.host_network);
            (!workloads.is_empty()).then(|| Listening::of(running, workloads))
        });
        known.as_ref()
    }
}

impl<'i> Listening<'i> {
    fn of(running: &Running<'i>, workloads: Vec<&'i Workload>) -> Self {
        let mut known = BTreeSet::new();
        let mut services = Vec::new();
        for workload in &workloads {
            known.extend(workload.ports.iter().map(|port| (port.protocol, port.number)));
            known.extend(workload.probed.iter().map(|port| (Protocol::Tcp, *port)));
            for service in running.services(workload) {
                for port in &service.ports {
                    let target = match &port.target {
                        Target::Number(number) => Some(*number),
                        Target::Name(name) => number_of(workload, name, port.protocol),
                    };
                    if service.headless {
                        known.insert((port.protocol, port.number));
                    } else {
                        services.extend(target.map(|target| (service, port, target)));
                    }
                    known.extend(target.map(|target| (port.protocol, target)));
                }
            }
        }
        Self { workloads, known, services }
    }

    /// Whether something of a range is known; what is not is only judged where all pods declare ports.
    fn knows(&self, range: &PortRange) -> bool {
        let meets = |(protocol, port): &(Protocol, u16)| {
            *protocol == range.protocol && (range.first..=range.last).contains(port)
        };
        self.workloads.iter().any(|workload| workload.ports.is_empty()) || self.known.iter().any(meets)
    }

    /// The Service of which this is the port, while the pods listen on another, which is told.
    fn service(&self, range: &PortRange) -> Option<(&'i Service, u16)> {
        let single = range.first == range.last && !self.known.contains(&(range.protocol, range.first));
        let mut services = self.services.iter().filter(|_| single);
        let of = services.find(|(_, port, target)| {
            port.number == range.first && port.protocol == range.protocol && *target != range.first
        });
        of.map(|(service, _, target)| (*service, *target))
    }

    /// The same as a finding, unless the target is said beside it.
    fn of_service(
        &self,
        range: &PortRange,
        beside: &PortSet,
        span: Span,
        edit: impl FnOnce(u16) -> Option<(Span, String)>,
    ) -> Option<FitProblem> {
        let (service, target) = self.service(range)?;
        let target_range = PortRange { first: target, last: target, ..*range };
        if beside.ranges().iter().any(|said| meets(said, &target_range)) {
            return None;
        }
        let seen = seen_service(service);
        Some(FitProblem::ServicePort { span, port: *range, target: target_range, seen, edit: edit(target) })
    }

    fn undeclared(&self, range: &PortRange, span: Span) -> FitProblem {
        let declared: BTreeSet<String> =
            self.workloads.iter().flat_map(|workload| &workload.ports).map(shown).collect();
        let seen = self.workloads.iter().map(|workload| seen(workload)).collect();
        FitProblem::UndeclaredPort { span, port: *range, declared: declared.into_iter().collect(), seen }
    }
}

/// `8080 (http)`
fn shown(port: &crate::inventory::ContainerPort) -> String {
    let range = PortRange { protocol: port.protocol, first: port.number, last: port.number };
    match &port.name {
        Some(name) => format!("{range} ({name})"),
        None => range.to_string(),
    }
}

fn number_of(workload: &Workload, name: &SmolStr, protocol: Protocol) -> Option<u16> {
    let named = |port: &&crate::inventory::ContainerPort| port.name.as_ref() == Some(name) && port.protocol == protocol;
    workload.ports.iter().find(named).map(|port| port.number)
}

/// What is wrong with `http 8080` after `serves`.
fn served(named: &Named<'_>, serve: &Serve, listening: &Listening<'_>) -> Option<FitProblem> {
    let all = PortSet::new(named.serves.iter().flat_map(ranges).collect());
    let place = serve.port.span;
    for range in ranges(serve) {
        if let Some(problem) = listening.of_service(&range, &all, place, |target| Some((place, target.to_string()))) {
            return Some(problem);
        }
        let mut numbers: BTreeMap<u16, Seen> = BTreeMap::new();
        for workload in &listening.workloads {
            if let Some(number) = number_of(workload, &serve.name.value, range.protocol) {
                numbers.entry(number).or_insert_with(|| seen(workload));
            }
        }
        let says = numbers.remove(&range.first).is_some();
        // What is served as well, by whatever name, is not forgotten.
        let served = |number: &u16| named.serves.iter().any(|other| other.port.value == *number);
        numbers.retain(|number, _| !served(number));
        // A number that is declared under another name is the author's own name for it.
        if !numbers.is_empty() && (says || !listening.knows(&range)) {
            return Some(FitProblem::OtherNumber {
                span: place,
                name: serve.name.value.clone(),
                port: range,
                numbers: numbers.into_iter().collect(),
                says,
            });
        }
    }
    let unknown = ranges(serve).find(|range| !listening.knows(range))?;
    Some(listening.undeclared(&unknown, place))
}

fn meets(a: &PortRange, b: &PortRange) -> bool {
    a.protocol == b.protocol && a.first <= b.last && b.first <= a.last
}

fn ranges(serve: &Serve) -> impl Iterator<Item = PortRange> + '_ {
    let port = serve.port.value;
    let protocols: &[Protocol] = match serve.protocol.as_ref().map(|protocol| protocol.value) {
        None | Some(ast::Protocol::Tcp) => &[Protocol::Tcp],
        Some(ast::Protocol::Udp) => &[Protocol::Udp],
        Some(ast::Protocol::Sctp) => &[Protocol::Sctp],
        Some(ast::Protocol::Any) => &Protocol::ALL,
    };
    protocols.iter().map(move |protocol| PortRange { protocol: *protocol, first: port, last: port })
}

fn suffix(protocol: ast::Protocol) -> &'static str {
    match protocol {
        ast::Protocol::Tcp => "/tcp",
        ast::Protocol::Udp => "/udp",
        ast::Protocol::Sctp => "/sctp",
        ast::Protocol::Any => "/any",
    }
}
