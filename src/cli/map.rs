//! `ztp map`: who reaches whom.

use super::input::{self, InputArgs};
use super::{Status, terminal};
use clap::ValueEnum;
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::mem::ManuallyDrop;
use ztp::diagnostic::Diagnostic;
use ztp::diagnostic::problem::project::ProjectProblem;
use ztp::diagnostic::render::Format as Findings;
use ztp::map::render::{Format, render};
use ztp::map::{Focus, Scene, draw};
use ztp::resolve::nearest;
use ztp::view;

/// Show who may reach whom, and what of each workload is open to the outside
///
/// The workloads are those that a project declares, or those that manifests run. A connection is shown when it may pass
/// at both of its ends. Workloads that nothing isolates are shown as groups, all of these to all of those.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    input: InputArgs,

    /// How the map is shown: as text, as data, or as a picture
    #[arg(short, long, value_enum, default_value_t, help_heading = "Map")]
    format: FormatName,

    /// Show only what the workloads of this namespace are an end of; may be repeated
    #[arg(short, long, value_name = "NAMESPACE", help_heading = "Map")]
    namespace: Vec<SmolStr>,

    /// Show only what this workload is an end of; may be repeated
    #[arg(short, long, value_name = "NAMESPACE/NAME", value_parser = workload, help_heading = "Map")]
    workload: Vec<(SmolStr, SmolStr)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum FormatName {
    /// Aligned text, for people
    #[default]
    Txt,
    /// One JSON object, for programs
    Json,
    /// One line an edge, for spreadsheets
    Csv,
    /// Markdown tables, for a pull request or a wiki
    #[value(alias = "markdown")]
    Md,
    /// Graphviz
    Dot,
    /// A Mermaid flowchart, which GitHub and GitLab draw
    Mermaid,
    /// A picture that is laid out, for a review
    Svg,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Txt => Self::Txt,
            FormatName::Json => Self::Json,
            FormatName::Csv => Self::Csv,
            FormatName::Md => Self::Md,
            FormatName::Dot => Self::Dot,
            FormatName::Mermaid => Self::Mermaid,
            FormatName::Svg => Self::Svg,
        }
    }
}

pub fn run(args: &Args) -> Status {
    let loaded = match args.input.load() {
        Ok(loaded) => loaded,
        Err(status) => return status,
    };
    // The process ends next: giving a large project's memory back piece by piece would only take time.
    let outcome = ManuallyDrop::new(view::read(loaded, &args.input.options()));
    let status = input::report(&outcome);
    input::say_assumed(&outcome);
    let view = match outcome.views.as_slice() {
        [] => return status,
        [view] => view,
        several => {
            let names = several.iter().filter_map(|view| view.cluster.clone()).collect();
            let problem: Diagnostic = ProjectProblem::SeveralClusters { names }.into();
            terminal::findings(Findings::Human, &outcome.sources, std::slice::from_ref(&problem));
            return super::project::status(&[problem]);
        }
    };
    let scene = Scene::new(view.policy.as_ref(), &view.inventory, view.namespaces.clone());
    if let Some(wrong) = args.unknown(&scene) {
        terminal::say(&wrong);
        return Status::Failed;
    }
    let focus = Focus { namespaces: args.namespace.clone(), workloads: args.workload.clone() };
    let map = ManuallyDrop::new(draw(&scene, &view.ruleset, &focus));
    match render(&map, args.format.into()) {
        Ok(text) => terminal::answer(&[text]),
        Err(too_large) => {
            terminal::say(&format!(
                "error: {too_large}\nhelp: choose a part of it with `--namespace` or `--workload`, or another format"
            ));
            Status::Failed
        }
    }
}

impl Args {
    /// What is asked for and not there.
    fn unknown(&self, scene: &Scene) -> Option<String> {
        let namespaces = scene.namespaces.keys().chain(scene.workloads.iter().map(|one| &one.pod.namespace.name));
        let namespaces: BTreeSet<&str> = namespaces.map(SmolStr::as_str).collect();
        let no = |what: &str, name: &str, nearest: Option<&str>| {
            let mut text = format!("error: there is no {what} `{}`", name.escape_debug());
            if let Some(nearest) = nearest {
                text.push_str(&format!("\nhelp: did you mean `{nearest}`?"));
            }
            text
        };
        for name in &self.namespace {
            if !namespaces.contains(name.as_str()) {
                let near = nearest(name, namespaces.iter().copied());
                return Some(no("namespace", name, near.first().copied()));
            }
        }
        for (namespace, name) in &self.workload {
            let own = scene.workloads.iter().filter(|one| one.pod.namespace.name == *namespace);
            if !own.clone().any(|one| one.name == *name) {
                let near = nearest(name, own.map(|one| one.name.as_str()));
                let near = near.first().map(|near| format!("{namespace}/{near}"));
                return Some(no("workload", &format!("{namespace}/{name}"), near.as_deref()));
            }
        }
        None
    }
}

fn workload(text: &str) -> Result<(SmolStr, SmolStr), String> {
    match text.split_once('/') {
        Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() => Ok((namespace.into(), name.into())),
        _ => Err("write it with its namespace, as `shop/frontend`".to_owned()),
    }
}
