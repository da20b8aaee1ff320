//! `ztp explain`: a page of the error index, or the answer to a question about flows.

use super::project::ProjectArgs;
use super::{Status, terminal};
use ztp::compile;
use ztp::diagnostic::Code;
use ztp::explain::{Answer, Decided, Explained, Explanation, Missing, Outcome, explain, missing};
use ztp::policy::{AssertionKind, Direction};
use ztp::semantics::Universe;
use ztp::semantics::endpoints::Endpoint;
use ztp::source::{LineIndex, Sources};
use ztp::verdict::{Cause, Index, Ruleset};

/// Say whether a flow passes and why, or what a finding means
///
/// A question is a sentence of the language with `can`: who opens the flow, what it is, who answers.
/// The answer holds for every flow that the question is about, and names the sentences that decide at both ends.
///
/// A code, such as E0203, prints the page about that finding.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The question, such as 'shop/frontend can GET /x on shop/backend:8080', or a finding's code
    #[arg(value_name = "QUESTION | CODE")]
    question: String,

    #[command(flatten)]
    project: ProjectArgs,
}

pub fn run(args: &Args) -> Status {
    let question = args.question.trim();
    if let Some(code) = Code::parse(question) {
        return terminal::answer(&[code.page()]);
    }
    if !question.contains(' ') {
        return unknown_code(question);
    }
    let mut sources = match args.project.load() {
        Ok(sources) => sources,
        Err(status) => return status,
    };
    let question = question.strip_prefix("assert ").unwrap_or(question);
    let outcome = compile::ask(&mut sources, &args.project.options(), question);
    if outcome.clusters.is_empty() {
        return args.project.report(&sources, &outcome.diagnostics);
    }
    let mut answers = Vec::new();
    for cluster in &outcome.clusters {
        let ruleset = Ruleset::of_policy(&cluster.policy);
        let index = Index::new(&ruleset, Universe::new(&cluster.policy.namespaces));
        for asked in &cluster.questions {
            if asked.kind != AssertionKind::Can {
                return usage("ask with `can`: 'A can reach B'");
            }
            let text = &cluster.policy.sentence(asked.sentence).text;
            let text = text.strip_prefix("assert ").unwrap_or(text);
            let explanation = match explain(&index, asked) {
                Ok(explanation) => explanation,
                Err(unknown) => {
                    terminal::say(&format!("error: this is not decided: {unknown}"));
                    return Status::Findings;
                }
            };
            let mut page = Page { sources: &sources, text: String::new() };
            page.explanation(cluster.name.as_deref().filter(|_| outcome.clusters.len() > 1), text, &explanation);
            answers.push(page.text);
        }
    }
    terminal::answer(&answers)
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

/// An answer as text.
struct Page<'s> {
    sources: &'s Sources,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn explanation(&mut self, cluster: Option<&str>, question: &str, explanation: &Explanation) {
        let answer = match explanation.answer {
            Answer::Yes => "yes",
            Answer::No => "no",
            Answer::Partly => "in part",
        };
        let place = cluster.map(|name| format!(" in cluster {name}")).unwrap_or_default();
        self.line(&format!("{question}{place}: {answer}"));
        if let Some(passing) = &explanation.passing {
            self.flow("passes", passing);
        }
        if let Some(stopped) = &explanation.stopped {
            self.flow("is stopped", stopped);
            self.missing(&missing(question, stopped));
        }
    }

    fn flow(&mut self, what: &str, explained: &Explained) {
        self.line("");
        self.line(&format!("{} {what}", explained.flow));
        for (direction, decided) in explained.ends() {
            let (side, end) = match direction {
                Direction::Egress => ("out of", &explained.flow.from),
                Direction::Ingress => ("into", &explained.flow.to),
            };
            self.end(side, end, decided);
        }
    }

    fn end(&mut self, side: &str, end: &Endpoint, decided: &Decided) {
        let what = match decided.outcome {
            Outcome::Open => match end {
                Endpoint::Pod(_) => "open, since nothing isolates it",
                _ => "not ours to decide",
            },
            Outcome::Allowed => "allowed",
            Outcome::AllowedAuthenticated => "allowed after mutual authentication",
            Outcome::NotAllowed => "not allowed: it is isolated, and no sentence allows this",
            Outcome::Denied => "denied, whatever allows it",
        };
        self.line(&format!("  {side} {end}: {what}"));
        for cause in &decided.because {
            self.cause(cause);
        }
    }

    fn cause(&mut self, cause: &Cause) {
        let place = cause.span.and_then(|span| {
            let file = self.sources.get(span.file)?;
            let place = LineIndex::new(&file.text).line_column(&file.text, span.start);
            Some(format!("{}:{}: ", file.path, place.line))
        });
        let object = cause.object.as_ref().map(|object| format!("{object} ")).unwrap_or_default();
        self.line(&format!("    {}{object}{}", place.unwrap_or_default(), cause.text));
    }

    fn missing(&mut self, missing: &[Missing]) {
        if missing.is_empty() {
            return;
        }
        self.line("");
        self.line("to let it pass, write");
        for Missing { namespace, sentence } in missing {
            let home = match namespace {
                Some(namespace) => format!("in a file of namespace {namespace}:"),
                None => "in a platform file:".to_owned(),
            };
            self.line(&format!("  {home} {sentence}"));
        }
    }
}
