//! Sets of what passes between two endpoints: connections with whatever they carry, and packets of protocols without
//! ports. What [`super::traffic`] is to the sentences' traffic, this is to all that policies can say.
//!
//! A request, a look-up and a TLS hello are each carried by a connection to a port, so they lie within [`Connections::Ports`],
//! and no two of the three are the same. A connection that carries none of them is a witness of its own.

mod request_set;

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

/// ICMP types by family: bit `n` of word `n / 64` is type `n`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IcmpTypes {
    v4: [u64; 4],
    v6: [u64; 4],
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl IcmpTypes {
    /// Every type of both families.
    pub const ALL: Self = Self { v4: [u64::MAX; 4], v6: [u64::MAX; 4] };

    /// One type of one family.
    #[must_use]
    pub fn one(v6: bool, number: u8) -> Self {
        let mut types = Self::default();
        let words = if v6 { &mut types.v6 } else { &mut types.v4 };
        if let Some(word) = words.get_mut(usize::from(number / 64)) {
            *word |= 1 << (number % 64);
        }
        types
    }

    /// Every type of one family.
    #[must_use]
    pub fn family(v6: bool) -> Self {
        if v6 { Self { v6: [u64::MAX; 4], ..Self::default() } } else { Self { v4: [u64::MAX; 4], ..Self::default() } }
    }

    /// An echo request of both families: type 8 of ICMP (RFC 792), type 128 of ICMPv6 (RFC 4443).
    #[must_use]
    pub fn echo() -> Self {
        Self::one(false, 8).union(&Self::one(true, 128))
    }

    /// Those in one of them.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let or = |a: [u64; 4], b: [u64; 4]| {
            std::array::from_fn(|word| a.get(word).zip(b.get(word)).map_or(0, |(a, b)| a | b))
        };
        Self { v4: or(self.v4, other.v4), v6: or(self.v6, other.v6) }
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
