//! Regular languages over bytes, and the one question that all others come down to: which is the shortest string in all
//! of these languages and in none of those?
//!
//! A language is a deterministic automaton. The question walks the product of the automata breadth first, without building
//! it. Both steps are bounded; past the bound the answer is [`TooLarge`], never a guess.

use indexmap::IndexMap;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::Hir;
use std::cell::Cell;
use std::sync::Arc;

/// The largest automaton, in bytes.
const MAX_AUTOMATON: usize = 524_288;

/// The most steps of single automata that one question takes: some tens of milliseconds.
const MAX_STEPS: usize = 2_000_000;

/// What it costs to find out that an automaton is too large, in steps.
pub(super) const TOO_LARGE_COST: usize = MAX_AUTOMATON;

/// How many steps are left to answer with. Questions that are asked for one and the same purpose share one.
#[derive(Debug)]
pub struct Budget(Cell<usize>);

impl Budget {
    /// For so many times what one question may take.
    #[must_use]
    pub fn of(questions: usize) -> Self {
        Self(Cell::new(questions.saturating_mul(MAX_STEPS)))
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.0.get() == 0
    }

    /// Takes steps of it. What is no walk of automata counts as so many steps as would take the same time.
    ///
    /// # Errors
    /// When there are not so many left; then none are.
    pub fn spend(&self, steps: usize) -> Result<(), TooLarge> {
        let left = self.0.get().checked_sub(steps);
        self.0.set(left.unwrap_or(0));
        left.map(|_| ()).ok_or(TooLarge)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::of(1)
    }
}

/// The automata, or their product, passed the bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl TooLarge {
    /// Why the answer is unknown, for messages.
    pub const REASON: &'static str = "the expressions are too large to compare";
}

/// A set of strings.
#[derive(Clone, Debug)]
pub struct Language {
    automaton: Arc<dense::DFA<Vec<u32>>>,
    start: StateID,
    mark: Option<Mark>,
}

/// Where a string ends for the automaton.
#[derive(Clone, Copy, Debug)]
struct Mark {
    byte: u8,
    /// Whether the string may go on from there, with anything.
    open: bool,
}

/// What is known of a string so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    At(StateID),
    /// It is in the language whatever follows.
    In,
    /// It is not, whatever follows.
    Out,
}

impl Language {
    /// The strings that the expression matches from end to end.
    ///
    /// # Errors
    /// When the automaton would pass the bound.
    pub fn new(expression: &Hir) -> Result<Self, TooLarge> {
        let config = thompson::Config::new()
            .utf8(false)
            .nfa_size_limit(Some(MAX_AUTOMATON))
            .which_captures(thompson::WhichCaptures::None);
        let nfa = thompson::Compiler::new().configure(config).build_from_hir(expression).map_err(|_| TooLarge)?;
        // `All` keeps every thread alive, so that a state tells whether the string so far is a match at all, not
        // whether a leftmost-first search would prefer it.
        let config = dense::Config::new()
            .match_kind(MatchKind::All)
            .start_kind(StartKind::Anchored)
            .dfa_size_limit(Some(MAX_AUTOMATON))
            .determinize_size_limit(Some(4 * MAX_AUTOMATON));
        let automaton = dense::Builder::new().configure(config).build_from_nfa(&nfa).map_err(|_| TooLarge)?;
        let start = automaton.start_state(&start::Config::new().anchored(Anchored::Yes)).map_err(|_| TooLarge)?;
        Ok(Self { automaton: Arc::new(automaton), start, mark: None })
    }

    /// Its strings without the byte `mark`; if `open`, also each of them with `mark` and anything behind it. So paths
    /// become targets.
    #[must_use]
    pub fn up_to(self, mark: u8, open: bool) -> Self {
        Self { mark: Some(Mark { byte: mark, open }), ..self }
    }

    /// What it cost to make, in steps: one for each byte.
    pub(super) fn cost(&self) -> usize {
        self.automaton.memory_usage()
    }

    /// Whether the string is in it.
    #[must_use]
    pub fn contains(&self, string: &[u8]) -> bool {
        self.accepts(string.iter().fold(State::At(self.start), |state, byte| self.next(state, *byte)))
    }

    fn next(&self, state: State, byte: u8) -> State {
        let State::At(id) = state else { return state };
        if let Some(mark) = self.mark.filter(|mark| mark.byte == byte) {
            return if mark.open && self.accepts(state) { State::In } else { State::Out };
        }
        let id = self.automaton.next_state(id, byte);
        if self.automaton.is_dead_state(id) { State::Out } else { State::At(id) }
    }

    /// Whether a string that ends here is in it. Matches are seen one step late, hence the step past the end.
    fn accepts(&self, state: State) -> bool {
        match state {
            State::At(id) => self.automaton.is_match_state(self.automaton.next_eoi_state(id)),
            State::In => true,
            State::Out => false,
        }
    }

    /// A number that bytes have in common only if the automaton does not tell them apart.
    fn class(&self, byte: u8) -> u16 {
        if self.mark.is_some_and(|mark| mark.byte == byte) {
            return u16::MAX;
        }
        self.automaton.byte_classes().get(byte).into()
    }
}

/// The shortest string of these bytes that is in all of `within` (at least one) and in none of `without`; among the
/// shortest, the one that prefers bytes that come first in `alphabet`. `None` when there is no such string.
///
/// # Errors
/// When the product of the automata takes more steps than are left.
pub fn shortest(
    within: &[&Language],
    without: &[&Language],
    alphabet: &[u8],
    budget: &Budget,
) -> Result<Option<Vec<u8>>, TooLarge> {
    let all: Vec<&Language> = within.iter().chain(without).copied().collect();
    let letters = representatives(&all, alphabet);
    // A state of the product, and from where and by which byte it was first reached.
    let mut seen: IndexMap<Vec<State>, (usize, u8)> = IndexMap::new();
    seen.insert(all.iter().map(|language| State::At(language.start)).collect(), (usize::MAX, 0));
    let mut next = 0;
    while let Some((states, _)) = seen.get_index(next) {
        let states = states.clone();
        let (inside, outside) = states.split_at(within.len());
        let accepted = |(language, state): (&&Language, &State)| language.accepts(*state);
        if within.iter().zip(inside).all(accepted) && !without.iter().zip(outside).any(accepted) {
            return Ok(Some(spell(&seen, next)));
        }
        for letter in &letters {
            let reached: Vec<State> =
                all.iter().zip(&states).map(|(language, state)| language.next(*state, *letter)).collect();
            let (inside, outside) = reached.split_at(within.len());
            if !inside.contains(&State::Out) && !outside.contains(&State::In) {
                seen.entry(reached).or_insert((next, *letter));
            }
        }
        budget.spend(letters.len() * all.len())?;
        next += 1;
    }
    Ok(None)
}

/// The first byte of each class of bytes that no automaton tells apart.
fn representatives(languages: &[&Language], alphabet: &[u8]) -> Vec<u8> {
    let mut classes: IndexMap<Vec<u16>, u8> = IndexMap::new();
    for byte in alphabet {
        let class = languages.iter().map(|language| language.class(*byte)).collect();
        classes.entry(class).or_insert(*byte);
    }
    classes.into_values().collect()
}

/// The bytes on the way to a state.
fn spell(seen: &IndexMap<Vec<State>, (usize, u8)>, state: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut at = state;
    while let Some((_, (from, byte))) = seen.get_index(at)
        && *from != usize::MAX
    {
        bytes.push(*byte);
        at = *from;
    }
    bytes.reverse();
    bytes
}
