//! A small client that drives the real server over its standard input and output.

#![allow(dead_code, clippy::disallowed_methods, reason = "each test uses its part; tests write files")]

pub mod client;
pub mod folder;
