//! Flows between pods: who reaches whom with what. Whether all that a sentence wants is consented to is a question about
//! the union of all exposures, since one may cover the reads and another the writes.

use super::answer::Answer;
use super::pods::{self, Pod};
use super::traffic::{self, TrafficWitness};
use super::{Universe, cover};
use crate::policy::{PodSelector, Traffic};
use std::fmt;

/// How often the traffic is compared before a question is given up.
const MAX_COMPARISONS: usize = 100;

/// All flows from these pods to those with this traffic.
#[derive(Clone, Copy, Debug)]
pub struct Flows<'a> {
    /// Where they come from.
    pub from: &'a PodSelector,
    /// Where they go.
    pub to: &'a PodSelector,
    /// What passes.
    pub traffic: &'a Traffic,
}

/// A concrete flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowWitness {
    /// Where it comes from.
    pub from: Pod,
    /// Where it goes.
    pub to: Pod,
    /// What passes.
    pub traffic: TrafficWitness,
}

/// `shop/{app: a} to pay/{app: b}: GET /x on port 8080/tcp`
impl fmt::Display for FlowWitness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}: {}", self.from, self.to, self.traffic)
    }
}

/// Whether every flow of `inner` is in one of `outers`; if not, one that is in none.
#[must_use]
pub fn includes_union(universe: Universe<'_>, outers: &[Flows<'_>], inner: Flows<'_>) -> Answer<FlowWitness> {
    let (outers, within): (Vec<_>, Vec<_>) = outers
        .iter()
        .filter(|outer| {
            pods::overlap(universe, outer.from, inner.from)
                && pods::overlap(universe, outer.to, inner.to)
                && traffic::overlap(outer.traffic, inner.traffic)
        })
        .map(|outer| {
            let ends = pods::includes(universe, outer.from, inner.from) && pods::includes(universe, outer.to, inner.to);
            (*outer, ends)
        })
        .unzip();
    // The usual case: the traffic of those that have both ends covers all.
    let around: Vec<_> =
        outers.iter().zip(&within).filter(|(_, ends)| **ends).map(|(outer, _)| outer.traffic).collect();
    if !around.is_empty() && traffic::includes_union(&around, inner.traffic).is_yes() {
        return Answer::Yes;
    }
    cover::covers(
        (inner.from.clone(), inner.to.clone()),
        outers.len(),
        MAX_COMPARISONS,
        |(from, to), member| {
            let outer = outers.get(member)?;
            let from_inside = pods::intersection(universe, from, outer.from)?;
            let to_inside = pods::intersection(universe, to, outer.to)?;
            let other_from = pods::difference(universe, from, outer.from).into_iter().map(|from| (from, to.clone()));
            let other_to = pods::difference(universe, to, outer.to).into_iter().map(|to| (from_inside.clone(), to));
            let beside = other_from.chain(other_to).collect();
            Some(((from_inside, to_inside), beside))
        },
        |members| {
            let covering: Vec<_> =
                members.iter().filter_map(|member| outers.get(*member)).map(|one| one.traffic).collect();
            traffic::includes_union(&covering, inner.traffic)
        },
        |(from, to), traffic| {
            let ends = pods::witness(universe, from).zip(pods::witness(universe, to));
            ends.map_or(Answer::Yes, |(from, to)| Answer::No(FlowWitness { from, to, traffic }))
        },
    )
}
