//! DNS companions: the look-ups that an isolated workload's rules need, and no others.
//!
//! A resolver does not ask for a name alone: with the search list that Kubernetes writes into a pod's `resolv.conf`
//! (`ndots:5`; Kubernetes documentation, "DNS for Services and Pods") it first asks for `name.NS.svc.DOMAIN`,
//! `name.svc.DOMAIN` and `name.DOMAIN`. Cilium answers a name that no rule allows with REFUSED, at which musl's
//! resolver gives up, so all of these are allowed too.
//!
//! What a sentence opens at a DNS server on more than its port stays open to every name beside that: see [`plainly`].

use crate::enforcer::capability::Feature;
use crate::policy::{
    Cluster, Direction, DnsPattern, DnsServer, Effect, EnforcerName, Origin, Peer, PodSelector, Policy, PortSet, Rule,
    Selects, SentenceId, Subject, SubjectId, Traffic,
};
use crate::semantics::{Universe, names, peers, pods, ports};
use crate::source::Span;
use indexmap::IndexMap;
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// How many labels stand before the cluster's domain in the longest name that is looked up: the search expansion
/// `svc.ns.svc.cluster.local.ns.svc.cluster.local` of an in-cluster name.
const DEEPEST: usize = 7;

/// What one subject looks up.
struct Needs {
    /// Names outside.
    names: BTreeSet<DnsPattern>,
    /// Whether it reaches anything in the cluster.
    cluster: bool,
    /// The first sentence that needs a look-up, to which the companion belongs.
    sentence: SentenceId,
    span: Span,
}

/// Adds the companions' rules: egress at the subject, ingress at DNS servers that the project isolates.
pub(super) fn add_companions(policy: &mut Policy) {
    let needs = needs(policy);
    let subjects: Vec<(&SubjectId, &Needs)> = needs.iter().collect();
    let mut rules: Vec<Rule> =
        subjects.par_iter().flat_map_iter(|(subject, needs)| look_ups(policy, **subject, needs)).collect();
    rules.extend(servers(policy, &needs));
    rules.extend(plainly(policy, &needs));
    policy.rules.extend(rules);
}

/// Once again the servers' ports alone, for rules that open them among other ports, or with all ports, to subjects whose
/// look-ups are told apart by name: Cilium's DNS proxy knows of the rules for just its port, and would refuse what only a
/// wider rule allows (`UpdateAllowed` and `CheckAllowed` in `pkg/fqdn/dnsproxy/proxy.go`, 1.20.2).
fn plainly(policy: &Policy, needs: &IndexMap<SubjectId, Needs>) -> Vec<Rule> {
    if policy.cluster.enforcer != EnforcerName::Cilium {
        return Vec::new();
    }
    let universe = Universe::new(&policy.namespaces);
    let filtered = |subject: SubjectId| {
        // With any name allowed to it, no look-up is refused.
        if needs.get(&subject).is_some_and(|needs| needs.names.contains(&DnsPattern::Any)) {
            return false;
        }
        let selects = |id: SubjectId| match &policy.subject(id).selects {
            Selects::Pods(selector) => Some(selector),
            Selects::Nodes(_) => None,
        };
        let overlap = |other| selects(subject).zip(selects(other)).is_some_and(|(a, b)| pods::overlap(universe, a, b));
        needs.contains_key(&subject) || needs.keys().any(|other| overlap(*other))
    };
    let mut rules = Vec::new();
    for rule in policy.rules.iter().filter(|rule| rule.direction == Direction::Egress) {
        if !matches!(rule.effect, Effect::Allow { tls_name: None, .. }) {
            continue;
        }
        for server in &policy.cluster.dns {
            let ports = opened_among_others(&rule.traffic, server.ports());
            if !ports.is_empty() && peers::overlap(universe, &rule.peer, &server.peer()) && filtered(rule.subject) {
                let traffic = Traffic::Ports(ports);
                rules.push(Rule { traffic, origin: Origin::DnsCompanion, ..rule.clone() });
            }
        }
    }
    rules
}

/// The ports of a server that plain traffic opens, but not each by itself.
fn opened_among_others(traffic: &Traffic, server: &PortSet) -> PortSet {
    let wide = match traffic {
        Traffic::All => return server.clone(),
        Traffic::Ports(ports) => ports.ranges().iter().filter(|range| range.first < range.last).copied().collect(),
        Traffic::Http { .. } | Traffic::Dns { .. } | Traffic::Ping => Vec::new(),
    };
    ports::intersection(&PortSet::new(wide), server)
}

/// The look-ups of one subject, at each server.
fn look_ups(policy: &Policy, subject: SubjectId, needs: &Needs) -> Vec<Rule> {
    let Selects::Pods(selector) = &policy.subject(subject).selects else { return Vec::new() };
    let names = looked_up(&policy.cluster, selector, needs.names.iter().cloned(), needs.cluster);
    let servers = policy.cluster.dns.iter();
    let look_up = |server: &DnsServer| Rule {
        direction: Direction::Egress,
        subject,
        peer: server.peer(),
        traffic: Traffic::Dns { ports: server.ports().clone(), names: names.clone() },
        effect: Effect::Allow { mutual_auth: false, tls_name: None },
        sentence: needs.sentence,
        origin: Origin::DnsCompanion,
        span: needs.span,
    };
    servers.map(look_up).collect()
}

fn needs(policy: &Policy) -> IndexMap<SubjectId, Needs> {
    let mut found: IndexMap<SubjectId, Needs> = IndexMap::new();
    for rule in &policy.rules {
        let (names, cluster) = rule.looks_up();
        if names.is_none() && !cluster {
            continue;
        }
        let needs = found.entry(rule.subject).or_insert_with(|| Needs {
            names: BTreeSet::new(),
            cluster: false,
            sentence: rule.sentence,
            span: rule.span,
        });
        needs.names.extend(names);
        needs.cluster |= cluster;
    }
    for lookup in &policy.lookups {
        let needs = found.entry(lookup.subject).or_insert_with(|| Needs {
            names: BTreeSet::new(),
            cluster: false,
            sentence: lookup.sentence,
            span: policy.sentence(lookup.sentence).span,
        });
        needs.names.extend(lookup.names.iter().cloned());
    }
    found
}

/// Every name that these pods ask for on the way to some names, and to anything in the cluster if they need that, sorted.
#[must_use]
pub fn looked_up(
    cluster: &Cluster,
    selector: &PodSelector,
    names: impl IntoIterator<Item = DnsPattern>,
    in_cluster_too: bool,
) -> Vec<DnsPattern> {
    let mut all: BTreeSet<DnsPattern> = names.into_iter().collect();
    if all.contains(&DnsPattern::Any) {
        return vec![DnsPattern::Any];
    }
    let domain = &cluster.domain;
    let mut in_cluster: Vec<DnsPattern> = Vec::new();
    if in_cluster_too {
        in_cluster.extend(below(cluster, domain));
        for search in &cluster.search {
            let expansions = below(cluster, &format!("{domain}.{search}").into());
            let more = unknown(&in_cluster, expansions);
            in_cluster.extend(more);
        }
    }
    // Where the pods' namespace is not known, neither is the first expansion.
    let namespace = selector.namespaces.names.as_one().map_or("*", SmolStr::as_str);
    let mut suffixes: Vec<SmolStr> =
        vec![format!("{namespace}.svc.{domain}").into(), format!("svc.{domain}").into(), domain.clone()];
    suffixes.extend(cluster.search.iter().cloned());
    let expansions = all.iter().flat_map(|name| suffixes.iter().map(|suffix| extended(name, suffix)));
    let expansions = unknown(&in_cluster, expansions);
    all.extend(expansions);
    all.extend(in_cluster);
    all.into_iter().collect()
}

/// Those of some patterns that none of the known ones has.
fn unknown(known: &[DnsPattern], patterns: impl IntoIterator<Item = DnsPattern>) -> Vec<DnsPattern> {
    let has = |outer: &DnsPattern, inner: &DnsPattern| match inner {
        DnsPattern::Exact(name) => names::matches(outer, name),
        DnsPattern::Glob(_) | DnsPattern::Below(_) | DnsPattern::Any => names::includes(outer, inner).is_yes(),
    };
    patterns.into_iter().filter(|pattern| !known.iter().any(|known| has(known, pattern))).collect()
}

/// `name.suffix`
fn extended(name: &DnsPattern, suffix: &SmolStr) -> DnsPattern {
    match name {
        DnsPattern::Below(tail) => DnsPattern::Below(format!("{tail}.{suffix}").into()),
        DnsPattern::Exact(text) | DnsPattern::Glob(text) => DnsPattern::parse(&format!("{text}.{suffix}")),
        DnsPattern::Any => DnsPattern::Any,
    }
}

/// Every name below a domain that a resolver of the cluster asks for; where the enforcer has no pattern for any
/// depth, one for each.
fn below(cluster: &Cluster, domain: &SmolStr) -> Vec<DnsPattern> {
    if crate::enforcer::has(cluster, Feature::NamesAtAnyDepth) {
        return vec![DnsPattern::Below(domain.clone())];
    }
    (1..=DEEPEST).map(|depth| DnsPattern::Glob(format!("{}{domain}", "*.".repeat(depth)).into())).collect()
}

/// The other end: DNS servers in a namespace whose ingress the project isolates.
fn servers(policy: &mut Policy, needs: &IndexMap<SubjectId, Needs>) -> Vec<Rule> {
    let mut rules = Vec::new();
    for server in policy.cluster.dns.clone() {
        let DnsServer::Pods { namespace, labels, ports } = server else { continue };
        let selector = PodSelector::labelled(namespace.clone(), labels);
        let universe = Universe::new(&policy.namespaces);
        let isolated = policy.isolations.iter().any(|isolation| {
            isolation.direction == Direction::Ingress
                && matches!(&policy.subject(isolation.subject).selects,
                    Selects::Pods(pods) if pods::includes(universe, pods, &selector))
        });
        if !isolated {
            continue;
        }
        let selects = Selects::Pods(selector);
        let known = policy.subjects.iter().find(|subject| subject.selects == selects).cloned();
        let subject = known.unwrap_or(Subject { name: "dns".into(), namespace: Some(namespace), selects });
        let server = policy.intern(subject);
        for (client, needs) in needs {
            let Selects::Pods(client) = &policy.subject(*client).selects else { continue };
            rules.push(Rule {
                direction: Direction::Ingress,
                subject: server,
                peer: Peer::Pods(client.clone()),
                traffic: Traffic::Ports(ports.clone()),
                effect: Effect::Allow { mutual_auth: false, tls_name: None },
                sentence: needs.sentence,
                origin: Origin::DnsCompanion,
                span: needs.span,
            });
        }
    }
    rules
}
