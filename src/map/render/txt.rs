//! Aligned text, for people.

use super::words;
use crate::map::Map;
use std::fmt::Write;

/// Names longer than this do not push the columns of the others.
const MAX_COLUMN: usize = 60;

pub(super) fn render(map: &Map) -> String {
    let mut out = String::new();
    let (within, exposures) = words::split(map);
    let rows = within.iter().map(|edge| {
        let (from, to) = (map.vertex(edge.from), map.vertex(edge.to));
        [from.name.as_str(), "->", to.name.as_str()].map(str::to_owned).into_iter().chain([words::passes(&edge.passes)])
    });
    section(&mut out, "Connections", rows.map(Iterator::collect).collect());
    let rows = exposures.iter().map(|exposure| {
        let arrow = if exposure.ingress { "<-" } else { "->" };
        let names = [exposure.own.name.as_str(), arrow, exposure.other.name.as_str()].map(str::to_owned);
        names.into_iter().chain([words::passes(exposure.passes)]).collect()
    });
    section(&mut out, "Exposure to the outside", rows.collect());
    let (silent, host) = words::alone(map);
    let rows =
        |vertices: Vec<&crate::map::Vertex>| vertices.into_iter().map(|vertex| vec![vertex.name.clone()]).collect();
    section(&mut out, "Without connections", rows(silent));
    section(&mut out, "On the host network: no policy governs these", rows(host));
    let groups = words::groups(map).into_iter();
    section(
        &mut out,
        "Groups",
        groups.map(|(group, members)| vec![format!("{}:", group.name), members.join(", ")]).collect(),
    );
    if out.is_empty() { "nothing to show\n".to_owned() } else { out }
}

fn section(out: &mut String, title: &str, rows: Vec<Vec<String>>) {
    if rows.is_empty() {
        return;
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let _ = writeln!(out, "{title}");
    let mut widths: Vec<usize> = Vec::new();
    for row in &rows {
        for (column, cell) in row.iter().enumerate() {
            let width = cell.chars().count();
            match widths.get_mut(column) {
                Some(known) if width <= MAX_COLUMN => *known = width.max(*known),
                Some(_) => {}
                None => widths.push(width.min(MAX_COLUMN)),
            }
        }
    }
    for row in &rows {
        let mut line = String::from(" ");
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, " {cell:<width$}");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}
