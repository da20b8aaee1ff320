//! What allows and isolations become.

use super::model::{ALLOW, SPAN, allow, codes, isolate, lowered, net, policy, sentence, subject, tcp, web, workload};
use smol_str::SmolStr;
use ztp::policy::Direction::{Egress, Ingress};
use ztp::policy::{
    DnsPattern, Entity, LabelSelector, NamespaceSelector, Net, Op, Origin, Peer, PodSelector, PortRange, PortSet,
    Protocol, Requirement, Rule, Traffic, ValueSet, Version,
};

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
fn ranges_of_ports_need_a_version() {
    let ports = PortSet::new(vec![PortRange { protocol: Protocol::Tcp, first: 8000, last: 8100 }]);
    let (mut policy, web) = web();
    allow(&mut policy, Egress, web, Peer::Anything, Traffic::Ports(ports));
    assert_eq!(codes(&policy), Vec::<&str>::new());
    policy.cluster.version = Version { major: 1, minor: 24 };
    assert_eq!(codes(&policy), ["E0601"]);
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
