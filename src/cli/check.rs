//! `ztp check`: find errors, write nothing.

use super::Status;
use super::project::ProjectArgs;
use std::mem::ManuallyDrop;
use ztp::compile::{self, Options};

/// Find errors in a project, and print no manifests
///
/// A sentence whose `until` has passed is an error here.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    project: ProjectArgs,
}

pub fn run(args: &Args) -> Status {
    let sources = match args.project.load() {
        Ok(sources) => sources,
        Err(status) => return status,
    };
    let options = Options { expired_fails: true, ..args.project.options() };
    // The process ends next: giving a large project's memory back piece by piece would only take time.
    let outcome = ManuallyDrop::new(compile::check(&sources, &options));
    if outcome.diagnostics.is_empty() {
        args.project.say(&match sources.len() {
            1 => "1 file, nothing to complain about".to_owned(),
            count => format!("{count} files, nothing to complain about"),
        });
    }
    args.project.report(&sources, &outcome.diagnostics)
}
