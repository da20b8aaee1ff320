//! What all objects together make so: which labels addresses outside get, and how they count.

use super::names;
use crate::enforcer::cilium::raise::form::{Addresses, Authentication, L7, Peers, Port, Spec, Traffic};
use crate::policy::{DnsPattern, PortRange, Version};
use crate::semantics::nets::AddressSet;
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
#[derive(Default)]
pub struct Facts<'n> {
    /// What stands in some `toFQDNs`, as it is written: an address gets the label `fqdn:…` of that text once it is
    /// resolved from a fitting name (`FQDNSelector.IdentityLabel` in `pkg/policy/api/fqdn.go`). Only the
    /// filters that a rule comes to look for its names (`L4Filter.cacheFQDNSelector` in `pkg/policy/l4.go`).
    names: BTreeMap<&'n str, DnsPattern>,
    /// The ranges of all CIDR rules, exceptions included: the agent gives the addresses within each the label `cidr:…`
    /// of the narrowest (`CIDRSelector.GetCIDRPrefixes` in `pkg/policy/types/selector.go`).
    ranges: BTreeSet<IpNet>,
    /// The ports with rules for look-ups.
    look_ups: BTreeSet<u16>,
    /// Whether some rule asks for mutual authentication.
    pub authenticates: bool,
}

impl<'n> Facts<'n> {
    /// Of all that is enforced.
    pub fn new<'s>(specs: impl Iterator<Item = &'s Spec<'n>>, version: Version) -> Self
    where
        'n: 's,
    {
        let mut facts = Self::default();
        for rule in specs.flat_map(|spec| &spec.rules) {
            facts.authenticates |= rule.authentication == Some(Authentication::Required);
            match &rule.peers {
                Peers::Names(list) if has_filter(&rule.traffic) => {
                    for text in list.iter().filter_map(|name| name.name.or(name.pattern)) {
                        if let Some(pattern) = names::pattern(text, version) {
                            facts.names.insert(text, pattern);
                        }
                    }
                }
                Peers::Nets(list) => {
                    for addresses in list {
                        match addresses {
                            Addresses::Range(net) => _ = facts.ranges.insert(*net),
                            Addresses::Net(net, except) => facts.ranges.extend(std::iter::once(net).chain(except)),
                            Addresses::Group => {}
                        }
                    }
                }
                _ => {}
            }
            if let Traffic::Ports(ports) = &rule.traffic {
                let look_ups = ports.iter().filter(|rule| matches!(rule.l7, L7::Dns(_))).flat_map(|rule| &rule.ports);
                facts.look_ups.extend(look_ups.filter_map(|port| match port {
                    Port::Numbers { first, .. } => Some(*first),
                    Port::Named { .. } | Port::Portless(_) => None,
                }));
            }
        }
        facts
    }

    /// Whether it is a single port, and there are rules for look-ups at it.
    pub fn has_look_ups(&self, range: PortRange) -> bool {
        range.first == range.last && self.look_ups.contains(&range.first)
    }

    /// The names behind the label `fqdn:KEY`, if there is one.
    pub fn name(&self, key: &str) -> Option<&DnsPattern> {
        self.names.get(key)
    }

    /// The addresses that have a label `cidr:KEY` or one of a range within it (`Label.HasKey` in `pkg/labels/labels.go`:
    /// of this source the narrower has the wider). An IPv6 address has `-` for `:` in a key (`keyToPrefix` in
    /// `pkg/labels/cidr.go`). A range of length 0 never has such a label: it is the world.
    pub fn labelled_within(&self, key: &str) -> AddressSet {
        let Ok(net) = key.replace('-', ":").parse::<IpNet>() else { return AddressSet::default() };
        let net = net.trunc();
        if self.ranges.contains(&net) && net.prefix_len() > 0 {
            return AddressSet::of_ranges([&net]);
        }
        AddressSet::of_ranges(self.ranges.iter().filter(|range| range.prefix_len() > 0 && net.contains(*range)))
    }
}

/// Whether a rule comes to a filter: each port does, and `toPorts` without any port does not.
fn has_filter(traffic: &Traffic<'_>) -> bool {
    match traffic {
        Traffic::All => true,
        Traffic::Ports(ports) => ports.iter().any(|rule| !rule.ports.is_empty()),
        Traffic::Icmp(types) => !types.is_empty(),
    }
}
