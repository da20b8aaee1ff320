//! `ztp report`: what an auditor asks of a project.

use super::project::{ClusterArgs, status};
use super::{Status, input, terminal};
use clap::ValueEnum;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use ztp::compile;
use ztp::diagnostic::render::Format as Findings;
use ztp::report::render::{Format, render};
use ztp::report::report;
use ztp::world::output;

/// Report who may reach whom, why, until when, and what all of it rests on
///
/// For auditors: every way in and out of each namespace with its sentence, reason, owner and date; everything outside that
/// is reached or let in; what is closed for good, decided over the manifests; assertions, waivers and hashes. The project is
/// built and its manifests are proved first. Nothing is reported of one that has errors.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders of .ztp files, or single files, read together as one project; REVISION:PATH is of a git revision
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<String>,

    #[command(flatten)]
    cluster: ClusterArgs,

    /// How the report is shown
    #[arg(short, long, value_enum, default_value_t, help_heading = "Report")]
    format: FormatName,

    /// Write to this file, which is replaced whole [default: standard output]
    #[arg(short, long, value_name = "FILE", help_heading = "Report")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum FormatName {
    /// Markdown with tables, for a pull request or a wiki
    #[default]
    #[value(alias = "md")]
    Markdown,
    /// One file without scripts, for reading and printing
    Html,
    /// One row a rule, for spreadsheets
    Csv,
    /// One JSON object, for programs
    Json,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Markdown => Self::Markdown,
            FormatName::Html => Self::Html,
            FormatName::Csv => Self::Csv,
            FormatName::Json => Self::Json,
        }
    }
}

pub fn run(args: &Args) -> Status {
    let read = match input::load(&args.paths) {
        Ok(read) => read,
        Err(status) => return status,
    };
    if !read.manifests.is_empty() {
        terminal::say(
            "error: a report is of sentences, which say why, who and until when\n\
             help: name folders of .ztp files alone; `ztp import` turns manifests into sentences",
        );
        return Status::Failed;
    }
    let sources = read.sentences;
    let options = args.cluster.options();
    // The process ends next: giving a large project's memory back piece by piece would only take time.
    let built = ManuallyDrop::new(compile::build(&sources, &options));
    terminal::findings(Findings::Human, &sources, &built.diagnostics);
    if built.clusters.is_empty() {
        return status(&built.diagnostics);
    }
    let report = ManuallyDrop::new(report(&sources, &built, options.today));
    let text = render(&report, args.format.into());
    match &args.output {
        None => terminal::answer(&[text]),
        Some(path) => match output::write_file(path, &text) {
            Ok(()) => Status::Clean,
            Err(problems) => {
                terminal::findings(Findings::Human, &sources, &problems);
                status(&problems)
            }
        },
    }
}
