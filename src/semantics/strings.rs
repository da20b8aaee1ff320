//! Strings of one kind, such as paths, methods or names: which bytes they may have, which strings they may be at all,
//! and which of them a reader expects to see.

use super::answer::Answer;
use super::language::{self, Budget, Language, TooLarge};
use super::re2;
use smol_str::SmolStr;
use std::cell::OnceCell;

/// Why nothing is known of an expression that [`re2::parse`] refuses.
const UNREADABLE: &str = "the expression cannot be read";

/// A language, or why there is none to ask.
pub(super) type Readable = Result<Language, &'static str>;

/// A language that is made when it is first asked for.
#[derive(Default)]
pub(super) struct Lazy(OnceCell<Readable>);

impl Lazy {
    /// What `make` gives. It is too large if nothing is left to make it with.
    pub(super) fn get(&self, budget: &Budget, make: impl FnOnce() -> Readable) -> &Readable {
        static SPENT: Readable = Err(TooLarge::REASON);
        match self.0.get() {
            None if budget.is_spent() => &SPENT,
            _ => self.0.get_or_init(|| {
                let language = make();
                // Where that was too much, there is nothing left for the next.
                let _ = budget.spend(match &language {
                    Ok(language) => language.cost(),
                    Err(UNREADABLE) => 0,
                    Err(_) => language::TOO_LARGE_COST,
                });
                language
            }),
        }
    }
}

/// All strings of one kind.
pub(super) struct Kind {
    /// Their bytes, those first that read well.
    alphabet: Vec<u8>,
    /// All of them.
    all: Readable,
    /// Those that are a witness before others.
    plain: &'static [&'static str],
}

impl Kind {
    /// The strings of these bytes that fit an expression of Rust's.
    pub(super) fn new(alphabet: impl IntoIterator<Item = u8>, all: &str, plain: &'static [&'static str]) -> Self {
        Self { alphabet: alphabet.into_iter().collect(), all: of_text(all), plain }
    }

    /// Whether no string is in all of `within` and in none of `without`; if one is, a plain one, or else the shortest.
    ///
    /// What cannot be read is left out at first: if even then there is no such string, there is none.
    pub(super) fn find<'l>(
        &'l self,
        within: impl IntoIterator<Item = &'l Readable>,
        without: impl IntoIterator<Item = &'l Readable>,
        budget: &Budget,
    ) -> Answer<SmolStr> {
        let (mut inside, mut outside, mut unread) = (Vec::new(), Vec::new(), None);
        for language in std::iter::once(&self.all).chain(within) {
            language.as_ref().map_or_else(|reason| unread = Some(*reason), |language| inside.push(language));
        }
        for language in without {
            language.as_ref().map_or_else(|reason| unread = Some(*reason), |language| outside.push(language));
        }
        let fits = |text: &&&str| {
            inside.iter().all(|one| one.contains(text.as_bytes()))
                && !outside.iter().any(|one| one.contains(text.as_bytes()))
        };
        let found = match self.plain.iter().find(fits) {
            Some(plain) => Some(SmolStr::new_static(plain)),
            None => match language::shortest(&inside, &outside, &self.alphabet, budget) {
                Ok(found) => found.map(|string| String::from_utf8_lossy(&string).into()),
                Err(TooLarge) => return Answer::Unknown(TooLarge::REASON),
            },
        };
        match (found, unread) {
            (None, _) => Answer::Yes,
            (Some(string), None) => Answer::No(string),
            (Some(_), Some(reason)) => Answer::Unknown(reason),
        }
    }
}

/// The strings that fit an expression of Rust's.
pub(super) fn of_text(expression: &str) -> Readable {
    let hir = regex_syntax::parse(expression).map_err(|_| TooLarge::REASON)?;
    Language::new(&hir).map_err(|TooLarge| TooLarge::REASON)
}

/// The strings that match an expression of RE2's from end to end.
pub(super) fn of_expression(expression: &str) -> Readable {
    let expression = re2::parse(expression).map_err(|_| UNREADABLE)?;
    Language::new(&expression.to_hir()).map_err(|TooLarge| TooLarge::REASON)
}

/// Whether the string is in it.
pub(super) fn contains(language: &Readable, text: &str) -> Answer<()> {
    match language {
        Ok(language) if language.contains(text.as_bytes()) => Answer::Yes,
        Ok(_) => Answer::No(()),
        Err(reason) => Answer::Unknown(reason),
    }
}
