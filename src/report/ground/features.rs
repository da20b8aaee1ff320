//! What the cluster must have turned on for the sentences to be enforced.

use crate::policy::{Effect, EnforcerName, NodeSelector, Peer, Policy, Rule, Selects, SentenceId, Traffic};
use crate::report::Feature;
use crate::report::said::Book;

/// A setting, and the rules that need it.
struct Need {
    name: &'static str,
    what: &'static str,
    on_by_default: bool,
    needs: fn(&Policy, &Rule) -> bool,
}

/// Of Cilium: settings of its agent, with their defaults (`pkg/defaults/defaults.go`; `pkg/auth/cell.go` for mutual
/// authentication), and the features that its table of capabilities asks the project to name.
const CILIUM: &[Need] = &[
    Need {
        name: "enable-l7-proxy",
        what: "requests, look-ups by name and TLS names",
        on_by_default: true,
        needs: |_, rule| {
            let tls = matches!(rule.effect, Effect::Allow { tls_name: Some(_), .. });
            tls || matches!(rule.traffic, Traffic::Http { .. } | Traffic::Dns { .. })
        },
    },
    Need {
        name: "enable-icmp-rules",
        what: "`ping`",
        on_by_default: true,
        needs: |_, rule| rule.traffic == Traffic::Ping,
    },
    Need {
        name: "mesh-auth-mutual-enabled",
        what: "mutual authentication, with somebody who gives out identities",
        on_by_default: false,
        needs: |_, rule| matches!(rule.effect, Effect::Allow { mutual_auth: true, .. }),
    },
    Need {
        name: "host-firewall",
        what: "rules at nodes",
        on_by_default: false,
        needs: |policy, rule| matches!(policy.subject(rule.subject).selects, Selects::Nodes(_)),
    },
    Need {
        name: "node-selector-labels",
        what: "nodes by label as the other end",
        on_by_default: false,
        needs: |_, rule| matches!(&rule.peer, Peer::Nodes(NodeSelector(labels)) if !labels.0.is_empty()),
    },
];

/// Those that something needs, and those that the project declares.
pub(in crate::report) fn all(book: &Book<'_>, policy: &Policy) -> Vec<Feature> {
    if policy.cluster.enforcer != EnforcerName::Cilium {
        return Vec::new();
    }
    let feature = |need: &Need| {
        let rules = policy.rules.iter().filter(|rule| (need.needs)(policy, rule));
        let sentences: Vec<SentenceId> = rules.map(|rule| rule.sentence).collect();
        let declared = policy.cluster.features.get(need.name).map(|span| book.place(*span));
        (declared.is_some() || !sentences.is_empty()).then(|| Feature {
            name: need.name,
            what: need.what,
            on_by_default: need.on_by_default,
            declared,
            needed_by: book.all(policy, sentences),
        })
    };
    CILIUM.iter().filter_map(feature).collect()
}
