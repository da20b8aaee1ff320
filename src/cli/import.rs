//! `ztp import`: existing policies to sentences.

use super::project::status;
use super::terminal;
use super::{Status, input};
use std::path::PathBuf;
use ztp::diagnostic::render::Format;
use ztp::import::{Outcome, Project, Wish, import};
use ztp::policy::{EnforcerName, Version};
use ztp::syntax;
use ztp::world::{output, shown};

/// Turn existing policies into sentences, with proof that they mean the same
///
/// Reads NetworkPolicy, CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy objects. Where something has no sentence, or the
/// proof fails, nothing is written, and the construct is named.
///
/// `kubectl get networkpolicies,ciliumnetworkpolicies,ciliumclusterwidenetworkpolicies -A -o yaml` is such a dump.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The manifests: .yaml, .yml or .json files or folders of them; `-` is standard input
    ///
    /// With workloads among them (Deployments, Pods, …) ports by name become the numbers that these have.
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<String>,

    /// Write a folder: cluster.ztp, and a folder with a file for each namespace [default: one file to standard output]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Who enforces the policies: cilium:1.18, kubernetes:1.30 [default: as the kinds of the objects tell]
    #[arg(long, value_name = "NAME:VERSION", value_parser = ztp::resolve::parse_enforcer)]
    enforcer: Option<(EnforcerName, Version)>,

    /// What the project is called
    #[arg(long, value_name = "NAME", default_value = "imported")]
    project: String,
}

pub fn run(args: &Args) -> Status {
    if !syntax::can_be_name(&args.project) {
        terminal::say(&format!("error: `{}` cannot be a project's name", args.project));
        return Status::Failed;
    }
    let read = match input::load(&args.paths) {
        Ok(read) => read,
        Err(status) => return status,
    };
    if !read.sentences.is_empty() {
        terminal::say(
            "error: sentences need no import\nhelp: name manifests alone: files, or folders without .ztp files",
        );
        return Status::Failed;
    }
    let wish = Wish { enforcer: args.enforcer, project: Some(args.project.as_str().into()) };
    let outcome = import(read.manifests, &wish);
    terminal::findings(Format::Human, &outcome.sources, &outcome.diagnostics);
    let Some(project) = &outcome.project else { return status(&outcome.diagnostics) };
    if project.policies == 0 {
        terminal::say(
            "error: there is no policy in these files\nhelp: name what `kubectl get … -o yaml` prints of policies",
        );
        return Status::Failed;
    }
    let written = match &args.out {
        Some(folder) => {
            let files: Vec<(&str, &str)> =
                project.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
            if let Err(problems) = output::begin(folder, &files) {
                terminal::findings(Format::Human, &Default::default(), &problems);
                return status(&problems);
            }
            let list = files.iter().map(|(path, _)| format!("wrote {}\n", shown(&folder.join(path))));
            terminal::answer(&[list.collect::<String>()])
        }
        None => terminal::answer(&[project.whole.as_str()]),
    };
    report(&outcome, project);
    written
}

/// What was proved, and what is taken for granted.
fn report(outcome: &Outcome, project: &Project) {
    let what = if project.policies == 1 {
        "the policy means".to_owned()
    } else {
        format!("the {} policies mean", project.policies)
    };
    terminal::say(&format!("proved: the sentences mean what {what}"));
    if !project.look_ups.is_empty() {
        let who = match project.look_ups.as_slice() {
            [one] => one.clone(),
            [one, other] => format!("{one} and {other}"),
            [one, rest @ ..] => format!("{one} and {} others", rest.len()),
            [] => String::new(),
        };
        terminal::say(&format!(
            "note: look-ups are derived, and the policies do not let {who} do all of these; see the notes in the text"
        ));
    }
    for text in &project.named_ports {
        terminal::say(&format!("note: {text}, and other pods with these labels are taken to have the same"));
    }
    if let Some((enforcer, version)) = outcome.assumed {
        terminal::say(&format!(
            "note: read as {} {version} takes them; another is said by `--enforcer NAME:VERSION`",
            enforcer.as_str()
        ));
    }
}
