//! What sentences mean: each file in `tests/model` is a source, a line of dashes, and the half-rules and findings that
//! come of it. `UPDATE=1 cargo test --test model` writes them anew.
//!
//! A source is one file, or several, each after a line `== path`. A first line `today 2027-01-01` sets the day.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, reason = "tests read files and may panic")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use ztp::compile::{Options, check};
use ztp::policy::{
    Direction, DnsPattern, Effect, EnforcerName, Origin, Peer, Policy, Selects, SubjectId, Traffic, Version,
};
use ztp::source::{LineIndex, Sources};

const LINE: &str = "--------\n";

#[test]
fn sources_mean_what_the_cases_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/model");
    let mut cases: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() > 5, "the cases are gone");
    let mut wrong = Vec::new();
    for case in cases {
        let text = fs::read_to_string(&case).unwrap();
        let source = text.split(LINE).next().unwrap();
        let now = format!("{source}{LINE}{}", meaning(source));
        if now != text {
            if std::env::var_os("UPDATE").is_some() {
                fs::write(&case, now).unwrap();
            } else {
                wrong.push(format!("{}:\n{now}", case.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "these mean something else now (UPDATE=1 puts it in):\n{}", wrong.join("\n"));
}

fn meaning(source: &str) -> String {
    let sources = files(source);
    let mut options = Options {
        enforcer: Some((EnforcerName::Cilium, Version { major: 1, minor: 19 })),
        expired_fails: true,
        ..Options::default()
    };
    if source.contains("enforcer ") {
        options.enforcer = None;
    }
    let outcome = check(&sources, &options);
    let mut out = String::new();
    for diagnostic in &outcome.diagnostics {
        let place = diagnostic.primary.as_ref().map_or_else(String::new, |label| {
            let file = sources.get(label.span.file).unwrap();
            let at = LineIndex::new(&file.text).line_column(&file.text, label.span.start);
            format!(" {}:{}:{}", file.path, at.line, at.column)
        });
        let _ = writeln!(out, "{}{place} {}", diagnostic.code, diagnostic.message);
        for help in &diagnostic.help {
            let _ = writeln!(out, "    help: {help}");
        }
        for edit in diagnostic.fixes.iter().flat_map(|fix| &fix.edits) {
            let text = &sources.get(edit.span.file).unwrap().text;
            let old = text.get(edit.span.start as usize..edit.span.end as usize).unwrap();
            let _ = writeln!(out, "    fix: `{old}` to `{}`", edit.text);
        }
    }
    for cluster in &outcome.clusters {
        dump(&cluster.policy, &mut out);
    }
    out
}

fn files(source: &str) -> Sources {
    let mut sources = Sources::new();
    if !source.starts_with("== ") {
        sources.add("main.ztp", source);
        return sources;
    }
    for part in source.split("== ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap();
        sources.add(path, text);
    }
    sources
}

fn dump(policy: &Policy, out: &mut String) {
    if let Some(name) = &policy.cluster.name {
        let _ = writeln!(out, "cluster {name}");
    }
    for isolation in &policy.isolations {
        let _ = writeln!(out, "isolate {} {}", word(isolation.direction), subject(policy, isolation.subject));
    }
    for rule in &policy.rules {
        let effect = match &rule.effect {
            Effect::Deny => "deny".to_owned(),
            Effect::Allow { mutual_auth, tls_name } => {
                let auth = if *mutual_auth { " authenticated" } else { "" };
                let tls = tls_name.as_ref().map_or_else(String::new, |name| format!(" tls {name}"));
                format!("allow{auth}{tls}")
            }
        };
        let origin = match rule.origin {
            Origin::Said => "",
            Origin::PlatformGrant => " (platform)",
            Origin::DnsCompanion => " (derived)",
        };
        let _ = writeln!(
            out,
            "{effect} {} {} with {}: {}{origin}",
            word(rule.direction),
            subject(policy, rule.subject),
            peer(&rule.peer),
            traffic(&rule.traffic)
        );
    }
    for boundary in &policy.boundaries {
        let permits: Vec<String> = boundary
            .permits
            .iter()
            .map(|permit| format!("{}: {}", peer(&permit.peer), traffic(&permit.traffic)))
            .collect();
        let _ = writeln!(
            out,
            "cap {} {} {} to {}",
            word(boundary.direction),
            subject(policy, boundary.subject),
            traffic(&boundary.traffic),
            permits.join(" | ")
        );
    }
}

fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "ingress",
        Direction::Egress => "egress",
    }
}

fn subject(policy: &Policy, id: SubjectId) -> String {
    let subject = policy.subject(id);
    let owner = subject.namespace.as_deref().unwrap_or("cluster-wide");
    let selects = match &subject.selects {
        Selects::Pods(selector) => selector.to_string(),
        Selects::Nodes(nodes) => format!("nodes {}", nodes.0),
    };
    format!("{} [{owner}: {selects}]", subject.name)
}

fn peer(peer: &Peer) -> String {
    match peer {
        Peer::Pods(selector) => selector.to_string(),
        Peer::Entity(entity) => entity.as_str().to_owned(),
        Peer::Nodes(nodes) => format!("nodes {}", nodes.0),
        Peer::Net(net) if net.except.is_empty() => net.cidr.to_string(),
        Peer::Net(net) => format!("{} except {:?}", net.cidr, net.except),
        Peer::Name(name) => name.to_string(),
        Peer::Anything => "anything".to_owned(),
    }
}

fn traffic(traffic: &Traffic) -> String {
    let names = |names: &[DnsPattern]| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match traffic {
        Traffic::All => "everything".to_owned(),
        Traffic::Ping => "ping".to_owned(),
        Traffic::Ports(ports) => ports.to_string(),
        Traffic::Dns { ports, names: asked } => format!("{ports} for {}", names(asked)),
        Traffic::Http { ports, requests } => {
            let requests: Vec<String> = requests.iter().map(|request| format!("{request:?}")).collect();
            format!("{ports} {}", requests.join(" or "))
        }
    }
}
