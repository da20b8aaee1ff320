//! What is left of allows beside a deny.

use super::model::{allow, codes, lowered, net, rule, subject, tcp, web, workload};
use ztp::enforcer;
use ztp::policy::Direction::{Egress, Ingress};
use ztp::policy::{Effect, Entity, LabelSelector, Peer, PodSelector, Traffic};

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
