//! Traffic as sets of what can pass: a connection to a port with whatever content, a request, a look-up, an ICMP echo, or
//! something of another protocol.
//!
//! A request and a look-up are connections to a port too, so `Http` and `Dns` lie within `Ports`, and never the other way
//! round: a connection need not carry requests. No look-up is a request.

use super::answer::Answer;
use super::requests::{self, RequestWitness};
use super::{names, ports};
use crate::policy::{DnsPattern, PortSet, Protocol, Request, Traffic};
use smol_str::SmolStr;
use std::fmt;

/// Something that can pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrafficWitness {
    /// A connection that is neither a request nor a look-up, or a packet.
    Port(Protocol, u16),
    /// A request to this port.
    Request(RequestWitness, u16),
    /// A look-up of this name at this port.
    LookUp(SmolStr, Protocol, u16),
    /// An ICMP echo.
    Ping,
    /// A packet of a protocol that has no ports and is no ICMP echo.
    Other,
}

impl fmt::Display for TrafficWitness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = |protocol: Protocol, port: u16| format!("{port}/{}", protocol.as_str().to_ascii_lowercase());
        match self {
            Self::Port(protocol, number) => write!(f, "port {}", port(*protocol, *number)),
            Self::Request(request, number) => write!(f, "{request} on port {}", port(Protocol::Tcp, *number)),
            Self::LookUp(name, protocol, number) => write!(f, "look-up of {name} on port {}", port(*protocol, *number)),
            Self::Ping => f.write_str("ping"),
            Self::Other => f.write_str("protocols without ports"),
        }
    }
}

/// Whether all of `inner` is in `outer`; if not, something that is not.
#[must_use]
pub fn includes(outer: &Traffic, inner: &Traffic) -> Answer<TrafficWitness> {
    includes_union(&[outer], inner)
}

/// Whether all of `inner` is in one of `outers` or another; if not, something that is in none.
#[must_use]
pub fn includes_union(outers: &[&Traffic], inner: &Traffic) -> Answer<TrafficWitness> {
    if outers.contains(&&Traffic::All) {
        return Answer::Yes;
    }
    let plain = outers.iter().fold(PortSet::default(), |all, outer| match outer {
        Traffic::Ports(ports) => ports::union(&all, ports),
        _ => all,
    });
    match inner {
        Traffic::All => Answer::No(TrafficWitness::Other),
        Traffic::Ping if outers.contains(&inner) => Answer::Yes,
        Traffic::Ping => Answer::No(TrafficWitness::Ping),
        Traffic::Ports(ports) => match ports::witness(&ports::difference(ports, &plain)) {
            Some((protocol, port)) => Answer::No(TrafficWitness::Port(protocol, port)),
            None => Answer::Yes,
        },
        Traffic::Http { ports, requests } => {
            let outers = outers.iter().filter_map(|outer| match outer {
                Traffic::Http { ports, requests } => Some((ports, requests.as_slice())),
                _ => None,
            });
            each_region(&ports::difference(ports, &plain), outers, |(_, port), outers: Vec<Request>| {
                let lacking = |request| requests::includes_union(&outers, request);
                Answer::all(requests.iter().map(lacking)).map(|request| TrafficWitness::Request(request, port))
            })
        }
        Traffic::Dns { ports, names } => {
            let outers = outers.iter().filter_map(|outer| match outer {
                Traffic::Dns { ports, names } => Some((ports, names.as_slice())),
                _ => None,
            });
            each_region(&ports::difference(ports, &plain), outers, |(protocol, port), outers: Vec<DnsPattern>| {
                let lacking = |name| names::includes_union(&outers, name);
                Answer::all(names.iter().map(lacking)).map(|name| TrafficWitness::LookUp(name, protocol, port))
            })
        }
    }
}

/// Whether nothing is in both; if something is, such a thing.
#[must_use]
pub fn disjoint(a: &Traffic, b: &Traffic) -> Answer<TrafficWitness> {
    let at_port = |a: &PortSet, b: &PortSet| ports::witness(&ports::intersection(a, b));
    match (a, b) {
        (Traffic::All, Traffic::All) => Answer::No(TrafficWitness::Other),
        (Traffic::Ping, Traffic::Ping | Traffic::All) | (Traffic::All, Traffic::Ping) => {
            Answer::No(TrafficWitness::Ping)
        }
        (Traffic::Ping, _) | (_, Traffic::Ping) => Answer::Yes,
        (Traffic::All, other) | (other, Traffic::All) => disjoint(&Traffic::Ports(ports::all()), other),
        (Traffic::Ports(a), Traffic::Ports(b)) => match at_port(a, b) {
            Some((protocol, port)) => Answer::No(TrafficWitness::Port(protocol, port)),
            None => Answer::Yes,
        },
        (Traffic::Ports(a), Traffic::Http { ports: b, requests })
        | (Traffic::Http { ports: b, requests }, Traffic::Ports(a)) => {
            let Some((_, port)) = at_port(a, b) else { return Answer::Yes };
            Answer::all(requests.iter().map(|request| requests::disjoint(request, request)))
                .map(|request| TrafficWitness::Request(request, port))
        }
        (Traffic::Ports(a), Traffic::Dns { ports: b, names })
        | (Traffic::Dns { ports: b, names }, Traffic::Ports(a)) => {
            let Some((protocol, port)) = at_port(a, b) else { return Answer::Yes };
            Answer::all(names.iter().map(|name| names::disjoint(name, name)))
                .map(|name| TrafficWitness::LookUp(name, protocol, port))
        }
        (Traffic::Http { ports: a, requests: left }, Traffic::Http { ports: b, requests: right }) => {
            let Some((_, port)) = at_port(a, b) else { return Answer::Yes };
            let pairs = left.iter().flat_map(|a| right.iter().map(move |b| requests::disjoint(a, b)));
            Answer::all(pairs).map(|request| TrafficWitness::Request(request, port))
        }
        (Traffic::Dns { ports: a, names: left }, Traffic::Dns { ports: b, names: right }) => {
            let Some((protocol, port)) = at_port(a, b) else { return Answer::Yes };
            let pairs = left.iter().flat_map(|a| right.iter().map(move |b| names::disjoint(a, b)));
            Answer::all(pairs).map(|name| TrafficWitness::LookUp(name, protocol, port))
        }
        (Traffic::Http { .. }, Traffic::Dns { .. }) | (Traffic::Dns { .. }, Traffic::Http { .. }) => Answer::Yes,
    }
}

/// Whether something may be in both: true also where that is unknown.
#[must_use]
pub fn overlap(a: &Traffic, b: &Traffic) -> bool {
    !disjoint(a, b).is_yes()
}

/// Whether something may be in both, as far as ports and kinds of packets tell. A quick look.
#[must_use]
pub fn share_ports(a: &Traffic, b: &Traffic) -> bool {
    fn of(traffic: &Traffic) -> Option<&PortSet> {
        match traffic {
            Traffic::Ports(ports) | Traffic::Http { ports, .. } | Traffic::Dns { ports, .. } => Some(ports),
            Traffic::All | Traffic::Ping => None,
        }
    }
    match (of(a), of(b)) {
        (Some(a), Some(b)) => ports::overlap(a, b),
        _ => *a == Traffic::All || *b == Traffic::All || a == b,
    }
}

/// What is in both, or less: of two expressions of which neither includes the other, nothing (see
/// [`requests::intersection`]). `None` when nothing is left.
#[must_use]
pub fn intersection(a: &Traffic, b: &Traffic) -> Option<Traffic> {
    let both = |a: &PortSet, b: &PortSet| Some(ports::intersection(a, b)).filter(|ports| !ports.is_empty());
    match (a, b) {
        (Traffic::All, other) | (other, Traffic::All) => Some(other.clone()),
        (Traffic::Ping, Traffic::Ping) => Some(Traffic::Ping),
        (Traffic::Ports(a), Traffic::Ports(b)) => both(a, b).map(Traffic::Ports),
        (Traffic::Ports(a), Traffic::Http { ports: b, requests })
        | (Traffic::Http { ports: b, requests }, Traffic::Ports(a)) => {
            Some(Traffic::Http { ports: both(a, b)?, requests: requests.clone() })
        }
        (Traffic::Ports(a), Traffic::Dns { ports: b, names })
        | (Traffic::Dns { ports: b, names }, Traffic::Ports(a)) => {
            Some(Traffic::Dns { ports: both(a, b)?, names: names.clone() })
        }
        (Traffic::Http { ports: a, requests: left }, Traffic::Http { ports: b, requests: right }) => {
            let pairs = left.iter().flat_map(|a| right.iter().filter_map(move |b| requests::intersection(a, b)));
            let requests: Vec<_> = pairs.collect();
            (!requests.is_empty()).then_some(Traffic::Http { ports: both(a, b)?, requests })
        }
        (Traffic::Dns { ports: a, names: left }, Traffic::Dns { ports: b, names: right }) => {
            let narrower = |a: &DnsPattern, b: &DnsPattern| {
                if names::includes(a, b).is_yes() {
                    Some(b.clone())
                } else {
                    names::includes(b, a).is_yes().then(|| a.clone())
                }
            };
            let names: Vec<_> = left.iter().flat_map(|a| right.iter().filter_map(move |b| narrower(a, b))).collect();
            (!names.is_empty()).then_some(Traffic::Dns { ports: both(a, b)?, names })
        }
        (Traffic::Ping, _) | (_, Traffic::Ping) => None,
        (Traffic::Http { .. }, Traffic::Dns { .. }) | (Traffic::Dns { .. }, Traffic::Http { .. }) => None,
    }
}

/// Asks for each part of `ports` on which the same outers apply, with its lowest port and all that these outers let
/// through.
fn each_region<'a, T: Clone + 'a, W>(
    ports: &PortSet,
    outers: impl Iterator<Item = (&'a PortSet, &'a [T])>,
    ask: impl Fn((Protocol, u16), Vec<T>) -> Answer<W>,
) -> Answer<W> {
    let mut regions = vec![(ports.clone(), Vec::new())];
    for (outer, contents) in outers {
        regions = regions
            .into_iter()
            .flat_map(|(region, known)| {
                let beside = (ports::difference(&region, outer), known.clone());
                let within = (ports::intersection(&region, outer), [known, contents.to_vec()].concat());
                [beside, within]
            })
            .filter(|(region, _)| !region.is_empty())
            .collect();
    }
    Answer::all(regions.into_iter().filter_map(|(region, contents)| Some(ask(ports::witness(&region)?, contents))))
}
