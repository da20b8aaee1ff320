//! The DNS look-ups that are derived from a sentence.

use crate::policy::{Direction, DnsPattern, Origin, Policy, Rule, SentenceId, SubjectId, Traffic};
use crate::semantics::names;
use std::collections::{BTreeMap, BTreeSet};

/// What a policy says and derives about look-ups, found by sentence and subject: made once for many questions.
#[derive(Debug)]
pub struct LookUps<'p> {
    policy: &'p Policy,
    /// What is said, by its sentence.
    said: BTreeMap<SentenceId, Vec<&'p Rule>>,
    /// What was derived, by its subject.
    derived: BTreeMap<SubjectId, Vec<&'p Rule>>,
    /// The sentences that something was derived for first.
    first: BTreeSet<SentenceId>,
}

impl<'p> LookUps<'p> {
    /// Those of a policy.
    #[must_use]
    pub fn of(policy: &'p Policy) -> Self {
        let mut found = Self { policy, said: BTreeMap::new(), derived: BTreeMap::new(), first: BTreeSet::new() };
        for rule in &policy.rules {
            match rule.origin == Origin::DnsCompanion {
                false => found.said.entry(rule.sentence).or_default().push(rule),
                true if rule.direction == Direction::Egress => {
                    found.derived.entry(rule.subject).or_default().push(rule);
                    if matches!(rule.traffic, Traffic::Dns { .. }) {
                        found.first.insert(rule.sentence);
                    }
                }
                true => {}
            }
        }
        found
    }

    /// Whether what is derived for a subject belongs to one of these sentences.
    #[must_use]
    pub fn is_first(&self, sentences: &[SentenceId]) -> bool {
        sentences.iter().any(|sentence| self.first.contains(sentence))
    }

    /// The names that pods may look up because of some sentences, shortest first: the names outside that they reach or
    /// resolve, with what a search list makes of them, and, for what is inside, the names of the cluster.
    #[must_use]
    pub fn because_of(&self, sentences: &[SentenceId]) -> Vec<DnsPattern> {
        let mut found = BTreeSet::new();
        for rule in sentences.iter().filter_map(|sentence| self.said.get(sentence)).flatten() {
            let (outside, inside) = rule.looks_up();
            if outside.is_some() || inside {
                self.add(rule.subject, outside.as_slice(), inside, &mut found);
            }
        }
        for lookup in self.policy.lookups.iter().filter(|lookup| sentences.contains(&lookup.sentence)) {
            self.add(lookup.subject, &lookup.names, false, &mut found);
        }
        let mut found: Vec<DnsPattern> = found.into_iter().collect();
        found.sort_by_cached_key(|name| name.to_string().len());
        found
    }

    /// Of what was derived for a subject, that which is for these names outside, or for names of the cluster.
    fn add(&self, of: SubjectId, outside: &[DnsPattern], inside: bool, found: &mut BTreeSet<DnsPattern>) {
        for name in self.derived.get(&of).into_iter().flatten().flat_map(|rule| asked(rule)) {
            let wanted = outside.iter().any(|outside| name == outside || begins_with(name, outside));
            if wanted || (inside && is_below(name, &self.policy.cluster.domain)) || *name == DnsPattern::Any {
                found.insert(name.clone());
            }
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
