//! What the policies surely did not intend, as comments at the place.

use super::frame::direction_word;
use super::halves::{Half, Halves};
use super::page::{Entry, Kind, Pages, Section};
use super::{Read, section};
use crate::enforcer::raise::ProblemKind;
use crate::verdict::{CauseId, Effect};
use smol_str::SmolStr;
use std::collections::BTreeSet;

impl Read<'_> {
    /// What the policies surely did not intend.
    pub(super) fn notes(&self, halves: &Halves, dead: &[CauseId], denied: &[CauseId], pages: &mut Pages) {
        for problem in self.problems.iter().filter(|problem| problem.kind != ProblemKind::NotRead) {
            let what = match problem.kind {
                ProblemKind::Refused => "is refused, and enforces nothing",
                ProblemKind::Dropped | ProblemKind::NotRead => "has a field that is dropped",
            };
            note_of(pages, &problem.object, format!("{} {what}: {}", problem.object, problem.reason));
        }
        let silent = "at the other end all is isolated, and nothing lets it pass";
        let idle = dead
            .iter()
            .map(|cause| (*cause, silent))
            .chain(denied.iter().map(|cause| (*cause, "a deny has all of it")));
        let mut known = BTreeSet::new();
        for (cause, why) in idle.filter(|(cause, _)| known.insert(*cause)) {
            let (_, construct) = self.construct(cause);
            let object = self.ruleset.cause(cause).object.clone().unwrap_or_default();
            note_of(pages, &object, format!("{construct} never applies: {why}"));
        }
        for isolated in &halves.isolated {
            let cause = self.ruleset.cause(isolated.cause);
            let object = cause.object.clone().unwrap_or_default();
            let same = |half: &Half| {
                half.direction == isolated.direction
                    && half.effect != Effect::Deny
                    && self.ruleset.cause(half.cause).object.as_ref() == Some(&object)
            };
            if cause.text.contains("Deny") && !halves.halves.iter().any(same) {
                let direction = direction_word(isolated.direction);
                note_of(
                    pages,
                    &object,
                    format!(
                        "{object} isolates for {direction}, though it only denies: `enableDefaultDeny` is not false"
                    ),
                );
            }
        }
    }
}

/// Adds a comment to the section of an object's namespace.
fn note_of(pages: &mut Pages, object: &str, text: String) {
    let namespace = object.split_once(' ').and_then(|(_, name)| name.split_once('/')).map(|(namespace, _)| namespace);
    let known = namespace.filter(|namespace| pages.namespaces.contains_key(*namespace)).map(SmolStr::from);
    note(section(pages, known.as_ref()), text);
}

/// Adds a comment to a section.
pub(super) fn note(section: &mut Section, text: String) {
    section.entries.push(Entry { comments: vec![format!("note: {text}")], kind: Kind::Note, ..Entry::default() });
}

/// The first of some names, and how many more there are.
pub(super) fn some(names: &[String]) -> String {
    let (shown, rest) = names.split_at_checked(5).unwrap_or((names, &[]));
    match rest.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
