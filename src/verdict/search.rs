//! Whether some flow of a set passes, or is stopped: decided for the whole set, with a flow that shows it.
//!
//! ```text
//!  at one end    passes  =  (not isolated  or  allowed)  and  not denied
//!                stopped =  denied  or  (isolated  and  not allowed)
//! ```
//!
//! The set is cut into pieces at each rule that meets it, depth first: one that shows something is nearly always among the
//! first, and there can be very many. To decide whether a union covers a set is NP-hard, so their number is bounded; past
//! the bound the question has no answer.

use super::piece::{Flows, Piece};
use super::{Effect, Flow, Index, Rule, Unknown};
use crate::policy::Direction;
use crate::semantics::connections::{self, Connections};
use crate::semantics::endpoints::Endpoints;

/// The most pieces that one question may come to.
const MAX_PIECES: usize = 100_000;

const TOO_MANY: &str = "too many rules overlap to compare them all";

/// Both directions, in the order in which a flow meets them.
pub const BOTH: [Direction; 2] = [Direction::Egress, Direction::Ingress];

/// A flow of the set that passes; `None` when none does.
///
/// # Errors
/// When that is not decided.
pub fn find_passing(index: &Index<'_>, flows: &Flows) -> Result<Option<Flow>, Unknown> {
    let universe = index.universe;
    Search::new(index).visit_passing(Piece::of(flows), &BOTH, &mut |passing| passing.witness(universe))
}

/// A flow of the set that is stopped; `None` when all pass.
///
/// # Errors
/// When that is not decided.
pub fn find_stopped(index: &Index<'_>, flows: &Flows) -> Result<Option<Flow>, Unknown> {
    let mut search = Search::new(index);
    for direction in BOTH {
        if let Some(flow) = search.first_stopped(&Piece::of(flows), direction)? {
            return Ok(Some(flow));
        }
    }
    Ok(None)
}

/// A flow of the set that passes by these rules and is stopped by the others; `None` when there is none.
///
/// # Errors
/// When that is not decided.
pub fn find_change(stopping: &Index<'_>, passing: &Index<'_>, flows: &Flows) -> Result<Option<Flow>, Unknown> {
    first_change(stopping, passing, Piece::of(flows))
}

/// A flow of a piece that passes by these rules and is stopped by the others.
pub(super) fn first_change<'p>(
    stopping: &Index<'p>,
    passing: &Index<'p>,
    piece: Piece<'p>,
) -> Result<Option<Flow>, Unknown> {
    let mut search = Search::new(stopping);
    Search::new(passing).visit_passing(piece, &BOTH, &mut |piece| {
        for direction in BOTH {
            if let Some(flow) = search.first_stopped(&piece, direction)? {
                return Ok(Some(flow));
            }
        }
        Ok(None)
    })
}

/// A look-up of the set that leaves an end without isolation and that no rule brings before the agent, which so never
/// learns the addresses behind the name; `None` when there is none.
///
/// # Errors
/// When that is not decided.
pub fn find_unseen(index: &Index<'_>, look_ups: &Flows) -> Result<Option<Flow>, Unknown> {
    let mut search = Search::new(index);
    let open = search.open(&Piece::of(look_ups), Direction::Egress)?;
    let seen = |rule: &Rule| matches!(rule.connections, Connections::LookUps { .. });
    search.first_less(open, Direction::Egress, |rule| rule.effect == Effect::Deny || seen(rule))
}

/// A flow of the set that none of these rules of a direction is about; `None` when they are about all. What isolates the
/// end is not asked.
///
/// # Errors
/// When that is not decided.
pub fn find_beside(
    index: &Index<'_>,
    flows: &Flows,
    direction: Direction,
    which: impl Fn(&Rule) -> bool + Copy,
) -> Result<Option<Flow>, Unknown> {
    let mut search = Search::new(index);
    let left = search.less(vec![Piece::of(flows)], direction, which)?;
    search.first(&left)
}

/// A flow that some rules are about, and none of others of their direction; `None` when there is none. What isolates an end
/// is not asked.
///
/// # Errors
/// When that is not decided.
pub fn find_more(
    index: &Index<'_>,
    rules: impl Fn(&Rule) -> bool,
    others: impl Fn(&Rule) -> bool + Copy,
) -> Result<Option<Flow>, Unknown> {
    let mut search = Search::new(index);
    for rule in index.ruleset.rules.iter().filter(|rule| rules(rule)) {
        let about = search.less_exceptions(Piece::around(rule, index.ruleset.subject(rule.subject)), rule)?;
        if let Some(flow) = search.first_less(about, rule.direction, others)? {
            return Ok(Some(flow));
        }
    }
    Ok(None)
}

/// A flow of the set that one of these rules of a direction is about; `None` when none is about any.
///
/// # Errors
/// When that is not decided.
pub fn find_about(
    index: &Index<'_>,
    flows: &Flows,
    direction: Direction,
    which: impl Fn(&Rule) -> bool,
) -> Result<Option<Flow>, Unknown> {
    let mut search = Search::new(index);
    let about = search.by_rules(&Piece::of(flows), direction, which)?;
    search.first(&about)
}

/// One question, with what it has cost.
pub(super) struct Search<'i, 'r> {
    index: &'i Index<'r>,
    pieces: usize,
}

impl<'i, 'r> Search<'i, 'r> {
    pub fn new(index: &'i Index<'r>) -> Self {
        Self { index, pieces: 0 }
    }

    /// A flow of one of them.
    pub fn first(&self, pieces: &[Piece<'_>]) -> Result<Option<Flow>, Unknown> {
        for piece in pieces {
            if let Some(flow) = piece.witness(self.index.universe)? {
                return Ok(Some(flow));
            }
        }
        Ok(None)
    }

    /// Visits the parts that pass these ends, until something is found; they may overlap.
    pub fn visit_passing<'p, T>(
        &mut self,
        piece: Piece<'p>,
        ends: &[Direction],
        visit: &mut dyn FnMut(Piece<'p>) -> Result<Option<T>, Unknown>,
    ) -> Result<Option<T>, Unknown>
    where
        'r: 'p,
    {
        let [direction, later @ ..] = ends else { return visit(piece) };
        let mut let_in = self.open(&piece, *direction)?;
        let_in.extend(self.by_rules(&piece, *direction, |rule| rule.effect != Effect::Deny)?);
        for part in let_in {
            let denies = |rule: &Rule| rule.effect == Effect::Deny;
            let found =
                self.visit_less(part, *direction, denies, |search, left| search.visit_passing(left, later, visit))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// A flow that is stopped at one end.
    pub fn first_stopped<'p>(&mut self, piece: &Piece<'p>, direction: Direction) -> Result<Option<Flow>, Unknown>
    where
        'r: 'p,
    {
        let universe = self.index.universe;
        self.visit_stopped(piece, direction, |stopped| stopped.witness(universe))
    }

    /// Visits the parts that are stopped at one end, until something is found.
    pub fn visit_stopped<'p, T>(
        &mut self,
        piece: &Piece<'p>,
        direction: Direction,
        mut visit: impl FnMut(Piece<'p>) -> Result<Option<T>, Unknown>,
    ) -> Result<Option<T>, Unknown>
    where
        'r: 'p,
    {
        for denied in self.by_rules(piece, direction, |rule| rule.effect == Effect::Deny)? {
            if let Some(found) = visit(denied)? {
                return Ok(Some(found));
            }
        }
        for isolated in self.isolated(piece, direction)? {
            let allows = |rule: &Rule| rule.effect != Effect::Deny;
            let found = self.visit_less(isolated, direction, allows, |_, left| visit(left))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The part whose end nothing isolates.
    pub fn open<'p>(&mut self, piece: &Piece<'p>, direction: Direction) -> Result<Vec<Piece<'p>>, Unknown>
    where
        'r: 'p,
    {
        let mut left = vec![piece.clone()];
        for governing in self.governing(piece, direction)? {
            if governing.isolated(direction) {
                left = self.each(left, |universe, piece| piece.beside_own(universe, direction, governing.subject))?;
            }
        }
        Ok(left)
    }

    /// The parts whose end something isolates; they may overlap.
    pub fn isolated<'p>(&mut self, piece: &Piece<'p>, direction: Direction) -> Result<Vec<Piece<'p>>, Unknown>
    where
        'r: 'p,
    {
        let mut parts = Vec::new();
        for governing in self.governing(piece, direction)? {
            if governing.isolated(direction) {
                parts.extend(piece.meet_own(self.index.universe, direction, governing.subject));
            }
        }
        self.count(parts.len())?;
        Ok(parts)
    }

    /// The parts that such rules are about; they may overlap.
    pub fn by_rules<'p>(
        &mut self,
        piece: &Piece<'p>,
        direction: Direction,
        fits: impl Fn(&Rule) -> bool,
    ) -> Result<Vec<Piece<'p>>, Unknown>
    where
        'r: 'p,
    {
        let universe = self.index.universe;
        let mut parts = Vec::new();
        for governing in self.governing(piece, direction)? {
            let Some(own) = piece.meet_own(universe, direction, governing.subject) else { continue };
            for rule in governing.rules(direction).filter(|rule| fits(rule) && may_meet(piece, rule)) {
                let Some(part) = own.meet_other(universe, direction, &rule.peers) else { continue };
                parts.extend(self.less_exceptions(part.carrying(&rule.connections), rule)?);
            }
        }
        Ok(parts)
    }

    /// A piece less what a rule leaves alone.
    pub fn less_exceptions<'p>(&mut self, piece: Piece<'p>, rule: &'r Rule) -> Result<Vec<Piece<'p>>, Unknown>
    where
        'r: 'p,
    {
        let mut left = vec![piece];
        for except in &rule.except {
            left = self.each(left, |universe, piece| {
                let mut parts = piece.beside_other(universe, rule.direction, &except.peers);
                let inside = piece.meet_other(universe, rule.direction, &except.peers);
                parts.extend(inside.and_then(|inside| inside.not_carrying(&except.connections)));
                parts
            })?;
        }
        self.count(left.len())?;
        Ok(left)
    }

    /// The pieces less all that such rules are about.
    pub fn less<'p>(
        &mut self,
        pieces: Vec<Piece<'p>>,
        direction: Direction,
        fits: impl Fn(&Rule) -> bool + Copy,
    ) -> Result<Vec<Piece<'p>>, Unknown>
    where
        'r: 'p,
    {
        let mut all = Vec::new();
        for piece in pieces {
            self.visit_less(piece, direction, fits, |_, left| {
                all.push(left);
                Ok(None::<Flow>)
            })?;
        }
        Ok(all)
    }

    /// A flow of [`less`](Self::less).
    pub fn first_less<'p>(
        &mut self,
        pieces: Vec<Piece<'p>>,
        direction: Direction,
        fits: impl Fn(&Rule) -> bool + Copy,
    ) -> Result<Option<Flow>, Unknown>
    where
        'r: 'p,
    {
        let universe = self.index.universe;
        for piece in pieces {
            if let Some(flow) = self.visit_less(piece, direction, fits, |_, left| left.witness(universe))? {
                return Ok(Some(flow));
            }
        }
        Ok(None)
    }

    /// Visits what is left of a piece without that such rules are about, until something is found.
    fn visit_less<'p, T>(
        &mut self,
        piece: Piece<'p>,
        direction: Direction,
        fits: impl Fn(&Rule) -> bool,
        mut visit: impl FnMut(&mut Self, Piece<'p>) -> Result<Option<T>, Unknown>,
    ) -> Result<Option<T>, Unknown>
    where
        'r: 'p,
    {
        let universe = self.index.universe;
        let mut rules = Vec::new();
        for governing in self.governing(&piece, direction)? {
            let meeting = governing.rules(direction).filter(|rule| fits(rule) && may_meet(&piece, rule));
            rules.extend(meeting.map(|rule| (governing.subject, rule)));
        }
        let is_about_all =
            |(subject, rule): &(&Endpoints, &'r Rule)| less_rule(universe, piece.clone(), subject, rule).is_empty();
        if rules.iter().any(is_about_all) {
            return Ok(None);
        }
        let mut left = vec![(piece, rules.as_slice())];
        while let Some((piece, rules)) = left.pop() {
            self.count(1)?;
            let Some(((subject, rule), rules)) = rules.split_first() else {
                match visit(self, piece)? {
                    Some(found) => return Ok(Some(found)),
                    None => continue,
                }
            };
            left.extend(less_rule(universe, piece, subject, rule).into_iter().rev().map(|part| (part, rules)));
        }
        Ok(None)
    }

    /// What governs a piece's end; not known when there is a gap.
    fn governing(
        &self,
        piece: &Piece<'_>,
        direction: Direction,
    ) -> Result<impl Iterator<Item = &'i super::index::Governing<'r>> + use<'i, 'r>, Unknown> {
        let own: &Endpoints = piece.own(direction);
        let universe = self.index.universe;
        let gap = |governing: &super::index::Governing<'r>| governing.gap(universe, direction, &piece.from, &piece.to);
        match self.index.governing(own).find_map(gap) {
            Some(gap) => Err(Unknown::gap(gap)),
            None => Ok(self.index.governing(own)),
        }
    }

    fn each<'p>(
        &mut self,
        pieces: Vec<Piece<'p>>,
        cut: impl Fn(crate::semantics::Universe<'r>, Piece<'p>) -> Vec<Piece<'p>>,
    ) -> Result<Vec<Piece<'p>>, Unknown> {
        let mut cuts = Vec::with_capacity(pieces.len());
        for piece in pieces {
            cuts.extend(cut(self.index.universe, piece));
        }
        self.count(cuts.len())?;
        Ok(cuts)
    }

    fn count(&mut self, pieces: usize) -> Result<(), Unknown> {
        self.pieces += pieces;
        if self.pieces > MAX_PIECES { Err(Unknown::too_large(TOO_MANY)) } else { Ok(()) }
    }
}

/// A piece less all that a rule is about.
fn less_rule<'p>(
    universe: crate::semantics::Universe<'_>,
    piece: Piece<'p>,
    subject: &Endpoints,
    rule: &'p Rule,
) -> Vec<Piece<'p>> {
    let direction = rule.direction;
    let Some(own) = piece.meet_own(universe, direction, subject) else { return vec![piece] };
    let Some(inside) = own.meet_other(universe, direction, &rule.peers) else { return vec![piece] };
    let mut left = piece.beside_own(universe, direction, subject);
    left.extend(own.beside_other(universe, direction, &rule.peers));
    for except in &rule.except {
        let spared = inside.meet_other(universe, direction, &except.peers);
        left.extend(spared.map(|spared| spared.carrying(&except.connections)));
    }
    left.extend(inside.not_carrying(&rule.connections));
    left
}

/// Whether a rule may be about something that the piece carries. A quick look: it saves cutting endpoints for nothing.
fn may_meet(piece: &Piece<'_>, rule: &Rule) -> bool {
    piece.within.iter().all(|within| connections::overlap(within, &rule.connections))
}
