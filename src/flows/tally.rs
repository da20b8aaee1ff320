//! Flows counted: each distinct one once, however many lines have it.

use super::event::{Event, Fate};
use super::left_out::LeftOut;
use super::who::Who;
use crate::policy::Direction;
use crate::semantics::Place;
use crate::semantics::connections::Connection;
use crate::semantics::endpoints::Endpoint;
use indexmap::{IndexMap, IndexSet};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// How many bad lines are named; the others are only counted.
const NAMED: usize = 10;

/// How many different requests are kept: clients make up as many paths as they like.
const MOST_REQUESTS: usize = 200_000;

/// How many different things that stopped one flow are kept.
const MOST_STOPPED_BY: usize = 8;

/// A line that is no flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// The file, as it was named.
    pub file: SmolStr,
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// A distinct flow, as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Who opened it: an index of [`Tally::ends`].
    pub from: u32,
    /// Who answers.
    pub to: u32,
    /// At whose end.
    pub at: Option<Direction>,
    /// What became of it.
    pub fate: Fate,
    /// What passes.
    pub connection: Connection,
}

/// How often and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many lines have it.
    pub lines: u64,
    /// The first time, as `2026-11-20T10:00:00Z`.
    pub first: Option<SmolStr>,
    /// The last time.
    pub last: Option<SmolStr>,
    /// What stopped it, as agents tell it.
    pub stopped_by: BTreeSet<SmolStr>,
}

impl Count {
    /// Adds another.
    pub fn add(&mut self, other: Self) {
        self.lines = self.lines.saturating_add(other.lines);
        self.first = match (self.first.take(), other.first) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.last = self.last.take().max(other.last);
        for one in other.stopped_by {
            if self.stopped_by.len() < MOST_STOPPED_BY {
                self.stopped_by.insert(one);
            }
        }
    }
}

/// All that was read.
#[derive(Debug, Default)]
pub struct Tally {
    /// Everybody who was seen.
    pub ends: IndexSet<Endpoint>,
    /// The flows.
    pub flows: IndexMap<Key, Count>,
    /// How many lines there were, without empty ones.
    pub lines: u64,
    /// The first bad lines.
    pub bad: Vec<Bad>,
    /// How many bad lines there are.
    pub bad_lines: u64,
    /// How many lines are no flow that is decided.
    pub left_out: BTreeMap<LeftOut, u64>,
    /// How many events Hubble says it lost.
    pub lost: u64,
    requests: usize,
}

impl Tally {
    /// The endpoint of an index of this tally.
    #[must_use]
    pub fn end(&self, index: u32) -> Option<&Endpoint> {
        self.ends.get_index(index as usize)
    }

    /// Counts what is left out.
    pub fn leave_out(&mut self, why: LeftOut, lines: u64) {
        *self.left_out.entry(why).or_default() += lines;
    }

    /// Notes a bad line.
    pub fn bad(&mut self, file: &SmolStr, line: u64, reason: String) {
        self.bad_lines += 1;
        if self.bad.len() < NAMED {
            self.bad.push(Bad { file: file.clone(), line, reason });
        }
    }

    /// Adds a flow.
    fn add(&mut self, key: Key, count: Count) {
        let is_request = matches!(key.connection, Connection::Request(..) | Connection::LookUp(..));
        if is_request && self.requests >= MOST_REQUESTS && !self.flows.contains_key(&key) {
            return self.leave_out(LeftOut::TooMany, count.lines);
        }
        match self.flows.entry(key) {
            indexmap::map::Entry::Occupied(mut known) => known.get_mut().add(count),
            indexmap::map::Entry::Vacant(new) => {
                new.insert(count);
                self.requests += usize::from(is_request);
            }
        }
    }

    /// Adds all that another has. Its lines come behind `lines_before` others of the same file.
    pub fn merge(&mut self, other: Self, lines_before: u64) {
        let numbers: Vec<u32> = other.ends.into_iter().map(|end| index(self.ends.insert_full(end).0)).collect();
        let number = |of: u32| numbers.get(of as usize).copied().unwrap_or(u32::MAX);
        for (key, count) in other.flows {
            self.add(Key { from: number(key.from), to: number(key.to), ..key }, count);
        }
        for bad in other.bad.into_iter().take(NAMED.saturating_sub(self.bad.len())) {
            self.bad.push(Bad { line: bad.line + lines_before, ..bad });
        }
        self.bad_lines += other.bad_lines;
        self.lines += other.lines;
        self.lost = self.lost.saturating_add(other.lost);
        for (why, lines) in other.left_out {
            self.leave_out(why, lines);
        }
    }
}

fn index(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Counts the flows of one piece of text, in which most lines speak of the same few ends.
#[derive(Debug, Default)]
pub struct Counter<'l> {
    known: IndexMap<Who<'l>, Result<u32, LeftOut>>,
    /// What was counted.
    pub tally: Tally,
}

impl<'l> Counter<'l> {
    /// Counts an event.
    pub fn count(&mut self, event: Event<'l>) {
        let (from, to) = (self.number(event.from), self.number(event.to));
        let (from, to) = match (from, to) {
            (Ok(from), Ok(to)) => (from, to),
            (Err(why), _) | (_, Err(why)) => return self.tally.leave_out(why, 1),
        };
        let local_node = |end: Option<&Endpoint>| {
            end.is_some_and(|end| matches!(end.place(), Place::LocalNode | Place::LocalApiserver))
        };
        let pod = |end: Option<&Endpoint>| matches!(end, Some(Endpoint::Pod(_)));
        // Where the agent lets policies decide over it as well (`allow-localhost=policy`), it may be stopped.
        if event.fate != Fate::Dropped && local_node(self.tally.end(from)) && pod(self.tally.end(to)) {
            return self.tally.leave_out(LeftOut::LocalNode, 1);
        }
        let key = Key { from, to, at: event.at, fate: event.fate, connection: event.connection };
        let stopped_by = event.stopped_by.into_iter().take(MOST_STOPPED_BY).collect();
        self.tally.add(key, Count { lines: 1, first: event.time.clone(), last: event.time, stopped_by });
    }

    fn number(&mut self, who: Who<'l>) -> Result<u32, LeftOut> {
        if let Some(known) = self.known.get(&who) {
            return *known;
        }
        let number = who.endpoint().map(|end| index(self.tally.ends.insert_full(end).0));
        self.known.insert(who, number);
        number
    }
}
