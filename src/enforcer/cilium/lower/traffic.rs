//! What of the traffic a rule is about.

use super::{http, peer, port};
use crate::manifest::cilium::{Icmp, IcmpField, L7, Traffic};
use crate::policy;

/// As Cilium writes it; `None` if nothing can be meant (no port).
pub fn traffic(traffic: &policy::Traffic, tls_name: Option<&str>) -> Option<Traffic> {
    let server_names: Vec<String> = tls_name.into_iter().map(str::to_owned).collect();
    let rules = match traffic {
        policy::Traffic::All => return Some(Traffic::All),
        policy::Traffic::Ping => return Some(ping()),
        policy::Traffic::Ports(ports) => port::port_rules(&port::ports(ports), &server_names, None),
        policy::Traffic::Http { ports, requests } => {
            let mut rules: Vec<_> = requests.iter().flat_map(http::rules).collect();
            rules.sort();
            rules.dedup();
            if rules.is_empty() {
                return None;
            }
            port::port_rules(&port::http_ports(ports), &server_names, Some(&L7::Http(rules)))
        }
        policy::Traffic::Dns { ports, names } => {
            let mut names: Vec<_> = names.iter().map(peer::fqdn).collect();
            names.sort();
            names.dedup();
            if names.is_empty() {
                return None;
            }
            port::port_rules(&port::dns_ports(ports), &server_names, Some(&L7::Dns(names)))
        }
    };
    (!rules.is_empty()).then_some(Traffic::Ports(rules))
}

/// Echo requests of both families; type 0 would be a wildcard, since Cilium keys ICMP types as ports.
fn ping() -> Traffic {
    icmp(8, 128)
}

/// All ICMP of both families, by that wildcard: for denies only.
pub fn every_icmp() -> Traffic {
    icmp(0, 0)
}

fn icmp(v4: u8, v6: u8) -> Traffic {
    let field = |family, icmp_type| IcmpField { family, icmp_type };
    Traffic::Icmps(vec![Icmp { fields: vec![field("IPv4", v4), field("IPv6", v6)] }])
}
