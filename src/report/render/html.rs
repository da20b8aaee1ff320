//! A page as one file of HTML: no script, nothing from elsewhere, and on paper as on a screen.

use super::page::{Block, Inline, Text};
use std::fmt::Write;

/// The head. The policy lets a browser run nothing and fetch nothing, whatever stands in the file.
const HEAD: &str = r#"<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.8em 0 0.6em; break-after: avoid; }
h2 { border-bottom: 1px solid #c8ccd1; padding-bottom: 0.2em; }
table { border-collapse: collapse; width: 100%; margin: 0.8em 0; font-size: 13px; }
th, td { border: 1px solid #c8ccd1; padding: 0.3em 0.5em; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: #f1f3f5; }
tr { break-inside: avoid; }
thead { display: table-header-group; }
code { font: 0.92em ui-monospace, monospace; overflow-wrap: anywhere; }
strong { color: #9a1b1b; }
nav { columns: 2; }
@media print { body { max-width: none; margin: 0; font-size: 11px; } table { font-size: 9px; } nav { display: none; } }
</style>
"#;

/// How deep the table of contents goes.
const CONTENTS: u8 = 3;

pub(super) fn write(blocks: &[Block]) -> String {
    let headings = || {
        blocks.iter().enumerate().filter_map(|(number, block)| match block {
            Block::Heading(level, text) => Some((number, *level, text)),
            _ => None,
        })
    };
    let title = headings().next().map(|(.., text)| bare(text)).unwrap_or_default();
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n{HEAD}<title>{}</title>\n</head>\n<body>\n",
        escaped(&title)
    );
    for (number, block) in blocks.iter().enumerate() {
        match block {
            Block::Heading(level, text) => {
                let _ = writeln!(out, "<h{level} id=\"s{number}\">{}</h{level}>", line(text));
                if *level == 1 {
                    let listed = headings().filter(|(_, level, _)| (2..=CONTENTS).contains(level));
                    contents(&mut out, listed);
                }
            }
            Block::Paragraph(text) => {
                let _ = writeln!(out, "<p>{}</p>", line(text));
            }
            Block::List(entries) => {
                out.push_str("<ul>\n");
                for entry in entries {
                    let _ = writeln!(out, "<li>{}</li>", line(entry));
                }
                out.push_str("</ul>\n");
            }
            Block::Table { head, rows } => table(&mut out, head, rows),
        }
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn contents<'t>(out: &mut String, headings: impl Iterator<Item = (usize, u8, &'t Text)>) {
    out.push_str("<nav>\n<ul>\n");
    for (number, level, text) in headings {
        let indent = if level > 2 { " style=\"margin-left: 1.2em\"" } else { "" };
        let _ = writeln!(out, "<li{indent}><a href=\"#s{number}\">{}</a></li>", escaped(&bare(text)));
    }
    out.push_str("</ul>\n</nav>\n");
}

fn table(out: &mut String, head: &[&str], rows: &[Vec<Text>]) {
    out.push_str("<table>\n<thead><tr>");
    for cell in head {
        let _ = write!(out, "<th>{}</th>", escaped(cell));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            let _ = write!(out, "<td>{}</td>", line(cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
}

fn line(text: &Text) -> String {
    let part = |inline: &Inline| match inline {
        Inline::Plain(text) => escaped(text),
        Inline::Code(text) => format!("<code>{}</code>", escaped(text)),
        Inline::Strong(text) => format!("<strong>{}</strong>", escaped(text)),
    };
    text.0.iter().map(part).collect()
}

/// A text without its marks.
fn bare(text: &Text) -> String {
    let part = |inline: &Inline| match inline {
        Inline::Plain(text) | Inline::Code(text) | Inline::Strong(text) => text.clone(),
    };
    text.0.iter().map(part).collect()
}

/// Text that is no markup, between tags and in attributes. Control characters have no place in HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(escaped("<script>|=1+1 & 'a' \"b\""), "&lt;script&gt;|=1+1 &amp; &#39;a&#39; &quot;b&quot;");
        let page = [Block::Heading(1, Text::plain("</title><script>alert(1)</script>"))];
        let html = write(&page);
        assert!(!html.contains("<script"), "{html}");
        assert_eq!(html.matches("</title>").count(), 1, "{html}");
    }
}
