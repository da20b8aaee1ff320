//! Lowering to NetworkPolicy, from models made by hand: what no sentence would show as sharply.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/schema.rs"]
mod schema;

use Direction::{Egress, Ingress};
use indexmap::IndexMap;
use smol_str::SmolStr;
use ztp::enforcer;
use ztp::manifest::yaml;
use ztp::policy::{
    Boundary, Cluster, Direction, DnsPattern, DnsServer, Effect, EnforcerName, Entity, Isolation, LabelSelector,
    Lookup, Namespace, NamespaceSelector, Net, NodeSelector, Op, Origin, Peer, Permit, PodSelector, Policy, PortRange,
    PortSet, Protocol, Requirement, Rule, Selects, Sentence, SentenceId, Subject, SubjectId, Traffic, ValueSet,
    Version,
};
use ztp::source::{FileId, Span};

const SPAN: Span = Span { file: FileId(0), start: 0, end: 1 };

/// An empty policy of a cluster with two namespaces; `shop` has the label `cde: "true"`, of `bank` none is known.
fn policy() -> Policy {
    let cluster = Cluster {
        name: Some("prod".into()),
        enforcer: EnforcerName::Kubernetes,
        version: Version { major: 1, minor: 30 },
        enforcer_span: None,
        features: std::collections::BTreeMap::new(),
        dns: vec![DnsServer::Pods {
            namespace: "kube-system".into(),
            labels: LabelSelector::is("k8s-app", "kube-dns"),
            ports: PortSet::one(Protocol::Udp, 53),
        }],
        domain: "cluster.local".into(),
        search: vec![],
        pods: vec![],
        apiservers: vec![],
        workload_label: "app".into(),
        mesh_name: None,
        regex_budget: 100,
        cloud: None,
    };
    let namespace = |labels: &[(&str, &str)], owner: Option<&str>| Namespace {
        labels: labels.iter().map(|(key, value)| (SmolStr::from(*key), SmolStr::from(*value))).collect(),
        owner: owner.map(SmolStr::from),
        has_files: true,
        span: SPAN,
    };
    let namespaces =
        [("shop".into(), namespace(&[("cde", "true")], Some("team-shop"))), ("bank".into(), namespace(&[], None))];
    Policy {
        project: Some("acme".into()),
        cluster,
        namespaces: IndexMap::from(namespaces),
        workloads: vec![],
        sentences: vec![],
        subjects: indexmap::IndexSet::new(),
        isolations: vec![],
        rules: vec![],
        boundaries: vec![],
        lookups: vec![],
        exposures: vec![],
        assertions: vec![],
    }
}

fn sentence(policy: &mut Policy, text: &str) -> SentenceId {
    policy.sentences.push(Sentence::new(text.into(), SPAN, None));
    SentenceId(u32::try_from(policy.sentences.len() - 1).expect("there are few"))
}

fn subject(policy: &mut Policy, name: &str, namespace: Option<&str>, pods: PodSelector) -> SubjectId {
    let (name, namespace) = (name.into(), namespace.map(SmolStr::from));
    policy.intern(Subject { name, namespace, selects: Selects::Pods(pods) })
}

fn isolate(policy: &mut Policy, subject: SubjectId, directions: &[Direction]) {
    for &direction in directions {
        let sentence = sentence(policy, "an isolation");
        policy.isolations.push(Isolation { subject, direction, sentence });
    }
}

const ALLOW: Effect = Effect::Allow { mutual_auth: false, tls_name: None };

fn rule(policy: &mut Policy, direction: Direction, subject: SubjectId, peer: Peer, traffic: Traffic, effect: Effect) {
    let sentence = sentence(policy, if effect == Effect::Deny { "a deny" } else { "an allow" });
    policy.rules.push(Rule { direction, subject, peer, traffic, effect, sentence, origin: Origin::Said, span: SPAN });
}

fn allow(policy: &mut Policy, direction: Direction, subject: SubjectId, peer: Peer, traffic: Traffic) {
    rule(policy, direction, subject, peer, traffic, ALLOW);
}

fn workload(namespace: &str, name: &str) -> PodSelector {
    PodSelector::labelled(namespace, LabelSelector::is("app", name))
}

fn net(text: &str) -> Peer {
    Peer::Net(Net::whole(text.parse().expect("it is a range")))
}

fn tcp(port: u16) -> Traffic {
    Traffic::Ports(PortSet::one(Protocol::Tcp, port))
}

/// The objects as YAML, each of which must fit its schema, without what all of them share.
fn lowered(policy: &Policy) -> String {
    let mut objects = enforcer::lower(policy).expect("it is lowered");
    objects.sort_by_key(ztp::manifest::Object::path);
    let mut out = String::new();
    yaml::write_stream(&objects, &mut out);
    let schemas = schema::Schemas::load();
    for document in out.split("---\n").filter(|document| !document.is_empty()) {
        let object: serde_json::Value = serde_yaml::from_str(document).expect("it is YAML");
        let errors = schemas.errors(&object).expect("this schema is always there");
        assert!(errors.is_empty(), "{errors:#?}\n{document}");
    }
    let shared =
        ["apiVersion: ", "kind: ", "metadata:", "  labels:", "    app.kubernetes.io/", "  annotations:", "    ztp/"];
    let lines = out.lines().filter(|line| !shared.iter().any(|start| line.starts_with(start)));
    lines.map(|line| format!("{line}\n")).collect()
}

/// The codes of the findings, sorted, each once.
fn codes(policy: &Policy) -> Vec<&'static str> {
    let mut codes: Vec<_> = enforcer::check(policy).iter().map(|finding| finding.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// A policy in which `shop/web` is isolated in both directions.
fn web() -> (Policy, SubjectId) {
    let mut policy = policy();
    let web = subject(&mut policy, "workload.web", Some("shop"), workload("shop", "web"));
    isolate(&mut policy, web, &[Ingress, Egress]);
    (policy, web)
}

#[test]
fn a_namespace_and_one_workload() {
    let mut policy = policy();
    let every = subject(&mut policy, "every-workload", Some("shop"), PodSelector::namespace("shop"));
    isolate(&mut policy, every, &[Ingress, Egress]);
    let web = subject(&mut policy, "workload.web", Some("shop"), workload("shop", "web"));
    allow(&mut policy, Egress, web, Peer::Pods(workload("shop", "api")), tcp(8080));
    allow(&mut policy, Egress, web, Peer::Pods(workload("bank", "ledger")), tcp(8080));
    assert_eq!(codes(&policy), Vec::<&str>::new());
    let expected = "\
# owner: team-shop
# an isolation
  name: ztp.default-deny
  namespace: shop
spec:
  podSelector: {}
  policyTypes:
    - Ingress
    - Egress
---
# owner: team-shop
  name: ztp.workload.web
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes:
    - Egress
  egress:
    # an allow
    - to:
        - podSelector:
            matchLabels:
              app: api
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: bank
          podSelector:
            matchLabels:
              app: ledger
      ports:
        - protocol: TCP
          port: 8080
";
    assert_eq!(lowered(&policy), expected);
}

#[test]
fn the_order_of_rules_changes_nothing() {
    let (mut policy, web) = web();
    for port in [443, 80, 8080] {
        allow(&mut policy, Egress, web, net("10.0.0.0/8"), tcp(port));
        allow(&mut policy, Ingress, web, Peer::Anything, tcp(port));
    }
    let forward = lowered(&policy);
    policy.rules.reverse();
    policy.isolations.reverse();
    assert_eq!(lowered(&policy), forward);
}

/// What a rule becomes: the lines below `egress:`.
fn egress(peer: Peer, traffic: Traffic) -> String {
    let (mut policy, web) = web();
    allow(&mut policy, Egress, web, peer, traffic);
    assert_eq!(codes(&policy), Vec::<&str>::new());
    let out = lowered(&policy);
    out.split_once("    # an allow\n").map(|(_, rule)| rule.to_owned()).unwrap_or_default()
}

#[test]
fn peers() {
    assert_eq!(egress(Peer::Anything, Traffic::All), "    - {}\n");
    assert_eq!(
        egress(Peer::Pods(PodSelector::default()), Traffic::All),
        "    - to:\n        - namespaceSelector: {}\n"
    );
    assert_eq!(
        egress(Peer::Pods(PodSelector::namespace("shop")), Traffic::All),
        "    - to:\n        - podSelector: {}\n"
    );
    let others = PodSelector {
        namespaces: NamespaceSelector {
            names: ValueSet::NotIn(["kube-system".into()].into()),
            labels: LabelSelector::is("team", "a"),
        },
        ..PodSelector::default()
    };
    assert_eq!(
        egress(Peer::Pods(others), Traffic::All),
        "    - to:
        - namespaceSelector:
            matchLabels:
              team: a
            matchExpressions:
              - key: kubernetes.io/metadata.name
                operator: NotIn
                values:
                  - kube-system
"
    );
    let range =
        Net { cidr: "0.0.0.0/0".parse().expect("a range"), except: vec!["10.0.0.0/8".parse().expect("a range")] };
    assert_eq!(
        egress(Peer::Net(range), Traffic::All),
        "    - to:\n        - ipBlock:\n            cidr: \"0.0.0.0/0\"\n            except:\n              - \"10.0.0.0/8\"\n"
    );
}

#[test]
fn a_key_is_a_match_label_once() {
    let is = |value: &str| Requirement { key: "app".into(), op: Op::In([SmolStr::from(value)].into()) };
    let labels = LabelSelector::new(vec![is("a"), is("b"), Requirement { key: "app".into(), op: Op::Exists }]);
    let out = egress(Peer::Pods(PodSelector::labelled("shop", labels)), Traffic::All);
    assert_eq!(out.matches("app: ").count(), 1, "{out}");
    assert_eq!(out.matches("key: app").count(), 2, "{out}");
}

#[test]
fn ports() {
    let range = |protocol, first, last| PortRange { protocol, first, last };
    let ports = PortSet::new(vec![
        range(Protocol::Tcp, 8000, 8100),
        range(Protocol::Tcp, 80, 80),
        range(Protocol::Udp, 1, u16::MAX),
    ]);
    assert_eq!(
        egress(Peer::Anything, Traffic::Ports(ports)),
        "    - ports:
        - protocol: TCP
          port: 80
        - protocol: TCP
          port: 8000
          endPort: 8100
        - protocol: UDP
"
    );
    let names = vec![DnsPattern::Exact("a.example".into())];
    let ports = PortSet::new(vec![range(Protocol::Tcp, 53, 53), range(Protocol::Udp, 53, 53)]);
    let dns = egress(Peer::Pods(workload("kube-system", "dns")), Traffic::Dns { ports, names });
    assert!(dns.ends_with("protocol: TCP\n          port: 53\n        - protocol: UDP\n          port: 53\n"), "{dns}");
}

#[test]
fn the_api_server_is_its_addresses() {
    let (mut policy, web) = web();
    allow(&mut policy, Egress, web, Peer::Entity(Entity::KubeApiserver), Traffic::All);
    assert_eq!(codes(&policy), ["E0624"]);
    policy.cluster.apiservers =
        vec![("10.0.0.1".parse().expect("an address"), 6443), ("fd00::1".parse().expect("one"), 6443)];
    assert_eq!(codes(&policy), Vec::<&str>::new());
    let out = lowered(&policy);
    let rule = "
        - ipBlock:
            cidr: \"10.0.0.1/32\"
        - ipBlock:
            cidr: \"fd00::1/128\"
      ports:
        - protocol: TCP
          port: 6443
";
    assert!(out.ends_with(rule), "{out}");
}

#[test]
fn what_the_platform_says_stands_in_each_of_its_namespaces() {
    let mut policy = policy();
    let names = ValueSet::In(["bank".into(), "shop".into()].into());
    let pods = PodSelector {
        namespaces: NamespaceSelector { names, ..NamespaceSelector::default() },
        ..PodSelector::default()
    };
    let both = subject(&mut policy, "pods.0", None, pods);
    isolate(&mut policy, both, &[Ingress]);
    allow(&mut policy, Ingress, both, Peer::Pods(PodSelector::namespace("bank")), tcp(9090));
    assert_eq!(codes(&policy), Vec::<&str>::new());
    let out = lowered(&policy);
    for home in ["bank", "shop"] {
        assert!(out.contains(&format!("  name: ztp.platform.every-workload\n  namespace: {home}\n")), "{out}");
    }
    assert_eq!(out.matches("- podSelector: {}").count(), 1, "these are the policy's own pods in bank only: {out}");
    assert_eq!(out.matches("kubernetes.io/metadata.name: bank").count(), 1, "{out}");
}

#[test]
fn companions_are_one_rule() {
    let (mut policy, web) = web();
    for text in ["a", "b"] {
        let sentence = sentence(&mut policy, text);
        let traffic =
            Traffic::Dns { ports: PortSet::one(Protocol::Udp, 53), names: vec![DnsPattern::Exact(text.into())] };
        let (peer, origin) = (Peer::Pods(workload("kube-system", "dns")), Origin::DnsCompanion);
        policy.rules.push(Rule {
            direction: Egress,
            subject: web,
            peer,
            traffic,
            effect: ALLOW,
            sentence,
            origin,
            span: SPAN,
        });
    }
    assert_eq!(codes(&policy), Vec::<&str>::new());
    let out = lowered(&policy);
    assert_eq!(out.matches("    # ").collect::<Vec<_>>().len(), 1, "{out}");
    assert!(out.contains("    # derived: the DNS look-ups that these pods need\n    - to:\n"), "{out}");
}

#[test]
fn the_platform_isolates_declared_namespaces_only() {
    let of = |namespaces: NamespaceSelector| {
        let mut policy = policy();
        let pods = PodSelector { namespaces, ..PodSelector::default() };
        let subject = subject(&mut policy, "pods.0", None, pods);
        isolate(&mut policy, subject, &[Ingress]);
        policy
    };
    let labelled = |key: &str| NamespaceSelector { names: ValueSet::Any, labels: LabelSelector::is(key, "true") };
    let named = |names: &[&str]| NamespaceSelector {
        names: ValueSet::In(names.iter().map(|name| SmolStr::from(*name)).collect()),
        ..NamespaceSelector::default()
    };
    assert_eq!(codes(&of(NamespaceSelector::default())), ["E0621"]);
    assert_eq!(codes(&of(labelled("cde"))), ["E0621"]);
    assert_eq!(codes(&of(named(&["shop", "kube-system"]))), ["E0621"]);
    assert_eq!(codes(&of(NamespaceSelector { labels: labelled("cde").labels, ..named(&["shop", "bank"]) })), ["E0621"]);
    let good = of(named(&["shop", "bank"]));
    assert_eq!(codes(&good), Vec::<&str>::new());
    assert_eq!(lowered(&good).matches("name: ztp.platform.default-deny").count(), 2);
}

/// What is left of an allow of `web` beside a deny of all pods of `shop`.
fn beside_a_deny(peer: Peer, traffic: Traffic, denied: Peer, denied_traffic: Traffic) -> String {
    let (mut policy, web) = web();
    allow(&mut policy, Egress, web, peer, traffic);
    let every = subject(&mut policy, "every-workload", Some("shop"), PodSelector::namespace("shop"));
    rule(&mut policy, Egress, every, denied, denied_traffic, Effect::Deny);
    assert_eq!(codes(&policy), ["E0622"]);
    let out = lowered(&policy);
    out.split_once("  egress:\n").map(|(_, rules)| rules.replace("    # an allow\n", "")).unwrap_or_default()
}

#[test]
fn an_accepted_deny_is_taken_out_of_allows() {
    let world = || net("0.0.0.0/0");
    let metadata = || net("169.254.169.254/32");
    assert_eq!(
        beside_a_deny(world(), tcp(443), metadata(), Traffic::All),
        "    - to:
        - ipBlock:
            cidr: \"0.0.0.0/0\"
            except:
              - \"169.254.169.254/32\"
      ports:
        - protocol: TCP
          port: 443
"
    );
    // Of an allow that a deny voids, nothing is left, and the pods stay isolated.
    assert_eq!(beside_a_deny(metadata(), tcp(80), metadata(), Traffic::All), "");
    assert_eq!(beside_a_deny(metadata(), tcp(80), Peer::Anything, Traffic::All), "");
    // Other ports stay as they were.
    assert_eq!(
        beside_a_deny(metadata(), tcp(80), metadata(), tcp(443)),
        "    - to:\n        - ipBlock:\n            cidr: \"169.254.169.254/32\"\n      ports:\n        - protocol: TCP\n          port: 80\n"
    );
    let out = beside_a_deny(world(), Traffic::All, metadata(), tcp(80));
    assert!(out.contains("except:\n              - \"169.254.169.254/32\"\n      ports:\n        - protocol: TCP\n          port: 80\n"), "{out}");
    assert!(
        out.contains(
            "port: 1\n          endPort: 79\n        - protocol: TCP\n          port: 81\n          endPort: 65535\n"
        ),
        "{out}"
    );
    // Anything less an address is every pod, and every other address.
    let out = beside_a_deny(Peer::Anything, tcp(443), metadata(), Traffic::All);
    assert!(
        out.contains("namespaceSelector: {}") && out.contains("::/0") && out.contains("169.254.169.254/32"),
        "{out}"
    );
    // Pods less pods.
    let api = Peer::Pods(workload("shop", "api"));
    let out = beside_a_deny(Peer::Pods(PodSelector::namespace("shop")), tcp(443), api, Traffic::All);
    assert!(
        out.contains("key: app\n                operator: NotIn\n                values:\n                  - api\n"),
        "{out}"
    );
}

/// Each deny of pods by two labels halves what is left: past a bound it is said, and never tried.
#[test]
fn too_many_denies_of_their_own_labels_are_refused() {
    let (mut policy, web) = web();
    allow(&mut policy, Egress, web, Peer::Pods(PodSelector::default()), tcp(443));
    for number in 0..40 {
        let label = |key: &str| LabelSelector::is(format!("{key}{number}"), "x");
        let pods = PodSelector { labels: label("a").and(&label("b")), ..PodSelector::default() };
        rule(&mut policy, Egress, web, Peer::Pods(pods), tcp(443), Effect::Deny);
    }
    let found = enforcer::lower(&policy).expect_err("there are too many parts");
    assert_eq!(found.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>(), ["E0209"]);
}

#[test]
fn the_api_server_is_denied_where_it_answers() {
    let (mut policy, web) = web();
    policy.cluster.apiservers = vec![("10.0.0.1".parse().expect("an address"), 6443)];
    allow(&mut policy, Egress, web, net("10.0.0.0/24"), tcp(6443));
    rule(&mut policy, Egress, web, Peer::Entity(Entity::KubeApiserver), Traffic::All, Effect::Deny);
    assert_eq!(codes(&policy), ["E0622"]);
    let out = lowered(&policy);
    assert!(out.contains("except:\n              - \"10.0.0.1/32\""), "{out}");
}

#[test]
fn a_deny_of_other_pods_takes_nothing() {
    let (mut policy, web) = web();
    allow(&mut policy, Egress, web, net("0.0.0.0/0"), tcp(443));
    let bank = subject(&mut policy, "every-workload", Some("bank"), PodSelector::namespace("bank"));
    rule(&mut policy, Egress, bank, net("10.0.0.0/8"), Traffic::All, Effect::Deny);
    rule(&mut policy, Ingress, web, net("10.0.0.0/8"), Traffic::All, Effect::Deny);
    assert!(!lowered(&policy).contains("except"));
}

#[test]
fn what_it_cannot_say_is_refused() {
    let refused = |change: &dyn Fn(&mut Policy, SubjectId)| {
        let (mut policy, web) = web();
        change(&mut policy, web);
        let codes = codes(&policy);
        let rules: usize = lowered(&policy).matches("# an allow").count();
        assert_eq!(rules, 0, "what is refused is not lowered to something weaker");
        codes
    };
    let api = || Peer::Pods(workload("shop", "api"));
    for peer in [Peer::Name(DnsPattern::Any), Peer::Nodes(NodeSelector::default())] {
        assert_eq!(refused(&|policy, web| allow(policy, Egress, web, peer.clone(), tcp(443))), ["E0601"]);
    }
    for entity in [
        Entity::World,
        Entity::Cluster,
        Entity::Host,
        Entity::RemoteNode,
        Entity::Ingress,
        Entity::Health,
        Entity::Init,
    ] {
        assert_eq!(refused(&|policy, web| allow(policy, Ingress, web, Peer::Entity(entity), tcp(443))), ["E0623"]);
    }
    assert_eq!(refused(&|policy, web| allow(policy, Egress, web, api(), Traffic::Ping)), ["E0601"]);
    let http = Traffic::Http { ports: PortSet::one(Protocol::Tcp, 80), requests: vec![] };
    assert_eq!(refused(&|policy, web| allow(policy, Egress, web, api(), http.clone())), ["E0601"]);
    assert_eq!(refused(&|policy, _| policy.cluster.version = Version { major: 1, minor: 21 }), ["E0602"]);
    assert_eq!(refused(&|policy, _| policy.cluster.features = [("host-firewall".into(), SPAN)].into()), ["E0603"]);
    let boundary = |policy: &mut Policy, subject| {
        let sentence = sentence(policy, "a boundary");
        let permits = vec![Permit { peer: api(), traffic: Traffic::All, span: SPAN }];
        policy.boundaries.push(Boundary { direction: Egress, subject, traffic: Traffic::All, permits, sentence });
    };
    assert_eq!(refused(&boundary), ["E0601"]);
    let lookup = |policy: &mut Policy, subject| {
        let sentence = sentence(policy, "a look-up");
        policy.lookups.push(Lookup { subject, names: vec![DnsPattern::Exact("a.example".into())], sentence });
    };
    assert_eq!(refused(&lookup), ["E0601"]);
    let nodes = |policy: &mut Policy, _| {
        let selects = Selects::Nodes(NodeSelector::default());
        policy.intern(Subject { name: "nodes.worker".into(), namespace: None, selects });
        isolate(policy, SubjectId(1), &[Ingress]);
        allow(policy, Ingress, SubjectId(1), net("10.0.0.0/8"), tcp(22));
    };
    assert_eq!(refused(&nodes), ["E0601"]);
}

#[test]
fn clauses_and_accounts_are_refused() {
    let with = |effect: Effect, account: ValueSet| {
        let (mut policy, web) = web();
        let peer = Peer::Pods(PodSelector { service_account: account, ..workload("shop", "api") });
        rule(&mut policy, Egress, web, peer, tcp(443), effect);
        let codes = codes(&policy);
        assert_eq!(lowered(&policy).contains("# an allow"), codes.is_empty());
        codes
    };
    assert_eq!(with(ALLOW, ValueSet::Any), Vec::<&str>::new());
    assert_eq!(with(ALLOW, ValueSet::one("batch-runner")), ["E0601"]);
    assert_eq!(with(Effect::Allow { mutual_auth: true, tls_name: None }, ValueSet::Any), ["E0601"]);
    assert_eq!(
        with(Effect::Allow { mutual_auth: false, tls_name: Some("a.example".into()) }, ValueSet::Any),
        ["E0601"]
    );
}

#[test]
fn ranges_of_ports_need_a_version() {
    let ports = PortSet::new(vec![PortRange { protocol: Protocol::Tcp, first: 8000, last: 8100 }]);
    let (mut policy, web) = web();
    allow(&mut policy, Egress, web, Peer::Anything, Traffic::Ports(ports));
    assert_eq!(codes(&policy), Vec::<&str>::new());
    policy.cluster.version = Version { major: 1, minor: 24 };
    assert_eq!(codes(&policy), ["E0601"]);
}
