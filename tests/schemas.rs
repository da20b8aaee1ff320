//! Every emitted object passes the schema of its kind: objects that use each field of the manifest structs, and every
//! manifest that is committed under `examples`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and reads files"
)]

#[path = "support/kubectl.rs"]
mod kubectl;
#[path = "support/schema.rs"]
mod schema;

use schema::Schemas;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use ztp::manifest::cilium::{
    Cidr, DefaultDeny, Fqdn, HeaderMatch, HttpRule, Icmp, IcmpField, L7, Peers, Policy, Port, PortRule, Rule, Spec,
    Subject, Traffic,
};
use ztp::manifest::{LabelSelector, MatchExpression, Metadata, Object, Operator, kubernetes, yaml};

/// The objects of a YAML stream.
fn read(text: &str) -> Vec<Value> {
    use serde::Deserialize as _;
    serde_yaml::Deserializer::from_str(text).map(|document| Value::deserialize(document).expect("it is YAML")).collect()
}

/// Refuses what breaks its schema, and says what could not be judged.
fn assert_fits(schemas: &Schemas, text: &str, from: &str) {
    for object in read(text) {
        match schemas.errors(&object) {
            Some(errors) => assert!(errors.is_empty(), "{from}: {errors:#?}\n{text}"),
            None => eprintln!("skipped: no schema for {} of {from}; is ZTP_CORPUS set?", object["kind"]),
        }
    }
}

fn written(object: &Object) -> String {
    let mut out = String::new();
    yaml::write(object, &mut out);
    out
}

fn metadata(namespace: Option<&str>) -> Metadata {
    Metadata {
        name: "ztp.workload.backend".into(),
        namespace: namespace.map(Into::into),
        labels: vec![("app.kubernetes.io/managed-by".into(), "ztp".into())],
        annotations: vec![("note".into(), "a: b # c".into())],
    }
}

fn every_operator() -> LabelSelector {
    let expression = |operator, values: &[&str]| MatchExpression {
        key: "tier".into(),
        operator,
        values: values.iter().map(|value| (*value).into()).collect(),
    };
    LabelSelector {
        match_labels: vec![("app".into(), "no".into()), ("v".into(), "1".into())],
        match_expressions: vec![
            expression(Operator::In, &["a", "b"]),
            expression(Operator::NotIn, &["c"]),
            expression(Operator::Exists, &[]),
            expression(Operator::DoesNotExist, &[]),
        ],
    }
}

fn rule(peers: Peers, traffic: Traffic) -> Rule {
    Rule { comment: vec!["a sentence".to_owned()], peers, traffic, mutual_auth: false }
}

fn ports(rules: Option<L7>) -> Traffic {
    let ports = vec![
        Port { port: 8080, end_port: None, protocol: "TCP" },
        Port { port: 9000, end_port: Some(9010), protocol: "TCP" },
    ];
    Traffic::Ports(vec![PortRule { ports, server_names: vec![], rules }])
}

fn http() -> L7 {
    let header =
        |name: &str, value: Option<&str>| HeaderMatch { name: name.to_owned(), value: value.map(str::to_owned) };
    let full = HttpRule {
        method: Some("GET".to_owned()),
        path: Some(r"/api/v1/products(\?.*)?".to_owned()),
        host: Some(r"shop\.example\.com(:8080)?".to_owned()),
        header_matches: vec![header("X-Tenant", None), header("X-Debug", Some("no"))],
    };
    L7::Http(vec![full, HttpRule::default()])
}

fn names() -> Vec<Fqdn> {
    vec![Fqdn::Name("api.stripe.com".to_owned()), Fqdn::Pattern("**.cluster.local".to_owned())]
}

fn cilium_specs(subject: Subject) -> Vec<Spec> {
    let every = LabelSelector::default;
    let ranges = vec![
        Cidr { cidr: "10.0.0.0/8".to_owned(), except: vec!["10.1.0.0/16".to_owned()] },
        Cidr { cidr: "::/0".to_owned(), except: vec![] },
    ];
    let icmps = Traffic::Icmps(vec![Icmp {
        fields: vec![IcmpField { family: "IPv4", icmp_type: 8 }, IcmpField { family: "IPv6", icmp_type: 128 }],
    }]);
    let tls = PortRule {
        ports: vec![Port { port: 443, end_port: None, protocol: "TCP" }],
        server_names: vec!["api.stripe.com".to_owned()],
        rules: None,
    };
    let dns = PortRule {
        ports: vec![Port { port: 53, end_port: None, protocol: "ANY" }],
        server_names: vec![],
        rules: Some(L7::Dns(names())),
    };
    let mut authenticated = rule(Peers::Endpoints(vec![every(), every_operator()]), ports(Some(http())));
    authenticated.mutual_auth = true;
    let ingress = vec![
        rule(Peers::Unsaid, Traffic::All),
        authenticated,
        rule(Peers::Entities(vec!["world", "kube-apiserver"]), ports(None)),
        rule(Peers::CidrSet(ranges.clone()), icmps.clone()),
        rule(Peers::Nodes(vec![every_operator()]), Traffic::All),
    ];
    let egress = vec![
        rule(Peers::Endpoints(vec![every_operator()]), Traffic::Ports(vec![dns])),
        rule(Peers::Fqdns(names()), Traffic::Ports(vec![tls])),
        rule(Peers::Entities(vec!["all"]), icmps),
    ];
    let denied = vec![rule(Peers::CidrSet(ranges), Traffic::All), rule(Peers::Entities(vec!["world"]), ports(None))];
    let spec = Spec {
        comment: vec!["a spec".to_owned()],
        subject,
        enable_default_deny: Some(DefaultDeny { ingress: false, egress: false }),
        ingress,
        ingress_deny: denied.clone(),
        egress,
        egress_deny: denied,
        log: Some("ztp-0123456789abcdef".to_owned()),
    };
    vec![spec.clone(), Spec { enable_default_deny: None, ingress_deny: vec![], egress_deny: vec![], log: None, ..spec }]
}

fn cilium_objects() -> Vec<Object> {
    let policy =
        |namespace, specs| Policy { comment: vec!["owner: shop".to_owned()], metadata: metadata(namespace), specs };
    let several = cilium_specs(Subject::Endpoints(every_operator()));
    let one = several[..1].to_vec();
    vec![
        Object::CiliumNetworkPolicy(policy(Some("shop"), one)),
        Object::CiliumNetworkPolicy(policy(Some("shop"), several)),
        Object::CiliumClusterwideNetworkPolicy(policy(None, cilium_specs(Subject::Nodes(LabelSelector::default())))),
    ]
}

fn network_policy() -> Object {
    use kubernetes::{NetworkPolicy, Peer, Port, Rule};
    let pods = |namespace_selector, pod_selector| Peer::Pods { namespace_selector, pod_selector };
    let every = LabelSelector::default;
    let peers = vec![
        pods(None, None),
        pods(None, Some(every_operator())),
        pods(Some(every()), None),
        pods(Some(every_operator()), Some(every())),
        Peer::IpBlock { cidr: "10.0.0.0/8".to_owned(), except: vec!["10.1.0.0/16".to_owned()] },
        Peer::IpBlock { cidr: "::/0".to_owned(), except: vec![] },
    ];
    let ports = vec![
        Port { protocol: "TCP", port: None, end_port: None },
        Port { protocol: "UDP", port: Some(53), end_port: None },
        Port { protocol: "SCTP", port: Some(1), end_port: Some(65535) },
    ];
    let rule = |peers, ports| Rule { comment: vec!["a sentence".to_owned()], peers, ports };
    let rules =
        vec![rule(vec![], vec![]), rule(peers.clone(), vec![]), rule(vec![], ports.clone()), rule(peers, ports)];
    Object::NetworkPolicy(NetworkPolicy {
        comment: vec![],
        metadata: metadata(Some("shop")),
        pod_selector: every(),
        isolates_ingress: true,
        isolates_egress: true,
        ingress: rules.clone(),
        egress: rules,
    })
}

#[test]
fn every_field_of_the_structs_fits_its_schema() {
    let schemas = Schemas::load();
    assert_fits(&schemas, &written(&network_policy()), "network_policy");
    for object in cilium_objects() {
        assert_fits(&schemas, &written(&object), "cilium_objects");
    }
}

/// The schema of `NetworkPolicy` is ours, so Kubernetes' own types must agree that each field is there.
#[test]
fn every_field_of_network_policy_is_kept_by_kubernetes() {
    let text = written(&network_policy());
    match kubectl::read(&text) {
        Some(object) => assert_eq!(object, read(&text).remove(0)),
        None => eprintln!("skipped: there is no kubectl"),
    }
}

/// The judge itself: each change of a good object must be seen.
#[test]
fn what_breaks_a_schema_is_seen() {
    let schemas = Schemas::load();
    let breaks = |object: &Object, pointer: &str, value: Value| {
        let mut tree = read(&written(object)).remove(0);
        if let (None, Some((parent, key))) = (tree.pointer(pointer), pointer.rsplit_once('/')) {
            tree.pointer_mut(parent).unwrap()[key] = Value::Null;
        }
        *tree.pointer_mut(pointer).unwrap() = value;
        if let Some(errors) = schemas.errors(&tree) {
            assert!(!errors.is_empty(), "{pointer} is not seen: {tree:#}");
        }
    };
    let kubernetes = network_policy();
    for (pointer, value) in [
        ("/metadata/name", json!("Ztp")),
        ("/metadata/uid", json!("1")),
        ("/metadata/labels/a", json!("-")),
        ("/spec/policyTypes", json!([])),
        ("/spec/policyTypes/0", json!("ingress")),
        ("/spec/priority", json!(1)),
        ("/spec/ingress/1/from", json!([])),
        ("/spec/ingress/1/from/0", json!({})),
        ("/spec/ingress/1/from/4/ipBlock/cidr", json!("10.0.0.0")),
        ("/spec/ingress/1/from/4/podSelector", json!({})),
        ("/spec/ingress/3/ports", json!(null)),
        ("/spec/ingress/3/ports/1/port", json!("53")),
        ("/spec/ingress/3/ports/1/protocol", json!("ICMP")),
        ("/spec/podSelector/matchLabels", json!({"a": true})),
    ] {
        breaks(&kubernetes, pointer, value);
    }
    let cilium = cilium_objects().remove(0);
    for (pointer, value) in [
        ("/spec/ingress", json!([])),
        ("/spec/tier", json!("admin")),
        ("/spec/nodeSelector", json!({})),
        ("/spec/enableDefaultDeny/egress", json!("no")),
        ("/spec/egressDeny/0/toFQDNs", json!([{"matchName": "a.example"}])),
        ("/spec/egress/0/toPorts/0/rules/http", json!([{}])),
        ("/spec/egress/1/toFQDNs", json!([])),
        ("/spec/egress/1/toFQDNs/0/matchName", json!("a example")),
        ("/spec/ingress/1/authentication/mode", json!("maybe")),
        ("/spec/ingress/1/toPorts/0/ports/0/port", json!(8080)),
        ("/spec/ingress/2/fromEntities/0", json!("everything")),
        ("/spec/ingress/3/fromCIDRSet/0/cidr", json!("10.0.0.0")),
        ("/spec/ingress/3/icmps/0/fields/0/type", json!("Pong")),
        ("/spec/ingress/3/icmps/0/fields/0/type", json!(0)),
        ("/spec/ingress/2/toPorts/0/ports/1/endPort", json!(8999)),
        ("/spec/ingress/1/toPorts/0/rules", json!({})),
        ("/spec/ingress/1/toPorts/0/rules/http", json!([])),
        ("/spec/ingress/2/toPorts", json!([])),
        ("/spec/log/value", json!("a\nb")),
    ] {
        breaks(&cilium, pointer, value);
    }
    if schemas.errors(&json!({"kind": "CiliumNetworkPolicy"})).is_none() {
        eprintln!("skipped: Cilium's schemas; ZTP_CORPUS is not set");
    }
}

#[test]
fn every_manifest_of_the_examples_fits_its_schema() {
    let schemas = Schemas::load();
    let mut files = Vec::new();
    for example in entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")) {
        yaml_files(&example.join("manifests"), &mut files);
    }
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a manifest can be read");
        assert_fits(&schemas, &text, &file.display().to_string());
    }
}

/// The policies below a folder: every YAML file but kustomize's.
fn yaml_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for path in entries(folder) {
        if path.is_dir() {
            yaml_files(&path, files);
        } else if path.extension().is_some_and(|ext| ext == "yaml") && !path.ends_with("kustomization.yaml") {
            files.push(path);
        }
    }
}

/// What lies in a folder, sorted; nothing if there is no such folder.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    paths
}
