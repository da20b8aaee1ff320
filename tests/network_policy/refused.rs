//! What NetworkPolicies cannot say: it is refused, and not lowered to something weaker.

use super::model::{ALLOW, SPAN, allow, codes, isolate, lowered, net, rule, sentence, tcp, web, workload};
use ztp::policy::Direction::{Egress, Ingress};
use ztp::policy::{
    Boundary, DnsPattern, Effect, Entity, Lookup, NodeSelector, Peer, Permit, PodSelector, Policy, PortSet, Protocol,
    Selects, Subject, SubjectId, Traffic, ValueSet, Version,
};

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
