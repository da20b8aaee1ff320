//! Did you mean the labels of …?

use super::running::{Run, knowable, selects};
use super::written::Named;
use crate::inventory::Workload;
use crate::policy::{Op, PodSelector, Requirement};
use crate::resolve::nearest;
use crate::semantics::pods;
use smol_str::SmolStr;

/// How one label would have to be said to select the pods of a workload.
#[derive(Clone)]
pub(super) struct Near<'i> {
    /// The key that is asked for.
    pub asked: SmolStr,
    /// The key that the pods have.
    pub key: SmolStr,
    /// The value that they have there.
    pub value: SmolStr,
    /// Whose pods.
    pub workload: &'i Workload,
    kind: Kind,
}

/// How near, the nearest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// The value stands under another key.
    Key,
    /// The value is spelt nearly so.
    Spelling,
    /// One value is the other with something before or behind it: `api` and `api-server`.
    Part,
}

impl Near<'_> {
    /// Whether hardly anything else can have been meant.
    pub fn is_sure(&self) -> bool {
        self.kind != Kind::Part
    }
}

/// The nearest ways to say what selects something, all equally near, where a selector selects nothing. What another
/// declaration selects is not what this one means.
pub(super) fn near<'i>(named: &Named<'_>, runs: &[Run<'i>], others: &[Named<'_>]) -> Vec<Near<'i>> {
    let selector = &named.selector;
    let declared = |other: &&Named<'_>| other.declared && !other.selector.is_whole();
    let taken = |run: &Run<'_>| {
        let mut declared = others.iter().filter(declared);
        named.declared && declared.any(|other| !pods::apart(&other.selector, selector) && selects(&other.selector, run))
    };
    let mut found: Vec<Near<'i>> = Vec::new();
    for (without, failing) in all_but_one(selector) {
        for run in runs.iter().filter(|run| pods::matches(&without, &run.pod)) {
            found.extend(nearly(&failing, run.workload).filter(|_| !taken(run)));
        }
    }
    let Some(best) = found.iter().map(|near| near.kind).min() else { return found };
    found.retain(|near| near.kind == best);
    found.sort_by(|a, b| (&a.key, &a.value).cmp(&(&b.key, &b.value)));
    found.dedup_by(|a, b| (&a.key, &a.value) == (&b.key, &b.value));
    found
}

/// A selector that selects nothing, without each of its labels, and that label.
fn all_but_one(selector: &PodSelector) -> Vec<(PodSelector, Requirement)> {
    let selector = knowable(selector);
    let without = |(index, requirement): (usize, &Requirement)| {
        let mut without = selector.clone().into_owned();
        without.labels.0.remove(index);
        (without, requirement.clone())
    };
    selector.labels.0.iter().enumerate().map(without).collect()
}

fn nearly<'i>(failing: &Requirement, workload: &'i Workload) -> Option<Near<'i>> {
    let Op::In(wanted) = &failing.op else { return None };
    let near = |key: &SmolStr, value: &SmolStr, kind| Near {
        asked: failing.key.clone(),
        key: key.clone(),
        value: value.clone(),
        workload,
        kind,
    };
    if let Some((key, value)) =
        workload.labels.iter().find(|(key, value)| **key != failing.key && wanted.contains(value))
    {
        return Some(near(key, value, Kind::Key));
    }
    let value = workload.labels.get(&failing.key)?;
    let spelt = |wanted: &SmolStr| !nearest(wanted, std::iter::once(value.as_str())).is_empty();
    if wanted.iter().any(spelt) {
        return Some(near(&failing.key, value, Kind::Spelling));
    }
    let part = |wanted: &SmolStr| is_part(wanted, value) || is_part(value, wanted);
    wanted.iter().any(part).then(|| near(&failing.key, value, Kind::Part))
}

/// Whether a word is the beginning or the end of a longer one, up to a dash.
fn is_part(short: &str, long: &str) -> bool {
    let rest = long.strip_prefix(short).filter(|rest| rest.starts_with('-'));
    rest.or_else(|| long.strip_suffix(short).filter(|rest| rest.ends_with('-'))).is_some()
}
