//! Boundaries: caps that no other policy can widen, as denies of everything else.
//!
//! A deny beats every allow of every object, so what a boundary permits is left out of denies with great care, and
//! everything else is denied. The other ends fall into [`Class`]es by their reserved labels; within one, what is
//! permitted is a *hole*:
//!
//! ```text
//!   world   ┌──────────────────────────────┐
//!           │ denied, all traffic          │   base less every hole
//!           │   ┌───────────────────────┐  │
//!           │   │ api.stripe.com        │  │
//!           │   │  443: not denied      │  │   hole
//!           │   │  the rest: denied     │  │   hole less the holes that permit this traffic
//!           │   └───────────────────────┘  │
//!           └──────────────────────────────┘
//! ```
//!
//! A DNS name is a hole by its label `fqdn:NAME`, which an address has only while a `toFQDNs` rule of exactly that
//! name selects it on the node. So the boundary itself carries such a rule, on a port that its own denies cut off
//! (`cilium-verdicts` R10, R10b, R15). It is not documented upstream.
//!
//! An ingress boundary never denies `host`: the local node must reach its pods.

mod cell;
mod denies;
mod hole;
mod look_ups;

use super::spec::{NOT_ISOLATING, empty, subject};
use crate::diagnostic::problem::boundary::BoundaryProblem;
use crate::enforcer::object;
use crate::manifest::cilium::{Peers, Spec};
use crate::policy::{self, Boundary, Direction, Policy};
use denies::Denies;
use hole::{Class, Hole, holes};
use look_ups::look_ups;

/// The most selectors that a boundary may come to.
const MAX_TERMS: usize = 500;

/// The specs of a boundary: the denies with what keeps the names' labels, and where pods are bound that nothing
/// isolates, the look-ups of these pods, without which the names would not be seen.
///
/// # Errors
/// What stands in the way of keeping the boundary exactly.
pub fn specs(policy: &Policy, boundary: &Boundary) -> Result<Vec<Spec>, Vec<BoundaryProblem>> {
    let sentence = policy.sentence(boundary.sentence);
    let Some(governed) = subject(policy, policy.subject(boundary.subject)) else { return Ok(Vec::new()) };
    let holes = holes(policy, boundary)?;
    let mut spec = empty(governed, object::comment(sentence));
    spec.enable_default_deny = Some(NOT_ISOLATING);
    let cap = match &boundary.traffic {
        policy::Traffic::Ports(ports) => Some(ports.clone()),
        _ => None,
    };
    let mut denies = Denies::new(cap);
    let mut carrier = Vec::new();
    for class in Class::ALL {
        if class == Class::Host && boundary.direction == Direction::Ingress {
            continue;
        }
        let holes: &[Hole] = holes.get(&class).map_or(&[], Vec::as_slice);
        if class == Class::World {
            carrier = denies.world(holes)?;
        } else {
            denies.class(class, holes);
        }
        if denies.terms > MAX_TERMS {
            return Err(vec![BoundaryProblem::Intricate { span: sentence.span, most: MAX_TERMS }]);
        }
    }
    let rules = denies.finish();
    if rules.is_empty() {
        return Ok(Vec::new()); // It permits everything.
    }
    match boundary.direction {
        Direction::Ingress => (spec.ingress, spec.ingress_deny) = (carrier, rules),
        Direction::Egress => (spec.egress, spec.egress_deny) = (carrier, rules),
    }
    let needs_names = spec.egress.iter().any(|rule| matches!(rule.peers, Peers::Fqdns(_)));
    let mut specs = vec![spec];
    if needs_names {
        specs.extend(look_ups(policy, boundary)?);
    }
    Ok(specs)
}
