//! The command line: one file a command, over the library's public items only.
//!
//! Manifests and answers go to standard output, findings and reports to standard error. The exit code is a promise to
//! scripts; see [`Status`].

mod build;
mod check;
mod completions;
mod diff;
mod explain;
mod flows;
mod fmt;
mod import;
mod init;
mod input;
mod map;
mod places;
mod project;
mod report;
mod rollout;
mod terminal;
mod today;
mod verify;
mod workloads;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

const AFTER_HELP: &str = "\
Examples:
  ztp init shop                          begin a project in the folder shop
  ztp build shop                         print its manifests
  ztp build shop | kubectl apply -f -    and apply them
  ztp build shop -o manifests            write them to a folder, one file an object
  ztp build shop -o manifests --check    fail if that folder is not up to date (for CI)
  ztp check platform shop payments       only find errors, in several folders read together
  ztp check shop --workloads dump.yaml   hold it against what runs in a cluster
  ztp explain E0203                      say what a finding means and how to mend it
  ztp explain 'a/x can reach b/y:80'     say whether it can and why, of sentences or manifests
  ztp diff main:policies policies        show what a change means
  ztp verify dump.yaml --project shop    show where a cluster has drifted from its source
  ztp map shop --format svg > shop.svg   draw who may reach whom
  ztp import dump.yaml -o policies       turn existing policies into sentences
  ztp flows replay flows.json --on shop  say which flows that Hubble saw would be cut off
  ztp flows propose flows.json           draft sentences that let pass what passed
  ztp rollout flows.json --on shop       show what enforcing more would cut off
  ztp report shop -f html -o shop.html   report who may reach whom, for auditors

Exit codes:
  0  nothing to complain about (there may be warnings)
  1  errors in the sources, or a difference that --check, diff, verify, flows or rollout finds
  2  wrong usage, or files that cannot be read or written";

/// A compiler for zero-trust pod networking: from sentences about who may reach whom to Kubernetes
/// network policies.
#[derive(Debug, Parser)]
#[command(name = "ztp", version, after_help = AFTER_HELP, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Args),
    Check(check::Args),
    Fmt(fmt::Args),
    Init(init::Args),
    Explain(explain::Args),
    Diff(diff::Args),
    Verify(verify::Args),
    Map(map::Args),
    Report(report::Args),
    Import(import::Args),
    Flows(flows::Args),
    Rollout(rollout::Args),
    Completions(completions::Args),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    /// Nothing to complain about; there may be warnings.
    Clean,
    /// Errors in the sources, or a difference.
    Findings,
    /// Wrong usage, or the system refused.
    Failed,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Clean => 0,
            Status::Findings => 1,
            Status::Failed => 2,
        })
    }
}

/// Runs the command that the arguments say.
pub fn run() -> ExitCode {
    let status = match Cli::parse().command {
        Command::Build(args) => build::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Map(args) => map::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Flows(args) => flows::run(&args),
        Command::Rollout(args) => rollout::run(&args),
        Command::Completions(args) => completions::run(&args),
    };
    status.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_declared_consistently() {
        Cli::command().debug_assert();
    }
}
