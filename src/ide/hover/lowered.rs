//! What one sentence becomes: its own share of a policy, lowered by itself.

use crate::enforcer;
use crate::manifest::{Object, yaml};
use crate::policy::{Boundary, Effect, EnforcerName, Isolation, Origin, Policy, Rule, SentenceId, SubjectId};
use crate::source::Span;
use indexmap::IndexSet;
use std::collections::BTreeMap;

/// The objects that come of what stands at some places, as kind and name: of each place its own.
pub(crate) fn objects_of(policy: &Policy, places: &[Span]) -> Vec<Vec<String>> {
    let numbers: BTreeMap<Span, usize> = places.iter().copied().zip(0..).collect();
    let mut groups: Vec<Vec<SentenceId>> = vec![Vec::new(); places.len()];
    for (id, sentence) in (0..).map(SentenceId).zip(&policy.sentences) {
        if let Some(group) = numbers.get(&sentence.span).and_then(|number| groups.get_mut(*number)) {
            group.push(id);
        }
    }
    let titles = |share: Policy| lowered(&share).iter().map(title).collect();
    shares(policy, &groups).into_iter().map(titles).collect()
}

/// The objects that come of some sentences alone, without what is derived. Each as its kind and name, and its
/// specification as YAML, without the comments that say the sentence again.
pub(super) fn objects(policy: &Policy, sentences: &[SentenceId]) -> Vec<(String, String)> {
    let objects = shares(policy, &[sentences.to_vec()]).into_iter().flat_map(|share| lowered(&share));
    objects.map(|object| (title(&object), specification(&object))).collect()
}

fn lowered(share: &Policy) -> Vec<Object> {
    let mut objects = enforcer::lower(share).unwrap_or_default();
    objects.sort_by_cached_key(Object::path);
    objects
}

/// The share of each group of sentences in a policy, with ids of its own: of a large project it is little.
fn shares(policy: &Policy, groups: &[Vec<SentenceId>]) -> Vec<Policy> {
    let numbered = groups.iter().enumerate();
    let number_of: BTreeMap<SentenceId, usize> =
        numbered.flat_map(|(number, group)| group.iter().map(move |sentence| (*sentence, number))).collect();
    let empty = || Policy {
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
    let mut shares: Vec<Share<'_>> =
        groups.iter().map(|_| Share { of: policy, policy: empty(), sentences: BTreeMap::new() }).collect();
    for isolation in &policy.isolations {
        if let Some(share) = number_of.get(&isolation.sentence).and_then(|number| shares.get_mut(*number)) {
            let (subject, sentence) = share.ids(isolation.subject, isolation.sentence);
            share.policy.isolations.push(Isolation { subject, sentence, ..isolation.clone() });
        }
    }
    let plain = policy.cluster.enforcer == EnforcerName::Kubernetes;
    for rule in &policy.rules {
        let number = number_of.get(&rule.sentence).filter(|_| rule.origin != Origin::DnsCompanion).copied();
        // There a deny is taken out of what others allow.
        let everywhere = plain && rule.effect == Effect::Deny;
        let several = if everywhere { 0..shares.len() } else { number.map_or(0..0, |number| number..number + 1) };
        for share in shares.get_mut(several).into_iter().flatten() {
            let (subject, sentence) = share.ids(rule.subject, rule.sentence);
            share.policy.rules.push(Rule { subject, sentence, ..rule.clone() });
        }
    }
    for boundary in &policy.boundaries {
        if let Some(share) = number_of.get(&boundary.sentence).and_then(|number| shares.get_mut(*number)) {
            let (subject, sentence) = share.ids(boundary.subject, boundary.sentence);
            share.policy.boundaries.push(Boundary { subject, sentence, ..boundary.clone() });
        }
    }
    shares.into_iter().map(|share| share.policy).collect()
}

/// A part of a policy while it is filled, and the ids that it gives to what it takes over.
struct Share<'p> {
    of: &'p Policy,
    policy: Policy,
    sentences: BTreeMap<SentenceId, SentenceId>,
}

impl Share<'_> {
    fn ids(&mut self, subject: SubjectId, sentence: SentenceId) -> (SubjectId, SentenceId) {
        let subject = self.policy.intern(self.of.subject(subject).clone());
        let (of, own) = (self.of, &mut self.policy.sentences);
        let sentence = *self.sentences.entry(sentence).or_insert_with(|| {
            let id = SentenceId(u32::try_from(own.len()).unwrap_or(u32::MAX));
            own.push(of.sentence(sentence).clone());
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
