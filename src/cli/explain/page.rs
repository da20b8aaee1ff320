//! Answers as text.

use super::Answered;
use crate::cli::places::Places;
use ztp::explain::{Answer, Decided, Explained, Missing, Outcome};
use ztp::policy::Direction;
use ztp::semantics::endpoints::Endpoint;
use ztp::source::Sources;

pub fn pages(sources: &Sources, answers: &[Answered]) -> String {
    let places = Places::new(sources);
    let mut page = Page { places: &places, text: String::new() };
    for (index, answered) in answers.iter().enumerate() {
        if index > 0 {
            page.line("");
        }
        page.answer(answered);
    }
    page.text
}

struct Page<'s> {
    places: &'s Places<'s>,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn answer(&mut self, answered: &Answered) {
        let place = answered.cluster.as_ref().map(|name| format!(" in cluster {name}")).unwrap_or_default();
        let question = &answered.question;
        match &answered.explanation {
            Err(reason) => self.line(&format!("{question}{place}: not decided: {reason}")),
            Ok(explanation) => {
                let answer = match explanation.answer {
                    Answer::Yes => "yes",
                    Answer::No => "no",
                    Answer::Partly => "in part",
                };
                self.line(&format!("{question}{place}: {answer}"));
                if let Some(passing) = &explanation.passing {
                    self.flow("passes", passing);
                }
                if let Some(stopped) = &explanation.stopped {
                    self.flow("is stopped", stopped);
                }
                self.missing(&answered.missing);
            }
        }
        if !answered.caveats.is_empty() {
            self.line("");
        }
        for caveat in &answered.caveats {
            self.line(&format!("note: {caveat}"));
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
            Outcome::NotAllowed => "not allowed: it is isolated, and nothing allows this",
            Outcome::Denied => "denied, whatever allows it",
        };
        self.line(&format!("  {side} {end}: {what}"));
        for cause in &decided.because {
            self.line(&format!("    {}", self.places.cause(cause)));
        }
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
