//! Whether maps agree with those that np-guard's analyzers have in their own tests: which pods and addresses reach which,
//! on which ports, for plain NetworkPolicies.
//!
//! `ZTP_NCA` is a copy of github.com/np-guard/network-config-analyzer: each `*-scheme.yaml` of its
//! `tests/fw_rules_tests/policies` lists pods, policies and, for each query of a connectivity map, the expected rules.
//!
//! `ZTP_NPGUARD` is a copy of github.com/np-guard/netpol-analyzer: each `tests/NAME` that has a
//! `test_outputs/connlist/NAME_connlist_output.txt` is a case. A case counts if all policies in it are NetworkPolicies and
//! nothing else in it changes who reaches whom. Without the variables nothing is compared.
//!
//! What they leave out and a map has: what pods of one workload have to do with each other.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "tests read files and may panic"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use ztp::enforcer::raise::{Located, Scope, UnknownFields, raise};
use ztp::inventory::Reader;
use ztp::map::{Focus, Kind, Map, Passes, Passing, Scene, draw};
use ztp::policy::{EnforcerName, Namespace, PortRange, PortSet, Protocol, Version};
use ztp::semantics::endpoints::{self, Endpoint};
use ztp::semantics::{Place, ports};
use ztp::source::FileId;
use ztp::yaml;

/// What reaches what on which ports: workloads by name, and addresses as a range of theirs.
type Connections = BTreeMap<(End, End), PortSet>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// `default/frontend[Deployment]`
    Workload(String),
    /// Both included.
    Addresses(Ipv4Addr, Ipv4Addr),
}

#[test]
fn maps_agree_with_netpol_analyzer() {
    let Some(root) = std::env::var_os("ZTP_NPGUARD").map(PathBuf::from) else {
        let _ = writeln!(std::io::stderr(), "skipped: ZTP_NPGUARD is not set");
        return;
    };
    let mut counts = Counts::default();
    let mut failures = String::new();
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(root.join("tests")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    for case in cases {
        let name = case.file_name().unwrap().to_str().unwrap();
        let expected = root.join(format!("test_outputs/connlist/{name}_connlist_output.txt"));
        let Ok(expected) = std::fs::read_to_string(expected) else { continue };
        counts.take(name, compare(&case, &expected), &mut failures);
    }
    let _ = writeln!(std::io::stderr(), "{counts:?}");
    assert!(failures.is_empty(), "{failures}");
    assert!(counts.agree > 0, "no case in {}", root.display());
}

#[derive(Debug, Default)]
struct Counts {
    agree: usize,
    connections: usize,
    unknown: usize,
    other: usize,
}

impl Counts {
    fn take(&mut self, name: &str, compared: Compared, failures: &mut String) {
        match compared {
            Compared::Other(why) => {
                self.other += 1;
                let _ = writeln!(std::io::stderr(), "left out: {name}: {why}");
            }
            Compared::Agrees(connections) => {
                self.agree += 1;
                self.connections += connections;
            }
            Compared::Unknown(reason) => {
                self.unknown += 1;
                let _ = writeln!(std::io::stderr(), "unknown: {name}: {reason}");
            }
            Compared::Differs(how) => writeln!(failures, "{name}:\n{how}").unwrap(),
        }
    }
}

/// By end: namespace, name and labels of the pods.
type Labels = BTreeMap<End, (String, String, BTreeMap<String, String>)>;

enum Compared {
    /// All of so many connections.
    Agrees(usize),
    Differs(String),
    /// The map says that it does not know.
    Unknown(String),
    /// The case is about something else.
    Other(String),
}

fn compare(case: &Path, expected: &str) -> Compared {
    let expected = match parse(expected) {
        Ok(expected) => expected,
        Err(line) => return Compared::Other(format!("a line of another form: {line}")),
    };
    let mut files = Vec::new();
    gather(case, &mut files);
    let (map, _) = match map_of(&files) {
        Ok(map) => map,
        Err(why) => return Compared::Other(why),
    };
    for edge in &map.edges {
        if let Passes::Unknown(reason) = &edge.passes {
            return Compared::Unknown(reason.clone());
        }
    }
    differences(&map, &expected)
}

fn differences(map: &Map, expected: &Connections) -> Compared {
    let seen = connections(map, &cuts(expected));
    let expected = cut(expected);
    if seen == expected {
        return Compared::Agrees(seen.len());
    }
    let mut how = String::new();
    let keys: BTreeSet<_> = seen.keys().chain(expected.keys()).collect();
    for key in keys.into_iter().filter(|key| seen.get(key) != expected.get(key)).take(8) {
        writeln!(how, "  {key:?}\n    map  {:?}\n    they {:?}", seen.get(key), expected.get(key)).unwrap();
    }
    Compared::Differs(how)
}

#[test]
fn maps_agree_with_network_config_analyzer() {
    let Some(root) = std::env::var_os("ZTP_NCA").map(PathBuf::from) else {
        let _ = writeln!(std::io::stderr(), "skipped: ZTP_NCA is not set");
        return;
    };
    let folder = root.join("tests/fw_rules_tests/policies");
    let mut counts = Counts::default();
    let mut failures = String::new();
    let mut schemes: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    schemes.retain(|path| path.to_str().unwrap().ends_with("-scheme.yaml"));
    schemes.sort();
    for scheme in schemes {
        for (name, files, expected) in queries(&folder, &scheme) {
            let compared = match map_of(&files) {
                Ok((map, labels)) => compare_rules(&map, &labels, &expected),
                Err(why) => Compared::Other(why),
            };
            counts.take(&name, compared, &mut failures);
        }
    }
    let _ = writeln!(std::io::stderr(), "{counts:?}");
    assert!(failures.is_empty(), "{failures}");
    assert!(counts.agree > 0, "no case in {}", root.display());
}

/// The queries of a scheme for a connectivity map as text: their names, the files that they are about, and what is
/// expected.
fn queries(folder: &Path, scheme: &Path) -> Vec<(String, Vec<PathBuf>, String)> {
    let text = std::fs::read_to_string(scheme).unwrap();
    let documents = yaml::read(&text);
    let Some(Ok(document)) = documents.first() else { return Vec::new() };
    let strings = |node: Option<&yaml::Node<'_>>| -> Vec<String> {
        let one = |node: &yaml::Node<'_>| node.as_str().map(str::to_owned);
        match node {
            Some(node) if node.as_str().is_some() => one(node).into_iter().collect(),
            node => node.and_then(yaml::Node::as_sequence).into_iter().flatten().filter_map(one).collect(),
        }
    };
    let list = |key: &str| document.root.get(key).and_then(yaml::Node::as_sequence).unwrap_or_default();
    let mut found = Vec::new();
    for query in list("queries") {
        let Some(expected) = query.get("expectedOutput").and_then(yaml::Node::as_str) else { continue };
        let [config] = &strings(query.get("connectivityMap"))[..] else { continue };
        let named = |one: &&yaml::Node<'_>| one.get("name").and_then(yaml::Node::as_str) == Some(config);
        let Some(config) = list("networkConfigList").iter().find(named) else { continue };
        let own = |key| {
            let of_config = strings(config.get(key));
            if of_config.is_empty() { strings(document.root.get(key)) } else { of_config }
        };
        let files = [own("namespaceList"), own("podList"), strings(config.get("networkPolicyList"))].concat();
        let Ok(expected_text) = std::fs::read_to_string(folder.join(expected)) else { continue };
        if expected.ends_with(".txt") {
            found.push((expected.to_owned(), files.iter().map(|file| folder.join(file)).collect(), expected_text));
        }
    }
    found
}

/// Their rules: `src_ns: [a,b] src_pods: [app=x] dst: 10.0.0.0/8 conn: {protocols:TCP,dst_ports:80}`, of which each says
/// something of all such workloads.
fn compare_rules(map: &Map, labels: &Labels, text: &str) -> Compared {
    if let Some(reason) = map.edges.iter().find_map(|edge| match &edge.passes {
        Passes::Unknown(reason) => Some(reason.clone()),
        Passes::Known { .. } => None,
    }) {
        return Compared::Unknown(reason);
    }
    let mut expected = Connections::new();
    for line in text.lines().filter(|line| line.starts_with("src")) {
        let Some((from, to, ports)) = rule(line, labels) else {
            return Compared::Other(format!("a line of another form: {line}"));
        };
        for from in &from {
            for to in to.iter().filter(|to| *to != from) {
                let known = expected.entry((from.clone(), to.clone())).or_default();
                *known = ports::union(known, &ports);
            }
        }
    }
    differences(map, &expected)
}

fn rule(line: &str, labels: &Labels) -> Option<(Vec<End>, Vec<End>, PortSet)> {
    let (ends, carried) = line.split_once(" conn: ")?;
    let at = ends.find(" dst")?;
    let (from, to) = (&ends[..at], ends[at..].trim_start());
    let ports = match carried.strip_prefix("{protocols:") {
        None => port_set(carried)?,
        Some(rest) => {
            let (protocols, numbers) = rest.strip_suffix('}')?.split_once(",dst_ports:")?;
            let each: Option<Vec<PortSet>> =
                protocols.split(", ").map(|protocol| port_set(&format!("{protocol} {numbers}"))).collect();
            each?.iter().fold(PortSet::default(), |all, one| ports::union(&all, one))
        }
    };
    Some((side(from, labels)?, side(to, labels)?, ports))
}

fn side(text: &str, labels: &Labels) -> Option<Vec<End>> {
    let (_, rest) = text.split_once(": ")?;
    if !rest.starts_with('[') {
        let net: ipnet::Ipv4Net = rest.parse().ok()?;
        return Some(vec![End::Addresses(net.network(), net.broadcast())]);
    }
    let (namespaces, pods) = rest.strip_prefix('[')?.split_once("] ")?;
    let pods = pods.split_once(": [")?.1.strip_suffix(']')?;
    let mut found = Vec::new();
    for (end, (namespace, name, labels)) in labels {
        if namespaces.split(',').any(|one| one == namespace) && fits(pods, name, labels)? {
            found.push(end.clone());
        }
    }
    Some(found)
}

/// `*`, `app=x and tier in (a,b)`, `!has(tier) or tier=a`, or a name.
fn fits(pods: &str, name: &str, labels: &BTreeMap<String, String>) -> Option<bool> {
    let term = |term: &str| {
        if term == "*" {
            return Some(true);
        }
        if let Some(key) = term.strip_prefix("!has(") {
            return Some(!labels.contains_key(key.strip_suffix(')')?));
        }
        if let Some(key) = term.strip_prefix("has(") {
            return Some(labels.contains_key(key.strip_suffix(')')?));
        }
        if let Some((key, values)) = term.split_once(" in (") {
            let value = labels.get(key);
            return Some(values.strip_suffix(')')?.split(',').any(|one| value.is_some_and(|value| value == one)));
        }
        if let Some((key, value)) = term.split_once("!=") {
            return Some(labels.get(key).is_none_or(|own| own != value));
        }
        match term.split_once('=') {
            Some((key, value)) => Some(labels.get(key).is_some_and(|own| own == value)),
            None if term.contains(['(', ' ', '!']) => None,
            None => Some(term == name),
        }
    };
    let mut any = false;
    for alternative in pods.split(" or ") {
        let mut all = true;
        for one in alternative.split(" and ") {
            all &= term(one)?;
        }
        any |= all;
    }
    Some(any)
}

/// Their lines: `a => b : TCP 80,90-100,UDP 53`, an end being a workload, or a range of addresses.
fn parse(text: &str) -> Result<Connections, String> {
    let mut found = Connections::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let other = || line.to_owned();
        let (ends, carried) = line.split_once(" : ").ok_or_else(other)?;
        let (from, to) = ends.split_once(" => ").ok_or_else(other)?;
        // What the Ingress controller reaches follows from Ingress objects, which are no policies.
        if from == "{ingress-controller}" {
            continue;
        }
        let (from, to) = (end(from).ok_or_else(other)?, end(to).ok_or_else(other)?);
        found.insert((from, to), port_set(carried).ok_or_else(other)?);
    }
    Ok(found)
}

fn end(text: &str) -> Option<End> {
    if let Some((first, last)) = text.trim_end_matches("[External]").split_once('-')
        && let (Ok(first), Ok(last)) = (first.parse(), last.parse())
    {
        return Some(End::Addresses(first, last));
    }
    (text.contains('/') && text.ends_with(']')).then(|| End::Workload(text.to_owned()))
}

fn port_set(text: &str) -> Option<PortSet> {
    if text.eq_ignore_ascii_case("all connections") {
        return Some(ports::all());
    }
    let mut protocol = None;
    let mut ranges = Vec::new();
    for part in text.split(',') {
        let numbers = match part.split_once(' ') {
            Some((name, numbers)) => {
                protocol = Protocol::ALL.into_iter().find(|protocol| protocol.as_str() == name);
                numbers
            }
            None => part,
        };
        let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
        ranges.push(PortRange { protocol: protocol?, first: first.parse().ok()?, last: last.parse().ok()? });
    }
    Some(PortSet::new(ranges))
}

/// The map of some manifests; why not, where there is something in them that is not compared.
fn map_of(files: &[PathBuf]) -> Result<(Map, Labels), String> {
    let texts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap_or_default()).collect();
    let read: Vec<_> = texts.iter().map(|text| yaml::read(text)).collect();
    let mut located = Vec::new();
    let mut reader = Reader::new();
    for (number, documents) in (0..).zip(&read) {
        for document in documents {
            let document = document.as_ref().map_err(ToString::to_string)?;
            for object in yaml::objects(document) {
                let object = object.map_err(|error| error.to_string())?;
                let known = reader.add(&object, FileId(number)).map_err(|refused| refused.to_string())?;
                let policy = object.kind == "NetworkPolicy" && object.api_version == "networking.k8s.io/v1";
                if !known && !policy && !is_beside_the_point(object.kind) {
                    return Err(format!("{} is not compared", object.kind));
                }
                if has_owner_without_kind(&object) {
                    return Err("pods are named by an owner that has no kind".to_owned());
                }
                located.push(Located { object, file: FileId(number) });
            }
        }
    }
    let mut scope = Scope::new(EnforcerName::Kubernetes, Version { major: 1, minor: 30 });
    scope.unknown_fields = UnknownFields::Drop;
    let mut inventory = reader.finish();
    // To them every pod is one of the pod network.
    inventory.workloads.iter_mut().for_each(|workload| workload.host_network = false);
    scope.running = ztp::view::running(&inventory);
    let raised = raise(&located, &scope);
    if let Some(problem) = raised.problems.first() {
        return Err(format!("{}: {}", problem.object, problem.reason));
    }
    let labels = inventory.workloads.iter().map(|one| {
        let labels = one.labels.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        let end = End::Workload(format!("{}/{}[{}]", one.namespace, one.name, one.kind));
        (end, (one.namespace.to_string(), one.name.to_string(), labels))
    });
    let labels = labels.collect();
    let namespaces = inventory.namespaces.iter().map(|(name, namespace)| {
        let labels = namespace.labels.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        (name.clone(), Namespace { labels, owner: None, has_files: true, span: namespace.span })
    });
    let scene = Scene::new(None, &inventory, namespaces.collect());
    Ok((draw(&scene, &raised.rules, &Focus::default()), labels))
}

/// Kubernetes takes no such owner; they name pods by it.
fn has_owner_without_kind(object: &yaml::Object<'_, '_>) -> bool {
    let owners = object.node.get("metadata").and_then(|metadata| metadata.get("ownerReferences"));
    owners.and_then(yaml::Node::as_sequence).into_iter().flatten().any(|owner| owner.get("kind").is_none())
}

/// Kinds that do not say who may reach whom.
fn is_beside_the_point(kind: &str) -> bool {
    matches!(
        kind,
        "ConfigMap"
            | "Secret"
            | "Ingress"
            | "Route"
            | "Role"
            | "RoleBinding"
            | "ClusterRole"
            | "ClusterRoleBinding"
            | "IngressClass"
            | "ValidatingWebhookConfiguration"
            | "PersistentVolumeClaim"
            | "Endpoints"
            | "HorizontalPodAutoscaler"
            | "PodDisruptionBudget"
            | "EndpointSlice"
            | "ControllerRevision"
    )
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            gather(&path, files);
        } else if path.extension().is_some_and(|end| end == "yaml" || end == "yml" || end == "json") {
            files.push(path);
        }
    }
}

/// The first addresses of the ranges between which nothing changes.
fn cuts(expected: &Connections) -> BTreeSet<u32> {
    let mut cuts = BTreeSet::from([0]);
    for end in expected.keys().flat_map(|(from, to)| [from, to]) {
        if let End::Addresses(first, last) = end {
            cuts.insert(u32::from(*first));
            cuts.extend(u32::from(*last).checked_add(1));
        }
    }
    cuts
}

/// The ranges, by their first addresses.
fn ranges(cuts: &BTreeSet<u32>) -> Vec<(Ipv4Addr, Ipv4Addr)> {
    let ends = cuts.iter().skip(1).map(|next| next - 1).chain([u32::MAX]);
    cuts.iter().zip(ends).map(|(first, last)| ((*first).into(), last.into())).collect()
}

/// The same, each range in parts that are alike for all.
fn cut(expected: &Connections) -> Connections {
    let ranges = ranges(&cuts(expected));
    let parts = |end: &End| match end {
        End::Workload(_) => vec![end.clone()],
        End::Addresses(first, last) => {
            let within = ranges.iter().filter(|(from, to)| first <= from && to <= last);
            within.map(|(from, to)| End::Addresses(*from, *to)).collect()
        }
    };
    let mut all = Connections::new();
    for ((from, to), ports) in expected {
        for from in parts(from) {
            all.extend(parts(to).into_iter().map(|to| ((from.clone(), to), ports.clone())));
        }
    }
    all
}

/// What a map says, for ranges of addresses. Both ends and the middle of each range have to be alike.
fn connections(map: &Map, cuts: &BTreeSet<u32>) -> Connections {
    let ranges = ranges(cuts);
    let ends = |id: usize| -> Vec<End> {
        match &map.vertices[id].kind {
            Kind::Workload { kind, .. } => vec![workload(map, id, kind)],
            Kind::Group { members, except } => {
                let members = members.iter().filter(|member| !except.contains(member));
                let kind = |id: usize| match &map.vertices[id].kind {
                    Kind::Workload { kind, .. } => Some(workload(map, id, kind)),
                    _ => None,
                };
                members.filter_map(|member| kind(*member)).collect()
            }
            Kind::Outside { sets } => {
                let has = |address: Ipv4Addr| {
                    let outside =
                        Endpoint::Outside { place: Place::Outside, address: IpAddr::V4(address), names: Vec::new() };
                    sets.iter().any(|set| endpoints::matches(set, &outside))
                };
                let mut found = Vec::new();
                for (first, last) in &ranges {
                    let middle = Ipv4Addr::from(u32::from(*first) + (u32::from(*last) - u32::from(*first)) / 2);
                    let all = [has(*first), has(middle), has(*last)];
                    assert!(all.iter().all(|has| *has == all[0]), "{first}-{last} is cut by {}", map.vertices[id].name);
                    if all[0] {
                        found.push(End::Addresses(*first, *last));
                    }
                }
                found
            }
            Kind::Pods { .. } | Kind::Elsewhere { .. } | Kind::Nodes { .. } => Vec::new(),
        }
    };
    let mut all = Connections::new();
    for edge in &map.edges {
        let Passes::Known { passing: Passing { ports: open, .. }, .. } = &edge.passes else { continue };
        let to = ends(edge.to);
        for from in ends(edge.from) {
            for to in &to {
                if from != *to && !open.is_empty() {
                    let known = all.entry((from.clone(), to.clone())).or_default();
                    *known = ports::union(known, open);
                }
            }
        }
    }
    all
}

fn workload(map: &Map, id: usize, kind: &str) -> End {
    let name = map.vertices[id].name.split(" (").next().unwrap_or_default();
    End::Workload(format!("{name}[{kind}]"))
}
