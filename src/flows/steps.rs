//! What a project's namespaces enforce, and the project with another step taken.

use crate::source::{FileId, SourceFile, Sources, Span};
use crate::syntax::ast::{Direction, HeaderKind, Tree};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Both directions, as a header says it.
pub const ALL: &str = "ingress, egress";

/// The `enforcing` clause of a header, and where it stands.
pub type Clause = Option<(Vec<Direction>, Span)>;

/// The clauses of every namespace's headers, by its name.
pub fn headers(trees: &[Tree]) -> BTreeMap<SmolStr, Vec<Clause>> {
    let mut found: BTreeMap<SmolStr, Vec<Clause>> = BTreeMap::new();
    let headers = trees.iter().flat_map(|tree| &tree.sections).filter_map(|section| section.header.as_ref());
    for header in headers {
        if let HeaderKind::Namespace { name, enforcing, .. } = &header.kind {
            let clause = enforcing.as_ref().map(|said| (said.value.iter().map(|word| word.value).collect(), said.span));
            found.entry(name.value.clone()).or_default().push(clause);
        }
    }
    found
}

/// The project as if namespaces enforced both directions of which this is wanted, and those of which that was not so.
pub fn enforced(sources: &Sources, trees: &[Tree], wanted: impl Fn(&str) -> bool) -> (Sources, BTreeSet<SmolStr>) {
    let mut names = BTreeSet::new();
    let mut places = Vec::new();
    for (name, clauses) in headers(trees) {
        let partly = clauses.into_iter().flatten().filter(|(directions, _)| directions.len() < 2);
        let partly: Vec<Span> = partly.map(|(_, span)| span).collect();
        if !partly.is_empty() && wanted(&name) {
            names.insert(name);
            places.extend(partly);
        }
    }
    (with(sources, &places, &format!("enforcing {ALL}")), names)
}

/// The files with other text at some places.
pub fn with(sources: &Sources, places: &[Span], text: &str) -> Sources {
    let mut changed = sources.clone();
    let mut by_file: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
    for place in places {
        by_file.entry(place.file).or_default().push(*place);
    }
    for (id, mut places) in by_file {
        let Some(file) = sources.get(id) else { continue };
        let mut new = file.text.clone();
        // From behind, so that what stands before stays where it is.
        places.sort_by_key(|place| std::cmp::Reverse(place.start));
        for place in places {
            let range = place.start as usize..place.end as usize;
            if new.get(range.clone()).is_some() {
                new.replace_range(range, text);
            }
        }
        changed.replace(id, Arc::new(SourceFile { text: new, ..file.clone() }));
    }
    changed
}
