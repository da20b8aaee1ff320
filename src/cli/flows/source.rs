//! The files of flows, and the project on which they are replayed.

use crate::cli::project::ClusterArgs;
use crate::cli::{Status, input, terminal};
use smol_str::SmolStr;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use ztp::compile::{self, Options};
use ztp::flows::{self, Failure, Interest, LeftOut, Tally};
use ztp::source::Sources;
use ztp::view::{self, Outcome, View};
use ztp::world::disk;

/// How often progress is shown, in bytes.
const STEP: u64 = 64 << 20;

/// Which flows, and against what they are held.
#[derive(Debug, clap::Args)]
pub struct FlowArgs {
    /// What `hubble observe -o json` printed; `-` is standard input
    #[arg(required = true, value_name = "FLOWS")]
    pub flows: Vec<String>,

    #[command(flatten)]
    pub cluster: ClusterArgs,
}

impl FlowArgs {
    /// Reads all files. What cannot be read has been reported.
    pub fn read(&self, interest: &Interest) -> Result<Tally, Status> {
        let mut tally = Tally::default();
        for name in &self.flows {
            let (shown, mut input): (&str, Box<dyn Read>) = if name == "-" {
                ("<stdin>", Box::new(io::stdin().lock()))
            } else {
                match disk::open(Path::new(name)) {
                    Ok(file) => (name, Box::new(file)),
                    Err(error) => {
                        terminal::say(&format!("error: {name} cannot be read: {error}"));
                        return Err(Status::Failed);
                    }
                }
            };
            let mut progress = Progress::new(shown);
            let read =
                flows::read(&SmolStr::from(shown), &mut input, interest, &mut tally, &mut |bytes| progress.at(bytes));
            progress.end();
            match read {
                Ok(()) => {}
                Err(Failure::Io(error)) => {
                    terminal::say(&format!("error: {shown} cannot be read: {error}"));
                    return Err(Status::Failed);
                }
                Err(Failure::Compressed) => {
                    terminal::say(&format!("error: {shown} is compressed\nhelp: write `zcat FILE | ztp … -`"));
                    return Err(Status::Failed);
                }
            }
        }
        say_bad(&tally);
        some(tally)
    }
}

/// Reads what the flows are held against: the view of the one cluster that is asked about.
pub fn view(paths: &[String], cluster: &ClusterArgs) -> Result<Outcome, Status> {
    let input = input::load(paths)?;
    let outcome = view::read(input, &cluster.options());
    let status = input::report(&outcome);
    input::say_assumed(&outcome);
    match outcome.views.as_slice() {
        [] => Err(status),
        [_] => Ok(outcome),
        several => Err(not_one(several.iter().map(|view: &View| view.cluster.as_deref()))),
    }
}

/// Says so if sentences are for several clusters.
pub fn for_one_cluster(sources: &Sources, options: &Options) -> Result<(), Status> {
    let clusters = compile::check(sources, options).clusters;
    if clusters.len() > 1 { Err(not_one(clusters.iter().map(|one| one.name.as_deref()))) } else { Ok(()) }
}

fn not_one<'n>(names: impl Iterator<Item = Option<&'n str>>) -> Status {
    let names: Vec<&str> = names.flatten().collect();
    terminal::say(&format!(
        "error: flows are those of one cluster, and there are several\nhelp: `--cluster` is one of {}",
        names.join(", ")
    ));
    Status::Failed
}

/// Whether any flow was read. If none was, that has been reported: a replay of nothing would hold whatever the project says.
fn some(tally: Tally) -> Result<Tally, Status> {
    let events = tally.left_out.get(&LeftOut::Event).copied().unwrap_or_default();
    if tally.lines > tally.bad_lines + events {
        return Ok(tally);
    }
    terminal::say("error: there is not one flow in it\nhelp: flows are what `hubble observe -o json` prints");
    Err(Status::Failed)
}

/// Names the bad lines, and what is lost.
fn say_bad(tally: &Tally) {
    for bad in &tally.bad {
        terminal::say(&format!("{}:{}: no flow: {}", bad.file, bad.line, bad.reason));
    }
    if let Some(more) = tally.bad_lines.checked_sub(tally.bad.len() as u64).filter(|more| *more > 0) {
        terminal::say(&format!("and {more} more lines are no flows"));
    }
    if tally.lost > 0 {
        terminal::say(&format!("note: Hubble lost {} events: there may have been other flows", tally.lost));
    }
}

/// Shows on a terminal how far the reading is.
struct Progress<'n> {
    name: &'n str,
    shown: u64,
    on: bool,
}

impl<'n> Progress<'n> {
    fn new(name: &'n str) -> Self {
        Self { name, shown: 0, on: io::stderr().is_terminal() }
    }

    fn at(&mut self, bytes: u64) {
        if self.on && bytes >= self.shown + STEP {
            self.shown = bytes;
            let _ = write!(io::stderr(), "\r{}: {} MB", self.name, bytes / 1_000_000);
        }
    }

    /// Takes it away again.
    fn end(&self) {
        if self.shown > 0 {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
