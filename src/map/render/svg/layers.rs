//! Which layer each vertex stands in: right of all that reach it, but for lines that close a circle.

use super::super::picture::Picture;
use crate::map::VertexId;
use std::collections::BTreeMap;

/// The layer of each vertex that is drawn, the leftmost is 0.
pub(super) fn assign(picture: &Picture<'_>) -> BTreeMap<VertexId, usize> {
    let mut next: BTreeMap<VertexId, Vec<VertexId>> = BTreeMap::new();
    for id in picture.boxes.iter().flat_map(|(_, ids)| ids) {
        next.entry(*id).or_default();
    }
    for edge in picture.edges.iter().filter(|edge| edge.from != edge.to) {
        next.entry(edge.from).or_default().push(edge.to);
    }
    let order = without_circles(&mut next);
    let mut layers: BTreeMap<VertexId, usize> = next.keys().map(|id| (*id, 0)).collect();
    for id in order {
        let layer = layers.get(&id).copied().unwrap_or_default();
        for to in next.get(&id).into_iter().flatten() {
            if let Some(known) = layers.get_mut(to) {
                *known = (*known).max(layer + 1);
            }
        }
    }
    layers
}

/// Takes out the lines that lead back, and returns the vertices so that all other lines lead on. Begins with those that
/// nothing leads to.
fn without_circles(next: &mut BTreeMap<VertexId, Vec<VertexId>>) -> Vec<VertexId> {
    let mut entered: BTreeMap<VertexId, usize> = BTreeMap::new();
    for to in next.values().flatten() {
        *entered.entry(*to).or_default() += 1;
    }
    let mut starts: Vec<VertexId> = next.keys().copied().collect();
    starts.sort_by_key(|id| (entered.get(id).copied().unwrap_or_default() > 0, *id));
    // Under way, or done.
    let mut state: BTreeMap<VertexId, bool> = BTreeMap::new();
    let mut done = Vec::new();
    for start in starts {
        if state.contains_key(&start) {
            continue;
        }
        state.insert(start, false);
        let mut path = vec![(start, 0)];
        while let Some((id, at)) = path.last_mut() {
            let Some(to) = next.get(id).and_then(|all| all.get(*at)).copied() else {
                state.insert(*id, true);
                done.push(*id);
                path.pop();
                continue;
            };
            match state.get(&to) {
                Some(false) => {
                    if let Some(all) = next.get_mut(id) {
                        all.remove(*at);
                    }
                }
                Some(true) => *at += 1,
                None => {
                    *at += 1;
                    state.insert(to, false);
                    path.push((to, 0));
                }
            }
        }
    }
    done.reverse();
    done
}
