//! What one sentence becomes: its own share of a policy, lowered by itself.

use crate::enforcer;
use crate::manifest::{Object, yaml};
use crate::policy::{Effect, EnforcerName, Isolation, Origin, Policy, SentenceId};
use crate::source::Span;

/// The sentences that stand at a place: of a `use` block or a list there may be one for several rules.
pub(super) fn sentences_at(policy: &Policy, span: Span) -> Vec<SentenceId> {
    let ids = (0_u32..).map(SentenceId).zip(&policy.sentences);
    ids.filter(|(_, sentence)| sentence.span == span).map(|(id, _)| id).collect()
}

/// The objects that come of some sentences alone, without what is derived. Each as its kind and name, and its
/// specification as YAML, without the comments that say the sentence again.
pub(super) fn objects(policy: &Policy, sentences: &[SentenceId]) -> Vec<(String, String)> {
    let Ok(mut objects) = enforcer::lower(&share(policy, sentences)) else { return Vec::new() };
    objects.sort_by_cached_key(Object::path);
    objects.iter().map(|object| (title(object), specification(object))).collect()
}

fn share(policy: &Policy, sentences: &[SentenceId]) -> Policy {
    let own = |sentence: SentenceId| sentences.contains(&sentence);
    let plain = policy.cluster.enforcer == EnforcerName::Kubernetes;
    let rules = policy.rules.iter().filter(|rule| {
        let said = own(rule.sentence) && rule.origin != Origin::DnsCompanion;
        // There a deny is taken out of what others allow.
        said || (plain && rule.effect == Effect::Deny)
    });
    let isolations = policy.isolations.iter().filter(|isolation| own(isolation.sentence));
    let boundaries = policy.boundaries.iter().filter(|boundary| own(boundary.sentence));
    Policy {
        project: policy.project.clone(),
        cluster: policy.cluster.clone(),
        namespaces: policy.namespaces.clone(),
        workloads: Vec::new(),
        sentences: policy.sentences.clone(),
        subjects: policy.subjects.clone(),
        isolations: isolations.cloned().collect::<Vec<Isolation>>(),
        rules: rules.cloned().collect(),
        boundaries: boundaries.cloned().collect(),
        lookups: Vec::new(),
        exposures: Vec::new(),
        assertions: Vec::new(),
    }
}

/// `CiliumNetworkPolicy shop/ztp.workload.backend`
pub(crate) fn title(object: &Object) -> String {
    let metadata = object.metadata();
    match &metadata.namespace {
        Some(namespace) => format!("{} {namespace}/{}", object.kind(), metadata.name),
        None => format!("{} {}", object.kind(), metadata.name),
    }
}

fn specification(object: &Object) -> String {
    let mut text = String::new();
    yaml::write(object, &mut text);
    let lines = text.lines().skip_while(|line| !line.starts_with("spec"));
    let lines: Vec<&str> = lines.filter(|line| !line.trim_start().starts_with('#')).collect();
    lines.join("\n")
}
