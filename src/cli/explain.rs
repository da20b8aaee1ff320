//! `ztp explain`: a page of the error index, or the answer to a question about flows.

mod json;
mod page;

pub use json::decided;

use super::Status;
use super::input::{self, InputArgs};
use super::terminal::{self, AnswerFormat};
use smol_str::SmolStr;
use ztp::diagnostic::Code;
use ztp::explain::{Answer, Explanation, Missing, beside_requests, explain, missing};
use ztp::policy::AssertionKind;
use ztp::semantics::Place;
use ztp::semantics::endpoints::{self, Endpoint};
use ztp::view::{self, Outcome, Question, View};

/// Say whether a flow passes and why, or what a finding means
///
/// A question is a sentence of the language with `can`: who opens the flow, what it is, who answers.
/// The answer holds for every flow that the question is about, and names what decides at both ends: sentences, or
/// objects of manifests. Where there are only manifests, `shop/frontend` is a workload of theirs.
///
/// A code, such as E0203, prints the page about that finding.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The question, such as 'shop/frontend can GET /x on shop/backend:8080', or a finding's code
    #[arg(value_name = "QUESTION | CODE")]
    question: String,

    #[command(flatten)]
    input: InputArgs,

    /// How the answer is printed
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: AnswerFormat,
}

/// An answer, with all that is said about it.
struct Answered {
    /// The cluster, where there are several.
    cluster: Option<SmolStr>,
    question: SmolStr,
    /// The answer, or why it is not decided.
    explanation: Result<Explanation, String>,
    /// The sentences that would let it pass.
    missing: Vec<Missing>,
    /// What has to be known beside it.
    caveats: Vec<String>,
}

pub fn run(args: &Args) -> Status {
    let question = args.question.trim();
    if let Some(code) = Code::parse(question) {
        return terminal::answer(&[code.page()]);
    }
    if !question.contains(' ') {
        if args.input.paths.iter().any(|path| path == "can") {
            return usage("put it in quotes: ztp explain 'A can reach B' PATH");
        }
        return unknown_code(question);
    }
    let question = question.trim_end_matches(['?', ' ']);
    if let Some(help) = unlike_a_question(question) {
        return usage(help);
    }
    let loaded = match args.input.load() {
        Ok(loaded) => loaded,
        Err(status) => return status,
    };
    let question = question.strip_prefix("assert ").unwrap_or(question);
    let outcome = view::ask(loaded, &args.input.options(), question);
    let status = input::report(&outcome);
    input::say_assumed(&outcome);
    if outcome.views.is_empty() {
        return status;
    }
    let mut answers = Vec::new();
    for view in &outcome.views {
        for question in &view.questions {
            if question.assertion.kind != AssertionKind::Can {
                return usage("ask with `can`: 'A can reach B'");
            }
            answers.push(answer(&outcome, view, question));
        }
    }
    let text = match args.format {
        AnswerFormat::Human => page::pages(&outcome.sources, &answers),
        AnswerFormat::Json => json::object(&outcome.sources, &answers),
    };
    match terminal::answer(&[text]) {
        Status::Clean if answers.iter().any(|answer| answer.explanation.is_err()) => Status::Findings,
        status => status,
    }
}

fn answer(outcome: &Outcome, view: &View, question: &Question) -> Answered {
    let index = view.index();
    let explanation = explain(&index, &question.assertion).map_err(|unknown| unknown.to_string());
    let mut answered = Answered {
        cluster: view.cluster.clone().filter(|_| outcome.views.len() > 1),
        question: question.text.clone(),
        explanation,
        missing: Vec::new(),
        caveats: Vec::new(),
    };
    if let (Ok(explanation), Some(policy)) = (&answered.explanation, &view.policy) {
        answered.missing = missing(policy, &question.text, explanation);
    }
    answered.caveats = caveats(outcome, view, question, &answered.explanation);
    answered
}

/// What the answer leaves to others, as far as it matters to this question.
fn caveats(
    outcome: &Outcome,
    view: &View,
    question: &Question,
    explanation: &Result<Explanation, String>,
) -> Vec<String> {
    let mut found = Vec::new();
    let absent = |code| outcome.diagnostics.iter().filter(|finding| finding.code == code).count();
    match absent(Code::W0131) + absent(Code::W0133) {
        0 => {}
        1 => found.push("one object is not part of this answer: see the warning".to_owned()),
        count => found.push(format!("{count} objects are not part of this answer: see the warnings")),
    }
    if view.policy.is_some() && explanation.as_ref().is_ok_and(beside_requests) {
        found.push(
            "requests are let through one by one here, and a plain `may` beside them would void them (E0606): \
             widen these sentences, or take them out"
                .to_owned(),
        );
    }
    if let Ok(Explanation { stopped: Some(stopped), .. }) = explanation
        && matches!(stopped.flow.from.place(), Place::LocalNode | Place::LocalApiserver)
        && matches!(stopped.flow.to, Endpoint::Pod(_))
        && stopped.egress.outcome == ztp::explain::Outcome::Open
    {
        found.push("by default the local node reaches its pods whatever a policy says".to_owned());
    }
    if let Ok(Explanation { stopped: Some(stopped), .. }) = explanation
        && matches!(stopped.flow.from, Endpoint::Pod(_))
        && stopped.flow.from == stopped.flow.to
    {
        found.push("a pod reaches itself whatever a policy says".to_owned());
    }
    let asked: Vec<_> =
        question.assertion.from.iter().chain(question.assertion.to.iter().map(|(peer, _)| peer)).collect();
    for workload in view.inventory.workloads.iter().filter(|workload| workload.host_network) {
        let pod = view::pod_of(view, workload);
        let there = asked.iter().any(|peer| endpoints::of_peer(peer).iter().any(|ends| endpoints::matches(ends, &pod)));
        if there {
            found.push(format!(
                "{}/{} shares its node's network: to policies its pods are that node",
                workload.namespace, workload.name
            ));
        }
    }
    if let Ok(Explanation { answer: Answer::Yes | Answer::Partly, passing: Some(passing), .. }) = explanation
        && [&passing.egress, &passing.ingress]
            .iter()
            .any(|end| end.outcome == ztp::explain::Outcome::AllowedAuthenticated)
    {
        found.push("it passes after mutual authentication only".to_owned());
    }
    found
}

/// What to write instead of what is no sentence with `can` between two peers.
fn unlike_a_question(text: &str) -> Option<&'static str> {
    let mut words = text.split_ascii_whitespace();
    match words.next().unwrap_or_default() {
        "who" | "what" | "which" | "where" => Some(
            "ask with `can`: 'A can reach B'; all that somebody reaches and is reached by: ztp map -w NAMESPACE/NAME",
        ),
        _ if words.any(|word| matches!(word, "can" | "cannot")) => None,
        _ => Some("ask with `can`: 'A can reach B'"),
    }
}

fn unknown_code(text: &str) -> Status {
    let mut message = format!("error: there is no finding `{}`", text.escape_debug());
    match Code::nearest(text) {
        Some(near) => message.push_str(&format!("\nhelp: did you mean `{near}` ({})?", near.title())),
        None => message.push_str(
            "\nhelp: a code is a letter and four digits, such as `E0203`; a question is a sentence, such as `shop/a can reach shop/b:8080`",
        ),
    }
    terminal::say(&message);
    Status::Failed
}

fn usage(help: &str) -> Status {
    terminal::say(&format!("error: this is no question\nhelp: {help}"));
    Status::Failed
}
