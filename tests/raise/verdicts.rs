//! The verdicts of Cilium's own engine, case by case, decided from what is raised.
//!
//! Scope: flows by port, as the cases have them; the engine's words for a redirect (`+PROXY`) and for mutual
//! authentication follow from the rules that let the flow pass. Cases with a `ClusterNetworkPolicy` are passed over:
//! that kind is refused by name.

use super::cilium_verdicts::{self, Case};
use super::{cilium, counts, raised};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use ztp::enforcer::raise::{ProblemKind, Raised, UnknownFields};
use ztp::policy::{Direction, Protocol};
use ztp::semantics::Place;
use ztp::semantics::connections::{Connections, IcmpTypes};
use ztp::semantics::endpoints::{self, Endpoint};
use ztp::semantics::namespaces::NamespaceWitness;
use ztp::semantics::pods::Pod;
use ztp::verdict::{Effect, Rule};

/// Where the model says less than the engine said, and why: the case, the beginning of the flow, its verdict here.
const EXPLAINED: &[(&str, &str, &str, &str)] = &[
    ("S4", "checkout world 444", "UNKNOWN", "which Services there are is not known; the engine was given none"),
    (
        "U20",
        "checkout backend 80",
        "UNKNOWN",
        "the proxy refuses the expression for the host, which the engine does not see",
    ),
    (
        "W2",
        "checkout backend 443",
        "POLICY-COMPUTE-ERROR",
        "from 1.20 on the agent gives up, and the case is of before",
    ),
];

#[test]
fn cases_of_the_engine_are_reproduced() {
    let Some(recorded) = cilium_verdicts::cases() else { return };
    let (mut cases, mut refused, mut flows, mut explained, mut wrong) = (0, 0, 0, 0, Vec::new());
    for case in recorded {
        let raised = raise(&case);
        if raised.problems.iter().any(|problem| problem.kind == ProblemKind::NotRead) {
            refused += 1;
            continue;
        }
        cases += 1;
        let mut found = Vec::new();
        let refused = raised.problems.iter().filter(|problem| problem.kind == ProblemKind::Refused);
        found.extend(refused.map(|_| "PARSE ERROR".to_owned()));
        for flow in &case.flows {
            flows += 1;
            found.push(decided(&raised, &case, flow));
        }
        let mut said: Vec<String> = case.said.iter().map(|line| plain(line)).collect();
        for (name, flow, here, _) in EXPLAINED {
            if case.name.starts_with(name)
                && let Some(line) = said.iter_mut().find(|line| line.starts_with(flow))
            {
                let (flow, _) = line.rsplit_once(':').unwrap();
                *line = format!("{flow}:{here}");
                explained += 1;
            }
        }
        let found: Vec<String> = found.iter().map(|line| plain(line)).collect();
        if said != found {
            let mut text = format!("{}: {}\n", case.file, case.name);
            for line in said.iter().filter(|line| !found.contains(line)) {
                writeln!(text, "  engine: {line}").unwrap();
            }
            for line in found.iter().filter(|line| !said.contains(line)) {
                writeln!(text, "  here:   {line}").unwrap();
            }
            for problem in &raised.problems {
                writeln!(text, "  {problem:?}").unwrap();
            }
            wrong.push(text);
        }
    }
    eprintln!(
        "{cases} cases, {flows} flows, {explained} of which differ with cause; {refused} cases with ClusterNetworkPolicy are refused by name"
    );
    counts::hold("docs/semantics.md", "cases of Cilium's engine", &[cases, flows, explained, refused]);
    assert!(wrong.is_empty(), "{} cases differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases > 0);
}

/// Without blanks in a row, and without the engine's own words for its errors and for its kind of authentication.
fn plain(line: &str) -> String {
    if line.contains("PARSE ERROR") {
        return "PARSE ERROR".to_owned();
    }
    let cut = line.replace("+AUTH=spire", "+AUTH");
    let words = cut.split_whitespace().map(|word| {
        let (way, verdict) = word.split_once(':').unwrap_or(("", word));
        if verdict.starts_with("POLICY-COMPUTE-ERROR") {
            format!("{way}:POLICY-COMPUTE-ERROR")
        } else {
            word.to_owned()
        }
    });
    let words: Vec<String> = words.collect();
    match words.iter().position(|word| word.contains("POLICY-COMPUTE-ERROR")) {
        // What follows is the error's text.
        Some(at) => words[..=at].join(" "),
        None => words.join(" "),
    }
}

fn raise(case: &Case) -> Raised {
    let mut scope = cilium(20);
    // The engine reads what is left of an object once the API server has dropped unknown fields.
    scope.unknown_fields = UnknownFields::Drop;
    raised(&case.manifests(), &scope)
}

/// `checkout backend 8080/tcp both   egress:ALLOW ingress:DENY`
fn decided(raised: &Raised, case: &Case, flow: &str) -> String {
    let mut line = flow.to_owned();
    let words: Vec<&str> = flow.split_whitespace().collect();
    let (from, to) = (endpoint(words[0], case), endpoint(words[1], case));
    let way = words.get(3).copied().unwrap_or("egress");
    if way != "ingress" {
        write!(line, " egress:{}", at_end(raised, &from, &to, Direction::Egress, words[2])).unwrap();
    }
    if way != "egress" {
        write!(line, " ingress:{}", at_end(raised, &to, &from, Direction::Ingress, words[2])).unwrap();
    }
    line
}

fn at_end(raised: &Raised, own: &Endpoint, other: &Endpoint, direction: Direction, traffic: &str) -> String {
    let rules = &raised.rules;
    let governs = |subject| endpoints::matches(rules.subject(subject), own);
    let gap = rules.gaps.iter().find(|gap| governs(gap.subject) && gap.direction.is_none_or(|way| way == direction));
    match gap {
        // The other rules of S4 are of interest, too.
        Some(gap) if gap.reason.contains("toServices") && !traffic.starts_with("444/") => {}
        Some(gap) if gap.reason.contains("cannot compute") => return "POLICY-COMPUTE-ERROR".to_owned(),
        Some(_) => return "UNKNOWN".to_owned(),
        None => {}
    }
    let here: Vec<&Rule> =
        rules.rules.iter().filter(|rule| rule.direction == direction && governs(rule.subject)).collect();
    let isolated = rules.isolations.iter().any(|one| one.direction == direction && governs(one.subject));
    if here.is_empty() && !isolated {
        return "ALLOW(no-policy)".to_owned();
    }
    let about = here.iter().filter(|rule| endpoints::matches(&rule.peers, other) && covers(&rule.connections, traffic));
    let about: Vec<&&Rule> = about.collect();
    if about.iter().any(|rule| rule.effect == Effect::Deny) {
        return "DENY".to_owned();
    }
    if isolated && about.is_empty() {
        return "DENY(default)".to_owned();
    }
    let looked_into = |rule: &&Rule| {
        matches!(rule.connections, Connections::Requests { .. } | Connections::LookUps { .. } | Connections::Tls { .. })
    };
    let mut verdict = "ALLOW".to_owned();
    if about.iter().any(|rule| looked_into(rule)) {
        verdict.push_str("+PROXY");
    }
    if about.iter().any(|rule| rule.effect == Effect::AllowAuthenticated) {
        verdict.push_str("+AUTH");
    }
    verdict
}

/// Whether a rule is about traffic to this port, whatever it carries.
fn covers(connections: &Connections, traffic: &str) -> bool {
    let (number, protocol) = traffic.split_once('/').unwrap();
    let number: u16 = number.parse().unwrap();
    let protocol = match protocol {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        "sctp" => Protocol::Sctp,
        icmp => {
            let one = IcmpTypes::one(icmp == "icmpv6", u8::try_from(number).unwrap());
            return match connections {
                Connections::All => true,
                Connections::Icmp(types) => types.union(&one) == *types,
                _ => false,
            };
        }
    };
    match connections {
        Connections::All => true,
        Connections::Icmp(_) | Connections::Other => false,
        Connections::Ports(ports)
        | Connections::Requests { ports, .. }
        | Connections::LookUps { ports, .. }
        | Connections::Tls { ports, .. } => ports
            .ranges()
            .iter()
            .any(|range| range.protocol == protocol && (range.first..=range.last).contains(&number)),
    }
}

/// The endpoints that all cases share, and those that one brings along as labels.
fn endpoint(name: &str, case: &Case) -> Endpoint {
    if let Some(labels) = case.extra.get(name) {
        return of_labels(labels);
    }
    match name {
        "checkout" | "backend" => pod("payments", &[("app", name)], name),
        "other" => pod("other", &[("app", "x")], "x"),
        "cde" => pod("pci", &[("app", "cde")], "cde"),
        "dns" => pod("kube-system", &[("k8s-app", "kube-dns")], "kube-dns"),
        "host" => node(Place::LocalNode),
        "remote-node" => node(Place::RemoteNode),
        "apiserver-cp" => node(Place::RemoteApiserver),
        "apiserver-host" => node(Place::LocalApiserver),
        "health" => Endpoint::Single(Place::Health),
        "ingress" => Endpoint::Single(Place::Ingress),
        "init" => Endpoint::Single(Place::Init),
        "unmanaged" => Endpoint::Single(Place::Unmanaged),
        "world" => outside(Place::Outside, "8.7.6.5", &[]),
        "apiserver-ext" => outside(Place::OutsideApiserver, "34.1.1.1", &[]),
        "fqdn-stripe" => outside(Place::Outside, "8.7.6.5", &["api.stripe.com"]),
        "fqdn-star" => outside(Place::Outside, "8.7.6.5", &["other.stripe.com"]),
        "cidr8" => outside(Place::Outside, "10.1.2.3", &[]),
        "imds" => outside(Place::Outside, "169.254.169.254", &[]),
        "imdsfqdn" => outside(Place::Outside, "169.254.169.254", &["evil.example.com"]),
        other => panic!("who is {other}?"),
    }
}

fn pod(namespace: &str, labels: &[(&str, &str)], service_account: &str) -> Endpoint {
    let of_namespace: &[(&str, &str)] = if namespace == "pci" { &[("cde", "true")] } else { &[] };
    let map = |labels: &[(&str, &str)]| labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    Endpoint::Pod(Pod {
        namespace: NamespaceWitness { name: namespace.into(), labels: map(of_namespace) },
        labels: map(labels),
        service_account: service_account.into(),
    })
}

fn node(place: Place) -> Endpoint {
    Endpoint::Node { place, labels: BTreeMap::new() }
}

fn outside(place: Place, address: &str, names: &[&str]) -> Endpoint {
    let address: IpAddr = address.parse().unwrap();
    Endpoint::Outside { place, address, names: names.iter().map(|&name| name.into()).collect() }
}

/// An outside point of its labels.
fn of_labels(labels: &[String]) -> Endpoint {
    let values = |source: &str| -> Vec<&str> { labels.iter().filter_map(|label| label.strip_prefix(source)).collect() };
    let address =
        values("cidr:").first().and_then(|range| range.split_once('/')).map_or("8.7.6.5", |(address, _)| address);
    let place = if labels.iter().any(|label| label == "reserved:kube-apiserver") {
        Place::OutsideApiserver
    } else {
        Place::Outside
    };
    outside(place, address, &values("fqdn:"))
}
