//! `ztp build`: sources in, manifests out.

use super::project::{ProjectArgs, status};
use super::workloads::WorkloadsArgs;
use super::{Status, terminal};
use rayon::prelude::*;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use ztp::compile::{self, Compiled, Options};
use ztp::diagnostic::problem::project::ProjectProblem;
use ztp::diagnostic::{Diagnostic, has_errors};
use ztp::manifest::{Object, yaml};
use ztp::world::output::{self, Files, Report};
use ztp::world::shown;

/// Compile a project to manifests
///
/// Prints one YAML stream, or writes a folder with `-o`. When anything is wrong nothing is printed or written.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    project: ProjectArgs,

    #[command(flatten)]
    workloads: WorkloadsArgs,

    /// Write to this folder: one file an object, a kustomization.yaml, and a record of what was written
    ///
    /// With several clusters each has its own folder in it. Files from earlier builds that are no longer needed are
    /// removed; files that ztp did not write, or that were edited since, are never touched.
    #[arg(short, long, value_name = "DIR", help_heading = "Output")]
    output: Option<PathBuf>,

    /// Write nothing, and fail if the folder is not what would be written
    #[arg(long, requires = "output", help_heading = "Output")]
    check: bool,

    /// Leave out sentences whose `until` has passed, instead of warning
    #[arg(long, help_heading = "Dates")]
    drop_expired: bool,
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
    let inventory = running.inventory.clone();
    let options = Options { drop_expired: args.drop_expired, running: inventory, ..args.project.options() };
    // The process ends next: giving a large project's memory back piece by piece would only take time.
    let outcome = ManuallyDrop::new(compile::build(&sources, &options));
    let mut diagnostics = outcome.diagnostics.clone();
    running.join(&mut sources, &mut diagnostics);
    if has_errors(&diagnostics) {
        return args.project.report(&sources, &diagnostics);
    }
    let made = match &args.output {
        None => streamed(&outcome.clusters).map(Made::Stream),
        Some(folder) if args.check => output::compare(folder, &layout(&outcome.clusters)).map(|()| Made::Compared),
        Some(folder) => output::write(folder, &layout(&outcome.clusters)).map(|report| Made::Written(folder, report)),
    };
    match made {
        Ok(made) => {
            args.project.report(&sources, &diagnostics);
            match made {
                Made::Stream(objects) => return terminal::answer(stream(objects)),
                Made::Compared => {}
                Made::Written(folder, report) => args.project.say(&summary(folder, &report)),
            }
        }
        Err(problems) => {
            diagnostics.extend(problems);
            args.project.report(&sources, &diagnostics);
        }
    }
    status(&diagnostics)
}

/// What came out, when nothing was wrong.
enum Made<'a> {
    Stream(&'a [Object]),
    Compared,
    Written(&'a Path, Report),
}

/// How many objects make a piece of the stream.
const PIECE: usize = 64;

/// How many are made before they are written, so that a large stream is never in memory as a whole.
const AHEAD: usize = 32 * PIECE;

/// The objects that make one stream. Two clusters' objects may bear the same names, so only one fits.
fn streamed(clusters: &[Compiled]) -> Result<&[Object], Vec<Diagnostic>> {
    if clusters.len() > 1 {
        let names = clusters.iter().filter_map(|cluster| cluster.name.clone()).collect();
        return Err(vec![ProjectProblem::SeveralClusters { names }.into()]);
    }
    Ok(clusters.first().map(|cluster| cluster.objects.as_slice()).unwrap_or_default())
}

/// Objects as one stream, in pieces that are made side by side.
fn stream(objects: &[Object]) -> impl Iterator<Item = String> {
    objects.chunks(AHEAD).enumerate().flat_map(|(batch, objects)| {
        let pieces = objects.par_chunks(PIECE).enumerate().map(|(index, piece)| {
            let mut text = if batch + index == 0 { String::new() } else { yaml::SEPARATOR.to_owned() };
            yaml::write_stream(piece, &mut text);
            text
        });
        pieces.collect::<Vec<_>>()
    })
}

/// The files of a folder of manifests; with several clusters each has a folder of its own.
fn layout(clusters: &[Compiled]) -> Files {
    let mut files = Files::new();
    for cluster in clusters {
        let prefix = match &cluster.name {
            Some(name) if clusters.len() > 1 => format!("{name}/"),
            _ => String::new(),
        };
        let written = cluster.objects.par_iter().map(|object| {
            let mut text = String::new();
            yaml::write(object, &mut text);
            (object.path(), text)
        });
        let written: Files = written.collect();
        files.insert(format!("{prefix}kustomization.yaml"), kustomization(&written));
        files.extend(written.into_iter().map(|(path, text)| (format!("{prefix}{path}"), text)));
    }
    files
}

/// A kustomization that lists all files, so that `kubectl apply -k` and Flux take exactly them. Paths have letters,
/// digits, `.`, `-`, `_` and `/` only and hold at least one `/`, so YAML reads them as strings.
fn kustomization(files: &Files) -> String {
    let mut text = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:".to_owned();
    if files.is_empty() {
        text.push_str(" []");
    }
    for path in files.keys() {
        text.push_str("\n  - ");
        text.push_str(path);
    }
    text.push('\n');
    text
}

fn summary(folder: &Path, report: &Report) -> String {
    let files = |count: usize| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
    let mut text =
        format!("{}: {} written, {} unchanged", shown(folder), files(report.written), files(report.unchanged));
    for path in &report.removed {
        text.push_str("\nremoved ");
        text.push_str(path);
    }
    text
}
