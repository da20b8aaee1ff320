//! Connections in words, as near to a source as can be.

use super::{Connection, Connections};
use crate::policy::{PortRange, PortSet, Protocol};
use crate::semantics::ports;
use std::fmt;

/// `everything`, `:8080`, `GET /a/* on :8080`, `look-up of a.example on :53/udp`, `ping`
impl fmt::Display for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("everything"),
            Self::Ports(ports) if *ports == ports::all() => f.write_str("every port"),
            Self::Ports(ports) => on(f, "", ports),
            Self::Icmp(types) => types.fmt(f),
            Self::Requests { ports, requests } => {
                list(f, requests, "; ")?;
                on(f, " on ", ports)
            }
            Self::LookUps { ports, names } => {
                f.write_str("look-up of ")?;
                list(f, names, ", ")?;
                on(f, " on ", ports)
            }
            Self::Tls { ports, names } => {
                f.write_str("TLS to ")?;
                list(f, names, ", ")?;
                on(f, " on ", ports)
            }
            Self::Other => f.write_str("protocols without ports"),
        }
    }
}

/// `:8080`, `GET /a/1 on :8080`, `look-up of a.example on :53/udp`, `ping`
impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = |protocol, port| PortRange { protocol, first: port, last: port };
        match self {
            Self::Port(protocol, port) => write!(f, ":{}", one(*protocol, *port)),
            Self::Icmp { v6: false, number: 8 } => f.write_str("ping"),
            Self::Icmp { v6: true, number: 128 } => f.write_str("ping over IPv6"),
            Self::Icmp { v6, number } => write!(f, "ICMPv{} type {number}", if *v6 { 6 } else { 4 }),
            Self::Request(request, port) => write!(f, "{request} on :{}", one(Protocol::Tcp, *port)),
            Self::LookUp(name, protocol, port) => write!(f, "look-up of {name} on :{}", one(*protocol, *port)),
            Self::Tls(name, port) => write!(f, "TLS to {name} on :{}", one(Protocol::Tcp, *port)),
            Self::Other => f.write_str("a protocol without ports"),
        }
    }
}

fn on(f: &mut fmt::Formatter<'_>, before: &str, ports: &PortSet) -> fmt::Result {
    if ports.is_empty() { write!(f, "{before}no port") } else { write!(f, "{before}:{ports}") }
}

fn list(f: &mut fmt::Formatter<'_>, all: &[impl fmt::Display], between: &str) -> fmt::Result {
    if all.is_empty() {
        return f.write_str("nothing");
    }
    for (index, one) in all.iter().enumerate() {
        write!(f, "{}{one}", if index == 0 { "" } else { between })?;
    }
    Ok(())
}
