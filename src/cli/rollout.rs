//! `ztp rollout`: what the next steps would cut off.

use super::flows::source::{FlowArgs, for_one_cluster};
use super::flows::{json, page};
use super::terminal::{self, AnswerFormat};
use super::{Status, input, project};
use serde_json::{Value, json};
use std::fmt::Write as _;
use ztp::diagnostic::render::Format;
use ztp::flows::{self, Case, Rollout, Step, Tally};

/// Show what the next steps of a roll-out would cut off
///
/// For each namespace that does not enforce both directions yet, each step is tried on the flows that Hubble saw. The exit
/// code is 1 if a step would cut something off.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    source: FlowArgs,

    /// The project: folders or files
    #[arg(long, value_name = "PATH", num_args = 1.., default_value = ".")]
    on: Vec<String>,

    /// How the answer is printed
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: AnswerFormat,
}

pub fn run(args: &Args) -> Status {
    let read = match input::load(&args.on) {
        Ok(read) => read,
        Err(status) => return status,
    };
    if !read.manifests.is_empty() {
        terminal::say("error: steps are those of sentences\nhelp: name a project");
        return Status::Failed;
    }
    let sources = read.sentences;
    let options = args.source.cluster.options();
    if let Err(status) = for_one_cluster(&sources, &options) {
        return status;
    }
    let tally = match args.source.read(&flows::interest(&sources, &options)) {
        Ok(tally) => tally,
        Err(status) => return status,
    };
    let rollout = flows::rollout(&sources, &options, &tally);
    terminal::findings(Format::Human, &sources, &rollout.diagnostics);
    let failed = project::status(&rollout.diagnostics);
    if failed != Status::Clean {
        return failed;
    }
    let text = match args.format {
        AnswerFormat::Human => human(&rollout),
        AnswerFormat::Json => programs(&tally, &rollout),
    };
    let cuts = rollout.namespaces.iter().flat_map(|one| &one.steps).any(|step| !step.cut_off.is_empty());
    match terminal::answer(&[text]) {
        Status::Clean if cuts => Status::Findings,
        status => status,
    }
}

fn human(rollout: &Rollout) -> String {
    let mut text = String::new();
    for namespace in &rollout.namespaces {
        let _ = writeln!(text, "namespace {} enforces {}", namespace.name, namespace.enforces);
        for step in &namespace.steps {
            let _ = writeln!(text, "  enforcing {}: {}", step.enforces, said(step));
            for error in &step.refused {
                let _ = writeln!(text, "    {}: {}", error.code, error.message);
            }
            let mut cases = String::new();
            page::cases(&mut cases, &step.sources, &step.cut_off);
            page::cases(&mut cases, &step.sources, &step.undecided);
            for line in cases.lines() {
                let _ = writeln!(text, "{}", format!("    {line}").trim_end());
            }
        }
        text.push('\n');
    }
    let _ = match rollout.enforcing {
        1 => writeln!(text, "1 namespace enforces both directions"),
        many => writeln!(text, "{many} namespaces enforce both directions"),
    };
    if rollout.audits && !rollout.namespaces.is_empty() {
        text.push_str(
            "note: Cilium can audit an endpoint first (`cilium-dbg endpoint config ID PolicyAuditMode=Enabled`): what it would \
             stop at layers 3 and 4 passes, and Hubble tells it as AUDIT\n",
        );
    }
    text
}

fn said(step: &Step) -> String {
    let flows = |cases: &[Case]| cases.iter().map(|case| case.flows).sum::<u64>();
    match (step.refused.is_empty(), flows(&step.cut_off), flows(&step.undecided)) {
        (false, ..) => "it cannot be taken".to_owned(),
        (true, 0, 0) => "nothing is cut off".to_owned(),
        (true, cut_off, 0) => format!("{cut_off} cut off"),
        (true, cut_off, undecided) => format!("{cut_off} cut off, {undecided} not decided"),
    }
}

fn programs(tally: &Tally, rollout: &Rollout) -> String {
    let step = |step: &Step| {
        let refused = step.refused.iter().map(|one| json!({ "code": one.code.to_string(), "message": one.message }));
        json!({
            "enforcing": step.enforces,
            "cut_off": json::cases(&step.sources, &step.cut_off),
            "undecided": json::cases(&step.sources, &step.undecided),
            "refused": refused.collect::<Vec<Value>>(),
        })
    };
    let namespaces = rollout.namespaces.iter().map(|one| {
        json!({
            "namespace": one.name.as_str(),
            "enforces": one.enforces,
            "steps": one.steps.iter().map(step).collect::<Vec<Value>>(),
        })
    });
    let value = json!({
        "version": 1,
        "read": json::read(tally, &rollout.now),
        "namespaces": namespaces.collect::<Vec<Value>>(),
        "enforcing": rollout.enforcing,
    });
    format!("{value:#}\n")
}
