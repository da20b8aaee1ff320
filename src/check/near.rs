//! Half-rules and boundaries by whom they govern and whom they are about, so that whoever compares rules looks at few pairs.
//!
//! What is found near may turn out not to meet; of what does meet, nothing is left out but what the constants below say.
//! There the number of pairs could otherwise grow with the square of a project, and a hint less is better than a wait.

mod peers;

use crate::policy::{Direction, LabelSelector, Op, Peer, PodSelector, Policy, Rule, Selects, SubjectId, ValueSet};
use crate::semantics::{Universe, labels, pods};
use indexmap::IndexMap;
use peers::ByPeer;
use smol_str::SmolStr;

/// How many subjects are looked at beside those with the same value of a label.
const MAX_SUBJECTS: usize = 256;

/// By how many labels the subjects of a namespace are told apart.
const MAX_KEYS: usize = 32;

/// How many namespaces a subject may name and still be found by each; one that names more is looked at for all.
const MAX_NAMES: usize = 8;

/// From how many items on those of a subject are sorted by whom they are about.
const MANY: usize = 16;

/// What stands at an end.
#[derive(Clone, Copy)]
pub(super) struct Item<'p> {
    pub subject: SubjectId,
    pub direction: Direction,
    /// Whom it is about; a boundary is about everybody.
    pub peer: Option<&'p Peer>,
    /// What it is to who asks.
    pub number: u32,
}

impl<'p> Item<'p> {
    /// A rule, by its number.
    pub fn of_rule(number: u32, rule: &'p Rule) -> Self {
        Self { subject: rule.subject, direction: rule.direction, peer: Some(&rule.peer), number }
    }
}

/// Items by their subjects.
pub(super) struct Near<'p> {
    policy: &'p Policy,
    /// Where the items of each subject and direction start, and where the last ones end.
    starts: Vec<u32>,
    items: Vec<Item<'p>>,
    /// Those of `MANY`, by whom they are about; by the place in `starts`.
    sorted: IndexMap<usize, ByPeer<'p>>,
    /// Subjects that are pods of a few namespaces, by these.
    namespaces: IndexMap<&'p SmolStr, Bucket<'p>>,
    /// Subjects that are other pods.
    wide: Vec<SubjectId>,
    /// Subjects that are nodes.
    nodes: Vec<SubjectId>,
}

/// Subjects of one namespace.
#[derive(Default)]
struct Bucket<'p> {
    /// By the first label that is asked for by value, and these values. There are few such labels.
    labelled: Vec<(&'p SmolStr, IndexMap<&'p SmolStr, Vec<SubjectId>>)>,
    rest: Vec<SubjectId>,
}

impl<'p> Near<'p> {
    pub fn new(policy: &'p Policy, all: &[Item<'p>]) -> Self {
        let place = |item: &Item<'_>| slot(item.subject, item.direction);
        let mut items = all.to_vec();
        items.sort_by_key(place);
        let mut starts = vec![0_u32; policy.subjects.len() * 2 + 1];
        for item in all {
            if let Some(count) = starts.get_mut(place(item) + 1) {
                *count += 1;
            }
        }
        let mut before = 0;
        for start in &mut starts {
            before += *start;
            *start = before;
        }
        let mut near = Self {
            policy,
            starts,
            items,
            sorted: IndexMap::new(),
            namespaces: IndexMap::new(),
            wide: Vec::new(),
            nodes: Vec::new(),
        };
        near.sort_subjects();
        near
    }

    fn sort_subjects(&mut self) {
        let policy = self.policy;
        for (number, subject) in (0_u32..).zip(&policy.subjects) {
            let id = SubjectId(number);
            for direction in [Direction::Ingress, Direction::Egress] {
                let items = self.at(id, direction);
                if items.len() > MANY {
                    let sorted = ByPeer::new(items);
                    self.sorted.insert(slot(id, direction), sorted);
                }
            }
            match &subject.selects {
                _ if !self.has(id) => {}
                Selects::Nodes(_) => self.nodes.push(id),
                Selects::Pods(selector) => match few_names(selector) {
                    Some(names) => {
                        names
                            .iter()
                            .for_each(|name| self.namespaces.entry(name).or_default().add(id, &selector.labels));
                    }
                    None => self.wide.push(id),
                },
            }
        }
    }

    /// Whether there is nothing at all.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What stands at an end.
    pub fn at(&self, subject: SubjectId, direction: Direction) -> &[Item<'p>] {
        let slot = slot(subject, direction);
        let edge = |slot: usize| self.starts.get(slot).map_or(0, |start| *start as usize);
        self.items.get(edge(slot)..edge(slot + 1)).unwrap_or_default()
    }

    /// What stands at an end and may be about some of these peers.
    pub fn about<'s>(&'s self, subject: SubjectId, direction: Direction, peer: &Peer, found: &mut Vec<&'s Item<'p>>) {
        let universe = Universe::new(&self.policy.namespaces);
        let items = self.at(subject, direction);
        match self.sorted.get(&slot(subject, direction)) {
            Some(sorted) => sorted.each(peer, |index| {
                found.extend(items.get(index as usize).filter(|item| peers::may_meet(universe, item.peer, peer)));
            }),
            None => found.extend(items.iter().filter(|item| peers::may_meet(universe, item.peer, peer))),
        }
    }

    /// The subjects with items that have an endpoint in common with this one, itself among them.
    pub fn subjects(&self, of: SubjectId) -> Vec<SubjectId> {
        if self.is_empty() {
            return Vec::new();
        }
        match &self.policy.subject(of).selects {
            Selects::Nodes(nodes) => {
                let meets = |id: &SubjectId| match &self.policy.subject(*id).selects {
                    Selects::Nodes(other) => labels::overlap(&nodes.0, &other.0),
                    Selects::Pods(_) => false,
                };
                self.nodes.iter().copied().filter(meets).collect()
            }
            Selects::Pods(selector) => {
                let mut found = self.pods(selector).subjects;
                if !found.contains(&of) && self.has(of) {
                    found.push(of);
                }
                found
            }
        }
    }

    /// The same for pods.
    pub fn pods(&self, selector: &PodSelector) -> Found {
        let mut found = Found { subjects: Vec::new(), all: true };
        match few_names(selector) {
            Some(names) => {
                for bucket in names.iter().filter_map(|name| self.namespaces.get(name)) {
                    bucket.candidates(&selector.labels, &mut found);
                }
            }
            None => found.add(self.namespaces.values().flat_map(Bucket::all)),
        }
        found.add(self.wide.iter().copied());
        let universe = Universe::new(&self.policy.namespaces);
        found.subjects.retain(|id| match &self.policy.subject(*id).selects {
            Selects::Pods(other) => pods::overlap(universe, other, selector),
            Selects::Nodes(_) => false,
        });
        if found.subjects.len() > 1 {
            found.subjects.sort_unstable();
            found.subjects.dedup();
        }
        found
    }

    /// Whether a subject has items.
    fn has(&self, subject: SubjectId) -> bool {
        [Direction::Ingress, Direction::Egress].iter().any(|direction| !self.at(subject, *direction).is_empty())
    }
}

/// Subjects that meet some pods.
pub(super) struct Found {
    pub subjects: Vec<SubjectId>,
    /// Whether none was left out.
    pub all: bool,
}

impl Found {
    /// Adds the first of these.
    fn add(&mut self, subjects: impl Iterator<Item = SubjectId>) {
        let before = self.subjects.len();
        self.subjects.extend(subjects.take(MAX_SUBJECTS));
        self.all &= self.subjects.len() - before < MAX_SUBJECTS;
    }
}

impl<'p> Bucket<'p> {
    fn add(&mut self, id: SubjectId, labels: &'p LabelSelector) {
        let Some((key, values)) = by_value(labels).next() else { return self.rest.push(id) };
        let known = self.labelled.iter().position(|(other, _)| *other == key);
        let place = known.unwrap_or(self.labelled.len());
        if known.is_none() && place < MAX_KEYS {
            self.labelled.push((key, IndexMap::new()));
        }
        match self.labelled.get_mut(place) {
            Some((_, by_value)) => values.for_each(|value| by_value.entry(value).or_default().push(id)),
            None => self.rest.push(id),
        }
    }

    fn all(&self) -> impl Iterator<Item = SubjectId> {
        self.labelled.iter().flat_map(|(_, by_value)| by_value.values()).flatten().chain(&self.rest).copied()
    }

    /// Those that may have a pod with these labels.
    fn candidates(&self, labels: &LabelSelector, found: &mut Found) {
        for (key, by_their_value) in &self.labelled {
            match by_value(labels).find(|(asked, _)| asked == key) {
                Some((_, values)) => {
                    found.subjects.extend(values.filter_map(|value| by_their_value.get(value)).flatten());
                }
                None => found.add(by_their_value.values().flatten().copied()),
            }
        }
        found.add(self.rest.iter().copied());
    }
}

/// The place of a subject and direction in `starts`.
fn slot(subject: SubjectId, direction: Direction) -> usize {
    subject.0 as usize * 2 + usize::from(direction == Direction::Egress)
}

/// The names of the namespaces of these pods, if they are few.
fn few_names(selector: &PodSelector) -> Option<&[SmolStr]> {
    match &selector.namespaces.names {
        ValueSet::In(names) if names.len() <= MAX_NAMES => Some(names),
        _ => None,
    }
}

/// The labels that are asked for by value.
fn by_value(labels: &LabelSelector) -> impl Iterator<Item = (&SmolStr, impl Iterator<Item = &SmolStr>)> {
    labels.0.iter().filter_map(|requirement| match &requirement.op {
        Op::In(values) => Some((&requirement.key, values.iter())),
        Op::NotIn(_) | Op::Exists | Op::DoesNotExist => None,
    })
}
