//! Questions about manifests alone: their workloads, as declarations that the question can name.

use super::View;
use crate::inventory::{OF_CONTROLLERS, Workload};
use crate::policy::{LabelSelector, PodSelector};
use crate::semantics::endpoints::Endpoints;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A question, followed by a block for each namespace that it names: with a declaration for each of its workloads, so that
/// names mean the same and are missed in the same way as in a project. A workload's pods have the labels of its manifest
/// and, as far as any policy asks, no others. What no cluster takes for a workload is not declared.
pub(super) fn with_declarations(question: &str, view: &View) -> String {
    let words = question.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '/'));
    let named: BTreeSet<&str> = words.filter_map(|word| word.split_once('/')).map(|(namespace, _)| namespace).collect();
    let asked = keys(view);
    let mut blocks: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for workload in &view.inventory.workloads {
        if named.contains(workload.namespace.as_str()) && can_be_declared(workload) {
            blocks.entry(&workload.namespace).or_default().insert(declaration(workload, &asked));
        }
    }
    let mut text = question.to_owned();
    for (namespace, declarations) in blocks {
        let _ = write!(text, "\nnamespace {namespace} {{");
        for declaration in declarations {
            let _ = write!(text, "\n  {declaration}");
        }
        text.push_str("\n}");
    }
    text
}

/// Whether it can be spelled as a declaration. Kubernetes allows dots in a name, too. Nobody has checked before that its
/// labels and its account are what Kubernetes allows.
fn can_be_declared(workload: &Workload) -> bool {
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let labels = || workload.labels.iter();
    is_name(&workload.name)
        && labels().all(|(key, value)| is_plain(key) && is_plain(value))
        && is_plain(&workload.service_account)
}

/// Whether there is nothing in it that labels, their keys and accounts cannot have.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
}

fn declaration(workload: &Workload, asked: &BTreeSet<&SmolStr>) -> String {
    let mut labels: Vec<String> = workload.labels.iter().map(|(key, value)| format!("{key}: \"{value}\"")).collect();
    let lacking = asked.iter().filter(|key| !workload.labels.contains_key(**key));
    labels.extend(lacking.map(|key| format!("!{key}")));
    format!("workload {} {{ {} }} as serviceaccount {}", workload.name, labels.join(", "), workload.service_account)
}

/// The keys of all labels of pods that rules ask for.
fn keys(view: &View) -> BTreeSet<&SmolStr> {
    let rules = &view.ruleset;
    let peers = rules.rules.iter().map(|rule| &rule.peers);
    let selectors = rules.subjects().map(|(_, subject)| subject).chain(peers).filter_map(|ends| match ends {
        Endpoints::Pods(PodSelector { labels: LabelSelector(labels), .. }) => Some(labels),
        _ => None,
    });
    let keys = selectors.flatten().map(|requirement| &requirement.key);
    // Cilium's other sources of labels have keys that no manifest can put on a pod.
    keys.filter(|key| is_plain(key) && !OF_CONTROLLERS.contains(&key.as_str())).collect()
}
