//! What decides about an example, before and after.

use super::Compared;
use crate::cli::places::Places;
use ztp::diff::Entry;
use ztp::explain::{Decided, Explained, Outcome};
use ztp::source::Sources;
use ztp::verdict::Cause;

/// The reasons of one side: a word about them, and they.
pub struct Reasons {
    /// `allowed`, `denied`, `isolated`, `open`
    pub word: &'static str,
    /// None, where nothing governs the flow.
    pub causes: Vec<Cause>,
}

/// How many reasons of a kind are shown.
const SHOWN: usize = 3;

/// Where both sides of a comparison stand.
pub struct Sides<'v> {
    pub old: Places<'v>,
    pub new: Places<'v>,
}

impl<'v> Sides<'v> {
    /// Of a comparison.
    pub fn new(compared: &Compared<'v>) -> Self {
        Self::of(compared.old.sources, compared.new.sources)
    }

    /// Of two sets of files.
    pub fn of(old: &'v Sources, new: &'v Sources) -> Self {
        Self { old: Places::new(old), new: Places::new(new) }
    }

    /// What decided before and what decides now, as `before allowed by …` and `now isolated by …`.
    pub fn lines(&self, entry: &Entry) -> Vec<String> {
        let mut lines = Vec::new();
        let (old, new) = (entry.old.as_ref(), entry.new.as_ref());
        for (when, places, explained, other) in [("before", &self.old, old, new), ("now", &self.new, new, old)] {
            let Some(explained) = explained else { continue };
            for Reasons { word, causes } in reasons(explained, other) {
                if causes.is_empty() {
                    lines.push(format!("{when} {word}"));
                }
                lines
                    .extend(causes.iter().take(SHOWN).map(|cause| format!("{when} {word} by {}", places.cause(cause))));
                if let more @ 1.. = causes.len().saturating_sub(SHOWN) {
                    lines.push(format!("{when} {word} by {more} more of these"));
                }
            }
        }
        lines
    }
}

/// What decides: when a flow passes, all that lets it pass; when it is stopped, what stops it. What lets it pass at an end
/// where the `other` side lets it pass for the same reason explains no difference, and is left out where there is more.
pub fn reasons(explained: &Explained, other: Option<&Explained>) -> Vec<Reasons> {
    let passes = explained.passes();
    let stops = |end: &Decided| matches!(end.outcome, Outcome::NotAllowed | Outcome::Denied);
    let ends = [
        (&explained.egress, other.map(|other| &other.egress)),
        (&explained.ingress, other.map(|other| &other.ingress)),
    ];
    let (mut found, mut shared) = (Vec::new(), Vec::new());
    for (end, other) in ends.into_iter().filter(|(end, _)| passes || stops(end)) {
        let word = match end.outcome {
            Outcome::Open => continue,
            Outcome::Allowed => "allowed",
            Outcome::AllowedAuthenticated => "allowed after authentication",
            Outcome::NotAllowed => "isolated",
            Outcome::Denied => "denied",
        };
        let same = |a: &Cause, b: &Cause| (&a.object, &a.text) == (&b.object, &b.text);
        let also = |cause: &Cause| {
            other.is_some_and(|other| other.outcome == end.outcome && other.because.iter().any(|one| same(one, cause)))
        };
        let (both, only): (Vec<Cause>, Vec<Cause>) = end.because.iter().cloned().partition(also);
        add(&mut shared, word, both);
        add(&mut found, word, only);
    }
    if found.is_empty() {
        found = shared;
    }
    if found.is_empty() {
        found.push(Reasons { word: "open, since nothing isolates it", causes: Vec::new() });
    }
    found
}

/// Adds reasons, each once.
fn add(found: &mut Vec<Reasons>, word: &'static str, causes: Vec<Cause>) {
    if causes.is_empty() {
        return;
    }
    let position = found.iter().position(|one| one.word == word).unwrap_or_else(|| {
        found.push(Reasons { word, causes: Vec::new() });
        found.len() - 1
    });
    if let Some(one) = found.get_mut(position) {
        for cause in causes {
            if !one.causes.contains(&cause) {
                one.causes.push(cause);
            }
        }
    }
}
