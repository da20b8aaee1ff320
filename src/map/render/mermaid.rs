//! A Mermaid flowchart.

use super::picture::{Picture, note, short};
use super::words;
use crate::map::{Kind, Map, Passes};
use std::fmt::Write;

pub(super) fn render(map: &Map) -> String {
    let picture = Picture::of(map);
    let mut out = String::from("flowchart LR\n");
    for (number, (namespace, vertices)) in picture.boxes.iter().enumerate() {
        let indent = if namespace.is_some() { "    " } else { "  " };
        if let Some(namespace) = namespace {
            let _ = writeln!(out, "  subgraph b{number} [{}]", quoted(namespace));
        }
        for id in vertices {
            let vertex = map.vertex(*id);
            let label = match note(vertex) {
                Some(note) => quoted(&format!("{}\n{note}", short(vertex))),
                None => quoted(short(vertex)),
            };
            let (open, close) = match vertex.kind {
                Kind::Workload { .. } => ("(", ")"),
                Kind::Pods { .. } => ("[", "]"),
                Kind::Group { .. } => ("[[", "]]"),
                Kind::Nodes { .. } => ("{{", "}}"),
                Kind::Elsewhere { .. } | Kind::Outside { .. } => ("([", "])"),
            };
            let _ = writeln!(out, "{indent}v{id}{open}{label}{close}");
        }
        if namespace.is_some() {
            out.push_str("  end\n");
        }
    }
    for edge in &picture.edges {
        let arrow = if matches!(edge.passes, Passes::Unknown(_)) { "-.->" } else { "-->" };
        let label = quoted(&words::passes(&edge.passes));
        let _ = writeln!(out, "  v{} {arrow}|{label}| v{}", edge.from, edge.to);
    }
    out
}

/// A string of the language. Its own and HTML's characters are written as entities, which Mermaid spells with `#`.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '\n' => out.push_str("<br/>"),
            '"' | '#' | '&' | '<' | '>' | '`' | ';' | '\\' | '*' | '_' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
