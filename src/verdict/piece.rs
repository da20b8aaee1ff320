//! Sets of flows as pieces: endpoints on both sides, and connections that lie in all of some sets and in none of others.
//!
//! Endpoints are cut at once, since their parts are few and cheap. Connections are only gathered, and asked about at the
//! end, when it is known which of them matter.

use super::{Flow, Rule, Unknown};
use crate::policy::Direction;
use crate::semantics::connections::{self, Connections};
use crate::semantics::endpoints::{self, Endpoints};
use crate::semantics::{Answer, Universe};

/// Flows: a product of both ends and what passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flows {
    /// Who opens them.
    pub from: Endpoints,
    /// Who answers.
    pub to: Endpoints,
    /// What passes.
    pub connections: Connections,
}

impl Flows {
    /// Flows between the end that a direction's rules govern, and the other.
    #[must_use]
    pub fn at(own: Endpoints, direction: Direction, other: Endpoints, connections: Connections) -> Self {
        match direction {
            Direction::Egress => Self { from: own, to: other, connections },
            Direction::Ingress => Self { from: other, to: own, connections },
        }
    }

    /// One of them; `None` when there is none, or none is known.
    #[must_use]
    pub fn example(&self, universe: Universe<'_>) -> Option<Flow> {
        Piece::of(self).witness(universe).ok().flatten()
    }
}

/// A set of flows that may turn out to be empty.
#[derive(Clone, Debug)]
pub(super) struct Piece<'r> {
    pub from: Endpoints,
    pub to: Endpoints,
    pub within: Vec<&'r Connections>,
    pub without: Vec<&'r Connections>,
}

impl<'r> Piece<'r> {
    pub fn of(flows: &'r Flows) -> Self {
        Self { from: flows.from.clone(), to: flows.to.clone(), within: vec![&flows.connections], without: Vec::new() }
    }

    /// All flows that a rule is about, its exceptions included.
    pub fn around(rule: &'r Rule, subject: &Endpoints) -> Self {
        let (from, to) = match rule.direction {
            Direction::Egress => (subject.clone(), rule.peers.clone()),
            Direction::Ingress => (rule.peers.clone(), subject.clone()),
        };
        Self { from, to, within: vec![&rule.connections], without: Vec::new() }
    }

    /// The end that a direction's rules govern.
    pub fn own(&self, direction: Direction) -> &Endpoints {
        match direction {
            Direction::Egress => &self.from,
            Direction::Ingress => &self.to,
        }
    }

    /// The other end.
    pub fn other(&self, direction: Direction) -> &Endpoints {
        match direction {
            Direction::Egress => &self.to,
            Direction::Ingress => &self.from,
        }
    }

    fn with_own(&self, direction: Direction, own: Endpoints) -> Self {
        match direction {
            Direction::Egress => Self { from: own, ..self.clone() },
            Direction::Ingress => Self { to: own, ..self.clone() },
        }
    }

    fn with_other(&self, direction: Direction, other: Endpoints) -> Self {
        match direction {
            Direction::Egress => Self { to: other, ..self.clone() },
            Direction::Ingress => Self { from: other, ..self.clone() },
        }
    }

    /// The part whose governed end is among these.
    pub fn meet_own(&self, universe: Universe<'_>, direction: Direction, own: &Endpoints) -> Option<Self> {
        endpoints::intersection(universe, self.own(direction), own).map(|own| self.with_own(direction, own))
    }

    /// The part whose other end is among these.
    pub fn meet_other(&self, universe: Universe<'_>, direction: Direction, other: &Endpoints) -> Option<Self> {
        endpoints::intersection(universe, self.other(direction), other).map(|other| self.with_other(direction, other))
    }

    /// The parts whose governed end is not among these.
    pub fn beside_own(&self, universe: Universe<'_>, direction: Direction, own: &Endpoints) -> Vec<Self> {
        let parts = endpoints::difference(universe, self.own(direction), own).into_iter();
        parts.map(|own| self.with_own(direction, own)).collect()
    }

    /// The parts whose other end is not among these.
    pub fn beside_other(&self, universe: Universe<'_>, direction: Direction, other: &Endpoints) -> Vec<Self> {
        let parts = endpoints::difference(universe, self.other(direction), other).into_iter();
        parts.map(|other| self.with_other(direction, other)).collect()
    }

    /// The part that carries such a thing.
    pub fn carrying(mut self, connections: &'r Connections) -> Self {
        if *connections != Connections::All {
            self.within.push(connections);
        }
        self
    }

    /// The part that carries anything else; `None` when it is plain that nothing is left. What a connection carries is
    /// costly to compare, and left for later.
    pub fn not_carrying(mut self, connections: &'r Connections) -> Option<Self> {
        self.without.push(connections);
        let carries = |set: &&Connections| {
            matches!(set, Connections::Requests { .. } | Connections::LookUps { .. } | Connections::Tls { .. })
        };
        let is_empty = if self.within.iter().any(carries) {
            *connections == Connections::All || self.within.contains(&connections)
        } else {
            connections::find(&self.within, &self.without).is_yes()
        };
        (!is_empty).then_some(self)
    }

    /// A flow of it; `None` when it is empty.
    pub fn witness(&self, universe: Universe<'_>) -> Result<Option<Flow>, Unknown> {
        let connection = match connections::find(&self.within, &self.without) {
            Answer::Yes => return Ok(None),
            Answer::No(connection) => connection,
            Answer::Unknown(reason) => return Err(Unknown::too_large(reason)),
        };
        let ends = endpoints::witness(universe, &self.from).zip(endpoints::witness(universe, &self.to));
        let (from, to) = ends.ok_or_else(|| Unknown::too_large("the names are too large to compare"))?;
        Ok(Some(Flow { from, to, connection }))
    }
}
