//! `ztp flows`: what Hubble saw, and what a project makes of it.

pub mod json;
pub mod page;
mod propose;
mod replay;
pub mod source;

use super::Status;

/// Hold flows that Hubble saw against a project
///
/// Reads what `hubble observe -o json` prints, as a stream: a week of it is as good as an hour.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Replay(replay::Args),
    Propose(propose::Args),
}

pub fn run(args: &Args) -> Status {
    match &args.command {
        Command::Replay(args) => replay::run(args),
        Command::Propose(args) => propose::run(args),
    }
}
