//! Cilium.

pub mod capability;

use crate::diagnostic::Diagnostic;
use crate::manifest::Object;
use crate::policy::Policy;

/// See [`super::check`].
#[must_use]
pub fn check(_policy: &Policy) -> Vec<Diagnostic> {
    Vec::new()
}

/// See [`super::lower`].
#[must_use]
pub fn lower(_policy: &Policy) -> Vec<Object> {
    Vec::new()
}
