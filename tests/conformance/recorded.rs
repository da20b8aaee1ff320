//! The verdicts that Cilium's engine gave when `cilium-verdicts` was recorded (1.20-pre.4) come out of the judge again. So
//! the judge asks as was asked then, and the newest release decides as that version did.

use super::cilium_verdicts::{self, Case};
use super::judge::{Judge, Object, programs};
use serde_json::{Value, json};
use ztp::policy::Version;

/// Cases with an object that the API server refuses, by the schema of 1.20.2. What was recorded went past it, to the agent.
const REFUSED_BY_SCHEMA: [(&str, &str); 5] = [
    ("S4", "an entry of `toFQDNs` has neither a name nor a pattern"),
    ("S6", "`rules: {}` is of no kind"),
    ("U1", "no entity is `world-ipv4`"),
    ("U14", "a name beside a pattern in `rules.dns`"),
    ("R8", "33 characters of `log.value`"),
];

#[test]
fn what_was_recorded_comes_out_again() {
    let Some(recorded) = cilium_verdicts::cases() else { return };
    // It is about one version.
    let Some(judge) =
        &mut Judge::start_all(programs()).pop().filter(|judge| judge.version >= Version { major: 1, minor: 20 })
    else {
        return;
    };
    let (mut cases, mut flows, mut by_schema, mut wrong) = (0, 0, Vec::new(), Vec::new());
    for case in recorded {
        // A kind that the compiler does not write.
        if case.manifests().contains("kind: ClusterNetworkPolicy") {
            continue;
        }
        let answer = judge.ask(&request(&case)).unwrap();
        let objects = Object::all(&answer);
        let (said, found) = (said(&case), decided(&answer, &objects, &case));
        if said != found && objects.iter().any(|object| !object.schema.is_empty()) {
            by_schema.push(case.name.split(' ').next().unwrap().to_owned());
            continue;
        }
        for (said, found) in said.iter().zip(&found).filter(|(said, found)| said != found) {
            wrong.push(format!("{}: {}\n  recorded: {said}\n  found:    {found}", case.file, case.name));
        }
        cases += 1;
        flows += case.flows.len();
        if said.len() != found.len() {
            wrong.push(format!("{}: {}\n  recorded: {said:#?}\n  found:    {found:#?}", case.file, case.name));
        }
    }
    eprintln!("{cases} cases with {flows} flows come out again; {} are refused by the API server", by_schema.len());
    assert!(wrong.is_empty(), "{} lines differ\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(by_schema, REFUSED_BY_SCHEMA.map(|(name, _)| name));
    assert!(cases > 0);
}

/// What was said, in the words that both have: an object that is refused, or a flow with its ends.
fn said(case: &Case) -> Vec<String> {
    // Behind an end that is an error stands its text.
    case.said
        .iter()
        .map(|line| {
            if line.contains("PARSE ERROR") {
                return "refused".to_owned();
            }
            let mut words: Vec<String> = line.split_whitespace().map(plain).collect();
            if let Some(at) = words.iter().position(|word| word.ends_with(":error")) {
                words.truncate(at + 1);
            }
            words.join(" ")
        })
        .collect()
}

/// One end in the judge's words. `open` is not told from `allow`: what was recorded calls only an end without any policy
/// open.
fn plain(word: &str) -> String {
    let Some((way, verdict)) = word.split_once(':') else { return word.to_owned() };
    let verdict = match verdict {
        "DENY" => "deny".to_owned(),
        "DENY(default)" => "default-deny".to_owned(),
        "ALLOW(no-policy)" => "allow".to_owned(),
        _ if verdict.starts_with("POLICY-COMPUTE-ERROR") => "error".to_owned(),
        _ => verdict.replace("ALLOW", "allow").replace("+PROXY", "+redirect").replace("+AUTH=spire", "+auth"),
    };
    format!("{way}:{verdict}")
}

fn request(case: &Case) -> Value {
    let mut names: Vec<&str> = case.flows.iter().flat_map(|flow| flow.split_whitespace().take(2)).collect();
    names.sort_unstable();
    names.dedup();
    let at = |name: &str| names.iter().position(|one| *one == name).unwrap();
    let flows = case.flows.iter().flat_map(|flow| {
        let words: Vec<&str> = flow.split_whitespace().collect();
        let (port, protocol) = words[2].split_once('/').unwrap();
        ways(&words).iter().map(move |way| {
            json!({ "from": at(words[0]), "to": at(words[1]), "at": way, "protocol": protocol,
                    "port": port.parse::<u16>().unwrap() })
        })
    });
    json!({
        "manifests": case.manifests(),
        "namespaces": { "pci": { "cde": "true" } },
        "endpoints": names.iter().map(|name| endpoint(name, case)).collect::<Vec<_>>(),
        "flows": flows.collect::<Vec<_>>(),
        "stack": "ipv4",
        "unknownFields": "drop",
    })
}

fn ways(words: &[&str]) -> &'static [&'static str] {
    match words.get(3) {
        Some(&"both") => &["egress", "ingress"],
        Some(&"ingress") => &["ingress"],
        _ => &["egress"],
    }
}

fn endpoint(name: &str, case: &Case) -> Value {
    let pod = |namespace: &str, key: &str, value: &str| json!({ "pod": { "namespace": namespace, "labels": { key: value }, "serviceAccount": value } });
    let world = |more: &[&str]| {
        let labels = [&["reserved:world"], more].concat();
        json!({ "identity": labels })
    };
    if let Some(labels) = case.extra.get(name) {
        return json!({ "identity": labels });
    }
    match name {
        "checkout" | "backend" => pod("payments", "app", name),
        "other" => pod("other", "app", "x"),
        "cde" => pod("pci", "app", "cde"),
        "dns" => pod("kube-system", "k8s-app", "kube-dns"),
        "host" => json!({ "node": "local" }),
        "remote-node" => json!({ "node": "remote" }),
        "apiserver-cp" => json!({ "node": "remote", "apiserver": true }),
        "apiserver-host" => json!({ "node": "local", "apiserver": true }),
        "health" | "ingress" | "init" | "unmanaged" => json!({ "entity": name }),
        "world" => world(&[]),
        "apiserver-ext" => world(&["reserved:kube-apiserver", "cidr:34.1.1.1/32"]),
        "fqdn-stripe" => world(&["fqdn:api.stripe.com"]),
        "fqdn-star" => world(&["fqdn:*.stripe.com"]),
        "cidr8" => world(&["cidr:10.0.0.0/8"]),
        "imds" => world(&["cidr:169.254.169.254/32"]),
        "imdsfqdn" => world(&["cidr:169.254.169.254/32", "fqdn:evil.example.com"]),
        other => panic!("who is {other}?"),
    }
}

fn decided(answer: &Value, objects: &[Object], case: &Case) -> Vec<String> {
    let refused = objects.iter().filter(|object| !object.refused().is_empty()).map(|_| "refused".to_owned());
    let mut found: Vec<String> = refused.collect();
    let mut verdicts = answer["verdicts"].as_array().into_iter().flatten();
    for flow in &case.flows {
        let words: Vec<&str> = flow.split_whitespace().collect();
        let mut line = words.join(" ");
        for way in ways(&words) {
            let verdict = verdicts.next().unwrap();
            let connection = verdict["connection"].as_str().unwrap();
            let mut end = if connection == "open" { "allow".to_owned() } else { connection.to_owned() };
            for mark in ["redirect", "auth"] {
                if verdict[mark] == Value::Bool(true) {
                    end.push_str(&format!("+{mark}"));
                }
            }
            line.push_str(&format!(" {way}:{end}"));
            if end == "error" {
                break;
            }
        }
        found.push(line);
    }
    found
}
