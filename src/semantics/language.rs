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

/// The largest automaton, in bytes.
const MAX_AUTOMATON: usize = 1 << 19;

/// The most steps of single automata that one question takes: some tens of milliseconds.
const MAX_STEPS: usize = 2_000_000;

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
    automaton: dense::DFA<Vec<u32>>,
    start: StateID,
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
        Ok(Self { automaton, start })
    }

    /// Whether the string is in it.
    #[must_use]
    pub fn contains(&self, string: &[u8]) -> bool {
        self.accepts(string.iter().fold(self.start, |state, byte| self.automaton.next_state(state, *byte)))
    }

    /// Whether a string that ends here is in it. Matches are seen one step late, hence the step past the end.
    fn accepts(&self, state: StateID) -> bool {
        self.automaton.is_match_state(self.automaton.next_eoi_state(state))
    }
}

/// The shortest string of these bytes that is in all of `within` (at least one) and in none of `without`; among the
/// shortest, the one that prefers bytes that come first in `alphabet`. `None` when there is no such string.
///
/// # Errors
/// When the product of the automata passes the bound.
pub fn shortest(within: &[&Language], without: &[&Language], alphabet: &[u8]) -> Result<Option<Vec<u8>>, TooLarge> {
    let all: Vec<&Language> = within.iter().chain(without).copied().collect();
    let letters = representatives(&all, alphabet);
    // A state of the product, and from where and by which byte it was first reached.
    let mut seen: IndexMap<Vec<StateID>, (usize, u8)> = IndexMap::new();
    seen.insert(all.iter().map(|language| language.start).collect(), (usize::MAX, 0));
    let (mut next, mut steps) = (0, 0);
    while let Some((states, _)) = seen.get_index(next) {
        let states = states.clone();
        let (inside, outside) = states.split_at(within.len());
        let accepted = |(language, state): (&&Language, &StateID)| language.accepts(*state);
        if within.iter().zip(inside).all(accepted) && !without.iter().zip(outside).any(accepted) {
            return Ok(Some(spell(&seen, next)));
        }
        for letter in &letters {
            let reached: Vec<StateID> = all
                .iter()
                .zip(&states)
                .map(|(language, state)| language.automaton.next_state(*state, *letter))
                .collect();
            let dead = within.iter().zip(&reached).any(|(language, state)| language.automaton.is_dead_state(*state));
            if !dead {
                seen.entry(reached).or_insert((next, *letter));
            }
        }
        steps += letters.len() * all.len();
        if steps > MAX_STEPS {
            return Err(TooLarge);
        }
        next += 1;
    }
    Ok(None)
}

/// The first byte of each class of bytes that no automaton tells apart.
fn representatives(languages: &[&Language], alphabet: &[u8]) -> Vec<u8> {
    let mut classes: IndexMap<Vec<u8>, u8> = IndexMap::new();
    for byte in alphabet {
        let class = languages.iter().map(|language| language.automaton.byte_classes().get(*byte)).collect();
        classes.entry(class).or_insert(*byte);
    }
    classes.into_values().collect()
}

/// The bytes on the way to a state.
fn spell(seen: &IndexMap<Vec<StateID>, (usize, u8)>, state: usize) -> Vec<u8> {
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
