//! Two halves to one flow.
//!
//! A policy opens one end only; a sentence opens both. So an allow towards pods that are isolated themselves is said as
//! far as these let it through:
//!
//! | at the other end | is said |
//! |---|---|
//! | nothing isolates the pods | the whole allow: the sentence adds nothing there |
//! | one allow answers all of it | the whole allow |
//! | allows answer parts of it | these parts |
//! | some pods are isolated, and nothing answers | the rest of the pods (`except`) |
//! | all are, and nothing answers | nothing: it never applies, which is noted |
//!
//! Towards pods of every namespace (`workloads in every namespace`) a sentence opens the other end within its own
//! namespace only, so only that one's isolation counts then.

use super::flow::{End, Flow, Kind, add, without_covered};
use super::halves::{Half, Halves, Isolated, Subject};
use crate::policy::{Direction, PodSelector, PortSet};
use crate::semantics::connections::{self, Connections};
use crate::semantics::endpoints::{self, Endpoints};
use crate::semantics::{Place, Places, Universe, pods, ports};
use crate::verdict::{CauseId, Effect};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// What comes of all halves.
#[derive(Debug, Default)]
pub struct Met {
    /// To be said.
    pub flows: Vec<Flow>,
    /// Allows of which nothing ever passes, since the other ends let nothing of it pass.
    pub dead: Vec<CauseId>,
    /// The same, since a deny has all of it.
    pub denied: Vec<CauseId>,
}

/// Joins the halves.
pub fn meet(halves: &Halves, universe: Universe<'_>) -> Met {
    let mut met = Met::default();
    let mut flows: BTreeMap<Option<SmolStr>, Vec<Flow>> = BTreeMap::new();
    let meeting = Meeting::new(halves, universe);
    for half in &halves.halves {
        if meeting.is_denied(half) {
            met.denied.push(half.cause);
            continue;
        }
        let found = meeting.of(half);
        if found.is_empty() {
            met.dead.push(half.cause);
        }
        for flow in found {
            let of_home = flows.entry(flow.home.clone()).or_default();
            add(flow, of_home);
        }
    }
    met.flows =
        without_covered(flows.into_values().flatten().collect(), universe, &|namespace| meeting.is_declared(namespace));
    met
}

struct Meeting<'h> {
    universe: Universe<'h>,
    /// Who is isolated, by the namespace that is governed; those without one are of several.
    isolated: BTreeMap<Option<SmolStr>, Vec<&'h Isolated>>,
    /// What is said, the same way.
    halves: BTreeMap<Option<SmolStr>, Vec<&'h Half>>,
}

impl<'h> Meeting<'h> {
    fn new(halves: &'h Halves, universe: Universe<'h>) -> Self {
        let mut meeting = Self { universe, isolated: BTreeMap::new(), halves: BTreeMap::new() };
        for isolated in &halves.isolated {
            meeting.isolated.entry(isolated.subject.home().cloned()).or_default().push(isolated);
        }
        for half in &halves.halves {
            meeting.halves.entry(half.subject.home().cloned()).or_default().push(half);
        }
        meeting
    }

    /// What is said of pods of this namespace, or of several.
    fn halves_of(&self, namespace: Option<&SmolStr>) -> impl Iterator<Item = &'h Half> + '_ {
        let own = namespace.and_then(|home| self.halves.get(&Some(home.clone())));
        let found = self.halves.get(&None).into_iter().chain(own);
        found.flatten().copied()
    }

    fn of(&self, half: &Half) -> Vec<Flow> {
        let (Subject::Pods(home, subject), Effect::Allow | Effect::AllowAuthenticated) = (&half.subject, half.effect)
        else {
            return vec![self.whole(half)];
        };
        let mut found = Vec::new();
        let mut places = half.places;
        let mut whole = Vec::new();
        for peers in half.peers() {
            let everywhere = peers == PodSelector::default();
            let parts = self.towards(half, home, subject, &peers);
            match parts.as_slice() {
                [only] if only.whole && everywhere => {}
                [only] if only.whole => whole.push(peers),
                parts => {
                    if everywhere {
                        places = places.difference(Places::of(&[Place::Pod]));
                    }
                    found.extend(parts.iter().map(|part| self.flow(half, part)));
                }
            }
        }
        for one in whole {
            found.push(self.flow(half, &Part::whole(half, subject, End::of(one))));
        }
        if places != Places::default() || !half.others.is_empty() {
            let other = End { places, others: half.others.clone(), ..End::default() };
            found.push(self.flow(half, &Part::whole(half, subject, other)));
        }
        found
    }

    /// Whether one deny has all of an allow.
    fn is_denied(&self, half: &Half) -> bool {
        let pods = |subject: &Subject| subject.pods().cloned();
        let denies = |deny: &&Half| {
            deny.effect == Effect::Deny
                && deny.direction == half.direction
                && match (pods(&deny.subject), pods(&half.subject)) {
                    (Some(deny), Some(own)) => pods::includes(self.universe, &deny, &own),
                    _ => deny.subject == half.subject,
                }
                && connections::includes(&deny.connections, &half.connections).is_yes()
        };
        let ends = |half: &Half| {
            let pods = half.pods.iter().cloned().map(Endpoints::Pods);
            pods.chain(endpoints::at(half.places)).chain(half.others.iter().cloned()).collect::<Vec<_>>()
        };
        let wanted = ends(half);
        half.effect != Effect::Deny
            && self.halves_of(half.subject.home()).filter(denies).map(ends).any(|denied| {
                wanted.iter().all(|end| denied.iter().any(|denied| endpoints::includes(self.universe, denied, end)))
            })
    }

    /// What no other end has a say in.
    fn whole(&self, half: &Half) -> Flow {
        let other = End { pods: half.pods.clone(), places: half.places, others: half.others.clone(), ..End::default() };
        let own = End::of_subject(&half.subject);
        let (from, to) = in_order(half.direction, own, other);
        let kind = match (half.effect, &half.subject) {
            (Effect::Deny, _) => Kind::Not,
            (_, Subject::Everywhere(_)) => Kind::Always,
            (_, _) => Kind::May,
        };
        Flow {
            kind,
            home: half.subject.home().cloned(),
            from,
            to,
            connections: half.connections.clone(),
            authenticated: half.effect == Effect::AllowAuthenticated,
            causes: [half.cause].into(),
        }
    }

    /// The parts of an allow towards some pods, of which something may pass.
    fn towards(&self, half: &Half, home: &SmolStr, subject: &PodSelector, peers: &PodSelector) -> Vec<Part> {
        let one = peers.namespaces.names.as_one();
        // To broad peers a sentence opens its own namespace only.
        let there = one.unwrap_or(home);
        let isolated = [None, Some(there.clone())].into_iter().filter_map(|home| self.isolated.get(&home)).flatten();
        let isolated = isolated
            .filter(|isolated| isolated.direction != half.direction)
            .filter_map(|isolated| isolated.subject.pods())
            .filter(|selector| pods::overlap(self.universe, selector, peers));
        let answers: Vec<Answer<'_>> =
            self.halves_of(Some(there)).filter_map(|answer| self.answer(half, subject, peers, answer)).collect();
        let answered = |pods: &&PodSelector| {
            let Some(asked) = pods::intersection(self.universe, pods, peers) else { return true };
            answers.iter().any(|answer| answer.whole && pods::includes(self.universe, &answer.own, &asked))
        };
        let mut silent: Vec<PodSelector> = isolated.filter(|pods| !answered(pods)).cloned().collect();
        if silent.is_empty() {
            return vec![Part::whole(half, subject, End::of(peers.clone()))];
        }
        self.keep_widest(&mut silent);
        let mut parts = Vec::new();
        if !silent.iter().any(|pods| pods::includes(self.universe, pods, peers)) {
            let rest = End { pods: vec![peers.clone()], except: silent, ..End::default() };
            let mut part = Part::whole(half, subject, rest);
            part.whole = false;
            parts.push(part);
        }
        for answer in answers {
            // Others' answers to a broad allow are parts of their own.
            if one.is_none() && answer.home != Some(home) {
                continue;
            }
            parts.push(Part {
                own: answer.caller,
                other: End::of(answer.own),
                connections: answer.connections,
                authenticated: half.effect == Effect::AllowAuthenticated || answer.authenticated,
                causes: [half.cause, answer.cause].into(),
                whole: false,
            });
        }
        parts
    }

    /// Leaves none that lies within another one: to take it away would take nothing away.
    fn keep_widest(&self, pods: &mut Vec<PodSelector>) {
        pods.sort();
        pods.dedup();
        let all = std::mem::take(pods);
        for one in all {
            if !pods.iter().any(|known| pods::includes(self.universe, known, &one)) {
                pods.retain(|known| !pods::includes(self.universe, &one, known));
                pods.push(one);
            }
        }
    }

    /// What another half lets through of this one, from the other end.
    fn answer<'a>(
        &self,
        half: &Half,
        subject: &PodSelector,
        peers: &PodSelector,
        answer: &'a Half,
    ) -> Option<Answer<'a>> {
        if answer.direction == half.direction || answer.effect == Effect::Deny {
            return None;
        }
        let answering = answer.subject.pods()?;
        // Nearly all have nothing in common, and to see that is quick.
        if !pods::overlap(self.universe, answering, peers) {
            return None;
        }
        let own = pods::intersection(self.universe, answering, peers)?;
        let connections = common(&half.connections, &answer.connections)?;
        let mut best: Option<PodSelector> = None;
        for caller in answer.peers() {
            if let Some(both) = pods::intersection(self.universe, subject, &caller)
                && best.as_ref().is_none_or(|best| pods::includes(self.universe, &both, best))
            {
                best = Some(both);
            }
        }
        let caller = best?;
        let whole = pods::includes(self.universe, &caller, subject)
            && connections::includes(&answer.connections, &half.connections).is_yes()
            && answer.effect == half.effect;
        let home = answer.subject.home();
        let authenticated = answer.effect == Effect::AllowAuthenticated;
        Some(Answer { home, own, caller, connections, authenticated, whole, cause: answer.cause })
    }

    fn flow(&self, half: &Half, part: &Part) -> Flow {
        let (from, to) = in_order(half.direction, End::of(part.own.clone()), part.other.clone());
        let home = |end: &End| {
            let one = end.as_pods()?.namespaces.names.as_one()?;
            self.is_declared(one).then(|| one.clone())
        };
        let home = home(&from).or_else(|| half.subject.home().cloned());
        Flow {
            kind: Kind::May,
            home,
            from,
            to,
            connections: part.connections.clone(),
            authenticated: part.authenticated,
            causes: part.causes.clone(),
        }
    }

    /// Whether some object governs pods of this namespace by its name.
    fn is_declared(&self, namespace: &SmolStr) -> bool {
        let home = Some(namespace.clone());
        self.isolated.contains_key(&home) || self.halves.contains_key(&home)
    }
}

/// What the other end lets through.
struct Answer<'a> {
    home: Option<&'a SmolStr>,
    own: PodSelector,
    caller: PodSelector,
    connections: Connections,
    authenticated: bool,
    /// Whether that is all that was asked, as far as the asking end and what passes go.
    whole: bool,
    cause: CauseId,
}

/// A part of an allow.
struct Part {
    own: PodSelector,
    other: End,
    connections: Connections,
    authenticated: bool,
    causes: BTreeSet<CauseId>,
    /// Whether it is all of it.
    whole: bool,
}

impl Part {
    fn whole(half: &Half, subject: &PodSelector, other: End) -> Self {
        Self {
            own: subject.clone(),
            other,
            connections: half.connections.clone(),
            authenticated: half.effect == Effect::AllowAuthenticated,
            causes: [half.cause].into(),
            whole: true,
        }
    }
}

fn in_order(direction: Direction, own: End, other: End) -> (End, End) {
    match direction {
        Direction::Egress => (own, other),
        Direction::Ingress => (other, own),
    }
}

/// What is in both; where that is two sets of requests of which neither lies in the other, it is left to the proof.
fn common(a: &Connections, b: &Connections) -> Option<Connections> {
    if !connections::overlap(a, b) {
        return None;
    }
    if connections::includes(b, a).is_yes() {
        return Some(a.clone());
    }
    if connections::includes(a, b).is_yes() {
        return Some(b.clone());
    }
    let of = |ports: &PortSet| {
        let both = a.ports().zip(b.ports()).map(|(a, b)| ports::intersection(a, b));
        both.unwrap_or_else(|| ports.clone())
    };
    Some(match (a, b) {
        (Connections::Ports(ports), Connections::Ports(_)) => Connections::Ports(of(ports)),
        (Connections::Requests { ports, requests }, _) | (_, Connections::Requests { ports, requests }) => {
            Connections::Requests { ports: of(ports), requests: requests.clone() }
        }
        (Connections::LookUps { ports, names }, _) | (_, Connections::LookUps { ports, names }) => {
            Connections::LookUps { ports: of(ports), names: names.clone() }
        }
        (Connections::Tls { ports, names }, _) | (_, Connections::Tls { ports, names }) => {
            Connections::Tls { ports: of(ports), names: names.clone() }
        }
        (a, _) => a.clone(),
    })
}
