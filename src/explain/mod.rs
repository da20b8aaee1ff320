//! Answers to `A can …`: whether such flows pass, and the chain of reasons at both ends.

mod missing;

use crate::policy::{Assertion, Direction};
use crate::semantics::endpoints;
use crate::verdict::{Cause, CauseId, End, Flow, Flows, Index, Ruleset, Unknown, decide, find_passing, find_stopped};

pub use missing::{Missing, beside_requests, missing};

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Whether the flows pass.
    pub answer: Answer,
    /// A flow that passes; `None` when none does.
    pub passing: Option<Explained>,
    /// A flow that is stopped; `None` when none is.
    pub stopped: Option<Explained>,
}

/// Whether flows pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// All of them.
    Yes,
    /// None of them.
    No,
    /// Some of them.
    Partly,
}

/// What happens to one flow, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The flow.
    pub flow: Flow,
    /// At the end that opens it.
    pub egress: Decided,
    /// At the end that answers.
    pub ingress: Decided,
}

/// What is decided at one end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What.
    pub outcome: Outcome,
    /// By whom; each once, in the order of the rules.
    pub because: Vec<Cause>,
}

/// See [`End`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing isolates the end.
    Open,
    /// A rule allows it.
    Allowed,
    /// A rule allows it after mutual authentication.
    AllowedAuthenticated,
    /// The end is isolated, and no rule allows it.
    NotAllowed,
    /// A rule denies it.
    Denied,
}

/// Answers a question: whether what is asked about can be.
///
/// # Errors
/// When that is not decided.
pub fn explain(index: &Index<'_>, question: &Assertion) -> Result<Explanation, Unknown> {
    let first = |can, find: fn(&Index<'_>, &Flows) -> Result<Option<Flow>, Unknown>| {
        flows(question, can).iter().find_map(|flows| find(index, flows).transpose()).transpose()
    };
    let mut passing = first(true, find_passing)?;
    if passing.is_none() {
        // A name may also lead to where `can` does not ask for it.
        passing = first(false, find_passing)?;
    }
    let stopped = first(true, find_stopped)?;
    let answer = match (&passing, &stopped) {
        (Some(_), Some(_)) => Answer::Partly,
        (Some(_), None) => Answer::Yes,
        (None, _) => Answer::No,
    };
    let explained = |flow: Option<Flow>| flow.map(|flow| explain_flow(index, flow)).transpose();
    Ok(Explanation { answer, passing: explained(passing)?, stopped: explained(stopped)? })
}

/// What a question is about (see [`endpoints::asked`]).
fn flows(question: &Assertion, can: bool) -> Vec<Flows> {
    let mut flows = Vec::new();
    for (peer, traffic) in &question.to {
        for to in endpoints::asked(peer, can) {
            let from = question.from.iter().flat_map(endpoints::of_peer);
            flows.extend(from.map(|from| Flows { from, to: to.clone(), connections: traffic.into() }));
        }
    }
    flows
}

/// Says what happens to a flow.
///
/// # Errors
/// When that is not decided.
pub fn explain_flow(index: &Index<'_>, flow: Flow) -> Result<Explained, Unknown> {
    let verdict = decide(index, &flow)?;
    Ok(Explained {
        egress: decided(index.ruleset, &verdict.egress),
        ingress: decided(index.ruleset, &verdict.ingress),
        flow,
    })
}

impl Explained {
    /// Whether the flow passes.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.ends().iter().all(|(_, end)| !matches!(end.outcome, Outcome::NotAllowed | Outcome::Denied))
    }

    /// Both ends, in the order in which the flow meets them.
    #[must_use]
    pub fn ends(&self) -> [(Direction, &Decided); 2] {
        [(Direction::Egress, &self.egress), (Direction::Ingress, &self.ingress)]
    }
}

fn decided(ruleset: &Ruleset, end: &End<'_>) -> Decided {
    let (outcome, causes): (Outcome, Vec<CauseId>) = match end {
        End::Open => (Outcome::Open, Vec::new()),
        End::Allowed(rules) => {
            let outcome = if end.authenticated() { Outcome::AllowedAuthenticated } else { Outcome::Allowed };
            (outcome, rules.iter().map(|rule| rule.cause).collect())
        }
        End::NotAllowed(isolations) => {
            (Outcome::NotAllowed, isolations.iter().map(|isolation| isolation.cause).collect())
        }
        End::Denied(rules) => (Outcome::Denied, rules.iter().map(|rule| rule.cause).collect()),
    };
    let mut because: Vec<Cause> = Vec::new();
    for cause in causes.into_iter().map(|cause| ruleset.cause(cause)) {
        if !because.contains(cause) {
            because.push(cause.clone());
        }
    }
    Decided { outcome, because }
}
