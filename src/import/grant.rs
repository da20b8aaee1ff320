//! Grants of the platform over all namespaces.
//!
//! `A may always reach workloads in every namespace` is built into one object that names the namespaces in which something is
//! isolated, and one that lets A out. Read back, these are said by one sentence again where that opens nothing else:
//!
//! ```text
//!  A may always reach (billing/*, shop/*):9090        what is isolated for ingress lies in billing and shop
//!  A may reach workloads in every namespace:9090      or nothing isolates A for egress
//!  ─▶ A may always reach workloads in every namespace:9090
//! ```
//!
//! Not the other way round: whoever may always reach A would have look-ups derived, in every namespace.

use super::flow::{End, Flow, Kind};
use super::halves::Halves;
use crate::policy::{Direction, PodSelector};
use crate::semantics::{Place, Places, Universe, pods};

/// The flows, with what is granted by namespace granted over all where that is the same.
pub fn over_all(mut flows: Vec<Flow>, halves: &Halves, universe: Universe<'_>) -> Vec<Flow> {
    let isolated = |direction| {
        let isolated = halves.isolated.iter().filter(move |isolated| isolated.direction == direction);
        isolated.filter_map(|isolated| isolated.subject.pods())
    };
    let mut gone = Vec::new();
    for at in 0..flows.len() {
        let Some((grant, wide, caller)) =
            flows.get(at).and_then(|flow| Some((flow, several(flow)?, flow.from.as_pods()?)))
        else {
            continue;
        };
        let lets_out = flows.iter().position(|other| lets_out(other, grant, caller));
        let is_open = !isolated(Direction::Egress).any(|pods| pods::overlap(universe, pods, caller));
        let is_all = isolated(Direction::Ingress).all(|pods| pods::includes(universe, wide, pods));
        if !is_all || (lets_out.is_none() && !is_open) {
            continue;
        }
        let causes = lets_out.and_then(|out| flows.get(out)).map(|out| out.causes.clone()).unwrap_or_default();
        gone.extend(lets_out);
        if let Some(grant) = flows.get_mut(at) {
            grant.to = every_pod();
            grant.causes.extend(causes);
        }
    }
    let kept = flows.into_iter().enumerate().filter(|(at, _)| !gone.contains(at));
    kept.map(|(_, flow)| flow).collect()
}

/// The pods that a grant opens, if these are all of several namespaces.
fn several(flow: &Flow) -> Option<&PodSelector> {
    let pods = flow.to.as_pods().filter(|_| flow.kind == Kind::Always)?;
    (pods.is_whole() && pods.namespaces.names.as_one().is_none()).then_some(pods)
}

/// Whether a sentence opens the other end of a grant, towards every pod.
fn lets_out(flow: &Flow, grant: &Flow, caller: &PodSelector) -> bool {
    flow.kind == Kind::May
        && flow.to == every_pod()
        && flow.from == grant.from
        && flow.home.as_ref() == caller.namespaces.names.as_one()
        && (&flow.connections, flow.authenticated) == (&grant.connections, grant.authenticated)
}

/// Every pod there could be.
fn every_pod() -> End {
    End { places: Places::of(&[Place::Pod]), ..End::default() }
}
