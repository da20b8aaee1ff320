//! What the caller of a compile decides.

use crate::inventory::Inventory;
use crate::policy::{EnforcerName, Version};
use crate::syntax::ast::Date;
use smol_str::SmolStr;
use std::sync::Arc;

/// What the caller decides.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `--enforcer cilium:1.18`: makes up a cluster where the source declares none.
    pub enforcer: Option<(EnforcerName, Version)>,
    /// `--cluster NAME`: only this one.
    pub cluster: Option<SmolStr>,
    /// Today in UTC, for `until`; without it nothing is expired. The core has no clock.
    pub today: Option<Date>,
    /// Leaves expired sentences out instead of warning.
    pub drop_expired: bool,
    /// Whether an expired sentence is an error, as `ztp check` has it; `ztp build` only warns.
    pub expired_fails: bool,
    /// `--workloads`: what runs, which the sentences are held against.
    pub running: Option<Arc<Inventory>>,
}
