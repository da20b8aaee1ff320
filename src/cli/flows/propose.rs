//! `ztp flows propose`: the sentences that flows call for.

use super::source::{self, FlowArgs};
use crate::cli::{Status, input, project, terminal};
use smol_str::SmolStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use ztp::diagnostic::render::Format;
use ztp::flows::{self, Draft, Proposal, Wish};
use ztp::source::Sources;
use ztp::syntax;
use ztp::world::{Kind, disk, output, shown};

/// How many flows are named for which nothing was drafted; the others are counted.
const MOST: usize = 50;

/// Draft the sentences that are missing for flows that passed
///
/// Of what was forwarded or audited and what the project does not allow yet, it drafts the fewest sentences that let it pass.
/// Namespaces that do not enforce both directions yet, kube-system aside, are taken as if they did. Without a project it
/// drafts one, of all namespaces that were seen but kube-system. A draft is what was seen, and not what ought to be: read it
/// before you take it.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    source: FlowArgs,

    /// The project: folders or files [default: the folder in which you are, if it has a project]
    #[arg(long, value_name = "PATH", num_args = 1..)]
    on: Vec<String>,

    /// Draft files for this namespace, too, which the project has none for
    #[arg(long, value_name = "NAME")]
    namespace: Vec<String>,

    /// Write a folder, with a file for each namespace [default: one text to standard output]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn run(args: &Args) -> Status {
    let sources = match project(&args.on) {
        Ok(sources) => sources,
        Err(status) => return status,
    };
    if let Some(name) = args.namespace.iter().find(|name| !syntax::can_be_namespace(name)) {
        terminal::say(&format!("error: `{name}` cannot be a namespace's name"));
        return Status::Failed;
    }
    let options = args.source.cluster.options();
    if let Err(status) = source::for_one_cluster(&sources, &options) {
        return status;
    }
    let tally = match args.source.read(&flows::interest(&sources, &options)) {
        Ok(tally) => tally,
        Err(status) => return status,
    };
    let wish = Wish { namespaces: args.namespace.iter().map(SmolStr::from).collect() };
    let Proposal { sources, diagnostics, draft } = flows::propose(&sources, &options, &wish, &tally);
    terminal::findings(Format::Human, &sources, &diagnostics);
    let Some(draft) = draft else { return project::status(&diagnostics).max(Status::Findings) };
    let written = match &args.out {
        Some(folder) => match write(folder, &draft) {
            Ok(list) => terminal::answer(&[list]),
            Err(status) => return status,
        },
        None => terminal::answer(&[draft.whole.as_str()]),
    };
    terminal::say(report(&draft).trim_end());
    written
}

/// The project; nothing, if none is named and none is here.
fn project(on: &[String]) -> Result<Sources, Status> {
    let here = [".".to_owned()];
    let paths = match on {
        [] if !disk::holds(Kind::Sources, Path::new(".")) => return Ok(Sources::new()),
        [] => &here,
        named => named,
    };
    let read = input::load(paths)?;
    if read.manifests.is_empty() {
        return Ok(read.sentences);
    }
    terminal::say("error: a draft goes with sentences\nhelp: name a project; `ztp import` makes one of manifests");
    Err(Status::Failed)
}

fn write(folder: &Path, draft: &Draft) -> Result<String, Status> {
    let files: Vec<(&str, &str)> = draft.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    match output::begin(folder, &files) {
        Ok(()) => Ok(files.iter().map(|(path, _)| format!("wrote {}\n", shown(&folder.join(path)))).collect()),
        Err(problems) => {
            terminal::findings(Format::Human, &Sources::new(), &problems);
            Err(project::status(&problems))
        }
    }
}

fn report(draft: &Draft) -> String {
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let mut text = format!("{} for {}", count(draft.sentences, "sentence"), count(draft.flows, "flow"));
    if draft.passing > 0 {
        let _ = write!(text, "; {} need none", draft.passing);
    }
    text.push('\n');
    if !draft.as_enforcing.is_empty() {
        let names: Vec<&str> = draft.as_enforcing.iter().map(SmolStr::as_str).collect();
        let _ = writeln!(text, "as if ingress and egress were enforced already: {}", names.join(", "));
    }
    for (why, lines) in &draft.left_out {
        let _ = writeln!(text, "{lines:>8}  left out: {}", why.as_str());
    }
    if !draft.left.is_empty() {
        let _ = writeln!(text, "nothing was drafted for {}:", count(draft.left.len(), "flow"));
    }
    for left in draft.left.iter().take(MOST) {
        let _ = writeln!(text, "  {}: {}", left.flow, left.reason);
    }
    if let Some(more) = draft.left.len().checked_sub(MOST).filter(|more| *more > 0) {
        let _ = writeln!(text, "  and {more} more");
    }
    text
}
