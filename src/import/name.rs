//! What pods, sets of namespaces and sets of nodes are called.
//!
//! A workload is called as its labels call it: by the label that names most workloads of the cluster (`app`, most
//! often), else by one that is known to name things, else by whatever value there is. Names are given once, before
//! anything is written, so that they do not depend on who speaks first.

use super::halves::Subject;
use crate::policy::{LabelSelector, NamespaceSelector, Op, PodSelector, Requirement, ValueSet};
use crate::semantics::endpoints::Endpoints;
use crate::semantics::nets::AddressSet;
use crate::syntax::{can_be_name, can_be_namespace};
use indexmap::IndexMap;
use smol_str::{SmolStr, format_smolstr};
use std::collections::{BTreeMap, BTreeSet};

/// The labels that name workloads, the likeliest first. `app.kubernetes.io/name` is Kubernetes' recommendation
/// ("Recommended Labels"), `k8s-app` that of its add-ons.
const KEYS: [&str; 8] =
    ["app", "app.kubernetes.io/name", "k8s-app", "name", "app.kubernetes.io/component", "component", "tier", "role"];

/// The label that a namespace has its own name in (Kubernetes 1.21, KEP-2161), and so a label that each has.
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// A workload that a namespace's section declares.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its name.
    pub name: SmolStr,
    /// Whether its name says which pods it is.
    pub plain: bool,
}

/// One namespace's names.
#[derive(Debug, Default)]
pub struct Section {
    /// The label that names workloads here, where it is another one than the cluster's.
    pub by: Option<SmolStr>,
    /// The workloads, by their pods.
    pub workloads: IndexMap<PodSelector, Workload>,
}

/// All names.
#[derive(Debug, Default)]
pub struct Names {
    /// The label that names workloads.
    pub by: SmolStr,
    /// Those namespaces whose pods some object governs.
    pub sections: BTreeMap<SmolStr, Section>,
    /// Sets of namespaces.
    pub sets: IndexMap<LabelSelector, SmolStr>,
    /// Sets of nodes.
    pub nodes: IndexMap<LabelSelector, SmolStr>,
    /// What stands outside, by whose file speaks of it; `None` is the platform's.
    pub externals: BTreeMap<Outside, SmolStr>,
}

/// Addresses and names outside that a file speaks of together.
pub type Outside = (Option<SmolStr>, Vec<Endpoints>);

impl Names {
    /// Names for all these pods.
    pub fn new<'a>(subjects: impl Iterator<Item = &'a Subject>, pods: &BTreeSet<&'a PodSelector>) -> Self {
        let mut names = Self { by: key_of_most(pods.iter().copied()), ..Self::default() };
        for subject in subjects {
            match subject {
                Subject::Pods(home, _) => {
                    names.sections.entry(home.clone()).or_default();
                }
                Subject::Everywhere(_) => {}
                Subject::Nodes(labels) => names.name_nodes(labels),
            }
        }
        let mut by_home: BTreeMap<&SmolStr, Vec<&PodSelector>> = BTreeMap::new();
        for one in pods.iter().filter(|one| !one.is_whole() && one.namespaces.labels.0.is_empty()) {
            if let Some(home) = one.namespaces.names.as_one() {
                by_home.entry(home).or_default().push(one);
            }
        }
        for (home, section) in &mut names.sections {
            let own = by_home.remove(home).unwrap_or_default();
            let by = |key: &str| own.iter().filter(|one| named_by(one, key).is_some()).count();
            let most = key_of_most(own.iter().copied());
            if by(&names.by) == 0 && by(&most) > 1 {
                section.by = Some(most);
            }
            section.name_all(&own, &names.by);
        }
        for one in pods {
            names.name_set(&one.namespaces, one.is_whole());
        }
        names
    }

    /// Gives a name to what stands outside and is spoken of together more than once.
    pub fn name_externals(&mut self, spoken: impl Iterator<Item = Outside>) {
        let mut count: IndexMap<Outside, usize> = IndexMap::new();
        for outside in spoken {
            *count.entry(outside).or_default() += 1;
        }
        for ((home, others), _) in count.into_iter().filter(|(_, count)| *count > 1) {
            let Some(name) = name_of_outside(&others) else { continue };
            let section = home.as_ref().and_then(|home| self.sections.get(home));
            let workloads: Vec<&SmolStr> =
                section.into_iter().flat_map(|section| section.workloads.values()).map(|one| &one.name).collect();
            let name = unique(name, |name| {
                let known = |((of, _), known): (&Outside, &SmolStr)| *of == home && known == name;
                workloads.iter().any(|known| *known == name) || self.externals.iter().any(known)
            });
            self.externals.insert((home, others), name);
        }
    }

    /// The label that names workloads in a namespace.
    fn by(&self, namespace: &str) -> &SmolStr {
        self.sections.get(namespace).and_then(|section| section.by.as_ref()).unwrap_or(&self.by)
    }

    /// Pods in words, and what is taken away from them.
    ///
    /// # Errors
    /// Why there are no words.
    pub fn pods(&self, selector: &PodSelector, home: Option<&SmolStr>) -> Result<(Vec<String>, Vec<String>), String> {
        let NamespaceSelector { names, labels } = &selector.namespaces;
        match names {
            ValueSet::In(names) => {
                if !labels.0.is_empty() {
                    return Err(format!("pods of a namespace by its name and by its labels: `{selector}`"));
                }
                let one = |name: &SmolStr| self.of_namespace(name, selector, home);
                Ok((names.iter().map(one).collect::<Result<_, _>>()?, Vec::new()))
            }
            ValueSet::Any => Ok((vec![self.of_set(labels, selector)?], Vec::new())),
            ValueSet::NotIn(names) => {
                let except = names.iter().map(|name| match (labels.0.is_empty(), selector.is_whole()) {
                    (true, true) => name.to_string(),
                    _ => format!("{name}/*"),
                });
                Ok((vec![self.of_set(labels, selector)?], except.collect()))
            }
        }
    }

    fn of_namespace(&self, namespace: &SmolStr, pods: &PodSelector, home: Option<&SmolStr>) -> Result<String, String> {
        if !can_be_namespace(namespace) {
            return Err(format!("`{namespace}` cannot be the name of a namespace"));
        }
        let own = home == Some(namespace);
        if pods.is_whole() {
            return Ok(if own { "every workload".to_owned() } else { format!("{namespace}/*") });
        }
        let one = PodSelector {
            namespaces: NamespaceSelector { names: ValueSet::one(namespace.clone()), ..NamespaceSelector::default() },
            ..pods.clone()
        };
        if let Some(workload) = self.sections.get(namespace).and_then(|section| section.workloads.get(&one)) {
            return Ok(if own { workload.name.to_string() } else { format!("{namespace}/{}", workload.name) });
        }
        if pods.service_account != ValueSet::Any {
            return Err(format!("pods of another namespace by their service account: `{pods}`"));
        }
        match named_by(&one, self.by(namespace)) {
            Some(name) if !self.sections.contains_key(namespace) => Ok(format!("{namespace}/{name}")),
            _ => Ok(format!("{namespace}/{}", braces(&pods.labels))),
        }
    }

    fn of_set(&self, labels: &LabelSelector, pods: &PodSelector) -> Result<String, String> {
        if pods.service_account != ValueSet::Any {
            return Err(format!("pods of several namespaces by their service account: `{pods}`"));
        }
        if labels.0.is_empty() && pods.is_whole() {
            return Ok("workloads in every namespace".to_owned());
        }
        let set = self.sets.get(&set_of(labels));
        let set = set.ok_or_else(|| format!("a set of namespaces without a name: `{labels}`"))?;
        if pods.is_whole() {
            return Ok(format!("workloads in {set}"));
        }
        Ok(format!("{} in {set}", braces(&pods.labels)))
    }

    fn name_set(&mut self, namespaces: &NamespaceSelector, whole: bool) {
        if matches!(namespaces.names, ValueSet::In(_)) || (namespaces.labels.0.is_empty() && whole) {
            return;
        }
        let labels = set_of(&namespaces.labels);
        if self.sets.contains_key(&labels) {
            return;
        }
        let name = if namespaces.labels.0.is_empty() { "every-namespace".into() } else { name_of(&labels, "labelled") };
        let name = unique(name, |name| self.sets.values().any(|known| known == name));
        self.sets.insert(labels, name);
    }

    /// Gives nodes a name.
    pub fn name_nodes(&mut self, labels: &LabelSelector) {
        if self.nodes.contains_key(labels) || labels.0.is_empty() {
            return;
        }
        let role = labels.0.iter().find_map(|one| one.key.rsplit('/').next()).map(cleaned);
        let name = role.filter(|name| can_be_name(name)).unwrap_or_else(|| "selected".into());
        let name = unique(name, |name| self.nodes.values().any(|known| known == name));
        self.nodes.insert(labels.clone(), name);
    }
}

impl Section {
    /// Names pods of one namespace: those first whose label is their name.
    fn name_all(&mut self, own: &[&PodSelector], by: &SmolStr) {
        let by = self.by.clone().unwrap_or_else(|| by.clone());
        let (plain, others): (Vec<&PodSelector>, Vec<&PodSelector>) =
            own.iter().copied().partition(|one| named_by(one, &by).is_some());
        for one in plain {
            if let Some(name) = named_by(one, &by) {
                self.workloads.insert(one.clone(), Workload { name, plain: true });
            }
        }
        for one in others {
            let account = one.service_account.as_one().filter(|_| one.labels.0.is_empty()).map(|name| cleaned(name));
            let name = account.filter(|name| can_be_name(name)).unwrap_or_else(|| name_of(&one.labels, "selected"));
            let longer = longer_name(&one.labels);
            let taken = |name: &str| self.workloads.values().any(|known| known.name == name);
            let name = if taken(&name) && !taken(&longer) && can_be_name(&longer) { longer } else { name };
            let name = unique(name, taken);
            self.workloads.insert(one.clone(), Workload { name, plain: false });
        }
    }
}

/// The labels of a set of namespaces. A set has some, and one label all of them have.
fn set_of(labels: &LabelSelector) -> LabelSelector {
    if labels.0.is_empty() {
        LabelSelector::new(vec![Requirement { key: NAMESPACE_NAME.into(), op: Op::Exists }])
    } else {
        labels.clone()
    }
}

/// The name that pods have by a label alone.
fn named_by(pods: &PodSelector, key: &str) -> Option<SmolStr> {
    match (pods.labels.0.as_slice(), &pods.service_account) {
        ([Requirement { key: own, op: Op::In(values) }], ValueSet::Any) if own == key => match values.as_ref() {
            [one] if can_be_name(one) => Some(one.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The label that names most of them; of as many, the likeliest.
fn key_of_most<'a>(pods: impl Iterator<Item = &'a PodSelector>) -> SmolStr {
    let mut count: IndexMap<&str, usize> = KEYS.iter().map(|key| (*key, 0)).collect();
    for one in pods {
        if let [Requirement { key, .. }] = one.labels.0.as_slice()
            && named_by(one, key).is_some()
        {
            *count.entry(key.as_str()).or_default() += 1;
        }
    }
    let most = count.values().copied().max().unwrap_or_default();
    count.iter().find(|(_, count)| **count == most).map_or_else(|| SmolStr::new_static("app"), |(key, _)| (*key).into())
}

/// A name that labels give.
fn name_of(labels: &LabelSelector, otherwise: &str) -> SmolStr {
    let value = |requirement: &Requirement| match &requirement.op {
        Op::In(values) => match values.as_ref() {
            [one] => Some(cleaned(one)).filter(|name| can_be_name(name)),
            _ => None,
        },
        _ => None,
    };
    let of_key = |key: &&str| labels.0.iter().find(|one| one.key == *key).and_then(value);
    if let Some(name) = KEYS.iter().find_map(of_key) {
        return name;
    }
    let values = || labels.0.iter().filter_map(|one| Some((cleaned(one.key.rsplit('/').next()?), value(one)?)));
    if let Some((key, value)) = values().next() {
        // A value alone says little: `prod` of what, `true` of what?
        let both = if key == "name" || key == "metadata-name" {
            value
        } else if value == "true" {
            key
        } else {
            format_smolstr!("{key}-{value}")
        };
        if can_be_name(&both) {
            return both;
        }
    }
    let several = labels.0.iter().find_map(|one| match &one.op {
        Op::In(values) => Some(cleaned(&values.join("-or-"))),
        Op::Exists => one.key.rsplit('/').next().map(cleaned),
        Op::NotIn(values) => Some(cleaned(&format!("not-{}", values.join("-or-")))),
        Op::DoesNotExist => one.key.rsplit('/').next().map(|key| cleaned(&format!("no-{key}"))),
    });
    several.filter(|name| can_be_name(name)).unwrap_or_else(|| otherwise.into())
}

/// A name for what stands outside: that of a domain, or of the first range. None for what one word says.
fn name_of_outside(others: &[Endpoints]) -> Option<SmolStr> {
    let mut domain: Option<String> = None;
    let mut ranges = AddressSet::default();
    let mut words = 0;
    for other in others {
        let Endpoints::Outside { addresses, names, .. } = other else { return None };
        match names.has.first() {
            None => ranges = ranges.union(addresses),
            Some(pattern) => {
                words += 1;
                let text = pattern.to_string();
                let of_name = text.rsplit('.').nth(1).unwrap_or_default().to_owned();
                domain = domain.or(Some(of_name));
            }
        }
    }
    let nets = ranges.to_nets();
    words += nets.iter().map(|net| 1 + net.except.len()).sum::<usize>();
    let of_range = || nets.first().map(|net| format!("net-{}", net.cidr.network()));
    let name = cleaned(&domain.or_else(of_range)?);
    (words > 1 && can_be_name(&name)).then_some(name)
}

/// All values of labels in one name.
fn longer_name(labels: &LabelSelector) -> SmolStr {
    let first = name_of(labels, "");
    let mut parts = vec![first.clone()];
    for one in &labels.0 {
        let part = match &one.op {
            Op::In(values) => cleaned(&values.join("-")),
            Op::Exists => one.key.rsplit('/').next().map(cleaned).unwrap_or_default(),
            Op::NotIn(values) => cleaned(&format!("not-{}", values.join("-"))),
            Op::DoesNotExist => one.key.rsplit('/').next().map(|key| cleaned(&format!("no-{key}"))).unwrap_or_default(),
        };
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join("-").into()
}

/// With what a name is made of only.
fn cleaned(text: &str) -> SmolStr {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let text: String = text.chars().map(letter).collect();
    text.trim_matches('-').into()
}

/// The name, or the name with the first number with which it is free.
fn unique(name: SmolStr, taken: impl Fn(&str) -> bool) -> SmolStr {
    if !taken(&name) {
        return name;
    }
    let numbered = (2_u32..).map(|number| format_smolstr!("{name}-{number}"));
    numbered.into_iter().find(|name| !taken(name)).unwrap_or(name)
}

/// `{ app: "api", !canary }`; the formatter takes away the quotes that nobody needs.
pub fn braces(labels: &LabelSelector) -> String {
    let list = |values: &[SmolStr]| values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(", ");
    let one = |one: &Requirement| match &one.op {
        Op::In(values) if values.len() == 1 => format!("{}: {}", one.key, list(values)),
        Op::In(values) => format!("{} in ({})", one.key, list(values)),
        Op::NotIn(values) => format!("{} not in ({})", one.key, list(values)),
        Op::Exists => one.key.to_string(),
        Op::DoesNotExist => format!("!{}", one.key),
    };
    format!("{{ {} }}", labels.0.iter().map(one).collect::<Vec<_>>().join(", "))
}
