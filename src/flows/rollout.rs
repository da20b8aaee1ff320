//! What the next steps of a roll-out would cut off.
//!
//! A namespace goes from `enforcing nothing` to `enforcing ingress`, and from one direction to both. Each step is tried: the
//! clause in its headers is replaced, the project is compiled, and the flows are replayed. What the step cuts off is what
//! would be stopped then and is not now.

use super::event::Interest;
use super::replay::{Case, Change, Replay, replay};
use super::steps::{ALL, enforced, headers, with};
use super::tally::Tally;
use crate::compile::{self, Options};
use crate::diagnostic::{Diagnostic, Severity, has_errors};
use crate::inventory::Inventory;
use crate::policy::EnforcerName;
use crate::source::{Sources, Span};
use crate::syntax::ast::Direction;
use crate::verdict::Ruleset;
use crate::view::View;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// What came of it.
#[derive(Debug, Default)]
pub struct Rollout {
    /// What is wrong with the project as it is; then there is nothing else.
    pub diagnostics: Vec<Diagnostic>,
    /// The namespaces that do not enforce both directions yet, by name.
    pub namespaces: Vec<Namespace>,
    /// How many do.
    pub enforcing: usize,
    /// What replaying the flows on the project as it is says.
    pub now: Replay,
    /// Whether the enforcer can let pass what it would stop, and tell it.
    pub audits: bool,
}

/// A namespace on its way.
#[derive(Debug)]
pub struct Namespace {
    /// Its name.
    pub name: SmolStr,
    /// What it enforces: `ingress`, `nothing`.
    pub enforces: String,
    /// What may come next.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug)]
pub struct Step {
    /// What it would enforce.
    pub enforces: &'static str,
    /// The project's files with the step taken, to which the places below belong.
    pub sources: Sources,
    /// The flows that it would cut off.
    pub cut_off: Vec<Case>,
    /// The flows of which it is not known.
    pub undecided: Vec<Case>,
    /// Why the step cannot be taken at all.
    pub refused: Vec<Diagnostic>,
}

/// What the sentences ask of requests, once all of them are in force. Where one namespace cannot take its last step, each is
/// tried by itself.
#[must_use]
pub fn interest(sources: &Sources, options: &Options) -> Interest {
    let trees = compile::check(sources, options).trees;
    let once = |wanted: &dyn Fn(&str) -> bool| {
        let (enforced, _) = enforced(sources, &trees, wanted);
        let compiled = compile::check(&enforced, options).clusters.into_iter().next()?;
        Some(Interest::of(&Ruleset::of_policy(&compiled.policy)))
    };
    once(&|_| true).unwrap_or_else(|| {
        let alone = headers(&trees).into_keys().filter_map(|name| once(&|other| name == other));
        Interest { headers: alone.flat_map(|one| one.headers).collect() }
    })
}

/// Tries the steps of every namespace.
#[must_use]
pub fn rollout(sources: &Sources, options: &Options, tally: &Tally) -> Rollout {
    let outcome = compile::check(sources, options);
    let Some(compiled) = outcome.clusters.into_iter().next() else {
        return Rollout { diagnostics: outcome.diagnostics, ..Rollout::default() };
    };
    let audits = compiled.policy.cluster.enforcer == EnforcerName::Cilium;
    let view = View::of_policy(compiled.policy, Inventory::default());
    let mut rollout = Rollout { now: replay(&view, tally), audits, ..Rollout::default() };
    for (name, headers) in headers(&outcome.trees) {
        let Some(Some((first, _))) = headers.first() else {
            rollout.enforcing += 1;
            continue;
        };
        let steps: &[&'static str] = match first.as_slice() {
            [] => &["ingress", ALL],
            [_] => &[ALL],
            _ => {
                rollout.enforcing += 1;
                continue;
            }
        };
        let words: Vec<&str> = first.iter().map(|direction| word(*direction)).collect();
        let clauses: Vec<Span> = headers.iter().filter_map(|clause| clause.as_ref().map(|(_, span)| *span)).collect();
        rollout.namespaces.push(Namespace {
            name,
            enforces: if words.is_empty() { "nothing".to_owned() } else { words.join(", ") },
            steps: steps
                .iter()
                .map(|enforces| step(sources, options, tally, &rollout.now, &clauses, enforces))
                .collect(),
        });
    }
    rollout
}

fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "ingress",
        Direction::Egress => "egress",
    }
}

fn step(
    sources: &Sources,
    options: &Options,
    tally: &Tally,
    now: &Replay,
    clauses: &[Span],
    enforces: &'static str,
) -> Step {
    let changed = with(sources, clauses, &format!("enforcing {enforces}"));
    let outcome = compile::check(&changed, options);
    let mut step = Step { enforces, sources: changed, cut_off: Vec::new(), undecided: Vec::new(), refused: Vec::new() };
    if has_errors(&outcome.diagnostics) {
        step.refused = outcome.diagnostics.into_iter().filter(|one| one.severity() == Severity::Error).collect();
        return step;
    }
    let Some(compiled) = outcome.clusters.into_iter().next() else { return step };
    let view = View::of_policy(compiled.policy, Inventory::default());
    let then = replay(&view, tally);
    let about = |case: &Case| case.question.clone().unwrap_or_else(|| case.flow.to_string());
    let known = |change: Change| now.of(change).map(about).collect::<BTreeSet<_>>();
    let (dropped, undecided) = (known(Change::Dropped), known(Change::Undecided));
    for case in then.cases {
        match case.change {
            Change::Dropped if !dropped.contains(&about(&case)) => step.cut_off.push(case),
            Change::Undecided if !undecided.contains(&about(&case)) => step.undecided.push(case),
            _ => {}
        }
    }
    step
}
