//! What a project names, and what stands right beside it.

use super::Flows;
use smol_str::{SmolStr, format_smolstr};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use ztp::policy::{DnsPattern, LabelSelector, Op, PodSelector, PortSet, ValueSet};
use ztp::semantics::Answer;
use ztp::semantics::connections::{self, Connection, Connections};
use ztp::semantics::endpoints::Endpoints;
use ztp::verdict::Ruleset;

impl Flows<'_, '_> {
    pub(super) fn take(&mut self, rules: &Ruleset) {
        for (_, subject) in rules.subjects() {
            self.ends(subject);
        }
        for rule in &rules.rules {
            self.ends(&rule.peers);
            self.connections(&rule.connections);
            for except in &rule.except {
                self.ends(&except.peers);
                self.connections(&except.connections);
            }
        }
    }

    fn ends(&mut self, ends: &Endpoints) {
        match ends {
            Endpoints::Pods(selector) | Endpoints::MeshPods { selector, .. } => self.pods(selector),
            Endpoints::Nodes { labels, .. } => take_labels(&mut self.labels, labels),
            Endpoints::Outside { addresses, names, .. } => {
                // The complement of a range begins where the range ends.
                for net in addresses.to_nets().iter().take(8) {
                    for range in std::iter::once(&net.cidr).chain(&net.except) {
                        self.addresses.extend([range.network(), range.broadcast()]);
                        self.addresses.extend(beside(range.network(), range.broadcast()));
                    }
                }
                for pattern in names.has.iter().chain(&names.lacks) {
                    self.names(pattern);
                }
            }
            Endpoints::Single(_) => {}
        }
    }

    fn pods(&mut self, selector: &PodSelector) {
        take_labels(&mut self.labels, &selector.labels);
        take_labels(&mut self.namespace_labels, &selector.namespaces.labels);
        take_values(&mut self.namespaces, &selector.namespaces.names);
        take_values(&mut self.accounts, &selector.service_account);
    }

    fn names(&mut self, pattern: &DnsPattern) {
        let names: Vec<SmolStr> = match pattern {
            DnsPattern::Exact(name) => {
                let parent = name.split_once('.').map_or("", |(_, parent)| parent);
                vec![name.clone(), format_smolstr!("x.{name}"), parent.into()]
            }
            DnsPattern::Glob(glob) => {
                vec![glob.replace('*', "x").into(), glob.replace('*', "x.y").into(), glob.replace('*', "").into()]
            }
            DnsPattern::Below(suffix) => {
                vec![format_smolstr!("x.{suffix}"), format_smolstr!("x.y.{suffix}"), suffix.clone()]
            }
            DnsPattern::Any => Vec::new(),
        };
        for name in names {
            let whole = name.split('.').count() > 1 && name.split('.').all(|label| !label.is_empty());
            if whole && !self.names.contains(&name) {
                self.names.push(name);
            }
        }
    }

    pub(super) fn ports(&mut self, ports: &PortSet) {
        for range in ports.ranges() {
            for port in [range.first, range.first.saturating_sub(1), range.last, range.last.saturating_add(1)] {
                // To port 0 nothing can be opened.
                self.ports.push((range.protocol, port.max(1)));
            }
        }
    }

    fn connections(&mut self, set: &Connections) {
        if let Some(ports) = set.ports() {
            self.ports(ports);
        }
        match set {
            Connections::LookUps { names, .. } | Connections::Tls { names, .. } => {
                names.iter().for_each(|pattern| self.names(pattern));
            }
            Connections::Requests { ports, requests } => {
                for request in requests {
                    let one = Connections::Requests { ports: ports.clone(), requests: vec![request.clone()] };
                    if let Answer::No(Connection::Request(line, _)) = connections::find(&[&one], &[])
                        && !self.requests.contains(&line)
                    {
                        self.requests.push(line);
                    }
                }
            }
            Connections::All | Connections::Ports(_) | Connections::Icmp(_) | Connections::Other => {}
        }
    }
}

/// The addresses before and after a range.
fn beside(first: IpAddr, last: IpAddr) -> Vec<IpAddr> {
    match (first, last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => {
            let around = [u32::from(first).checked_sub(1), u32::from(last).checked_add(1)];
            around.into_iter().flatten().map(|address| Ipv4Addr::from(address).into()).collect()
        }
        (IpAddr::V6(first), IpAddr::V6(last)) => {
            let around = [u128::from(first).checked_sub(1), u128::from(last).checked_add(1)];
            around.into_iter().flatten().map(|address| Ipv6Addr::from(address).into()).collect()
        }
        _ => Vec::new(),
    }
}

fn take_labels(into: &mut BTreeMap<SmolStr, BTreeSet<SmolStr>>, selector: &LabelSelector) {
    for requirement in &selector.0 {
        let values = into.entry(requirement.key.clone()).or_default();
        values.insert("other".into());
        if let Op::In(all) | Op::NotIn(all) = &requirement.op {
            values.extend(all.iter().cloned());
        }
    }
}

fn take_values(into: &mut Vec<SmolStr>, set: &ValueSet) {
    if let ValueSet::In(values) | ValueSet::NotIn(values) = set {
        for value in values.iter() {
            if !into.contains(value) {
                into.push(value.clone());
            }
        }
    }
}
