//! `CiliumNetworkPolicy` and `CiliumClusterwideNetworkPolicy`.

use super::{Emitter, header, selector, selectors};
use crate::manifest::cilium::{Fqdn, HttpRule, L7, Peers, Policy, Port, PortRule, Rule, Spec, Subject, Traffic};

pub(super) fn policy(to: &mut Emitter<'_>, kind: &'static str, policy: &Policy) {
    to.comment(0, &policy.comment);
    header(to, "cilium.io/v2", kind, &policy.metadata);
    if let [only] = policy.specs.as_slice() {
        to.comment(0, &only.comment);
        to.key(0, "spec");
        spec(to, 1, only);
    } else {
        to.key(0, "specs");
        for entry in &policy.specs {
            to.comment(1, &entry.comment);
            to.item(1);
            spec(to, 2, entry);
        }
    }
}

fn spec(to: &mut Emitter<'_>, depth: usize, spec: &Spec) {
    match &spec.subject {
        Subject::Endpoints(endpoints) => selector(to, depth, "endpointSelector", endpoints),
        Subject::Nodes(nodes) => selector(to, depth, "nodeSelector", nodes),
    }
    if let Some(default_deny) = spec.enable_default_deny {
        to.key(depth, "enableDefaultDeny");
        to.boolean(depth + 1, "ingress", default_deny.ingress);
        to.boolean(depth + 1, "egress", default_deny.egress);
    }
    rules(to, depth, "ingress", &INGRESS, &spec.ingress);
    rules(to, depth, "ingressDeny", &INGRESS, &spec.ingress_deny);
    rules(to, depth, "egress", &EGRESS, &spec.egress);
    rules(to, depth, "egressDeny", &EGRESS, &spec.egress_deny);
    if let Some(value) = &spec.log {
        to.key(depth, "log");
        to.pair(depth + 1, "value", value);
    }
}

/// What a direction calls the other end.
struct PeerKeys {
    endpoints: &'static str,
    entities: &'static str,
    cidr_set: &'static str,
    nodes: &'static str,
}

const INGRESS: PeerKeys =
    PeerKeys { endpoints: "fromEndpoints", entities: "fromEntities", cidr_set: "fromCIDRSet", nodes: "fromNodes" };

const EGRESS: PeerKeys =
    PeerKeys { endpoints: "toEndpoints", entities: "toEntities", cidr_set: "toCIDRSet", nodes: "toNodes" };

fn rules(to: &mut Emitter<'_>, depth: usize, key: &'static str, keys: &PeerKeys, rules: &[Rule]) {
    if rules.is_empty() {
        return;
    }
    to.key(depth, key);
    for rule in rules {
        to.comment(depth + 1, &rule.comment);
        to.item(depth + 1);
        if rule.peers == Peers::Unsaid && rule.traffic == Traffic::All && !rule.mutual_auth {
            to.empty_item();
            continue;
        }
        peers(to, depth + 2, keys, &rule.peers);
        traffic(to, depth + 2, &rule.traffic);
        if rule.mutual_auth {
            to.key(depth + 2, "authentication");
            to.pair(depth + 3, "mode", "required");
        }
    }
}

fn peers(to: &mut Emitter<'_>, depth: usize, keys: &PeerKeys, peers: &Peers) {
    match peers {
        Peers::Unsaid => {}
        Peers::Endpoints(endpoints) => selectors(to, depth, keys.endpoints, endpoints),
        Peers::Entities(entities) => to.list(depth, keys.entities, entities),
        Peers::CidrSet(ranges) => {
            to.key(depth, keys.cidr_set);
            for range in ranges {
                to.item(depth + 1);
                to.pair(depth + 2, "cidr", &range.cidr);
                if !range.except.is_empty() {
                    to.list(depth + 2, "except", &range.except);
                }
            }
        }
        Peers::Nodes(nodes) => selectors(to, depth, keys.nodes, nodes),
        Peers::Fqdns(names) => fqdns(to, depth, "toFQDNs", names),
    }
}

fn fqdns(to: &mut Emitter<'_>, depth: usize, key: &'static str, names: &[Fqdn]) {
    to.key(depth, key);
    for name in names {
        to.item(depth + 1);
        match name {
            Fqdn::Name(name) => to.pair(depth + 2, "matchName", name),
            Fqdn::Pattern(pattern) => to.pair(depth + 2, "matchPattern", pattern),
        }
    }
}

fn traffic(to: &mut Emitter<'_>, depth: usize, traffic: &Traffic) {
    match traffic {
        Traffic::All => {}
        Traffic::Ports(rules) => {
            to.key(depth, "toPorts");
            for rule in rules {
                to.item(depth + 1);
                port_rule(to, depth + 2, rule);
            }
        }
        Traffic::Icmps(icmps) => {
            to.key(depth, "icmps");
            for icmp in icmps {
                to.item(depth + 1);
                to.key(depth + 2, "fields");
                for field in &icmp.fields {
                    to.item(depth + 3);
                    to.pair(depth + 4, "family", field.family);
                    to.number(depth + 4, "type", u16::from(field.icmp_type));
                }
            }
        }
    }
}

fn port_rule(to: &mut Emitter<'_>, depth: usize, rule: &PortRule) {
    to.key(depth, "ports");
    for Port { port, end_port, protocol } in &rule.ports {
        to.item(depth + 1);
        to.quoted_number(depth + 2, "port", *port);
        if let Some(last) = end_port {
            to.number(depth + 2, "endPort", *last);
        }
        to.pair(depth + 2, "protocol", protocol);
    }
    if !rule.server_names.is_empty() {
        to.list(depth, "serverNames", &rule.server_names);
    }
    match &rule.rules {
        None => {}
        Some(L7::Http(requests)) => {
            to.key(depth, "rules");
            to.key(depth + 1, "http");
            for request in requests {
                to.item(depth + 2);
                http(to, depth + 3, request);
            }
        }
        Some(L7::Dns(names)) => {
            to.key(depth, "rules");
            fqdns(to, depth + 1, "dns", names);
        }
    }
}

fn http(to: &mut Emitter<'_>, depth: usize, request: &HttpRule) {
    if *request == HttpRule::default() {
        to.empty_item();
        return;
    }
    let fields = [("method", &request.method), ("path", &request.path), ("host", &request.host)];
    for (key, expression) in fields {
        if let Some(expression) = expression {
            to.pair(depth, key, expression);
        }
    }
    let (exact, present): (Vec<_>, Vec<_>) = request.header_matches.iter().partition(|header| header.value.is_some());
    if !present.is_empty() {
        to.list(depth, "headers", present.iter().map(|header| &header.name));
    }
    if !exact.is_empty() {
        to.key(depth, "headerMatches");
        for header in exact {
            to.item(depth + 1);
            to.pair(depth + 2, "name", &header.name);
            if let Some(value) = &header.value {
                to.pair(depth + 2, "value", value);
            }
        }
    }
}
