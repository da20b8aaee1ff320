//! One flow, decided at both of its ends.

use super::{Effect, Gap, Index, Isolation, Rule, Unknown};
use crate::policy::Direction;
use crate::semantics::Answer;
use crate::semantics::connections::{self, Connection};
use crate::semantics::endpoints::{self, Endpoint};
use std::fmt;

/// A concrete flow.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Flow {
    /// Who opens it.
    pub from: Endpoint,
    /// Who answers.
    pub to: Endpoint,
    /// What passes.
    pub connection: Connection,
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}: {}", self.from, self.to, self.connection)
    }
}

/// What happens to a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict<'r> {
    /// At the end that opens it.
    pub egress: End<'r>,
    /// At the end that answers.
    pub ingress: End<'r>,
}

/// What happens at one end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End<'r> {
    /// Nothing isolates it in this direction, and nothing denies the flow.
    Open,
    /// Isolated, and these allow it; or not isolated, and one of these asks for authentication.
    Allowed(Vec<&'r Rule>),
    /// These isolate it, and nothing allows the flow.
    NotAllowed(Vec<&'r Isolation>),
    /// These deny it, whatever allows it.
    Denied(Vec<&'r Rule>),
}

impl End<'_> {
    /// Whether the flow may pass this end.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(self, Self::Open | Self::Allowed(_))
    }

    /// Whether it may pass after mutual authentication only.
    #[must_use]
    pub fn authenticated(&self) -> bool {
        matches!(self, Self::Allowed(rules) if rules.iter().any(|rule| rule.effect == Effect::AllowAuthenticated))
    }
}

impl Verdict<'_> {
    /// Whether the flow passes.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.egress.passes() && self.ingress.passes()
    }
}

/// Decides a flow.
///
/// # Errors
/// When something that governs one of its ends is not known, or an expression cannot be read.
pub fn decide<'r>(index: &Index<'r>, flow: &Flow) -> Result<Verdict<'r>, Unknown> {
    let end = |direction, subject, peer| decide_end(index, direction, subject, peer, &flow.connection);
    Ok(Verdict {
        egress: end(Direction::Egress, &flow.from, &flow.to)?,
        ingress: end(Direction::Ingress, &flow.to, &flow.from)?,
    })
}

/// Decides what happens to a connection at one end.
///
/// # Errors
/// As [`decide`].
pub fn decide_end<'r>(
    index: &Index<'r>,
    direction: Direction,
    subject: &Endpoint,
    peer: &Endpoint,
    connection: &Connection,
) -> Result<End<'r>, Unknown> {
    let mut isolations = Vec::new();
    let mut allowing = Vec::new();
    let mut denying = Vec::new();
    let mut gap: Option<&Gap> = None;
    let (from, to) = if direction == Direction::Egress { (subject, peer) } else { (peer, subject) };
    for governing in index.governing_one(subject) {
        isolations.extend(governing.isolations.iter().copied().filter(|isolation| isolation.direction == direction));
        gap = gap.or_else(|| governing.gap_for_one(direction, from, to));
        for rule in governing.rules(direction) {
            if applies(rule, peer, connection)? {
                match rule.effect {
                    Effect::Deny => denying.push(rule),
                    Effect::Allow | Effect::AllowAuthenticated => allowing.push(rule),
                }
            }
        }
    }
    if !denying.is_empty() {
        return Ok(End::Denied(denying));
    }
    if let Some(gap) = gap {
        return Err(Unknown::gap(gap));
    }
    let asks = allowing.iter().any(|rule| rule.effect == Effect::AllowAuthenticated);
    Ok(match (isolations.is_empty(), allowing.is_empty()) {
        (true, _) if !asks => End::Open,
        (_, false) => End::Allowed(allowing),
        (_, true) => End::NotAllowed(isolations),
    })
}

/// Whether a rule is about this.
fn applies(rule: &Rule, peer: &Endpoint, connection: &Connection) -> Result<bool, Unknown> {
    if !endpoints::matches(&rule.peers, peer) || !within(&rule.connections, connection)? {
        return Ok(false);
    }
    for except in &rule.except {
        if endpoints::matches(&except.peers, peer) && within(&except.connections, connection)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn within(set: &connections::Connections, connection: &Connection) -> Result<bool, Unknown> {
    match connections::contains(set, connection) {
        Answer::Yes => Ok(true),
        Answer::No(()) => Ok(false),
        Answer::Unknown(reason) => Err(Unknown::too_large(reason)),
    }
}
