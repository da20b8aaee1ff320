//! `ztp` compiles sentences about who may reach whom into Kubernetes network policies.
//!
//! The pipeline, in the order of the modules:
//!
//! ```text
//! source ─▶ syntax ─▶ resolve ─▶ check ─▶ derive ─▶ enforcer ─▶ manifest ─▶ YAML
//!           parse     names→model       companions  lower        write
//! ```
//!
//! [`compile`] drives it. Nothing in here but `world` and `cli` touches files, clocks or the environment.

pub mod compile;
pub mod diagnostic;
pub mod enforcer;
pub mod manifest;
pub mod policy;
pub mod semantics;
pub mod source;
pub mod syntax;
