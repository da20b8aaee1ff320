//! What only the whole policy shows: one file a family of rules. Each reports findings and goes on.

mod grants;
mod outside;
mod project;
mod staged;
mod voids;
pub mod waivers;

use crate::derive::Derived;
use crate::diagnostic::Diagnostic;
use crate::policy::Policy;

/// Checks what a policy says, before anything is derived from it.
pub fn check(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    grants::check(policy, diagnostics);
    voids::check(policy, diagnostics);
    outside::check(policy, diagnostics);
    project::check(policy, diagnostics);
}

/// Checks what became of it.
pub fn check_derived(derived: &Derived, diagnostics: &mut Vec<Diagnostic>) {
    staged::check(derived, diagnostics);
}
