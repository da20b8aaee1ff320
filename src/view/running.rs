//! The pods of manifests, as far as rules that call ports by their names have to know them.

use crate::enforcer::raise::Running;
use crate::inventory::{Inventory, Workload};
use crate::policy::{LabelSelector, NamespaceSelector, Op, PodSelector, Protocol, Requirement, ValueSet, Values};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Name, protocol and number.
type Ports = Vec<(SmolStr, Protocol, u16)>;

/// What runs, by selectors of which no two have pods in common. Workloads whose pods no selector tells apart are left out
/// if they call ports by the same names differently.
#[must_use]
pub fn running(inventory: &Inventory) -> Arc<[Running]> {
    let mut keys: BTreeMap<&SmolStr, BTreeSet<&SmolStr>> = BTreeMap::new();
    let mut accounts: BTreeMap<(&SmolStr, &BTreeMap<SmolStr, SmolStr>), BTreeSet<&SmolStr>> = BTreeMap::new();
    let governed = || inventory.workloads.iter().filter(|workload| !workload.host_network);
    for workload in governed() {
        keys.entry(&workload.namespace).or_default().extend(workload.labels.keys());
        accounts.entry((&workload.namespace, &workload.labels)).or_default().insert(&workload.service_account);
    }
    let mut alike: BTreeMap<PodSelector, BTreeSet<Ports>> = BTreeMap::new();
    for workload in governed() {
        let asked = keys.get(&workload.namespace).into_iter().flatten();
        let of_several = accounts.get(&(&workload.namespace, &workload.labels)).is_some_and(|all| all.len() > 1);
        alike.entry(selector(workload, asked.copied(), of_several)).or_default().insert(ports(workload));
    }
    let only = |(pods, ports): (PodSelector, BTreeSet<_>)| {
        let mut ports = ports.into_iter();
        ports.next().filter(|_| ports.len() == 0).map(|ports| Running { pods, ports })
    };
    alike.into_iter().filter_map(only).collect()
}

/// Its pods, told apart from those of every other workload of the namespace by these keys, and by their account where
/// several have the same labels.
fn selector<'k>(workload: &Workload, asked: impl Iterator<Item = &'k SmolStr>, of_several: bool) -> PodSelector {
    let account = if of_several { ValueSet::one(workload.service_account.clone()) } else { ValueSet::Any };
    let labels = asked.map(|key| Requirement {
        key: key.clone(),
        op: workload.labels.get(key).map_or(Op::DoesNotExist, |value| Op::In(Values::one(value.clone()))),
    });
    PodSelector {
        namespaces: NamespaceSelector {
            names: ValueSet::one(workload.namespace.clone()),
            labels: LabelSelector::default(),
        },
        labels: LabelSelector::new(labels.collect()),
        service_account: account,
    }
}

/// The ports that have names, sorted.
fn ports(workload: &Workload) -> Ports {
    let named = workload.ports.iter().filter_map(|port| Some((port.name.clone()?, port.protocol, port.number)));
    named.collect::<BTreeSet<_>>().into_iter().collect()
}
