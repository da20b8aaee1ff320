//! `ztp flows replay`: which flows would change their verdict.

use super::source::{self, FlowArgs};
use super::{json, page};
use crate::cli::Status;
use crate::cli::terminal::{self, AnswerFormat};
use ztp::flows::{self, Change, Interest};

/// Say which flows a project would cut off, and which it would let through
///
/// Each flow is decided by the project, at both ends. The exit code is 1 if one that passed would be stopped: run it in CI on
/// flows that were captured once.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    source: FlowArgs,

    /// Projects or manifests, as `ztp explain` takes them
    #[arg(long, value_name = "PATH", num_args = 1.., default_value = ".")]
    on: Vec<String>,

    /// How the answer is printed
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: AnswerFormat,
}

pub fn run(args: &Args) -> Status {
    let outcome = match source::view(&args.on, &args.source.cluster) {
        Ok(outcome) => outcome,
        Err(status) => return status,
    };
    let Some(view) = outcome.views.first() else { return Status::Failed };
    let tally = match args.source.read(&Interest::of(&view.ruleset)) {
        Ok(tally) => tally,
        Err(status) => return status,
    };
    let replay = flows::replay(view, &tally);
    let text = match args.format {
        AnswerFormat::Human => page::replay(&outcome.sources, &tally, &replay),
        AnswerFormat::Json => json::replay(&outcome.sources, &tally, &replay),
    };
    match terminal::answer(&[text]) {
        Status::Clean if replay.count(Change::Dropped) > 0 => Status::Findings,
        status => status,
    }
}
