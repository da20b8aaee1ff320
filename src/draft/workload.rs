//! Which pods one name can stand for, and what tells them from others.

use crate::inventory::{Inventory, OF_CONTROLLERS, Service, Target, Workload};
use crate::policy::Protocol;
use crate::syntax::can_be_name;
use smol_str::{SmolStr, format_smolstr};
use std::collections::{BTreeMap, BTreeSet};

/// The labels that name workloads, the likeliest first. `app.kubernetes.io/name` is Kubernetes' recommendation
/// ("Recommended Labels"), `k8s-app` that of its add-ons.
const KEYS: [&str; 4] = ["app", "app.kubernetes.io/name", "k8s-app", "name"];

/// Labels that change with a release, and tell no workload from another.
const OF_RELEASES: [&str; 10] = [
    "app.kubernetes.io/managed-by",
    "app.kubernetes.io/version",
    "chart",
    "commit",
    "date",
    "helm.sh/chart",
    "heritage",
    "revision",
    "tag",
    "version",
];

/// Labels of pods.
pub(super) type Labels = BTreeMap<SmolStr, SmolStr>;

/// A workload that is declared.
#[derive(Debug)]
pub(super) struct Declared {
    /// Its name.
    pub name: SmolStr,
    /// What selects its pods; `None` where its name does.
    pub labels: Option<Labels>,
    /// What tells it from a workload with the same labels.
    pub account: Option<SmolStr>,
    /// Its ports by name.
    pub serves: Vec<(SmolStr, Protocol, u16)>,
    /// Other workloads that its labels select, too.
    pub takes_in: Vec<SmolStr>,
}

/// The workloads of a namespace.
#[derive(Debug, Default)]
pub(super) struct Workloads {
    /// By name.
    pub declared: Vec<Declared>,
    /// What is not declared, or not as one would like, and why.
    pub notes: Vec<String>,
}

/// Pods with the same stable labels.
struct Group<'i> {
    labels: Labels,
    account: Option<SmolStr>,
    members: Vec<&'i Workload>,
}

/// The label that names most workloads.
pub(super) fn usual_key(inventory: &Inventory) -> SmolStr {
    let is_named = |workload: &Workload, key: &str| {
        !workload.host_network && stable(workload).get(key).is_some_and(|value| can_be_name(value))
    };
    let named = |key: &str| inventory.workloads.iter().filter(|workload| is_named(workload, key)).count();
    // Of those that name as many, the first.
    let most = KEYS.iter().rev().max_by_key(|key| named(key));
    SmolStr::new_static(most.copied().unwrap_or("app"))
}

impl Workloads {
    pub fn is_empty(&self) -> bool {
        self.declared.is_empty() && self.notes.is_empty()
    }

    /// `by` is the label that names workloads where nothing else is said.
    pub fn of(inventory: &Inventory, namespace: &SmolStr, by: &SmolStr) -> Self {
        let here: Vec<&Workload> =
            inventory.workloads.iter().filter(|workload| workload.namespace == *namespace).collect();
        let mut found = Self::default();
        let groups = found.groups(&here);
        let names = names(&groups);
        for (group, name) in groups.iter().zip(&names) {
            let selects = |labels: &Labels, workload: &Workload| {
                let has = |(key, value): (&SmolStr, &SmolStr)| workload.labels.get(key) == Some(value);
                labels.iter().all(has)
                    && group.account.as_ref().is_none_or(|account| workload.service_account == *account)
            };
            let is_member = |workload: &Workload| group.members.iter().any(|member| std::ptr::eq(*member, workload));
            let others = |labels: &Labels| -> Vec<&Workload> {
                here.iter().copied().filter(|other| selects(labels, other) && !is_member(other)).collect()
            };
            let by_name: Labels = [(by.clone(), name.clone())].into();
            let named = group.account.is_none() && group.labels.get(by) == Some(name) && others(&by_name).is_empty();
            let labels = (!named).then(|| group.labels.clone());
            let mut pods = group.members.clone();
            let mut takes_in: Vec<SmolStr> = Vec::new();
            for other in others(labels.as_ref().unwrap_or(&by_name)) {
                let of_group =
                    groups.iter().position(|group| group.members.iter().any(|one| std::ptr::eq(*one, other)));
                takes_in.push(of_group.and_then(|index| names.get(index)).unwrap_or(&other.name).clone());
                pods.push(other);
            }
            takes_in.sort();
            takes_in.dedup();
            if !takes_in.is_empty() {
                found.notes.push(format!("the labels of {name} select pods of {}, too", takes_in.join(", ")));
            }
            // Whoever is selected is said to listen.
            let serves = serves(inventory, &pods);
            found.declared.push(Declared {
                name: name.clone(),
                labels,
                account: group.account.clone(),
                serves,
                takes_in,
            });
        }
        found.declared.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }

    /// Those whose stable labels are the same are one, whatever their releases; if they run as different accounts, one for
    /// each account.
    fn groups<'i>(&mut self, here: &[&'i Workload]) -> Vec<Group<'i>> {
        let mut by_labels: BTreeMap<Labels, BTreeMap<&SmolStr, Vec<&'i Workload>>> = BTreeMap::new();
        for workload in here {
            if workload.host_network {
                self.notes
                    .push(format!("{} is on the host network: no policy about pods is about it", shown(workload)));
                continue;
            }
            let labels = stable(workload);
            if labels.is_empty() {
                self.notes.push(format!("{} has no label that stays: give its pods one", shown(workload)));
                continue;
            }
            by_labels.entry(labels).or_default().entry(&workload.service_account).or_default().push(workload);
        }
        let mut groups = Vec::new();
        for (labels, by_account) in by_labels {
            let several = by_account.len() > 1;
            for (account, members) in by_account {
                let account = several.then(|| account.clone());
                groups.push(Group { labels: labels.clone(), account, members });
            }
        }
        groups
    }
}

/// Deployment api
fn shown(workload: &Workload) -> String {
    format!("{} {}", workload.kind, workload.name)
}

/// The labels that tell a workload's pods from others for as long as it lives: those that its controller selects by, which
/// nobody can change, or else its own.
fn stable(workload: &Workload) -> Labels {
    let stays = |labels: &Labels| -> Labels {
        let stays = |key: &SmolStr| !OF_CONTROLLERS.contains(&key.as_str()) && !OF_RELEASES.contains(&key.as_str());
        labels.iter().filter(|(key, _)| stays(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    let selector = stays(&workload.selector);
    // What a controller selects by, its pods have; where they do not, the API server refuses it.
    let has = |(key, value): (&SmolStr, &SmolStr)| workload.labels.get(key) == Some(value);
    if selector.is_empty() || !selector.iter().all(has) { stays(&workload.labels) } else { selector }
}

/// A name for each group, no two the same: that of its labels, else that of an object, else one with a number.
fn names(groups: &[Group<'_>]) -> Vec<SmolStr> {
    let by_label = |group: &Group<'_>| {
        let mut values = KEYS.iter().filter_map(|key| group.labels.get(*key));
        values.find(|value| can_be_name(value)).cloned()
    };
    let wanted: Vec<Option<SmolStr>> = groups.iter().map(by_label).collect();
    let alone = |name: &SmolStr| wanted.iter().flatten().filter(|other| *other == name).count() == 1;
    let mut given: BTreeSet<SmolStr> = wanted.iter().flatten().filter(|name| alone(name)).cloned().collect();
    let mut names = Vec::with_capacity(groups.len());
    for (group, wanted) in groups.iter().zip(&wanted) {
        if let Some(name) = wanted.as_ref().filter(|name| alone(name)) {
            names.push(name.clone());
            continue;
        }
        let object = group.members.first().map(|member| member.name.replace('.', "-")).unwrap_or_default();
        let candidates = [SmolStr::from(object.as_str()), format_smolstr!("{object}-pods")];
        let numbered = (2..).map(|number: u32| format_smolstr!("workload-{number}"));
        let free = |name: &SmolStr| can_be_name(name) && !given.contains(name);
        let name = candidates.into_iter().chain(numbered).find(free).unwrap_or_default();
        given.insert(name.clone());
        names.push(name);
    }
    names
}

/// What containers declare and Services lead to, each port once, by the name that it has in either.
fn serves(inventory: &Inventory, members: &[&Workload]) -> Vec<(SmolStr, Protocol, u16)> {
    let leads = |service: &&Service| {
        let has = |labels: &Labels| service.selector.iter().all(|(key, value)| labels.get(key) == Some(value));
        let to = |member: &&Workload| member.namespace == service.namespace && has(&member.labels);
        !service.selector.is_empty() && members.iter().any(to)
    };
    let services = inventory.services.iter().filter(leads).flat_map(|service| &service.ports);
    let led: Vec<(Option<&SmolStr>, Protocol, u16)> = services
        .filter_map(|port| match &port.target {
            Target::Number(number) => Some((port.name.as_ref(), port.protocol, *number)),
            Target::Name(_) => None,
        })
        .collect();
    let declared = members.iter().flat_map(|member| &member.ports);
    let declared = declared.map(|port| (port.name.as_ref(), port.protocol, port.number));
    let mut serves: Vec<(SmolStr, Protocol, u16)> = Vec::new();
    for (name, protocol, number) in declared.chain(led.iter().copied()) {
        if serves.iter().any(|(_, other, port)| (*other, *port) == (protocol, number)) {
            continue;
        }
        let of_services = led.iter().filter(|(_, other, port)| (*other, *port) == (protocol, number));
        let free = |name: &&SmolStr| {
            can_be_name(name) && !serves.iter().any(|(other, of, _)| (other, *of) == (*name, protocol))
        };
        let mut names = name.into_iter().chain(of_services.filter_map(|(name, ..)| *name));
        let name = names.find(free).cloned().unwrap_or_else(|| numbered(protocol, number));
        serves.push((name, protocol, number));
    }
    serves
}

/// `tcp-8080`
fn numbered(protocol: Protocol, number: u16) -> SmolStr {
    format_smolstr!("{}-{number}", protocol.as_str().to_ascii_lowercase())
}
