//! Which object says what: everything of the model, by object and by spec.

use crate::policy::{
    self, Boundary, Direction, Effect, Origin, Policy, Rule, Selects, Sentence, SentenceId, SubjectId, ValueSet,
};
use indexmap::IndexMap;

/// An object.
#[derive(PartialEq, Eq, Hash)]
pub enum Place<'p> {
    /// What isolates all pods of a namespace.
    DefaultDeny {
        /// The namespace.
        namespace: &'p str,
    },
    /// A subject's, in its namespace.
    Subject {
        /// The namespace.
        namespace: &'p str,
        /// The stem of the object's name.
        name: &'p str,
    },
    /// A cluster-wide sentence's, and of those whose names would be the same.
    Clusterwide {
        /// The stem of the object's name.
        stem: String,
    },
}

/// What makes one spec: the rules that a sentence, or the derivation, has for a subject.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpecKey<'p> {
    /// Whose.
    pub subject: SubjectId,
    /// The sentence's id, which sentences that say the same share; `None` for what is derived in a namespace.
    pub sentence: Option<&'p str>,
    /// What it does.
    pub part: Part,
}

/// What a spec does.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// It isolates.
    Isolation,
    /// It allows what a sentence says.
    Allow,
    /// It denies.
    Deny,
    /// It allows look-ups, which are derived.
    LookUps,
    /// It allows look-ups to reach a DNS server, which is derived.
    Answers,
}

/// What a spec is made of.
#[derive(Default)]
pub struct Content<'p> {
    /// The sentences behind it; several if they say the same, or if it is derived.
    pub sentences: Vec<SentenceId>,
    /// The directions that it isolates.
    pub isolates: Vec<Direction>,
    /// The half-rules.
    pub rules: Vec<&'p Rule>,
}

/// What an object is made of.
#[derive(Default)]
pub struct Plan<'p> {
    /// Its specs, but for those of boundaries.
    pub specs: IndexMap<SpecKey<'p>, Content<'p>>,
    /// Its boundaries.
    pub boundaries: Vec<&'p Boundary>,
}

/// Sorts a policy by object.
pub fn plans(policy: &Policy) -> IndexMap<Place<'_>, Plan<'_>> {
    let mut plans: IndexMap<Place<'_>, Plan<'_>> = IndexMap::new();
    for isolation in &policy.isolations {
        let subject = policy.subject(isolation.subject);
        let place = match &subject.namespace {
            Some(namespace) if is_whole_namespace(&subject.selects) => Place::DefaultDeny { namespace },
            _ => place(policy, isolation.subject, isolation.sentence),
        };
        let sentence = Some(policy.sentence(isolation.sentence).id.as_str());
        let key = SpecKey { subject: isolation.subject, sentence, part: Part::Isolation };
        let content = plans.entry(place).or_default().specs.entry(key).or_default();
        content.sentences.push(isolation.sentence);
        content.isolates.push(isolation.direction);
    }
    for rule in &policy.rules {
        let part = match (&rule.effect, rule.origin) {
            (Effect::Deny, _) => Part::Deny,
            (Effect::Allow { .. }, Origin::DnsCompanion) => match rule.direction {
                Direction::Egress => Part::LookUps,
                Direction::Ingress => Part::Answers,
            },
            (Effect::Allow { .. }, Origin::Said | Origin::PlatformGrant) => Part::Allow,
        };
        let place = place(policy, rule.subject, rule.sentence);
        let derived = matches!(part, Part::LookUps | Part::Answers);
        let belongs_to_all = derived && matches!(place, Place::Subject { .. });
        let sentence = (!belongs_to_all).then(|| policy.sentence(rule.sentence).id.as_str());
        let key = SpecKey { subject: rule.subject, sentence, part };
        let content = plans.entry(place).or_default().specs.entry(key).or_default();
        content.sentences.push(rule.sentence);
        content.rules.push(rule);
    }
    for boundary in &policy.boundaries {
        let place = place(policy, boundary.subject, boundary.sentence);
        plans.entry(place).or_default().boundaries.push(boundary);
    }
    plans
}

fn place(policy: &Policy, subject: SubjectId, sentence: SentenceId) -> Place<'_> {
    let policy::Subject { namespace, name, .. } = policy.subject(subject);
    match namespace {
        Some(namespace) => Place::Subject { namespace, name },
        None => Place::Clusterwide { stem: stem(policy, policy.sentence(sentence)) },
    }
}

/// The stem of a cluster-wide object's name: the project, the sentence and a part of its id.
fn stem(policy: &Policy, sentence: &Sentence) -> String {
    let id = sentence.id.strip_prefix("ztp-").unwrap_or(&sentence.id);
    let parts = [policy.project.as_deref().unwrap_or_default(), &slug(&sentence.text), id.get(..6).unwrap_or(id)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
}

/// A sentence as part of a name: lower-case letters, digits and single dashes, at most 60 of them.
fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(60);
    for c in text.chars() {
        let c = c.to_ascii_lowercase();
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
        if slug.len() >= 60 {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

fn is_whole_namespace(selects: &Selects) -> bool {
    match selects {
        Selects::Pods(pods) => pods.labels.0.is_empty() && pods.service_account == ValueSet::Any,
        Selects::Nodes(_) => false,
    }
}
