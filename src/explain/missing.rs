//! The sentences that would let a flow pass.

use super::{Explained, Explanation, Outcome};
use crate::policy::Policy;
use crate::semantics::connections::Connection;
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

/// What to write to let all flows of a question pass, given its canonical spelling: `A can …`. Nothing when a deny stops
/// what is stopped, since no sentence opens what is denied; and nothing [`beside_requests`].
///
/// | whose files are here | what is missing |
/// |---|---|
/// | one namespace's, for both ends or for the only end that is isolated | a `may` in it |
/// | two namespaces' | a `may` in that of the caller, an `expose` in the other's |
/// | none, or another end is isolated too | a `may always` of the platform; without `always` between nodes |
#[must_use]
pub fn missing(policy: &Policy, question: &str, explanation: &Explanation) -> Vec<Missing> {
    let Some((subject, action)) = question.split_once(" can ") else { return Vec::new() };
    let Some(Explained { flow, egress, ingress }) = &explanation.stopped else { return Vec::new() };
    if beside_requests(explanation) {
        return Vec::new();
    }
    if [egress, ingress].iter().any(|end| end.outcome == Outcome::Denied) {
        return Vec::new();
    }
    let home = |end| home(policy, end);
    let shut = |end: &super::Decided| end.outcome == Outcome::NotAllowed;
    // Sentences open the ends of pods and nodes alone.
    let governed = |end: &Endpoint| matches!(end, Endpoint::Pod(_) | Endpoint::Node { .. });
    if (shut(egress) && !governed(&flow.from)) || (shut(ingress) && !governed(&flow.to)) {
        return Vec::new();
    }
    let may = |home: &SmolStr| Missing {
        sentence: local(home, &format!("{subject} may {action}")),
        namespace: Some(home.clone()),
    };
    match (home(&flow.from), home(&flow.to)) {
        (Some(from), Some(to)) if from == to => vec![may(from)],
        (Some(from), Some(to)) => {
            let exposed = action.strip_prefix("reach ").or_else(|| action.strip_prefix("ping ")).unwrap_or(action);
            let sentence = local(to, &format!("expose {exposed} to {subject}"));
            vec![may(from), Missing { sentence, namespace: Some(to.clone()) }]
        }
        (Some(from), None) if !shut(ingress) => vec![may(from)],
        (None, Some(to)) if !shut(egress) => vec![may(to)],
        _ => {
            let pods = [&flow.from, &flow.to].iter().any(|end| matches!(end, Endpoint::Pod(_)));
            let always = if pods { "always " } else { "" };
            vec![Missing { namespace: None, sentence: format!("{subject} may {always}{action}") }]
        }
    }
}

/// Whether some requests pass and what is stopped is none: a plain `may` beside sentences about requests would void these
/// (`E0606`), so they have to be changed instead.
#[must_use]
pub fn beside_requests(explanation: &Explanation) -> bool {
    let request = |explained: &Explained| matches!(explained.flow.connection, Connection::Request(..));
    explanation.passing.as_ref().is_some_and(request) && explanation.stopped.as_ref().is_some_and(|one| !request(one))
}

/// The namespace in whose file an end is opened.
fn home<'e>(policy: &Policy, end: &'e Endpoint) -> Option<&'e SmolStr> {
    let Endpoint::Pod(pod) = end else { return None };
    let namespace = policy.namespaces.get(&pod.namespace.name)?;
    namespace.has_files.then_some(&pod.namespace.name)
}

/// A sentence as its namespace's file has it: its own workloads without the namespace.
fn local(namespace: &SmolStr, sentence: &str) -> String {
    let own = format!("{namespace}/");
    let short = |word: &str| {
        let bare = word.trim_start_matches('(');
        let name = bare.strip_prefix(&own).filter(|name| name.starts_with(|c: char| c.is_ascii_alphanumeric()));
        match (name, word.len() - bare.len()) {
            (Some(name), brackets) => format!("{}{name}", "(".repeat(brackets)),
            (None, _) => word.to_owned(),
        }
    };
    sentence.split(' ').map(short).collect::<Vec<_>>().join(" ")
}
