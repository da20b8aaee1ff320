//! Keys and values of labels, as the project has them.

use super::{Here, Item, Kind};
use crate::ide::File;
use crate::ide::names::selectors_of;
use crate::syntax::ast::{self, FactKind, ItemKind, LabelSelector, LabelTest};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many declarations and sentences of other files are looked at; the own file and platform files come first.
const MAX_ITEMS: usize = 20_000;

/// What labels are of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Pods,
    Namespaces,
    Nodes,
}

/// The keys that are known, or the values of the key that was written; `tokens` are those before the brace and from it.
pub(super) fn items(here: &Here<'_>, tokens: (&[&str], &[&str])) -> Vec<Item> {
    let (before, within) = tokens;
    let of = match before.first() {
        Some(&("namespace" | "namespaces")) => Of::Namespaces,
        Some(&"nodes") => Of::Nodes,
        _ => Of::Pods,
    };
    let known = known(here, of);
    let open = within.contains(&"(");
    let last =
        within.iter().rposition(|token| matches!(*token, "{" | ",") && !(open && *token == ",")).unwrap_or_default();
    let requirement = within.get(last + 1..).unwrap_or_default();
    match requirement {
        [] => known.keys().map(|key| item(key, Kind::LabelKey, "label")).collect(),
        [key, ":"] | [key, "in" | "not", ..] if open || requirement.last() == Some(&":") => {
            let values = known.get(key.trim_start_matches('!')).into_iter().flatten();
            values.map(|value| item(value, Kind::LabelValue, key)).collect()
        }
        [_] => ["in", "not in"].iter().map(|word| item(word, Kind::Keyword, "one of several values")).collect(),
        _ => Vec::new(),
    }
}

fn item(label: &str, kind: Kind, detail: &str) -> Item {
    Item { label: label.to_owned(), kind, detail: detail.to_owned(), insert: None }
}

/// Every key that is said of such things, with its values.
fn known<'w>(here: &Here<'w>, of: Of) -> BTreeMap<&'w str, BTreeSet<&'w str>> {
    let mut found = BTreeMap::new();
    let own = here.workspace.file(here.file.id);
    let platform = here.workspace.files().filter(|file| file.is_platform());
    let mut left = MAX_ITEMS;
    for file in own.into_iter().chain(platform).chain(here.workspace.files()) {
        add(file, of, &mut left, &mut found);
    }
    if of == Of::Pods && found.is_empty() {
        found.insert("app", BTreeSet::new());
    }
    found
}

fn add<'w>(file: &'w Arc<File>, of: Of, left: &mut usize, found: &mut BTreeMap<&'w str, BTreeSet<&'w str>>) {
    for item in file.tree.sections.iter().flat_map(|section| &section.items) {
        let Some(less) = left.checked_sub(1) else { return };
        *left = less;
        let is_of = match &item.kind {
            ItemKind::NamespaceDecl(_) | ItemKind::NamespaceSet(_) => Of::Namespaces,
            ItemKind::NodeSet(_) => Of::Nodes,
            ItemKind::WorkloadsBy(key) if of == Of::Pods => {
                found.entry(key.value.as_str()).or_default();
                continue;
            }
            ItemKind::Cluster(cluster) if of == Of::Pods => {
                let keys = cluster.facts.iter().filter_map(|fact| match &fact.kind {
                    FactKind::WorkloadsBy(key) => Some(key.value.as_str()),
                    _ => None,
                });
                keys.for_each(|key| {
                    found.entry(key).or_default();
                });
                continue;
            }
            _ => Of::Pods,
        };
        if is_of == of {
            selectors_of(&item.kind).into_iter().for_each(|labels| add_labels(labels, found));
        }
    }
}

fn add_labels<'w>(labels: &'w LabelSelector, found: &mut BTreeMap<&'w str, BTreeSet<&'w str>>) {
    for ast::Requirement { key, test, .. } in &labels.requirements {
        let values = found.entry(key.value.as_str()).or_default();
        match test {
            LabelTest::Is(value) => {
                values.insert(value.value.as_str());
            }
            LabelTest::In(several) | LabelTest::NotIn(several) => {
                values.extend(several.iter().map(|value: &ast::Name| SmolStr::as_str(&value.value)));
            }
            LabelTest::Exists | LabelTest::Absent => {}
        }
    }
}
