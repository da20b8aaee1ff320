//! A layout as SVG.

use super::layout::{Layout, Line, Placed, Rect};
use crate::map::{Kind, Map};
use std::fmt::Write;

const STYLE: &str = "\
text{font:12px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2328}\
.t{font-weight:bold}.n{fill:#59636e}.l{font-size:11px;fill:#59636e}\
.b{fill:#f6f8fa;stroke:#d1d9e0}.o{fill:none;stroke:none}\
.v{fill:#ddf4ff;stroke:#0969da}.p{fill:#fff;stroke:#0969da;stroke-dasharray:4 3}\
.g{fill:#b6e3ff;stroke:#0969da;stroke-width:2}.x{fill:#fff8c5;stroke:#9a6700}.k{fill:#fbefff;stroke:#8250df}\
path{fill:none;stroke:#59636e}marker path{fill:#59636e;stroke:none}.u{stroke-dasharray:5 4}";

pub(super) fn write(map: &Map, layout: &Layout) -> String {
    let mut out = String::new();
    let (width, height) = (layout.width.ceil(), layout.height.ceil());
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">"
    );
    let _ = writeln!(out, "<style>{STYLE}</style>");
    out.push_str(
        "<defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>\n",
    );
    let _ = writeln!(out, "<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>");
    for frame in &layout.boxes {
        let class = if frame.title.is_some() { "b" } else { "o" };
        rect(&mut out, &frame.rect, class, 8.0);
        if let Some(title) = &frame.title {
            let (x, y) = (frame.rect.x + 12.0, frame.rect.y + 20.0);
            let _ = writeln!(out, "<text class=\"t\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escaped(title));
        }
    }
    layout.lines.iter().for_each(|line| path(&mut out, line));
    layout.vertices.iter().for_each(|placed| vertex(&mut out, map, placed));
    out.push_str("</svg>\n");
    out
}

fn rect(out: &mut String, rect: &Rect, class: &str, radius: f32) {
    let Rect { x, y, width, height } = rect;
    let _ = writeln!(
        out,
        "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{radius}\"/>"
    );
}

fn vertex(out: &mut String, map: &Map, placed: &Placed) {
    let (class, radius) = match map.vertex(placed.id).kind {
        Kind::Workload { .. } => ("v", 4.0),
        Kind::Pods { .. } => ("p", 4.0),
        Kind::Group { .. } => ("g", 4.0),
        Kind::Nodes { .. } => ("k", 0.0),
        Kind::Elsewhere { .. } | Kind::Outside { .. } => ("x", 14.0),
    };
    let _ = writeln!(out, "<g><title>{}</title>", escaped(&placed.full));
    rect(out, &placed.rect, class, radius);
    let lines = placed.text.iter().fold(0.0, |lines: f32, _| lines + 1.0);
    let mut y = placed.rect.y + placed.rect.height / 2.0 - lines * 9.0 + 13.0;
    for (number, line) in placed.text.iter().enumerate() {
        let class = if number == 0 { "" } else { " class=\"n\"" };
        let _ = writeln!(out, "<text{class} x=\"{:.1}\" y=\"{y:.1}\">{}</text>", placed.rect.x + 10.0, escaped(line));
        y += 18.0;
    }
    out.push_str("</g>\n");
}

fn path(out: &mut String, line: &Line) {
    let mut d = String::new();
    let mut last = (0.0, 0.0);
    for (number, (x, y)) in line.points.iter().copied().enumerate() {
        let (last_x, last_y): (f32, f32) = last;
        let _ = match number {
            0 => write!(d, "M{x:.1} {y:.1}"),
            _ if (last_y - y).abs() < 0.05 => write!(d, "L{x:.1} {y:.1}"),
            _ => {
                let middle = f32::midpoint(last_x, x);
                write!(d, "C{middle:.1} {last_y:.1} {middle:.1} {y:.1} {x:.1} {y:.1}")
            }
        };
        last = (x, y);
    }
    let arrow = if line.backwards { "marker-start" } else { "marker-end" };
    let class = if line.dashed { " class=\"u\"" } else { "" };
    let (x, y) = line.at;
    let _ = writeln!(
        out,
        "<g><title>{}</title><path{class} d=\"{d}\" {arrow}=\"url(#a)\"/>\n<text class=\"l\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text></g>",
        escaped(&line.full),
        escaped(&line.label)
    );
}

/// Text in XML. Characters that XML does not have are left out; the pictures of control characters would be no better.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}
