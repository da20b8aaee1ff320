//! `ztp-lsp`: the language server, over standard input and output.

use std::process::ExitCode;

/// As for the `ztp` command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Ends with 0 after `shutdown` and `exit`, else with 1, as the protocol asks.
fn main() -> ExitCode {
    // Many clients say how they want to talk, and there is only one way.
    if let Some(unknown) = std::env::args().skip(1).find(|argument| argument != "--stdio") {
        eprintln!("ztp-lsp {}: an editor starts it, and it takes no `{unknown}`", env!("CARGO_PKG_VERSION"));
        return ExitCode::from(2);
    }
    ztp_lsp::serve()
}
