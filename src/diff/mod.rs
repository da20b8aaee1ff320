//! What changes from one view to another, as people tell it: by workload, in sentences, each with a flow that shows it and
//! with what decides about that flow before and after.
//!
//! What could not be read into rules ([`crate::verdict::Gap`]) is compared by its text: the same text means the same.

mod names;
mod phrase;

use crate::explain::{Explained, explain_flow};
use crate::policy::{Direction, LabelSelector, Namespace, NamespaceSelector, private};
use crate::semantics::Universe;
use crate::semantics::connections::Connections;
use crate::semantics::endpoints::{Endpoint, Endpoints};
use crate::semantics::namespaces;
use crate::source::Sources;
use crate::verdict::{self, Cause, ChangeKind, Changed, Cut, Flow, Gap, Index};
use crate::view::View;
use indexmap::IndexMap;
use names::Names;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// One side of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Side<'v> {
    /// What it means.
    pub view: &'v View,
    /// Where it stands.
    pub sources: &'v Sources,
}

/// What changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// The changes, by whom they are about.
    pub groups: Vec<Group>,
    /// What is not decided.
    pub undecided: Vec<Undecided>,
    /// Namespaces of which both sides say something else, in words: they decide whom a label selects.
    pub namespaces: Vec<String>,
}

/// The changes about one workload, or whatever is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name: `shop/frontend`.
    pub name: String,
    /// The changes.
    pub entries: Vec<Entry>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What kind.
    pub kind: ChangeKind,
    /// In words; begins with its verb if its subject is that of the group: `can reach shop/backend:8080`.
    pub text: String,
    /// A flow that changes.
    pub example: Flow,
    /// What decides about that flow before; `None` where that is not decided.
    pub old: Option<Explained>,
    /// And after.
    pub new: Option<Explained>,
}

/// Something that is not decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// What: flows in words, or a part of an object.
    pub what: String,
    /// Why not.
    pub reason: String,
    /// What could not be read; with whether that is new.
    pub cause: Option<(bool, Cause)>,
}

impl Diff {
    /// Whether both sides mean the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.undecided.is_empty() && self.namespaces.is_empty()
    }

    /// How many changes of a kind there are.
    #[must_use]
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.groups.iter().flat_map(|group| &group.entries).filter(|entry| entry.kind == kind).count()
    }
}

/// Compares two sides. Workloads are called as one of them calls them.
#[must_use]
pub fn diff(old: Side<'_>, new: Side<'_>) -> Diff {
    diff_named_by(&[old.view, new.view], old, new)
}

/// The same, and workloads are called as these call them.
#[must_use]
pub fn diff_named_by(named_by: &[&View], old: Side<'_>, new: Side<'_>) -> Diff {
    // What only one side knows of a namespace holds for both; else a rule would change with who knows more.
    let (old_namespaces, new_namespaces) = (known(old.view, new.view), known(new.view, old.view));
    let old_index = Index::new(&old.view.ruleset, Universe::new(&old_namespaces));
    let new_index = Index::new(&new.view.ruleset, Universe::new(&new_namespaces));
    let changes = verdict::changes(&old_index, &new_index);
    let names = Names::new(named_by);
    let mut groups: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for Merged { kind, of, example } in merged(whole_namespaces(changes.found)) {
        let (old, new) =
            (explain_flow(&old_index, example.clone()).ok(), explain_flow(&new_index, example.clone()).ok());
        let passes = |explained: &Option<Explained>| explained.as_ref().is_some_and(Explained::passes);
        let (group, text) = phrase::change(&names, kind, &of, passes(&old) && passes(&new));
        groups.entry(group).or_default().push(Entry { kind, text, example, old, new });
    }
    let mut undecided: Vec<Undecided> = Vec::new();
    for verdict::Undecided { flows, reason } in changes.undecided {
        let cut = Cut { from: flows.from, to: flows.to, within: vec![flows.connections], without: Vec::new() };
        undecided.push(Undecided { what: phrase::flows(&names, &cut), reason: reason.to_string(), cause: None });
    }
    undecided.extend(gaps(old, new));
    undecided.dedup_by(|a, b| (&a.what, &a.reason) == (&b.what, &b.reason));
    Diff {
        groups: groups.into_iter().map(|(name, entries)| Group { name, entries }).collect(),
        undecided,
        namespaces: relabelled(old.view, new.view),
    }
}

/// What is known of namespaces, with those that only the other side knows.
fn known(view: &View, other: &View) -> IndexMap<SmolStr, Namespace> {
    let mut known = view.namespaces.clone();
    for (name, namespace) in &other.namespaces {
        known.entry(name.clone()).or_insert_with(|| namespace.clone());
    }
    known
}

fn relabelled(old: &View, new: &View) -> Vec<String> {
    let mut found = Vec::new();
    for (name, before) in &old.namespaces {
        let Some(after) = new.namespaces.get(name) else { continue };
        let keys: BTreeSet<&SmolStr> = before.labels.keys().chain(after.labels.keys()).collect();
        for key in keys {
            let said =
                |value: Option<&SmolStr>| value.map_or_else(|| "unknown".to_owned(), |value| format!("\"{value}\""));
            let (before, after) = (before.labels.get(key), after.labels.get(key));
            if before != after {
                found.push(format!("namespace {name}: label `{key}` was {}, is {}", said(before), said(after)));
            }
        }
    }
    found
}

/// What only one side has and could not be read into rules.
fn gaps(old: Side<'_>, new: Side<'_>) -> Vec<Undecided> {
    type Key = (Endpoints, Option<Direction>, Option<Endpoints>, String, String);
    fn key(side: Side<'_>, gap: &Gap) -> Key {
        let rules = &side.view.ruleset;
        let text = rules.cause(gap.cause).span.map(|span| side.sources.slice(span)).unwrap_or_default();
        let (subject, peers) = (rules.subject(gap.subject).clone(), gap.peers.clone());
        (subject, gap.direction, peers, gap.reason.clone(), text.to_owned())
    }
    let keys = |side: Side<'_>| -> BTreeSet<Key> {
        let gaps = side.view.ruleset.gaps.iter();
        gaps.map(|gap| key(side, gap)).collect()
    };
    let (before, after) = (keys(old), keys(new));
    let mut found = Vec::new();
    for (side, is_new, others) in [(old, false, &after), (new, true, &before)] {
        for gap in &side.view.ruleset.gaps {
            if others.contains(&key(side, gap)) {
                continue;
            }
            let cause = side.view.ruleset.cause(gap.cause).clone();
            let what = cause
                .object
                .as_ref()
                .map_or_else(|| cause.text.to_string(), |object| format!("{object} {}", cause.text));
            found.push(Undecided { what, reason: gap.reason.clone(), cause: Some((is_new, cause)) });
        }
    }
    found
}

/// Changes that are told in one.
struct Merged {
    kind: ChangeKind,
    of: Told,
    example: Flow,
}

/// What is told.
enum Told {
    Flows { from: Vec<Endpoints>, to: Vec<Endpoints>, within: Vec<Connections>, without: Vec<Connections>, whole: bool },
    Isolation { subject: Endpoints, direction: Direction },
}

/// Puts together what differs only in labels of the same namespace, where these leave none of it out: rules about labels
/// that nobody declares cut a workload in two which is still one to those who run it.
fn whole_namespaces(changes: Vec<verdict::Change>) -> Vec<verdict::Change> {
    type Halves = (Vec<NamespaceSelector>, Vec<verdict::Change>);
    let mut all = changes;
    for opening in [true, false] {
        let mut kept = Vec::new();
        let mut cut_up: IndexMap<(ChangeKind, Changed), Halves> = IndexMap::new();
        for change in all {
            let mut of = change.of.clone();
            let labelled = match &mut of {
                Changed::Flows(cut) | Changed::Among(cut) => {
                    labels_taken(if opening { &mut cut.from } else { &mut cut.to })
                }
                Changed::Isolation { subject, .. } => labels_taken(subject),
            };
            let Some(namespaces) = labelled else {
                kept.push(change);
                continue;
            };
            let (selectors, halves) = cut_up.entry((change.kind, of)).or_default();
            selectors.push(namespaces);
            halves.push(change);
        }
        for ((kind, of), (selectors, mut halves)) in cut_up {
            match halves.pop() {
                Some(change) if is_whole(&selectors) => {
                    kept.push(verdict::Change { kind, of, example: change.example });
                }
                last => kept.extend(halves.into_iter().chain(last)),
            }
        }
        all = kept;
    }
    all
}

/// Takes the labels from the one namespace whose pods these are; what they were part of.
fn labels_taken(ends: &mut Endpoints) -> Option<NamespaceSelector> {
    let Endpoints::Pods(selector) = ends else { return None };
    let namespaces = selector.namespaces.clone();
    if namespaces.names.as_one().is_none() || namespaces.labels.0.is_empty() {
        return None;
    }
    *selector = names::unlabelled(selector);
    Some(namespaces)
}

/// The most parts in which a namespace is looked at for what labels leave of it.
const MAX_PARTS: usize = 1_000;

/// Whether these, which are all of one name, leave no namespace of that name out, as far as that is soon seen.
fn is_whole(selectors: &[NamespaceSelector]) -> bool {
    let Some(first) = selectors.first() else { return false };
    let mut left = vec![NamespaceSelector { labels: LabelSelector::default(), ..first.clone() }];
    for selector in selectors {
        left = left.iter().flat_map(|one| namespaces::difference(Universe::unknown(), one, selector)).collect();
        if left.len() > MAX_PARTS {
            return false;
        }
    }
    left.is_empty()
}

/// Puts together what differs in one dimension only: names that are looked up and requests at one place; then who answers;
/// then who opens, where it is not a workload.
fn merged(changes: Vec<verdict::Change>) -> Vec<Merged> {
    type What = (ChangeKind, bool, Vec<Connections>, Vec<Connections>);
    type Ends = (Vec<Endpoints>, Flow);
    let mut isolations = Vec::new();
    let mut contents: IndexMap<(ChangeKind, bool, Cut), (Vec<Connections>, Flow)> = IndexMap::new();
    for verdict::Change { kind, of, example } in changes {
        let (cut, whole) = match of {
            Changed::Isolation { subject, direction } => {
                isolations.push(Merged { kind, of: Told::Isolation { subject, direction }, example });
                continue;
            }
            Changed::Flows(cut) => (cut, true),
            Changed::Among(cut) => (cut, false),
        };
        let (shape, content) = taken_apart(cut);
        let (contents, shown) = contents.entry((kind, whole, shape)).or_insert_with(|| (Vec::new(), example.clone()));
        contents.extend(content);
        prefer(shown, example);
    }
    let mut answering: IndexMap<(Endpoints, What), Ends> = IndexMap::new();
    for ((kind, whole, shape), (content, example)) in contents {
        let within = put_together(&shape, content);
        let what = (kind, whole, within, shape.without);
        let (to, shown) = answering.entry((shape.from, what)).or_insert_with(|| (Vec::new(), example.clone()));
        to.push(shape.to);
        prefer(shown, example);
    }
    let mut opening: IndexMap<(Option<Endpoints>, Vec<Endpoints>, What), Ends> = IndexMap::new();
    for ((from, what), (to, example)) in answering {
        let alone = names::is_of_one_namespace(&from).then(|| from.clone());
        let (opened, shown) = opening.entry((alone, to, what)).or_insert_with(|| (Vec::new(), example.clone()));
        opened.push(from);
        prefer(shown, example);
    }
    let flows = opening.into_iter().map(|((_, to, (kind, whole, within, without)), (from, example))| Merged {
        kind,
        of: Told::Flows { from, to, within, without, whole },
        example,
    });
    isolations.into_iter().chain(flows).collect()
}

/// Of two examples, takes the one that is not about an address with a meaning of its own.
fn prefer(shown: &mut Flow, other: Flow) {
    let special = |end: &Endpoint| matches!(end, Endpoint::Outside { address, .. } if private().iter().any(|range| range.contains(address)));
    let odd = |flow: &Flow| special(&flow.from) || special(&flow.to);
    if odd(shown) && !odd(&other) {
        *shown = other;
    }
}

/// A cut without the requests or names that its only set has, and these.
fn taken_apart(mut cut: Cut) -> (Cut, Option<Connections>) {
    let shape = match cut.within.as_slice() {
        [Connections::Requests { ports, .. }] => Connections::Requests { ports: ports.clone(), requests: Vec::new() },
        [Connections::LookUps { ports, .. }] => Connections::LookUps { ports: ports.clone(), names: Vec::new() },
        _ => return (cut, None),
    };
    let content = std::mem::replace(&mut cut.within, vec![shape]).pop();
    (cut, content)
}

/// The sets of a shape, with the requests or names that were taken from it.
fn put_together(shape: &Cut, content: Vec<Connections>) -> Vec<Connections> {
    let mut within = shape.within.clone();
    for one in content {
        match (within.first_mut(), one) {
            (Some(Connections::Requests { requests, .. }), Connections::Requests { requests: more, .. }) => {
                requests.extend(more);
            }
            (Some(Connections::LookUps { names, .. }), Connections::LookUps { names: more, .. }) => names.extend(more),
            _ => {}
        }
    }
    match within.first_mut() {
        Some(Connections::Requests { requests, .. }) => {
            requests.sort();
            requests.dedup();
        }
        Some(Connections::LookUps { names, .. }) => {
            names.sort();
            names.dedup();
        }
        _ => {}
    }
    within
}
