//! What changes from one ruleset to another: the flows that pass only by the one or only by the other, and the ends that
//! only the one guards.
//!
//! Only what the two do not both say can change anything, and each such thing only in one way: an allow that is new can
//! only open, an isolation that is gone can only open, and so on. So each is asked about for itself, and what it does is
//! cut out of the flows that it is about.

use super::compare::{Atom, Part, lacking, unmatched};
use super::piece::Piece;
use super::search::{BOTH, Search, first_change};
use super::{Effect, Flow, Flows, Index, Unknown, decide};
use crate::policy::Direction;
use crate::semantics::Universe;
use crate::semantics::connections::{self, Connections};
use crate::semantics::endpoints::{self, Endpoints};
use crate::semantics::ports;
use indexmap::IndexMap;

/// The most parts that are told apart of what one rule changes.
const MAX_PARTS: usize = 24;

/// What changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The changes, sorted by their kinds and whom they are about. None: both mean the same at every end, as far as that is
    /// decided.
    pub found: Vec<Change>,
    /// Where it is not decided.
    pub undecided: Vec<Undecided>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What kind.
    pub kind: ChangeKind,
    /// What it is about.
    pub of: Changed,
    /// A flow that changes.
    pub example: Flow,
}

/// What a change is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Changed {
    /// Flows, all of which change.
    Flows(Cut),
    /// Flows, some of which change, in too many parts to tell them apart.
    Among(Cut),
    /// The isolation of an end. Gained or lost is what no rule is about.
    Isolation {
        /// Whose.
        subject: Endpoints,
        /// In which direction.
        direction: Direction,
    },
}

/// Flows: those that lie in all of `within` and in none of `without`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cut {
    /// Who opens them.
    pub from: Endpoints,
    /// Who answers.
    pub to: Endpoints,
    /// What passes; at least one.
    pub within: Vec<Connections>,
    /// What does not, as far as it is no ports of ports.
    pub without: Vec<Connections>,
}

/// See [`Change`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// It passes now, and did not.
    Gained,
    /// It passed, and does not now.
    Lost,
    /// It is stopped as before, but an end no longer isolates or denies what it did: the next rule could open it. Or it
    /// passes without the authentication that it asked for.
    Weakened,
    /// It is stopped as before, and an end isolates or denies it now. Or it passes after authentication only.
    Strengthened,
}

/// Flows of which it is not known whether they change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// The flows.
    pub flows: Flows,
    /// Why.
    pub reason: Unknown,
}

/// All changes. What neither could be read into rules ([`super::Gap`]) is not compared.
#[must_use]
pub fn changes(old: &Index<'_>, new: &Index<'_>) -> Changes {
    let (only_old, only_new) = unmatched(old.ruleset, new.ruleset);
    let mut found: IndexMap<(ChangeKind, Changed), Flow> = IndexMap::new();
    let mut undecided: Vec<Undecided> = Vec::new();
    for (atoms, is_new) in [(&only_old, false), (&only_new, true)] {
        for atom in atoms {
            let step = Step { old, new, is_new };
            match step.changes(atom) {
                Ok(changes) => {
                    for Change { kind, of, example } in changes {
                        found.entry((kind, of)).or_insert(example);
                    }
                }
                Err(reason) => {
                    undecided
                        .extend(flows_of(atom).into_iter().map(|flows| Undecided { flows, reason: reason.clone() }));
                }
            }
        }
    }
    let mut found: Vec<Change> =
        without_covered(found).into_iter().map(|((kind, of), example)| Change { kind, of, example }).collect();
    found.sort_by(|a, b| (a.kind, &a.of).cmp(&(b.kind, &b.of)));
    Changes { found, undecided }
}

/// Without cuts that lie within another one of the same kind and ends.
fn without_covered(found: IndexMap<(ChangeKind, Changed), Flow>) -> IndexMap<(ChangeKind, Changed), Flow> {
    type Ends<'c> = (ChangeKind, &'c Endpoints, &'c Endpoints);
    let mut by_ends: IndexMap<Ends<'_>, Vec<&Cut>> = IndexMap::new();
    for (kind, of) in found.keys() {
        if let Changed::Flows(cut) = of {
            by_ends.entry((*kind, &cut.from, &cut.to)).or_default().push(cut);
        }
    }
    let covered = |kind: ChangeKind, of: &Changed| match of {
        Changed::Flows(cut) => by_ends.get(&(kind, &cut.from, &cut.to)).is_some_and(|others| {
            others.iter().any(|other| *other != cut && carried(other, cut) && !carried(cut, other))
        }),
        _ => false,
    };
    let keep: Vec<bool> = found.keys().map(|(kind, of)| !covered(*kind, of)).collect();
    found.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(change, _)| change).collect()
}

/// One step from an old ruleset to a new one.
struct Step<'i, 'r> {
    old: &'i Index<'r>,
    new: &'i Index<'r>,
    /// Whether the step is to say something; else it is to say it no more.
    is_new: bool,
}

impl<'i, 'r> Step<'i, 'r> {
    /// Those who say it.
    fn here(&self) -> &'i Index<'r> {
        if self.is_new { self.new } else { self.old }
    }

    /// Those who do not say it.
    fn there(&self) -> &'i Index<'r> {
        if self.is_new { self.old } else { self.new }
    }

    /// Whether it opens, where it does anything.
    fn opens(&self, guards: bool) -> bool {
        self.is_new != guards
    }

    /// By which of the two flows pass that the other stops.
    fn passing_and_stopping(&self, guards: bool) -> (&'i Index<'r>, &'i Index<'r>) {
        if self.opens(guards) { (self.new, self.old) } else { (self.old, self.new) }
    }

    fn loud(&self, guards: bool) -> ChangeKind {
        if self.opens(guards) { ChangeKind::Gained } else { ChangeKind::Lost }
    }

    /// What saying it changes.
    fn changes(&self, atom: &Atom<'_>) -> Result<Vec<Change>, Unknown> {
        match atom {
            Atom::Isolation { subject, direction } => self.isolation(subject, *direction),
            Atom::Rule { effect, .. } => self.rule(atom, *effect),
        }
    }

    fn rule(&self, atom: &Atom<'_>, effect: Effect) -> Result<Vec<Change>, Unknown> {
        let guards = effect == Effect::Deny;
        let (passing, stopping) = self.passing_and_stopping(guards);
        let mut found = Vec::new();
        for flows in flows_of(atom) {
            found.extend(region(passing, stopping, &flows)?);
        }
        if !found.is_empty() {
            let kind = self.loud(guards);
            return Ok(found.into_iter().map(|(of, example)| Change { kind, of, example }).collect());
        }
        let (part, guards) = match effect {
            Effect::Deny => (Part::Denied, true),
            Effect::AllowAuthenticated => (Part::Authenticated, true),
            Effect::Allow => return Ok(Vec::new()),
        };
        let Some(example) = lacking(part, atom, self.here(), self.there())? else { return Ok(Vec::new()) };
        let kind = if self.opens(guards) { ChangeKind::Weakened } else { ChangeKind::Strengthened };
        let flows = flows_of(atom).into_iter();
        let of = flows.map(|Flows { from, to, connections }| {
            Changed::Flows(Cut { from, to, within: vec![connections], without: Vec::new() })
        });
        Ok(of.map(|of| Change { kind, of, example: example.clone() }).collect())
    }

    /// What an isolation does at ends that the other one leaves open. Nearly always the plainest flow there shows it;
    /// only if not, all of them are looked through.
    fn isolation(&self, subject: &Endpoints, direction: Direction) -> Result<Vec<Change>, Unknown> {
        const EVERYTHING: &Connections = &Connections::All;
        let (passing, stopping) = self.passing_and_stopping(true);
        let mut open = Vec::new();
        for peers in endpoints::anything() {
            let (from, to) = match direction {
                Direction::Egress => (subject.clone(), peers),
                Direction::Ingress => (peers, subject.clone()),
            };
            let piece = Piece { from, to, within: vec![EVERYTHING], without: Vec::new() };
            open.extend(Search::new(self.there()).open(&piece, direction)?);
        }
        let change =
            |kind, example| Change { kind, of: Changed::Isolation { subject: subject.clone(), direction }, example };
        let mut plainest = None;
        for piece in &open {
            let Some(flow) = piece.witness(self.there().universe)? else { continue };
            if decide(passing, &flow)?.passes() && !decide(stopping, &flow)?.passes() {
                return Ok(vec![change(self.loud(true), flow)]);
            }
            plainest = plainest.or(Some(flow));
        }
        let Some(plainest) = plainest else { return Ok(Vec::new()) };
        for piece in open {
            if let Some(flow) = first_change(stopping, passing, piece)? {
                return Ok(vec![change(self.loud(true), flow)]);
            }
        }
        let kind = if self.opens(true) { ChangeKind::Weakened } else { ChangeKind::Strengthened };
        Ok(vec![change(kind, plainest)])
    }
}

/// What passes by the one and is stopped by the other, in parts, each with an example.
fn region(passing: &Index<'_>, stopping: &Index<'_>, flows: &Flows) -> Result<Vec<(Changed, Flow)>, Unknown> {
    let mut found: Vec<(Cut, Flow)> = Vec::new();
    let universe = stopping.universe;
    let mut add = |part: Piece<'_>| {
        let Some(example) = part.witness(universe)? else { return Ok(None) };
        let part = cut(&part);
        if found.iter().any(|(known, _)| covers(universe, known, &part)) {
            return Ok(None);
        }
        found.retain(|(known, _)| !covers(universe, &part, known));
        found.push((part, example.clone()));
        Ok((found.len() > MAX_PARTS).then_some(example))
    };
    let mut search = Search::new(stopping);
    let one_too_many = Search::new(passing).visit_passing(Piece::of(flows), &BOTH, &mut |piece| {
        for direction in BOTH {
            if let Some(example) = search.visit_stopped(&piece, direction, &mut add)? {
                return Ok(Some(example));
            }
        }
        Ok(None)
    })?;
    if let Some(example) = one_too_many {
        let Flows { from, to, connections } = flows.clone();
        let whole = Cut { from, to, within: vec![connections], without: Vec::new() };
        return Ok(vec![(Changed::Among(whole), example)]);
    }
    Ok(found.into_iter().map(|(cut, example)| (Changed::Flows(cut), example)).collect())
}

/// Whether all flows of a cut are known to be in another one.
fn covers(universe: Universe<'_>, outer: &Cut, inner: &Cut) -> bool {
    endpoints::includes(universe, &outer.from, &inner.from)
        && endpoints::includes(universe, &outer.to, &inner.to)
        && carried(outer, inner)
}

/// Whether all that the inner one carries is carried by the outer one.
fn carried(outer: &Cut, inner: &Cut) -> bool {
    let within = |outer: &Connections| inner.within.iter().any(|inner| connections::includes(outer, inner).is_yes());
    outer.within.iter().all(within) && outer.without.iter().all(|except| inner.without.contains(except))
}

/// A piece without what says nothing: sets around another one, and exceptions of what is not there.
fn cut(piece: &Piece<'_>) -> Cut {
    let mut within: Vec<&Connections> = Vec::new();
    for one in &piece.within {
        if within.iter().any(|inner| connections::includes(one, inner).is_yes()) {
            continue;
        }
        within.retain(|outer| !connections::includes(outer, one).is_yes());
        within.push(one);
    }
    let mut without: Vec<Connections> = piece.without.iter().copied().cloned().collect();
    without.retain(|except| !connections::find(&[within.as_slice(), &[except]].concat(), &[]).is_yes());
    without.sort();
    without.dedup();
    let mut within: Vec<Connections> = within.into_iter().cloned().collect();
    within.sort();
    if let [Connections::Ports(ports)] = within.as_mut_slice() {
        without.retain(|except| match except {
            Connections::Ports(except) => {
                *ports = ports::difference(ports, except);
                false
            }
            _ => true,
        });
    }
    Cut { from: piece.from.clone(), to: piece.to.clone(), within, without }
}

/// The flows that an atom is about.
fn flows_of(atom: &Atom<'_>) -> Vec<Flows> {
    let flows = |subject: &Endpoints, direction: Direction, peers: Endpoints, connections: Connections| match direction
    {
        Direction::Egress => Flows { from: subject.clone(), to: peers, connections },
        Direction::Ingress => Flows { from: peers, to: subject.clone(), connections },
    };
    match atom {
        Atom::Isolation { subject, direction } => {
            endpoints::anything().into_iter().map(|peers| flows(subject, *direction, peers, Connections::All)).collect()
        }
        Atom::Rule { subject, direction, peers, connections, .. } => {
            vec![flows(subject, *direction, (*peers).clone(), connections.as_ref().clone())]
        }
    }
}
