//! `CiliumNetworkPolicy` and `CiliumClusterwideNetworkPolicy` back to what they mean; `NetworkPolicy` as Cilium takes it.
//!
//! ```text
//!   every object by itself ─▶ read: what the agent takes of it, or why nothing
//!   all of them together   ─▶ facts: which labels addresses get
//!   every object by itself ─▶ meaning: isolations and rules
//! ```
//!
//! Sources are named with each rule: files of cilium/cilium 1.20.2 where no version is given, or cases of
//! `cilium-verdicts`, on which Cilium's own engine was run. What is left to the defaults of the agent: pods and nodes are
//! never in an address range (`policy-cidr-match-mode`), identities have the labels that they have without `labels` and
//! with no `node-labels`, `enable-non-default-deny-policies` is on, `enable-policy` is `default`. And left aside: that
//! until 1.18 a range of length 0 is the whole world of a cluster with one address family, also if it is of the other.

mod conflict;
mod form;
mod meaning;
mod read;

use crate::enforcer::kubernetes::raise as kubernetes;
use crate::enforcer::raise::{CHUNK, Located, Origin, Problem, Raised, Scope, each, is_network_policy};
use crate::verdict::settle_look_ups;
use crate::yaml::Object;
use form::Spec;
use meaning::Meaning;
use meaning::facts::Facts;
use meaning::region::World;
use rayon::prelude::*;

/// Whether it is a policy of Cilium's.
pub fn raises(object: &Object<'_, '_>) -> bool {
    matches!(object.kind, "CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy")
        && object.api_version == "cilium.io/v2"
}

/// An object that was read.
enum Read<'n> {
    Cilium(Vec<Spec<'n>>),
    Kubernetes(kubernetes::Policy<'n>),
}

/// See [`crate::enforcer::raise()`].
pub fn raise(objects: &[Located<'_, '_>], scope: &Scope) -> Raised {
    let reading: Vec<_> = objects.par_iter().with_min_len(CHUNK).filter_map(|one| read(one, scope)).collect();
    let specs = reading.iter().filter_map(|(.., read)| match read {
        Some(Read::Cilium(specs)) => Some(specs),
        _ => None,
    });
    let facts = Facts::new(specs.flatten(), scope.version);
    let world = World { scope, facts: &facts };
    let mut all = each(&reading, |(one, origin, _, read), raised| {
        let clusterwide = one.object.kind == "CiliumClusterwideNetworkPolicy";
        let namespace = one.object.namespace.unwrap_or(&scope.default_namespace);
        let meaning = Meaning { world, origin, namespace: (!clusterwide).then_some(namespace) };
        match read {
            Some(Read::Cilium(specs)) => specs.iter().for_each(|spec| meaning.add(spec, raised)),
            Some(Read::Kubernetes(policy)) => meaning.add_network_policy(policy, raised),
            None => {}
        }
    });
    all.rules.isolate_unlabelled();
    conflict::find(&mut all.rules);
    settle_look_ups(&mut all.rules);
    all.problems = reading.into_iter().flat_map(|(_, _, problems, _)| problems).collect();
    all
}

/// Reads one object; `None` if it is of another kind.
fn read<'a>(
    one: &'a Located<'a, 'a>,
    scope: &Scope,
) -> Option<(&'a Located<'a, 'a>, Origin, Vec<Problem>, Option<Read<'a>>)> {
    let mut reading = read::Reading::new(scope);
    let read = if raises(&one.object) {
        read::object(&one.object, &mut reading).map(Read::Cilium)
    } else if is_network_policy(&one.object) {
        kubernetes::read(&one.object, &mut reading.notes).map(Read::Kubernetes)
    } else {
        return None;
    };
    let origin = Origin::new(one, scope);
    let mut problems: Vec<Problem> = Vec::new();
    let read = match read {
        Ok(read) => Some(read),
        Err(refusal) => {
            problems.push(origin.refused(refusal));
            None
        }
    };
    problems.extend(origin.dropped(reading.notes));
    Some((one, origin, problems, read))
}
