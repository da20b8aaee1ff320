//! Addresses and DNS names outside.

use ipnet::IpNet;
use smol_str::SmolStr;

/// A range of addresses less some of its parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Net {
    /// The range, its host bits zero.
    pub cidr: IpNet,
    /// Parts of it that are left out: strict, sorted, none within another.
    pub except: Vec<IpNet>,
}

impl Net {
    /// The whole range.
    #[must_use]
    pub fn whole(cidr: IpNet) -> Self {
        Self { cidr: cidr.trunc(), except: Vec::new() }
    }
}

/// Which DNS names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DnsPattern {
    /// This name: lower case, no closing dot.
    Exact(SmolStr),
    /// `*` stands for any number of characters within one label: `*.stripe.com`, `api-*.example.com`.
    Glob(SmolStr),
    /// `**.` and this suffix: one or more labels before it.
    Below(SmolStr),
    /// Every name.
    Any,
}

impl DnsPattern {
    /// Reads `a.example`, `*.a.example`, `**.a.example`, `*`; case is folded and a closing dot dropped.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        if text == "*" {
            Self::Any
        } else if let Some(suffix) = text.strip_prefix("**.") {
            Self::Below(suffix.into())
        } else if text.contains('*') {
            Self::Glob(text.into())
        } else {
            Self::Exact(text.into())
        }
    }
}

impl std::fmt::Display for DnsPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(name) | Self::Glob(name) => f.write_str(name),
            Self::Below(suffix) => write!(f, "**.{suffix}"),
            Self::Any => f.write_str("any name"),
        }
    }
}

fn parse_all(ranges: &[&str]) -> Vec<IpNet> {
    ranges.iter().filter_map(|range| range.parse().ok()).collect()
}

/// Every range that is not globally reachable: the IANA special-purpose address registries for IPv4 (RFC 6890 and
/// its updates) and IPv6 in which "globally reachable" is false, with the multicast ranges left out (they are no
/// unicast destinations). What lies within another entry is not listed.
#[must_use]
pub fn private() -> Vec<IpNet> {
    parse_all(&[
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "240.0.0.0/4",
        "::/127",
        "64:ff9b:1::/48",
        "100::/64",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
    ])
}

/// The addresses at which cloud providers serve instance metadata, and no others: not link-local DNS
/// (169.254.20.10), not the credential agents that pods need (169.254.170.2, 169.254.170.23).
///
/// - 169.254.169.254: AWS (EC2 user guide, "Instance metadata service"), Google Cloud, Azure, Oracle,
///   DigitalOcean, OpenStack.
/// - fd00:ec2::254: AWS over IPv6 (the same page).
/// - fd20:ce::254: Google Cloud over IPv6 (Compute Engine documentation, "VM metadata").
/// - 100.100.100.200: Alibaba Cloud (ECS documentation, "Instance metadata").
#[must_use]
pub fn cloud_metadata() -> Vec<IpNet> {
    parse_all(&["100.100.100.200/32", "169.254.169.254/32", "fd00:ec2::254/128", "fd20:ce::254/128"])
}
