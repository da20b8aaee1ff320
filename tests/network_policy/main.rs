//! Lowering to NetworkPolicy, from models made by hand: what no sentence would show as sharply.
//!
//! | module | holds |
//! |---|---|
//! | `written` | what allows and isolations become |
//! | `denies` | what is left of allows beside a deny |
//! | `refused` | what NetworkPolicies cannot say |
//! | `model` | policies made by hand, and what is lowered of them |

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod denies;
mod model;
mod refused;
#[path = "../support/schema.rs"]
mod schema;
mod written;
