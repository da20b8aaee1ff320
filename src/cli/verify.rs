//! `ztp verify`: where a cluster has drifted from its source.

use super::Status;
use super::diff::human::{changes, summary};
use super::diff::json;
use super::diff::reasons::Sides;
use super::input;
use super::project::{ClusterArgs, status};
use super::terminal::{self, AnswerFormat};
use serde_json::{Value, json};
use ztp::diagnostic::render::Format;
use ztp::diff::Diff;
use ztp::source::Sources;
use ztp::verify::{Drift, Found, verify};

/// Show where what a cluster holds has drifted, in meaning, from its source
///
/// Tells apart what is missing, what was changed, what is left over of an earlier build, and what somebody else wrote, with
/// the flows that each opens or closes. The exit code is 1 when the cluster is not what the source says.
///
/// `kubectl get networkpolicies,ciliumnetworkpolicies,ciliumclusterwidenetworkpolicies -A -o yaml` is such a dump.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What the cluster holds: .yaml, .yml or .json files or folders of them; `-` is standard input
    #[arg(required = true)]
    manifests: Vec<String>,

    /// The project that it was built from: folders of .ztp files, single files, or a git revision
    #[arg(short, long, value_name = "PATH", default_value = ".")]
    project: Vec<String>,

    #[command(flatten)]
    cluster: ClusterArgs,

    /// How the drift is printed
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: AnswerFormat,
}

pub fn run(args: &Args) -> Status {
    let (project, cluster) =
        match input::load(&args.project).and_then(|project| Ok((project, input::load(&args.manifests)?))) {
            Ok(both) => both,
            Err(status) => return status,
        };
    if project.sentences.is_empty() || !project.manifests.is_empty() {
        return usage("`--project` names folders with .ztp files");
    }
    if !cluster.sentences.is_empty() {
        return usage("name the manifests that the cluster holds, and the project by `--project`");
    }
    // A cluster without policies is listed as one: nothing at all is what is left of a command that failed.
    if cluster.manifests.iter().all(|(_, file)| file.text.trim().is_empty()) {
        terminal::say(
            "error: nothing was read of the cluster\nhelp: see why the manifests are empty; a cluster without policies is \
             an empty list, `items: []`",
        );
        return Status::Failed;
    }
    let outcome = verify(project.sentences, cluster.manifests, &args.cluster.options());
    terminal::findings(Format::Human, &outcome.sources, &outcome.diagnostics);
    let Some(drift) = &outcome.drift else { return status(&outcome.diagnostics) };
    let text = match args.format {
        AnswerFormat::Human => page(drift, &outcome.sources),
        AnswerFormat::Json => object(drift, &outcome.sources),
    };
    match terminal::answer(&[text]) {
        Status::Clean if !drift.is_none() => Status::Findings,
        status => status,
    }
}

fn usage(help: &str) -> Status {
    terminal::say(&format!("error: a cluster is held against a project\nhelp: {help}"));
    Status::Failed
}

fn page(drift: &Drift, sources: &Sources) -> String {
    let sides = Sides::of(sources, sources);
    let count = |count: usize, what: &str| match count {
        1 => format!("1 object {what}"),
        count => format!("{count} objects {what}"),
    };
    let counts = [
        (drift.same, "as built"),
        (drift.missing.len(), "missing"),
        (drift.changed.len(), "changed"),
        (drift.left_over.len(), "left over"),
        (drift.foreign.len(), "foreign"),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| count(*number, what)).collect();
    let verdict = if drift.is_none() { "no drift" } else { "drift" };
    let mut text =
        format!("{verdict}: {}\n", if counts.is_empty() { "no objects".to_owned() } else { counts.join(", ") });
    if drift.aside > 0 {
        text.push_str(&format!(
            "{} of namespaces that the project does not declare\n",
            count(drift.aside, "left aside")
        ));
    }
    let missing: Vec<String> = drift.missing.iter().map(ToString::to_string).collect();
    let found = |found: &[Found]| -> Vec<String> {
        let place = |span| sides.new.of(span).map(|(path, line)| format!("{path}:{line}: ")).unwrap_or_default();
        found.iter().map(|one| format!("{}{}", place(one.span), one.object)).collect()
    };
    for (title, lines) in [
        ("missing from the cluster", missing),
        ("changed in meaning", found(&drift.changed)),
        ("left over: the project no longer makes them", found(&drift.left_over)),
        ("foreign: the project did not make them", found(&drift.foreign)),
    ] {
        if !lines.is_empty() {
            text.push_str(&format!("\n{title}\n"));
        }
        lines.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
    }
    flows("what that means, foreign objects left aside", &drift.ours, &sides, &mut text);
    flows("what the foreign objects change", &drift.theirs, &sides, &mut text);
    text
}

fn flows(title: &str, diff: &Diff, sides: &Sides<'_>, text: &mut String) {
    if !diff.is_empty() {
        text.push_str(&format!("\n== {title}: {}\n", summary(diff)));
        changes(diff, sides, text);
    }
}

fn object(drift: &Drift, sources: &Sources) -> String {
    let sides = Sides::of(sources, sources);
    let found = |found: &[Found]| -> Vec<Value> {
        let one = |one: &Found| {
            let place = sides.new.of(one.span);
            json!({ "object": one.object.as_str(), "path": place.map(|(path, _)| path), "line": place.map(|(_, line)| line) })
        };
        found.iter().map(one).collect()
    };
    let drifted = json!({
        "version": 1,
        "drift": !drift.is_none(),
        "same": drift.same,
        "aside": drift.aside,
        "missing": drift.missing.iter().map(|name| name.as_str()).collect::<Vec<_>>(),
        "changed": found(&drift.changed),
        "left_over": found(&drift.left_over),
        "foreign": found(&drift.foreign),
        "ours": json::diff(&drift.ours, &sides),
        "theirs": json::diff(&drift.theirs, &sides),
    });
    format!("{drifted:#}\n")
}
