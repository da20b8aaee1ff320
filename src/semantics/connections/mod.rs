//! Sets of what passes between two endpoints: connections with whatever they carry, and packets of protocols without
//! ports. What [`super::traffic`] is to the sentences' traffic, this is to all that policies can say.
//!
//! A request, a look-up and a TLS hello are each carried by a connection to a port, so they lie within [`Connections::Ports`],
//! and no two of the three are the same. A connection that carries none of them is a witness of its own.

mod contains;
mod display;
mod find;
mod icmp;
pub mod request_set;

pub use contains::contains;
pub use find::{find, includes, includes_union, overlap};
pub use icmp::IcmpTypes;
pub use request_set::{Authority, Methods, RequestLine, RequestSet, Target};

use crate::policy::{DnsPattern, PortSet, Protocol, Traffic};
use smol_str::SmolStr;

/// A set of connections and packets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Connections {
    /// Everything: each port of each protocol, ICMP, and protocols that have neither.
    All,
    /// Whatever goes to these ports.
    Ports(PortSet),
    /// ICMP of these types.
    Icmp(IcmpTypes),
    /// Requests.
    Requests {
        /// TCP ports.
        ports: PortSet,
        /// Any one of them.
        requests: Vec<RequestSet>,
    },
    /// DNS look-ups.
    LookUps {
        /// TCP and UDP ports.
        ports: PortSet,
        /// Of names that fit any one of them.
        names: Vec<DnsPattern>,
    },
    /// Packets of protocols that have neither ports nor ICMP types.
    Other,
    /// TLS connections whose hello names a server.
    Tls {
        /// TCP ports.
        ports: PortSet,
        /// One that fits any one of them.
        names: Vec<DnsPattern>,
    },
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Connection {
    /// To a port, with nothing in it that a policy could look at.
    Port(Protocol, u16),
    /// ICMP of this type.
    Icmp {
        /// Whether it is ICMPv6.
        v6: bool,
        /// The type.
        number: u8,
    },
    /// A request to this port.
    Request(RequestLine, u16),
    /// A look-up of this name at this port.
    LookUp(SmolStr, Protocol, u16),
    /// A TLS hello that names this server at this port.
    Tls(SmolStr, u16),
    /// Of a protocol that has neither ports nor ICMP types, such as GRE.
    Other,
}

impl Connections {
    /// The ports that it has a part of; `None` for everything.
    #[must_use]
    pub fn ports(&self) -> Option<&PortSet> {
        static NONE: PortSet = PortSet::EMPTY;
        match self {
            Self::All => None,
            Self::Ports(ports)
            | Self::Requests { ports, .. }
            | Self::LookUps { ports, .. }
            | Self::Tls { ports, .. } => Some(ports),
            Self::Icmp(_) | Self::Other => Some(&NONE),
        }
    }
}

impl From<&Traffic> for Connections {
    fn from(traffic: &Traffic) -> Self {
        match traffic {
            Traffic::All => Self::All,
            Traffic::Ports(ports) => Self::Ports(ports.clone()),
            Traffic::Http { ports, requests } => {
                Self::Requests { ports: ports.clone(), requests: requests.iter().map(RequestSet::from).collect() }
            }
            Traffic::Dns { ports, names } => Self::LookUps { ports: ports.clone(), names: names.clone() },
            Traffic::Ping => Self::Icmp(IcmpTypes::echo()),
        }
    }
}
