//! Objects and what they come to. A case is a `.yaml` in `cases/`: objects, and below the line `# means` what they mean,
//! as comments. The first line says the scope: `# cilium 1.20`, with `mesh`, `node-labels` or `drop` (unknown fields)
//! behind it, or `# kubernetes 1.30`. `UPDATE=1` rewrites what is below the line.

use super::{raised, shown::shown};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use ztp::enforcer::raise::{Located, Scope, UnknownFields};
use ztp::policy::{EnforcerName, Version};
use ztp::source::FileId;
use ztp::yaml;

#[test]
fn objects_mean_what_the_cases_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/raise/cases");
    let mut failed = Vec::new();
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let (input, expected) = text.split_once("# means\n").unwrap_or((&text, ""));
        let meaning = shown(&raised(input, &scope(input.lines().next().unwrap())));
        let found: String = meaning.lines().map(|line| format!("# {line}\n")).collect();
        if found != expected {
            if std::env::var_os("UPDATE").is_some() {
                fs::write(&path, format!("{}\n\n# means\n{found}", input.trim_end())).unwrap();
            } else {
                failed.push(format!("{}:\n--- said\n{expected}--- is\n{found}", path.display()));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Objects that are cut up anywhere are read or refused, and never crash anything.
#[test]
fn any_line_may_be_missing_or_stand_twice() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/raise/cases");
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let (input, _) = text.split_once("# means\n").unwrap();
        let scope = scope(input.lines().next().unwrap());
        let lines: Vec<&str> = input.lines().collect();
        for index in 0..lines.len() {
            let without = [&lines[..index], &lines[index + 1..]].concat().join("\n");
            let twice = [&lines[..=index], &lines[index..]].concat().join("\n");
            let words = lines[index].replace("toPorts", "icmps").replace("[{", "{[").replace(": ", ": 0");
            let bent = [&lines[..index], &[words.as_str()], &lines[index + 1..]].concat().join("\n");
            for text in [without, twice, bent] {
                let documents: Vec<_> = yaml::read(&text).into_iter().flatten().collect();
                let objects: Vec<_> = documents.iter().flat_map(yaml::objects).flatten().collect();
                let located = |object: &_| Located { object: *object, file: FileId(0) };
                let located: Vec<_> = objects.iter().map(located).collect();
                let raised = ztp::enforcer::raise(&located, &scope);
                // What is said of an object points into the text.
                let span = |cause| raised.rules.cause(cause).span.unwrap();
                let spans = raised.rules.rules.iter().map(|rule| span(rule.cause));
                for span in spans.chain(raised.problems.iter().map(|problem| problem.span)) {
                    assert!(text.get(span.start as usize..span.end as usize).is_some());
                }
            }
        }
    }
}

/// Tests that hold with a label and without it cut nothing: not even the world, by names that addresses may have.
#[test]
fn tests_that_ask_for_nothing_cut_nothing() {
    let each = |line: fn(usize) -> String| (0..16).map(line).collect::<Vec<_>>().join(", ");
    let names = each(|number| format!("{{matchName: n{number}.example}}"));
    let tests = each(|number| format!("{{key: 'fqdn:n{number}.example', operator: NotIn, values: [x]}}"));
    let text = format!(
        "apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {{name: a}}\nspec:\n  \
         endpointSelector: {{}}\n  egress: [{{toFQDNs: [{names}]}}, {{toEndpoints: [{{matchExpressions: [{tests}, \
         {{key: 'reserved:world', operator: Exists}}]}}]}}]\n"
    );
    let raised = raised(&text, &super::cilium(20));
    let of_second = raised.rules.rules.iter().filter(|rule| raised.rules.cause(rule.cause).text == "egress[1]");
    let governed: BTreeSet<_> = raised.rules.rules.iter().map(|rule| rule.subject).collect();
    assert_eq!(of_second.count(), governed.len(), "{}", shown(&raised));
}

/// A rule of a few kilobytes does not become millions.
#[test]
fn too_many_rules_in_one_are_not_told() {
    let each = |count, line: fn(usize) -> String| (0..count).map(line).collect::<Vec<_>>().join(", ");
    let text = |count| {
        let peers = each(count, |number| format!("{{matchLabels: {{app: a{number}}}}}"));
        let ports = each(count, |number| {
            format!("{{ports: [{{port: '{}', protocol: TCP}}], rules: {{http: [{{}}]}}}}", number + 1)
        });
        format!(
            "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {{name: a, namespace: shop}}\nspec:\n  \
             endpointSelector: {{}}\n  ingress: [{{fromEndpoints: [{peers}], toPorts: [{ports}]}}]\n"
        )
    };
    let few = raised(&text(140), &super::cilium(20));
    assert!(few.rules.gaps.is_empty() && few.rules.rules.len() == 140 * 140);
    let many = raised(&text(150), &super::cilium(20));
    assert!(!many.rules.gaps.is_empty() && many.rules.rules.is_empty());
}

/// The scope that a first line says.
fn scope(line: &str) -> Scope {
    let mut words = line.trim_start_matches('#').split_whitespace();
    let enforcer = match words.next() {
        Some("cilium") => EnforcerName::Cilium,
        Some("kubernetes") => EnforcerName::Kubernetes,
        other => panic!("{other:?} is no enforcer"),
    };
    let (major, minor) = words.next().unwrap().split_once('.').unwrap();
    let mut scope = Scope::new(enforcer, Version { major: major.parse().unwrap(), minor: minor.parse().unwrap() });
    for word in words {
        match word {
            "mesh" => scope.mesh = true,
            "node-labels" => scope.node_labels = true,
            "drop" => scope.unknown_fields = UnknownFields::Drop,
            other => panic!("{other} says nothing"),
        }
    }
    scope
}
