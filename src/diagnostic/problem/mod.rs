//! The facts of each finding and the wording of its message, one file a family.

pub mod enforcer;
pub mod names;
pub mod network_policy;
pub mod output;
pub mod project;
pub mod syntax;
