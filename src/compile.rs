//! The one driver: sources in, findings and objects out. The command line, the language server and the tests all
//! come through here.

use crate::diagnostic::Diagnostic;
use crate::manifest::Object;
use crate::policy::{EnforcerName, Policy, Version};
use crate::source::Sources;
use crate::syntax::ast::Date;
use smol_str::SmolStr;

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
    /// Whether an expired sentence is an error: so in [`check`].
    pub expired_fails: bool,
}

/// What came of a compile.
#[derive(Debug, Default)]
pub struct Outcome {
    /// All findings, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// One entry a cluster; empty when any finding is an error.
    pub clusters: Vec<Compiled>,
}

/// One cluster's share.
#[derive(Debug)]
pub struct Compiled {
    /// The cluster's name; `None` for the one that `--enforcer` made up.
    pub name: Option<SmolStr>,
    /// What the sentences mean there.
    pub policy: Policy,
    /// The objects, sorted by path. Empty after [`check`].
    pub objects: Vec<Object>,
}

/// Reads, resolves and checks; an expired sentence is an error here.
#[must_use]
pub fn check(_sources: &Sources, _options: &Options) -> Outcome {
    Outcome::default()
}

/// The same and lowers; an expired sentence is a warning here.
#[must_use]
pub fn build(_sources: &Sources, _options: &Options) -> Outcome {
    Outcome::default()
}
