//! Whether one connection is in a set.

use super::request_set::Parts;
use super::{Connection, Connections};
use crate::policy::{DnsPattern, PortSet, Protocol};
use crate::semantics::answer::Answer;
use crate::semantics::{names, ports};

/// Whether the connection is in it; unknown where an expression that decides it cannot be read.
#[must_use]
pub fn contains(set: &Connections, connection: &Connection) -> Answer<()> {
    let at = |ports: &PortSet, protocol: Protocol, port: u16| ports::contains(ports, protocol, port);
    let fits = |patterns: &[DnsPattern], name: &str| patterns.iter().any(|pattern| names::matches(pattern, name));
    let inside = match (set, connection) {
        (Connections::All, _) | (Connections::Other, Connection::Other) => true,
        (Connections::Ports(ports), Connection::Port(protocol, port) | Connection::LookUp(_, protocol, port)) => {
            at(ports, *protocol, *port)
        }
        (Connections::Ports(ports), Connection::Request(_, port) | Connection::Tls(_, port)) => {
            at(ports, Protocol::Tcp, *port)
        }
        (Connections::Icmp(types), Connection::Icmp { v6, number }) => types.contains(*v6, *number),
        (Connections::Requests { ports, requests }, Connection::Request(line, port)) => {
            if !at(ports, Protocol::Tcp, *port) {
                return Answer::No(());
            }
            return any(requests.iter().map(|request| Parts::new(request).contains(line)));
        }
        (Connections::LookUps { ports, names }, Connection::LookUp(name, protocol, port)) => {
            at(ports, *protocol, *port) && fits(names, name)
        }
        (Connections::Tls { ports, names }, Connection::Tls(name, port)) => {
            at(ports, Protocol::Tcp, *port) && fits(names, name)
        }
        _ => false,
    };
    if inside { Answer::Yes } else { Answer::No(()) }
}

/// Yes if one is; else unknown if one is; else no.
fn any(answers: impl Iterator<Item = Answer<()>>) -> Answer<()> {
    let mut all = Answer::No(());
    for answer in answers {
        match answer {
            Answer::Yes => return answer,
            Answer::No(()) => {}
            Answer::Unknown(_) => all = answer,
        }
    }
    all
}
