//! Whether two rulesets mean the same at every end: the same ends isolated, the same flows denied, and where an end is
//! isolated and the flow not denied, the same allowed.
//!
//! Comparing only what passes could not see that a deny was dropped which nothing opposes today.
//!
//! Most rules of one set are found in the other as they are. Only the rest is compared as sets of flows.

use super::piece::Piece;
use super::search::Search;
use super::{Effect, Exception, Flow, Index, Rule, Ruleset, SubjectId, Unknown};
use crate::policy::Direction;
use crate::semantics::Universe;
use crate::semantics::connections::{self, Connections, Methods, RequestSet};
use crate::semantics::endpoints::{self, Endpoints};
use std::borrow::Cow;

/// A flow that two rulesets treat differently at one end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The flow.
    pub flow: Flow,
    /// At which end: that of the direction's subject.
    pub direction: Direction,
    /// In what they differ.
    pub part: Part,
    /// Which of the two has it: the first or the second.
    pub only_first: bool,
}

/// In what two rulesets can differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The end is isolated.
    Isolated,
    /// The flow is denied.
    Denied,
    /// The flow is allowed.
    Allowed,
    /// The flow is allowed after mutual authentication only.
    Authenticated,
}

/// The first difference; `None` when they mean the same.
///
/// # Errors
/// When that is not decided.
pub fn compare(first: &Index<'_>, second: &Index<'_>) -> Result<Option<Difference>, Unknown> {
    if let Some(gap) = first.ruleset.gaps.iter().chain(&second.ruleset.gaps).next() {
        return Err(Unknown::gap(gap));
    }
    let (left, right) = unmatched(first.ruleset, second.ruleset);
    for part in [Part::Isolated, Part::Denied, Part::Allowed, Part::Authenticated] {
        for (only_first, rest, other) in [(true, &left, second), (false, &right, first)] {
            let this = if only_first { first } else { second };
            for atom in rest {
                if let Some(flow) = lacking(part, atom, this, other)? {
                    return Ok(Some(Difference { flow, direction: atom.direction(), part, only_first }));
                }
            }
        }
    }
    Ok(None)
}

/// A flow that the first set denies and the second does not, whatever either allows; `None` when there is none. With none,
/// nothing that anybody allows beside the second set lets through what the first denies.
///
/// # Errors
/// When that is not decided.
pub fn find_undenied(first: &Index<'_>, second: &Index<'_>) -> Result<Option<Flow>, Unknown> {
    for rule in first.ruleset.rules.iter().filter(|rule| rule.effect == Effect::Deny) {
        for atom in rule_atoms(first.ruleset.subject(rule.subject), rule) {
            if let Some(flow) = lacking(Part::Denied, &atom, first, second)? {
                return Ok(Some(flow));
            }
        }
    }
    Ok(None)
}

/// Whether it is plain that two sets say the same: what one says and the other does not say in the same words, a single
/// rule of the other covers. Sets that agree part by part mean the same as a whole.
#[must_use]
pub fn agree(universe: Universe<'_>, first: &Ruleset, second: &Ruleset) -> bool {
    let no_gaps = first.gaps.is_empty() && second.gaps.is_empty();
    let (left, right) = unmatched(first, second);
    no_gaps
        && left.iter().all(|atom| plainly_covered(universe, atom, second))
        && right.iter().all(|atom| plainly_covered(universe, atom, first))
}

/// Whether one rule or isolation has all that an atom says.
fn plainly_covered(universe: Universe<'_>, atom: &Atom<'_>, ruleset: &Ruleset) -> bool {
    match atom {
        Atom::Isolation { subject, direction } => ruleset.isolations.iter().any(|isolation| {
            isolation.direction == *direction
                && endpoints::includes(universe, ruleset.subject(isolation.subject), subject)
        }),
        Atom::Rule { subject, direction, effect, peers, connections, .. } => ruleset.rules.iter().any(|rule| {
            rule.direction == *direction
                && rule.effect == *effect
                && rule.except.is_empty()
                && endpoints::includes(universe, ruleset.subject(rule.subject), subject)
                && endpoints::includes(universe, &rule.peers, peers)
                && connections::includes(&rule.connections, connections).is_yes()
        }),
    }
}

/// The smallest thing that a ruleset says.
#[derive(Clone)]
pub(super) enum Atom<'r> {
    Isolation {
        subject: &'r Endpoints,
        direction: Direction,
    },
    Rule {
        subject: &'r Endpoints,
        direction: Direction,
        effect: Effect,
        peers: &'r Endpoints,
        connections: Cow<'r, Connections>,
        except: Vec<&'r Exception>,
    },
}

impl Atom<'_> {
    pub fn direction(&self) -> Direction {
        match self {
            Self::Isolation { direction, .. } | Self::Rule { direction, .. } => *direction,
        }
    }

    fn words(&self) -> Words<'_> {
        match self {
            Self::Isolation { direction, .. } => (*direction, None),
            Self::Rule { direction, effect, peers, connections, except, .. } => {
                (*direction, Some((*effect, connections, peers, except)))
            }
        }
    }
}

/// What an atom says of its subject.
type Words<'a> = (Direction, Option<(Effect, &'a Connections, &'a Endpoints, &'a [&'a Exception])>);

/// An atom of one of two rulesets. Subjects are told apart by numbers, for the atoms are many and their subjects are few.
struct Said<'r> {
    subject: usize,
    atom: Atom<'r>,
    by_first: bool,
}

impl Said<'_> {
    fn words(&self) -> (usize, Words<'_>) {
        (self.subject, self.atom.words())
    }
}

/// What each says that the other does not say in the same words, found by sorting.
pub(super) fn unmatched<'r>(first: &'r Ruleset, second: &'r Ruleset) -> (Vec<Atom<'r>>, Vec<Atom<'r>>) {
    // The subjects of the first have their own numbers; those that only the second has come after them.
    let count = first.subjects().count();
    let shared = |(id, subject): (SubjectId, &Endpoints)| match first.find(subject) {
        Some(known) => known.index(),
        None => count + id.index(),
    };
    let numbers: Vec<usize> = second.subjects().map(shared).collect();
    let number_in_second = |id: SubjectId| numbers.get(id.index()).copied().unwrap_or(usize::MAX);
    let mut said: Vec<Said<'r>> = atoms(first, SubjectId::index, true).collect();
    said.extend(atoms(second, number_in_second, false));
    said.sort_by(|a, b| a.words().cmp(&b.words()));
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for same in said.chunk_by(|a, b| a.words() == b.words()) {
        let Some(one) = same.first() else { continue };
        if same.iter().all(|other| other.by_first == one.by_first) {
            if one.by_first { &mut left } else { &mut right }.push(one.atom.clone());
        }
    }
    (left, right)
}

/// Everything that a ruleset says, with its subjects' numbers.
fn atoms<'r>(
    ruleset: &'r Ruleset,
    number: impl Fn(SubjectId) -> usize,
    by_first: bool,
) -> impl Iterator<Item = Said<'r>> {
    let isolations = ruleset.isolations.iter().map(|isolation| {
        let subject = ruleset.subject(isolation.subject);
        (isolation.subject, vec![Atom::Isolation { subject, direction: isolation.direction }])
    });
    let rules = ruleset.rules.iter().map(|rule| (rule.subject, rule_atoms(ruleset.subject(rule.subject), rule)));
    isolations.chain(rules).flat_map(move |(subject, atoms)| {
        let subject = number(subject);
        atoms.into_iter().map(move |atom| Said { subject, atom, by_first })
    })
}

fn rule_atoms<'r>(subject: &'r Endpoints, rule: &'r Rule) -> Vec<Atom<'r>> {
    let mut except: Vec<&Exception> = rule.except.iter().collect();
    except.sort();
    except.dedup();
    let atom = |connections| Atom::Rule {
        subject,
        direction: rule.direction,
        effect: rule.effect,
        peers: &rule.peers,
        connections,
        except: except.clone(),
    };
    match &rule.connections {
        Connections::Requests { ports, requests } => {
            let singles = requests.iter().flat_map(single_methods);
            let one = |request| Connections::Requests { ports: ports.clone(), requests: vec![request] };
            singles.map(|request| atom(Cow::Owned(one(request)))).collect()
        }
        Connections::LookUps { ports, names } => {
            let one = |name: &_| Connections::LookUps { ports: ports.clone(), names: vec![Clone::clone(name)] };
            names.iter().map(|name| atom(Cow::Owned(one(name)))).collect()
        }
        connections => vec![atom(Cow::Borrowed(connections))],
    }
}

fn single_methods(request: &RequestSet) -> Vec<RequestSet> {
    match &request.methods {
        Methods::In(methods) => {
            let one = |method: &_| Methods::In([Clone::clone(method)].into());
            methods.iter().map(|method| RequestSet { methods: one(method), ..request.clone() }).collect()
        }
        Methods::Any | Methods::Matching(_) => vec![request.clone()],
    }
}

/// A flow for which `this` says the atom, as far as it is about this part, and `other` does not say so.
pub(super) fn lacking(
    part: Part,
    atom: &Atom<'_>,
    this: &Index<'_>,
    other: &Index<'_>,
) -> Result<Option<Flow>, Unknown> {
    match atom {
        Atom::Isolation { subject, direction } => {
            if part == Part::Isolated {
                open_elsewhere(subject, *direction, other)
            } else {
                Ok(None)
            }
        }
        Atom::Rule { subject, direction, effect, peers, connections, except } => {
            let about = match part {
                Part::Isolated => false,
                Part::Denied => *effect == Effect::Deny,
                Part::Allowed => *effect != Effect::Deny,
                Part::Authenticated => *effect == Effect::AllowAuthenticated,
            };
            if !about {
                return Ok(None);
            }
            let rule = Rule {
                subject: SubjectId::default(),
                direction: *direction,
                effect: *effect,
                peers: (*peers).clone(),
                connections: connections.as_ref().clone(),
                except: except.iter().map(|one| (*one).clone()).collect(),
                cause: super::CauseId::default(),
            };
            let mut here = Search::new(this);
            let mut pieces = here.less_exceptions(Piece::around(&rule, subject), &rule)?;
            if part == Part::Allowed {
                let mut isolated = Vec::new();
                for piece in &pieces {
                    isolated.extend(here.isolated(piece, *direction)?);
                }
                pieces = isolated;
            }
            if part != Part::Denied {
                pieces = here.less(pieces, *direction, |rule| rule.effect == Effect::Deny)?;
            }
            let mut there = Search::new(other);
            there.first_less(pieces, *direction, |rule| match part {
                Part::Denied => rule.effect == Effect::Deny,
                Part::Authenticated => rule.effect == Effect::AllowAuthenticated,
                Part::Isolated | Part::Allowed => rule.effect != Effect::Deny,
            })
        }
    }
}

/// A flow at an end of the subject that the other ruleset does not isolate.
fn open_elsewhere(subject: &Endpoints, direction: Direction, other: &Index<'_>) -> Result<Option<Flow>, Unknown> {
    const EVERYTHING: &Connections = &Connections::All;
    for peers in endpoints::anything() {
        let (from, to) = match direction {
            Direction::Egress => (subject.clone(), peers),
            Direction::Ingress => (peers, subject.clone()),
        };
        let piece = Piece { from, to, within: vec![EVERYTHING], without: Vec::new() };
        let mut search = Search::new(other);
        let open = search.open(&piece, direction)?;
        if let Some(flow) = search.first(&open)? {
            return Ok(Some(flow));
        }
    }
    Ok(None)
}
