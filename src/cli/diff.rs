//! `ztp diff`: what changes in meaning from one state to another.

pub mod human;
pub mod json;
mod markdown;
pub mod reasons;

use super::input;
use super::project::{ClusterArgs, status};
use super::{Status, terminal};
use clap::ValueEnum;
use smol_str::SmolStr;
use ztp::diagnostic::Diagnostic;
use ztp::diagnostic::problem::project::ProjectProblem;
use ztp::diagnostic::render::Format;
use ztp::diff::{self, Diff, Side};
use ztp::view::{self, Outcome, Scope, View};

/// Show what changes in meaning: which flows pass now that did not, and which no longer do
///
/// Both sides are projects, manifests or revisions, in any mixture. Spelling, order and form make no difference. The exit
/// code is 1 when the meaning differs.
#[derive(Debug, clap::Args)]
#[command(override_usage = "ztp diff [OPTIONS] OLD NEW\n       ztp diff [OPTIONS] OLD... -- NEW...")]
pub struct Args {
    /// OLD and NEW: a project or manifests, as they were and as they are; `main:policies` is a folder in a git revision,
    /// `-` manifests on standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<String>,

    /// Those as they are, where a side has several paths
    #[arg(value_name = "NEW", last = true)]
    new: Vec<String>,

    #[command(flatten)]
    cluster: ClusterArgs,

    /// How the changes are printed
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: FormatName,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum FormatName {
    /// For people
    #[default]
    Human,
    /// For a comment on a pull request
    #[value(alias = "md")]
    Markdown,
    /// One JSON object
    Json,
}

/// What changes in one cluster.
pub struct Compared<'v> {
    /// The cluster, where there are several.
    cluster: Option<SmolStr>,
    diff: Diff,
    old: Side<'v>,
    new: Side<'v>,
}

pub fn run(args: &Args) -> Status {
    let (old, new) = match read(args) {
        Ok(both) => both,
        Err(status) => return status,
    };
    let reported = input::report(&old).max(input::report(&new));
    input::say_assumed(if new.assumed.is_some() { &new } else { &old });
    if old.views.is_empty() || new.views.is_empty() {
        return reported;
    }
    let pairs = match pairs(&old, &new) {
        Ok(pairs) => pairs,
        Err(status) => return status,
    };
    let several = pairs.len() > 1;
    let compared: Vec<Compared<'_>> = pairs
        .into_iter()
        .map(|(before, after)| {
            let (old, new) =
                (Side { view: before, sources: &old.sources }, Side { view: after, sources: &new.sources });
            let cluster = after.cluster.clone().filter(|_| several);
            Compared { cluster, diff: diff::diff(old, new), old, new }
        })
        .collect();
    let text = match args.format {
        FormatName::Human => human::text(&compared),
        FormatName::Markdown => markdown::text(&compared),
        FormatName::Json => json::text(&compared),
    };
    match terminal::answer(&[text]) {
        Status::Clean if compared.iter().any(|one| !one.diff.is_empty()) => Status::Findings,
        status => status,
    }
}

/// Reads both sides. Manifests are read as the cluster of the other side takes them, if that is a project's; two sides of
/// manifests as one cluster takes both.
fn read(args: &Args) -> Result<(Outcome, Outcome), Status> {
    let options = args.cluster.options();
    let (old, new) = sides(args)?;
    let (old, new) = (input::load(old)?, input::load(new)?);
    let (mut old, mut new) = (view::read(old, &options), view::read(new, &options));
    let scope = |of: &Outcome| of.views.first().map(|view| view.scope.clone());
    match (old.assumed, new.assumed) {
        (None, Some(_)) => new = again(new, scope(&old)),
        (Some(_), None) => old = again(old, scope(&new)),
        // The names of enforcers are in this order: whose manifests need Cilium win.
        (Some(before), Some(after)) if before < after => new = again(new, scope(&old)),
        (Some(before), Some(after)) if after < before => old = again(old, scope(&new)),
        _ => {}
    }
    Ok((old, new))
}

/// The paths of both sides: one each, or the second side's behind `--`.
fn sides(args: &Args) -> Result<(&[String], &[String]), Status> {
    match (args.paths.as_slice(), args.new.as_slice()) {
        (old, new) if !new.is_empty() => Ok((old, new)),
        ([old, new], []) => Ok((std::slice::from_ref(old), std::slice::from_ref(new))),
        (paths, _) => {
            let problem = if paths.len() < 2 { "there is no second path" } else { "which paths are new is not said" };
            terminal::say(&format!("error: {problem}\nhelp: write `ztp diff OLD NEW`, or `ztp diff OLD... -- NEW...`"));
            Err(Status::Failed)
        }
    }
}

fn again(outcome: Outcome, scope: Option<Scope>) -> Outcome {
    match scope {
        Some(scope) if !outcome.views.is_empty() => view::read_manifests(outcome.sources, &scope),
        _ => outcome,
    }
}

/// What is compared with what: clusters of one name, or the only one of each side.
fn pairs<'v>(old: &'v Outcome, new: &'v Outcome) -> Result<Vec<(&'v View, &'v View)>, Status> {
    if let ([old], [new]) = (old.views.as_slice(), new.views.as_slice()) {
        return Ok(vec![(old, new)]);
    }
    let names = |of: &Outcome| -> Vec<SmolStr> { of.views.iter().filter_map(|view| view.cluster.clone()).collect() };
    let (before, after) = (names(old), names(new));
    let pair = |new: &'v View| Some((old.views.iter().find(|old| old.cluster == new.cluster)?, new));
    let pairs: Vec<_> = new.views.iter().filter_map(pair).collect();
    if pairs.len() == before.len() && pairs.len() == after.len() {
        return Ok(pairs);
    }
    let names = if before.len() > after.len() { before } else { after };
    let problem: Diagnostic = ProjectProblem::ClustersDiffer { names }.into();
    terminal::findings(Format::Human, &new.sources, std::slice::from_ref(&problem));
    Err(status(&[problem]))
}
