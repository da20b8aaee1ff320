//! No form that Cilium's agent rejects, ignores or widens in silence comes out: of the cases in `tests/manifests`, of the
//! error index, of the examples, or of projects made at random.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests read files and may panic"
)]

#[path = "support/forms.rs"]
mod forms;

use proptest::prelude::*;
use std::path::{Path, PathBuf};
use ztp::compile::{self, Options, Outcome};
use ztp::diagnostic;
use ztp::manifest::{Object, yaml};
use ztp::policy::{EnforcerName, Version};
use ztp::source::Sources;

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|ext| ext == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn build(files: &[(String, String)], minor: u16) -> Outcome {
    let mut sources = Sources::new();
    for (path, text) in files {
        sources.add(path.clone(), text.clone());
    }
    let declares = files.iter().any(|(_, text)| text.lines().any(|line| line.trim_start().starts_with("enforcer ")));
    let enforcer = (!declares).then_some((EnforcerName::Cilium, Version { major: 1, minor }));
    compile::build(&sources, &Options { enforcer, ..Options::default() })
}

/// How many Cilium objects were looked at.
fn walk(outcome: &Outcome, what: &str) -> usize {
    let objects = outcome.clusters.iter().flat_map(|cluster| &cluster.objects);
    let mut looked_at = 0;
    for object in objects.filter(|object| !matches!(object, Object::NetworkPolicy(_))) {
        let mut text = String::new();
        yaml::write(object, &mut text);
        let found = forms::forms(&serde_yaml::from_str(&text).expect("it is YAML"));
        assert!(found.is_empty(), "{what}: {found:#?}\n{text}");
        looked_at += 1;
    }
    looked_at
}

#[test]
fn none_in_the_cases() {
    let mut looked_at = 0;
    for minor in [18, 19, 20] {
        for path in files(&root().join("tests/manifests"), "ztp") {
            let text = std::fs::read_to_string(&path).expect("a case");
            looked_at += walk(&build(&[("case.ztp".into(), text)], minor), &path.display().to_string());
        }
    }
    assert!(looked_at > 50, "{looked_at}");
}

#[test]
fn none_in_the_error_index() {
    let mut looked_at = 0;
    for path in files(&root().join("docs/errors"), "md") {
        let page = std::fs::read_to_string(&path).expect("a page");
        for fence in page.split("```ztp").skip(1) {
            let (_, text) = fence.split_once('\n').expect("a fence");
            let text = text.split("```").next().expect("an end");
            looked_at += walk(&build(&[("case.ztp".into(), text.into())], 19), &path.display().to_string());
        }
    }
    assert!(looked_at > 50, "{looked_at}");
}

#[test]
fn none_in_the_examples() {
    let mut looked_at = 0;
    for entry in std::fs::read_dir(root().join("examples")).expect("examples") {
        let folder = entry.expect("an entry").path();
        if !folder.is_dir() {
            continue;
        }
        let sources: Vec<_> = files(&folder, "ztp")
            .iter()
            .map(|path| {
                let below = path.strip_prefix(&folder).expect("a file of the example").display().to_string();
                (below, std::fs::read_to_string(path).expect("a source"))
            })
            .collect();
        looked_at += walk(&build(&sources, 19), &folder.display().to_string());
    }
    assert!(looked_at > 10, "{looked_at}");
}

/// A spec that has each form: in a namespace, or cluster-wide where it begins with a `!`.
const BROKEN: &[(&str, &str)] = &[
    ("no list of rules", "endpointSelector: {}"),
    ("an empty list", "{endpointSelector: {}, ingress: []}"),
    (
        "an empty list",
        "{endpointSelector: {}, egress: [{toFQDNs: [], toPorts: [{ports: [{port: '443', protocol: TCP}]}]}]}",
    ),
    ("an empty list", "{endpointSelector: {}, ingress: [{fromEntities: [all], toPorts: []}]}"),
    (
        "an empty list",
        "{endpointSelector: {}, ingress: [{fromEntities: [all], toPorts: [{ports: [{port: '1', protocol: TCP}], rules: {}}]}]}",
    ),
    ("a key that is not known", "{endpointSelector: {}, egress: [{toServices: [{}]}]}"),
    ("two selectors, or none", "ingress: [{}]"),
    ("nodeSelector in a namespace", "{nodeSelector: {}, ingress: [{}]}"),
    (
        "two kinds of peers",
        "{endpointSelector: {}, ingress: [{fromEntities: [world], fromCIDRSet: [{cidr: 10.0.0.0/8}]}]}",
    ),
    ("no peer", "{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: '1', protocol: TCP}]}]}]}"),
    ("an unknown entity", "{endpointSelector: {}, ingress: [{fromEntities: [internet]}]}"),
    ("too many ports", "{endpointSelector: {}, ingress: [{fromEntities: [all], toPorts: [{ports: MANY}]}]}"),
    (
        "a port that is none",
        "{endpointSelector: {}, ingress: [{fromEntities: [all], toPorts: [{ports: [{port: '70000', protocol: TCP}]}]}]}",
    ),
    (
        "a protocol that is none",
        "{endpointSelector: {}, ingress: [{fromEntities: [all], toPorts: [{ports: [{port: '1'}]}]}]}",
    ),
    (
        "an empty range of ports",
        "{endpointSelector: {}, ingress: [{fromEntities: [all], toPorts: [{ports: [{port: '9', endPort: 8, protocol: TCP}]}]}]}",
    ),
    (
        "requests on port 0",
        "{endpointSelector: {}, ingress: [{fromEntities: [all], toPorts: [{ports: [{port: '0', protocol: TCP}], rules: {http: [{path: /}]}}]}]}",
    ),
    (
        "rules without ports",
        "{endpointSelector: {}, ingress: [{fromEntities: [all], toPorts: [{rules: {http: [{path: /}]}}]}]}",
    ),
    (
        "HTTP on another protocol than TCP",
        "{endpointSelector: {}, ingress: [{fromEntities: [all], toPorts: [{ports: [{port: '1', protocol: ANY}], rules: {http: [{path: /}]}}]}]}",
    ),
    (
        "DNS rules on a range",
        "{endpointSelector: {}, egress: [{toEntities: [all], toPorts: [{ports: [{port: '1', endPort: 2, protocol: ANY}], rules: {dns: [{matchName: a.b}]}}]}]}",
    ),
    (
        "DNS rules on ingress",
        "{endpointSelector: {}, ingress: [{fromEntities: [all], toPorts: [{ports: [{port: '1', protocol: ANY}], rules: {dns: [{matchName: a.b}]}}]}]}",
    ),
    (
        "two kinds of rules",
        "{endpointSelector: {}, egress: [{toEntities: [all], toPorts: [{ports: [{port: '1', protocol: TCP}], rules: {http: [{path: /}], dns: [{matchName: a.b}]}}]}]}",
    ),
    (
        "a request rule that asks nothing",
        "{endpointSelector: {}, ingress: [{fromEntities: [all], toPorts: [{ports: [{port: '1', protocol: TCP}], rules: {http: [{}]}}]}]}",
    ),
    ("a rule for requests or names in a deny", "{endpointSelector: {}, egressDeny: [{toFQDNs: [{matchName: a.b}]}]}"),
    ("names on ingress", "{endpointSelector: {}, ingress: [{toFQDNs: [{matchName: a.b}]}]}"),
    (
        "HTTP at nodes",
        "!{nodeSelector: {}, ingress: [{fromEntities: [all], toPorts: [{ports: [{port: '1', protocol: TCP}], rules: {http: [{path: /}]}}]}]}",
    ),
    (
        "ICMP beside ports",
        "{endpointSelector: {}, ingress: [{fromEntities: [all], icmps: [{fields: [{family: IPv4, type: 8}]}], toPorts: [{ports: [{port: '1', protocol: TCP}]}]}]}",
    ),
    (
        "ICMP type 0 in an allow",
        "{endpointSelector: {}, ingress: [{fromEntities: [all], icmps: [{fields: [{family: IPv4, type: 0}]}]}]}",
    ),
    (
        "server names beside rules",
        "{endpointSelector: {}, ingress: [{fromEntities: [all], toPorts: [{ports: [{port: '1', protocol: TCP}], serverNames: [a.b], rules: {http: [{path: /}]}}]}]}",
    ),
    ("an address range that is none", "{endpointSelector: {}, ingress: [{fromCIDRSet: [{cidr: 10.0.0.1}]}]}"),
    (
        "an exception outside its range",
        "{endpointSelector: {}, ingress: [{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [11.0.0.0/16]}]}]}",
    ),
    ("a label that is none", "{endpointSelector: {matchLabels: {app: bad value}}, ingress: [{}]}"),
    ("a selector of nobody", "{endpointSelector: {matchExpressions: [{key: app, operator: In}]}, ingress: [{}]}"),
    ("a name that is none", "{endpointSelector: {}, egress: [{toFQDNs: [{matchName: '*.a'}]}]}"),
    (
        "an expression that is none",
        "{endpointSelector: {}, ingress: [{fromEntities: [all], toPorts: [{ports: [{port: '1', protocol: TCP}], rules: {http: [{path: '/(?!x)'}]}}]}]}",
    ),
    (
        "a header without a name",
        "{endpointSelector: {}, ingress: [{fromEntities: [all], toPorts: [{ports: [{port: '1', protocol: TCP}], rules: {http: [{headerMatches: [{value: x}]}]}}]}]}",
    ),
    (
        "another namespace in a namespace's selector",
        "{endpointSelector: {matchLabels: {'k8s:io.kubernetes.pod.namespace': b}}, ingress: [{}]}",
    ),
    (
        "a peer without a namespace",
        "{endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {'k8s:app': x}}]}]}",
    ),
    ("reserved endpoints as subjects", "!{endpointSelector: {}, ingress: [{}]}"),
    ("a deny that isolates", "{endpointSelector: {}, ingressDeny: [{fromEntities: [world]}]}"),
    (
        "a log value that is too long",
        "{endpointSelector: {}, ingress: [{}], log: {value: a-value-of-more-than-thirty-two-characters}}",
    ),
];

/// What is never found must be findable.
#[test]
fn each_form_is_seen() {
    let many: Vec<String> = (1..=41).map(|port| format!("{{port: '{port}', protocol: TCP}}")).collect();
    for name in forms::NAMES {
        assert!(BROKEN.iter().any(|(broken, _)| broken == name), "`{name}` has no example");
    }
    for (name, spec) in BROKEN {
        let (metadata, spec) = match spec.strip_prefix('!') {
            Some(spec) => ("{name: a}", spec),
            None => ("{name: a, namespace: a}", *spec),
        };
        let spec = spec.replace("MANY", &format!("[{}]", many.join(", ")));
        let spec = if spec.starts_with('{') { spec } else { format!("{{{spec}}}") };
        let text = format!("metadata: {metadata}\nspec: {spec}\n");
        let found = forms::forms(&serde_yaml::from_str(&text).expect("it is YAML"));
        assert!(found.iter().any(|form| form.starts_with(&format!("{name}:"))), "{name}: {found:#?}\n{text}");
    }
}

/// A peer as a sentence has it.
fn peer() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("api".to_owned()),
        Just("web".to_owned()),
        Just("db".to_owned()),
        Just("every workload".to_owned()),
        Just("anything".to_owned()),
        Just("world".to_owned()),
        Just("kube-apiserver".to_owned()),
        Just("other/*".to_owned()),
        Just("other/{ a in (x, y), !b, c not in (z), d }".to_owned()),
        Just("10.0.0.0/8".to_owned()),
        Just("[2001:db8::/32]".to_owned()),
        Just("api.example.com".to_owned()),
        Just("*.example.org".to_owned()),
        Just("private".to_owned()),
    ]
}

fn ports() -> impl Strategy<Value = String> {
    let port = prop_oneof![
        (1_u16..=65535).prop_map(|port| port.to_string()),
        (1_u16..=65535, 1_u16..=65535).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b).max(2))),
        Just("1-65535".to_owned()),
        Just("53/any".to_owned()),
        Just("1-65535/udp".to_owned()),
        Just("9/sctp".to_owned()),
    ];
    prop_oneof![
        1 => Just(String::new()),
        4 => proptest::collection::vec(port, 1..60).prop_map(|ports| format!(":[{}]", ports.join(", "))),
    ]
}

fn path() -> impl Strategy<Value = String> {
    proptest::collection::vec("[a-z0-9._~+]{1,8}|\\*", 0..4)
        .prop_flat_map(|segments| (Just(segments), any::<bool>()))
        .prop_map(|(segments, rest)| match (segments.is_empty(), rest) {
            (true, true) => "/**".to_owned(),
            (true, false) => "/".to_owned(),
            (false, true) => format!("/{}/**", segments.join("/")),
            (false, false) => format!("/{}", segments.join("/")),
        })
}

fn sentence() -> impl Strategy<Value = String> {
    let methods = prop_oneof![Just("GET"), Just("GET, POST"), Just("request")];
    prop_oneof![
        4 => (peer(), peer(), ports()).prop_map(|(a, b, ports)| format!("{a} may reach {b}{ports}")),
        2 => (peer(), peer(), ports()).prop_map(|(a, b, ports)| format!("{a} may not reach {b}{ports}")),
        1 => (peer(), peer()).prop_map(|(a, b)| format!("{a} may ping {b}")),
        3 => (peer(), methods, path(), peer(), 1_u16..=65535)
            .prop_map(|(a, methods, path, b, port)| format!("{a} may {methods} {path} on {b}:{port}")),
        1 => (peer(), ports()).prop_map(|(a, ports)| format!("api may reach {a}{ports} with mutual auth")),
        1 => (1_u16..=65535).prop_map(|port| format!("api may reach tls.example.com:{port} with tls name tls.example.com")),
    ]
}

fn platform_sentence() -> impl Strategy<Value = String> {
    let permit = prop_oneof![
        Just("a.example.com".to_owned()),
        Just("b.example.com".to_owned()),
        Just("10.1.0.0/16".to_owned()),
        Just("[2001:db8::1]".to_owned()),
        Just("shop/api".to_owned()),
        Just("other/*".to_owned()),
        Just("kube-apiserver".to_owned()),
        Just("world".to_owned()),
        Just("cluster".to_owned()),
    ];
    let permits = proptest::collection::vec((permit, ports()), 1..5).prop_map(|permits| {
        permits.iter().map(|(peer, ports)| format!("{peer}{ports}")).collect::<Vec<_>>().join(", ")
    });
    prop_oneof![
        3 => permits.prop_map(|permits| format!("workloads in cde may only reach {permits}")),
        1 => ports().prop_map(|ports| format!("nothing but shop/api, other/*, ingress may reach shop/db{ports}")),
        1 => ports().prop_map(|ports| format!("no workload may reach cloud-metadata{ports}")),
        1 => ports().prop_map(|ports| format!("other/* may always reach workloads in every namespace{ports}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// Each sentence stands in a project of its own, and all that compile stand in one more.
    #[test]
    fn none_at_random(
        said in proptest::collection::vec(sentence(), 1..5),
        platform in proptest::collection::vec(platform_sentence(), 0..3),
        minor in 18_u16..=20,
    ) {
        let project = |platform: &[String], said: &[String]| {
            let text = format!(
                "platform\nproject acme\nnamespaces cde {{ cde: \"true\" }}\nnamespace shop labels {{ cde: \"true\" }}\n{}\n\
                 namespace shop {{\nworkload api\nworkload web\nworkload db\n{}\n}}\n",
                platform.join("\n"),
                said.join("\n"),
            );
            (build(&[("case.ztp".into(), text.clone())], minor), text)
        };
        let compiles = |platform: &[String], said: &[String]| {
            let (outcome, text) = project(platform, said);
            walk(&outcome, &text);
            !diagnostic::has_errors(&outcome.diagnostics)
        };
        let said: Vec<String> = said.into_iter().filter(|one| compiles(&[], std::slice::from_ref(one))).collect();
        let platform: Vec<String> = platform.into_iter().filter(|one| compiles(std::slice::from_ref(one), &[])).collect();
        compiles(&platform, &said);
    }
}
