//! Maps.
//!
//! Each folder of `tests/map/` is a case: a project, or manifests, and what is drawn of it. Which formats it holds is
//! seen by its files: `map.txt`, `map.json`, `map.csv`, `map.md`, `map.dot`, `map.mmd`, `map.svg`. A file `focus` holds
//! namespaces and workloads, one a line, of which alone the connections are shown. Run with `UPDATE=1` to write the maps.
//!
//! Beside the cases, maps of made-up rules are compared with what [`ztp::verdict::decide`] says of each pair.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests read files and may panic"
)]

mod map {
    mod brute_force;
    mod cases;
}
