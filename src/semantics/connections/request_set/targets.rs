//! Sets of targets: paths with their queries.
//!
//! A target is text of the octets that a path may have (see [`crate::semantics::paths`]) and `?`; its path ends before
//! the first `?`. Where all sets are given by paths, the paths and what may follow them are asked apart; only expressions
//! over whole targets take automata.

use super::Target;
use crate::policy::Query;
use crate::semantics::answer::Answer;
use crate::semantics::language::Budget;
use crate::semantics::paths::{self, Paths};
use crate::semantics::strings::{self, Kind, Lazy, Readable};
use smol_str::{SmolStr, format_smolstr};
use std::sync::LazyLock;

static KIND: LazyLock<Kind> = LazyLock::new(|| Kind::new(paths::ALPHABET.iter().copied(), "(?s:.)*", &["/", "/?q"]));

/// A set of targets with its automaton, which is built when it is first asked for.
pub(super) struct Targets<'a> {
    form: Form<'a>,
    language: Lazy,
}

enum Form<'a> {
    Paths(Paths<'a>, Query),
    Matching(&'a str),
}

impl<'a> Targets<'a> {
    pub(super) fn new(target: &'a Target) -> Self {
        let form = match target {
            Target::Path { path, query } => Form::Paths(Paths::new(path), *query),
            Target::Matching(text) => Form::Matching(text),
        };
        Self { form, language: Lazy::default() }
    }

    fn paths(&self) -> Option<(&Paths<'a>, Query)> {
        match &self.form {
            Form::Paths(paths, query) => Some((paths, *query)),
            Form::Matching(_) => None,
        }
    }

    fn language(&self, budget: &Budget) -> &Readable {
        self.language.get(budget, || match &self.form {
            Form::Paths(paths, query) => {
                paths.language(budget).clone().map(|language| language.up_to(b'?', *query == Query::Any))
            }
            Form::Matching(text) => strings::of_expression(text),
        })
    }

    fn is_everything(&self) -> bool {
        self.paths().is_some_and(|(paths, query)| query == Query::Any && paths.is_everything())
    }

    /// Whether no target is sure to be in both.
    pub(super) fn are_apart(&self, other: &Self) -> bool {
        self.paths().zip(other.paths()).is_some_and(|((a, _), (b, _))| a.are_apart(b))
    }

    /// Whether both are the same expression.
    fn same_text(&self, other: &Self) -> bool {
        matches!((&self.form, &other.form), (Form::Matching(a), Form::Matching(b)) if a == b)
    }

    /// Whether this target is in it.
    pub(super) fn contains(&self, target: &str) -> Answer<()> {
        match &self.form {
            Form::Paths(paths, query) => match target.split_once('?') {
                Some(_) if *query == Query::None => Answer::No(()),
                Some((path, _)) => paths.contains(path),
                None => paths.contains(target),
            },
            Form::Matching(_) => strings::contains(self.language(&Budget::default()), target),
        }
    }
}

/// Whether no target is in all of `within` (at least one) and in none of `without`; if one is, a plain one, without a query
/// if it can be.
pub(super) fn find(within: &[&Targets<'_>], without: &[&Targets<'_>], budget: &Budget) -> Answer<SmolStr> {
    let has_all = |one: &&Targets<'_>| one.is_everything() || within.iter().any(|within| within.same_text(one));
    if without.iter().any(has_all) {
        return Answer::Yes;
    }
    let near = |one: &&&Targets<'_>| !within.iter().any(|within| within.are_apart(one));
    let without: Vec<&Targets<'_>> = without.iter().filter(near).copied().collect();
    let inside: Option<Vec<_>> = within.iter().map(|one| one.paths()).collect();
    let outside: Vec<_> = without.iter().filter_map(|one| one.paths()).collect();
    if let Some(inside) = inside {
        let found = by_paths(&inside, &outside, budget);
        if outside.len() == without.len() || found.is_yes() {
            return found;
        }
    }
    KIND.find(within.iter().map(|one| one.language(budget)), without.iter().map(|one| one.language(budget)), budget)
}

/// The same for sets that are given by paths: those without a query first, then those with one.
fn by_paths(within: &[(&Paths<'_>, Query)], without: &[(&Paths<'_>, Query)], budget: &Budget) -> Answer<SmolStr> {
    let inside: Vec<&Paths<'_>> = within.iter().map(|(paths, _)| *paths).collect();
    let with_query = |(_, query): &&(&Paths<'_>, Query)| *query == Query::Any;
    let bare: Vec<&Paths<'_>> = without.iter().map(|(paths, _)| *paths).collect();
    let queried: Vec<&Paths<'_>> = without.iter().filter(with_query).map(|(paths, _)| *paths).collect();
    let first = paths::find(&inside, &bare, budget);
    // Where nothing is said of queries, nothing more can be found with one.
    if first.is_no() || bare.len() == queried.len() || !within.iter().all(|one| with_query(&one)) {
        return first;
    }
    match paths::find(&inside, &queried, budget) {
        Answer::No(path) => Answer::No(format_smolstr!("{path}?q")),
        Answer::Yes => first,
        unknown @ Answer::Unknown(_) => unknown,
    }
}
