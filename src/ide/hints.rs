//! What a file leaves unsaid, for an editor to show between its words: which pods a bare name selects, which number a
//! port's name is, which names are looked up.

use super::look_ups::LookUps;
use super::names::{Kind, Occurrence, Role};
use super::standing::{At, Declaration, Named, among, asked, at};
use super::{Checked, Declarations, File, Workspace};
use crate::policy::{DnsPattern, Policy, SentenceId};
use crate::source::{FileId, Span};
use crate::syntax::ast::{Action, Item, ItemKind};
use std::collections::{BTreeMap, BTreeSet};

/// How many names that are looked up are shown; the rest is counted.
const MAX_NAMES: usize = 3;

/// Something to show behind a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The byte offset.
    pub offset: u32,
    /// What is shown.
    pub text: String,
    /// What it is about.
    pub kind: HintKind,
}

/// See [`Hint::kind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintKind {
    /// The labels by which the pods of a bare `workload x` are found.
    Pods,
    /// The number of a port that is named.
    Port,
    /// The look-ups that are derived.
    LookUps,
}

/// The hints within a part of a file, in the order of their places. `checked` is what stands around the file.
#[must_use]
pub fn hints(workspace: &Workspace, file: &File, within: Span, checked: &Checked) -> Vec<Hint> {
    let inside = |offset: u32| within.start <= offset && offset <= within.end;
    let mut found: Vec<Hint> = Vec::new();
    let ports: Vec<&Occurrence> = file.names.iter().filter(|name| matches!(name.role, Role::Port(_))).collect();
    let wanted: BTreeSet<&str> = ports.iter().flat_map(|port| asked(file, port)).collect();
    let declarations = Declarations::seen_from(workspace, file, &|name: &str| wanted.contains(name));
    for name in file.names.iter().filter(|name| inside(name.span.end)) {
        match &name.role {
            Role::Declares(Kind::Workload) => found.extend(pods(file, name, checked)),
            Role::Port(_) => found.extend(port(&declarations, file, name)),
            _ => {}
        }
    }
    let items = file.tree.sections.iter().flat_map(|section| &section.items);
    // `may resolve` says itself what is looked up.
    let looks_up = |item: &&Item| match &item.kind {
        ItemKind::May(may) => !matches!(may.action.value, Action::Resolve(_)),
        _ => false,
    };
    let sentences: Vec<&Item> = items.filter(|item| inside(item.span.0.end)).filter(looks_up).collect();
    if !sentences.is_empty() {
        let known: Vec<Known<'_>> =
            checked.clusters.iter().map(|cluster| Known::of(&cluster.policy, file.id)).collect();
        found.extend(sentences.into_iter().filter_map(|item| names(item, &known)));
    }
    found.sort_by_key(|hint| hint.offset);
    found
}

/// The pods of a workload that says neither labels nor a service account; they differ where clusters do.
fn pods(file: &File, name: &Occurrence, checked: &Checked) -> Option<Hint> {
    let Some(At::Item(item)) = at(file, name.span.start) else { return None };
    let ItemKind::Workload(workload) = &item.kind else { return None };
    if workload.labels.is_some() || workload.service_account.is_some() {
        return None;
    }
    let workloads = checked.clusters.iter().flat_map(|cluster| &cluster.policy.workloads);
    let own = workloads.filter(|workload| workload.span == name.span);
    let texts: BTreeSet<String> = own.map(|workload| workload.selector.labels.to_string()).collect();
    let text = texts.into_iter().collect::<Vec<_>>().join(" or ");
    (!text.is_empty()).then_some(Hint { offset: name.span.end, text, kind: HintKind::Pods })
}

/// The numbers of a port that is named.
fn port(declarations: &Declarations<'_>, file: &File, said: &Occurrence) -> Option<Hint> {
    let of_workload = |one: &Named<'_>| -> Vec<String> {
        let Some(Declaration::Item(Item { kind: ItemKind::Workload(workload), .. })) = one.declaration() else {
            return Vec::new();
        };
        let named = workload.serves.iter().filter(|serve| serve.name.value == said.name);
        named.map(super::hover::number).collect()
    };
    let found = among(declarations, file, said);
    let numbers: BTreeSet<String> = found.iter().flat_map(of_workload).collect();
    let numbers: Vec<&str> = numbers.iter().map(|number| number.strip_suffix("/tcp").unwrap_or(number)).collect();
    let text = numbers.join(", ");
    (!text.is_empty()).then_some(Hint { offset: said.span.end, text, kind: HintKind::Port })
}

/// A policy, with what is to be found in it for every sentence of a file.
struct Known<'p> {
    policy: &'p Policy,
    look_ups: LookUps<'p>,
    /// The sentences of the file, by their places.
    sentences: BTreeMap<Span, Vec<SentenceId>>,
}

impl<'p> Known<'p> {
    fn of(policy: &'p Policy, file: FileId) -> Self {
        let mut sentences: BTreeMap<Span, Vec<SentenceId>> = BTreeMap::new();
        let ids = (0..).map(SentenceId).zip(&policy.sentences);
        for (id, sentence) in ids.filter(|(_, sentence)| sentence.span.file == file) {
            sentences.entry(sentence.span).or_default().push(id);
        }
        Self { policy, look_ups: LookUps::of(policy), sentences }
    }
}

/// What may be looked up because of a sentence: names outside at each, and those of the cluster at the first one that
/// needs them.
fn names(item: &Item, known: &[Known<'_>]) -> Option<Hint> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    for Known { policy, look_ups, sentences } in known {
        let sentences = sentences.get(&item.span.0).map(Vec::as_slice).unwrap_or_default();
        let first = look_ups.is_first(sentences);
        let inside = |name: &DnsPattern| is_of_cluster(name, &policy.cluster.domain);
        let names = look_ups.because_of(sentences);
        found.extend(names.iter().filter(|name| first || !inside(name)).map(ToString::to_string));
    }
    let mut names: Vec<&str> = found.iter().map(String::as_str).collect();
    // With any name, no other says more; what a search list makes of a name goes without saying.
    names.sort_by_key(|name| (name.len(), *name));
    let mut shown: Vec<&str> = Vec::new();
    for name in names {
        if !shown.iter().any(|known| name.starts_with(&format!("{known}."))) {
            shown.push(name);
        }
    }
    let more = shown.len().saturating_sub(MAX_NAMES);
    shown.truncate(MAX_NAMES);
    let mut text = shown.join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    (!text.is_empty()).then(|| Hint {
        offset: item.span.0.end,
        text: format!("looks up {text}"),
        kind: HintKind::LookUps,
    })
}

fn is_of_cluster(name: &DnsPattern, domain: &str) -> bool {
    name.to_string().ends_with(domain)
}
