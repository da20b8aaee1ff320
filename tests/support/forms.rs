//! The forms that Cilium's agent rejects, ignores or widens in silence, looked for in a manifest as Kubernetes would read
//! it. Each has a name; `tests/agent_checks.rs` says by these names what never comes out.

#![allow(clippy::indexing_slicing, reason = "a missing key reads as null")]

use serde_yaml::Value;

/// Every form that is looked for.
pub const NAMES: &[&str] = &[
    "no list of rules",
    "an empty list",
    "a key that is not known",
    "two selectors, or none",
    "nodeSelector in a namespace",
    "two kinds of peers",
    "no peer",
    "an unknown entity",
    "too many ports",
    "a port that is none",
    "a protocol that is none",
    "an empty range of ports",
    "requests on port 0",
    "rules without ports",
    "HTTP on another protocol than TCP",
    "DNS rules on a range",
    "DNS rules on ingress",
    "two kinds of rules",
    "a request rule that asks nothing",
    "a rule for requests or names in a deny",
    "names on ingress",
    "HTTP at nodes",
    "ICMP beside ports",
    "ICMP type 0 in an allow",
    "server names beside rules",
    "an address range that is none",
    "an exception outside its range",
    "a label that is none",
    "a selector of nobody",
    "a name that is none",
    "an expression that is none",
    "a header without a name",
    "another namespace in a namespace's selector",
    "a peer without a namespace",
    "reserved endpoints as subjects",
    "a deny that isolates",
    "a log value that is too long",
];

/// The forms that a document has, each with its place.
pub fn forms(document: &Value) -> Vec<String> {
    let mut walker = Walker { found: Vec::new(), namespace: text(&document["metadata"]["namespace"]) };
    walker.lists(document, "");
    let specs = match (document.get("spec"), document.get("specs")) {
        (Some(spec), None) => vec![spec],
        (None, Some(Value::Sequence(specs))) => specs.iter().collect(),
        _ => vec![],
    };
    walker.is("no list of rules", "", specs.is_empty());
    for spec in specs {
        walker.spec(spec);
    }
    walker.found
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn list(value: &Value) -> &[Value] {
    value.as_sequence().map_or(&[], Vec::as_slice)
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_mapping().map(|map| map.keys().filter_map(Value::as_str).collect()).unwrap_or_default()
}

struct Walker {
    found: Vec<String>,
    namespace: Option<String>,
}

/// Where a rule stands.
#[derive(Clone, Copy)]
struct Place {
    list: &'static str,
    nodes: bool,
}

impl Place {
    fn denies(self) -> bool {
        self.list.ends_with("Deny")
    }

    fn ingress(self) -> bool {
        self.list.starts_with("ingress")
    }
}

impl Walker {
    fn is(&mut self, name: &'static str, place: &str, broken: bool) {
        assert!(NAMES.contains(&name), "`{name}` is not in the list");
        if broken {
            self.found.push(format!("{name}: {place}"));
        }
    }

    /// No list and no mapping is empty, but for a selector of everything, an isolating rule and a policy's labels.
    fn lists(&mut self, value: &Value, place: &str) {
        match value {
            Value::Sequence(items) => {
                self.is("an empty list", place, items.is_empty());
                for item in items {
                    self.lists(item, place);
                }
            }
            Value::Mapping(map) => {
                for (key, value) in map {
                    let key = key.as_str().unwrap_or_default();
                    let place = format!("{place}.{key}");
                    let may_be_empty = matches!(key, "endpointSelector" | "nodeSelector");
                    self.is("an empty list", &place, value.as_mapping().is_some_and(|m| m.is_empty()) && !may_be_empty);
                    self.lists(value, &place);
                }
            }
            _ => {}
        }
    }

    fn known(&mut self, value: &Value, known: &[&str], place: &str) {
        let unknown: Vec<_> = keys(value).into_iter().filter(|key| !known.contains(key)).collect();
        self.is("a key that is not known", &format!("{place}: {unknown:?}"), !unknown.is_empty());
    }

    fn spec(&mut self, spec: &Value) {
        const LISTS: [&str; 4] = ["ingress", "ingressDeny", "egress", "egressDeny"];
        let known = [&LISTS[..], &["endpointSelector", "nodeSelector", "enableDefaultDeny", "log"]].concat();
        self.known(spec, &known, "spec");
        self.is("no list of rules", "", !LISTS.iter().any(|key| !list(&spec[*key]).is_empty()));
        let (pods, nodes) = (spec.get("endpointSelector"), spec.get("nodeSelector"));
        self.is("two selectors, or none", "", pods.is_some() == nodes.is_some());
        self.is("nodeSelector in a namespace", "", nodes.is_some() && self.namespace.is_some());
        for selector in pods.into_iter().chain(nodes) {
            self.selector(selector, "subject");
        }
        if let Some(pods) = pods {
            self.subject(pods);
        }
        let denies = LISTS.iter().any(|key| key.ends_with("Deny") && spec.get(*key).is_some());
        let off = ["ingress", "egress"].iter().all(|way| spec["enableDefaultDeny"][*way] == Value::Bool(false));
        self.is("a deny that isolates", "", denies && !off);
        let log = text(&spec["log"]["value"]).unwrap_or_default();
        self.is("a log value that is too long", &log, log.len() > 32 || log.chars().any(char::is_control));
        for key in LISTS {
            for rule in list(&spec[key]) {
                self.rule(rule, Place { list: key, nodes: nodes.is_some() });
            }
        }
    }

    fn subject(&mut self, pods: &Value) {
        const NAMESPACE: &str = "k8s:io.kubernetes.pod.namespace";
        let expressions = list(&pods["matchExpressions"]);
        let asked = |key: &Value| key.as_str().is_some_and(|key| key == NAMESPACE);
        let named = pods["matchLabels"].get(NAMESPACE);
        let exists =
            expressions.iter().any(|e| asked(&e["key"]) && matches!(e["operator"].as_str(), Some("Exists" | "In")));
        match &self.namespace {
            Some(_) => {
                let names = named.is_some() || expressions.iter().any(|e| asked(&e["key"]));
                self.is("another namespace in a namespace's selector", "", names);
            }
            None => self.is("reserved endpoints as subjects", "", named.is_none() && !exists),
        }
    }

    fn rule(&mut self, rule: &Value, place: Place) {
        let way = if place.ingress() { "from" } else { "to" };
        let peers = ["Endpoints", "Entities", "CIDRSet", "Nodes"].map(|kind| format!("{way}{kind}"));
        let mut known: Vec<&str> = peers.iter().map(String::as_str).collect();
        known.extend(["toPorts", "icmps"]);
        if !place.denies() {
            known.push("authentication");
            if !place.ingress() {
                known.push("toFQDNs");
            }
        }
        self.is("names on ingress", place.list, place.ingress() && rule.get("toFQDNs").is_some());
        self.is("a rule for requests or names in a deny", place.list, place.denies() && rule.get("toFQDNs").is_some());
        self.known(rule, &known, place.list);
        let kinds: Vec<_> = keys(rule).into_iter().filter(|key| known.contains(key)).collect();
        let kinds: Vec<_> =
            kinds.into_iter().filter(|key| !matches!(*key, "toPorts" | "icmps" | "authentication")).collect();
        self.is("two kinds of peers", &format!("{kinds:?}"), kinds.len() > 1);
        self.is("no peer", place.list, kinds.is_empty() && !keys(rule).is_empty());
        self.is("ICMP beside ports", place.list, rule.get("icmps").is_some() && rule.get("toPorts").is_some());
        for key in &peers {
            for peer in list(&rule[key.as_str()]) {
                match key.trim_start_matches(way) {
                    "Endpoints" => self.peer(peer),
                    "Nodes" => self.selector(peer, key),
                    "Entities" => self.entity(peer),
                    _ => self.cidr(peer),
                }
            }
        }
        for name in list(&rule["toFQDNs"]) {
            self.name(name);
        }
        for icmp in list(&rule["icmps"]) {
            let fields = list(&icmp["fields"]);
            self.is("too many ports", "icmps", fields.len() > 40);
            self.is("ICMP type 0 in an allow", "", !place.denies() && fields.iter().any(|f| f["type"] == 0));
        }
        for entry in list(&rule["toPorts"]) {
            self.ports(entry, place);
        }
    }

    fn peer(&mut self, peer: &Value) {
        self.selector(peer, "peer");
        let expressions = list(&peer["matchExpressions"]).iter().filter_map(|e| e["key"].as_str());
        let mut keys = keys(&peer["matchLabels"]).into_iter().chain(expressions);
        let told = keys.any(|key| key == "k8s:io.kubernetes.pod.namespace" || key.starts_with("reserved:"));
        self.is("a peer without a namespace", &format!("{peer:?}"), !told);
    }

    fn entity(&mut self, entity: &Value) {
        const KNOWN: [&str; 10] = [
            "all",
            "world",
            "cluster",
            "host",
            "init",
            "ingress",
            "unmanaged",
            "remote-node",
            "health",
            "kube-apiserver",
        ];
        self.is("an unknown entity", &format!("{entity:?}"), !entity.as_str().is_some_and(|e| KNOWN.contains(&e)));
    }

    fn cidr(&mut self, entry: &Value) {
        self.known(entry, &["cidr", "except"], "CIDR");
        let range = |value: &Value| value.as_str().filter(|text| text.contains('/')).and_then(|text| text.parse().ok());
        let cidr: Option<ipnet::IpNet> = range(&entry["cidr"]);
        self.is("an address range that is none", &format!("{entry:?}"), cidr.is_none_or(|cidr| cidr != cidr.trunc()));
        for except in list(&entry["except"]) {
            let inside = cidr.zip(range(except)).is_some_and(|(cidr, except)| cidr.contains(&except) && cidr != except);
            self.is("an exception outside its range", &format!("{entry:?}"), !inside);
        }
    }

    fn name(&mut self, entry: &Value) {
        let plain = |text: &str, star: bool| {
            text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c) || star && c == '*') && !text.is_empty()
        };
        let good = match (text(&entry["matchName"]), text(&entry["matchPattern"])) {
            (Some(name), None) => name.len() <= 255 && plain(&name, false),
            (None, Some(pattern)) => pattern.len() <= 255 && plain(&pattern, true),
            _ => false,
        };
        self.is("a name that is none", &format!("{entry:?}"), !good);
    }

    fn ports(&mut self, entry: &Value, place: Place) {
        self.known(entry, &["ports", "serverNames", "rules"], "toPorts");
        let (ports, rules) = (list(&entry["ports"]), &entry["rules"]);
        let kinds = keys(rules);
        let (http, dns) = (kinds.contains(&"http"), kinds.contains(&"dns"));
        self.is("too many ports", "ports", ports.len() > 40);
        self.is("rules without ports", "", ports.is_empty());
        self.known(rules, &["http", "dns"], "rules");
        self.is("two kinds of rules", "", kinds.len() > 1);
        self.is("a rule for requests or names in a deny", place.list, place.denies() && !kinds.is_empty());
        self.is("DNS rules on ingress", "", dns && place.ingress());
        self.is("HTTP at nodes", "", http && place.nodes);
        let names = list(&entry["serverNames"]);
        self.is("server names beside rules", "", !names.is_empty() && !kinds.is_empty());
        for name in names {
            self.is("a name that is none", "serverNames", name.as_str().is_none_or(str::is_empty));
        }
        for port in ports {
            self.known(port, &["port", "endPort", "protocol"], "ports");
            let number = text(&port["port"]).and_then(|text| text.parse::<u16>().ok());
            let protocol = text(&port["protocol"]).unwrap_or_default();
            let end = port.get("endPort").map(|end| end.as_u64().unwrap_or_default());
            let shown = format!("{port:?}");
            self.is("a port that is none", &shown, number.is_none() || end.is_some_and(|end| end > 65535));
            self.is("a protocol that is none", &shown, !["TCP", "UDP", "SCTP", "ANY"].contains(&protocol.as_str()));
            let number = number.unwrap_or_default();
            self.is("an empty range of ports", &shown, end.is_some_and(|end| end <= u64::from(number)));
            self.is("an empty range of ports", &shown, end.is_some() && number == 0);
            self.is("requests on port 0", &shown, (http || dns) && number == 0);
            self.is("HTTP on another protocol than TCP", &shown, http && protocol != "TCP");
            self.is("DNS rules on a range", &shown, dns && end.is_some());
        }
        for name in list(&rules["dns"]) {
            self.name(name);
        }
        for request in list(&rules["http"]) {
            self.is("a request rule that asks nothing", "", keys(request).is_empty());
            for key in ["method", "path", "host"] {
                if let Some(expression) = text(&request[key]) {
                    let read = regex_syntax::ParserBuilder::new().utf8(false).build().parse(&expression);
                    self.is("an expression that is none", &expression, read.is_err());
                }
            }
            for header in list(&request["headerMatches"]) {
                self.is("a header without a name", "", text(&header["name"]).is_none_or(|name| name.is_empty()));
                self.is(
                    "a header without a name",
                    "value",
                    text(&header["value"]).is_none_or(|value| value.is_empty()),
                );
            }
        }
    }

    fn selector(&mut self, selector: &Value, place: &str) {
        self.known(selector, &["matchLabels", "matchExpressions"], place);
        let value = |text: &str| {
            let ends = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
            let inner = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
            text.len() <= 63 && inner && ends(text.chars().next()) && ends(text.chars().next_back())
        };
        // As 1.18 and 1.19 check it: the source counts.
        let key = |text: &str| {
            let text = if text.contains(':') { text.replacen(':', ".", 1) } else { format!("any.{text}") };
            let (prefix, name) = text.rsplit_once('/').map_or(("", text.as_str()), |(prefix, name)| (prefix, name));
            !name.is_empty() && value(name) && prefix.len() <= 253
        };
        for (label, wanted) in selector["matchLabels"].as_mapping().into_iter().flatten() {
            let good = label.as_str().is_some_and(key) && wanted.as_str().is_some_and(value);
            self.is("a label that is none", &format!("{label:?}"), !good);
        }
        for expression in list(&selector["matchExpressions"]) {
            let values = list(&expression["values"]);
            let good = expression["key"].as_str().is_some_and(key)
                && values.iter().all(|wanted| wanted.as_str().is_some_and(value));
            self.is("a label that is none", &format!("{expression:?}"), !good);
            let needs = matches!(expression["operator"].as_str(), Some("In" | "NotIn"));
            self.is("a selector of nobody", &format!("{expression:?}"), needs == values.is_empty());
        }
    }
}
