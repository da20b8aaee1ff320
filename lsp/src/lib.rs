//! `ztp-lsp`: the language server.
//!
//! ```text
//! server (one line a request) ─▶ requests (one file each, on a snapshot) ─▶ ztp::ide
//!    │                                  ▲
//!    └─▶ state (projects, documents) ───┴──▶ work (checks on threads) ─▶ findings to the client
//! ```
//!
//! A library only so that tests can talk to it without a process.

mod capabilities;
mod diagnostics;
mod document;
mod edits;
mod grouping;
mod lines;
mod pages;
mod project;
mod protocol;
mod requests;
mod sender;
mod server;
mod snapshot;
mod state;
mod work;

pub use server::{serve, serve_on};
