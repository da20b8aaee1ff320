//! What the compiler and the flows say of a draft: which sentences lack a consent, cannot be said, or are not needed.

use super::page::{Page, Said};
use crate::diagnostic::{Code, Diagnostic};
use crate::explain::explain_flow;
use crate::flows::replay::{Observed, opens_some};
use crate::source::{FileId, Span};
use crate::verdict::Cause;
use crate::view::View;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The sentences of the draft that lack a consent, and those that cannot be said in this project, and why: one that would
/// void others, for one.
pub fn refused(
    errors: &[Diagnostic],
    files: &BTreeMap<String, Page>,
    first: FileId,
    consent: &BTreeSet<usize>,
) -> (BTreeSet<usize>, BTreeMap<usize, String>) {
    let pages: Vec<&Page> = files.values().collect();
    let (mut asking, mut refused) = (BTreeSet::new(), BTreeMap::new());
    for error in errors {
        let Some(label) = &error.primary else { continue };
        let Some(number) = sentence_of(&pages, first, label.span) else { continue };
        if error.code == Code::E0301 && !consent.contains(&number) {
            asking.insert(number);
        } else {
            refused.insert(number, format!("{}: {}", error.code, error.message));
        }
    }
    (asking, refused)
}

/// The number of the sentence in which a place of the draft is.
fn sentence_of(pages: &[&Page], first: FileId, span: Span) -> Option<usize> {
    pages.get(usize::try_from(span.file.0.checked_sub(first.0)?).ok()?)?.sentence_at(span.start)
}

/// Which sentences the flows need.
pub struct Needs<'o> {
    /// For each end of each flow that only drafted sentences open: these.
    pub of_flows: Vec<BTreeSet<usize>>,
    /// What passed and does not.
    pub cut_off: Vec<(&'o Observed, String)>,
}

pub fn needs<'o>(view: &View, all: &'o [Observed], files: &BTreeMap<String, Page>, first: FileId) -> Needs<'o> {
    let index = view.index();
    let pages: Vec<&Page> = files.values().collect();
    let sentence = |cause: &Cause| sentence_of(&pages, first, cause.span?);
    let decided: Vec<_> = all
        .par_iter()
        .map(|one| explain_flow(&index, one.flow.clone()).map_err(|unknown| unknown.to_string()))
        .collect();
    let mut needs = Needs { of_flows: Vec::new(), cut_off: Vec::new() };
    for (one, decided) in all.iter().zip(decided) {
        match decided {
            Err(reason) => needs.cut_off.push((one, format!("not decided: {reason}"))),
            Ok(decided) if decided.passes() => {
                for (_, end) in decided.ends() {
                    let allowing: Vec<Option<usize>> = end.because.iter().map(sentence).collect();
                    let drafted: Option<BTreeSet<usize>> = allowing.into_iter().collect();
                    needs.of_flows.extend(drafted.filter(|drafted| !drafted.is_empty()));
                }
            }
            Ok(decided) if one.with_requests && opens_some(&index, &decided) => {}
            Ok(_) => needs.cut_off.push((one, "no sentence of the draft lets it pass".to_owned())),
        }
    }
    needs
}

/// Sentences without which every flow still passes, those that were seen least first.
pub fn needless(of_flows: &[BTreeSet<usize>], said: &[Said<'_>]) -> BTreeSet<usize> {
    let mut by_count: Vec<(u64, usize)> = said.iter().map(|one| (one.sentence.count.lines, one.number)).collect();
    by_count.sort_unstable();
    let mut of_sentence: BTreeMap<usize, BTreeSet<&BTreeSet<usize>>> = BTreeMap::new();
    for of in of_flows {
        of.iter().for_each(|number| _ = of_sentence.entry(*number).or_default().insert(of));
    }
    let mut gone = BTreeSet::new();
    for (_, number) in by_count {
        let only = |of: &BTreeSet<usize>| of.iter().all(|other| *other == number || gone.contains(other));
        if !of_sentence.get(&number).into_iter().flatten().any(|of| only(of)) {
            gone.insert(number);
        }
    }
    gone
}
