//! The paths of requests that a project names already: of whom the sentence asks, as far as it says so.

use super::before::Block;
use super::{Here, Item, Kind};
use crate::ide::names::home;
use crate::ide::{File, touches};
use crate::syntax::ast::{Action, ItemKind, Peer, PeerKind, Peers, Request};
use std::collections::BTreeMap;

/// Those that the object exposes first, then those that others ask for. Where no object is said yet it is everybody of this
/// namespace.
pub(super) fn items(here: &Here<'_>, block: Block) -> Vec<Item> {
    let said = object(here, block);
    let (namespace, name) = match said.map(|said| said.split_once('/').unwrap_or(("", said))) {
        Some(("", name)) => (here.home.map(|home| home.as_str()), Some(name)),
        Some((namespace, name)) => (Some(namespace), Some(name)),
        None => (here.home.map(|home| home.as_str()), None),
    };
    let Some(namespace) = namespace else { return Vec::new() };
    let object = Object { namespace, name };
    let near = |file: &&std::sync::Arc<File>| {
        let names = file.homes.iter().chain(&file.mentions);
        names.into_iter().any(|known| known == namespace)
    };
    let mut found: BTreeMap<&str, bool> = BTreeMap::new();
    for file in here.workspace.files().filter(near) {
        for section in &file.tree.sections {
            let within = home(section).map(|home| home.as_str());
            for (request, exposed) in section.items.iter().flat_map(|item| object.requests(&item.kind, within)) {
                let span = request.path.span;
                let path = file.source.text.get(span.start as usize..span.end as usize).unwrap_or_default();
                // What is being written is no news.
                let is_here = span.file == here.file.id && touches(span, here.offset);
                if path.starts_with('/') && !is_here {
                    *found.entry(path).or_default() |= exposed;
                }
            }
        }
    }
    let mut found: Vec<(&str, bool)> = found.into_iter().collect();
    found.sort_by_key(|(path, exposed)| (!exposed, *path));
    let item = |(path, exposed): (&str, bool)| {
        let detail = if exposed { "exposed" } else { "asked for already" };
        Item { label: path.to_owned(), kind: Kind::Path, detail: detail.to_owned(), insert: None }
    };
    found.into_iter().map(item).collect()
}

/// The first object of the sentence: in a block it stands before it, else behind the place.
fn object<'t>(here: &Here<'t>, block: Block) -> Option<&'t str> {
    let (before, behind) = here.file.source.text.split_at_checked(here.offset as usize)?;
    let after = match block {
        Block::Requests => before.rsplit_once(" use ")?.1,
        Block::Sentences | Block::Facts => behind.lines().next()?.split_once(" on ")?.1,
    };
    let end = after.find(|c: char| c.is_whitespace() || matches!(c, ':' | ',' | '{' | '(' | ';'));
    after.get(..end.unwrap_or(after.len())).filter(|name| !name.is_empty())
}

/// Of whom is asked: without a name anybody of the namespace.
struct Object<'t> {
    namespace: &'t str,
    name: Option<&'t str>,
}

impl Object<'_> {
    /// The requests of an item that are asked of it, and whether it exposes them. `within` is the item's namespace.
    fn requests<'i>(&self, item: &'i ItemKind, within: Option<&str>) -> Vec<(&'i Request, bool)> {
        match item {
            ItemKind::May(may) => match &may.action.value {
                Action::Request { request, objects } if self.is_in(objects, within) => vec![(request, false)],
                Action::Use(asked) if self.is_in(&asked.objects, within) => {
                    asked.requests.iter().map(|line| (&line.request, false)).collect()
                }
                _ => Vec::new(),
            },
            ItemKind::Expose(expose) if self.is_in(&expose.objects, within) => {
                expose.request.iter().map(|request| (&**request, true)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn is_in(&self, objects: &Peers, within: Option<&str>) -> bool {
        objects.items.iter().any(|peer| self.is(peer, within))
    }

    fn is(&self, peer: &Peer, within: Option<&str>) -> bool {
        let named = |name: &str| self.name.is_none_or(|wanted| wanted == name);
        match &peer.kind {
            PeerKind::Name(name) => within == Some(self.namespace) && named(&name.value),
            PeerKind::Qualified { namespace, name } => namespace.value == self.namespace && named(&name.value),
            PeerKind::Several(members) => members.iter().any(|member| self.is(member, within)),
            _ => false,
        }
    }
}
