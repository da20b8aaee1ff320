//! The protocol's types: the only place that says which crate provides them.

pub use tower_lsp::ls_types::*;
