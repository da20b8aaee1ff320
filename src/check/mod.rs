//! What only the whole policy shows: one file a family of rules. Each reports findings and goes on.

mod assertions;
mod caps;
mod consent;
mod covered;
mod grants;
mod guards;
mod isolated;
mod look_ups;
mod near;
mod nobody;
mod outside;
mod project;
mod staged;
mod taken;
mod voids;
pub mod waivers;
mod workloads;

use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Direction, Effect, Policy, SentenceId, SubjectId};
use guards::Guards;
use isolated::Isolated;
use near::{Item, Near};
use std::collections::BTreeSet;

/// A policy that was checked, and what the checks have made of it.
pub struct Checked<'p> {
    policy: &'p Policy,
    guards: Guards<'p>,
    allows: Near<'p>,
    isolated: Isolated<'p>,
    /// The sentences of which a deny takes something.
    lessened: BTreeSet<SentenceId>,
}

/// Checks what a policy says, before anything is derived from it.
pub fn check<'p>(policy: &'p Policy, diagnostics: &mut Vec<Diagnostic>) -> Checked<'p> {
    grants::check(policy, diagnostics);
    let guards = Guards::of(policy);
    let refused = || {
        let lessened = voids::check(policy, &guards, diagnostics);
        outside::check(policy, diagnostics);
        project::check(policy, diagnostics);
        lessened
    };
    let (lessened, (allows, isolated)) = rayon::join(refused, || (allows(policy), Isolated::of(policy)));
    Checked { policy, guards, allows, isolated, lessened }
}

impl Checked<'_> {
    /// What is only worth saying of a project that is free of errors: beside one, what a sentence seems to lack may only
    /// not have been understood.
    #[must_use]
    pub fn hints(&self) -> Vec<Diagnostic> {
        let Self { policy, guards, allows, isolated, lessened } = self;
        let (mut hints, mut unused) = (Vec::new(), Vec::new());
        rayon::join(
            || {
                let mut told = caps::check(policy, guards, &mut hints);
                told.extend(lessened);
                covered::check(policy, guards, allows, &told, &mut hints);
                look_ups::check(policy, &told, &mut hints);
            },
            || {
                consent::check(policy, guards, allows, isolated, &mut unused);
                workloads::check(policy, allows, isolated, &mut unused);
                nobody::check(policy, &mut unused);
            },
        );
        hints.append(&mut unused);
        hints
    }
}

/// What is allowed, by whom and about whom.
fn allows(policy: &Policy) -> Near<'_> {
    let allows = (0_u32..).zip(&policy.rules).filter(|(_, rule)| rule.effect != Effect::Deny);
    Near::new(policy, &allows.map(|(number, rule)| Item::of_rule(number, rule)).collect::<Vec<_>>())
}

/// Of the hints that each cluster has, those that all have: where one needs a sentence, it is needed.
#[must_use]
pub fn common(clusters: Vec<Vec<Diagnostic>>) -> Vec<Diagnostic> {
    let place = |hint: &Diagnostic| (hint.code, hint.primary.as_ref().map(|label| label.span));
    let places: Vec<BTreeSet<_>> = clusters.iter().map(|hints| hints.iter().map(place).collect()).collect();
    let everywhere = |hint: &Diagnostic| places.iter().all(|places| places.contains(&place(hint)));
    clusters.into_iter().next().unwrap_or_default().into_iter().filter(everywhere).collect()
}

/// Says what takes effect later: `idle` are the allow rules whose end nothing isolates.
pub fn check_idle(policy: &Policy, idle: &[(SubjectId, Direction, SentenceId)], diagnostics: &mut Vec<Diagnostic>) {
    staged::check(policy, idle, diagnostics);
}

/// Whether a finding is about an assertion, which is decided when there is no other error.
#[must_use]
pub fn is_decision(finding: &Diagnostic) -> bool {
    matches!(finding.code, Code::E0801 | Code::E0808)
}

/// Decides what is asserted of a policy that is ready for lowering.
pub fn check_assertions(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    assertions::check(policy, diagnostics);
}
