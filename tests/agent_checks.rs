//! Every check of Cilium's agent (`pkg/policy/api/rule_validation.go` and what it calls, 1.18 to 1.20). The API server takes
//! what the agent rejects, and nothing of it is enforced; so each line here either has a source that the compiler refuses,
//! or the name of a form that never comes out, which `tests/silent_forms.rs` looks for.

#![allow(clippy::panic, reason = "a test fails by panicking")]

#[path = "support/forms.rs"]
#[allow(dead_code, reason = "only the names are used here")]
mod forms;

use Outcome::{Never, Refused};
use ztp::compile::{self, Options};
use ztp::diagnostic::Code;
use ztp::policy::{EnforcerName, Version};
use ztp::source::Sources;

enum Outcome {
    /// The compiler refuses this with this code, on this version.
    Refused(Code, u16, &'static str),
    /// No source gets there: the form is never written.
    Never(&'static str),
}

const NODES: &str = "platform\nproject acme\ncluster prod {\n  enforcer cilium 1.19\n  features host-firewall\n}\n\
    nodes worker { role: worker } enforcing ingress\n\
    nodes, kube-apiserver, health may reach worker:[10250, 6443, 2379-2380, 4240, 8472/udp, 22]\n";

/// What the agent checks, in the order of its code.
const CHECKS: &[(&str, Outcome)] = &[
    ("a rule has at least one list that is not empty", Never("no list of rules")),
    ("an empty list is no list", Never("an empty list")),
    ("there is a selector of endpoints or of nodes, and not both", Never("two selectors, or none")),
    (
        "a policy in a namespace selects no nodes",
        Refused(Code::E0306, 19, "namespace shop\nnodes worker { role: worker } enforcing ingress"),
    ),
    ("a policy in a namespace selects no nodes", Never("nodeSelector in a namespace")),
    ("a policy in a namespace selects its own pods", Never("another namespace in a namespace's selector")),
    (
        "L7 rules in a host policy are not HTTP",
        Refused(Code::E0601, 19, "NODES192.168.0.0/16 may GET /metrics on worker:9100"),
    ),
    ("L7 rules in a host policy are not HTTP", Never("HTTP at nodes")),
    ("a rule has peers of one kind", Never("two kinds of peers")),
    ("`fromRequires`, `toServices`, `toGroups`, `toCIDR` and the like are not used", Never("a key that is not known")),
    (
        "nodes as peers need a flag",
        Refused(Code::E0601, 19, "NODESnodes bastion { role: bastion }\nbastion may reach worker:9100"),
    ),
    ("entities are known", Refused(Code::E0203, 19, "namespace shop\nworkload api\ninternet may reach api:80")),
    (
        "entities are known, and those of one family are not",
        Refused(Code::E0203, 19, "namespace shop\nworkload api\nworld-ipv4 may reach api:80"),
    ),
    ("entities are known", Never("an unknown entity")),
    (
        "names are peers on egress only",
        Refused(Code::E0208, 19, "namespace shop\nworkload api\napi.example.com may reach api:80"),
    ),
    ("names are peers on egress only", Never("names on ingress")),
    (
        "ICMP stands without ports",
        Refused(Code::E0406, 19, "namespace shop\nworkload api\nworkload web\nweb may ping api:80"),
    ),
    ("ICMP stands without ports", Never("ICMP beside ports")),
    ("there are at most 40 ICMP types, and at most 40 ports", Never("too many ports")),
    ("DNS rules are for egress", Never("DNS rules on ingress")),
    (
        "server names stand without rules",
        Refused(
            Code::E0410,
            19,
            "namespace shop\nworkload api\napi may GET / on x.example.com:8080 with tls name x.example.com",
        ),
    ),
    ("server names stand without rules", Never("server names beside rules")),
    (
        "a server name is not empty",
        Refused(Code::E0106, 19, "namespace shop\nworkload api\napi may reach x.example.com:443 with tls name \"\""),
    ),
    (
        "HTTP rules are for TCP",
        Refused(Code::E0408, 19, "namespace shop\nworkload api\nworkload web\nweb may GET / on api:53/udp"),
    ),
    ("HTTP rules are for TCP", Never("HTTP on another protocol than TCP")),
    (
        "HTTP rules have a port",
        Refused(Code::E0407, 19, "namespace shop\nworkload api\nworkload web\nweb may GET / on api"),
    ),
    ("L7 rules have a port", Never("rules without ports")),
    (
        "L7 rules do not stand on port 0",
        Refused(Code::E0111, 19, "namespace shop\nworkload api\nworkload web\nweb may GET / on api:0"),
    ),
    ("L7 rules do not stand on port 0", Never("requests on port 0")),
    ("L7 rules are of one kind", Never("two kinds of rules")),
    ("a listener is for egress", Never("a key that is not known")),
    (
        "a port is a number up to 65535",
        Refused(Code::E0111, 19, "namespace shop\nworkload api\nworkload web\nweb may reach api:70000"),
    ),
    (
        "a port's name is an IANA service name",
        Refused(Code::E0401, 19, "namespace shop\nworkload api serves http 80\nworkload web\nweb may reach api:https"),
    ),
    ("a port is there", Never("a port that is none")),
    (
        "a range ends after it begins (the agent does not look)",
        Refused(Code::E0111, 19, "namespace shop\nworkload api\nworkload web\nweb may reach api:90-80"),
    ),
    ("a range ends after it begins (the agent does not look)", Never("an empty range of ports")),
    (
        "ranges with HTTP, before 1.18 was looked at",
        Refused(Code::E0601, 17, "namespace shop\nworkload api\nworkload web\nweb may GET / on api:8000-9000"),
    ),
    (
        "DNS rules have no ranges",
        Refused(
            Code::E0601,
            19,
            "platform\nproject acme\ncluster prod {\n  enforcer cilium 1.19\n  dns kube-system { k8s-app: kube-dns }:1-1000\n}\nnamespace shop {\n  workload api\n  api may reach api.example.com:443\n}",
        ),
    ),
    ("DNS rules have no ranges", Never("DNS rules on a range")),
    (
        "a protocol is TCP, UDP, SCTP or ANY",
        Refused(Code::E0112, 19, "namespace shop\nworkload api\nworkload web\nweb may reach api:80/icmp"),
    ),
    (
        "other IP protocols need a flag",
        Refused(Code::E0112, 19, "namespace shop\nworkload api\nworkload web\nweb may reach api:0/vrrp"),
    ),
    ("a protocol is TCP, UDP, SCTP or ANY", Never("a protocol that is none")),
    (
        "denies have no L7 rules",
        Refused(Code::E0409, 19, "namespace shop\nworkload api\nworkload web\nweb may not GET / on api:80"),
    ),
    (
        "denies have no names",
        Refused(Code::E0506, 19, "namespace shop\nworkload web\nweb may not reach api.example.com:80"),
    ),
    ("denies have no L7 rules and no names", Never("a rule for requests or names in a deny")),
    ("a CIDR is one", Refused(Code::E0113, 19, "namespace shop\nworkload web\nweb may reach 10.0.0.300/8:80")),
    (
        "a CIDR has no bits behind its prefix (the agent masks them)",
        Refused(Code::E0114, 19, "namespace shop\nworkload web\nweb may reach 10.0.0.1/8:80"),
    ),
    ("a CIDR has a prefix", Never("an address range that is none")),
    (
        "an exception lies in its CIDR",
        Refused(Code::E0501, 19, "namespace shop\nworkload web\nweb may reach 10.0.0.0/8:80 except 11.0.0.0/16"),
    ),
    (
        "an exception is of its CIDR's family",
        Refused(Code::E0501, 19, "namespace shop\nworkload web\nweb may reach 10.0.0.0/8:80 except [2001:db8::/32]"),
    ),
    ("an exception lies in its CIDR", Never("an exception outside its range")),
    (
        "labels are those of Kubernetes",
        Refused(Code::E0116, 19, "namespace shop\nworkload web { app: \"bad value\" }\nweb may reach world:443"),
    ),
    (
        "a label's key fits with its source",
        Refused(
            Code::E0604,
            19,
            "namespace shop\nworkload web { a23456789012345678901234567890123456789012345678901234567890: x }\nweb may reach world:443",
        ),
    ),
    (
        "a key of a namespace's label fits with what stands before it",
        Refused(
            Code::E0604,
            19,
            "platform\nproject acme\nnamespaces n { a2345678901234567890123456789: x }\nnamespace shop {\n  workload web\n  workloads in n may reach web:80\n}",
        ),
    ),
    ("labels are those of Kubernetes", Never("a label that is none")),
    (
        "`In` and `NotIn` have values",
        Refused(Code::E0106, 19, "namespace shop\nworkload web { app in () }\nweb may reach world:443"),
    ),
    ("`In` and `NotIn` have values", Never("a selector of nobody")),
    ("a DNS name is one", Refused(Code::E0115, 19, "namespace shop\nworkload web\nweb may reach api..example.com:443")),
    (
        "a pattern is a DNS name with `*`",
        Refused(Code::E0106, 19, "namespace shop\nworkload web\nweb may reach a+*.example.com:443"),
    ),
    ("a name is a name or a pattern of at most 255 characters", Never("a name that is none")),
    (
        "a path compiles as RE2",
        Refused(
            Code::E0610,
            19,
            "namespace shop\nworkload api\nworkload web\nweb may GET matching \"/(?!x)\" on api:80",
        ),
    ),
    (
        "a method compiles as RE2",
        Refused(Code::E0106, 19, "namespace shop\nworkload api\nworkload web\nweb may G(ET / on api:80"),
    ),
    (
        "a host compiles as RE2 (the agent does not look)",
        Refused(Code::E0115, 19, "namespace shop\nworkload api\nworkload web\nweb may GET / on api:80 at host \"((\""),
    ),
    ("expressions compile as RE2", Never("an expression that is none")),
    (
        "a header has a name",
        Refused(Code::E0106, 19, "namespace shop\nworkload api\nworkload web\nweb may GET / on api:80 with header : x"),
    ),
    ("a header has a name", Never("a header without a name")),
    ("a log value is short and printable", Never("a log value that is too long")),
    (
        "rules for one peer and port are of one kind",
        Refused(
            Code::E0607,
            19,
            "namespace shop\nworkload web\nweb may GET / on x.example.com:8080\nweb may reach x.example.com:8080 with tls name x.example.com",
        ),
    ),
    (
        "rules for one peer and port are of one kind, what is derived from a sentence included",
        Refused(
            Code::E0607,
            19,
            "namespace shop\nworkload web\nweb may GET /metrics on kube-system/{k8s-app: kube-dns}:53",
        ),
    ),
    (
        "a rule without requests voids those beside it",
        Refused(
            Code::E0606,
            19,
            "namespace shop\nworkload api\nworkload web\nweb may GET / on api:80\nevery workload may reach api:[80, 443]",
        ),
    ),
    (
        "an L3 rule may void requests, too",
        Refused(
            Code::E0606,
            19,
            "namespace shop\nworkload api\nworkload web\nweb may GET / on api:80\nweb may reach api",
        ),
    ),
    (
        "a rule with a server name merges with one without",
        Refused(
            Code::E0608,
            19,
            "namespace shop\nworkload web\nweb may reach x.example.com:443 with tls name x.example.com\nweb may reach world:443",
        ),
    ),
    (
        "authentication is never `disabled`; where it is not asked for it may be, because of another rule",
        Refused(
            Code::W0602,
            19,
            "namespace shop\nworkload api\nworkload web\nweb may reach api:80 with mutual auth\nevery workload may reach api:80",
        ),
    ),
    (
        "authentication is gone in 1.21, a version that is not known",
        Refused(Code::E0602, 21, "namespace shop\nworkload web\nweb may reach world:443"),
    ),
];

#[test]
fn each_check_of_the_agent_is_made() {
    let mut wrong = Vec::new();
    for (check, outcome) in CHECKS {
        match outcome {
            Never(form) => assert!(forms::NAMES.contains(form), "{check}: `{form}` is not looked for"),
            Refused(code, minor, source) => {
                let source = source.replace("NODES", NODES);
                let found = codes(&source, *minor);
                if !found.contains(code) {
                    wrong.push(format!("{check}: {found:?} instead of {code}\n{source}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn codes(source: &str, minor: u16) -> Vec<Code> {
    let mut sources = Sources::new();
    sources.add("case.ztp", source);
    let declares = source.contains("enforcer cilium");
    let enforcer = (!declares).then_some((EnforcerName::Cilium, Version { major: 1, minor }));
    let outcome = compile::check(&sources, &Options { enforcer, ..Options::default() });
    outcome.diagnostics.iter().map(|finding| finding.code).collect()
}
