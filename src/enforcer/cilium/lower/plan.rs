//! Which object says what: everything of the model, by object and by spec.

use crate::policy::{
    Boundary, Direction, Effect, Isolation, Origin, Policy, Rule, Selects, Sentence, SentenceId, SubjectId,
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

impl Part {
    fn of(rule: &Rule) -> Self {
        match (&rule.effect, rule.origin, rule.direction) {
            (Effect::Deny, ..) => Self::Deny,
            (Effect::Allow { .. }, Origin::DnsCompanion, Direction::Egress) => Self::LookUps,
            (Effect::Allow { .. }, Origin::DnsCompanion, Direction::Ingress) => Self::Answers,
            (Effect::Allow { .. }, Origin::Said | Origin::PlatformGrant, _) => Self::Allow,
        }
    }
}

/// What an object is made of.
#[derive(Default)]
pub struct Plan<'p> {
    isolations: Vec<&'p Isolation>,
    rules: Vec<&'p Rule>,
    /// Its boundaries.
    pub boundaries: Vec<&'p Boundary>,
}

impl<'p> Plan<'p> {
    fn is_empty(&self) -> bool {
        self.isolations.is_empty() && self.rules.is_empty() && self.boundaries.is_empty()
    }

    fn append(&mut self, mut other: Self) {
        self.isolations.append(&mut other.isolations);
        self.rules.append(&mut other.rules);
        self.boundaries.append(&mut other.boundaries);
    }

    /// Its specs, but for those of boundaries.
    pub fn specs(&self, policy: &'p Policy) -> IndexMap<SpecKey<'p>, Content<'p>> {
        let mut specs: IndexMap<SpecKey<'p>, Content<'p>> = IndexMap::new();
        for isolation in &self.isolations {
            let sentence = Some(policy.sentence(isolation.sentence).id().as_str());
            let key = SpecKey { subject: isolation.subject, sentence, part: Part::Isolation };
            let content = specs.entry(key).or_default();
            content.sentences.push(isolation.sentence);
            content.isolates.push(isolation.direction);
        }
        for rule in &self.rules {
            let part = Part::of(rule);
            let derived = matches!(part, Part::LookUps | Part::Answers);
            let belongs_to_all = derived && policy.subject(rule.subject).namespace.is_some();
            let sentence = (!belongs_to_all).then(|| policy.sentence(rule.sentence).id().as_str());
            let content = specs.entry(SpecKey { subject: rule.subject, sentence, part }).or_default();
            content.sentences.push(rule.sentence);
            content.rules.push(rule);
        }
        specs
    }
}

/// Sorts a policy by object.
pub fn plans(policy: &Policy) -> IndexMap<Place<'_>, Plan<'_>> {
    let of_subjects = policy.subjects.iter().map(|_| Plan::default()).collect();
    let mut plans = Plans { policy, of_subjects, others: IndexMap::new() };
    for isolation in &policy.isolations {
        let subject = policy.subject(isolation.subject);
        let plan = match (&subject.namespace, &subject.selects) {
            (Some(namespace), Selects::Pods(pods)) if pods.is_whole() => {
                plans.others.entry(Place::DefaultDeny { namespace }).or_default()
            }
            _ => plans.plan(isolation.subject, isolation.sentence),
        };
        plan.isolations.push(isolation);
    }
    for rule in &policy.rules {
        plans.plan(rule.subject, rule.sentence).rules.push(rule);
    }
    for boundary in &policy.boundaries {
        plans.plan(boundary.subject, boundary.sentence).boundaries.push(boundary);
    }
    plans.by_place()
}

/// The plans so far.
struct Plans<'p> {
    policy: &'p Policy,
    /// By the ids of subjects in namespaces: found without a look at their names, of which some may have the same.
    of_subjects: Vec<Plan<'p>>,
    others: IndexMap<Place<'p>, Plan<'p>>,
}

impl<'p> Plans<'p> {
    /// The plan for what a sentence says of a subject.
    fn plan(&mut self, subject: SubjectId, sentence: SentenceId) -> &mut Plan<'p> {
        match self.of_subjects.get_mut(subject.0 as usize) {
            Some(plan) if self.policy.subject(subject).namespace.is_some() => plan,
            _ => {
                let stem = stem(self.policy, self.policy.sentence(sentence));
                self.others.entry(Place::Clusterwide { stem }).or_default()
            }
        }
    }

    fn by_place(self) -> IndexMap<Place<'p>, Plan<'p>> {
        let mut places = self.others;
        for (subject, plan) in self.policy.subjects.iter().zip(self.of_subjects) {
            if let (Some(namespace), false) = (&subject.namespace, plan.is_empty()) {
                places.entry(Place::Subject { namespace, name: &subject.name }).or_default().append(plan);
            }
        }
        places
    }
}

/// The stem of a cluster-wide object's name: the project, the sentence and a part of its id.
fn stem(policy: &Policy, sentence: &Sentence) -> String {
    let id = sentence.id().strip_prefix("ztp-").unwrap_or(sentence.id());
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
