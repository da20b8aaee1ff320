//! A table of edges, one a line, as RFC 4180 has it.

use super::words;
use crate::map::Map;

pub(super) fn render(map: &Map) -> String {
    let mut out = String::from("from,from_kind,to,to_kind,connections\r\n");
    for edge in &map.edges {
        let (from, to) = (map.vertex(edge.from), map.vertex(edge.to));
        let passes = words::passes(&edge.passes);
        for (index, cell) in [&from.name, words::kind(from), &to.name, words::kind(to), &passes].into_iter().enumerate()
        {
            if index > 0 {
                out.push(',');
            }
            field(&mut out, cell);
        }
        out.push_str("\r\n");
    }
    out
}

fn field(out: &mut String, text: &str) {
    if text.contains([',', '"', '\r', '\n']) {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}
