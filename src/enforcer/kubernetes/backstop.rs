//! What is left of an allow rule: entities as addresses, and without what the project denies.
//!
//! A NetworkPolicy cannot deny, so a deny is an error (E0622). Where that is accepted, the deny is at least taken out of
//! the project's own allow rules, here. It is taken out for all pods of an allow rule if it binds some of them: never too
//! little.

use crate::diagnostic::problem::names::NameProblem;
use crate::policy::{
    Direction, Effect, Entity, Net, Peer, PodSelector, Policy, PortSet, Protocol, Rule, Selects, Traffic, ValueSet,
};
use crate::semantics::{Universe, nets, pods, ports};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The most parts that a rule may come to: each deny can multiply them by the number of its labels.
const MAX_PARTS: usize = 4_096;

/// One allowed kind of flow: a peer that is pods, addresses or anything, and its ports; `None` is every protocol and
/// port.
pub(super) type Part = (Peer, Option<PortSet>);

/// The parts of an allow rule that NetworkPolicy can say and that nothing denies. What it has no word for is an error
/// in [`super::check()`] and never a part.
///
/// # Errors
/// When they are too many.
pub(super) fn parts(policy: &Policy, denies: &[&Rule], rule: &Rule) -> Result<Vec<Part>, NameProblem> {
    if has_condition(policy, rule) {
        return Ok(Vec::new());
    }
    let ports = match &rule.traffic {
        Traffic::All => None,
        Traffic::Ports(ports) | Traffic::Dns { ports, .. } => Some(ports.clone()),
        Traffic::Http { .. } | Traffic::Ping => return Ok(Vec::new()),
    };
    let mut parts = sayable(policy, rule, ports);
    for deny in denies {
        if deny.direction == rule.direction && shares_pods(policy, deny, rule) {
            parts = without(policy, parts, deny);
            if parts.len() > MAX_PARTS {
                return Err(NameProblem::TooMany { span: rule.span, limit: MAX_PARTS });
            }
        }
    }
    Ok(parts)
}

/// Whether a rule asks for more than labels, addresses and ports: without that it would allow more than it says.
fn has_condition(policy: &Policy, rule: &Rule) -> bool {
    let by_account = |pods: &PodSelector| pods.service_account != ValueSet::Any;
    rule.effect != (Effect::Allow { mutual_auth: false, tls_name: None })
        || matches!(&rule.peer, Peer::Pods(pods) if by_account(pods))
        || matches!(&policy.subject(rule.subject).selects, Selects::Pods(pods) if by_account(pods))
}

/// The peer in NetworkPolicy's terms.
fn sayable(policy: &Policy, rule: &Rule, ports: Option<PortSet>) -> Vec<Part> {
    match &rule.peer {
        Peer::Pods(_) | Peer::Net(_) | Peer::Anything => vec![(rule.peer.clone(), ports)],
        Peer::Entity(Entity::KubeApiserver) => policy
            .cluster
            .apiservers
            .iter()
            .map(|(address, port)| {
                // Reaching the API server without more means the port where it answers, not all of its node's.
                let own_port = || (rule.direction == Direction::Egress).then(|| PortSet::one(Protocol::Tcp, *port));
                (Peer::Net(Net::whole(IpNet::from(*address))), ports.clone().or_else(own_port))
            })
            .collect(),
        Peer::Entity(_) | Peer::Nodes(_) | Peer::Name(_) => Vec::new(),
    }
}

fn shares_pods(policy: &Policy, a: &Rule, b: &Rule) -> bool {
    let (Selects::Pods(a), Selects::Pods(b)) = (&policy.subject(a.subject).selects, &policy.subject(b.subject).selects)
    else {
        return false;
    };
    pods::overlap(Universe::new(&policy.namespaces), a, b)
}

fn without(policy: &Policy, parts: Vec<Part>, deny: &Rule) -> Vec<Part> {
    let denied_ports = match &deny.traffic {
        Traffic::All => None,
        Traffic::Ports(ports) | Traffic::Http { ports, .. } | Traffic::Dns { ports, .. } => Some(ports.clone()),
        // No port is denied, yet "every protocol" no longer holds.
        Traffic::Ping => Some(PortSet::default()),
    };
    let denied_peers: Vec<Peer> = match &deny.peer {
        Peer::Entity(Entity::KubeApiserver) => sayable(policy, deny, None).into_iter().map(|(peer, _)| peer).collect(),
        peer => vec![peer.clone()],
    };
    let others = |peer: Peer| {
        denied_peers
            .iter()
            .fold(vec![peer], |left, denied| left.iter().flat_map(|peer| other_peers(policy, peer, denied)).collect())
    };
    let mut left = Vec::new();
    for (peer, allowed) in parts {
        let Some(denied_ports) = &denied_ports else {
            left.extend(others(peer).into_iter().map(|peer| (peer, allowed.clone())));
            continue;
        };
        let ports_before = allowed.clone().unwrap_or_else(ports::all);
        let shared = ports::intersection(&ports_before, denied_ports);
        if shared.is_empty() && allowed.is_some() {
            left.push((peer, allowed));
            continue;
        }
        let other_ports = ports::difference(&ports_before, denied_ports);
        if !shared.is_empty() {
            left.extend(others(peer.clone()).into_iter().map(|peer| (peer, Some(shared.clone()))));
        }
        if !other_ports.is_empty() {
            left.push((peer, Some(other_ports)));
        }
    }
    left
}

/// A peer less a denied one. Some plugins match pods by address too, so denied pods take the whole of the pods' ranges,
/// as far as the cluster's facts name them, out of addresses.
fn other_peers(policy: &Policy, peer: &Peer, denied: &Peer) -> Vec<Peer> {
    let universe = Universe::new(&policy.namespaces);
    let others = |pods: &PodSelector, denied: &PodSelector| {
        pods::difference(universe, pods, denied).into_iter().map(Peer::Pods).collect::<Vec<_>>()
    };
    match (peer, denied) {
        (_, Peer::Anything) => Vec::new(),
        (Peer::Net(net), Peer::Net(denied)) => nets::difference(net, denied).into_iter().map(Peer::Net).collect(),
        (Peer::Pods(pods), Peer::Pods(denied)) => others(pods, denied),
        (Peer::Anything, Peer::Net(denied)) => {
            let mut peers = vec![Peer::Pods(PodSelector::default())];
            peers.extend(every_address().iter().flat_map(|all| nets::difference(all, denied)).map(Peer::Net));
            peers
        }
        (Peer::Anything, Peer::Pods(denied)) => {
            let mut peers = others(&PodSelector::default(), denied);
            peers.extend(every_address().iter().flat_map(|all| outside_pods(policy, all)));
            peers
        }
        (Peer::Net(net), Peer::Pods(_)) => outside_pods(policy, net),
        (peer, _) => vec![peer.clone()],
    }
}

/// A range less the ranges of the cluster's pods.
fn outside_pods(policy: &Policy, net: &Net) -> Vec<Peer> {
    let pods = policy.cluster.pods.iter().map(|range| Net::whole(*range));
    let left =
        pods.fold(vec![net.clone()], |left, pods| left.iter().flat_map(|net| nets::difference(net, &pods)).collect());
    left.into_iter().map(Peer::Net).collect()
}

fn every_address() -> [Net; 2] {
    [Net::whole(IpNet::V4(Ipv4Net::default())), Net::whole(IpNet::V6(Ipv6Net::default()))]
}

/// The denies of a policy.
pub(super) fn denies(policy: &Policy) -> Vec<&Rule> {
    policy.rules.iter().filter(|rule| rule.effect == Effect::Deny).collect()
}
