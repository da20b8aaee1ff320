//! What the ends of flows are called in a draft: workloads, not pods.

use crate::flows::words::{self, naming_label};
use crate::policy::{EnforcerName, Policy};
use crate::semantics::Place;
use crate::semantics::endpoints::Endpoint;
use crate::semantics::pods::Pod;
use crate::syntax::can_be_name;
use smol_str::{SmolStr, format_smolstr};
use std::collections::{BTreeMap, BTreeSet};

/// A declaration: its namespace and its text.
pub type Declaration = (SmolStr, String);

/// How an end is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Called {
    /// The namespace whose file opens it, if one does.
    pub home: Option<SmolStr>,
    /// The name in that file.
    name: String,
    /// Before it in other files: `shop/`.
    before: String,
    /// What has to be declared for that.
    pub declared: Option<Declaration>,
    /// Whether it is an address.
    pub is_address: bool,
}

impl Called {
    /// It, in a file of a namespace, or in a platform file.
    pub fn within(&self, home: Option<&SmolStr>) -> String {
        if self.home.is_some() && self.home.as_ref() == home {
            self.name.clone()
        } else {
            format!("{}{}", self.before, self.name)
        }
    }

    fn word(word: impl Into<String>) -> Self {
        Self { home: None, name: word.into(), before: String::new(), declared: None, is_address: false }
    }
}

/// Gives names.
pub struct Ends<'p> {
    policy: &'p Policy,
    /// The namespaces that have files, and those that the draft makes files for.
    homes: BTreeSet<SmolStr>,
    new: &'p BTreeSet<SmolStr>,
    /// The label that names workloads.
    by: SmolStr,
    /// By namespace and labels.
    known: BTreeMap<(SmolStr, Vec<(SmolStr, SmolStr)>), SmolStr>,
    taken: BTreeSet<(SmolStr, SmolStr)>,
}

impl<'p> Ends<'p> {
    /// For a project, and namespaces that are new to it.
    pub fn new(policy: &'p Policy, new: &'p BTreeSet<SmolStr>, by: SmolStr) -> Self {
        let with_files = policy.namespaces.iter().filter(|(_, namespace)| namespace.has_files);
        Self {
            policy,
            homes: with_files.map(|(name, _)| name.clone()).chain(new.iter().cloned()).collect(),
            new,
            by,
            known: BTreeMap::new(),
            taken: policy.workloads.iter().map(|one| (one.namespace.clone(), one.name.clone())).collect(),
        }
    }

    /// The namespace in whose file an end is opened.
    pub fn home<'e>(&self, end: &'e Endpoint) -> Option<&'e SmolStr> {
        match end {
            Endpoint::Pod(pod) => Some(&pod.namespace.name).filter(|name| self.homes.contains(*name)),
            _ => None,
        }
    }

    /// What an end is called. Of the names of an address the one is taken that `choose` picks.
    ///
    /// # Errors
    /// Why there is no word for it.
    pub fn call(&mut self, end: &Endpoint, choose: impl Fn(&[SmolStr]) -> Option<SmolStr>) -> Result<Called, String> {
        match end {
            Endpoint::Pod(pod) => self.pod(pod),
            Endpoint::MeshPod { .. } => Err("a pod of another cluster".to_owned()),
            Endpoint::Outside { place: Place::OutsideApiserver | Place::DualOutsideApiserver, .. } => {
                Ok(Called::word("kube-apiserver"))
            }
            Endpoint::Outside { address, names, .. } => {
                let names: Vec<SmolStr> = names.iter().filter(|name| self.can_be_said(name)).cloned().collect();
                Ok(match choose(&names) {
                    Some(name) => Called::word(name),
                    None => Called { is_address: true, ..Called::word(words::address_words(*address)) },
                })
            }
            Endpoint::Node { place, .. } | Endpoint::Single(place) => {
                words::place_words(*place).map(Called::word).ok_or_else(|| "an end without a word".to_owned())
            }
        }
    }

    /// Whether a sentence can name this: a DNS name outside the cluster, where the enforcer knows names.
    pub fn can_be_said(&self, name: &str) -> bool {
        let domain = &self.policy.cluster.domain;
        let label = |label: &str| {
            let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            !label.is_empty() && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
        };
        self.policy.cluster.enforcer == EnforcerName::Cilium
            && name.contains('.')
            && name.split('.').all(label)
            && !name.ends_with(domain.as_str())
            && name.rsplit('.').next().is_some_and(|last| !last.bytes().all(|byte| byte.is_ascii_digit()))
    }

    fn pod(&mut self, pod: &Pod) -> Result<Called, String> {
        let namespace = &pod.namespace.name;
        let home = self.homes.contains(namespace).then(|| namespace.clone());
        let before = format!("{namespace}/");
        if let Some(workload) = words::workload(pod, Some(self.policy)) {
            let name = workload.name.to_string();
            return Ok(Called { home, name, before, declared: None, is_address: false });
        }
        let labels: Vec<(SmolStr, SmolStr)> = match naming_label(&pod.labels, &self.by) {
            Some((key, value)) => vec![(key.into(), value.clone())],
            None => pod.labels.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        };
        if labels.is_empty() {
            return Err(format!("pods of {namespace} without labels"));
        }
        let pairs: Vec<String> = labels.iter().map(|(key, value)| format!("{key}: \"{value}\"")).collect();
        let braces = format!("{{ {} }}", pairs.join(", "));
        let by_label = match labels.as_slice() {
            [(key, value)] if *key == self.by && can_be_name(value) => Some(value.clone()),
            _ => None,
        };
        if home.is_none() {
            // Of a namespace that the project does not declare, a bare name stands for the workload label.
            let declared = self.policy.namespaces.contains_key(namespace);
            let name = by_label.filter(|_| !declared).map_or(braces, |name| name.to_string());
            return Ok(Called { home, name, before, declared: None, is_address: false });
        }
        let name = self.name(namespace, labels);
        let plain = self.new.contains(namespace) && by_label.as_ref() == Some(&name);
        let text = if plain { format!("workload {name}") } else { format!("workload {name} {braces}") };
        let declared = Some((namespace.clone(), text));
        Ok(Called { home, name: name.to_string(), before, declared, is_address: false })
    }

    /// The name of a workload that the draft declares.
    fn name(&mut self, namespace: &SmolStr, labels: Vec<(SmolStr, SmolStr)>) -> SmolStr {
        let stem = labels.first().map(|(_, value)| cleaned(value)).unwrap_or_default();
        let stem = if can_be_name(&stem) { stem } else { format_smolstr!("workload-{stem}") };
        let stem = if can_be_name(&stem) { stem } else { SmolStr::new_static("selected") };
        let key = (namespace.clone(), labels);
        if let Some(name) = self.known.get(&key) {
            return name.clone();
        }
        let is_free = |name: &SmolStr| !self.taken.contains(&(namespace.clone(), name.clone()));
        let mut numbered = (2_u32..).map(|number| format_smolstr!("{stem}-{number}"));
        let name = if is_free(&stem) { stem.clone() } else { numbered.find(is_free).unwrap_or_else(|| stem.clone()) };
        self.taken.insert((namespace.clone(), name.clone()));
        self.known.insert(key, name.clone());
        name
    }
}

/// With what a name is made of only.
fn cleaned(text: &str) -> SmolStr {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let text: String = text.chars().map(letter).collect();
    text.trim_matches('-').into()
}
