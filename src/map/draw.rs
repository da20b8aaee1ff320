//! Puts a map together: decides, chooses what is in focus, and gives everything a name.

use super::classes::{ClassId, ClassKind, Classes};
use super::groups::{Groups, Shown};
use super::outside::{Governed, OTHER_PODS, Pieces, named, pieces};
use super::pairs::{Block, Side, pair};
use super::profile::{ProfileId, Profiles, Value, ValueId, Values, number};
use super::scene::{Focus, Scene, Workload};
use super::unit::{Unit, UnitKind, Units, add_described};
use super::{Edge, Kind, Map, Passes, Vertex, VertexId};
use crate::policy::{Direction, PodSelector, ValueSet, Values as Names};
use crate::semantics::endpoints::Endpoint;
use crate::semantics::{Universe, endpoints::Endpoints};
use crate::verdict::{Index, Ruleset};
use indexmap::{IndexMap, IndexSet};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Draws the map of what some rules let through.
#[must_use]
pub fn draw(scene: &Scene, rules: &Ruleset, focus: &Focus) -> Map {
    let universe = Universe::new(&scene.namespaces);
    let index = Index::new(rules, universe);
    let known: IndexSet<SmolStr> = scene
        .namespaces
        .keys()
        .chain(scene.workloads.iter().map(|workload| &workload.pod.namespace.name))
        .cloned()
        .collect();
    let mut units = Units::default();
    for (id, workload) in scene.workloads.iter().enumerate().filter(|(_, workload)| !workload.host_network) {
        units.add(Unit { endpoint: Endpoint::Pod(workload.pod.clone()), kind: UnitKind::Workload(number(id)) });
    }
    let subjects = rules.subjects().map(|(_, subject)| subject);
    let peers = rules.rules.iter().map(|rule| &rule.peers);
    add_described(&mut units, universe, &known, subjects, peers);
    let profiles = Profiles::new(&index, &units);
    let classes = Classes::new(&units, &profiles);
    let mut values = Values::new();
    let pairing = pair(&classes, &profiles, &mut values);
    let mut drawing = Drawing::new(scene, &units, &known, focus);
    for block in &pairing.blocks {
        drawing.block(&classes, block);
    }
    let nodes = units.all.iter().filter_map(|unit| match &unit.kind {
        UnitKind::Nodes(labels) => Some((labels.clone(), scene.nodes_name(labels))),
        _ => None,
    });
    let governed = Governed::new(universe, nodes.collect());
    let mut outer = Outer {
        universe,
        classes: &classes,
        profiles: &profiles,
        governed: &governed,
        vertices: IndexMap::new(),
        known: IndexMap::new(),
    };
    let found = outer.all(&pairing.other_pods, &mut values);
    for ((direction, vertex, value), of) in found {
        if let Some((name, sets)) = outer.vertices.get_index(vertex) {
            drawing.outside(&classes, direction, (name, sets), value, of);
        }
    }
    drawing.finish(&values)
}

/// Decides what passes between the classes and the outside.
struct Outer<'a, 'r> {
    universe: Universe<'a>,
    classes: &'a Classes,
    profiles: &'a Profiles<'r>,
    governed: &'a Governed,
    /// What there is outside: by name, the sets that it stands for.
    vertices: IndexMap<String, Vec<Endpoints>>,
    /// By profile and what passes to other pods: positions in `vertices`, with what passes to them.
    known: IndexMap<(ProfileId, ValueId), Vec<(usize, ValueId)>>,
}

impl Outer<'_, '_> {
    /// What passes to and from what is outside, with the classes to which it does.
    fn all(
        &mut self,
        other_pods: &[(ValueId, ValueId)],
        values: &mut Values,
    ) -> IndexMap<(Direction, usize, ValueId), Vec<ClassId>> {
        let mut found: IndexMap<(Direction, usize, ValueId), Vec<ClassId>> = IndexMap::new();
        let classes = self.classes;
        let classes = classes.profiles.iter().zip(&classes.kinds).zip(other_pods);
        for (id, (((egress, ingress), kind), (out, into))) in classes.enumerate() {
            if matches!(kind, ClassKind::Elsewhere | ClassKind::OtherPods) {
                // What these have to do with the outside is nobody's concern here.
                continue;
            }
            for (direction, profile, pods) in
                [(Direction::Egress, *egress, *out), (Direction::Ingress, *ingress, *into)]
            {
                for (vertex, value) in self.of(profile, pods, values) {
                    found.entry((direction, *vertex, *value)).or_default().push(number(id));
                }
            }
        }
        found
    }

    fn of(&mut self, profile: ProfileId, other_pods: ValueId, values: &mut Values) -> &[(usize, ValueId)] {
        self.known.entry((profile, other_pods)).or_insert_with(|| {
            let mut pieces = match self.profiles.get(profile) {
                Some(profile) => pieces(self.universe, self.profiles, profile, self.governed, values),
                None => Pieces::new(),
            };
            if other_pods != Value::NOTHING {
                pieces.entry(other_pods).or_default();
            }
            let mut found = Vec::new();
            for (value, pieces) in &pieces {
                for (mut name, sets) in named(pieces, *value == other_pods, self.governed) {
                    // Names are to be clear, but some pieces have more to them than a name says.
                    let mut count = 1;
                    let plain = name.clone();
                    while self.vertices.get(&name).is_some_and(|known| *known != sets) {
                        count += 1;
                        name = format!("{plain} #{count}");
                    }
                    found.push((self.vertices.insert_full(name, sets).0, *value));
                }
            }
            found
        })
    }
}

/// A map while it is being put together.
struct Drawing {
    groups: Groups,
    vertices: IndexMap<String, Vertex>,
    /// By unit.
    of_unit: Vec<Option<VertexId>>,
    edges: BTreeSet<(VertexId, VertexId, ValueId)>,
}

impl Drawing {
    fn new(scene: &Scene, units: &Units, known: &IndexSet<SmolStr>, focus: &Focus) -> Self {
        let mut drawing = Self {
            groups: Groups::default(),
            vertices: IndexMap::new(),
            of_unit: vec![None; units.all.len()],
            edges: BTreeSet::new(),
        };
        let mut named: IndexMap<(&SmolStr, &SmolStr), usize> = IndexMap::new();
        for workload in &scene.workloads {
            *named.entry((&workload.pod.namespace.name, &workload.name)).or_default() += 1;
        }
        let vertex = |workload: &Workload| {
            let (namespace, name) = (&workload.pod.namespace.name, &workload.name);
            let several = named.get(&(namespace, name)).is_some_and(|count| *count > 1);
            let kind = if several { format!(" ({})", workload.kind) } else { String::new() };
            Vertex {
                name: format!("{namespace}/{name}{kind}"),
                kind: Kind::Workload { kind: workload.kind.clone(), host_network: workload.host_network },
                namespace: Some(namespace.clone()),
            }
        };
        let host = scene.workloads.iter().filter(|workload| workload.host_network);
        for workload in host.filter(|workload| focus.has(&workload.pod.namespace.name, Some(&workload.name))) {
            drawing.add(vertex(workload));
        }
        for (id, unit) in units.all.iter().enumerate() {
            let namespace = match &unit.endpoint {
                Endpoint::Pod(pod) => Some(pod.namespace.name.clone()),
                _ => None,
            };
            let in_focus = |name| namespace.as_ref().is_some_and(|namespace| focus.has(namespace, name));
            let (vertex, in_focus) = match &unit.kind {
                UnitKind::Workload(position) => {
                    let Some(workload) = scene.workloads.get(*position as usize) else { continue };
                    (vertex(workload), in_focus(Some(&workload.name)))
                }
                UnitKind::Selected(selector) => {
                    let name = scene.pod_names.get(selector).cloned().unwrap_or_else(|| here(selector));
                    let in_focus = in_focus(None);
                    (Vertex { name, kind: Kind::Pods { selector: selector.clone() }, namespace }, in_focus)
                }
                UnitKind::Elsewhere(selector) => {
                    let name = scene.pod_names.get(selector).cloned().unwrap_or_else(|| elsewhere(selector, known));
                    let kind = Kind::Elsewhere { selector: Some(selector.clone()) };
                    (Vertex { name, kind, namespace: None }, false)
                }
                UnitKind::OtherPods => {
                    let (name, kind) = (OTHER_PODS.to_owned(), Kind::Elsewhere { selector: None });
                    (Vertex { name, kind, namespace: None }, false)
                }
                UnitKind::Nodes(labels) => {
                    let name = scene.nodes_name(labels);
                    // Who asks for some workloads asks for nodes as their other end only.
                    (
                        Vertex { name, kind: Kind::Nodes { labels: labels.clone() }, namespace: None },
                        focus.is_everything(),
                    )
                }
            };
            let own = unit.kind.is_own();
            let name = vertex.name.clone();
            let vertex = drawing.add(vertex);
            if let Some(of_unit) = drawing.of_unit.get_mut(id) {
                *of_unit = Some(vertex);
            }
            drawing.groups.add(name, unit_namespace(unit), own, in_focus);
        }
        drawing
    }

    /// Adds a vertex; one whose name another has gets a number.
    fn add(&mut self, vertex: Vertex) -> VertexId {
        let mut name = vertex.name.clone();
        let mut count = 1;
        while self.vertices.contains_key(&name) {
            count += 1;
            name = format!("{} #{count}", vertex.name);
        }
        self.vertices.insert_full(name.clone(), Vertex { name, ..vertex }).0
    }

    fn block(&mut self, classes: &Classes, block: &Block) {
        for (from, to) in [(Shown::InFocus, Shown::All), (Shown::Beside, Shown::InFocus)] {
            let few = |drawing: &mut Self, side, shown| drawing.groups.is_few(classes, side, shown);
            let few_to = few(self, &block.to, to);
            let few_from = few(self, &block.from, from);
            let from = self.side(classes, &block.from, from, few_to);
            let to = self.side(classes, &block.to, to, few_from);
            for from in &from {
                self.edges.extend(to.iter().map(|to| (*from, *to, block.value)));
            }
        }
    }

    fn outside(
        &mut self,
        classes: &Classes,
        direction: Direction,
        (name, sets): (&String, &[Endpoints]),
        value: ValueId,
        of: Vec<ClassId>,
    ) {
        let own = self.side(classes, &Side::of(of), Shown::InFocus, true);
        if own.is_empty() {
            return;
        }
        let other = match self.vertices.get_full(name) {
            Some((id, _, _)) => id,
            None => {
                let kind = Kind::Outside { sets: sets.to_vec() };
                self.add(Vertex { name: name.clone(), kind, namespace: None })
            }
        };
        self.edges.extend(own.into_iter().map(|own| match direction {
            Direction::Egress => (own, other, value),
            Direction::Ingress => (other, own, value),
        }));
    }

    /// The vertices of one side. Towards a few others, those that fill no namespaces are shown one by one.
    fn side(&mut self, classes: &Classes, side: &Side, shown: Shown, few_others: bool) -> Vec<VertexId> {
        let (singles, groups) = self.groups.of_side(classes, side, shown, few_others);
        let mut found: Vec<VertexId> = singles.into_iter().filter_map(|unit| self.vertex_of(unit)).collect();
        for group in groups {
            let known = self.groups.vertex(&group);
            let id = known.unwrap_or_else(|| {
                let members = group.members.iter().filter_map(|unit| self.vertex_of(*unit)).collect();
                let except = group.except.iter().filter_map(|unit| self.vertex_of(*unit)).collect();
                let name = self.groups.name(&group);
                let id = self.add(Vertex {
                    name,
                    kind: Kind::Group { members, except },
                    namespace: group.namespace.clone(),
                });
                self.groups.set_vertex(group, id);
                id
            });
            found.push(id);
        }
        found
    }

    fn vertex_of(&self, unit: u32) -> Option<VertexId> {
        self.of_unit.get(unit as usize).copied().flatten()
    }
}

impl Drawing {
    /// The map, in order: vertices that nothing leads to are left out unless they are there for their own sake.
    fn finish(self, values: &Values) -> Map {
        let own = |vertex: &Vertex| matches!(vertex.kind, Kind::Workload { .. } | Kind::Pods { .. });
        let mut shown: BTreeSet<VertexId> = self.edges.iter().flat_map(|(from, to, _)| [*from, *to]).collect();
        for (id, vertex) in self.vertices.values().enumerate() {
            match &vertex.kind {
                Kind::Group { members, .. } if shown.contains(&id) => shown.extend(members.iter()),
                _ => {}
            }
        }
        for (unit, vertex) in self.of_unit.iter().enumerate() {
            let vertex = vertex.filter(|_| self.groups.is_in_focus(number(unit)));
            shown.extend(vertex.filter(|id| self.vertices.get_index(*id).is_some_and(|(_, vertex)| own(vertex))));
        }
        let host = |vertex: &Vertex| matches!(vertex.kind, Kind::Workload { host_network: true, .. });
        shown.extend(self.vertices.values().enumerate().filter(|(_, vertex)| host(vertex)).map(|(id, _)| id));
        let mut order: Vec<VertexId> = shown.into_iter().collect();
        order.sort_by_key(|id| self.vertices.get_index(*id).map(|(name, vertex)| (rank(&vertex.kind), name)));
        let mut renumbered: Vec<VertexId> = vec![0; self.vertices.len()];
        for (new, old) in order.iter().enumerate() {
            if let Some(entry) = renumbered.get_mut(*old) {
                *entry = new;
            }
        }
        let new = |old: VertexId| renumbered.get(old).copied().unwrap_or_default();
        let vertices = order.iter().filter_map(|old| self.vertices.get_index(*old)).map(|(_, vertex)| {
            let mut vertex = vertex.clone();
            if let Kind::Group { members, except } = &mut vertex.kind {
                let sorted = |all: &[VertexId]| {
                    let mut all: Vec<VertexId> = all.iter().map(|old| new(*old)).collect();
                    all.sort_unstable();
                    all
                };
                *members = sorted(members).into();
                *except = sorted(except);
            }
            vertex
        });
        let vertices = vertices.collect();
        let mut edges: Vec<Edge> = self
            .edges
            .iter()
            .filter_map(|(from, to, value)| {
                let passes = match values.get(*value)? {
                    Value::Unknown(reason) => Passes::Unknown(reason.clone()),
                    Value::Known { passing, authenticated } => {
                        Passes::Known { passing: passing.clone(), authenticated: authenticated.clone() }
                    }
                };
                Some(Edge { from: new(*from), to: new(*to), passes })
            })
            .collect();
        edges.sort_by(|a, b| (a.from, a.to, &a.passes).cmp(&(b.from, b.to, &b.passes)));
        Map { vertices, edges }
    }
}

/// In which order kinds of vertices are shown.
fn rank(kind: &Kind) -> u8 {
    match kind {
        Kind::Workload { .. } | Kind::Pods { .. } => 0,
        Kind::Group { .. } => 1,
        Kind::Nodes { .. } => 2,
        Kind::Elsewhere { .. } => 3,
        Kind::Outside { .. } => 4,
    }
}

fn unit_namespace(unit: &Unit) -> Option<SmolStr> {
    match &unit.endpoint {
        Endpoint::Pod(pod) => Some(pod.namespace.name.clone()),
        _ => None,
    }
}

/// `shop/{ app: api }`, or `shop/*`.
fn here(selector: &PodSelector) -> String {
    let text = selector.to_string();
    if selector.is_whole() { text.replace("/{}", "/*") } else { text }
}

/// The same for pods of other namespaces, without the names of those that the map has.
fn elsewhere(selector: &PodSelector, known: &IndexSet<SmolStr>) -> String {
    let mut shown = selector.clone();
    if let ValueSet::NotIn(names) = &selector.namespaces.names {
        let others: Names = names.iter().filter(|name| !known.contains(*name)).cloned().collect();
        shown.namespaces.names = if others.is_empty() { ValueSet::Any } else { ValueSet::NotIn(others) };
        return format!("{} of other namespaces", here(&shown));
    }
    here(&shown)
}
