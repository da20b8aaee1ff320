//! The DNS look-ups that are derived from a sentence.

use crate::policy::{Direction, DnsPattern, Origin, Policy, Rule, SentenceId, SubjectId, Traffic};
use crate::semantics::names;
use std::collections::BTreeSet;

/// The names that pods may look up because of some sentences, shortest first: the names outside that they reach or
/// resolve, with what a search list makes of them, and, for what is inside, the names of the cluster.
#[must_use]
pub fn look_ups(policy: &Policy, sentences: &[SentenceId]) -> Vec<DnsPattern> {
    let mut found = BTreeSet::new();
    let said = policy.rules.iter().filter(|rule| rule.origin != Origin::DnsCompanion);
    for rule in said.filter(|rule| sentences.contains(&rule.sentence)) {
        let (outside, inside) = rule.looks_up();
        if outside.is_some() || inside {
            add(policy, rule.subject, outside.as_slice(), inside, &mut found);
        }
    }
    for lookup in policy.lookups.iter().filter(|lookup| sentences.contains(&lookup.sentence)) {
        add(policy, lookup.subject, &lookup.names, false, &mut found);
    }
    let mut found: Vec<DnsPattern> = found.into_iter().collect();
    found.sort_by_key(|name| name.to_string().len());
    found
}

/// Of what was derived for a subject, that which is for these names outside, or for names of the cluster.
fn add(policy: &Policy, of: SubjectId, outside: &[DnsPattern], inside: bool, found: &mut BTreeSet<DnsPattern>) {
    let companions = policy.rules.iter().filter(|rule| {
        rule.origin == Origin::DnsCompanion && rule.direction == Direction::Egress && rule.subject == of
    });
    for name in companions.flat_map(asked) {
        let wanted = outside.iter().any(|outside| name == outside || begins_with(name, outside));
        if wanted || (inside && is_below(name, &policy.cluster.domain)) || *name == DnsPattern::Any {
            found.insert(name.clone());
        }
    }
}

fn asked(rule: &Rule) -> &[DnsPattern] {
    match &rule.traffic {
        Traffic::Dns { names, .. } => names,
        _ => &[],
    }
}

fn is_below(name: &DnsPattern, domain: &str) -> bool {
    match name {
        DnsPattern::Below(tail) => tail.as_str() == domain,
        DnsPattern::Glob(glob) => {
            glob.strip_suffix(domain).is_some_and(|rest| rest.chars().all(|c| matches!(c, '*' | '.')))
        }
        DnsPattern::Exact(_) | DnsPattern::Any => false,
    }
}

/// Whether a name is another one with a domain of a search list behind it.
fn begins_with(name: &DnsPattern, outside: &DnsPattern) -> bool {
    let text = name.to_string();
    let start = outside.to_string();
    text.strip_prefix(start.as_str()).is_some_and(|rest| rest.starts_with('.'))
        && !names::includes(outside, name).is_yes()
}
