//! `ztp` compiles sentences about who may reach whom into Kubernetes network policies.
//!
//! The pipeline, in the order of the modules:
//!
//! ```text
//! source ─▶ syntax ─▶ resolve ─▶ check ─▶ derive ─▶ enforcer ─▶ manifest ─▶ YAML
//!           parse     names→model       companions  lower        write
//! ```
//!
//! [`compile`] drives it. Nothing in here but `world` touches files, and nothing the clock or the
//! environment; the `ztp` command (`cli`) stands on top and uses no more than this crate's public items.

// The parser that pest makes without its `std` feature names this crate.
extern crate alloc;

pub mod check;
pub mod compile;
pub mod derive;
pub mod diagnostic;
pub mod diff;
pub mod draft;
pub mod enforcer;
pub mod explain;
pub mod fit;
pub mod flows;
pub mod ide;
pub mod import;
pub mod inventory;
pub mod manifest;
pub mod map;
pub mod policy;
pub mod proof;
pub mod report;
pub mod resolve;
pub mod semantics;
pub mod source;
pub mod syntax;
pub mod verdict;
pub mod verify;
pub mod view;
pub mod world;
pub mod yaml;
