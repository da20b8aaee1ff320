//! `NetworkPolicy` objects back to what they mean.
//!
//! [`read()`] is what the API server takes, whoever enforces; [`raise()`] is what Kubernetes' documentation says it means
//! (`staging/src/k8s.io/api/networking/v1/types.go`, 00737ac). Cilium has its own reading (`enforcer::cilium::raise`).

mod read;

pub use read::{Peer, Policy, Port, Rule, read};

use crate::enforcer::raise::{ByName, Located, Notes, Origin, Raised, Scope};
use crate::policy::{Direction, LabelSelector, NamespaceSelector, PodSelector, PortSet, ValueSet};
use crate::semantics::Places;
use crate::semantics::connections::Connections;
use crate::semantics::endpoints::{self, Endpoints, Names};
use crate::verdict::{self, CauseId, Effect, Isolation, SubjectId};
use smol_str::{SmolStr, format_smolstr};

/// Adds what an object means.
pub fn raise(one: &Located<'_, '_>, scope: &Scope, raised: &mut Raised) {
    let origin = Origin::new(one, scope);
    let mut notes = Notes::new(scope.unknown_fields);
    let policy = match read(&one.object, &mut notes) {
        Ok(policy) => policy,
        Err(refusal) => return raised.problems.push(origin.refused(refusal)),
    };
    raised.problems.extend(origin.dropped(notes));
    let namespace = one.object.namespace.unwrap_or(&scope.default_namespace);
    let subject = Endpoints::Pods(PodSelector::labelled(namespace, policy.pods.clone()));
    let subject = raised.rules.intern(subject);
    for (direction, isolates) in [(Direction::Ingress, policy.ingress), (Direction::Egress, policy.egress)] {
        if isolates {
            let text = if direction == Direction::Ingress { "ingress" } else { "egress" };
            let cause = origin.cause(&mut raised.rules, text.into(), policy.range);
            raised.rules.isolations.push(Isolation { subject, direction, cause });
        }
    }
    // A rule for a direction that `policyTypes` leaves out does not count.
    let counts = |rule: &&Rule<'_>| match rule.direction {
        Direction::Ingress => policy.ingress,
        Direction::Egress => policy.egress,
    };
    for rule in policy.rules.iter().filter(counts) {
        let peers: Vec<Endpoints> = match &rule.peers {
            None => endpoints::anything(),
            Some(peers) => peers.iter().map(|peer| endpoints_of(peer, namespace)).collect(),
        };
        let mesh = |peer: &Endpoints| scope.mesh || !matches!(peer, Endpoints::MeshPods { .. });
        let cause = origin.cause(&mut raised.rules, place(rule), rule.range);
        add(rule, subject, peers.into_iter().filter(mesh), cause, scope, raised);
    }
}

/// Adds a rule towards these peers.
pub fn add(
    rule: &Rule<'_>,
    subject: SubjectId,
    peers: impl Iterator<Item = Endpoints>,
    cause: CauseId,
    scope: &Scope,
    raised: &mut Raised,
) {
    let direction = rule.direction;
    let push = |raised: &mut Raised, subject, peers, connections| {
        let (effect, except) = (Effect::Allow, Vec::new());
        raised.rules.rules.push(verdict::Rule { subject, direction, effect, peers, connections, except, cause });
    };
    for peers in peers {
        let mut names = Vec::new();
        let mut ranges = Vec::new();
        for port in &rule.ports {
            match *port {
                Port::Numbers(range) => ranges.push(range),
                Port::Named(name, protocol) => names.push((name, protocol)),
            }
        }
        if !names.is_empty() {
            let by_name = ByName { direction, subject, peers: &peers };
            for (subject, peers, running) in by_name.known(scope, &mut raised.rules) {
                let numbers = names.iter().flat_map(|(name, protocol)| running.numbers(name, Some(*protocol)));
                let ports = PortSet::new(numbers.collect());
                if !ports.is_empty() {
                    push(raised, subject, peers, Connections::Ports(ports));
                }
            }
            let gaps = names.iter().map(|(name, _)| by_name.gap(name, scope, cause));
            raised.rules.gaps.extend(gaps);
        }
        let ports = PortSet::new(ranges);
        match (rule.ports.is_empty(), ports.is_empty()) {
            (true, _) => push(raised, subject, peers, Connections::All),
            (false, false) => push(raised, subject, peers, Connections::Ports(ports)),
            (false, true) => {}
        }
    }
}

/// `ingress[0]`
pub fn place(rule: &Rule<'_>) -> SmolStr {
    match rule.direction {
        Direction::Ingress => format_smolstr!("ingress[{}]", rule.index),
        Direction::Egress => format_smolstr!("egress[{}]", rule.index),
    }
}

/// A peer. An `ipBlock` is for what is outside: what it does to pods and nodes is left open upstream, and to the
/// enforcers.
fn endpoints_of(peer: &Peer, namespace: &str) -> Endpoints {
    match peer {
        Peer::Net(addresses) => endpoints::outside(Places::WORLD, addresses.clone(), Names::default()),
        Peer::Pods { pods, namespaces } => {
            let namespaces = match namespaces {
                Some(labels) => NamespaceSelector { names: ValueSet::Any, labels: labels.clone() },
                None => NamespaceSelector { names: ValueSet::one(namespace), labels: LabelSelector::default() },
            };
            Endpoints::Pods(PodSelector { namespaces, labels: pods.clone(), service_account: ValueSet::Any })
        }
    }
}
