//! The one question that all others come down to: is there a connection in all of these sets and in none of those?
//!
//! What a connection carries decides most of it. If one of `within` has only requests (or look-ups, or TLS hellos), only
//! these count, port by port; if none does, whatever lies within them goes to a port with nothing in it as well, so that
//! ports, ICMP types and the rest decide alone, and no automaton is ever built.

use super::request_set::{self, Parts};
use super::{Connection, Connections, IcmpTypes};
use crate::policy::{PortSet, Protocol};
use crate::semantics::answer::Answer;
use crate::semantics::language::{Budget, TooLarge};
use crate::semantics::names::{self, Names};
use crate::semantics::ports;
use std::collections::BTreeSet;
use std::iter::empty;

/// How many combinations of one member each of several unions are looked at before the question is given up.
const MAX_COMBINATIONS: usize = 10_000;

/// How much all comparisons of expressions of one question may take, in [`Budget`]'s questions: some tenths of a second.
pub(super) const COMPARISONS: usize = 10;

/// Why a question was given up.
const TOO_MANY: &str = "too many of them overlap to compare them all";

/// Whether no connection is in all of `within` (at least one) and in none of `without`; if one is, such a connection: the
/// lowest port, and the plainest that may go there.
///
/// Unknown where an expression cannot be read or is too large to compare, or where too many sets overlap each other.
#[must_use]
pub fn find(within: &[&Connections], without: &[&Connections]) -> Answer<Connection> {
    if without.iter().any(|one| **one == Connections::All || within.contains(one)) {
        return Answer::Yes;
    }
    let mut carried = within.iter().filter_map(|set| Content::of(set));
    match carried.next() {
        None => plain(within, without).map_or(Answer::Yes, Answer::No),
        Some(content) if carried.all(|other| other == content) => content.find(within, without),
        Some(_) => Answer::Yes,
    }
}

/// Whether something may be in both: true also where that is unknown.
#[must_use]
pub fn overlap(a: &Connections, b: &Connections) -> bool {
    !find(&[a, b], &[]).is_yes()
}

/// Whether all of `inner` is in `outer`; if not, something that is not (see [`find`]).
#[must_use]
pub fn includes(outer: &Connections, inner: &Connections) -> Answer<Connection> {
    find(&[inner], &[outer])
}

/// Whether all of `inner` is in one of `outers` or another; if not, something that is in none (see [`find`]).
#[must_use]
pub fn includes_union(outers: &[&Connections], inner: &Connections) -> Answer<Connection> {
    find(&[inner], outers)
}

/// The ports of sets that have whatever goes to a port, but of [`Connections::All`].
fn plain_ports<'s>(sets: &'s [&'s Connections]) -> impl Iterator<Item = &'s PortSet> + Clone {
    sets.iter().filter_map(|set| match set {
        Connections::Ports(ports) => Some(ports),
        _ => None,
    })
}

/// A connection that carries nothing of interest, or a packet.
fn plain(within: &[&Connections], without: &[&Connections]) -> Option<Connection> {
    let inside = within.iter().filter_map(|set| set.ports());
    if let Some((protocol, port)) = ports::lowest(ports::LOWEST, inside, plain_ports(without)) {
        return Some(Connection::Port(protocol, port));
    }
    let icmp = |set: &Connections| match set {
        Connections::All => IcmpTypes::ALL,
        Connections::Icmp(types) => *types,
        _ => IcmpTypes::default(),
    };
    let types = within.iter().fold(IcmpTypes::ALL, |all, set| all.intersection(&icmp(set)));
    let types = without.iter().fold(types, |left, set| left.difference(&icmp(set)));
    let echo = types.intersection(&IcmpTypes::echo());
    let plainest = if echo.is_empty() { types } else { echo };
    if !plainest.is_empty() {
        return plainest.iter().next().map(|(v6, number)| Connection::Icmp { v6, number });
    }
    let other = |set: &&Connections| matches!(set, Connections::All | Connections::Other);
    (within.iter().all(other) && !without.iter().any(other)).then_some(Connection::Other)
}

/// What connections to a port may carry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Requests,
    LookUps,
    Tls,
}

impl Content {
    /// What all of the set's connections carry.
    fn of(set: &Connections) -> Option<Self> {
        match set {
            Connections::Requests { .. } => Some(Self::Requests),
            Connections::LookUps { .. } => Some(Self::LookUps),
            Connections::Tls { .. } => Some(Self::Tls),
            Connections::All | Connections::Ports(_) | Connections::Icmp(_) | Connections::Other => None,
        }
    }

    /// The last protocol that can carry it.
    fn last_protocol(self) -> Protocol {
        match self {
            Self::Requests | Self::Tls => Protocol::Tcp,
            Self::LookUps => Protocol::Udp,
        }
    }

    /// [`find`] where at least one of `within` has only these, and none has only others.
    fn find(self, within: &[&Connections], without: &[&Connections]) -> Answer<Connection> {
        let near = |set: &Connections| {
            let inside = within.iter().filter_map(|set| set.ports()).chain(set.ports());
            Self::of(set) == Some(self) && ports::lowest(ports::LOWEST, inside, empty()).is_some()
        };
        let unions: Vec<&Connections> = within.iter().filter(|set| Self::of(set) == Some(self)).copied().collect();
        let members: Vec<&Connections> = without.iter().copied().filter(|set| near(set)).collect();
        let budget = Budget::of(COMPARISONS);
        let region = Region { within, without, members: &members, last: self.last_protocol(), budget: &budget };
        if self == Self::Requests {
            let (unions, members) = (unions.iter().map(requests).collect(), members.iter().map(requests).collect());
            let find = |within: &[&Parts<'_>], without: &[&Parts<'_>]| request_set::among(within, without, &budget);
            let answer = region.each(unions, members, Parts::are_apart, find);
            return answer.map(|(line, _, port)| Connection::Request(line, port));
        }
        let (unions, members) = (unions.iter().map(names_of).collect(), members.iter().map(names_of).collect());
        let find = |within: &[&Names<'_>], without: &[&Names<'_>]| names::among(within, without, &budget);
        let answer = region.each(unions, members, Names::are_apart, find);
        answer.map(|(name, protocol, port)| match self {
            Self::LookUps => Connection::LookUp(name, protocol, port),
            Self::Requests | Self::Tls => Connection::Tls(name, port),
        })
    }
}

fn requests<'s>(set: &&'s Connections) -> Vec<Parts<'s>> {
    match set {
        Connections::Requests { requests, .. } => requests.iter().map(Parts::new).collect(),
        _ => Vec::new(),
    }
}

fn names_of<'s>(set: &&'s Connections) -> Vec<Names<'s>> {
    match set {
        Connections::LookUps { names, .. } | Connections::Tls { names, .. } => names.iter().map(Names::new).collect(),
        _ => Vec::new(),
    }
}

/// The ports in question.
struct Region<'s> {
    within: &'s [&'s Connections],
    without: &'s [&'s Connections],
    /// Those of `without` that have only what is asked for.
    members: &'s [&'s Connections],
    /// The last protocol.
    last: Protocol,
    budget: &'s Budget,
}

impl Region<'_> {
    /// Cuts the ports at the edges of the members, and asks once for all ports that lie in the same members: whether
    /// nothing is in all `unions` and in none of these members.
    fn each<T, W>(
        &self,
        unions: Vec<Vec<T>>,
        members: Vec<Vec<T>>,
        apart: impl Fn(&T, &T) -> bool,
        find: impl Fn(&[&T], &[&T]) -> Answer<W>,
    ) -> Answer<(W, Protocol, u16)> {
        let Ok(combinations) = combinations(&unions, apart, self.budget) else { return Answer::Unknown(TOO_MANY) };
        let mut asked: BTreeSet<Vec<usize>> = BTreeSet::new();
        let mut unknown = None;
        let mut from = Some(ports::LOWEST);
        while let Some((protocol, port)) = from.and_then(|from| self.lowest(from)) {
            let here =
                |member: &&Connections| member.ports().is_some_and(|ports| ports::contains(ports, protocol, port));
            let present: Vec<usize> =
                (0..).zip(self.members).filter(|(_, member)| here(member)).map(|(index, _)| index).collect();
            let without: Vec<&T> = present.iter().filter_map(|index| members.get(*index)).flatten().collect();
            if asked.insert(present) {
                match Answer::all(combinations.iter().map(|within| find(within, &without))) {
                    Answer::Yes => {}
                    Answer::No(what) => return Answer::No((what, protocol, port)),
                    Answer::Unknown(reason) => unknown = Some(reason),
                }
            }
            let edges = self.members.iter().filter_map(|member| ports::edge(member.ports()?, (protocol, port)));
            from = edges.min();
        }
        unknown.map_or(Answer::Yes, Answer::Unknown)
    }

    /// The lowest of these ports from here.
    fn lowest(&self, from: (Protocol, u16)) -> Option<(Protocol, u16)> {
        let within = self.within.iter().filter_map(|set| set.ports());
        ports::lowest(from, within, plain_ports(self.without)).filter(|(protocol, _)| *protocol <= self.last)
    }
}

/// All ways to take one member of each union, without those of which two have nothing in common.
///
/// # Errors
/// When there are too many.
fn combinations<'t, T>(
    unions: &'t [Vec<T>],
    apart: impl Fn(&T, &T) -> bool,
    budget: &Budget,
) -> Result<Vec<Vec<&'t T>>, TooLarge> {
    let mut all: Vec<Vec<&T>> = vec![Vec::new()];
    for union in unions {
        let mut longer = Vec::new();
        for known in &all {
            budget.spend(union.len() * (known.len() + 1))?;
            let meets_all = |one: &&T| !known.iter().any(|other| apart(other, one));
            longer.extend(union.iter().filter(meets_all).map(|one| [known.as_slice(), &[one]].concat()));
            if longer.len() > MAX_COMBINATIONS {
                return Err(TooLarge);
            }
        }
        all = longer;
    }
    Ok(all)
}
