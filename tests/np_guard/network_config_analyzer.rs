//! The cases of network-config-analyzer: queries of a scheme, and rules that are about all workloads with some labels.

use super::connections::{Connections, End, port_set};
use super::drawn::{Labels, map_of};
use super::{Compared, Counts, differences};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use ztp::map::{Map, Passes};
use ztp::policy::PortSet;
use ztp::semantics::ports;
use ztp::yaml;

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
