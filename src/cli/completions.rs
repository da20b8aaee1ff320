//! `ztp completions`: a script for the shell.

use super::{Cli, Status, terminal};
use clap::CommandFactory;
use clap_complete::Shell;

/// Print a script that completes ztp's arguments in a shell
///
/// For bash: `ztp completions bash > ~/.local/share/bash-completion/completions/ztp`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    shell: Shell,
}

pub fn run(args: &Args) -> Status {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ztp", &mut script);
    terminal::answer(&[String::from_utf8_lossy(&script)])
}
