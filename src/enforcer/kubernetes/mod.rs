//! `networking.k8s.io/v1` `NetworkPolicy`, by whichever network plugin enforces it.
//!
//! Facts come from the API's own documentation and validation (kubernetes/kubernetes,
//! `staging/src/k8s.io/api/networking/v1/types.go` at 00737ac and `pkg/apis/networking/validation/validation.go` at
//! 019c5dc, both from the time of 1.37):
//!
//! - Policies only add up. Nothing denies, nothing has an order, and each end of a flow decides by itself.
//! - A policy isolates every pod that it selects, in each direction that `policyTypes` names. So `policyTypes` is always
//!   written, and names a direction only where the model isolates these pods.
//! - An empty `from`, `to` or `ports` within a rule means *every*, so none is ever written.
//! - A policy belongs to one namespace. What the platform says of several becomes one policy in each.

mod backstop;
pub mod capability;
mod check;
mod lower;
mod namespaces;
mod peer;
pub(super) mod raise;

use crate::diagnostic::Diagnostic;
use crate::manifest::Object;
use crate::policy::Policy;

/// See [`super::check`].
#[must_use]
pub fn check(policy: &Policy) -> Vec<Diagnostic> {
    check::check(policy)
}

/// See [`super::lower`].
///
/// # Errors
/// When what denies leave of an allow comes to too many parts.
pub fn lower(policy: &Policy) -> Result<Vec<Object>, Vec<Diagnostic>> {
    lower::lower(policy)
}
