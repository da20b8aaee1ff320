//! What some of a project's sentences come to by themselves, and how such parts become one.
//!
//! Each part numbers its own sentences and subjects. Parts that are joined in the order of their sections are numbered as
//! if all had been read by one reader, one after the other: how the work was divided never shows.

use crate::diagnostic::Diagnostic;
use crate::policy::{Boundary, Isolation, Lookup, Rule, Sentence, SentenceId, Subject, SubjectId};
use indexmap::IndexSet;

/// See the module. The ids in it count from the part's own start.
#[derive(Default)]
pub(super) struct Part {
    pub sentences: Vec<Sentence>,
    pub subjects: IndexSet<Subject>,
    pub isolations: Vec<Isolation>,
    pub rules: Vec<Rule>,
    pub boundaries: Vec<Boundary>,
    pub lookups: Vec<Lookup>,
    pub diagnostics: Vec<Diagnostic>,
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
    pub fn join(parts: Vec<Self>) -> Self {
        let mut whole = Self::default();
        whole.rules.reserve_exact(parts.iter().map(|part| part.rules.len()).sum());
        whole.sentences.reserve_exact(parts.iter().map(|part| part.sentences.len()).sum());
        for part in parts {
            whole.append(part);
        }
        whole
    }

    fn append(&mut self, part: Self) {
        let before = self.next_sentence().0;
        let sentence = |id: SentenceId| SentenceId(id.0.saturating_add(before));
        let ids: Vec<SubjectId> = part.subjects.into_iter().map(|subject| self.intern(subject)).collect();
        let subject = |id: SubjectId| ids.get(id.0 as usize).copied().unwrap_or(SubjectId(u32::MAX));
        self.sentences.extend(part.sentences);
        self.isolations.extend(part.isolations.into_iter().map(|isolation| Isolation {
            subject: subject(isolation.subject),
            sentence: sentence(isolation.sentence),
            ..isolation
        }));
        self.rules.extend(part.rules.into_iter().map(|rule| Rule {
            subject: subject(rule.subject),
            sentence: sentence(rule.sentence),
            ..rule
        }));
        self.boundaries.extend(part.boundaries.into_iter().map(|boundary| Boundary {
            subject: subject(boundary.subject),
            sentence: sentence(boundary.sentence),
            ..boundary
        }));
        self.lookups.extend(part.lookups.into_iter().map(|lookup| Lookup {
            subject: subject(lookup.subject),
            sentence: sentence(lookup.sentence),
            ..lookup
        }));
        self.diagnostics.extend(part.diagnostics);
    }
}
