//! Policies made by hand, about pods of the namespace `shop`, and what is lowered of them.

use super::schema;
use indexmap::IndexMap;
use smol_str::SmolStr;
use ztp::enforcer;
use ztp::manifest::yaml;
use ztp::policy::Direction::{Egress, Ingress};
use ztp::policy::{
    Cluster, Direction, DnsServer, Effect, EnforcerName, Isolation, LabelSelector, Namespace, Net, Origin, Peer,
    PodSelector, Policy, PortSet, Protocol, Rule, Selects, Sentence, SentenceId, Subject, SubjectId, Traffic, Version,
};
use ztp::source::{FileId, Span};

pub const SPAN: Span = Span { file: FileId(0), start: 0, end: 1 };

/// An empty policy of a cluster with two namespaces; `shop` has the label `cde: "true"`, of `bank` none is known.
pub fn policy() -> Policy {
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

pub fn sentence(policy: &mut Policy, text: &str) -> SentenceId {
    policy.sentences.push(Sentence::new(text.into(), SPAN, None));
    SentenceId(u32::try_from(policy.sentences.len() - 1).expect("there are few"))
}

pub fn subject(policy: &mut Policy, name: &str, namespace: Option<&str>, pods: PodSelector) -> SubjectId {
    let (name, namespace) = (name.into(), namespace.map(SmolStr::from));
    policy.intern(Subject { name, namespace, selects: Selects::Pods(pods) })
}

pub fn isolate(policy: &mut Policy, subject: SubjectId, directions: &[Direction]) {
    for &direction in directions {
        let sentence = sentence(policy, "an isolation");
        policy.isolations.push(Isolation { subject, direction, sentence });
    }
}

pub const ALLOW: Effect = Effect::Allow { mutual_auth: false, tls_name: None };

pub fn rule(
    policy: &mut Policy,
    direction: Direction,
    subject: SubjectId,
    peer: Peer,
    traffic: Traffic,
    effect: Effect,
) {
    let sentence = sentence(policy, if effect == Effect::Deny { "a deny" } else { "an allow" });
    policy.rules.push(Rule { direction, subject, peer, traffic, effect, sentence, origin: Origin::Said, span: SPAN });
}

pub fn allow(policy: &mut Policy, direction: Direction, subject: SubjectId, peer: Peer, traffic: Traffic) {
    rule(policy, direction, subject, peer, traffic, ALLOW);
}

pub fn workload(namespace: &str, name: &str) -> PodSelector {
    PodSelector::labelled(namespace, LabelSelector::is("app", name))
}

pub fn net(text: &str) -> Peer {
    Peer::Net(Net::whole(text.parse().expect("it is a range")))
}

pub fn tcp(port: u16) -> Traffic {
    Traffic::Ports(PortSet::one(Protocol::Tcp, port))
}

/// A policy in which `shop/web` is isolated in both directions.
pub fn web() -> (Policy, SubjectId) {
    let mut policy = policy();
    let web = subject(&mut policy, "workload.web", Some("shop"), workload("shop", "web"));
    isolate(&mut policy, web, &[Ingress, Egress]);
    (policy, web)
}

/// The objects as YAML, each of which must fit its schema, without what all of them share.
pub fn lowered(policy: &Policy) -> String {
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
pub fn codes(policy: &Policy) -> Vec<&'static str> {
    let mut codes: Vec<_> = enforcer::check(policy).iter().map(|finding| finding.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}
