//! Breaks one written sentence into lines where it is too long or has comments within.
//!
//! ```text
//! a may reach b, c, …, y,          nodes may reach worker:[
//!     z until 2027-01-01             10250, # kubelet
//!                                    6443
//!                                  ]
//! ```
//!
//! A line that only goes on is indented by four; brackets with a comment hold one entry a line, indented by two.

use super::writer::{Break, BreakKind, WIDTH, Writer};

/// A comment within a sentence.
#[derive(Debug)]
pub(super) struct InnerComment {
    /// With its mark.
    pub text: String,
    /// Where it stood.
    pub source: u32,
    /// Whether it had a line of its own.
    pub own_line: bool,
}

/// Appends the sentence to `out`, whose last line holds `indent` blanks.
pub(super) fn lay_out(out: &mut String, writer: &Writer, indent: usize, comments: &[InnerComment]) {
    if comments.is_empty() && indent + width(&writer.line) <= WIDTH {
        out.push_str(&writer.line);
        return;
    }
    let mut layout = Layout { out, writer, indent, column: indent, depth: 0, exploded: Vec::new() };
    layout.run(comments);
}

struct Layout<'a> {
    out: &'a mut String,
    writer: &'a Writer,
    indent: usize,
    column: usize,
    /// How many brackets with one entry a line are open.
    depth: usize,
    /// The brackets that have a comment within.
    exploded: Vec<usize>,
}

impl Layout<'_> {
    fn run(&mut self, comments: &[InnerComment]) {
        let breaks = &self.writer.breaks;
        let mut rest = comments;
        let mut placed: Vec<&[InnerComment]> = Vec::with_capacity(breaks.len());
        for (index, at) in breaks.iter().enumerate() {
            let last = index + 1 == breaks.len();
            let count = rest.iter().take_while(|comment| last || comment.source < at.source).count();
            let (here, later) = rest.split_at_checked(count).unwrap_or((rest, &[]));
            if !here.is_empty() && at.group != 0 {
                self.exploded.push(at.group);
            }
            placed.push(here);
            rest = later;
        }
        let mut from = 0;
        for (index, (at, here)) in breaks.iter().zip(&placed).enumerate() {
            self.piece(from, at.at);
            from = at.at;
            if !here.is_empty() || self.is_exploded(at) || (at.kind == BreakKind::Soft && !self.fits(index)) {
                self.break_line(at, here);
                from += self.writer.line.get(from..).map_or(0, |rest| usize::from(rest.starts_with(' ')));
            }
        }
        self.piece(from, self.writer.line.len());
    }

    fn piece(&mut self, from: usize, to: usize) {
        let piece = self.writer.line.get(from..to).unwrap_or_default();
        self.out.push_str(piece);
        self.column += width(piece);
    }

    fn is_exploded(&self, at: &Break) -> bool {
        self.exploded.contains(&at.group)
    }

    /// Whether what follows a break, up to the next one at which a line could end, still fits on the line.
    fn fits(&self, index: usize) -> bool {
        let breaks = &self.writer.breaks;
        let from = breaks.get(index).map_or(0, |at| at.at);
        let next = breaks.iter().skip(index + 1).find(|at| at.kind == BreakKind::Soft || self.is_exploded(at));
        let to = next.map_or(self.writer.line.len(), |at| at.at);
        // A comma stands before its break; other breaks cost nothing on this line.
        self.column + width(self.writer.line.get(from..to).unwrap_or_default()) <= WIDTH
    }

    fn break_line(&mut self, at: &Break, comments: &[InnerComment]) {
        let exploded = self.is_exploded(at);
        if exploded && at.kind == BreakKind::Open {
            self.depth += 1;
        }
        let inside = self.indent + 2 * self.depth + if exploded { 0 } else { 4 };
        for (index, comment) in comments.iter().enumerate() {
            if comment.own_line || index > 0 {
                self.new_line(inside);
            } else {
                self.out.push(' ');
            }
            self.out.push_str(&comment.text);
        }
        if exploded && at.kind == BreakKind::Close {
            self.depth = self.depth.saturating_sub(1);
            self.new_line(self.indent + 2 * self.depth);
        } else {
            self.new_line(inside);
        }
    }

    fn new_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
    }
}

fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}
