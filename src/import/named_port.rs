//! Ports by name become numbers where workloads beside the policies say which.
//!
//! A name is each pod's own, and a sentence has numbers. So a name is taken for a number for all pods that a policy's own
//! selector picks, if every workload of the manifests that it picks gives the name that number; and that is told, since
//! of other pods with these labels it is an assumption. Where workloads differ, or there are none, the name stays unknown,
//! and is refused.

use crate::enforcer::raise::{Running, Scope};
use crate::inventory::{Inventory, Workload};
use crate::policy::{Direction, PodSelector, Protocol};
use crate::semantics::Universe;
use crate::semantics::endpoints::Endpoints;
use crate::semantics::namespaces::NamespaceWitness;
use crate::semantics::pods::{self, Pod};
use crate::verdict::{Gap, Ruleset};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// What a name is.
type Numbers = BTreeSet<(Protocol, u16)>;

/// Which names are taken for which numbers.
#[derive(Debug, Default)]
pub struct Taken {
    by_pods: BTreeMap<PodSelector, BTreeMap<SmolStr, Numbers>>,
}

impl Taken {
    /// Of the names that are not known in some rules.
    pub fn of(rules: &Ruleset, inventory: &Inventory) -> Self {
        let mut asked: BTreeMap<&PodSelector, BTreeSet<&SmolStr>> = BTreeMap::new();
        for gap in &rules.gaps {
            if let (Some(pods), Some(port)) = (answering(rules, gap), &gap.port) {
                asked.entry(pods).or_default().insert(port);
            }
        }
        let mut taken = Self::default();
        for (pods, ports) in asked {
            let own: Vec<&Workload> = inventory.workloads.iter().filter(|one| is_of(inventory, pods, one)).collect();
            for port in ports {
                if let Some(numbers) = agreed(&own, port) {
                    taken.by_pods.entry(pods.clone()).or_default().insert(port.clone(), numbers);
                }
            }
        }
        taken.leave_out_what_differs();
        taken
    }

    /// Pods that two selectors may share would have a name for two numbers: then it is neither.
    fn leave_out_what_differs(&mut self) {
        let mut wrong: BTreeSet<(PodSelector, SmolStr)> = BTreeSet::new();
        for (pods, names) in &self.by_pods {
            for (others, theirs) in &self.by_pods {
                let differs = |name: &&SmolStr| theirs.get(*name).is_some_and(|other| names.get(*name) != Some(other));
                let mut differing = names.keys().filter(differs).peekable();
                if differing.peek().is_some() && pods::overlap(Universe::unknown(), pods, others) {
                    wrong.extend(differing.map(|name| (pods.clone(), name.clone())));
                }
            }
        }
        for (pods, name) in wrong {
            if let Some(names) = self.by_pods.get_mut(&pods) {
                names.remove(&name);
            }
        }
        self.by_pods.retain(|_, names| !names.is_empty());
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.by_pods.is_empty()
    }

    /// A cluster in which that is known.
    pub fn scope(&self, scope: &Scope) -> Scope {
        let ports = |names: &BTreeMap<SmolStr, Numbers>| {
            let of = |(name, numbers): (&SmolStr, &Numbers)| {
                numbers.iter().map(|(protocol, number)| (name.clone(), *protocol, *number)).collect::<Vec<_>>()
            };
            names.iter().flat_map(of).collect()
        };
        let running = self.by_pods.iter().map(|(pods, names)| Running { pods: pods.clone(), ports: ports(names) });
        Scope { running: running.collect(), ..scope.clone() }
    }

    /// Takes the gaps out of rules that were read in that cluster, as far as it knows the names.
    pub fn close(&self, rules: &mut Ruleset) {
        let gaps = std::mem::take(&mut rules.gaps);
        let is_known = |gap: &Gap| {
            let names = answering(rules, gap).and_then(|pods| self.by_pods.get(pods));
            // Where the enforcer takes names for all pods together, `known` is empty: it is not each pod's own there.
            let own = !gap.known.is_empty();
            own && gap.port.as_ref().is_some_and(|port| names.is_some_and(|names| names.contains_key(port)))
        };
        let open = gaps.into_iter().filter(|gap| !is_known(gap)).collect();
        rules.gaps = open;
    }

    /// What is taken for what, by the pods' namespace.
    pub fn told(&self) -> Vec<(Option<SmolStr>, String)> {
        let mut told = Vec::new();
        for (pods, names) in &self.by_pods {
            for (name, numbers) in names {
                let numbers: Vec<String> = numbers.iter().map(|(_, number)| number.to_string()).collect();
                let text = format!(
                    "the port `{name}` of {pods} is taken for {}, as the workloads beside the policies have it",
                    numbers.join(", ")
                );
                told.push((pods.namespaces.names.as_one().cloned(), text));
            }
        }
        told
    }
}

/// Whose containers a gap is about.
fn answering<'r>(rules: &'r Ruleset, gap: &'r Gap) -> Option<&'r PodSelector> {
    let ends = match gap.direction? {
        Direction::Ingress => rules.subject(gap.subject),
        Direction::Egress => gap.peers.as_ref()?,
    };
    match ends {
        Endpoints::Pods(pods) => Some(pods),
        _ => None,
    }
}

/// Whether a selector picks the pods of a workload.
fn is_of(inventory: &Inventory, selector: &PodSelector, workload: &Workload) -> bool {
    let known = inventory.namespaces.get(&workload.namespace);
    let labels = known.into_iter().flat_map(|known| &known.labels).map(|(key, value)| (key.clone(), value.clone()));
    let pod = Pod {
        namespace: NamespaceWitness { name: workload.namespace.clone(), labels: labels.collect() },
        labels: workload.labels.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        service_account: workload.service_account.clone(),
    };
    !workload.host_network && pods::matches(selector, &pod)
}

/// The numbers that all of them give a name; `None` when they differ, or one has no such port.
fn agreed(workloads: &[&Workload], name: &SmolStr) -> Option<Numbers> {
    let numbers = |workload: &&Workload| -> Numbers {
        let named = workload.ports.iter().filter(|port| port.name.as_ref() == Some(name));
        named.map(|port| (port.protocol, port.number)).collect()
    };
    let mut all = workloads.iter().map(numbers);
    let first = all.next().filter(|first| !first.is_empty())?;
    all.all(|other| other == first).then_some(first)
}
