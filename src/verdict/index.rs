//! Rules by whom they govern, so that a question about some endpoints looks only at what can govern these.

use super::Gap;
use super::ruleset::{Isolation, Rule, Ruleset, SubjectId};
use crate::policy::{Direction, LabelSelector, Op, ValueSet};
use crate::semantics::Universe;
use crate::semantics::endpoints::{self, Endpoint, Endpoints};
use crate::semantics::labels::Labels;
use indexmap::IndexMap;
use smol_str::SmolStr;

/// A ruleset made ready for questions.
#[derive(Debug)]
pub struct Index<'r> {
    /// What is indexed.
    pub ruleset: &'r Ruleset,
    /// What is known of namespaces.
    pub universe: Universe<'r>,
    /// By subject: what governs it.
    subjects: Vec<Governing<'r>>,
    /// Subjects that are pods of named namespaces, by these.
    by_namespace: IndexMap<&'r SmolStr, InNamespace<'r>>,
    /// All other subjects.
    others: Vec<u32>,
}

/// The subjects of one namespace. Where many workloads share it, each is nearly always named by one label.
#[derive(Debug, Default)]
struct InNamespace<'r> {
    /// Those that ask for a value of a label, by its key and the value.
    labelled: IndexMap<&'r SmolStr, IndexMap<&'r SmolStr, Vec<u32>>>,
    /// The others.
    plain: Vec<u32>,
}

impl<'r> InNamespace<'r> {
    fn add(&mut self, subject: &'r Endpoints, number: u32) {
        let label = match subject {
            Endpoints::Pods(pods) => pods.labels.0.iter().find_map(|one| Some((&one.key, only(&one.op)?))),
            _ => None,
        };
        match label {
            Some((key, value)) => self.labelled.entry(key).or_default().entry(value).or_default().push(number),
            None => self.plain.push(number),
        }
    }

    /// Those that may have a pod with such labels.
    fn find(&self, labels: &LabelSelector, found: &mut Vec<u32>) {
        found.extend(&self.plain);
        for (key, by_value) in &self.labelled {
            let values = labels.0.iter().find_map(|one| match &one.op {
                Op::In(values) if one.key == **key => Some(values),
                _ => None,
            });
            match values {
                Some(values) => found.extend(values.iter().filter_map(|value| by_value.get(value)).flatten()),
                None => found.extend(by_value.values().flatten()),
            }
        }
    }

    /// Those that may have this pod.
    fn find_one(&self, labels: &Labels, found: &mut Vec<u32>) {
        found.extend(&self.plain);
        for (key, by_value) in &self.labelled {
            found.extend(labels.get(*key).and_then(|value| by_value.get(value)).into_iter().flatten());
        }
    }
}

/// The only value that a label may have.
fn only(op: &Op) -> Option<&SmolStr> {
    match op {
        Op::In(values) if values.len() == 1 => values.first(),
        _ => None,
    }
}

/// What governs one subject.
#[derive(Debug)]
pub struct Governing<'r> {
    /// The subject.
    pub id: SubjectId,
    /// Whose.
    pub subject: &'r Endpoints,
    /// What isolates it.
    pub isolations: Vec<&'r Isolation>,
    /// What is allowed and denied.
    pub rules: Vec<&'r Rule>,
    /// What is not known.
    pub gaps: Vec<&'r Gap>,
}

impl<'r> Index<'r> {
    /// Sorts a ruleset by subject.
    #[must_use]
    pub fn new(ruleset: &'r Ruleset, universe: Universe<'r>) -> Self {
        let mut subjects: Vec<Governing<'r>> = ruleset
            .subjects()
            .map(|(id, subject)| Governing { id, subject, isolations: Vec::new(), rules: Vec::new(), gaps: Vec::new() })
            .collect();
        for isolation in &ruleset.isolations {
            if let Some(governing) = subjects.get_mut(isolation.subject.index()) {
                governing.isolations.push(isolation);
            }
        }
        for rule in &ruleset.rules {
            if let Some(governing) = subjects.get_mut(rule.subject.index()) {
                governing.rules.push(rule);
            }
        }
        for gap in &ruleset.gaps {
            if let Some(governing) = subjects.get_mut(gap.subject.index()) {
                governing.gaps.push(gap);
            }
        }
        let mut by_namespace: IndexMap<&'r SmolStr, InNamespace<'r>> = IndexMap::new();
        let mut others = Vec::new();
        for (number, governing) in (0_u32..).zip(&subjects) {
            match namespaces(governing.subject) {
                Some(names) => {
                    names.for_each(|name| by_namespace.entry(name).or_default().add(governing.subject, number));
                }
                None => others.push(number),
            }
        }
        Self { ruleset, universe, subjects, by_namespace, others }
    }

    /// What governs exactly these endpoints.
    #[must_use]
    pub fn of_subject(&self, id: SubjectId) -> Option<&Governing<'r>> {
        self.subjects.get(id.index())
    }

    /// What may govern some of these endpoints, in the order of the subjects.
    pub fn governing<'s>(&'s self, ends: &Endpoints) -> impl Iterator<Item = &'s Governing<'r>> + use<'s, 'r> {
        let mut numbers: Vec<u32> = match (namespaces(ends), ends) {
            (Some(names), Endpoints::Pods(pods)) => {
                let mut numbers = self.others.clone();
                for name in names {
                    self.by_namespace.get(name).into_iter().for_each(|own| own.find(&pods.labels, &mut numbers));
                }
                numbers
            }
            _ => (0..).take(self.subjects.len()).collect(),
        };
        numbers.sort_unstable();
        numbers.dedup();
        let universe = self.universe;
        let ends = ends.clone();
        let candidates = numbers.into_iter().filter_map(|number| self.subjects.get(number as usize));
        candidates.filter(move |governing| endpoints::overlap(universe, governing.subject, &ends))
    }

    /// What governs this endpoint, in the order of the subjects.
    pub fn governing_one<'s>(&'s self, end: &Endpoint) -> impl Iterator<Item = &'s Governing<'r>> + use<'s, 'r> {
        let mut numbers = self.others.clone();
        if let Endpoint::Pod(pod) = end {
            let own = self.by_namespace.get(&pod.namespace.name);
            own.into_iter().for_each(|own| own.find_one(&pod.labels, &mut numbers));
            numbers.sort_unstable();
        }
        let end = end.clone();
        let candidates = numbers.into_iter().filter_map(|number| self.subjects.get(number as usize));
        candidates.filter(move |governing| endpoints::matches(governing.subject, &end))
    }
}

impl<'r> Governing<'r> {
    /// Whether something isolates it in a direction.
    #[must_use]
    pub fn isolated(&self, direction: Direction) -> bool {
        self.isolations.iter().any(|isolation| isolation.direction == direction)
    }

    /// The rules of a direction.
    pub fn rules(&self, direction: Direction) -> impl Iterator<Item = &'r Rule> {
        self.rules.iter().copied().filter(move |rule| rule.direction == direction)
    }

    /// The gap that stands in the way of an answer about flows from these ends to those.
    #[must_use]
    pub fn gap(
        &self,
        universe: Universe<'_>,
        direction: Direction,
        from: &Endpoints,
        to: &Endpoints,
    ) -> Option<&'r Gap> {
        let other = if direction == Direction::Egress { to } else { from };
        let overlap = |peers: &Endpoints| endpoints::overlap(universe, peers, other);
        let within = |known: &Endpoints| endpoints::includes(universe, known, to);
        self.gaps.iter().copied().find(|gap| gap.may_be_about(direction, overlap, within))
    }

    /// The gap that stands in the way of an answer about a flow from this end to that.
    #[must_use]
    pub fn gap_for_one(&self, direction: Direction, from: &Endpoint, to: &Endpoint) -> Option<&'r Gap> {
        let other = if direction == Direction::Egress { to } else { from };
        let matches = |peers: &Endpoints| endpoints::matches(peers, other);
        let is_one = |known: &Endpoints| endpoints::matches(known, to);
        self.gaps.iter().copied().find(|gap| gap.may_be_about(direction, matches, is_one))
    }

    /// The gaps of a direction, whatever flows they are about.
    pub fn gaps(&self, direction: Direction) -> impl Iterator<Item = &'r Gap> {
        self.gaps.iter().copied().filter(move |gap| gap.direction.is_none_or(|of| of == direction))
    }
}

/// The names of the namespaces of which these are pods; `None` when they can be of any, or no pods.
fn namespaces(ends: &Endpoints) -> Option<impl Iterator<Item = &SmolStr>> {
    match ends {
        Endpoints::Pods(pods) => match &pods.namespaces.names {
            ValueSet::In(names) => Some(names.iter()),
            ValueSet::Any | ValueSet::NotIn(_) => None,
        },
        _ => None,
    }
}
