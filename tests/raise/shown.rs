//! Rulesets in so many words.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use ztp::enforcer::raise::{ProblemKind, Raised};
use ztp::policy::Direction;
use ztp::policy::{DnsPattern, LabelSelector, Query, ValueSet};
use ztp::semantics::connections::{Authority, Connections, IcmpTypes, Methods, RequestSet, Target};
use ztp::semantics::endpoints::{Endpoints, Names};
use ztp::semantics::nets::AddressSet;
use ztp::semantics::{Place, Places};
use ztp::verdict::{Effect, SubjectId};

/// What was raised, by subject; problems last. What Cilium does by itself stands in no object, and is not shown.
pub fn shown(raised: &Raised) -> String {
    let rules = &raised.rules;
    let mut by_subject: BTreeMap<SubjectId, Vec<String>> = BTreeMap::new();
    for isolation in rules.isolations.iter().filter(|isolation| rules.cause(isolation.cause).object.is_some()) {
        let line =
            format!("  isolated for {}   # {}", direction(isolation.direction), rules.cause(isolation.cause).text);
        by_subject.entry(isolation.subject).or_default().push(line);
    }
    for rule in &rules.rules {
        let effect = match rule.effect {
            Effect::Allow => "allow",
            Effect::AllowAuthenticated => "allow authenticated",
            Effect::Deny => "deny",
        };
        let arrow = match rule.direction {
            Direction::Ingress => "from",
            Direction::Egress => "to",
        };
        let (peers, passes) = (endpoints(&rule.peers), connections(&rule.connections));
        let cause = &rules.cause(rule.cause).text;
        let mut passes = passes;
        for one in &rule.except {
            write!(passes, "; not about {}: {}", endpoints(&one.peers), connections(&one.connections)).unwrap();
        }
        by_subject.entry(rule.subject).or_default().push(format!("  {effect} {arrow} {peers}: {passes}   # {cause}"));
    }
    for gap in &rules.gaps {
        let way = gap.direction.map_or("both directions", direction);
        let peers = gap.peers.as_ref().map(|peers| format!(", {}", endpoints(peers))).unwrap_or_default();
        let known: Vec<String> = gap.known.iter().map(endpoints).collect();
        let known = if known.is_empty() { String::new() } else { format!("; not of {}", known.join(", ")) };
        let line = format!("  unknown for {way}{peers}: {}{known}   # {}", gap.reason, rules.cause(gap.cause).text);
        by_subject.entry(gap.subject).or_default().push(line);
    }
    let mut text = String::new();
    for (subject, lines) in by_subject {
        writeln!(text, "{}", endpoints(rules.subject(subject))).unwrap();
        for line in lines {
            writeln!(text, "{line}").unwrap();
        }
    }
    for problem in &raised.problems {
        let kind = match problem.kind {
            ProblemKind::Refused => "refused",
            ProblemKind::Dropped => "dropped",
            ProblemKind::NotRead => "not read",
        };
        writeln!(text, "{kind}: {}: {}", problem.object, problem.reason).unwrap();
    }
    text
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "ingress",
        Direction::Egress => "egress",
    }
}

/// A set of endpoints.
pub fn endpoints(set: &Endpoints) -> String {
    match set {
        Endpoints::Pods(selector) => selector.to_string(),
        Endpoints::MeshPods { clusters, selector } => format!("{selector} of clusters {}", values(clusters)),
        Endpoints::Nodes { places, labels } => match labels {
            LabelSelector(labels) if labels.is_empty() => places_of(*places),
            labels => format!("{} {labels}", places_of(*places)),
        },
        Endpoints::Outside { places, addresses, names } => {
            let mut text = places_of(*places);
            if *addresses != AddressSet::all() {
                let nets: Vec<String> = addresses
                    .to_nets()
                    .iter()
                    .map(|net| {
                        let except: Vec<String> = net.except.iter().map(ToString::to_string).collect();
                        if except.is_empty() {
                            net.cidr.to_string()
                        } else {
                            format!("{} less {}", net.cidr, except.join(", "))
                        }
                    })
                    .collect();
                write!(text, " in [{}]", nets.join(", ")).unwrap();
            }
            let Names { has, lacks, .. } = names;
            has.iter().for_each(|name| write!(text, " named {name}").unwrap());
            lacks.iter().for_each(|name| write!(text, " not named {name}").unwrap());
            text
        }
        Endpoints::Single(places) => places_of(*places),
    }
}

fn values(set: &ValueSet) -> String {
    match set {
        ValueSet::Any => "*".to_owned(),
        ValueSet::In(values) => values.join(", "),
        ValueSet::NotIn(values) => format!("other than {}", values.join(", ")),
    }
}

fn places_of(places: Places) -> String {
    let named = [
        (Places::ALL, "everywhere"),
        (Places::NODES, "nodes"),
        (Places::WORLD, "outside"),
        (Places::HOST, "the local node"),
        (Places::REMOTE_NODES, "other nodes"),
    ];
    if let Some((_, name)) = named.iter().find(|(set, _)| *set == places) {
        return (*name).to_owned();
    }
    let name = |place: Place| format!("{place:?}");
    places.iter().map(name).collect::<Vec<_>>().join(" | ")
}

fn connections(set: &Connections) -> String {
    match set {
        Connections::All => "everything".to_owned(),
        Connections::Ports(ports) => ports.to_string(),
        Connections::Icmp(types) => icmp(types),
        Connections::Requests { ports, requests } => {
            format!("{ports} {}", requests.iter().map(request).collect::<Vec<_>>().join(" | "))
        }
        Connections::LookUps { ports, names } => format!("{ports} look-ups of {}", patterns(names)),
        Connections::Other => "protocols without ports".to_owned(),
        Connections::Tls { ports, names } => format!("{ports} with tls name {}", patterns(names)),
    }
}

fn patterns(names: &[DnsPattern]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn icmp(types: &IcmpTypes) -> String {
    let mut parts = Vec::new();
    for v6 in [false, true] {
        let name = if v6 { "icmpv6" } else { "icmp" };
        if types.union(&IcmpTypes::family(v6)) == *types {
            parts.push(format!("all {name}"));
            continue;
        }
        let numbers = (0..=255).filter(|number| types.union(&IcmpTypes::one(v6, *number)) == *types);
        parts.extend(numbers.map(|number| format!("{name} {number}")));
    }
    parts.join(", ")
}

fn request(request: &RequestSet) -> String {
    let methods = match &request.methods {
        Methods::Any => "*".to_owned(),
        Methods::In(methods) => methods.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        Methods::Matching(expression) => format!("matching `{expression}`"),
    };
    let target = match &request.target {
        Target::Path { path, query: Query::Any } => format!("{path}"),
        Target::Path { path, query: Query::None } => format!("{path} without query"),
        Target::Matching(expression) => format!("target matching `{expression}`"),
    };
    let mut text = format!("{methods} {target}");
    match &request.authority {
        Authority::Any => {}
        Authority::Host(host) => write!(text, " on host {host}").unwrap(),
        Authority::Matching(expression) => write!(text, " on authority matching `{expression}`").unwrap(),
    }
    if !request.headers.0.is_empty() {
        write!(text, " with headers {}", request.headers).unwrap();
    }
    text
}
