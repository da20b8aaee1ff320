//! `NetworkPolicy` as Cilium takes it (`ParseNetworkPolicy` in `pkg/k8s/network_policy.go`, 1.20.2).
//!
//! | | Kubernetes | Cilium |
//! |---|---|---|
//! | a rule for a direction that `policyTypes` leaves out | does not count | counts, and isolates |
//! | labels that are kept out of identities | are as others | are never there |
//! | pods of other clusters | there are none | are meant where the agent does not add its own cluster |

use super::peers::exists;
use super::region::{self, Hidden, World};
use super::{Meaning, is};
use crate::enforcer::cilium::raise::form::{Requirement, Selector, Source};
use crate::enforcer::kubernetes::raise::{self as kubernetes, Peer, Policy, Rule};
use crate::enforcer::raise::Raised;
use crate::policy::{Direction, LabelSelector};
use crate::semantics::Places;
use crate::semantics::endpoints::{self, Endpoints, Names};
use crate::verdict::{Gap, Isolation};

impl Meaning<'_> {
    /// Adds what a policy means.
    pub fn add_network_policy(&self, policy: &Policy<'_>, raised: &mut Raised) {
        let namespace = self.namespace.unwrap_or_default();
        let mut selector = of_pods(&policy.pods);
        selector.0.push(is(region::NAMESPACE, namespace));
        let (subject, hidden) = match self.world.subjects(&selector) {
            Ok(subjects) => (subjects.into_iter().next(), None),
            Err(hidden) => (Some(self.all_pods()), Some(hidden)),
        };
        let Some(subject) = subject else { return };
        let subject = raised.rules.intern(subject);
        if let Some(Hidden(reason)) = hidden {
            let cause = self.origin.cause(&mut raised.rules, "spec".into(), policy.range);
            raised.rules.gaps.push(Gap::new(subject, None, reason, cause));
            return;
        }
        let has = |direction| policy.rules.iter().any(|rule| rule.direction == direction);
        for (direction, isolates, text) in
            [(Direction::Ingress, policy.ingress, "ingress"), (Direction::Egress, policy.egress, "egress")]
        {
            if isolates || has(direction) {
                let cause = self.origin.cause(&mut raised.rules, text.into(), policy.range);
                raised.rules.isolations.push(Isolation { subject, direction, cause });
            }
        }
        for rule in &policy.rules {
            let cause = self.origin.cause(&mut raised.rules, kubernetes::place(rule), rule.range);
            let mut peers = Vec::new();
            for found in self.peers_of(rule, namespace) {
                match found {
                    Ok(found) => peers.extend(found),
                    Err(Hidden(reason)) => {
                        raised.rules.gaps.push(Gap::new(subject, Some(rule.direction), reason, cause));
                    }
                }
            }
            kubernetes::add(rule, subject, peers.into_iter(), cause, self.world.scope, raised);
        }
    }

    fn peers_of(&self, rule: &Rule<'_>, namespace: &str) -> Vec<Result<Vec<Endpoints>, Hidden>> {
        let Some(peers) = &rule.peers else { return vec![Ok(self.present(endpoints::anything()))] };
        let of = |peer: &Peer| match peer {
            Peer::Net(addresses) => Ok(vec![endpoints::outside(Places::WORLD, addresses.clone(), Names::default())]),
            Peer::Pods { pods, namespaces } => self.pods_of(pods, namespaces.as_ref(), namespace),
        };
        peers.iter().map(of).collect()
    }

    /// Beside a `namespaceSelector` with tests the agent does not ask that there is a namespace: where none of the
    /// tests needs its label to be there, and no cluster is added, the world fits too.
    fn pods_of(
        &self,
        pods: &LabelSelector,
        namespaces: Option<&LabelSelector>,
        own: &str,
    ) -> Result<Vec<Endpoints>, Hidden> {
        let World { scope, .. } = self.world;
        let of_namespace = namespaces.map_or(&[][..], |labels| labels.0.as_slice());
        let keys: Vec<String> =
            of_namespace.iter().map(|one| format!("{}{}", region::NAMESPACE_LABELS, one.key)).collect();
        let mut selector = of_pods(pods);
        if scope.local_cluster_by_default && !selector.has_key(region::CLUSTER) {
            selector.0.push(is(region::CLUSTER, &scope.cluster_name));
        }
        match namespaces {
            None => selector.0.push(is(region::NAMESPACE, own)),
            Some(labels) if labels.0.is_empty() => selector.0.push(exists(Source::K8s, region::NAMESPACE)),
            Some(_) => selector.0.extend(keys.iter().zip(of_namespace).map(|(key, one)| requirement(key, one))),
        }
        self.world.peers(&selector)
    }
}

/// Every key is Kubernetes'.
fn of_pods(labels: &LabelSelector) -> Selector<'_> {
    Selector(labels.0.iter().map(|one| requirement(&one.key, one)).collect())
}

fn requirement<'n>(key: &'n str, one: &crate::policy::Requirement) -> Requirement<'n> {
    Requirement { source: Source::K8s, key, op: one.op.clone(), is_match: false }
}
