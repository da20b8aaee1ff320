//! Names for both ends of a rule: workloads by theirs, the rest as near to a source as can be.

use super::End;
use crate::policy::{
    DnsPattern, Effect, EnforcerName, Net, Peer, PodSelector, Policy, Rule, Selects, Subject, Traffic, ValueSet,
    private,
};
use crate::semantics::connections::Connections;
use crate::semantics::{Universe, namespaces};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// The names that a policy gives.
pub(super) struct Names<'p> {
    pub policy: &'p Policy,
    workloads: BTreeMap<&'p PodSelector, String>,
}

impl<'p> Names<'p> {
    /// Of this policy.
    pub fn new(policy: &'p Policy) -> Self {
        let mut workloads = BTreeMap::new();
        for workload in &policy.workloads {
            workloads.entry(&workload.selector).or_insert_with(|| workload.to_string());
        }
        Self { policy, workloads }
    }

    /// The end that a rule governs.
    pub fn own(&self, subject: &Subject) -> End {
        match &subject.selects {
            Selects::Pods(selector) => self.of_pods(selector),
            Selects::Nodes(_) => elsewhere(self.subject(subject)),
        }
    }

    /// The other end.
    pub fn other(&self, peer: &Peer) -> End {
        match peer {
            Peer::Pods(selector) => self.of_pods(selector),
            _ => elsewhere(self.peer(peer)),
        }
    }

    /// A subject.
    pub fn subject(&self, subject: &Subject) -> String {
        match &subject.selects {
            Selects::Pods(selector) => self.pods(selector),
            Selects::Nodes(nodes) => match subject.name.strip_prefix("nodes.") {
                Some(name) => format!("nodes {name}"),
                None => format!("nodes {}", nodes.0),
            },
        }
    }

    /// A peer.
    pub fn peer(&self, peer: &Peer) -> String {
        match peer {
            Peer::Pods(selector) => self.pods(selector),
            Peer::Entity(entity) => entity.as_str().to_owned(),
            Peer::Nodes(nodes) => format!("nodes {}", nodes.0),
            Peer::Net(net) => range(net),
            Peer::Name(DnsPattern::Any) => "any name".to_owned(),
            Peer::Name(name) => name.to_string(),
            Peer::Anything => "anything".to_owned(),
        }
    }

    /// Pods.
    pub fn pods(&self, selector: &PodSelector) -> String {
        if let Some(name) = self.workloads.get(selector) {
            return name.clone();
        }
        let (names, labels) = (&selector.namespaces.names, &selector.namespaces.labels);
        match names {
            _ if !selector.is_whole() => selector.to_string(),
            ValueSet::Any if labels.0.is_empty() => "workloads in every namespace".to_owned(),
            ValueSet::Any => format!("workloads in namespaces {labels}"),
            ValueSet::In(names) if labels.0.is_empty() => {
                names.iter().map(|name| format!("{name}/*")).collect::<Vec<_>>().join(", ")
            }
            ValueSet::NotIn(names) if labels.0.is_empty() => {
                format!("workloads in every namespace except {}", names.join(", "))
            }
            ValueSet::In(_) | ValueSet::NotIn(_) => selector.to_string(),
        }
    }

    fn of_pods(&self, selector: &PodSelector) -> End {
        let universe = Universe::new(&self.policy.namespaces);
        let declared = |name: &SmolStr| self.policy.namespaces.contains_key(name);
        let (mut of, others): (Vec<SmolStr>, bool) = match &selector.namespaces.names {
            ValueSet::In(names) => (names.iter().cloned().collect(), false),
            ValueSet::Any | ValueSet::NotIn(_) => (self.policy.namespaces.keys().cloned().collect(), true),
        };
        of.retain(|name| {
            !declared(name)
                || namespaces::overlap(universe, &selector.namespaces, &PodSelector::namespace(name.clone()).namespaces)
        });
        of.sort();
        End { name: self.pods(selector), namespaces: of.iter().map(ToString::to_string).collect(), others }
    }
}

/// An end that has no pods that a selector picks.
fn elsewhere(name: String) -> End {
    End { name, namespaces: Vec::new(), others: false }
}

/// What a rule is about: `:8080`, `GET /a on :8080`, `everything`. A NetworkPolicy opens the ports of DNS servers, whatever
/// is looked up there.
pub(super) fn traffic(policy: &Policy, rule: &Rule) -> String {
    match (&rule.effect, &rule.traffic) {
        (_, Traffic::Dns { ports, .. }) if policy.cluster.enforcer == EnforcerName::Kubernetes => {
            Connections::Ports(ports.clone()).to_string()
        }
        (Effect::Allow { tls_name: Some(name), .. }, Traffic::Ports(ports)) => {
            let names = vec![DnsPattern::Exact(name.clone())];
            Connections::Tls { ports: ports.clone(), names }.to_string()
        }
        (_, traffic) => Connections::from(traffic).to_string(),
    }
}

/// `10.0.0.0/8 except 10.1.0.0/16`; what is taken out by `except private` is not listed.
fn range(net: &Net) -> String {
    if net.except.is_empty() {
        return net.cidr.to_string();
    }
    let private: Vec<_> = private().into_iter().filter(|part| net.cidr.contains(part)).collect();
    let all_private = private.iter().all(|part| net.except.iter().any(|except| except.contains(part)));
    let others: Vec<String> =
        net.except.iter().filter(|part| !all_private || !private.contains(part)).map(ToString::to_string).collect();
    let mut parts = Vec::new();
    if all_private && !private.is_empty() {
        parts.push("private".to_owned());
    }
    parts.extend(others);
    format!("{} except {}", net.cidr, parts.join(", "))
}
