//! What can stand at a place: by the words before it on its sentence, half-typed as it may be, and the names around it.
//!
//! [`before`] reads those words, [`shape`] says them in a few symbols, [`table`] has what may follow, and [`offers`]
//! finds the names. Everything that fits is offered; which of it begins as what was typed, an editor knows better.

mod before;
mod labels;
mod offers;
mod ports;
mod shape;
mod snippets;
mod table;

use super::names;
use super::{File, Workspace, section_at};
use crate::source::Span;
use smol_str::SmolStr;
use table::Offer;

/// What can stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What it stands in for: the part of a word before the place.
    pub span: Span,
    /// What can stand there, the likeliest first.
    pub items: Vec<Item>,
}

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
}

/// What can stand at `offset`, in bytes; `None` within comments and strings.
#[must_use]
pub fn complete(workspace: &Workspace, file: &File, offset: u32) -> Option<Completion> {
    let before = before::before(&file.source.text, offset as usize)?;
    let section = section_at(&file.tree, offset);
    let home = section.and_then(names::home);
    let header = section.and_then(|section| section.header.as_ref());
    let platform = header.is_some() && home.is_none();
    let here = Here { workspace, file, home, platform, headless: header.is_none() };
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
            _ => offers::items(&here, offers, &shape, &before.tokens),
        }
    };
    let length = u32::try_from(prefix.len()).unwrap_or_default();
    Some(Completion { span: Span::new(file.id, offset.saturating_sub(length), offset), items })
}
