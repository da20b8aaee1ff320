//! A `may` of which denies and boundaries leave nothing is an error; one that loses a part gets a hint.
//!
//! Whom a name leads to is the other side's choice, so that a deny of addresses may catch a name is no finding; nor that a
//! deny of some pods or addresses takes them from `world`, `cluster` or `anything`, which name nobody; nor a deny for some
//! of a sentence's own subjects, which is how an exception is said. A platform's grant is to hold everywhere.

use super::guards::{Guards, is_part};
use super::look_ups;
use super::taken::{self, Opening, Takers};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::guard::GuardProblem;
use crate::policy::{
    Direction, Effect, NamespaceSelector, Origin, Peer, PodSelector, Policy, Rule, Selects, SentenceId, SubjectId,
    ValueSet,
};
use crate::semantics::{Universe, namespaces, nets, pods, traffic};
use crate::source::Span;
use crate::verdict::{Flow, Flows, Unknown};
use indexmap::IndexMap;
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// How many of those that take all of a sentence only together are named.
const MAX_SHOWN: usize = 3;

/// What denies and boundaries take of one rule.
enum Loss {
    Nothing,
    /// Some of it: whose, in words if there are some, and a flow that is lost.
    Part(SentenceId, Option<String>, Flow),
    /// All of it: to these together, with a flow that is lost.
    All(Vec<SentenceId>, Flow),
}

/// What became of one object of one sentence in one direction.
#[derive(Default)]
struct Fate {
    whole: usize,
    voided: Option<(Vec<SentenceId>, Flow)>,
    partly: Option<(SentenceId, Option<String>, Flow)>,
    lost: usize,
}

/// What a fate is told of: an object of a sentence, in one direction.
type Place = (SentenceId, Direction, Span);

/// Reports what is void, and returns the sentences that lose something.
pub(super) fn check(policy: &Policy, guards: &Guards<'_>, diagnostics: &mut Vec<Diagnostic>) -> BTreeSet<SentenceId> {
    let mut touched = BTreeSet::new();
    if guards.is_empty() {
        return touched;
    }
    let mut fates: IndexMap<Place, Fate> = IndexMap::new();
    let look_ups = look_ups(policy, guards);
    for (place, loss) in losses(policy, guards).into_iter().chain(look_ups) {
        let fate = fates.entry(place).or_default();
        fate.whole += 1;
        match loss {
            Loss::Nothing => {}
            Loss::Part(by, part, flow) => {
                fate.partly.get_or_insert((by, part, flow));
            }
            Loss::All(by, flow) => {
                fate.lost += 1;
                fate.voided.get_or_insert((by, flow));
            }
        }
    }
    // Both halves of a sentence can be void for the same reason: said once.
    let mut said: BTreeSet<(SentenceId, Span)> = BTreeSet::new();
    for ((sentence, _, span), fate) in fates {
        let (whole, lost) = (fate.whole, fate.lost);
        let finding = match (fate.voided, fate.partly) {
            (Some((by, flow)), _) if lost == whole => voided(policy, sentence, span, &by, &flow),
            (Some((by, flow)), _) => {
                let Some(by) = by.first() else { continue };
                partly(policy, span, *by, Some(format!("{lost} of {whole} parts of this")), &flow)
            }
            (None, Some((by, lost, flow))) => partly(policy, span, by, lost, &flow),
            (None, None) => continue,
        };
        touched.insert(sentence);
        if said.insert((sentence, span)) {
            diagnostics.push(finding.into());
        }
    }
    touched
}

/// What becomes of `may resolve`. Boundaries leave the DNS servers' ports open, denies do not.
fn look_ups(policy: &Policy, guards: &Guards<'_>) -> Vec<(Place, Loss)> {
    let openings = look_ups::openings(policy, guards);
    let ruleset = taken::ruleset(policy, openings.iter().map(|(_, opening)| &opening.against));
    let takers = Takers::new(policy, &ruleset);
    let loss = |(sentence, opening): &(SentenceId, Opening)| {
        let place = (*sentence, opening.direction, policy.sentence(*sentence).span);
        let taken = takers.of_all(opening).ok().flatten();
        (place, taken.map_or(Loss::Nothing, |(by, flow)| Loss::All(by, flow)))
    };
    openings.iter().map(loss).collect()
}

fn voided(policy: &Policy, sentence: SentenceId, span: Span, by: &[SentenceId], flow: &Flow) -> GuardProblem {
    let home = &policy.sentence(sentence).namespace;
    let own = home.is_some() && by.iter().all(|by| policy.sentence(*by).namespace == *home);
    let boundary = by.iter().all(|by| caps(policy, *by));
    let by = by.iter().take(MAX_SHOWN).map(|by| policy.sentence(*by).span).collect();
    GuardProblem::Voided { span, by, boundary, own, flow: flow.to_string() }
}

fn partly(policy: &Policy, span: Span, by: SentenceId, lost: Option<String>, flow: &Flow) -> GuardProblem {
    let boundary = caps(policy, by);
    GuardProblem::PartlyVoided { span, by: policy.sentence(by).span, boundary, lost, flow: flow.to_string() }
}

/// Whether a sentence is a boundary.
fn caps(policy: &Policy, sentence: SentenceId) -> bool {
    policy.boundaries.iter().any(|boundary| boundary.sentence == sentence)
}

/// What each rule that may lose something loses; of the same objects, also the rules that lose nothing.
fn losses(policy: &Policy, guards: &Guards<'_>) -> Vec<(Place, Loss)> {
    let around = guards.around(policy);
    let opening = |rule: &Rule| -> Option<Opening> {
        let around = around.get(rule.subject.0 as usize)?;
        let empty = around.denies.is_empty() && around.boundaries.is_empty();
        if empty || rule.effect == Effect::Deny || rule.origin == Origin::DnsCompanion {
            return None;
        }
        let mut against = guards.against(policy, around, rule.direction, &rule.peer, &rule.traffic);
        // What of a grant a deny takes is refused by a check of its own.
        if rule.origin == Origin::PlatformGrant {
            against.denies.clear();
        }
        let flows = || Flows::of_rule(policy, rule);
        (!against.is_empty()).then(|| Opening { direction: rule.direction, flows: flows(), against })
    };
    let met: Vec<(&Rule, Opening)> = policy.rules.par_iter().filter_map(|rule| Some((rule, opening(rule)?))).collect();
    if met.is_empty() {
        return Vec::new();
    }
    let ruleset = taken::ruleset(policy, met.iter().map(|(_, opening)| &opening.against));
    let takers = Takers::new(policy, &ruleset);
    let mut losses: Vec<(&Rule, Loss)> = met
        .par_iter()
        .map(|(rule, opening)| (*rule, loss(policy, &takers, rule, opening).unwrap_or(Loss::Nothing)))
        .collect();
    let objects: BTreeSet<(SentenceId, Span)> = losses.iter().map(|(rule, _)| (rule.sentence, rule.span)).collect();
    let whole: BTreeSet<*const Rule> = met.iter().map(|(rule, _)| std::ptr::from_ref(*rule)).collect();
    let others = policy.rules.iter().filter(|rule| rule.effect != Effect::Deny);
    let others = others.filter(|rule| objects.contains(&(rule.sentence, rule.span)));
    losses.extend(others.filter(|rule| !whole.contains(&std::ptr::from_ref(*rule))).map(|rule| (rule, Loss::Nothing)));
    losses.into_iter().map(|(rule, loss)| ((rule.sentence, rule.direction, rule.span), loss)).collect()
}

/// What a rule loses. Where that is not decided it is taken to lose nothing: only what is sure is said.
fn loss(policy: &Policy, takers: &Takers<'_>, rule: &Rule, opening: &Opening) -> Result<Loss, Unknown> {
    if let Some((by, flow)) = takers.of_all(opening)? {
        return Ok(Loss::All(by, flow));
    }
    let against = &opening.against;
    for number in &against.denies {
        let deny = policy.rules.get(*number as usize).filter(|deny| {
            same_kind(&rule.peer, &deny.peer)
                && is_part(policy, deny.subject, rule.subject)
                && sure(policy, &rule.peer, &deny.peer)
        });
        let Some(deny) = deny else { continue };
        if let Some(flow) = takers.taken(opening, deny.sentence)? {
            let denies = against.denies.iter().filter_map(|number| policy.rules.get(*number as usize));
            let part = in_words(policy, rule, denies.filter(|other| other.sentence == deny.sentence));
            return Ok(Loss::Part(deny.sentence, part, flow));
        }
    }
    for number in &against.boundaries {
        let boundary = policy.boundaries.get(*number as usize).filter(|boundary| {
            let grant =
                rule.origin == Origin::PlatformGrant && sure_at_subjects(policy, boundary.subject, rule.subject);
            (grant || is_part(policy, boundary.subject, rule.subject))
                && boundary.permits.iter().all(|permit| sure(policy, &rule.peer, &permit.peer))
        });
        let Some(boundary) = boundary else { continue };
        if let Some(flow) = takers.taken(opening, boundary.sentence)? {
            return Ok(Loss::Part(boundary.sentence, None, flow));
        }
    }
    Ok(Loss::Nothing)
}

/// Whether both name somebody, in the same way.
fn same_kind(a: &Peer, b: &Peer) -> bool {
    matches!((a, b), (Peer::Pods(_), Peer::Pods(_)) | (Peer::Net(_), Peer::Net(_)) | (Peer::Nodes(_), Peer::Nodes(_)))
        || a == b
}

fn sure_at_subjects(policy: &Policy, a: SubjectId, b: SubjectId) -> bool {
    match (&policy.subject(a).selects, &policy.subject(b).selects) {
        (Selects::Pods(a), Selects::Pods(b)) => sure_of_pods(policy, a, b),
        _ => true,
    }
}

fn sure(policy: &Policy, a: &Peer, b: &Peer) -> bool {
    match (a, b) {
        (Peer::Pods(a), Peer::Pods(b)) => sure_of_pods(policy, a, b),
        _ => true,
    }
}

/// Whether what these have in common does not hang on labels of namespaces that nobody declares: a namespace that may turn
/// out to be in a set is no finding.
fn sure_of_pods(policy: &Policy, a: &PodSelector, b: &PodSelector) -> bool {
    let universe = Universe::new(&policy.namespaces);
    let (a, b) = (&a.namespaces, &b.namespaces);
    let includes = |outer: &NamespaceSelector, inner: &NamespaceSelector| namespaces::includes(universe, outer, inner);
    let one = |name: &SmolStr| NamespaceSelector { names: ValueSet::one(name.clone()), ..NamespaceSelector::default() };
    !namespaces::overlap(universe, a, b)
        || includes(a, b)
        || includes(b, a)
        || policy.namespaces.keys().map(one).any(|one| includes(a, &one) && includes(b, &one))
}

/// The parts of a rule that these denies take, in words, the first three of them. Nothing where it is the subject or the
/// traffic of which they take a part.
fn in_words<'p>(policy: &Policy, rule: &Rule, denies: impl Iterator<Item = &'p Rule>) -> Option<String> {
    let universe = Universe::new(&policy.namespaces);
    let mut lost = Vec::new();
    for deny in denies {
        if !is_part(policy, deny.subject, rule.subject) || !traffic::includes(&deny.traffic, &rule.traffic).is_yes() {
            return None;
        }
        lost.push(match (&rule.peer, &deny.peer) {
            (Peer::Net(a), Peer::Net(b)) => format!("`{}`", nets::intersection(a, b).first()?.cidr),
            (Peer::Pods(a), Peer::Pods(b)) => format!("the pods `{}`", pods::intersection(universe, a, b)?),
            _ => return None,
        });
    }
    lost.dedup();
    let more = lost.len().saturating_sub(MAX_SHOWN);
    lost.truncate(MAX_SHOWN);
    let mut text = lost.join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    Some(text).filter(|text| !text.is_empty())
}
