//! What only the whole policy shows: one file a family of rules. Each reports findings and goes on.

mod assertions;
mod grants;
mod outside;
mod project;
mod staged;
mod voids;
pub mod waivers;

use crate::diagnostic::Diagnostic;
use crate::policy::{Direction, Policy, SentenceId, SubjectId};

/// Checks what a policy says, before anything is derived from it.
pub fn check(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    grants::check(policy, diagnostics);
    voids::check(policy, diagnostics);
    outside::check(policy, diagnostics);
    project::check(policy, diagnostics);
}

/// Says what takes effect later: `idle` are the allow rules whose end nothing isolates.
pub fn check_idle(policy: &Policy, idle: &[(SubjectId, Direction, SentenceId)], diagnostics: &mut Vec<Diagnostic>) {
    staged::check(policy, idle, diagnostics);
}

/// Decides what is asserted of a policy that is ready for lowering.
pub fn check_assertions(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    assertions::check(policy, diagnostics);
}
