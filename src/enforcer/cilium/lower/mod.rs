//! The model as `CiliumNetworkPolicy` and `CiliumClusterwideNetworkPolicy` objects.
//!
//! A subject in a namespace has one object with a spec a sentence; what isolates a whole namespace has an object of
//! its own; a cluster-wide sentence has one object. Within an object everything is sorted by the sentence's text and
//! then by content, and what says the same is said once, so the order of the sources never shows.
//!
//! Invariants: a spec isolates only where an isolation says so (an allow is lowered only for isolated ends, which
//! `derive` sees to; a deny switches default deny off in both directions); no list is ever empty.

mod boundary;
mod http;
mod peer;
mod plan;
mod port;
mod spec;
mod traffic;

pub(super) use boundary::specs as boundary_specs;
pub(super) use http::rules as http_rules;

use super::capability::TABLE;
use crate::enforcer::capability::{Feature, obstacle};
use crate::enforcer::object;
use crate::manifest::cilium::{Policy as Manifest, Spec};
use crate::manifest::{Comment, Object};
use crate::policy::Policy;
use plan::{Place, Plan, plans};
use rayon::prelude::*;

/// See [`crate::enforcer::lower`].
#[must_use]
pub fn lower(policy: &Policy) -> Vec<Object> {
    let logs = obstacle(TABLE, Feature::LogValue, &policy.cluster).is_none();
    let plans: Vec<_> = plans(policy).into_iter().collect();
    plans.par_iter().filter_map(|(place, plan)| object(policy, place, plan, logs)).collect()
}

/// One object; `None` if no flow is left for it to be about.
fn object(policy: &Policy, place: &Place<'_>, plan: &Plan<'_>, logs: bool) -> Option<Object> {
    let log = |id: &str| logs.then(|| id.to_owned());
    let mut specs: Vec<(&str, Spec)> = Vec::with_capacity(plan.specs.len());
    for (key, content) in &plan.specs {
        if let Some((text, mut spec)) = spec::spec(policy, key, content) {
            spec.log = key.sentence.and_then(log);
            specs.push((text, spec));
        }
    }
    for boundary in &plan.boundaries {
        let sentence = policy.sentence(boundary.sentence);
        for mut spec in boundary::specs(policy, boundary).unwrap_or_default() {
            spec.log = log(&sentence.id);
            specs.push((&sentence.text, spec));
        }
    }
    specs.sort();
    specs.dedup();
    let specs: Vec<Spec> = specs.into_iter().map(|(_, spec)| spec).collect();
    if specs.is_empty() {
        return None;
    }
    let manifest = |stem: &str, namespace| Manifest {
        comment: Comment::new(),
        metadata: object::metadata(policy, stem, namespace),
        specs,
    };
    Some(match place {
        Place::DefaultDeny { namespace } => Object::CiliumNetworkPolicy(manifest("default-deny", Some(namespace))),
        Place::Subject { namespace, name } => Object::CiliumNetworkPolicy(manifest(name, Some(namespace))),
        Place::Clusterwide { stem } => Object::CiliumClusterwideNetworkPolicy(manifest(stem, None)),
    })
}
