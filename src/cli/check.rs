//! `ztp check`: find errors, write nothing.

use super::Status;
use super::project::ProjectArgs;
use super::workloads::WorkloadsArgs;
use std::mem::ManuallyDrop;
use ztp::compile::{self, Options};

/// Find errors in a project, and print no manifests
///
/// A sentence whose `until` has passed is an error here.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    project: ProjectArgs,

    #[command(flatten)]
    workloads: WorkloadsArgs,
}

pub fn run(args: &Args) -> Status {
    let mut sources = match args.project.load() {
        Ok(sources) => sources,
        Err(status) => return status,
    };
    let running = match args.workloads.load(&args.project, &mut sources) {
        Ok(running) => running,
        Err(status) => return status,
    };
    let options = Options { expired_fails: true, running: running.inventory.clone(), ..args.project.options() };
    // The process ends next: giving a large project's memory back piece by piece would only take time.
    let mut outcome = ManuallyDrop::new(compile::check(&sources, &options));
    let files = sources.len();
    running.join(&mut sources, &mut outcome.diagnostics);
    if outcome.diagnostics.is_empty() {
        let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
        let held = match options.running.as_ref().map(|inventory| inventory.workloads.len()) {
            None => String::new(),
            Some(1) => ", held against the one workload that runs".to_owned(),
            Some(count) => format!(", held against the {count} workloads that run"),
        };
        args.project.say(&format!("{files}, nothing to complain about{held}"));
    }
    args.project.report(&sources, &outcome.diagnostics)
}
