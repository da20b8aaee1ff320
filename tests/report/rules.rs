//! A report against the policy that it is of: nothing is left out, nothing is listed twice, and what is said of denies and
//! boundaries was looked at.

use super::project::{Project, cases, examples};
use std::collections::BTreeMap;
use ztp::policy;
use ztp::report::{Cluster, Decided, Direction, Effect, Origin, Report};

fn all() -> Vec<Project> {
    let mut all = cases();
    all.extend(examples());
    assert!(all.len() > 10, "cases and examples");
    all
}

#[test]
fn every_rule_is_one_way() {
    let mut rules = 0;
    for project in all() {
        let report = project.report();
        assert_eq!(report.clusters.len(), project.built.clusters.len(), "{}", project.name);
        for (cluster, built) in report.clusters.iter().zip(&project.built.clusters) {
            let policy = &built.policy;
            assert_eq!(cluster.ways.len(), policy.rules.len(), "{}", project.name);
            for (number, (way, rule)) in cluster.ways.iter().zip(&policy.rules).enumerate() {
                assert_eq!(way.number, number + 1);
                assert_eq!(way.said.sentence, policy.sentence(rule.sentence).text.as_str());
                assert_eq!(way.direction == Direction::Ingress, rule.direction == policy::Direction::Ingress);
                assert_eq!(way.effect == Effect::Deny, rule.effect == policy::Effect::Deny);
                assert_eq!(way.origin == Origin::Derived, rule.origin == policy::Origin::DnsCompanion);
                assert_eq!(way.consent.is_none(), way.effect == Effect::Deny);
            }
            rules += cluster.ways.len();
        }
    }
    assert!(rules > 100, "{rules} rules are not many");
}

/// Each way is in the one list of the one namespace that its own end is of, or else among those over several; and what the
/// platform opens over several is listed under each that it reaches.
#[test]
fn every_way_is_listed_where_it_belongs() {
    for project in all() {
        for cluster in project.report().clusters {
            for way in &cluster.ways {
                let one = way.own.namespaces.len() == 1 && !way.own.others;
                let wide = cluster.cluster_wide.contains(&way.number);
                assert_ne!(
                    one && way.own.name.contains('/') && is_declared(&cluster, way.own.namespaces.first()),
                    wide
                );
                let mut listed = Vec::new();
                for namespace in &cluster.namespaces {
                    for (list, direction, effect) in [
                        (&namespace.ways_in, Direction::Ingress, Effect::Allow),
                        (&namespace.ways_out, Direction::Egress, Effect::Allow),
                    ] {
                        if list.contains(&way.number) {
                            assert_eq!((way.direction, way.effect), (direction, effect), "{}", project.name);
                            listed.push(namespace.name.clone());
                        }
                    }
                    if namespace.denied.contains(&way.number) {
                        assert_eq!(way.effect, Effect::Deny);
                        listed.push(namespace.name.clone());
                    }
                }
                let declared: Vec<String> =
                    way.own.namespaces.iter().filter(|name| is_declared(&cluster, Some(name))).cloned().collect();
                match (way.effect, wide) {
                    (Effect::Deny, true) => assert!(listed.is_empty(), "{}", project.name),
                    _ => assert_eq!(listed, declared, "{}: {way:?}", project.name),
                }
            }
        }
    }
}

fn is_declared(cluster: &Cluster, name: Option<&String>) -> bool {
    name.is_some_and(|name| cluster.namespaces.iter().any(|namespace| namespace.name == *name))
}

/// Every deny and every boundary is told of, and of none the manifests lack anything under Cilium.
#[test]
fn what_closes_is_decided() {
    let mut guards = 0;
    for project in all() {
        for (cluster, built) in project.report().clusters.iter().zip(&project.built.clusters) {
            let policy = &built.policy;
            let denies =
                policy.rules.iter().filter(|rule| rule.effect == policy::Effect::Deny).map(|rule| rule.sentence);
            let sentences = denies.chain(policy.boundaries.iter().map(|boundary| boundary.sentence));
            let mut spans: Vec<_> = sentences.map(|id| policy.sentence(id).span).collect();
            spans.sort();
            spans.dedup();
            assert_eq!(cluster.guards.len(), spans.len(), "{}", project.name);
            for guard in &cluster.guards {
                let denied = matches!(guard.decided, Decided::Denied { parts } if parts > 0);
                assert_eq!(denied, cluster.enforcer == "cilium", "{}: {guard:#?}", project.name);
            }
            guards += cluster.guards.len();
        }
    }
    assert!(guards > 10, "{guards} are not many");
}

const CLOSED: &str = "platform
project closed
cluster prod { enforcer cilium 1.19 }
no workload may reach 169.254.169.254
workloads in cde may only reach 10.0.0.1:443, shop/api:80
namespaces cde { cde: \"true\" }
namespace shop labels { cde: \"true\" }
namespace shop {
  workload api
  workload other
  api may not reach other
  api may reach 0.0.0.0/0:443
}
";

/// What the manifests are changed to, and the sentence of which something is open then.
const FAULTS: [(&str, &str, &str); 3] = [
    ("169.254.169.254/32", "169.254.169.253/32", "no workload may reach 169.254.169.254"),
    ("egressDeny:", "egress:", "api may not reach other"),
    ("10.0.0.1/32", "10.0.0.0/31", "workloads in cde may only reach 10.0.0.1:443, shop/api:80"),
];

/// A result is no stamp: with a fault in the manifests it is another.
#[test]
fn faults_in_manifests_are_seen() {
    let whole = Project::of(CLOSED);
    assert!(open(&whole.report()).is_empty(), "{:#?}", open(&whole.report()));
    for (from, to, sentence) in FAULTS {
        let mut project = Project::of(CLOSED);
        let manifests = &mut project.built.clusters[0].manifests;
        assert!(manifests.iter().any(|text| text.contains(from)), "{from}: {manifests:#?}");
        for text in manifests.iter_mut() {
            *text = text.replace(from, to);
        }
        let open = open(&project.report());
        assert!(open.contains_key(sentence), "{from}: {open:#?}");
    }
    let mut project = Project::of(CLOSED);
    project.built.clusters[0].manifests.clear();
    assert_eq!(open(&project.report()).len(), 3, "without manifests nothing is closed");
}

/// The sentences of which not everything is denied.
fn open(report: &Report) -> BTreeMap<String, Decided> {
    let guards = report.clusters.iter().flat_map(|cluster| &cluster.guards);
    let open = guards.filter(|guard| !matches!(guard.decided, Decided::Denied { .. }));
    open.map(|guard| (guard.said.sentence.clone(), guard.decided.clone())).collect()
}

/// A sentence that lets everybody out loses what a backstop forbids; one that does not come near it loses nothing.
#[test]
fn who_touches_what_is_closed_is_named() {
    let report = Project::of(CLOSED).report();
    let of = |sentence: &str| {
        let guard = report.clusters[0].guards.iter().find(|guard| guard.said.sentence == sentence).unwrap();
        guard.touched_by.iter().map(|touch| touch.said.sentence.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of("no workload may reach 169.254.169.254"), ["api may reach 0.0.0.0/0:443"]);
    assert_eq!(of("workloads in cde may only reach 10.0.0.1:443, shop/api:80"), ["api may reach 0.0.0.0/0:443"]);
    assert_eq!(of("api may not reach other"), [""; 0]);
}
