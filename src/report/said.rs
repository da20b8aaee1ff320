//! Sentences as a report shows them: with place, owner, reason and date.

use super::{Expiry, Place, SOON, Said, Waiver};
use crate::policy::{Policy, SentenceId};
use crate::source::{FileId, LineIndex, SourceFile, Sources, Span};
use crate::syntax;
use crate::syntax::ast::{Clauses, Comment, Date, Item, Tree};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The files, and what stands in them beside sentences.
pub(super) struct Book<'s> {
    sources: &'s Sources,
    /// Every file's tree.
    pub trees: Vec<Tree>,
    lines: BTreeMap<FileId, LineIndex>,
    /// Documentation by where its item begins: the item's end, and the text.
    comments: BTreeMap<(FileId, u32), (u32, String)>,
    today: Option<Date>,
}

impl<'s> Book<'s> {
    /// Of these files.
    pub fn new(sources: &'s Sources, today: Option<Date>) -> Self {
        let files: Vec<(FileId, &SourceFile)> = sources.iter().collect();
        let trees: Vec<Tree> = files.par_iter().map(|(file, source)| syntax::parse(*file, &source.text).tree).collect();
        let lines = sources.iter().map(|(file, source)| (file, LineIndex::new(&source.text))).collect();
        let mut comments = BTreeMap::new();
        for item in trees.iter().flat_map(items) {
            let Span { file, start, end } = item.span.0;
            comments.extend(documentation(&item.comments).map(|text| ((file, start), (end, text))));
        }
        Self { sources, trees, lines, comments, today }
    }

    /// Where something begins.
    pub fn place(&self, span: Span) -> Place {
        let file = self.sources.get(span.file);
        let line =
            file.zip(self.lines.get(&span.file)).map(|(file, lines)| lines.line_column(&file.text, span.start).line);
        Place { path: file.map(|file| file.path.clone()).unwrap_or_default(), line: line.unwrap_or(1) }
    }

    /// A sentence of a policy.
    pub fn said(&self, policy: &Policy, id: SentenceId) -> Said {
        let sentence = policy.sentence(id);
        let namespace = sentence.namespace.as_deref();
        let owner = namespace.and_then(|name| policy.namespaces.get(name)).and_then(|known| known.owner.as_deref());
        let until = sentence.until.as_deref();
        let Place { path, line } = self.place(sentence.span);
        Said {
            sentence: sentence.text.to_string(),
            path,
            line,
            namespace: namespace.map(str::to_owned),
            owner: owner.map(str::to_owned),
            comment: self.comment(sentence.span),
            because: sentence.because.as_deref().map(str::to_owned),
            until: until.map(str::to_owned),
            expiry: until.and_then(Date::parse).and_then(|until| self.expiry(until)),
        }
    }

    /// An item that is no sentence of a policy, such as a waiver.
    pub fn item(&self, item: &Item, text: String, namespace: Option<&str>, clauses: &Clauses) -> Said {
        let Place { path, line } = self.place(item.span.0);
        let until = clauses.until.as_ref().map(|until| until.value);
        Said {
            sentence: text,
            path,
            line,
            namespace: namespace.map(str::to_owned),
            owner: None,
            comment: self.comment(item.span.0),
            because: clauses.because.as_ref().map(|because| because.value.to_string()),
            until: until.map(|until| until.to_string()),
            expiry: until.and_then(|until| self.expiry(until)),
        }
    }

    /// The sentences with these ids, each place once, in the order of the places.
    pub fn all(&self, policy: &Policy, ids: impl IntoIterator<Item = SentenceId>) -> Vec<Said> {
        let mut all: Vec<Said> = ids.into_iter().map(|id| self.said(policy, id)).collect();
        in_order(&mut all);
        all
    }

    /// The documentation of the item that a span lies in.
    fn comment(&self, span: Span) -> Option<String> {
        let ((file, _), (end, text)) = self.comments.range(..=(span.file, span.start)).next_back()?;
        (*file == span.file && span.end <= *end).then(|| text.clone())
    }

    fn expiry(&self, until: Date) -> Option<Expiry> {
        let today = self.today?;
        Some(if until < today {
            Expiry::Past
        } else if until <= later(today, SOON) {
            Expiry::Soon
        } else {
            Expiry::Later
        })
    }
}

/// Every item of a file.
pub(super) fn items(tree: &Tree) -> impl Iterator<Item = &Item> {
    tree.sections.iter().flat_map(|section| &section.items)
}

impl Said {
    /// By what sentences are in order: their place.
    pub(super) fn order(&self) -> (&str, u32, &str) {
        (&self.path, self.line, &self.sentence)
    }
}

/// By place, each once.
pub(super) fn in_order(all: &mut Vec<Said>) {
    all.sort_by(|a, b| a.order().cmp(&b.order()));
    all.dedup();
}

/// The sentences and waivers whose last day has passed or soon comes, the nearest first.
pub(super) fn expiring(book: &Book<'_>, policy: &Policy, waivers: &[Waiver]) -> Vec<Said> {
    let dated = (0_u32..).map(SentenceId).zip(&policy.sentences).filter(|(_, sentence)| sentence.until.is_some());
    let mut all: Vec<Said> = dated.map(|(id, _)| book.said(policy, id)).collect();
    all.extend(waivers.iter().map(|waiver| waiver.said.clone()));
    all.retain(|said| matches!(said.expiry, Some(Expiry::Past | Expiry::Soon)));
    in_order(&mut all);
    all.sort_by(|a, b| a.until.cmp(&b.until));
    all
}

fn documentation(comments: &[Comment]) -> Option<String> {
    let lines: Vec<&str> = comments.iter().filter(|comment| comment.doc).map(|comment| comment.text.trim()).collect();
    (!lines.is_empty()).then(|| lines.join(" "))
}

/// The day that comes so many days after another; 9999-12-31 when it would come after that.
fn later(mut day: Date, days: u32) -> Date {
    for _ in 0..days {
        day = next(day);
    }
    day
}

fn next(day: Date) -> Date {
    let Date { year, month, day } = day;
    if Date::days_in(year, month).is_some_and(|length| day < length) {
        Date { year, month, day: day + 1 }
    } else if month < 12 {
        Date { year, month: month + 1, day: 1 }
    } else if year < 9999 {
        Date { year: year + 1, month: 1, day: 1 }
    } else {
        Date { year, month, day }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_later() {
        let day = |text| Date::parse(text).unwrap();
        let known = [
            ("2026-11-20", "2026-12-20"),
            ("2027-01-31", "2027-03-02"),
            ("2028-01-31", "2028-03-01"),
            ("2026-12-31", "2027-01-30"),
            ("9999-12-20", "9999-12-31"),
        ];
        for (from, to) in known {
            assert_eq!(later(day(from), SOON), day(to), "{from}");
        }
    }
}
