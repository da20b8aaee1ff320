//! Whether what is said fits what runs: a policy, held against an inventory.
//!
//! ```text
//!  policy ────┐
//!  trees ─────┼─▶ labels, ports, host, namespaces ─▶ what is wrong
//!  inventory ─┘   └─ nothing wrong? ─▶ unspoken, services ─▶ what is worth knowing
//! ```
//!
//! An inventory is taken for all that runs in the namespaces of which it holds a workload; of the others nothing is known,
//! and nothing is said. The policy is that of the sentences, before anything is derived from it: what is not enforced yet
//! is looked at as well.
//!
//! Invariant: nothing here changes what is built.

mod host;
mod labels;
mod namespaces;
mod near;
mod ports;
mod running;
mod services;
mod unspoken;
mod written;

use crate::diagnostic::problem::fit::FitProblem;
use crate::diagnostic::{Diagnostic, has_errors};
use crate::inventory::Inventory;
use crate::policy::Policy;
use crate::syntax::ast::Tree;
use running::Running;
use written::Written;

/// Says where a policy does not fit what runs. The trees are those that the policy comes from.
pub fn check(policy: &Policy, trees: &[&Tree], inventory: &Inventory, diagnostics: &mut Vec<Diagnostic>) {
    let running = Running::of(policy, inventory);
    let written = Written::of(policy, trees);
    let mut found = Vec::new();
    if !policy.namespaces.iter().any(|(name, declared)| declared.has_files && !running.within(name).is_empty()) {
        found.push(FitProblem::OtherNamespaces { namespaces: running.all().map(|(name, _)| name.clone()).collect() });
    }
    labels::check(policy, &running, &written, &mut found);
    ports::check(policy, &running, &written, &mut found);
    host::check(policy, &running, &written, &mut found);
    namespaces::check(inventory, trees, &mut found);
    let meant = labels::meant(&found);
    diagnostics.extend(found.into_iter().map(Diagnostic::from));
    // What a mistake leaves out is no finding of its own.
    if !has_errors(diagnostics) {
        let mut found = Vec::new();
        unspoken::check(policy, &running, &meant, &mut found);
        services::check(policy, &running, &written, &mut found);
        diagnostics.extend(found.into_iter().map(Diagnostic::from));
    }
}
