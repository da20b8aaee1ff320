//! A page as Markdown, with the tables of GitHub and GitLab.

use super::page::{Block, Inline, Text};
use std::fmt::Write;

pub(super) fn write(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        if !out.is_empty() {
            out.push('\n');
        }
        match block {
            Block::Heading(level, text) => {
                let _ = writeln!(out, "{} {}", "#".repeat(usize::from(*level)), line(text));
            }
            Block::Paragraph(text) => {
                let _ = writeln!(out, "{}", line(text));
            }
            Block::List(entries) => {
                for entry in entries {
                    let _ = writeln!(out, "- {}", line(entry));
                }
            }
            Block::Table { head, rows } => {
                let _ = writeln!(out, "| {} |\n|{}", head.join(" | "), "---|".repeat(head.len()));
                for row in rows {
                    let cells: Vec<String> = row.iter().map(line).collect();
                    let _ = writeln!(out, "| {} |", cells.join(" | "));
                }
            }
        }
    }
    out
}

fn line(text: &Text) -> String {
    let part = |inline: &Inline| match inline {
        Inline::Plain(text) => plain(text),
        Inline::Code(text) => code(text),
        Inline::Strong(text) => format!("**{}**", plain(text)),
    };
    text.0.iter().map(part).collect()
}

/// Text in which nothing is markup, on one line. A backslash is for Markdown, an entity for HTML, which Markdown may hold.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Nobody is to be called by a report.
            '@' => out.push_str("&#64;"),
            _ => out.push(c),
        }
    }
    out
}

/// Text between backticks, in which nothing but backticks and, in tables, `|` has a meaning.
fn code(text: &str) -> String {
    let text = one_line(text).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    if longest > 0 || text.is_empty() { format!("{fence} {text} {fence}") } else { format!("{fence}{text}{fence}") }
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(plain("<script>|=1+1"), "&lt;script&gt;\\|=1+1");
        assert_eq!(plain("[a](b) *c* `d` &amp; ![e]"), "\\[a\\](b) \\*c\\* \\`d\\` &amp;amp; \\!\\[e\\]");
        assert_eq!(plain("a\n# b"), "a \\# b");
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
    }
}
