//! Graphviz.

use super::picture::{Picture, note, short};
use super::words;
use crate::map::{Kind, Map, Passes};
use std::fmt::Write;

pub(super) fn render(map: &Map) -> String {
    let picture = Picture::of(map);
    let mut out = String::from(
        "digraph map {\n  rankdir=LR\n  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11]\n  edge [fontname=\"sans-serif\", fontsize=10]\n",
    );
    for (number, (namespace, vertices)) in picture.boxes.iter().enumerate() {
        let indent = if namespace.is_some() { "    " } else { "  " };
        if let Some(namespace) = namespace {
            let _ = writeln!(out, "  subgraph cluster_{number} {{\n    label={}", quoted(namespace));
        }
        for id in vertices {
            let vertex = map.vertex(*id);
            let label = match note(vertex) {
                Some(note) => format!("{}\n{note}", short(vertex)),
                None => short(vertex).to_owned(),
            };
            let shape = match vertex.kind {
                Kind::Workload { .. } => "",
                Kind::Pods { .. } => ", style=\"rounded,dashed\"",
                Kind::Group { .. } => ", peripheries=2",
                Kind::Nodes { .. } => ", shape=box3d, style=\"\"",
                Kind::Elsewhere { .. } | Kind::Outside { .. } => ", shape=ellipse, style=\"\"",
            };
            let _ = writeln!(out, "{indent}{} [label={}{shape}]", quoted(&vertex.name), quoted(&label));
        }
        if namespace.is_some() {
            out.push_str("  }\n");
        }
    }
    for edge in &picture.edges {
        let dashed = if matches!(edge.passes, Passes::Unknown(_)) { ", style=dashed" } else { "" };
        let (from, to) = (quoted(&map.vertex(edge.from).name), quoted(&map.vertex(edge.to).name));
        let _ = writeln!(out, "  {from} -> {to} [label={}{dashed}]", quoted(&words::passes(&edge.passes)));
    }
    out.push_str("}\n");
    out
}

/// A string of the language, in which only quotes and backslashes have a meaning.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
