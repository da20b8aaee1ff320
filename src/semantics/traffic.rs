//! Traffic: which of it lies in other traffic.

use super::{Answer, ports};
use crate::policy::Traffic;

/// Whether all of `inner` is in `outer`. Requests are compared by equality for now.
#[must_use]
pub fn includes(outer: &Traffic, inner: &Traffic) -> Answer<()> {
    let yes = match (outer, inner) {
        (Traffic::All, _) => true,
        (a, b) if a == b => true,
        (Traffic::Ports(a), Traffic::Ports(b) | Traffic::Http { ports: b, .. } | Traffic::Dns { ports: b, .. }) => {
            ports::includes(a, b)
        }
        (Traffic::Http { ports: a, requests: outer }, Traffic::Http { ports: b, requests: inner }) => {
            ports::includes(a, b) && inner.iter().all(|request| outer.contains(request))
        }
        _ => false,
    };
    if yes { Answer::Yes } else { Answer::No(()) }
}

/// Whether some flow is in both.
#[must_use]
pub fn overlap(a: &Traffic, b: &Traffic) -> Answer<()> {
    let of = |traffic: &Traffic| match traffic {
        Traffic::Ports(ports) | Traffic::Http { ports, .. } | Traffic::Dns { ports, .. } => Some(ports.clone()),
        Traffic::All | Traffic::Ping => None,
    };
    match (of(a), of(b)) {
        (Some(a), Some(b)) if !ports::overlap(&a, &b) => Answer::No(()),
        _ => Answer::Yes,
    }
}
