//! From what the sentences say to what is lowered.
//!
//! [`enforced`] keeps the allow rules of ends that something isolates, and drops the others: with Cilium the mere
//! section would isolate. [`companions`] adds what nobody writes: the look-ups that a workload needs.
//!
//! Invariant: afterwards each rule of a [`Policy`] is lowered by itself, and an allow rule's subject is isolated in
//! the rule's direction.

mod companions;
mod enforced;

use crate::policy::{Direction, Policy, SentenceId, SubjectId};

pub use companions::looked_up;

/// A policy that is ready for lowering.
#[derive(Debug)]
pub struct Derived {
    /// The policy.
    pub policy: Policy,
    /// Allow rules that were dropped because nothing isolates their end: whose, which direction, of which sentence.
    pub idle: Vec<(SubjectId, Direction, SentenceId)>,
}

/// Makes a policy ready for lowering.
#[must_use]
pub fn derive(mut policy: Policy) -> Derived {
    let idle = enforced::keep_enforced(&mut policy);
    companions::add_companions(&mut policy);
    Derived { policy, idle }
}
