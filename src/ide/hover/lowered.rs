//! What one sentence becomes: its own share of a policy, lowered by itself.

use crate::enforcer;
use crate::manifest::{Object, yaml};
use crate::policy::{Boundary, Effect, EnforcerName, Isolation, Origin, Policy, Rule, SentenceId, SubjectId};
use crate::source::Span;
use indexmap::IndexSet;
use std::collections::BTreeMap;

/// The objects that come of what stands at a place, as kind and name.
pub(crate) fn objects_of(policy: &Policy, span: Span) -> Vec<String> {
    let found = objects(policy, &policy.sentences_at(span));
    found.into_iter().map(|(title, _)| title).collect()
}

/// The objects that come of some sentences alone, without what is derived. Each as its kind and name, and its
/// specification as YAML, without the comments that say the sentence again.
pub(super) fn objects(policy: &Policy, sentences: &[SentenceId]) -> Vec<(String, String)> {
    let Ok(mut objects) = enforcer::lower(&share(policy, sentences)) else { return Vec::new() };
    objects.sort_by_cached_key(Object::path);
    objects.iter().map(|object| (title(object), specification(object))).collect()
}

/// The share of some sentences in a policy, with ids of its own: of a large project it is little.
fn share(policy: &Policy, sentences: &[SentenceId]) -> Policy {
    let own = |sentence: SentenceId| sentences.contains(&sentence);
    let plain = policy.cluster.enforcer == EnforcerName::Kubernetes;
    let mut share = Policy {
        project: policy.project.clone(),
        cluster: policy.cluster.clone(),
        namespaces: policy.namespaces.clone(),
        workloads: Vec::new(),
        sentences: Vec::new(),
        subjects: IndexSet::new(),
        isolations: Vec::new(),
        rules: Vec::new(),
        boundaries: Vec::new(),
        lookups: Vec::new(),
        exposures: Vec::new(),
        assertions: Vec::new(),
    };
    let mut ids = Ids { policy, sentences: BTreeMap::new() };
    for isolation in policy.isolations.iter().filter(|isolation| own(isolation.sentence)) {
        let (subject, sentence) = ids.of(&mut share, isolation.subject, isolation.sentence);
        share.isolations.push(Isolation { subject, sentence, ..isolation.clone() });
    }
    for rule in &policy.rules {
        let said = own(rule.sentence) && rule.origin != Origin::DnsCompanion;
        // There a deny is taken out of what others allow.
        if said || (plain && rule.effect == Effect::Deny) {
            let (subject, sentence) = ids.of(&mut share, rule.subject, rule.sentence);
            share.rules.push(Rule { subject, sentence, ..rule.clone() });
        }
    }
    for boundary in policy.boundaries.iter().filter(|boundary| own(boundary.sentence)) {
        let (subject, sentence) = ids.of(&mut share, boundary.subject, boundary.sentence);
        share.boundaries.push(Boundary { subject, sentence, ..boundary.clone() });
    }
    share
}

/// The ids that a share gives to what it takes over.
struct Ids<'p> {
    policy: &'p Policy,
    sentences: BTreeMap<SentenceId, SentenceId>,
}

impl Ids<'_> {
    fn of(&mut self, share: &mut Policy, subject: SubjectId, sentence: SentenceId) -> (SubjectId, SentenceId) {
        let subject = share.intern(self.policy.subject(subject).clone());
        let sentence = *self.sentences.entry(sentence).or_insert_with(|| {
            let id = SentenceId(u32::try_from(share.sentences.len()).unwrap_or(u32::MAX));
            share.sentences.push(self.policy.sentence(sentence).clone());
            id
        });
        (subject, sentence)
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
