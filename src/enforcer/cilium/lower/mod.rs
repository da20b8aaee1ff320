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

use super::capability::{TABLE, WORLD_BY_FAMILY};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::boundary::BoundaryProblem;
use crate::enforcer::capability::{Feature, obstacle};
use crate::enforcer::object;
use crate::manifest::cilium::{Policy as Manifest, Spec};
use crate::manifest::{Comment, Object};
use crate::policy::Policy;
use plan::{Place, Plan, plans};
use rayon::prelude::*;

/// See [`crate::enforcer::lower`].
///
/// # Errors
/// What keeps a boundary from being exact.
pub fn lower(policy: &Policy) -> Result<Vec<Object>, Vec<Diagnostic>> {
    let logs = obstacle(TABLE, Feature::LogValue, &policy.cluster).is_none();
    let plans: Vec<_> = plans(policy).into_iter().collect();
    let objects = plans.par_iter().map(|(place, plan)| object(policy, place, plan, logs));
    let objects: Result<Vec<Option<Object>>, Vec<BoundaryProblem>> = objects.collect();
    match objects {
        Ok(objects) => Ok(objects.into_iter().flatten().collect()),
        Err(problems) => Err(problems.into_iter().map(Diagnostic::from).collect()),
    }
}

/// One object; `None` if no flow is left for it to be about.
fn object(
    policy: &Policy,
    place: &Place<'_>,
    plan: &Plan<'_>,
    logs: bool,
) -> Result<Option<Object>, Vec<BoundaryProblem>> {
    let log = |id: &str| logs.then(|| id.to_owned());
    let contents = plan.specs(policy);
    let mut specs: Vec<(&str, Spec)> = Vec::with_capacity(contents.len());
    for (key, content) in &contents {
        if let Some((text, mut spec)) = spec::spec(policy, key, content) {
            spec.log = key.sentence.and_then(log);
            specs.push((text, spec));
        }
    }
    for boundary in &plan.boundaries {
        let sentence = policy.sentence(boundary.sentence);
        for mut spec in boundary::specs(policy, boundary)? {
            spec.log = log(sentence.id());
            specs.push((&sentence.text, spec));
        }
    }
    specs.sort();
    specs.dedup();
    let mut specs: Vec<Spec> = specs.into_iter().map(|(_, spec)| spec).collect();
    if policy.cluster.version < WORLD_BY_FAMILY {
        for spec in &mut specs {
            let lists = [&mut spec.ingress, &mut spec.ingress_deny, &mut spec.egress, &mut spec.egress_deny];
            lists.into_iter().flatten().for_each(|rule| peer::halve(&mut rule.peers));
        }
    }
    if specs.is_empty() {
        return Ok(None);
    }
    let manifest = |stem: &str, namespace| Manifest {
        comment: Comment::new(),
        metadata: object::metadata(policy, stem, namespace),
        specs,
    };
    Ok(Some(match place {
        Place::DefaultDeny { namespace } => Object::CiliumNetworkPolicy(manifest("default-deny", Some(namespace))),
        Place::Subject { namespace, name } => Object::CiliumNetworkPolicy(manifest(name, Some(namespace))),
        Place::Clusterwide { stem } => Object::CiliumClusterwideNetworkPolicy(manifest(stem, None)),
    }))
}
