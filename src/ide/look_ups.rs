//! The DNS look-ups that are derived from a sentence.

use crate::policy::{Direction, DnsPattern, Origin, Policy, Rule, SentenceId, Traffic};
use crate::semantics::names;
use std::collections::BTreeSet;

/// The names that pods may look up because of some sentences, shortest first: the names outside that they reach, with
/// what a search list makes of them, and, for what is inside, the names of the cluster.
#[must_use]
pub fn look_ups(policy: &Policy, sentences: &[SentenceId]) -> Vec<DnsPattern> {
    let mut found = BTreeSet::new();
    for rule in
        policy.rules.iter().filter(|rule| sentences.contains(&rule.sentence) && rule.origin != Origin::DnsCompanion)
    {
        let (outside, inside) = rule.looks_up();
        if outside.is_none() && !inside {
            continue;
        }
        for name in companions(policy, rule).flat_map(asked) {
            let is_inside = is_below(name, &policy.cluster.domain);
            let wanted = match &outside {
                Some(outside) => name == outside || begins_with(name, outside),
                None => false,
            };
            if wanted || (inside && is_inside) || *name == DnsPattern::Any {
                found.insert(name.clone());
            }
        }
    }
    let mut found: Vec<DnsPattern> = found.into_iter().collect();
    found.sort_by_key(|name| name.to_string().len());
    found
}

/// What was derived for who opens it.
fn companions<'p>(policy: &'p Policy, rule: &'p Rule) -> impl Iterator<Item = &'p Rule> {
    policy.rules.iter().filter(move |other| {
        other.origin == Origin::DnsCompanion && other.direction == Direction::Egress && other.subject == rule.subject
    })
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
