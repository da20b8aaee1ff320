//! The facts of each cluster, and what holds where a source says nothing.

use super::labels;
use super::nearest::nearest;
use super::options::Options;
use super::ports::{self, Serving};
use super::scope::Scope;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::cluster::ClusterProblem;
use crate::diagnostic::problem::names::NameProblem;
use crate::policy::{self, Cloud, EnforcerName, LabelSelector, PortRange, PortSet, Protocol, Version};
use crate::source::Span;
use crate::syntax::ast::{Cluster, DnsServer, External, FactKind, Name, Ports};
use indexmap::IndexMap;
use indexmap::map::Entry;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// The words after `enforcer`.
const ENFORCERS: [EnforcerName; 2] = [EnforcerName::Cilium, EnforcerName::Kubernetes];

/// One cluster's facts, and the names that only it has.
pub(super) struct Facts<'t> {
    pub cluster: policy::Cluster,
    pub externals: IndexMap<SmolStr, &'t External>,
}

/// The clusters that the options ask for.
pub(super) fn clusters<'t>(scope: &Scope<'t>, options: &Options, diagnostics: &mut Vec<Diagnostic>) -> Vec<Facts<'t>> {
    // One that could not be read may be the only one, or the one that is asked for.
    let unread = scope.broken.contains("cluster");
    if scope.clusters.is_empty() && options.cluster.is_none() {
        return match options.enforcer {
            Some((enforcer, version)) => vec![made_up(enforcer, version)],
            None if unread => Vec::new(),
            None => {
                let declared = scope.platform_sections.first().and_then(|section| section.header.as_ref());
                diagnostics.push(ClusterProblem::NoEnforcer { platform: declared.map(|header| header.span.0) }.into());
                Vec::new()
            }
        };
    }
    if let Some(wanted) = &options.cluster
        && !scope.clusters.contains_key(wanted)
    {
        let names = || scope.clusters.keys().map(SmolStr::as_str);
        if unread {
            return Vec::new();
        }
        diagnostics.push(
            ClusterProblem::NoSuchCluster {
                name: wanted.clone(),
                nearest: nearest(wanted, names()).first().map(|name| SmolStr::from(*name)),
                all: names().map(SmolStr::from).collect(),
            }
            .into(),
        );
        return Vec::new();
    }
    let wanted = |name: &SmolStr| options.cluster.as_ref().is_none_or(|wanted| wanted == name);
    scope
        .clusters
        .iter()
        .filter(|(name, _)| wanted(name))
        .filter_map(|(_, cluster)| read(cluster, options, diagnostics))
        .collect()
}

/// The cluster of `--enforcer`.
fn made_up<'t>(enforcer: EnforcerName, version: Version) -> Facts<'t> {
    Facts { cluster: defaults(None, enforcer, version, None), externals: IndexMap::new() }
}

fn defaults(
    name: Option<SmolStr>,
    enforcer: EnforcerName,
    version: Version,
    enforcer_span: Option<Span>,
) -> policy::Cluster {
    policy::Cluster {
        name,
        enforcer,
        version,
        enforcer_span,
        features: BTreeMap::new(),
        dns: vec![policy::DnsServer::Pods {
            namespace: "kube-system".into(),
            labels: LabelSelector::is("k8s-app", "kube-dns"),
            ports: dns_ports(),
        }],
        domain: "cluster.local".into(),
        search: Vec::new(),
        pods: Vec::new(),
        apiservers: Vec::new(),
        workload_label: "app".into(),
        mesh_name: None,
        regex_budget: 100,
        cloud: None,
    }
}

/// Port 53, UDP and TCP.
fn dns_ports() -> PortSet {
    PortSet::new([Protocol::Tcp, Protocol::Udp].map(|protocol| PortRange { protocol, first: 53, last: 53 }).to_vec())
}

/// Facts that are said once; the others add up.
#[derive(Default)]
struct Said(IndexMap<&'static str, Span>);

impl Said {
    fn once(&mut self, what: &'static str, span: Span, diagnostics: &mut Vec<Diagnostic>) {
        match self.0.entry(what) {
            Entry::Occupied(first) => {
                diagnostics.push(NameProblem::Twice { span, name: what.into(), first: *first.get() }.into());
            }
            Entry::Vacant(entry) => {
                entry.insert(span);
            }
        }
    }
}

fn read<'t>(cluster: &'t Cluster, options: &Options, diagnostics: &mut Vec<Diagnostic>) -> Option<Facts<'t>> {
    let mut said = Said::default();
    let mut enforcer = None;
    let mut unreadable = false;
    let mut facts =
        defaults(Some(cluster.name.value.clone()), EnforcerName::Kubernetes, Version { major: 0, minor: 0 }, None);
    let mut dns = Vec::new();
    let mut externals: IndexMap<SmolStr, &External> = IndexMap::new();
    for fact in &cluster.facts {
        let span = fact.span.0;
        match &fact.kind {
            FactKind::Enforcer { name, version } => {
                said.once("enforcer", span, diagnostics);
                unreadable = true;
                if let Some(found) = read_enforcer(name, version, diagnostics) {
                    enforcer = Some((found.0, found.1, span));
                }
            }
            FactKind::Features(names) => {
                for name in names {
                    facts.features.entry(name.value.clone()).or_insert(name.span);
                }
            }
            FactKind::Dns { server, ports } => dns.extend(read_dns(server, ports.as_ref(), diagnostics)),
            FactKind::Domain(name) => {
                said.once("domain", span, diagnostics);
                facts.domain = name.value.clone();
            }
            FactKind::Search(names) => facts.search.extend(names.iter().map(|name| name.value.clone())),
            FactKind::Pods(ranges) => facts.pods.extend(ranges.iter().map(|range| range.value)),
            FactKind::Apiserver { address, port } => facts.apiservers.push((address.value.addr(), port.value)),
            FactKind::WorkloadsBy(key) => {
                said.once("workloads by", span, diagnostics);
                facts.workload_label = key.value.clone();
            }
            FactKind::MeshName(name) => {
                said.once("mesh-name", span, diagnostics);
                facts.mesh_name = Some(name.value.clone());
            }
            FactKind::RegexBudget(budget) => {
                said.once("regex-budget", span, diagnostics);
                facts.regex_budget = budget.value;
            }
            FactKind::Cloud(name) => {
                said.once("cloud", span, diagnostics);
                facts.cloud = read_cloud(name, diagnostics);
            }
            FactKind::External(external) => match externals.entry(external.name.value.clone()) {
                Entry::Occupied(first) => {
                    let (span, first) = (external.name.span, first.get().name.span);
                    diagnostics.push(NameProblem::Twice { span, name: external.name.value.clone(), first }.into());
                }
                Entry::Vacant(entry) => {
                    entry.insert(external);
                }
            },
            // It may have been the enforcer.
            FactKind::Bad => unreadable = true,
        }
    }
    if !dns.is_empty() {
        facts.dns = dns;
    }
    match (enforcer, options.enforcer) {
        (Some((_, _, span)), Some(_)) => {
            diagnostics.push(ClusterProblem::EnforcerTwice { span }.into());
            return None;
        }
        (Some((name, version, span)), None) => {
            (facts.enforcer, facts.version, facts.enforcer_span) = (name, version, Some(span));
        }
        (None, Some((name, version))) if !unreadable => (facts.enforcer, facts.version) = (name, version),
        (None, _) => {
            if !unreadable {
                diagnostics.push(ClusterProblem::NoEnforcer { platform: Some(cluster.name.span) }.into());
            }
            return None;
        }
    }
    Some(Facts { cluster: facts, externals })
}

fn read_dns(server: &DnsServer, ports: Option<&Ports>, diagnostics: &mut Vec<Diagnostic>) -> Option<policy::DnsServer> {
    let ports = match ports {
        // A port without a protocol is both: look-ups use UDP and fall back to TCP.
        Some(ports) => {
            let set = ports::resolve(ports, Serving::Nothing, diagnostics)?;
            let said = ports.items.iter().any(|item| item.value.protocol.is_some());
            let both = set
                .ranges()
                .iter()
                .flat_map(|range| [Protocol::Tcp, Protocol::Udp].map(|protocol| PortRange { protocol, ..*range }));
            if said { set } else { PortSet::new(both.collect()) }
        }
        None => dns_ports(),
    };
    Some(match server {
        DnsServer::Pods { namespace, labels } => {
            policy::DnsServer::Pods { namespace: namespace.value.clone(), labels: labels::resolve(labels), ports }
        }
        DnsServer::Address(address) => policy::DnsServer::Address { address: address.value.addr(), ports },
    })
}

fn read_enforcer(name: &Name, version: &Name, diagnostics: &mut Vec<Diagnostic>) -> Option<(EnforcerName, Version)> {
    let known = ENFORCERS.into_iter().find(|known| known.as_str() == name.value);
    if known.is_none() {
        diagnostics.push(
            ClusterProblem::UnknownWord {
                span: name.span,
                what: "enforcer",
                word: name.value.clone(),
                nearest: nearest(&name.value, ENFORCERS.iter().map(|known| known.as_str()))
                    .first()
                    .map(|word| SmolStr::from(*word)),
                known: ENFORCERS.iter().map(|known| SmolStr::from(known.as_str())).collect(),
            }
            .into(),
        );
    }
    let read = parse_version(&version.value);
    if read.is_none() {
        let (span, text) = (version.span, version.value.clone());
        diagnostics.push(ClusterProblem::NoVersion { span, text }.into());
    }
    Some((known?, read?))
}

fn read_cloud(name: &Name, diagnostics: &mut Vec<Diagnostic>) -> Option<Cloud> {
    let known = [("aws", Cloud::Aws), ("gcp", Cloud::Gcp), ("azure", Cloud::Azure)];
    let found = known.iter().find(|(word, _)| *word == name.value).map(|(_, cloud)| *cloud);
    if found.is_none() {
        diagnostics.push(
            ClusterProblem::UnknownWord {
                span: name.span,
                what: "cloud",
                word: name.value.clone(),
                nearest: nearest(&name.value, known.iter().map(|(word, _)| *word)).first().map(|w| SmolStr::from(*w)),
                known: known.iter().map(|(word, _)| SmolStr::from(*word)).collect(),
            }
            .into(),
        );
    }
    found
}

/// `1.18`; a patch level (`1.18.3`) and a leading `v` are taken and ignored.
fn parse_version(text: &str) -> Option<Version> {
    let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
    let mut number = || parts.next()?.parse::<u16>().ok();
    let version = Version { major: number()?, minor: number()? };
    match (parts.next(), parts.next()) {
        (None, _) => Some(version),
        (Some(patch), None) if patch.parse::<u16>().is_ok() => Some(version),
        _ => None,
    }
}

/// Reads `cilium:1.18`, the form of `--enforcer`. The error says what is wrong with it.
///
/// # Errors
/// When the text has no colon, the enforcer is unknown, or the version is not of the form `1.18`.
pub fn parse_enforcer(text: &str) -> Result<(EnforcerName, Version), String> {
    let (name, version) =
        text.split_once(':').ok_or_else(|| format!("`{text}` has no version, write `cilium:1.18`"))?;
    let known = ENFORCERS.into_iter().find(|known| known.as_str() == name);
    let known = known.ok_or_else(|| format!("unknown enforcer `{name}`, known are `cilium` and `kubernetes`"))?;
    let version = parse_version(version).ok_or_else(|| format!("`{version}` is not a version such as `1.18`"))?;
    Ok((known, version))
}
