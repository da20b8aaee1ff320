//! Which pods the declared workloads are.

use super::cluster::Facts;
use super::labels;
use super::scope::Scope;
use crate::policy::{self, LabelSelector, PodSelector, ValueSet};
use crate::syntax::ast::Workload;
use smol_str::SmolStr;

/// The pods of a workload: by its own labels, its service account or both; else by the label that names workloads.
pub(super) fn selector(scope: &Scope<'_>, facts: &Facts<'_>, namespace: &SmolStr, workload: &Workload) -> PodSelector {
    let by = || {
        let own = scope.namespaces.get(namespace).and_then(|scope| scope.workloads_by);
        own.map_or_else(|| facts.cluster.workload_label.clone(), |key| key.value.clone())
    };
    let labels = match (&workload.labels, &workload.service_account) {
        (Some(labels), _) => labels::resolve(labels),
        (None, Some(_)) => LabelSelector::default(),
        (None, None) => LabelSelector::is(by(), workload.name.value.clone()),
    };
    let service_account = match &workload.service_account {
        Some(account) => ValueSet::one(account.value.clone()),
        None => ValueSet::Any,
    };
    PodSelector { service_account, ..PodSelector::labelled(namespace.clone(), labels) }
}

/// Every declared workload, by namespace and name.
pub(super) fn all(scope: &Scope<'_>, facts: &Facts<'_>) -> Vec<policy::Workload> {
    let model = |namespace: &SmolStr, workload: &Workload, governed| policy::Workload {
        namespace: namespace.clone(),
        name: workload.name.value.clone(),
        selector: selector(scope, facts, namespace, workload),
        governed,
        serves: !workload.serves.is_empty(),
        span: workload.name.span,
    };
    let own = scope.read_namespaces().flat_map(|(namespace, declared)| {
        declared.names.workloads.values().map(move |workload| model(namespace, workload, true))
    });
    let foreign = scope.foreign.iter().map(|((namespace, _), workload)| model(namespace, workload, false));
    let mut all: Vec<policy::Workload> = own.chain(foreign).collect();
    all.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    all
}
