//! The sentences that would let a flow pass.

use super::{Explained, Outcome};
use crate::semantics::endpoints::Endpoint;
use smol_str::SmolStr;

/// A sentence that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The namespace in whose file it belongs; `None` for a platform file.
    pub namespace: Option<SmolStr>,
    /// The sentence.
    pub sentence: String,
}

/// What to write to let a stopped flow pass, given the question about it in its canonical spelling: `A can …`. Nothing
/// when a deny stops it, since no sentence opens what is denied.
#[must_use]
pub fn missing(question: &str, stopped: &Explained) -> Vec<Missing> {
    let Some((subject, action)) = question.split_once(" can ") else { return Vec::new() };
    let lacking = |outcome| outcome == Outcome::NotAllowed;
    let denied = |outcome| outcome == Outcome::Denied;
    if denied(stopped.egress.outcome) || denied(stopped.ingress.outcome) {
        return Vec::new();
    }
    let (from, to) = (namespace(&stopped.flow.from), namespace(&stopped.flow.to));
    let mut found = Vec::new();
    // Within one namespace a sentence opens both ends; an end that no file governs is opened in the other's.
    let home = from.clone().or_else(|| to.clone());
    let opens = lacking(stopped.egress.outcome) || from.is_none() || from == to;
    if opens {
        found.push(Missing { sentence: local(&home, &format!("{subject} may {action}")), namespace: home });
    }
    if from.is_some() && to.is_some() && from != to && lacking(stopped.ingress.outcome) {
        let exposed = action.strip_prefix("reach ").or_else(|| action.strip_prefix("ping ")).unwrap_or(action);
        found.push(Missing { sentence: local(&to, &format!("expose {exposed} to {subject}")), namespace: to });
    }
    found
}

fn namespace(end: &Endpoint) -> Option<SmolStr> {
    match end {
        Endpoint::Pod(pod) => Some(pod.namespace.name.clone()),
        _ => None,
    }
}

/// A sentence as its namespace's file has it: its own workloads without the namespace.
fn local(namespace: &Option<SmolStr>, sentence: &str) -> String {
    let Some(namespace) = namespace else { return sentence.to_owned() };
    let own = format!("{namespace}/");
    let word = |word: &str| word.strip_prefix(&own).unwrap_or(word).to_owned();
    sentence.split(' ').map(word).collect::<Vec<_>>().join(" ")
}
