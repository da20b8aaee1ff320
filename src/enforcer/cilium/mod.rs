//! Cilium.

pub mod capability;
mod check;
mod label;
mod lower;

pub use check::check;
pub use lower::lower;
