//! Where a deny depends on the names of addresses, the agent has to see the look-ups of those it binds.
//!
//! An address has the label `fqdn:…` only once the agent's DNS proxy has passed a look-up that led to it, by a rule for
//! look-ups (the documentation of `pkg/fqdn`, 1.11.1). At an isolated end such a rule is all that lets look-ups pass, so
//! there it is part of what is compared. At any other end nothing depends on it but the names.

use crate::policy::{Direction, DnsPattern, Policy};
use crate::semantics::connections::Connections;
use crate::semantics::endpoints::{self, Endpoints, Names};
use crate::verdict::{Effect, Flow, Flows, Index, Unknown, find_unseen};
use std::collections::BTreeSet;

/// A look-up of the cluster's DNS servers that is not seen and has to be; `None` when there is none.
///
/// # Errors
/// When that is not decided.
pub fn find(policy: &Policy, raised: &Index<'_>) -> Result<Option<Flow>, Unknown> {
    let bound: BTreeSet<&Endpoints> = raised
        .ruleset
        .rules
        .iter()
        .filter(|rule| rule.effect == Effect::Deny && rule.direction == Direction::Egress && asks_names(&rule.peers))
        .map(|rule| raised.ruleset.subject(rule.subject))
        .collect();
    for from in bound {
        for server in &policy.cluster.dns {
            let connections = Connections::LookUps { ports: server.ports().clone(), names: vec![DnsPattern::Any] };
            for to in endpoints::of_peer(&server.peer()) {
                let look_ups = Flows { from: from.clone(), to, connections: connections.clone() };
                if let Some(flow) = find_unseen(raised, &look_ups)? {
                    return Ok(Some(flow));
                }
            }
        }
    }
    Ok(None)
}

fn asks_names(peers: &Endpoints) -> bool {
    matches!(peers, Endpoints::Outside { names, .. } if *names != Names::default())
}
