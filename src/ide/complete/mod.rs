//! What can stand at a place: by the words before it on its sentence, half-typed as it may be, and the names around it.
//!
//! [`before`] reads those words, [`shape`] says them in a few symbols, [`table`] has what may follow, and [`offers`]
//! finds the names. Everything that fits is offered, up to a number of each kind: which of it is meant by what was typed,
//! an editor knows better, but not of a thousand namespaces with every letter.

mod before;
mod labels;
mod offers;
mod paths;
mod ports;
mod shape;
mod snippets;
mod table;

use super::names;
use super::{File, Workspace, section_at};
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use table::Offer;

/// What can stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The part of a word before the place.
    pub span: Span,
    /// The rest of the word behind it, and how much of that is its first part with its `/`, as `ments/` of `pay▮ments/api`.
    rest: (u32, u32),
    /// What can stand there, the likeliest first.
    pub items: Vec<Item>,
    /// Whether there is more than these, which is to be asked for when more was typed.
    pub more: bool,
}

impl Completion {
    /// What an item takes the place of, if nothing is to be left of the word: a namespace of its own part alone.
    #[must_use]
    pub fn replaced(&self, item: &Item) -> Span {
        let (word, part) = self.rest;
        let rest = if item.label.ends_with('/') { part } else { word };
        Span { end: self.span.end.saturating_add(rest), ..self.span }
    }
}

/// How many items of one kind are listed. Of more those are that have what was typed, letter by letter, in their order.
const MOST: usize = 100;

/// Something that can stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What is shown and, if nothing else is said, written.
    pub label: String,
    /// What it is.
    pub kind: Kind,
    /// A few words about it.
    pub detail: String,
    /// What is written instead, if it is another text.
    pub insert: Option<Insert>,
}

/// See [`Item::insert`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Insert {
    /// This text.
    Text(String),
    /// This text with places to fill in, `$1` or `${1:name}`, and `$0` where the cursor ends.
    Snippet(&'static str),
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A port that a workload serves.
    Port,
    /// A workload.
    Workload,
    /// A group.
    Group,
    /// An external.
    External,
    /// A set of nodes.
    Nodes,
    /// A set of namespaces.
    Set,
    /// A namespace.
    Namespace,
    /// A peer that the language has a word for.
    Entity,
    /// The key of a label.
    LabelKey,
    /// The value of a label.
    LabelValue,
    /// An HTTP method.
    Method,
    /// The path of a request.
    Path,
    /// A code that can be accepted.
    Code,
    /// A value that a fact of a cluster knows.
    Value,
    /// A word of the language.
    Keyword,
    /// A whole sentence.
    Snippet,
}

/// Where something is to be written.
struct Here<'w> {
    workspace: &'w Workspace,
    file: &'w File,
    /// The namespace of the section; `None` in a platform file.
    home: Option<&'w SmolStr>,
    /// Whether it is a platform file.
    platform: bool,
    /// Whether there is no header yet.
    headless: bool,
    /// The place, in bytes.
    offset: u32,
}

/// What can stand at `offset`, in bytes; `None` within comments and strings.
#[must_use]
pub fn complete(workspace: &Workspace, file: &File, offset: u32) -> Option<Completion> {
    let before = before::before(&file.source.text, offset as usize)?;
    let section = section_at(&file.tree, offset);
    let home = section.and_then(names::home);
    let header = section.and_then(|section| section.header.as_ref());
    let platform = header.is_some() && home.is_none();
    let here = Here { workspace, file, home, platform, headless: header.is_none(), offset };
    let mut prefix = before.prefix;
    let open = before.tokens.iter().rposition(|token| matches!(*token, "{" | "(" | "["));
    let labels = before.tokens.iter().rposition(|token| *token == "{");
    let items = if let Some(labels) = labels {
        labels::items(&here, before.tokens.split_at(labels))
    } else if let Some(peer) = ports::peer_before(&before.tokens, open) {
        ports::items(&here, &peer)
    } else {
        let shape = shape::shape(&before);
        let offers = table::offers(before.block, &shape.symbols);
        match prefix.split_once('/') {
            Some((namespace, name)) if !prefix.starts_with('/') => {
                prefix = name;
                let qualified = offers.iter().any(|offer| matches!(offer, Offer::Peers | Offer::Others | Offer::Own));
                if qualified { offers::of_namespace(&here, namespace) } else { Vec::new() }
            }
            _ => offers::items(&here, offers, &shape, &before),
        }
    };
    let length = u32::try_from(prefix.len()).unwrap_or_default();
    let span = Span::new(file.id, offset.saturating_sub(length), offset);
    let (items, more) = most(items, prefix);
    Some(Completion { span, rest: rest(&file.source.text, offset, before.prefix), items, more })
}

/// At most so many of each kind that fit what was typed, and whether there are more.
fn most(items: Vec<Item>, typed: &str) -> (Vec<Item>, bool) {
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    for item in &items {
        *counts.entry(item.kind).or_default() += 1;
    }
    counts.retain(|_, count| *count > MOST);
    let mut left: BTreeMap<Kind, usize> = counts.keys().map(|kind| (*kind, MOST)).collect();
    let typed = typed.to_lowercase();
    let listed = items.into_iter().filter(|item| {
        let Some(left) = left.get_mut(&item.kind) else { return true };
        let listed = *left > 0 && has_letters(&item.label, &typed);
        *left -= usize::from(listed);
        listed
    });
    (listed.collect(), !counts.is_empty())
}

/// Whether a label has these letters, in this order, with any others between them: so do editors look for what is meant.
fn has_letters(label: &str, typed: &str) -> bool {
    let mut letters = label.chars().flat_map(char::to_lowercase);
    typed.chars().all(|letter| letters.any(|other| other == letter))
}

/// How much of a word follows a place within it: all of it, and up to the first `/`.
fn rest(text: &str, offset: u32, before: &str) -> (u32, u32) {
    let behind = text.get(offset as usize..).unwrap_or_default();
    // What stands behind the beginning of a word is another one.
    let length = if before.is_empty() { 0 } else { before::rest(before, behind) };
    let word = behind.get(..length).unwrap_or_default();
    let part = if before.contains('/') { None } else { word.find('/') };
    let number = |length: usize| u32::try_from(length).unwrap_or_default();
    (number(length), number(part.map_or(length, |slash| slash + 1)))
}
