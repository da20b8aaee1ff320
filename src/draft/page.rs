//! The text of a draft.

use super::Wish;
use super::server::Servers;
use super::workload::{Declared, Labels, Workloads};
use crate::inventory::Inventory;
use crate::policy::{EnforcerName, Protocol};
use smol_str::SmolStr;
use std::fmt::Write as _;

/// The beginnings of labels that tools put on namespaces, for themselves: who declared them would declare what a tool may
/// change tomorrow.
const OF_TOOLS: [&str; 9] = [
    "app.kubernetes.io/",
    "argocd.argoproj.io/",
    "field.cattle.io/",
    "helm.sh/",
    "istio-injection",
    "istio.io/",
    "kubernetes.io/",
    "kustomize.toolkit.fluxcd.io/",
    "pod-security.kubernetes.io/",
];

/// A file.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub text: String,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// `cluster.ztp`; of the namespaces it is said whether they have no file.
pub(super) fn cluster(
    inventory: &Inventory,
    wish: &Wish,
    by: &SmolStr,
    servers: &Servers,
    namespaces: &[(&SmolStr, bool)],
) -> Page {
    let mut page = Page::default();
    page.line("platform\n");
    page.line("# Drafted by `ztp init --from` from what runs.");
    page.line(&format!("project {}\n", wish.project));
    page.line("cluster prod {");
    let (enforcer, version) = wish.enforcer;
    page.line(&format!("  enforcer {} {version}", enforcer.as_str()));
    if by != "app" {
        page.line(&format!("\n  # The label that names workloads here.\n  workloads by {by}"));
    }
    if let Some((namespace, labels, port)) = &servers.pods {
        let port = if *port == 53 { String::new() } else { format!(":{port}") };
        page.line(&format!("\n  # Who answers look-ups here.\n  dns {namespace} {}{port}", braces(labels)));
    }
    if servers.node_local {
        page.line("\n  # node-local-dns runs on the nodes. Say its address, too, as here, or look-ups will not pass:");
        page.line("  # dns 169.254.20.10");
    }
    page.line("}\n");
    for (namespace, bare) in namespaces {
        let labels = inventory.namespaces.get(*namespace).map(|object| own_labels(&object.labels)).unwrap_or_default();
        let labels = if labels.is_empty() { String::new() } else { format!(" labels {}", braces(&labels)) };
        let folder = if *bare { String::new() } else { format!(" in {namespace}/") };
        page.line(&format!("namespace {namespace}{folder}{labels}"));
    }
    if enforcer == EnforcerName::Cilium {
        page.line("\n# A good first backstop, once it is known that no pod needs its node's credentials:");
        page.line("# no workload may reach cloud-metadata");
    }
    page
}

/// The labels that people put on a namespace.
fn own_labels(labels: &Labels) -> Labels {
    let own = |key: &SmolStr| !OF_TOOLS.iter().any(|begin| key.starts_with(begin));
    labels.iter().filter(|(key, _)| own(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// A namespace's file.
pub(super) fn namespace(namespace: &SmolStr, found: &Workloads) -> Page {
    let mut page = Page::default();
    if is_system(namespace) {
        page.line("# A namespace of the system's own. Its workloads can be named in sentences; leave it as open as it is until");
        page.line("# everything else is said.");
    } else {
        page.line("# Nothing is isolated yet, so nothing is cut off. Say below who may reach whom, and hold it against what runs:");
        page.line("# `ztp check . --workloads PATH`. Then let `enforcing nothing` become `enforcing ingress`, and at last go.");
    }
    page.line(&format!("namespace {namespace} enforcing nothing\n"));
    for workload in &found.declared {
        declare(&mut page, workload);
    }
    let undeclared = found.notes.iter().filter(|note| !note.starts_with("the labels of "));
    for (index, note) in undeclared.enumerate() {
        page.line(&format!("{}# Not declared: {note}.", if index == 0 { "\n" } else { "" }));
    }
    page
}

/// Whether a namespace is the cluster's own: by the beginnings that Kubernetes and OpenShift keep for themselves.
fn is_system(namespace: &str) -> bool {
    namespace.starts_with("kube-") || namespace.starts_with("openshift-")
}

fn declare(page: &mut Page, workload: &Declared) {
    if !workload.takes_in.is_empty() {
        page.line(&format!(
            "# These labels select pods of {}, too: what is said of {} is said of both.",
            workload.takes_in.join(", "),
            workload.name
        ));
    }
    let mut line = format!("workload {}", workload.name);
    if let Some(labels) = &workload.labels {
        let _ = write!(line, " {}", braces(labels));
    }
    if let Some(account) = &workload.account {
        let _ = write!(line, " as serviceaccount {account}");
    }
    for (index, (name, protocol, number)) in workload.serves.iter().enumerate() {
        let suffix = match protocol {
            Protocol::Tcp => "",
            Protocol::Udp => "/udp",
            Protocol::Sctp => "/sctp",
        };
        let _ = write!(line, "{} {name} {number}{suffix}", if index == 0 { " serves" } else { "," });
    }
    page.line(&line);
}

/// `{ key: "value" }`; the formatter takes the quotes away that are not needed.
fn braces(labels: &Labels) -> String {
    let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}: \"{value}\"")).collect();
    format!("{{ {} }}", labels.join(", "))
}
