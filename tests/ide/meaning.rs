//! What the editor says a name stands for is what the resolver takes it for, whatever competes for the name.

use crate::support::{check, examples, set};
use ztp::ide::{Declarations, File, Workspace, definition};
use ztp::policy::{Direction, Peer, Policy};

/// What declares `x`, by where it stands: each with a value of its own.
const OWN: &[(&str, &str)] = &[
    ("", ""),
    ("workload x { is: workload }", "{is: workload}"),
    ("external x = 10.0.0.1", "10.0.0.1/32"),
    ("group x = 10.0.0.2", "10.0.0.2/32"),
    ("group x = 10.0.0.2\nworkload x { is: workload }", "10.0.0.2/32"),
];
const PLATFORM: &[(&str, &str)] = &[
    ("", ""),
    ("external x = 10.0.1.1", "10.0.1.1/32"),
    ("group x = 10.0.1.2", "10.0.1.2/32"),
    ("nodes x { is: node }", "{is: node}"),
    ("nodes x { is: node }\nexternal x = 10.0.1.1", "{is: node}"),
    ("workload x { is: nothing }", ""),
];
const FACTS: &[[&str; 2]] =
    &[["", ""], ["external x = 10.0.2.1", ""], ["external x = 10.0.2.1", "external x = 10.0.2.2"]];

#[test]
fn a_bare_name_stands_for_what_the_resolver_takes_it_for() {
    let mut told = 0;
    for (own, _) in OWN {
        for (platform, _) in PLATFORM {
            for facts in FACTS {
                for platform_first in [true, false] {
                    let mut workspace = Workspace::new();
                    // The platform's file comes before the namespace's, or behind it.
                    let path = if platform_first { "a.ztp" } else { "z.ztp" };
                    let text = format!(
                        "platform\ncluster east {{\n  enforcer cilium 1.19\n  features node-selector-labels\n  {}\n}}\n\
                         cluster west {{\n  enforcer cilium 1.19\n  features node-selector-labels\n  {}\n}}\n{platform}\n",
                        facts[0], facts[1]
                    );
                    set(&mut workspace, path, &text);
                    let file = set(
                        &mut workspace,
                        "m.ztp",
                        &format!("namespace shop\nworkload y {{ is: y }}\n{own}\ny may reach x\n"),
                    );
                    let said = definitions(&workspace, &file);
                    let taken = taken(&workspace);
                    assert_eq!(said, taken, "of\n{text}\nand\n{}", file.source.text);
                    told += taken.len();
                }
            }
        }
    }
    assert!(told > 100, "nearly nothing was resolved: {told}");
}

/// The values of the declarations that the name in the sentence leads to.
fn definitions(workspace: &Workspace, file: &File) -> Vec<String> {
    let at = file.source.text.find("reach x").unwrap() + "reach ".len();
    let found = definition(workspace, file, u32::try_from(at).unwrap());
    let texts = found.iter().map(|found| workspace.sources().slice(found.whole));
    let mut values: Vec<String> = texts
        .map(|text| match text.split_once("= ") {
            Some((_, address)) => format!("{address}/32"),
            None => text.split_once("{ ").unwrap().1.trim_end_matches(" }").to_owned(),
        })
        .collect();
    values.sort();
    values
}

/// What the resolver took it for, of all clusters.
fn taken(workspace: &Workspace) -> Vec<String> {
    let checked = check(workspace);
    let mut values: Vec<String> = checked.clusters.iter().flat_map(|cluster| peers(&cluster.policy)).collect();
    values.sort();
    values.dedup();
    values
}

fn peers(policy: &Policy) -> Vec<String> {
    let said = policy.rules.iter().filter(|rule| rule.direction == Direction::Egress);
    let said = said.filter(|rule| rule.origin != ztp::policy::Origin::DnsCompanion);
    said.map(|rule| match &rule.peer {
        Peer::Net(net) => net.cidr.to_string(),
        Peer::Nodes(nodes) => nodes.0.to_string().trim_matches(['{', '}', ' ']).to_owned(),
        Peer::Pods(pods) => pods.labels.to_string().trim_matches(['{', '}', ' ']).to_owned(),
        other => format!("{other:?}"),
    })
    .collect()
}

/// What can be known of `bank`, whose workload `x` a sentence of another namespace names.
const BANKS: &[(&str, &str)] = &[
    ("", ""),
    ("namespace bank", ""),
    ("", "namespace bank\nworkload x { is: own }\nexpose every workload to shop/y"),
    ("", "namespace bank\nexternal x = 10.0.0.1\nexpose every workload to shop/y"),
    ("namespace bank", "namespace bank\nworkload x { is: own }\nexpose every workload to shop/y"),
];

#[test]
fn a_qualified_name_stands_for_what_the_resolver_takes_it_for() {
    let mut told = 0;
    for (declared, bank) in BANKS {
        for foreign in ["", "workload bank/x { is: foreign }"] {
            for in_platform in [true, false] {
                let mut workspace = Workspace::new();
                let (platform, own) = if in_platform { (foreign, "") } else { ("", foreign) };
                set(&mut workspace, "a.ztp", &format!("platform\n{declared}\n{platform}\n"));
                if !bank.is_empty() {
                    set(&mut workspace, "bank.ztp", bank);
                }
                let text = format!("namespace shop\nworkload y {{ is: y }}\n{own}\ny may reach bank/x\n");
                let file = set(&mut workspace, "m.ztp", &text);
                let at = text.find("bank/x\n").unwrap() + "bank/x".len();
                let at = if own.is_empty() { at } else { text.rfind("bank/x\n").unwrap() + "bank/x".len() };
                let found = definition(&workspace, &file, u32::try_from(at).unwrap());
                let mut said: Vec<String> = found
                    .iter()
                    .map(|found| workspace.sources().slice(found.whole))
                    .map(|text| text.split_once("{ ").unwrap().1.trim_end_matches(" }").to_owned())
                    .collect();
                said.dedup();
                // By its label, and nothing declares it.
                let taken: Vec<String> = taken(&workspace).into_iter().filter(|labels| labels != "app: x").collect();
                assert_eq!(said, taken, "of {declared:?}, {bank:?}, {foreign:?}");
                told += taken.len();
            }
        }
    }
    assert!(told > 3, "nearly nothing was resolved: {told}");
}

#[test]
fn what_is_near_decides_as_all_does() {
    let mut asked = 0;
    for (example, workspace) in examples() {
        let all = Declarations::of(&workspace, &|_| true);
        for file in workspace.files() {
            let near = Declarations::seen_from(&workspace, file, &|_| true);
            for name in &file.names {
                let meaning = all.meaning(file, name);
                assert_eq!(near.meaning(file, name), meaning, "{} of {example}", name.name);
                for symbol in &meaning {
                    assert_eq!(near.kind(symbol), all.kind(symbol), "{symbol:?} of {example}");
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 100, "the examples name hardly anything: {asked}");
}

/// Peers of every kind, some of which serve `http`.
const PEERS: &[&str] = &[
    "serving",
    "silent",
    "other",
    "clients",
    "outside",
    "lan",
    "shop/serving",
    "shop/other",
    "bank/serving",
    "far/serving",
    "far/nothing",
    "nobody",
    "world",
    "every workload",
    "shop/{ app: serving }",
    "(serving, bank/serving)",
    "(serving, silent)",
    "serving in cde",
];

#[test]
fn a_port_is_one_where_the_resolver_takes_it_for_one() {
    let (mut found, mut refused) = (0, 0);
    for peer in PEERS {
        for port in ["http", "http/udp", "[80, http]", "none"] {
            let mut workspace = Workspace::new();
            set(
                &mut workspace,
                "a.ztp",
                "platform\nnamespaces cde { cde: \"true\" }\nworkload far/serving serves http 80, http 80/udp\nexternal lan = 10.0.0.0/8\n",
            );
            set(
                &mut workspace,
                "b.ztp",
                "namespace bank\nworkload serving serves http 80, http 80/udp\nexpose every workload to shop/y\n",
            );
            let text = format!(
                "namespace shop\nworkload y\nworkload serving serves http 80, http 80/udp\nworkload silent\n\
                 workload other serves metrics 9090\ngroup clients = serving\nexternal outside = 10.0.0.1:80\n\
                 y may reach {peer}:{port}\n"
            );
            let file = set(&mut workspace, "m.ztp", &text);
            let name = port.trim_matches(['[', ']']).rsplit(", ").next().unwrap().split('/').next().unwrap();
            let at = text.rfind(name).unwrap();
            let said = definition(&workspace, &file, u32::try_from(at).unwrap());
            let errors = ztp::diagnostic::has_errors(&check(&workspace).diagnostics);
            // In a list of several it is enough for an answer that one of them serves it, and for an error that one does not.
            if peer.starts_with('(') && name == "http" {
                assert!(!said.is_empty(), "{peer}:{port}");
                continue;
            }
            assert_eq!(said.is_empty(), errors, "{peer}:{port} leads to {said:?}");
            if errors { refused += 1 } else { found += 1 }
        }
    }
    assert!(found > 8 && refused > 20, "{found} found, {refused} refused");
}
