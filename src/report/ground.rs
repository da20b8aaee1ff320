//! What all of it rests on: who may change labels, what policies do not govern, facts, features, waivers.

mod features;

pub(super) use features::all as features;

use super::said::Book;
use super::{Ground, Note, Waiver};
use crate::compile::Compiled;
use crate::diagnostic::Code;
use crate::policy::{EnforcerName, LabelSelector, Peer, PodSelector, Policy, Selects, SentenceId, SubjectId, ValueSet};
use crate::semantics::labels;
use crate::syntax::ast::{HeaderKind, Item, ItemKind, Section};
use crate::syntax::format;
use std::collections::BTreeMap;

fn ground(id: &'static str, text: &str) -> Ground {
    Ground { note: Note { id, text: text.to_owned() }, details: Vec::new(), used_by: Vec::new() }
}

/// What the policy of a cluster rests on.
pub(super) fn all(book: &Book<'_>, policy: &Policy) -> Vec<Ground> {
    let cilium = policy.cluster.enforcer == EnforcerName::Cilium;
    let mut all = Vec::new();
    all.extend(namespace_labels(book, policy));
    all.push(ground(
        "namespace_names",
        "A namespace is known by its name, which the API server puts on it as the label `kubernetes.io/metadata.name` and \
         nobody can change. Who may create namespaces can take a name that the project uses and no cluster has yet.",
    ));
    all.push(pod_labels(policy));
    all.push(ground(
        "host_network",
        "Pods on the host's network are the node to every policy: no sentence about pods governs what they open, and whoever \
         lets a node in lets them in. An admission policy has to say who may run them.",
    ));
    all.push(ground(
        "local_node",
        "The node on which a pod runs always reaches it, with the kubelet's probes, and a pod always reaches itself, whatever \
         is said here. Replies belong to what was allowed.",
    ));
    all.push(ground(
        "other_policies",
        if cilium {
            "Other policies in the cluster add allows to those that are listed here. Only what is listed as closed for good \
             holds against them. Who may write policies, and only by what way, has to be settled by RBAC or admission."
        } else {
            "Other policies in the cluster add allows to those that are listed here, and nothing that a NetworkPolicy says \
             holds against them. Who may write policies, and only by what way, has to be settled by RBAC or admission."
        },
    ));
    all.push(dns(policy));
    if cilium {
        all.push(settings(policy));
    } else {
        all.push(plugin(policy));
    }
    all.push(ground(
        "enforcer",
        if cilium {
            "That this version of the enforcer does what its source and its documentation say. The compiler's own tests run \
             Cilium's policy engine on policies such as these; no build does."
        } else {
            "That the network plugin does what Kubernetes' documentation says of a NetworkPolicy. Not every plugin does."
        },
    ));
    all
}

/// The labels of namespaces that selectors ask for.
fn namespace_labels(book: &Book<'_>, policy: &Policy) -> Option<Ground> {
    let mut asked: BTreeMap<&LabelSelector, Vec<SentenceId>> = BTreeMap::new();
    for (selector, sentence) in selectors(policy) {
        if !selector.namespaces.labels.0.is_empty() {
            asked.entry(&selector.namespaces.labels).or_default().push(sentence);
        }
    }
    if asked.is_empty() {
        return None;
    }
    let mut found = ground(
        "namespace_labels",
        "These sentences find namespaces by label. Whoever may change a namespace's labels decides what they are about: \
         without its label a namespace is out of a boundary, and with one it has what the label is granted. What was proved \
         was proved for the labels that the project declares. Nothing here puts them on, and nothing here keeps them: an \
         admission policy has to leave them to the platform.",
    );
    for selector in asked.keys() {
        let fits = policy.namespaces.iter().filter(|(_, namespace)| {
            let has = namespace.labels.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            labels::matches(selector, &has)
        });
        let fits: Vec<&str> = fits.map(|(name, _)| name.as_str()).collect();
        let whose = if fits.is_empty() { "no declared namespace".to_owned() } else { fits.join(", ") };
        found.details.push(format!("{selector}: declared of {whose}"));
    }
    found.used_by = book.all(policy, asked.into_values().flatten());
    Some(found)
}

/// Every selector of pods, with a sentence that has it.
fn selectors(policy: &Policy) -> Vec<(&PodSelector, SentenceId)> {
    let mut all = Vec::new();
    let subject = |id: SubjectId| match &policy.subject(id).selects {
        Selects::Pods(selector) => Some(selector),
        Selects::Nodes(_) => None,
    };
    for isolation in &policy.isolations {
        all.extend(subject(isolation.subject).map(|selector| (selector, isolation.sentence)));
    }
    for rule in &policy.rules {
        all.extend(subject(rule.subject).map(|selector| (selector, rule.sentence)));
        if let Peer::Pods(selector) = &rule.peer {
            all.push((selector, rule.sentence));
        }
    }
    for boundary in &policy.boundaries {
        all.extend(subject(boundary.subject).map(|selector| (selector, boundary.sentence)));
        for permit in &boundary.permits {
            if let Peer::Pods(selector) = &permit.peer {
                all.push((selector, boundary.sentence));
            }
        }
    }
    all
}

fn pod_labels(policy: &Policy) -> Ground {
    let governed = || policy.workloads.iter().filter(|workload| workload.governed);
    let by_account = governed().filter(|workload| workload.selector.service_account != ValueSet::Any).count();
    let by_label = governed().count().saturating_sub(by_account);
    let mut found = ground(
        "pod_labels",
        "A workload is the pods with its labels. Whoever may create or label pods in a namespace decides which workload of \
         it they are, and has what that workload is allowed; a service account besides has to be one of that namespace's. \
         Other namespaces' workloads are out of reach, since a selector names its namespace.",
    );
    found.details.push(format!("workloads by label alone: {by_label}"));
    found.details.push(format!("workloads by label and service account: {by_account}"));
    found
}

fn dns(policy: &Policy) -> Ground {
    let mut found = ground(
        "dns",
        "Who answers look-ups decides what a name is: a sentence about a name outside is about the addresses that these \
         servers give for it.",
    );
    for server in &policy.cluster.dns {
        found.details.push(format!(
            "{} on :{}",
            crate::report::names::Names::new(policy).peer(&server.peer()),
            server.ports()
        ));
    }
    found.details.push(format!("domain {}", policy.cluster.domain));
    found.details.extend(policy.cluster.search.iter().map(|search| format!("search {search}")));
    found
}

fn settings(policy: &Policy) -> Ground {
    let mut found = ground(
        "settings",
        "The agent's settings are the defaults, as far as they count, or as the cluster's facts say: pods and nodes are never \
         in a range of addresses, identities have the labels that they have without `labels` and `node-labels`, and policies \
         are enforced where one selects.",
    );
    found.details.extend(
        [
            "`policy-cidr-match-mode` is not set",
            "`enable-policy` is `default`",
            "`enable-non-default-deny-policies` is on",
            "`allow-localhost` is `auto`",
            // The Admin tier of `ClusterNetworkPolicy` stands before both kinds of Cilium's own policies: its allow beats
            // their denies (`pkg/policy/types/policyentry.go`, 1.20.2; off by default).
            "`enable-k8s-cluster-network-policy` is off: an allow of its Admin tier would beat every deny",
            "`http-normalize-path` is on",
        ]
        .map(str::to_owned),
    );
    found.details.push(format!("the proxy takes expressions up to a program size of {}", policy.cluster.regex_budget));
    if let Some(name) = &policy.cluster.mesh_name {
        found.details.push(format!("in a mesh, as cluster {name}"));
    }
    found
}

fn plugin(policy: &Policy) -> Ground {
    let mut found = ground(
        "plugin",
        "Which of nodes and of the cluster's own parts count as addresses is up to the network plugin. An API server is \
         the address and port that the cluster's facts give, and what leads there is that port alone. A label that a \
         namespace's declaration does not have counts as absent.",
    );
    found.details.extend(policy.cluster.apiservers.iter().map(|(address, port)| format!("apiserver {address}:{port}")));
    found
}

/// Every waiver that has a reason and a sentence, by place.
pub(super) fn waivers(book: &Book<'_>, clusters: &[Compiled]) -> Vec<Waiver> {
    let mut found = Vec::new();
    for section in book.trees.iter().flat_map(|tree| &tree.sections) {
        let namespace = section_name(section);
        for (index, item) in section.items.iter().enumerate() {
            let ItemKind::Accept(accept) = &item.kind else { continue };
            let rest = section.items.get(index + 1..).unwrap_or_default();
            let target = rest.iter().find(|next| !matches!(next.kind, ItemKind::Accept(_)));
            let (Some(target), Some(code)) = (target, Code::parse(&accept.code.value)) else { continue };
            let mut said = book.item(item, one_line(item), namespace, &accept.clauses);
            let known =
                |cluster: &Compiled| Some(cluster.policy.namespaces.get(namespace?)?.owner.clone()?.to_string());
            said.owner = clusters.iter().find_map(known);
            found.push(Waiver {
                code: code.as_str().to_owned(),
                title: code.title().to_owned(),
                of: one_line(target),
                in_force: said.expiry != Some(super::Expiry::Past),
                said,
            });
        }
    }
    found.sort_by(|a, b| a.said.order().cmp(&b.said.order()));
    found
}

fn section_name(section: &Section) -> Option<&str> {
    match &section.header.as_ref()?.kind {
        HeaderKind::Platform => None,
        HeaderKind::Namespace { name, .. } => Some(&name.value),
    }
}

/// A sentence as the formatter writes it, on one line.
fn one_line(item: &Item) -> String {
    format::sentence(&item.kind).split_whitespace().collect::<Vec<_>>().join(" ")
}
