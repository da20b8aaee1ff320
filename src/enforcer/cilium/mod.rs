//! Cilium.

pub mod capability;
mod check;
mod label;
mod lower;
mod raise;

pub use check::check;
pub use lower::lower;
pub(super) use raise::{raise, raises};
