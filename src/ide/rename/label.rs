//! `workload api` is the pods that are labelled `app: api`. Under another name it goes on to be, once that is written.

use super::super::declared::{Declarations, Symbol};
use super::super::names::{Kind, Occurrence, Role, home};
use super::super::place::{item_at, section_at};
use super::super::workspace::{File, Workspace};
use super::Refusal;
use crate::syntax::ast::{FactKind, ItemKind, LabelSelector, LabelTest, Node, Place, Requirement, Workload};
use crate::syntax::format;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// The label by which pods are a workload where no source says another, as in `resolve::cluster`.
const DEFAULT: &str = "app";

/// The labels to be written at the declarations of a workload that says none: `{ app: api }`.
///
/// # Errors
/// When clusters name workloads by different labels.
pub(super) fn needed(
    workspace: &Workspace,
    declarations: &Declarations<'_>,
    symbol: &Symbol,
) -> Result<Option<String>, Refusal> {
    let (Symbol::Own { home: Some(namespace), name } | Symbol::Foreign { namespace, name }) = symbol else {
        return Ok(None);
    };
    let named = declarations.counting(symbol).iter().any(|declared| {
        declared.kind == Kind::Workload && workload_at(declared.file, declared.occurrence).is_some_and(by_its_name)
    });
    if !named {
        return Ok(None);
    }
    let mut keys = keys(workspace, namespace);
    match (keys.pop_first(), keys.pop_first()) {
        (Some(key), None) => Ok(Some(written(&key, name))),
        (None, _) => Ok(Some(written(DEFAULT, name))),
        (Some(one), Some(other)) => Err(Refusal::LabelsDiffer { name: name.clone(), keys: vec![one, other] }),
    }
}

/// Whether a name is that of a declaration that says no labels.
pub(super) fn belongs_at(file: &File, occurrence: &Occurrence) -> bool {
    matches!(occurrence.role, Role::Declares(Kind::Workload) | Role::DeclaresForeign(_))
        && workload_at(file, occurrence).is_some_and(by_its_name)
}

fn by_its_name(workload: &Workload) -> bool {
    workload.labels.is_none() && workload.service_account.is_none()
}

fn workload_at<'f>(file: &'f File, occurrence: &Occurrence) -> Option<&'f Workload> {
    let at = occurrence.span.start;
    match &item_at(section_at(&file.tree, at)?, at)?.kind {
        ItemKind::Workload(workload) => Some(workload),
        _ => None,
    }
}

/// The labels by which pods of a namespace are workloads: the namespace's own, or one a cluster.
fn keys(workspace: &Workspace, namespace: &SmolStr) -> BTreeSet<SmolStr> {
    let files = workspace.files().filter(|file| file.homes.contains(namespace));
    let sections = files.flat_map(|file| &file.tree.sections).filter(|section| home(section) == Some(namespace));
    let own = sections.flat_map(|section| &section.items).filter_map(|item| match &item.kind {
        ItemKind::WorkloadsBy(key) => Some(key.value.clone()),
        _ => None,
    });
    let own: BTreeSet<SmolStr> = own.collect();
    if !own.is_empty() {
        return own;
    }
    let platform = workspace.files().filter(|file| file.is_platform()).flat_map(|file| &file.tree.sections);
    let platform = platform.filter(|section| section.header.is_some() && home(section).is_none());
    let clusters = platform.flat_map(|section| &section.items).filter_map(|item| match &item.kind {
        ItemKind::Cluster(cluster) => Some(cluster),
        _ => None,
    });
    let of_cluster = clusters.map(|cluster| {
        let said = cluster.facts.iter().rev().find_map(|fact| match &fact.kind {
            FactKind::WorkloadsBy(key) => Some(key.value.clone()),
            _ => None,
        });
        said.unwrap_or(SmolStr::new_static(DEFAULT))
    });
    of_cluster.collect()
}

/// A selector as the formatter spells it.
fn written(key: &str, value: &str) -> String {
    let nowhere = crate::source::Span::new(crate::source::FileId(0), 0, 0);
    let name = |text: &str| Node::new(SmolStr::from(text), nowhere);
    let requirement = Requirement { key: name(key), test: LabelTest::Is(name(value)), span: Place(nowhere) };
    let labels = LabelSelector { requirements: vec![requirement], span: Place(nowhere) };
    let workload =
        Workload { namespace: None, name: name("a"), labels: Some(labels), service_account: None, serves: Vec::new() };
    let text = format::sentence(&ItemKind::Workload(workload));
    text.strip_prefix("workload a ").unwrap_or_default().to_owned()
}
