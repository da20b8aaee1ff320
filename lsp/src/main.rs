//! `ztp-lsp`: the language server, over standard input and output.
//!
//! ```text
//! server (one line a request) ─▶ requests (one file each, on a snapshot) ─▶ ztp::ide
//!    │                                  ▲
//!    └─▶ state (projects, documents) ───┴──▶ work (checks on threads) ─▶ findings to the client
//! ```

mod diagnostics;
mod document;
mod lines;
mod pages;
mod project;
mod protocol;
mod requests;
mod server;
mod snapshot;
mod state;
mod work;

use std::process::ExitCode;

/// As for the `ztp` command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Ends with 0 after `shutdown` and `exit`, else with 1, as the protocol asks.
fn main() -> ExitCode {
    if std::env::args_os().len() > 1 {
        eprintln!(
            "ztp-lsp {}: the language server of ztp. An editor starts it, without arguments.",
            env!("CARGO_PKG_VERSION")
        );
        return ExitCode::from(2);
    }
    server::serve()
}
