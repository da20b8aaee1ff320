//! Who reaches whom, decided at both ends, without looking at every pair.
//!
//! Units that are governed alike and that no rule tells apart are one *class*. For a class and a direction only those
//! other classes have to be looked at which some rule names; towards all others the profile's default holds. Where both
//! defaults let something through (mostly because nothing isolates either end), the pairs are a *block*: all of these to
//! all of those. So the work grows with the rules and what they name, not with the pairs.

use super::classes::{ClassId, ClassKind, Classes};
use super::profile::{BodyId, PeerId, ProfileId, Profiles, Value, ValueId, Values, number};
use crate::policy::Direction;
use indexmap::IndexMap;
use std::sync::Arc;

/// All of these to all of those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub from: Side,
    pub to: Side,
    pub value: ValueId,
}

/// Some classes less a few of them. Long lists are shared between blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Side {
    pub base: Arc<[ClassId]>,
    /// Sorted.
    pub except: Vec<ClassId>,
}

impl Side {
    pub fn one(class: ClassId) -> Self {
        Self::of(vec![class])
    }

    pub fn of(classes: Vec<ClassId>) -> Self {
        Self { base: classes.into(), except: Vec::new() }
    }
}

/// What is known of all pairs.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    /// Everything that passes between units, to be read as a union. A block with pods elsewhere that rules name goes before
    /// what is said of all other pods elsewhere, and may say that nothing passes.
    pub blocks: Vec<Block>,
    /// By class: what passes to and from the other pods elsewhere.
    pub other_pods: Vec<(ValueId, ValueId)>,
}

/// What each profile of a direction lets through.
struct Ends {
    /// By profile: towards a pod that no rule of it tells apart.
    defaults: Vec<ValueId>,
    /// By profile: towards the classes that some rule of it names, in order.
    explicit: Vec<Vec<(ClassId, ValueId)>>,
    /// By profile: the classes that have it.
    classes: Vec<Vec<ClassId>>,
}

impl Ends {
    fn new(direction: Direction, classes: &Classes, profiles: &Profiles<'_>, values: &mut Values) -> Self {
        let mut ends = Self {
            defaults: vec![Value::NOTHING; profiles.all.len()],
            explicit: vec![Vec::new(); profiles.all.len()],
            classes: vec![Vec::new(); profiles.all.len()],
        };
        for class in classes.ids() {
            if let Some(list) = ends.classes.get_mut(classes.profile(class, direction) as usize) {
                list.push(class);
            }
        }
        // For each set of peers, the classes in it.
        let mut in_set: Vec<Vec<ClassId>> = vec![Vec::new(); profiles.sets.len()];
        for (class, named) in classes.named.iter().enumerate() {
            for peers in named {
                if let Some(list) = in_set.get_mut(*peers as usize) {
                    list.push(number(class));
                }
            }
        }
        let every_pod = |peers: PeerId| profiles.peers(peers).is_some_and(|(_, peers)| peers.every_pod);
        let mut lists = ends.defaults.iter_mut().zip(&mut ends.explicit).zip(&ends.classes).enumerate();
        for (id, profile) in profiles.all.iter().enumerate() {
            let Some((_, ((default, explicit), having))) = lists.next() else { break };
            if having.is_empty() {
                continue;
            }
            let mut always: Vec<BodyId> = Vec::new();
            let mut about: Vec<(ClassId, BodyId)> = Vec::new();
            for body_id in &profile.bodies {
                let Some(body) = profiles.body(*body_id) else { continue };
                if !profile.isolated && body.effect == crate::verdict::Effect::Allow {
                    // It opens nothing that is not open.
                    continue;
                }
                if every_pod(body.peers) {
                    always.push(*body_id);
                }
                let named = std::iter::once(body.peers).chain(body.except.iter().map(|(peers, _)| *peers));
                for peers in named {
                    let classes = in_set.get(peers as usize).into_iter().flatten();
                    about.extend(classes.map(|class| (*class, *body_id)));
                }
            }
            *default = values.end(profiles, number(id), &always, every_pod);
            about.sort_unstable();
            about.dedup();
            for group in about.chunk_by(|(a, _), (b, _)| a == b) {
                let Some((class, _)) = group.first() else { continue };
                let is_in = |peers: PeerId| classes.is_in(*class, profiles, peers);
                let mut bodies: Vec<BodyId> =
                    if classes.kind(*class) == ClassKind::Nodes { Vec::new() } else { always.clone() };
                bodies.extend(group.iter().map(|(_, body)| *body));
                bodies.sort_unstable();
                bodies.dedup();
                bodies.retain(|body| profiles.body(*body).is_some_and(|body| is_in(body.peers)));
                explicit.push((*class, values.end(profiles, number(id), &bodies, is_in)));
            }
            // What is not named of nodes has no default: each is decided.
            let nodes = classes.ids().filter(|class| classes.kind(*class) == ClassKind::Nodes);
            let missing: Vec<ClassId> =
                nodes.filter(|class| explicit.binary_search_by_key(class, |(class, _)| *class).is_err()).collect();
            for class in missing {
                explicit.push((class, values.end(profiles, number(id), &[], |_| false)));
            }
            explicit.sort_unstable();
        }
        ends
    }

    fn default(&self, profile: ProfileId) -> ValueId {
        self.defaults.get(profile as usize).copied().unwrap_or(Value::NOTHING)
    }

    fn explicit(&self, profile: ProfileId) -> &[(ClassId, ValueId)] {
        self.explicit.get(profile as usize).map(Vec::as_slice).unwrap_or_default()
    }

    fn classes(&self, profile: ProfileId) -> &[ClassId] {
        self.classes.get(profile as usize).map(Vec::as_slice).unwrap_or_default()
    }

    fn named(&self, profile: ProfileId, class: ClassId) -> Option<ValueId> {
        let explicit = self.explicit(profile);
        let at = explicit.binary_search_by_key(&class, |(class, _)| *class).ok()?;
        explicit.get(at).map(|(_, value)| *value)
    }

    fn value(&self, profile: ProfileId, class: ClassId) -> ValueId {
        self.named(profile, class).unwrap_or_else(|| self.default(profile))
    }
}

/// Decides all pairs of which one end is in the map for its own sake.
pub(super) fn pair(classes: &Classes, profiles: &Profiles<'_>, values: &mut Values) -> Pairing {
    let egress = Ends::new(Direction::Egress, classes, profiles, values);
    let ingress = Ends::new(Direction::Ingress, classes, profiles, values);
    let mut pairs = Pairs { classes, values, egress, ingress };
    let other_pods = pairs.other_pods();
    let mut blocks = Vec::new();
    // The pairs to which a default block does not apply, by the end that it would begin at.
    let mut cuts: IndexMap<ClassId, Vec<ClassId>> = IndexMap::new();
    let mut with_nodes: IndexMap<(ClassId, bool, ValueId), Vec<ClassId>> = IndexMap::new();
    for (from, to) in pairs.named() {
        let value = pairs.decide(from, to);
        let kinds = (classes.kind(from), classes.kind(to));
        match kinds {
            (ClassKind::Own, ClassKind::Own) => {
                let usual = pairs.usual(from, to);
                if value == usual {
                    continue;
                }
                if !pairs.values.covers(value, usual) {
                    cuts.entry(from).or_default().push(to);
                }
            }
            (ClassKind::Nodes, _) if value != Value::NOTHING => {
                with_nodes.entry((from, true, value)).or_default().push(to);
                continue;
            }
            (_, ClassKind::Nodes) if value != Value::NOTHING => {
                with_nodes.entry((to, false, value)).or_default().push(from);
                continue;
            }
            (_, ClassKind::Elsewhere) => {
                cuts.entry(from).or_default().push(to);
                if other_pods.get(from as usize).is_none_or(|(out, _)| *out == value) {
                    continue;
                }
            }
            (ClassKind::Elsewhere, _) => {
                cuts.entry(from).or_default().push(to);
                if other_pods.get(to as usize).is_none_or(|(_, into)| *into == value) {
                    continue;
                }
            }
            _ => {}
        }
        let elsewhere = [kinds.0, kinds.1].contains(&ClassKind::Elsewhere);
        if value != Value::NOTHING || elsewhere {
            blocks.push(Block { from: Side::one(from), to: Side::one(to), value });
        }
    }
    for ((nodes, is_from, value), others) in with_nodes {
        let (nodes, others) = (Side::one(nodes), Side::of(others));
        let (from, to) = if is_from { (nodes, others) } else { (others, nodes) };
        blocks.push(Block { from, to, value });
    }
    pairs.own_blocks(&cuts, &mut blocks);
    pairs.elsewhere_blocks(&cuts, &other_pods, &mut blocks);
    Pairing { blocks, other_pods }
}

struct Pairs<'a> {
    classes: &'a Classes,
    values: &'a mut Values,
    egress: Ends,
    ingress: Ends,
}

impl Pairs<'_> {
    fn egress_default(&self, class: ClassId) -> ValueId {
        self.egress.default(self.classes.profile(class, Direction::Egress))
    }

    fn ingress_default(&self, class: ClassId) -> ValueId {
        self.ingress.default(self.classes.profile(class, Direction::Ingress))
    }

    /// What passes a pair.
    fn decide(&mut self, from: ClassId, to: ClassId) -> ValueId {
        let out = self.egress.value(self.classes.profile(from, Direction::Egress), to);
        let into = self.ingress.value(self.classes.profile(to, Direction::Ingress), from);
        self.values.both(out, into)
    }

    /// What passes a pair of pods that no rule tells apart from others.
    fn usual(&mut self, from: ClassId, to: ClassId) -> ValueId {
        let (out, into) = (self.egress_default(from), self.ingress_default(to));
        self.values.both(out, into)
    }

    fn other_pods(&mut self) -> Vec<(ValueId, ValueId)> {
        let other = self.classes.ids().find(|class| self.classes.kind(*class) == ClassKind::OtherPods);
        let ids = self.classes.ids();
        match other {
            Some(other) => ids.map(|class| (self.decide(class, other), self.decide(other, class))).collect(),
            None => vec![(Value::NOTHING, Value::NOTHING); self.classes.members.len()],
        }
    }

    /// The pairs that some rule names at an end where it makes a difference, in order.
    fn named(&self) -> Vec<(ClassId, ClassId)> {
        let mut pairs = Vec::new();
        for (profile, explicit) in self.egress.explicit.iter().enumerate() {
            for from in self.egress.classes(number(profile)) {
                for (to, value) in explicit {
                    let into = || self.ingress.value(self.classes.profile(*to, Direction::Ingress), *from);
                    if self.has_default(*from, *to) || (*value != Value::NOTHING && into() != Value::NOTHING) {
                        pairs.push((*from, *to));
                    }
                }
            }
        }
        for (profile, explicit) in self.ingress.explicit.iter().enumerate() {
            for to in self.ingress.classes(number(profile)) {
                for (from, value) in explicit {
                    let out = || self.egress.value(self.classes.profile(*from, Direction::Egress), *to);
                    if self.has_default(*from, *to) || (*value != Value::NOTHING && out() != Value::NOTHING) {
                        pairs.push((*from, *to));
                    }
                }
            }
        }
        let kind = |class: ClassId| self.classes.kind(class);
        let own = |class: ClassId| kind(class) == ClassKind::Own;
        pairs.retain(|(from, to)| {
            (own(*from) && kind(*to) != ClassKind::OtherPods) || (own(*to) && kind(*from) != ClassKind::OtherPods)
        });
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// Whether something else is said of this pair, so that it must be looked at even where nothing passes.
    fn has_default(&self, from: ClassId, to: ClassId) -> bool {
        let elsewhere = [from, to].iter().any(|class| self.classes.kind(*class) == ClassKind::Elsewhere);
        elsewhere || (self.egress_default(from) != Value::NOTHING && self.ingress_default(to) != Value::NOTHING)
    }

    /// Classes of the map's own, by what `of` says of them.
    fn own_by<K: std::hash::Hash + Eq>(&self, of: impl Fn(ClassId) -> K) -> IndexMap<K, Arc<[ClassId]>> {
        let mut groups: IndexMap<K, Vec<ClassId>> = IndexMap::new();
        for class in self.classes.ids().filter(|class| self.classes.kind(*class) == ClassKind::Own) {
            groups.entry(of(class)).or_default().push(class);
        }
        groups.into_iter().map(|(key, list)| (key, list.into())).collect()
    }

    /// The default blocks between the map's own, without what is cut out of them.
    fn own_blocks(&mut self, cuts: &IndexMap<ClassId, Vec<ClassId>>, blocks: &mut Vec<Block>) {
        let (sources, targets) =
            (self.own_by(|class| self.egress_default(class)), self.own_by(|class| self.ingress_default(class)));
        for (out, from) in &sources {
            for (into, to) in &targets {
                let value = self.values.both(*out, *into);
                if value == Value::NOTHING {
                    continue;
                }
                // Rows by what is cut out of them: mostly nothing.
                let mut rows: IndexMap<Vec<ClassId>, Vec<ClassId>> = IndexMap::new();
                for class in from.iter() {
                    let cut = cuts.get(class).into_iter().flatten().copied();
                    let cut: Vec<ClassId> = cut.filter(|other| to.binary_search(other).is_ok()).collect();
                    if !cut.is_empty() {
                        rows.entry(cut).or_default().push(*class);
                    }
                }
                let mut special: Vec<ClassId> = rows.values().flatten().copied().collect();
                special.sort_unstable();
                let whole = Side { base: to.clone(), except: Vec::new() };
                blocks.push(Block { from: Side { base: from.clone(), except: special }, to: whole, value });
                for (except, from) in rows {
                    blocks.push(Block { from: Side::of(from), to: Side { base: to.clone(), except }, value });
                }
            }
        }
    }

    /// Blocks with pods elsewhere that are governed by themselves, as far as they differ from the other pods elsewhere.
    fn elsewhere_blocks(
        &mut self,
        cuts: &IndexMap<ClassId, Vec<ClassId>>,
        other_pods: &[(ValueId, ValueId)],
        blocks: &mut Vec<Block>,
    ) {
        let others = |class: ClassId| other_pods.get(class as usize).copied().unwrap_or_default();
        let sources = self.own_by(|class| (self.egress_default(class), others(class).0));
        let targets = self.own_by(|class| (self.ingress_default(class), others(class).1));
        let mut cut_to: IndexMap<ClassId, Vec<ClassId>> = IndexMap::new();
        for (from, to) in cuts.iter().flat_map(|(from, all)| all.iter().map(move |to| (*from, *to))) {
            if self.classes.kind(to) == ClassKind::Elsewhere {
                cut_to.entry(to).or_default().push(from);
            }
        }
        let elsewhere = self.classes.ids().filter(|class| self.classes.kind(*class) == ClassKind::Elsewhere);
        for class in elsewhere.collect::<Vec<_>>() {
            let sorted = |list: Option<&Vec<ClassId>>| {
                let mut list = list.cloned().unwrap_or_default();
                list.sort_unstable();
                list
            };
            let (cut_from, cut_to) = (sorted(cuts.get(&class)), sorted(cut_to.get(&class)));
            for ((out, other), from) in &sources {
                let into = self.ingress_default(class);
                let value = self.values.both(*out, into);
                if value != *other {
                    let from = Side { base: from.clone(), except: cut_to.clone() };
                    blocks.push(Block { from, to: Side::one(class), value });
                }
            }
            for ((into, other), to) in &targets {
                let out = self.egress_default(class);
                let value = self.values.both(out, *into);
                if value != *other {
                    let to = Side { base: to.clone(), except: cut_from.clone() };
                    blocks.push(Block { from: Side::one(class), to, value });
                }
            }
        }
    }
}
