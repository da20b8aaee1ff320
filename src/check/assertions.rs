//! Assertions, decided over every flow that they are about.
//!
//! Who else could open a flow, in `only A can` and `nothing can`: every pod of a declared namespace; and where those that
//! answer are pods of declared namespaces, whose own end decides, everything else that can stand anywhere but the local
//! node, which always reaches its pods.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::assertions::AssertionProblem;
use crate::policy::{Assertion, AssertionKind, Direction, PodSelector, Policy, ValueSet};
use crate::semantics::connections::Connections;
use crate::semantics::endpoints::{self, Endpoints};
use crate::semantics::{Places, Universe};
use crate::source::Span;
use crate::verdict::{End, Flow, Flows, Index, Ruleset, Unknown, Verdict, decide, find_passing, find_stopped};

/// The most parts that all others may come to: each of those who are named can multiply them by the number of its labels.
const MAX_PARTS: usize = 10_000;

/// Checks what a policy asserts. It is ready for lowering, so that derived look-ups count.
pub(super) fn check(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    if policy.assertions.is_empty() {
        return;
    }
    let ruleset = Ruleset::of_policy(policy);
    let index = Index::new(&ruleset, Universe::new(&policy.namespaces));
    for assertion in &policy.assertions {
        let span = policy.sentence(assertion.sentence).span;
        match counterexample(policy, &index, assertion) {
            Ok(None) => {}
            Ok(Some((flow, verdict))) => diagnostics.push(fails(policy, &index, assertion, &flow, &verdict).into()),
            Err(unknown) => {
                diagnostics.push(AssertionProblem::Undecided { span, reason: unknown.to_string() }.into());
            }
        }
    }
}

/// A flow for which the assertion does not hold.
fn counterexample<'r>(
    policy: &Policy,
    index: &Index<'r>,
    assertion: &Assertion,
) -> Result<Option<(Flow, Verdict<'r>)>, Unknown> {
    let named: Vec<Endpoints> = assertion.from.iter().flat_map(endpoints::of_peer).collect();
    for (peer, traffic) in &assertion.to {
        let connections = Connections::from(traffic);
        for to in endpoints::asked(peer, assertion.kind == AssertionKind::Can) {
            let sources = match assertion.kind {
                AssertionKind::Can | AssertionKind::Cannot => named.clone(),
                AssertionKind::OnlyCan | AssertionKind::NothingCan => others(policy, &to, &named)?,
            };
            for from in sources {
                let flows = Flows { from, to: to.clone(), connections: connections.clone() };
                let found = match assertion.kind {
                    AssertionKind::Can => find_stopped(index, &flows)?,
                    AssertionKind::Cannot | AssertionKind::OnlyCan | AssertionKind::NothingCan => {
                        find_passing(index, &flows)?
                    }
                };
                if let Some(flow) = found {
                    let verdict = decide(index, &flow)?;
                    return Ok(Some((flow, verdict)));
                }
            }
        }
    }
    Ok(None)
}

/// Who else could open a flow towards these.
fn others(policy: &Policy, to: &Endpoints, named: &[Endpoints]) -> Result<Vec<Endpoints>, Unknown> {
    let universe = Universe::new(&policy.namespaces);
    let mut declared = PodSelector::default();
    declared.namespaces.names = ValueSet::In(policy.namespaces.keys().cloned().collect());
    let declared = Endpoints::Pods(declared);
    let mut left = if endpoints::includes(universe, &declared, to) {
        endpoints::at(Places::ALL.difference(Places::HOST))
    } else {
        vec![declared]
    };
    for one in named {
        left = left.iter().flat_map(|part| endpoints::difference(universe, part, one)).collect();
        if left.len() > MAX_PARTS {
            return Err(Unknown::too_large("those who are named overlap too much to tell who else there is"));
        }
    }
    Ok(left)
}

fn fails(
    policy: &Policy,
    index: &Index<'_>,
    assertion: &Assertion,
    flow: &Flow,
    verdict: &Verdict<'_>,
) -> AssertionProblem {
    let sentence = policy.sentence(assertion.sentence);
    let mut because = Vec::new();
    for (direction, end) in [(Direction::Egress, &verdict.egress), (Direction::Ingress, &verdict.ingress)] {
        because.extend(places(index.ruleset, direction, end));
    }
    let (span, flow) = (sentence.span, flow.to_string());
    if assertion.kind == AssertionKind::Can {
        let denied = [&verdict.egress, &verdict.ingress].iter().any(|end| matches!(end, End::Denied(_)));
        let missing =
            sentence.text.strip_prefix("assert ").map(|text| format!("`{}`", text.replacen(" can ", " may ", 1)));
        AssertionProblem::Stopped { span, flow, because, missing: missing.filter(|_| !denied) }
    } else {
        AssertionProblem::Passes { span, flow, because }
    }
}

/// The sentences that decide at one end, and what they do.
fn places(ruleset: &Ruleset, direction: Direction, end: &End<'_>) -> Vec<(Span, String)> {
    let side = match direction {
        Direction::Egress => "on the way out",
        Direction::Ingress => "on the way in",
    };
    let (what, causes): (&str, Vec<_>) = match end {
        End::Open => return Vec::new(),
        End::Allowed(rules) => ("allowed", rules.iter().map(|rule| rule.cause).collect()),
        End::Denied(rules) => ("denied", rules.iter().map(|rule| rule.cause).collect()),
        End::NotAllowed(isolations) => ("isolated", isolations.iter().map(|isolation| isolation.cause).collect()),
    };
    let spans = causes.into_iter().filter_map(|cause| ruleset.cause(cause).span);
    spans.map(|span| (span, format!("{what} {side}"))).collect()
}
