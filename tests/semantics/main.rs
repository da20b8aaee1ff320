//! The algebra against brute force on small universes: every point of the universe is asked, and the algebra must say the
//! same of the sets.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod connections;
mod endpoints;
mod flows;
mod names;
mod nets;
mod paths;
mod peers;
mod pods;
mod ports;
mod re2;
mod request_sets;
mod requests;
mod traffic;
