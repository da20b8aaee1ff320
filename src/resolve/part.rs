//! What some of a project's sentences come to by themselves, and how such parts become one.
//!
//! Each part numbers its own sentences and subjects. Parts that are joined in the order of their sections are numbered as
//! if all had been read by one reader, one after the other: how the work was divided never shows.

use crate::diagnostic::Diagnostic;
use crate::policy::{Assertion, Boundary, Isolation, Lookup, Rule, Sentence, SentenceId, Subject, SubjectId};
use indexmap::IndexSet;
use rayon::prelude::*;

/// See the module. The ids in it count from the part's own start.
#[derive(Default)]
pub(super) struct Part {
    pub sentences: Vec<Sentence>,
    pub subjects: IndexSet<Subject>,
    pub isolations: Vec<Isolation>,
    pub rules: Vec<Rule>,
    pub boundaries: Vec<Boundary>,
    pub lookups: Vec<Lookup>,
    pub assertions: Vec<Assertion>,
    pub diagnostics: Vec<Diagnostic>,
}

/// What a part's ids become in the whole.
struct Renumbering {
    /// How many sentences come before the part's own.
    sentences: u32,
    /// The subjects, by their ids in the part.
    subjects: Vec<SubjectId>,
}

impl Renumbering {
    fn apply(&self, subject: &mut SubjectId, sentence: &mut SentenceId) {
        *subject = self.subjects.get(subject.0 as usize).copied().unwrap_or(SubjectId(u32::MAX));
        sentence.0 = sentence.0.saturating_add(self.sentences);
    }
}

impl Part {
    /// The id of a subject, which becomes one of the part's if it is not yet.
    pub fn intern(&mut self, subject: Subject) -> SubjectId {
        let (index, _) = self.subjects.insert_full(subject);
        SubjectId(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// The id of the next sentence.
    pub fn next_sentence(&self) -> SentenceId {
        SentenceId(u32::try_from(self.sentences.len()).unwrap_or(u32::MAX))
    }

    /// Joins parts in their order.
    pub fn join(mut parts: Vec<Self>) -> Self {
        let mut whole = Self::default();
        whole.subjects.reserve(parts.iter().map(|part| part.subjects.len()).sum());
        let mut numbers = Vec::with_capacity(parts.len());
        let mut sentences = 0;
        for part in &mut parts {
            let subjects = std::mem::take(&mut part.subjects).into_iter();
            numbers.push(Renumbering { sentences, subjects: subjects.map(|subject| whole.intern(subject)).collect() });
            sentences = part.next_sentence().0.saturating_add(sentences);
        }
        parts.par_iter_mut().zip(&numbers).for_each(|(part, numbers)| part.renumber(numbers));
        whole.rules.reserve_exact(parts.iter().map(|part| part.rules.len()).sum());
        whole.sentences.reserve_exact(sentences as usize);
        for part in &mut parts {
            whole.sentences.append(&mut part.sentences);
            whole.isolations.append(&mut part.isolations);
            whole.rules.append(&mut part.rules);
            whole.boundaries.append(&mut part.boundaries);
            whole.lookups.append(&mut part.lookups);
            whole.assertions.append(&mut part.assertions);
            whole.diagnostics.append(&mut part.diagnostics);
        }
        whole
    }

    fn renumber(&mut self, numbers: &Renumbering) {
        self.isolations.iter_mut().for_each(|one| numbers.apply(&mut one.subject, &mut one.sentence));
        self.rules.iter_mut().for_each(|one| numbers.apply(&mut one.subject, &mut one.sentence));
        self.boundaries.iter_mut().for_each(|one| numbers.apply(&mut one.subject, &mut one.sentence));
        self.lookups.iter_mut().for_each(|one| numbers.apply(&mut one.subject, &mut one.sentence));
        for assertion in &mut self.assertions {
            assertion.sentence.0 = assertion.sentence.0.saturating_add(numbers.sentences);
        }
    }
}
