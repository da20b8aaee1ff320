//! Reports.
//!
//! Each folder of `tests/report/` is a case: a project in `case.ztp`, and what is reported of it on 2026-11-20. Which formats
//! it holds is seen by its files: `report.md`, `report.html`, `report.csv`, `report.json`; all of them are made in a new
//! folder. Run with `UPDATE=1` to write the reports.
//!
//! Beside the cases, reports of these and of all examples are held against the policy that they are of, and each format is
//! read back.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "tests read files and may panic"
)]

mod report {
    mod cases;
    mod forms;
    mod project;
    mod rules;
}
