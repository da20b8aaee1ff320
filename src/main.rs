//! The `ztp` command.

mod cli;

/// A compile makes and drops many small things; the system's allocator takes a third of its time (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::run()
}
