//! Host firewalls without what keeps a node in its cluster.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::host_firewall::{Essential, HostFirewallProblem};
use crate::policy::{Direction, Effect, NodeSelector, Policy, PortRange, PortSet, Protocol, Selects, Traffic};
use crate::semantics;

const CLUSTER: Option<&str> = Some("nodes, kube-apiserver, health");

/// What must be reachable (`cilium-verdicts` V6 shows each of them denied; the ports are those of Cilium's
/// documentation, "Host Firewall").
const ESSENTIALS: [(Essential, Protocol, u16, u16); 6] = [
    (Essential { what: "the kubelet", port: "10250", from: CLUSTER }, Protocol::Tcp, 10250, 10250),
    (Essential { what: "the API server", port: "6443", from: CLUSTER }, Protocol::Tcp, 6443, 6443),
    (Essential { what: "etcd", port: "2379-2380", from: CLUSTER }, Protocol::Tcp, 2379, 2380),
    (Essential { what: "Cilium's health checks", port: "4240", from: CLUSTER }, Protocol::Tcp, 4240, 4240),
    (Essential { what: "the overlay", port: "8472/udp", from: CLUSTER }, Protocol::Udp, 8472, 8472),
    (Essential { what: "SSH", port: "22", from: None }, Protocol::Tcp, 22, 22),
];

/// One finding for each set of nodes that is isolated for ingress.
pub fn check(policy: &Policy, found: &mut Vec<Diagnostic>) {
    for isolation in policy.isolations.iter().filter(|isolation| isolation.direction == Direction::Ingress) {
        let subject = policy.subject(isolation.subject);
        let Selects::Nodes(nodes) = &subject.selects else { continue };
        let reachable = reachable(policy, nodes);
        let missing: Vec<Essential> = ESSENTIALS
            .iter()
            .filter(|(_, protocol, first, last)| {
                let ports = PortSet::new(vec![PortRange { protocol: *protocol, first: *first, last: *last }]);
                !semantics::ports::includes(&reachable, &ports)
            })
            .map(|(essential, ..)| *essential)
            .collect();
        if !missing.is_empty() {
            let span = policy.sentence(isolation.sentence).span;
            let name = subject.name.strip_prefix("nodes.").unwrap_or(&subject.name).into();
            found.push(HostFirewallProblem::Essentials { span, nodes: name, missing }.into());
        }
    }
}

/// The ports at which somebody can reach all of these nodes.
fn reachable(policy: &Policy, NodeSelector(nodes): &NodeSelector) -> PortSet {
    let mut reachable = PortSet::default();
    for rule in &policy.rules {
        let Selects::Nodes(NodeSelector(allowed)) = &policy.subject(rule.subject).selects else { continue };
        let allows = rule.direction == Direction::Ingress && matches!(rule.effect, Effect::Allow { .. });
        if !allows || !semantics::labels::includes(allowed, nodes) {
            continue;
        }
        reachable = match &rule.traffic {
            Traffic::All => return semantics::ports::all(),
            Traffic::Ports(ports) => semantics::ports::union(&reachable, ports),
            _ => reachable,
        };
    }
    reachable
}
