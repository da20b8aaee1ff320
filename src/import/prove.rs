//! What is written means what the policies meant.
//!
//! ```text
//!   policies ─▶ raise ──────────▶ ruleset + the look-ups that are derived ══ same flows? ══ ruleset
//!   sentences ─▶ compile ─▶ policy (its manifests are proved by `build`) ──────────────────▶
//! ```
//!
//! What passes has to be the same, and what is isolated and denied at every end. Two things may differ: an allow of which
//! nothing ever passes is gone, and a deny between two pods of one namespace holds at both ends.

use super::halves::places_of;
use crate::policy::{EnforcerName, Namespace, Origin, Policy, Selects};
use crate::semantics::Universe;
use crate::semantics::connections;
use crate::semantics::endpoints::{self, Endpoints};
use crate::verdict::{
    CauseId, ChangeKind, Changed, End, Flow, Index, PolicyPart, Rule, Ruleset, changes, decide, settle_look_ups,
};
use indexmap::IndexMap;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Something in which the sentences differ from the policies.
#[derive(Debug)]
pub struct Difference {
    /// What, in the words of a message.
    pub reason: String,
    /// Where the policies say it.
    pub policies: BTreeSet<CauseId>,
    /// Which bytes of the text say it.
    pub sentences: BTreeSet<u32>,
}

/// All differences.
pub fn differences(said: &Ruleset, policy: &Policy, namespaces: &IndexMap<SmolStr, Namespace>) -> Vec<Difference> {
    let enforcer = policy.cluster.enforcer;
    let mut said = said.clone();
    let derived = policy.rules.iter().filter(|rule| rule.origin == Origin::DnsCompanion).collect();
    said.extend(Ruleset::of_part(policy, &PolicyPart { rules: derived, ..PolicyPart::default() }));
    let mut written = Ruleset::of_policy(policy);
    if enforcer == EnforcerName::Cilium {
        settle_look_ups(&mut said);
    } else {
        said.keep_places(places_of(enforcer));
        written.keep_places(places_of(enforcer));
    }
    let universe = Universe::new(namespaces);
    let (old, new) = (Index::new(&said, universe), Index::new(&written, universe));
    let found = changes(&old, &new);
    let mut differences = Vec::new();
    for change in &found.found {
        let what = match (change.kind, &change.of) {
            // What stops it is said at the other end too; the same flows pass.
            (ChangeKind::Strengthened, Changed::Flows(_) | Changed::Among(_)) => continue,
            (ChangeKind::Gained, _) => "would pass, and does not now",
            (ChangeKind::Lost, _) => "passes now, and would not",
            (ChangeKind::Weakened, _) => {
                "is stopped now, or asked for authentication, in a way in which it would not be"
            }
            (ChangeKind::Strengthened, _) => {
                "would be stopped, or asked for authentication, in a way in which it is not now"
            }
        };
        differences.push(Difference {
            reason: format!("{} {what}", change.example),
            policies: causes(&old, &change.example),
            sentences: causes(&new, &change.example)
                .into_iter()
                .filter_map(|cause| written.cause(cause).span.map(|span| span.start))
                .collect(),
        });
    }
    for undecided in &found.undecided {
        let reason = format!("whether the sentences mean the same is not decided: {}", undecided.reason.reason);
        differences.push(Difference { reason, policies: BTreeSet::new(), sentences: BTreeSet::new() });
    }
    differences
}

/// What lets a flow through, or stops it.
fn causes(index: &Index<'_>, flow: &Flow) -> BTreeSet<CauseId> {
    let Ok(verdict) = decide(index, flow) else { return BTreeSet::new() };
    let of_rules = |rules: &[&Rule]| rules.iter().map(|rule| rule.cause).collect::<Vec<_>>();
    [verdict.egress, verdict.ingress]
        .iter()
        .flat_map(|end| match end {
            End::Open => Vec::new(),
            End::Allowed(rules) | End::Denied(rules) => of_rules(rules),
            End::NotAllowed(isolations) => isolations.iter().map(|isolation| isolation.cause).collect(),
        })
        .collect()
}

/// Who may look up names that the policies do not let them: by namespace, the subjects' names.
pub fn more_look_ups(
    said: &Ruleset,
    policy: &Policy,
    universe: Universe<'_>,
) -> BTreeMap<Option<SmolStr>, Vec<String>> {
    let mut found: BTreeMap<Option<SmolStr>, Vec<String>> = BTreeMap::new();
    let mut by_home: BTreeMap<Option<&str>, Vec<&Rule>> = BTreeMap::new();
    for rule in &said.rules {
        let home = match said.subject(rule.subject) {
            Endpoints::Pods(selector) => selector.namespaces.names.as_one().map(SmolStr::as_str),
            _ => None,
        };
        by_home.entry(home).or_default().push(rule);
    }
    for rule in policy.rules.iter().filter(|rule| rule.origin == Origin::DnsCompanion) {
        let subject = policy.subject(rule.subject);
        if !matches!(subject.selects, Selects::Pods(_)) {
            continue;
        }
        let derived = Ruleset::of_part(policy, &PolicyPart { rules: vec![rule], ..PolicyPart::default() });
        let own = subject.namespace.as_deref();
        let covered = |one: &Rule| {
            [None, own].into_iter().filter_map(|home| by_home.get(&home)).flatten().any(|rule| {
                rule.direction == one.direction
                    && endpoints::includes(universe, said.subject(rule.subject), derived.subject(one.subject))
                    && endpoints::includes(universe, &rule.peers, &one.peers)
                    && connections::includes(&rule.connections, &one.connections).is_yes()
            })
        };
        if !derived.rules.iter().all(covered) {
            let name = match subject.name.strip_prefix("workload.") {
                Some(name) => name,
                None if subject.name == "every-workload" => "every workload",
                None => "pods without a name",
            };
            let names = found.entry(subject.namespace.clone()).or_default();
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    found
}
