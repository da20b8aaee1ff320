//! What governs each end, so that ends which are governed alike are decided once.
//!
//! A [`Profile`] is all that rules say about one direction of some units. Most have few rules, and most of these are about
//! few peers. So what a profile lets through is a *default*, which holds towards every pod that no rule of it tells apart,
//! and a list of the others.

use super::passing::Passing;
use super::unit::Units;
use crate::policy::Direction;
use crate::semantics::connections::Connections;
use crate::semantics::endpoints::{self, Endpoints};
use crate::verdict::{Effect, Gap, Governing, Index, Rule};
use indexmap::{IndexMap, IndexSet};

/// A set of endpoints that rules name as the other end: a position in [`Profiles::peers`].
pub(super) type PeerId = u32;
/// A rule without its subject and its cause: a position in [`Profiles::bodies`].
pub(super) type BodyId = u32;
/// A position in [`Profiles::all`].
pub(super) type ProfileId = u32;

/// What a rule says, whoever is its subject and wherever it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Body<'r> {
    pub effect: Effect,
    pub peers: PeerId,
    pub connections: &'r Connections,
    pub except: Vec<(PeerId, &'r Connections)>,
}

impl<'r> Body<'r> {
    /// What its exceptions leave alone, of those towards peers for which `excepted` is true.
    fn spared(&self, excepted: &impl Fn(PeerId) -> bool) -> Vec<&'r Connections> {
        let of = self.except.iter().filter(|(peers, _)| excepted(*peers));
        of.map(|(_, connections)| *connections).collect()
    }
}

/// What governs one direction of an end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Profile {
    pub isolated: bool,
    /// What is not known.
    pub gap: Option<String>,
    /// Sorted.
    pub bodies: Vec<BodyId>,
}

/// Where the peers of rules are.
#[derive(Debug, Default)]
pub(super) struct Peers {
    /// Units, in order.
    pub units: Vec<u32>,
    /// Whether these are all pods; nodes may be among them or not.
    pub every_pod: bool,
}

/// The profiles of both directions.
#[derive(Debug, Default)]
pub(super) struct Profiles<'r> {
    pub sets: IndexMap<&'r Endpoints, Peers>,
    pub bodies: IndexSet<Body<'r>>,
    pub all: IndexSet<Profile>,
    /// For each unit: its profile for egress.
    pub egress: Vec<ProfileId>,
    /// For each unit: its profile for ingress.
    pub ingress: Vec<ProfileId>,
}

impl<'r> Profiles<'r> {
    pub fn new(index: &Index<'r>, units: &Units) -> Self {
        let mut profiles = Self::default();
        let mut parts: IndexSet<Profile> = IndexSet::new();
        // For each direction and unit, what each subject that governs it has to say.
        let mut egress: Vec<Vec<u32>> = vec![Vec::new(); units.all.len()];
        let mut ingress = egress.clone();
        for (id, subject) in index.ruleset.subjects() {
            let Some(governing) = index.of_subject(id) else { continue };
            let mut selected = None;
            for (direction, governed) in [(Direction::Egress, &mut egress), (Direction::Ingress, &mut ingress)] {
                let part = profiles.part(governing, direction, units);
                let gaps = gaps(governing, direction, units);
                if part == Profile::default() && gaps.is_empty() {
                    continue;
                }
                let plain = number(parts.insert_full(part.clone()).0);
                for unit in selected.get_or_insert_with(|| units.select(subject)) {
                    let gap = gaps.iter().find(|gap| direction == Direction::Egress || is_unknown(gap, units, *unit));
                    let with_gap = |gap: &&Gap| Profile { gap: Some(gap.reason.clone()), ..part.clone() };
                    let part = gap.map_or(plain, |gap| number(parts.insert_full(with_gap(gap)).0));
                    if let Some(governed) = governed.get_mut(*unit as usize) {
                        governed.push(part);
                    }
                }
            }
        }
        let mut combined: IndexMap<Vec<u32>, ProfileId> = IndexMap::new();
        let mut combine = |mut of: Vec<u32>| {
            of.sort_unstable();
            of.dedup();
            *combined.entry(of).or_insert_with_key(|of| {
                let mut whole = Profile::default();
                for part in of.iter().filter_map(|part| parts.get_index(*part as usize)) {
                    whole.isolated |= part.isolated;
                    whole.gap = whole.gap.or_else(|| part.gap.clone());
                    whole.bodies.extend(&part.bodies);
                }
                whole.bodies.sort_unstable();
                whole.bodies.dedup();
                number(profiles.all.insert_full(whole).0)
            })
        };
        let egress = egress.into_iter().map(&mut combine).collect();
        let ingress = ingress.into_iter().map(&mut combine).collect();
        Self { egress, ingress, ..profiles }
    }

    pub fn get(&self, profile: ProfileId) -> Option<&Profile> {
        self.all.get_index(profile as usize)
    }

    pub fn body(&self, body: BodyId) -> Option<&Body<'r>> {
        self.bodies.get_index(body as usize)
    }

    pub fn peers(&self, peers: PeerId) -> Option<(&'r Endpoints, &Peers)> {
        self.sets.get_index(peers as usize).map(|(set, peers)| (*set, peers))
    }

    /// What one subject's rules say about a direction.
    fn part(&mut self, governing: &Governing<'r>, direction: Direction, units: &Units) -> Profile {
        let isolated = governing.isolated(direction);
        let bodies = governing.rules(direction).map(|rule| self.intern(rule, units)).collect();
        Profile { isolated, gap: None, bodies }
    }

    fn intern(&mut self, rule: &'r Rule, units: &Units) -> BodyId {
        let body = Body {
            effect: rule.effect,
            peers: self.set(&rule.peers, units),
            connections: &rule.connections,
            except: rule.except.iter().map(|one| (self.set(&one.peers, units), &one.connections)).collect(),
        };
        number(self.bodies.insert_full(body).0)
    }

    fn set(&mut self, set: &'r Endpoints, units: &Units) -> PeerId {
        if let Some(known) = self.sets.get_index_of(set) {
            return number(known);
        }
        let found = units.select(set);
        let every_pod = matches!(set, Endpoints::Pods(_)) && found.len() == units.pods;
        number(self.sets.insert_full(set, Peers { units: found, every_pod }).0)
    }
}

/// What is not known of a direction, in the closed world of a map.
fn gaps<'r>(governing: &Governing<'r>, direction: Direction, units: &Units) -> Vec<&'r Gap> {
    let counts = |gap: &&Gap| match &gap.peers {
        Some(peers) if direction == Direction::Egress && !gap.known.is_empty() => {
            units.select(peers).iter().any(|unit| is_unknown(gap, units, *unit))
        }
        _ => true,
    };
    governing.gaps(direction).filter(counts).collect()
}

/// Whether a unit that answers is none of those of which it is known.
fn is_unknown(gap: &Gap, units: &Units, unit: u32) -> bool {
    units
        .all
        .get(unit as usize)
        .is_some_and(|unit| !gap.known.iter().any(|known| endpoints::matches(known, &unit.endpoint)))
}

/// A position as a number. There are never so many.
pub(super) fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// What passes an end, or both.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::large_enum_variant, reason = "nearly all are of the large one")]
pub(super) enum Value {
    /// This.
    Known {
        /// What passes.
        passing: Passing,
        /// What of it passes after mutual authentication only.
        authenticated: Passing,
    },
    /// Not known, for this reason.
    Unknown(String),
}

impl Value {
    pub const NOTHING: ValueId = 0;
    pub const ALL: ValueId = 1;

    fn known(passing: Passing) -> Self {
        Self::Known { passing, authenticated: Passing::default() }
    }
}

/// A position in [`Values`].
pub(super) type ValueId = u32;

/// Values, each once, and what was found of them before.
#[derive(Debug)]
pub(super) struct Values {
    all: IndexSet<Value>,
    both: IndexMap<(ValueId, ValueId), ValueId>,
    ends: IndexMap<Vec<u32>, ValueId>,
}

impl Values {
    pub fn new() -> Self {
        let all = [Value::known(Passing::default()), Value::known(Passing::all())].into_iter().collect();
        Self { all, both: IndexMap::new(), ends: IndexMap::new() }
    }

    pub fn get(&self, id: ValueId) -> Option<&Value> {
        self.all.get_index(id as usize)
    }

    pub fn intern(&mut self, value: Value) -> ValueId {
        number(self.all.insert_full(value).0)
    }

    /// What passes both ends.
    pub fn both(&mut self, a: ValueId, b: ValueId) -> ValueId {
        match (a, b) {
            (Value::NOTHING, _) | (_, Value::NOTHING) => return Value::NOTHING,
            (Value::ALL, other) | (other, Value::ALL) => return other,
            _ => {}
        }
        if let Some(known) = self.both.get(&(a, b)) {
            return *known;
        }
        let value = match (self.get(a), self.get(b)) {
            (Some(Value::Unknown(reason)), _) | (_, Some(Value::Unknown(reason))) => Value::Unknown(reason.clone()),
            (
                Some(Value::Known { passing: a, authenticated: a_only }),
                Some(Value::Known { passing: b, authenticated: b_only }),
            ) => {
                let passing = a.intersection(b);
                let authenticated = passing.intersection(&a_only.union(b_only));
                Value::Known { passing, authenticated }
            }
            (None, _) | (_, None) => Value::known(Passing::default()),
        };
        let id = self.intern(value);
        self.both.insert((a, b), id);
        id
    }

    /// Whether all that passes by `inner` is plainly among what passes by `outer`.
    pub fn covers(&self, outer: ValueId, inner: ValueId) -> bool {
        if outer == inner {
            return true;
        }
        match (self.get(outer), self.get(inner)) {
            (
                Some(Value::Known { passing: outer, authenticated: outer_only }),
                Some(Value::Known { passing: inner, authenticated: inner_only }),
            ) => outer.covers(inner) && outer_only == inner_only,
            _ => false,
        }
    }

    /// What a profile lets through, of which those rules are about the other end that are in `about`. Of a rule's
    /// exceptions those count for which `excepted` is true.
    pub fn end(
        &mut self,
        profiles: &Profiles<'_>,
        profile: ProfileId,
        about: &[BodyId],
        excepted: impl Fn(PeerId) -> bool,
    ) -> ValueId {
        let Some(governed) = profiles.get(profile) else { return Value::NOTHING };
        // What was decided before: the same rules with the same exceptions.
        let mut key = vec![u32::from(governed.isolated), if governed.gap.is_some() { profile } else { u32::MAX }];
        for id in about {
            key.push(*id);
            let except = profiles.body(*id).map(|body| body.except.as_slice()).unwrap_or_default();
            key.extend(except.iter().map(|(peers, _)| u32::MAX - u32::from(excepted(*peers))));
        }
        if let Some(known) = self.ends.get(&key) {
            return *known;
        }
        let bodies = || about.iter().filter_map(|id| profiles.body(*id));
        let mut gap = governed.gap.clone();
        let known = gap.is_none();
        let mut passing = if governed.isolated && known { Passing::default() } else { Passing::all() };
        let mut authenticated = Passing::default();
        if known {
            for body in bodies().filter(|body| body.effect != Effect::Deny) {
                let mut allowed = Passing::from(body.connections);
                for connections in body.spared(&excepted) {
                    allowed = allowed.less(&match connections {
                        // Where look-ups are looked into, the port is told by what is let through of them.
                        Connections::LookUps { ports, .. } => Passing::from(&Connections::Ports(ports.clone())),
                        connections => whole_ports(connections, &mut gap),
                    });
                }
                passing = passing.union(&allowed);
                // Asked for where nothing isolates, too.
                if body.effect == Effect::AllowAuthenticated {
                    authenticated = authenticated.union(&allowed);
                }
            }
        }
        for body in bodies().filter(|body| body.effect == Effect::Deny) {
            passing = denied(&passing, body.connections, &body.spared(&excepted), &mut gap);
        }
        let value = match gap {
            Some(reason) if !passing.is_empty() => Value::Unknown(reason),
            _ => Value::Known { authenticated: passing.intersection(&authenticated), passing },
        };
        let id = self.intern(value);
        self.ends.insert(key, id);
        id
    }
}

/// What is left of what passes: what a deny is not about, and what it leaves alone.
pub(super) fn denied(
    passing: &Passing,
    deny: &Connections,
    spared: &[&Connections],
    gap: &mut Option<String>,
) -> Passing {
    let left = passing.less(&whole_ports(deny, gap));
    spared.iter().fold(left, |left, spared| left.union(&passing.intersection(&Passing::from(*spared))))
}

/// What is to be taken away. No enforcer denies by what a connection carries; if one did, there would be no answer.
pub(super) fn whole_ports(connections: &Connections, gap: &mut Option<String>) -> Passing {
    let taken = Passing::from(connections);
    if !taken.parts.is_empty() {
        gap.get_or_insert_with(|| "a deny of some requests or names on a port cannot be shown".to_owned());
    }
    taken
}
