//! Where everything stands, in pixels.

use super::super::picture::{Picture, note, short, shortened};
use super::super::words;
use crate::map::{Edge, Kind, Map, Passes, VertexId};
use std::collections::BTreeMap;

/// The width of a character of the font.
const CHAR: f32 = 7.3;
/// The height of a line, and of the slot of each end of an edge.
const LINE: f32 = 18.0;
/// Between things that stand below each other.
const GAP: f32 = 14.0;
/// Between a box and what is in it.
const PADDING: f32 = 16.0;
/// The width that lines have between two layers to change their height.
const CURVE: f32 = 70.0;
/// The longest name and label; what is longer is cut, and whole in a tooltip.
const MAX_NAME: usize = 44;
const MAX_LABEL: usize = 40;
/// How often vertices are put in order by those that they are connected to.
const SWEEPS: usize = 6;

/// A picture that is laid out.
pub(super) struct Layout {
    pub width: f32,
    pub height: f32,
    pub boxes: Vec<Frame>,
    pub vertices: Vec<Placed>,
    pub lines: Vec<Line>,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rect {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

/// The box of a namespace; of what is outside, when it has no name.
pub(super) struct Frame {
    pub title: Option<String>,
    pub rect: Rect,
}

pub(super) struct Placed {
    pub id: VertexId,
    pub rect: Rect,
    pub text: Vec<String>,
    /// What is cut in the text.
    pub full: String,
}

/// An edge: points that it goes through; between each two it is level or a curve.
pub(super) struct Line {
    pub points: Vec<(f32, f32)>,
    /// Whether it leads from the last point to the first.
    pub backwards: bool,
    pub dashed: bool,
    pub label: String,
    /// Where the label begins.
    pub at: (f32, f32),
    pub full: String,
}

/// Something that takes a place in a layer.
struct Item {
    layer: usize,
    /// Which box it is in.
    frame: usize,
    /// The vertex; `None` for an edge that passes.
    vertex: Option<VertexId>,
    height: f32,
    width: f32,
    /// Its place among all.
    order: f32,
    y: f32,
    x: f32,
}

/// An edge with the items that it goes through, from left to right.
struct Route<'m> {
    edge: &'m Edge,
    through: Vec<usize>,
    backwards: bool,
    label: String,
}

pub(super) fn lay_out(map: &Map, picture: &Picture<'_>, layers: &BTreeMap<VertexId, usize>) -> Layout {
    let mut plan = Plan::new(map, picture, layers);
    plan.order();
    let tops = plan.place_down(picture.boxes.len());
    let columns = plan.place_across();
    plan.finish(map, picture, &tops, &columns)
}

struct Plan<'m> {
    items: Vec<Item>,
    of_vertex: BTreeMap<VertexId, usize>,
    routes: Vec<Route<'m>>,
    loops: BTreeMap<VertexId, String>,
    layers: usize,
    /// Per item: the routes that come in from the left and go out to the right.
    left: Vec<Vec<usize>>,
    right: Vec<Vec<usize>>,
}

/// A layer: where its items begin, how wide they are, and where the labels left of it begin.
struct Column {
    x: f32,
    labels: f32,
    width: f32,
}

impl<'m> Plan<'m> {
    fn new(map: &Map, picture: &Picture<'m>, layers: &BTreeMap<VertexId, usize>) -> Self {
        let mut plan = Self {
            items: Vec::new(),
            of_vertex: BTreeMap::new(),
            routes: Vec::new(),
            loops: BTreeMap::new(),
            layers: layers.values().max().map_or(0, |last| last + 1),
            left: Vec::new(),
            right: Vec::new(),
        };
        for edge in picture.edges.iter().filter(|edge| edge.from == edge.to) {
            plan.loops.insert(edge.from, words::passes(&edge.passes));
        }
        for (frame, (_, ids)) in picture.boxes.iter().enumerate() {
            for id in ids {
                let layer = layers.get(id).copied().unwrap_or_default();
                let item = plan.add(layer, frame, Some(*id));
                plan.of_vertex.insert(*id, item);
            }
        }
        for edge in picture.edges.iter().filter(|edge| edge.from != edge.to) {
            plan.route(edge);
        }
        plan.left = vec![Vec::new(); plan.items.len()];
        plan.right = plan.left.clone();
        for (number, route) in plan.routes.iter().enumerate() {
            for pair in route.through.windows(2) {
                let [a, b] = pair else { continue };
                if let (Some(right), Some(left)) = (plan.right.get_mut(*a), plan.left.get_mut(*b)) {
                    right.push(number);
                    left.push(number);
                }
            }
        }
        for number in 0..plan.items.len() {
            let ends = [&plan.left, &plan.right].map(|all| all.get(number).map_or(0, Vec::len));
            let Some(item) = plan.items.get_mut(number) else { continue };
            let Some(id) = item.vertex else {
                item.height = LINE;
                continue;
            };
            let text = text(map, id, plan.loops.get(&id).map(String::as_str));
            let lines = text.len().max(ends[0]).max(ends[1]);
            item.height = count(lines) * LINE + 8.0;
            item.width = text.iter().map(|line| text_width(line)).fold(0.0, f32::max) + 20.0;
        }
        plan
    }

    fn add(&mut self, layer: usize, frame: usize, vertex: Option<VertexId>) -> usize {
        let order = count(self.items.len());
        self.items.push(Item { layer, frame, vertex, height: 0.0, width: 0.0, order, y: 0.0, x: 0.0 });
        self.items.len() - 1
    }

    /// Leads an edge through the layers between its ends, which stand in different ones.
    fn route(&mut self, edge: &'m Edge) {
        let (Some(from), Some(to)) = (self.of_vertex.get(&edge.from), self.of_vertex.get(&edge.to)) else { return };
        let (from, to) = (*from, *to);
        let at = |plan: &Self, item: usize| plan.items.get(item).map_or((0, 0), |item| (item.layer, item.frame));
        let ((from_layer, _), (to_layer, _)) = (at(self, from), at(self, to));
        let backwards = to_layer < from_layer;
        let (first, last) = if backwards { (to, from) } else { (from, to) };
        let frame = at(self, last).1;
        let mut through = vec![first];
        for layer in from_layer.min(to_layer) + 1..from_layer.max(to_layer) {
            through.push(self.add(layer, frame, None));
        }
        through.push(last);
        let label = shortened(&words::passes(&edge.passes), MAX_LABEL);
        self.routes.push(Route { edge, through, backwards, label });
    }

    /// Puts the items of each layer and box in an order in which few lines cross: each near those that it is connected to.
    fn order(&mut self) {
        for sweep in 0..SWEEPS {
            let neighbours = if sweep % 2 == 0 { &self.left } else { &self.right };
            let toward: Vec<f32> = neighbours
                .iter()
                .enumerate()
                .map(|(number, routes)| {
                    let own = self.items.get(number).map_or(0.0, |item| item.order);
                    let orders: Vec<f32> = routes
                        .iter()
                        .filter_map(|route| self.beside(*route, number, sweep % 2 == 0))
                        .filter_map(|item| self.items.get(item).map(|item| item.order))
                        .collect();
                    if orders.is_empty() { own } else { orders.iter().sum::<f32>() / count(orders.len()) }
                })
                .collect();
            let mut sorted: Vec<usize> = (0..self.items.len()).collect();
            sorted.sort_by(|a, b| {
                let key = |number: usize| {
                    let item = self.items.get(number);
                    (item.map_or(0, |item| item.frame), toward.get(number).copied().unwrap_or_default())
                };
                let ((a_frame, a_toward), (b_frame, b_toward)) = (key(*a), key(*b));
                a_frame.cmp(&b_frame).then(a_toward.total_cmp(&b_toward)).then(a.cmp(b))
            });
            for (place, number) in sorted.into_iter().enumerate() {
                if let Some(item) = self.items.get_mut(number) {
                    item.order = count(place);
                }
            }
        }
    }

    /// The item that a route has before or behind another.
    fn beside(&self, route: usize, item: usize, before: bool) -> Option<usize> {
        let through = &self.routes.get(route)?.through;
        let at = through.iter().position(|one| *one == item)?;
        let at = if before { at.checked_sub(1)? } else { at + 1 };
        through.get(at).copied()
    }

    /// Stacks the items of each layer, box by box, and returns where each box begins and how high it is.
    fn place_down(&mut self, frames: usize) -> Vec<(f32, f32)> {
        let mut sorted: Vec<usize> = (0..self.items.len()).collect();
        sorted.sort_by(|a, b| {
            let key = |number: &usize| self.items.get(*number).map_or(0.0, |item| item.order);
            key(a).total_cmp(&key(b))
        });
        let mut filled = vec![vec![0.0_f32; self.layers]; frames];
        for number in &sorted {
            let Some(item) = self.items.get_mut(*number) else { continue };
            let Some(below) = filled.get_mut(item.frame).and_then(|frame| frame.get_mut(item.layer)) else { continue };
            item.y = *below;
            *below += item.height + GAP;
        }
        let mut tops = Vec::new();
        let mut top = GAP;
        for frame in &filled {
            let height = frame.iter().copied().fold(0.0, f32::max) - GAP;
            tops.push((top, height + LINE + 2.0 * PADDING));
            top += height + LINE + 2.0 * PADDING + GAP;
        }
        for item in &mut self.items {
            let (top, height) = tops.get(item.frame).copied().unwrap_or_default();
            // A layer with less in it stands in the middle of its box.
            let used =
                filled.get(item.frame).and_then(|frame| frame.get(item.layer)).copied().unwrap_or_default() - GAP;
            item.y += top + LINE + PADDING + (height - LINE - 2.0 * PADDING - used) / 2.0;
        }
        tops
    }

    /// Gives each layer its place, with room for the labels left of it.
    fn place_across(&mut self) -> Vec<Column> {
        let mut columns: Vec<Column> = (0..self.layers).map(|_| Column { x: 0.0, labels: 0.0, width: 0.0 }).collect();
        for item in &self.items {
            if let Some(column) = columns.get_mut(item.layer) {
                column.width = column.width.max(item.width);
            }
        }
        for route in &self.routes {
            let last = route.through.last().and_then(|item| self.items.get(*item));
            if let Some(column) = last.and_then(|item| columns.get_mut(item.layer)) {
                column.labels = column.labels.max(text_width(&route.label) + 32.0 + PADDING);
            }
        }
        let mut x = GAP + PADDING;
        for (number, column) in columns.iter_mut().enumerate() {
            let labels = column.labels;
            column.labels = x + if number == 0 { 0.0 } else { CURVE };
            column.x = column.labels + labels;
            x = column.x + column.width;
        }
        for item in &mut self.items {
            let column = columns.get(item.layer);
            item.x = column.map_or(0.0, |column| column.x);
            if item.vertex.is_none() {
                item.width = column.map_or(0.0, |column| column.width);
            }
        }
        columns
    }

    fn finish(&self, map: &Map, picture: &Picture<'_>, tops: &[(f32, f32)], columns: &[Column]) -> Layout {
        let right = columns.last().map_or(0.0, |column| column.x + column.width);
        let mut spans = vec![(f32::MAX, 0.0_f32); picture.boxes.len()];
        for item in self.items.iter().filter(|item| item.vertex.is_some()) {
            if let Some((from, to)) = spans.get_mut(item.frame) {
                *from = from.min(item.x - PADDING);
                *to = to.max(item.x + item.width + PADDING);
            }
        }
        let boxes = picture.boxes.iter().enumerate().map(|(number, (namespace, _))| {
            let (from, to) = spans.get(number).copied().unwrap_or_default();
            let (top, height) = tops.get(number).copied().unwrap_or_default();
            let title = namespace.as_ref().map(ToString::to_string);
            let least = title.as_ref().map_or(0.0, |title| text_width(title) + 2.0 * PADDING);
            Frame { title, rect: Rect { x: from, y: top, width: (to - from).max(least), height } }
        });
        let boxes: Vec<Frame> = boxes.collect();
        let vertices = self.items.iter().filter_map(|item| {
            let id = item.vertex?;
            Some(Placed {
                id,
                rect: Rect { x: item.x, y: item.y, width: item.width, height: item.height },
                text: text(map, id, self.loops.get(&id).map(String::as_str)),
                full: map.vertex(id).name.clone(),
            })
        });
        let lines = self.routes.iter().enumerate().map(|(number, route)| self.line(number, route, columns));
        let edge = boxes.iter().map(|frame| frame.rect.x + frame.rect.width).fold(right, f32::max);
        Layout {
            width: edge + PADDING + GAP,
            height: tops.last().map_or(0.0, |(top, height)| top + height) + GAP,
            vertices: vertices.collect(),
            lines: lines.collect(),
            boxes,
        }
    }

    fn line(&self, number: usize, route: &Route<'_>, columns: &[Column]) -> Line {
        let mut points = Vec::new();
        let mut at = (0.0, 0.0);
        for (place, one) in route.through.iter().enumerate() {
            let Some(item) = self.items.get(*one) else { continue };
            let column = columns.get(item.layer);
            if place > 0 {
                let y = self.port(number, *one, true);
                let start = column.map_or(item.x, |column| column.labels);
                points.push((start, y));
                points.push((item.x, y));
                at = (start + 8.0, y - 4.0);
            }
            if place + 1 < route.through.len() {
                // Past whatever else stands in the layer.
                let end = column.map_or(item.x + item.width, |column| column.x + column.width);
                let y = self.port(number, *one, false);
                points.push((item.x + item.width, y));
                points.push((end, y));
            }
        }
        Line {
            points,
            backwards: route.backwards,
            dashed: matches!(route.edge.passes, Passes::Unknown(_)),
            label: route.label.clone(),
            at,
            full: words::passes(&route.edge.passes),
        }
    }

    /// At which height a route meets an item: those on one side stand in the order of where they come from.
    fn port(&self, route: usize, item: usize, left: bool) -> f32 {
        let Some(of) = self.items.get(item) else { return 0.0 };
        let all = if left { self.left.get(item) } else { self.right.get(item) };
        let all = all.map(Vec::as_slice).unwrap_or_default();
        let key = |route: usize| {
            let other = self.beside(route, item, left).and_then(|item| self.items.get(item));
            (other.map_or(0.0, |other| other.order), route)
        };
        let own = key(route);
        let before = all.iter().filter(|other| {
            let (order, number) = key(**other);
            order.total_cmp(&own.0).then(number.cmp(&own.1)).is_lt()
        });
        let free = of.height - count(all.len()) * LINE;
        of.y + free / 2.0 + (count(before.count()) + 0.5) * LINE
    }
}

fn text(map: &Map, id: VertexId, own: Option<&str>) -> Vec<String> {
    let vertex = map.vertex(id);
    let mut lines = vec![shortened(short(vertex), MAX_NAME)];
    lines.extend(note(vertex));
    if let Some(own) = own {
        let among = if matches!(vertex.kind, Kind::Group { .. }) { "among themselves" } else { "its own pods" };
        lines.push(shortened(&format!("{among}: {own}"), MAX_NAME));
    }
    lines
}

fn text_width(text: &str) -> f32 {
    count(text.chars().count()) * CHAR
}

#[expect(clippy::cast_precision_loss, reason = "a picture has no more than some thousands of anything")]
fn count(number: usize) -> f32 {
    number as f32
}
