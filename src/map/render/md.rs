//! Markdown tables.

use super::words;
use crate::map::Map;
use std::fmt::Write;

pub(super) fn render(map: &Map) -> String {
    let mut out = String::new();
    let (within, exposures) = words::split(map);
    let rows = within.iter().map(|edge| {
        [map.vertex(edge.from).name.clone(), map.vertex(edge.to).name.clone(), words::passes(&edge.passes)]
    });
    table(&mut out, "Connections", ["from", "to", "connections"], rows);
    let rows = exposures.iter().map(|exposure| {
        let direction = if exposure.ingress { "from" } else { "to" };
        let other = format!("{direction} {}", exposure.other.name);
        [exposure.own.name.clone(), other, words::passes(exposure.passes)]
    });
    table(&mut out, "Exposure to the outside", ["workload", "peer", "connections"], rows);
    let (silent, host) = words::alone(map);
    let lists = [("Without connections", silent), ("On the host network: no policy governs these", host)];
    for (title, vertices) in lists {
        list(&mut out, title, vertices.into_iter().map(|vertex| code(&vertex.name)));
    }
    let groups = words::groups(map).into_iter();
    let entry = |(group, members): (&crate::map::Vertex, Vec<&str>)| {
        format!("{}: {}", code(&group.name), members.into_iter().map(code).collect::<Vec<_>>().join(", "))
    };
    list(&mut out, "Groups", groups.map(entry));
    if out.is_empty() { "Nothing to show.\n".to_owned() } else { out }
}

fn heading(out: &mut String, title: &str) {
    if !out.is_empty() {
        out.push('\n');
    }
    let _ = writeln!(out, "### {title}\n");
}

fn table(out: &mut String, title: &str, head: [&str; 3], rows: impl ExactSizeIterator<Item = [String; 3]>) {
    if rows.len() == 0 {
        return;
    }
    heading(out, title);
    let _ = writeln!(out, "| {} |\n|---|---|---|", head.join(" | "));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.map(|cell| code(&cell)).join(" | "));
    }
}

fn list(out: &mut String, title: &str, entries: impl ExactSizeIterator<Item = String>) {
    if entries.len() == 0 {
        return;
    }
    heading(out, title);
    for entry in entries {
        let _ = writeln!(out, "- {entry}");
    }
}

/// Text between backticks, in which nothing but backticks and, in tables, `|` has a meaning.
fn code(text: &str) -> String {
    let text = text.replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    if longest > 0 { format!("{fence} {text} {fence}") } else { format!("{fence}{text}{fence}") }
}
