//! What the pictures draw: without look-ups of names, and without workloads that are drawn as part of a group only.

use crate::map::{Edge, Kind, Map, Passes, Vertex, VertexId};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Picture<'m> {
    /// Namespaces with what is drawn in them, then what is in none.
    pub boxes: Vec<(Option<SmolStr>, Vec<VertexId>)>,
    pub edges: Vec<&'m Edge>,
}

impl<'m> Picture<'m> {
    pub fn of(map: &'m Map) -> Self {
        let look_ups = |edge: &&Edge| matches!(&edge.passes, Passes::Known { passing, .. } if passing.is_look_ups());
        let edges: Vec<&Edge> = map.edges.iter().filter(|edge| !look_ups(edge)).collect();
        let mut drawn = vec![false; map.vertices.len()];
        let mut grouped = drawn.clone();
        // Groups share their lists of members; each is gone through once.
        let mut lists = BTreeSet::new();
        let mark = |all: &mut [bool], id: VertexId| all.get_mut(id).into_iter().for_each(|one| *one = true);
        for id in edges.iter().flat_map(|edge| [edge.from, edge.to]) {
            mark(&mut drawn, id);
            if let Kind::Group { members, .. } = &map.vertex(id).kind
                && lists.insert(members.as_ptr().addr())
            {
                members.iter().for_each(|member| mark(&mut grouped, *member));
            }
        }
        let mut boxes: BTreeMap<Option<SmolStr>, Vec<VertexId>> = BTreeMap::new();
        for (id, vertex) in map.vertices.iter().enumerate() {
            let at = |all: &[bool]| all.get(id).copied().unwrap_or_default();
            let alone = matches!(vertex.kind, Kind::Workload { .. } | Kind::Pods { .. }) && !at(&grouped);
            if at(&drawn) || alone {
                boxes.entry(vertex.namespace.clone()).or_default().push(id);
            }
        }
        let outside = boxes.remove(&None);
        let mut boxes: Vec<_> = boxes.into_iter().collect();
        boxes.extend(outside.map(|ids| (None, ids)));
        Self { boxes, edges }
    }
}

/// A vertex's name in the box of its namespace.
pub(super) fn short(vertex: &Vertex) -> &str {
    let namespace = vertex.namespace.as_ref().and_then(|namespace| vertex.name.strip_prefix(namespace.as_str()));
    namespace.and_then(|rest| rest.strip_prefix('/')).unwrap_or(&vertex.name)
}

/// The second line of a vertex: what it is, where the name does not say so.
pub(super) fn note(vertex: &Vertex) -> Option<String> {
    match &vertex.kind {
        Kind::Workload { kind, host_network: true } => Some(format!("{kind}, host network")),
        Kind::Workload { kind, .. } if kind != "workload" => Some(kind.to_string()),
        _ => None,
    }
}

/// A long text's beginning.
pub(super) fn shortened(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length.saturating_sub(1)).chain(['…']).collect()
}
