//! Answers as JSON; `docs/questions.md` has the fields.

use super::Answered;
use crate::cli::places::Places;
use serde_json::{Value, json};
use ztp::explain::{Answer, Decided, Explained, Missing, Outcome};
use ztp::source::Sources;

pub fn object(sources: &Sources, answers: &[Answered]) -> String {
    let places = Places::new(sources);
    let answers: Vec<Value> = answers.iter().map(|answered| one(&places, answered)).collect();
    format!("{:#}\n", json!({ "version": 1, "answers": answers }))
}

fn one(places: &Places<'_>, answered: &Answered) -> Value {
    let explanation = answered.explanation.as_ref().ok();
    let answer = explanation.map_or("not decided", |explanation| match explanation.answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::Partly => "in part",
    });
    let flow = |explained: Option<&Explained>| explained.map(|explained| flow(places, explained));
    let missing =
        |Missing { namespace, sentence }: &Missing| json!({ "namespace": namespace.as_deref(), "sentence": sentence });
    json!({
        "question": answered.question.as_str(),
        "cluster": answered.cluster.as_deref(),
        "answer": answer,
        "reason": answered.explanation.as_ref().err(),
        "passing": flow(explanation.and_then(|explanation| explanation.passing.as_ref())),
        "stopped": flow(explanation.and_then(|explanation| explanation.stopped.as_ref())),
        "missing": answered.missing.iter().map(missing).collect::<Vec<_>>(),
        "caveats": answered.caveats,
    })
}

fn flow(places: &Places<'_>, explained: &Explained) -> Value {
    json!({
        "from": explained.flow.from.to_string(),
        "to": explained.flow.to.to_string(),
        "connection": explained.flow.connection.to_string(),
        "egress": decided(places, &explained.egress),
        "ingress": decided(places, &explained.ingress),
    })
}

/// What is decided at an end.
pub fn decided(places: &Places<'_>, decided: &Decided) -> Value {
    let outcome = match decided.outcome {
        Outcome::Open => "open",
        Outcome::Allowed => "allowed",
        Outcome::AllowedAuthenticated => "allowed after authentication",
        Outcome::NotAllowed => "not allowed",
        Outcome::Denied => "denied",
    };
    json!({ "outcome": outcome, "because": decided.because.iter().map(|cause| places.json(cause)).collect::<Vec<_>>() })
}
