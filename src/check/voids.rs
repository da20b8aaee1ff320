//! A `may` of which a deny or a boundary leaves nothing is an error; one that loses a part gets a hint.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::guard::GuardProblem;
use crate::policy::{Boundary, Direction, Effect, Origin, Peer, Policy, Rule, Selects, SentenceId, SubjectId};
use crate::semantics::{Universe, nets, peers, pods, traffic};
use crate::source::Span;
use indexmap::IndexMap;
use rayon::prelude::*;

/// What denies and boundaries take of one rule.
enum Loss {
    Nothing,
    /// Some of it, to this deny: in words.
    Part(SentenceId, String),
    /// All of it, to this deny.
    Denied(SentenceId),
    /// All of it, to this boundary.
    Outside(SentenceId),
}

/// What became of one object of one sentence in one direction.
#[derive(Default)]
struct Fate {
    whole: usize,
    voided: Option<(SentenceId, bool)>,
    partly: Option<(SentenceId, String)>,
    lost: usize,
}

/// See the module.
pub(super) fn check(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    let denies: Vec<&Rule> = policy.rules.iter().filter(|rule| rule.effect == Effect::Deny).collect();
    if denies.is_empty() && policy.boundaries.is_empty() {
        return;
    }
    // Grants have a stricter check of their own.
    let is_said = |rule: &&Rule| rule.effect != Effect::Deny && rule.origin == Origin::Said;
    let losses = policy.rules.par_iter().filter(is_said).map(|rule| (rule, loss(policy, rule, &denies)));
    let losses: Vec<(&Rule, Loss)> = losses.collect();
    if losses.iter().all(|(_, loss)| matches!(loss, Loss::Nothing)) {
        return;
    }
    let mut fates: IndexMap<(SentenceId, Direction, Span), Fate> = IndexMap::new();
    for (rule, loss) in losses {
        let fate = fates.entry((rule.sentence, rule.direction, rule.span)).or_default();
        fate.whole += 1;
        match loss {
            Loss::Nothing => {}
            Loss::Part(by, part) => {
                fate.partly.get_or_insert((by, part));
            }
            Loss::Denied(by) => {
                fate.lost += 1;
                fate.voided.get_or_insert((by, false));
            }
            Loss::Outside(by) => {
                fate.lost += 1;
                fate.voided.get_or_insert((by, true));
            }
        }
    }
    // Both halves of a sentence can be void for the same reason: said once.
    let mut said: IndexMap<(SentenceId, Span), ()> = IndexMap::new();
    for ((sentence, _, span), fate) in fates {
        let finding = match (fate.voided, fate.partly) {
            (Some((by, boundary)), _) if fate.lost == fate.whole => {
                GuardProblem::Voided { span, by: policy.sentence(by).span, boundary }
            }
            (Some((by, _)), _) => {
                let lost = format!("{} of {} parts of this", fate.lost, fate.whole);
                GuardProblem::PartlyVoided { span, by: policy.sentence(by).span, lost }
            }
            (None, Some((by, lost))) => GuardProblem::PartlyVoided { span, by: policy.sentence(by).span, lost },
            (None, None) => continue,
        };
        if said.insert((sentence, span), ()).is_none() {
            diagnostics.push(finding.into());
        }
    }
}

fn loss(policy: &Policy, rule: &Rule, denies: &[&Rule]) -> Loss {
    if let Some(deny) = denies.iter().find(|deny| deny.direction == rule.direction && denied(policy, rule, deny)) {
        return Loss::Denied(deny.sentence);
    }
    let mut boundaries = policy.boundaries.iter().filter(|boundary| boundary.direction == rule.direction);
    if let Some(boundary) = boundaries.find(|boundary| outside(policy, rule, boundary)) {
        return Loss::Outside(boundary.sentence);
    }
    partly(policy, rule, denies).map_or(Loss::Nothing, |(by, part)| Loss::Part(by, part))
}

fn includes_subject(policy: &Policy, outer: SubjectId, inner: SubjectId) -> bool {
    if outer == inner {
        return true;
    }
    match (&policy.subject(outer).selects, &policy.subject(inner).selects) {
        (Selects::Pods(outer), Selects::Pods(inner)) => pods::includes(Universe::new(&policy.namespaces), outer, inner),
        (Selects::Nodes(outer), Selects::Nodes(inner)) => outer.0.0.is_empty() || outer == inner,
        _ => false,
    }
}

/// Whether two peers can be told apart at a glance: most pairs can, and there are many.
fn apart(a: &Peer, b: &Peer) -> bool {
    match (a, b) {
        (Peer::Net(a), Peer::Net(b)) => !a.cidr.contains(&b.cidr) && !b.cidr.contains(&a.cidr),
        (Peer::Pods(a), Peer::Pods(b)) => pods::apart(a, b),
        (Peer::Pods(_), Peer::Net(_) | Peer::Name(_)) | (Peer::Net(_) | Peer::Name(_), Peer::Pods(_)) => true,
        _ => false,
    }
}

/// Whether a deny takes all of a rule.
fn denied(policy: &Policy, rule: &Rule, deny: &Rule) -> bool {
    if apart(&rule.peer, &deny.peer) {
        return false;
    }
    let universe = Universe::new(&policy.namespaces);
    peers::includes(universe, &deny.peer, &rule.peer)
        && traffic::includes(&deny.traffic, &rule.traffic).is_yes()
        && includes_subject(policy, deny.subject, rule.subject)
}

/// Whether a boundary permits nothing of a rule.
fn outside(policy: &Policy, rule: &Rule, boundary: &Boundary) -> bool {
    let universe = Universe::new(&policy.namespaces);
    let permitted = || {
        boundary.permits.iter().any(|permit| {
            peers::overlap(universe, &permit.peer, &rule.peer) && traffic::overlap(&permit.traffic, &rule.traffic)
        })
    };
    traffic::includes(&boundary.traffic, &rule.traffic).is_yes()
        && includes_subject(policy, boundary.subject, rule.subject)
        && !permitted()
}

/// The first sentence that takes a part of a rule, and its parts in words, the first three of them.
fn partly(policy: &Policy, rule: &Rule, denies: &[&Rule]) -> Option<(SentenceId, String)> {
    let mut parts = denies
        .iter()
        .filter(|deny| deny.direction == rule.direction)
        .filter_map(|deny| Some((deny.sentence, taken(policy, rule, deny)?)));
    let (sentence, first) = parts.next()?;
    let mut lost = vec![first];
    lost.extend(parts.filter(|(other, _)| *other == sentence).map(|(_, part)| part));
    lost.dedup();
    let more = lost.len().saturating_sub(3);
    lost.truncate(3);
    let mut text = lost.join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    Some((sentence, text))
}

/// The part of a rule that a deny takes, in words; only what is sure to be lost.
fn taken(policy: &Policy, rule: &Rule, deny: &Rule) -> Option<String> {
    if apart(&rule.peer, &deny.peer) {
        return None;
    }
    let universe = Universe::new(&policy.namespaces);
    let lost = match (&rule.peer, &deny.peer) {
        (Peer::Net(a), Peer::Net(b)) if nets::overlap(a, b) => {
            format!("`{}`", nets::intersection(a, b).first()?.cidr)
        }
        (Peer::Pods(a), Peer::Pods(b)) => format!("the pods `{}`", pods::intersection(universe, a, b)?),
        _ => return None,
    };
    let traffic = traffic::overlap(&rule.traffic, &deny.traffic);
    (traffic && includes_subject(policy, deny.subject, rule.subject)).then_some(lost)
}
