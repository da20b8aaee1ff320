//! Selectors that select nothing that runs.

use super::near::{Near, near};
use super::running::{Running, seen};
use super::written::{Named, Written};
use crate::diagnostic::problem::fit::{FitProblem, NearLabel};
use crate::policy::{PodSelector, Policy, ValueSet};
use crate::resolve::nearest;
use crate::source::Span;
use crate::syntax::ast::LabelTest;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) fn check(policy: &Policy, running: &Running<'_>, written: &Written<'_>, found: &mut Vec<FitProblem>) {
    let mut by_other_key: BTreeMap<(SmolStr, SmolStr), Vec<(&Named<'_>, Near<'_>)>> = BTreeMap::new();
    for named in &written.named {
        let Some(namespace) = named.selector.namespaces.names.as_one() else { continue };
        if running.selected(&named.selector).is_none_or(|selected| !selected.is_empty()) {
            continue;
        }
        if let Some(problem) = other_account(named, namespace, running) {
            found.push(problem);
            continue;
        }
        let near = near(named, running.within(namespace), &written.named);
        match near.as_slice() {
            [only] if is_by_name(named) && only.key != only.asked => {
                by_other_key.entry((namespace.clone(), only.key.clone())).or_default().push((named, only.clone()));
            }
            _ => found.push(nothing(named, namespace, running, &near)),
        }
    }
    for ((namespace, key), all) in by_other_key {
        let usual = written.named.iter().any(|named| {
            is_by_name(named)
                && named.selector.namespaces.names.as_one() == Some(&namespace)
                && running.selected(&named.selector).is_some_and(|selected| !selected.is_empty())
        });
        match all.as_slice() {
            // All of a namespace's names stand under another key: that is one mistake.
            [(first, near), _, ..] if !usual => {
                let asked = near.asked.clone();
                let said = written.workloads_by(&namespace).map(|name| name.span);
                let header = policy.namespaces.get(&namespace).map_or(first.span, |declared| declared.span);
                found.push(FitProblem::OtherKey {
                    span: first.span,
                    namespace,
                    asked,
                    key,
                    count: all.len(),
                    seen: seen(near.workload),
                    said,
                    header,
                });
            }
            all => {
                for (named, near) in all {
                    found.push(nothing(named, &namespace, running, std::slice::from_ref(near)));
                }
            }
        }
    }
}

/// The names of the workloads that are near to what is said, as their manifests have them: who selects nothing may mean them.
pub(super) fn meant(found: &[FitProblem]) -> BTreeSet<Span> {
    let near = found.iter().filter_map(|problem| match problem {
        FitProblem::NoPod { near, .. } => Some(near),
        _ => None,
    });
    near.flatten().map(|near| near.seen.span).collect()
}

/// Whether its name is all that is said of a workload.
fn is_by_name(named: &Named<'_>) -> bool {
    named.governed && named.labels.is_none() && named.account.is_none()
}

/// The pods that the labels select run as another account; or, where there are no labels, a service account of nearly
/// that name is there.
fn other_account(named: &Named<'_>, namespace: &SmolStr, running: &Running<'_>) -> Option<FitProblem> {
    let written = named.account?;
    let labelled = PodSelector { service_account: ValueSet::Any, ..named.selector.clone() };
    let selected = running.selected(&labelled)?;
    let alike = |account: &SmolStr| {
        !labelled.labels.0.is_empty() || !nearest(&written.value, std::iter::once(account.as_str())).is_empty()
    };
    let mut accounts: BTreeMap<SmolStr, _> = BTreeMap::new();
    for workload in selected.into_iter().filter(|workload| alike(&workload.service_account)) {
        accounts.entry(workload.service_account.clone()).or_insert_with(|| seen(workload));
    }
    let account = written.value.clone();
    let (namespace, name) = (namespace.clone(), named.name.clone());
    (!accounts.is_empty()).then(|| FitProblem::OtherAccount {
        span: written.span,
        namespace,
        name,
        account,
        accounts: accounts.into_iter().collect(),
        labelled: !labelled.labels.0.is_empty(),
    })
}

/// Nothing is selected, and this is near.
fn nothing(named: &Named<'_>, namespace: &SmolStr, running: &Running<'_>, near: &[Near<'_>]) -> FitProblem {
    let sure = near.iter().any(Near::is_sure);
    let near = near.iter().map(|near| NearLabel {
        key: near.key.clone(),
        value: near.value.clone(),
        seen: seen(near.workload),
        edit: edit(named, near),
    });
    FitProblem::NoPod {
        span: named.span,
        namespace: namespace.clone(),
        name: named.name.clone(),
        asked: asked(&named.selector),
        sure,
        near: near.collect(),
        running: running.within(namespace).len(),
    }
}

/// What a selector asks of pods, in words.
fn asked(selector: &PodSelector) -> String {
    let mut parts: Vec<String> = selector.labels.0.iter().map(ToString::to_string).collect();
    if let Some(account) = selector.service_account.as_one() {
        parts.push(format!("serviceaccount {account}"));
    }
    parts.join(", ")
}

/// What has to be written in its place: behind the name, if there are no labels yet.
fn edit(named: &Named<'_>, near: &Near<'_>) -> Option<(Span, String)> {
    let Some(labels) = named.labels else {
        let behind = Span { start: named.span.end, ..named.span };
        let label = format!(" {{ {}: {} }}", near.key, quoted(&near.value));
        return (named.declared && named.account.is_none()).then_some((behind, label));
    };
    let requirement = labels.requirements.iter().find(|requirement| requirement.key.value == near.asked)?;
    if near.key != near.asked {
        return Some((requirement.key.span, near.key.to_string()));
    }
    match &requirement.test {
        LabelTest::Is(value) => Some((value.span, quoted(&near.value))),
        LabelTest::In(_) | LabelTest::NotIn(_) | LabelTest::Exists | LabelTest::Absent => None,
    }
}

/// A label's value as it is written.
fn quoted(value: &str) -> String {
    let plain = value.starts_with(|c: char| c.is_ascii_lowercase())
        && value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if plain && value != "true" && value != "false" { value.to_owned() } else { format!("\"{value}\"") }
}
