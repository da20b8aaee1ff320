//! `NetworkPolicy`.

use super::{Emitter, header, selector};
use crate::manifest::LabelSelector;
use crate::manifest::kubernetes::{NetworkPolicy, Peer, Rule};

pub(super) fn policy(to: &mut Emitter<'_>, kind: &'static str, policy: &NetworkPolicy) {
    to.comment(0, &policy.comment);
    header(to, "networking.k8s.io/v1", kind, &policy.metadata);
    to.key(0, "spec");
    selector(to, 1, "podSelector", &policy.pod_selector);
    let types = [("Ingress", policy.isolates_ingress), ("Egress", policy.isolates_egress)];
    to.list(1, "policyTypes", types.iter().filter(|(_, isolates)| *isolates).map(|(name, _)| name));
    rules(to, "ingress", "from", &policy.ingress);
    rules(to, "egress", "to", &policy.egress);
}

fn rules(to: &mut Emitter<'_>, key: &'static str, peers_key: &'static str, rules: &[Rule]) {
    if rules.is_empty() {
        return;
    }
    to.key(1, key);
    for rule in rules {
        to.comment(2, &rule.comment);
        to.item(2);
        if rule.peers.is_empty() && rule.ports.is_empty() {
            to.empty_item();
        }
        if !rule.peers.is_empty() {
            to.key(3, peers_key);
            rule.peers.iter().for_each(|entry| peer(to, entry));
        }
        if !rule.ports.is_empty() {
            to.key(3, "ports");
            for port in &rule.ports {
                to.item(4);
                to.pair(5, "protocol", port.protocol);
                if let Some(first) = port.port {
                    to.number(5, "port", first);
                }
                if let Some(last) = port.end_port {
                    to.number(5, "endPort", last);
                }
            }
        }
    }
}

fn peer(to: &mut Emitter<'_>, peer: &Peer) {
    to.item(4);
    match peer {
        // The API server refuses a peer without any key; this says the same.
        Peer::Pods { namespace_selector: None, pod_selector: None } => {
            selector(to, 5, "podSelector", &LabelSelector::default());
        }
        Peer::Pods { namespace_selector, pod_selector } => {
            if let Some(namespaces) = namespace_selector {
                selector(to, 5, "namespaceSelector", namespaces);
            }
            if let Some(pods) = pod_selector {
                selector(to, 5, "podSelector", pods);
            }
        }
        Peer::IpBlock { cidr, except } => {
            to.key(5, "ipBlock");
            to.pair(6, "cidr", cidr);
            if !except.is_empty() {
                to.list(6, "except", except);
            }
        }
    }
}
