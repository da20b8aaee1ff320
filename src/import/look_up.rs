//! DNS look-ups: nobody writes them by hand where the compiler derives them.
//!
//! What the policies say of look-ups is set aside, the rest is compiled, and what is derived is compared with what was set
//! aside: only what is missing then is said, with `may resolve`.

use super::flow::{End, Flow};
use super::name::{Names, braces};
use super::refusal::Refusal;
use crate::policy::{
    DnsPattern, EnforcerName, LabelSelector, Origin, PodSelector, Policy, PortRange, PortSet, Protocol, Selects,
    Traffic,
};
use crate::semantics::connections::Connections;
use crate::semantics::endpoints::Endpoints;
use crate::semantics::{Universe, names, pods, ports};
use crate::verdict::CauseId;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Look-ups that somebody is let do.
#[derive(Clone, Debug)]
pub struct LookUp {
    /// In whose file it is said.
    pub home: Option<SmolStr>,
    /// Who.
    pub subject: PodSelector,
    /// Of which names.
    pub names: Vec<DnsPattern>,
    /// Where it was said.
    pub causes: BTreeSet<CauseId>,
}

/// What is set aside.
#[derive(Debug, Default)]
pub struct LookUps {
    /// Each with its names.
    pub all: Vec<LookUp>,
    /// Who answers, where it is not the usual one: the facts `dns …` of the cluster.
    pub servers: Vec<String>,
    /// The search domains that nodes add, as far as names tell: what follows the cluster's own domain in one.
    pub search: BTreeSet<String>,
}

/// The usual server: what a cluster has that says nothing else.
fn usual() -> PodSelector {
    PodSelector::labelled("kube-system", LabelSelector::is("k8s-app", "kube-dns"))
}

/// The usual ports.
fn usual_ports() -> PortSet {
    let of = |protocol| PortRange { protocol, first: 53, last: 53 };
    PortSet::new(vec![of(Protocol::Tcp), of(Protocol::Udp)])
}

/// Takes the look-ups out of some flows.
///
/// # Errors
/// Look-ups by rule at what is no server by its labels or its address.
pub fn set_aside(flows: &mut Vec<Flow>, enforcer: EnforcerName) -> Result<LookUps, Vec<Refusal>> {
    let mut aside = LookUps::default();
    let mut refusals = Vec::new();
    let mut servers: Vec<(String, bool)> = Vec::new();
    flows.retain(|flow| match look_up(flow, enforcer) {
        None => true,
        Some(names) => {
            match (server(&flow.to, &flow.connections), flow.from.pods.as_slice()) {
                (Some(server), [subject]) if flow.from.except.is_empty() => {
                    if !servers.contains(&server) {
                        servers.push(server);
                    }
                    aside.search.extend(names.iter().filter_map(search_domain));
                    let (home, causes) = (flow.home.clone(), flow.causes.clone());
                    aside.all.push(LookUp { home, subject: subject.clone(), names, causes });
                }
                _ => {
                    let reason = "look-ups by rule at what is no DNS server by its labels or its address";
                    refusals.extend(flow.causes.iter().map(|cause| Refusal::new(*cause, reason)));
                }
            }
            false
        }
    });
    if servers.iter().any(|(_, usual)| !usual) {
        aside.servers = servers.into_iter().map(|(text, _)| text).collect();
        aside.servers.sort();
    }
    if refusals.is_empty() { Ok(aside) } else { Err(refusals) }
}

/// The names, if a flow is for look-ups. A NetworkPolicy cannot tell names apart: there the ports of the server are.
fn look_up(flow: &Flow, enforcer: EnforcerName) -> Option<Vec<DnsPattern>> {
    match &flow.connections {
        Connections::LookUps { names, .. } => Some(names.clone()),
        Connections::Ports(ports) if enforcer == EnforcerName::Kubernetes => {
            let at_server =
                flow.to.pods.as_slice() == [usual()] && flow.to == End { pods: vec![usual()], ..End::default() };
            let only = *ports == usual_ports();
            (at_server && only && flow.from.pods.len() == 1).then(|| vec![DnsPattern::Any])
        }
        _ => None,
    }
}

/// `eu.example` of `*.cluster.local.eu.example`
fn search_domain(pattern: &DnsPattern) -> Option<String> {
    let text = pattern.to_string();
    let (_, behind) = text.rsplit_once(".cluster.local.")?;
    (!behind.contains('*')).then(|| behind.to_owned())
}

/// A server as a fact of a cluster, and whether it is the usual one.
fn server(to: &End, connections: &Connections) -> Option<(String, bool)> {
    let ports = connections.ports()?;
    let suffix = if ports::includes(&usual_ports(), ports) {
        String::new()
    } else {
        let list: Vec<String> = ports.ranges().iter().map(ToString::to_string).collect();
        format!(":[{}]", list.join(", "))
    };
    if let ([pods], [], []) = (to.pods.as_slice(), to.except.as_slice(), to.others.as_slice()) {
        let namespace = pods.namespaces.names.as_one().filter(|_| pods.namespaces.labels.0.is_empty())?;
        if pods.is_whole() || !to.places.is_empty() {
            return None;
        }
        let text = format!("dns {namespace} {}{suffix}", braces(&pods.labels));
        return Some((text, *pods == usual() && suffix.is_empty()));
    }
    let ([], [Endpoints::Outside { addresses, .. }]) = (to.pods.as_slice(), to.others.as_slice()) else { return None };
    let block = addresses.block().filter(|block| block.prefix_len() == block.max_prefix_len())?;
    let address = block.addr();
    let address = if address.is_ipv6() { format!("[{address}]") } else { address.to_string() };
    to.places.is_empty().then(|| (format!("dns {address}{suffix}"), false))
}

/// A sentence that lets somebody look up names.
#[derive(Debug)]
pub struct Resolve {
    /// In whose file it stands.
    pub home: Option<SmolStr>,
    /// The sentence.
    pub text: String,
    /// Where it was said.
    pub causes: BTreeSet<CauseId>,
}

/// What nobody derives.
///
/// # Errors
/// Whom no words name.
pub fn missing(
    aside: &LookUps,
    derived: Option<&Policy>,
    universe: Universe<'_>,
    words: &Names,
) -> Result<Vec<Resolve>, Vec<Refusal>> {
    let mut found: Vec<Resolve> = Vec::new();
    let mut refusals = Vec::new();
    for one in &aside.all {
        let known = derived.map(|policy| derived_for(policy, &one.subject, universe)).unwrap_or_default();
        let mut lacking: Vec<String> = one
            .names
            .iter()
            .filter(|name| !known.iter().any(|known| names::includes(known, name).is_yes()))
            .map(ToString::to_string)
            .collect();
        let said = lacking.clone();
        lacking.retain(|name| !is_expansion(name, &said, one.home.as_deref().unwrap_or("*")));
        if lacking.is_empty() {
            continue;
        }
        match words.pods(&one.subject, one.home.as_ref()) {
            Ok((subject, except)) if except.is_empty() => {
                let names = if lacking.iter().any(|name| name == "any name") {
                    "any name".to_owned()
                } else {
                    lacking.join(", ")
                };
                let text = format!("{} may resolve {names}", subject.join(", "));
                if !found.iter().any(|known| known.home == one.home && known.text == text) {
                    found.push(Resolve { home: one.home.clone(), text, causes: one.causes.clone() });
                }
            }
            Ok(_) => {
                let reason = "look-ups of pods for which there is no word";
                refusals.extend(one.causes.iter().map(|cause| Refusal::new(*cause, reason)));
            }
            Err(reason) => refusals.extend(one.causes.iter().map(|cause| Refusal::new(*cause, reason.clone()))),
        }
    }
    if refusals.is_empty() { Ok(found) } else { Err(refusals) }
}

/// Whether a name is what a resolver of the cluster makes of another one with its search list: that is derived with it.
fn is_expansion(name: &str, said: &[String], namespace: &str) -> bool {
    let suffixes =
        [".cluster.local".to_owned(), ".svc.cluster.local".to_owned(), format!(".{namespace}.svc.cluster.local")];
    let stems = suffixes.iter().filter_map(|suffix| name.strip_suffix(suffix.as_str()));
    stems.into_iter().any(|stem| said.iter().any(|other| other == stem))
}

/// The names that are derived for all of these pods.
fn derived_for(policy: &Policy, subject: &PodSelector, universe: Universe<'_>) -> Vec<DnsPattern> {
    let mut found = Vec::new();
    for rule in policy.rules.iter().filter(|rule| rule.origin == Origin::DnsCompanion) {
        let Selects::Pods(own) = &policy.subject(rule.subject).selects else { continue };
        if !pods::includes(universe, own, subject) {
            continue;
        }
        match &rule.traffic {
            // A NetworkPolicy lets all of them pass.
            _ if policy.cluster.enforcer == EnforcerName::Kubernetes => found.push(DnsPattern::Any),
            Traffic::Dns { names, .. } => found.extend(names.iter().cloned()),
            _ => {}
        }
    }
    found
}
