//! A whole file: its sections, blocks, blank lines and comments.

use super::layout::{InnerComment, lay_out};
use super::writer::Writer;
use crate::syntax::ast::{Action, Cluster, Comment, Header, HeaderKind, Item, ItemKind, RequestLine, Section, Tree};

/// The file as it is written.
pub(super) struct Page<'a> {
    source: &'a str,
    /// Comments within sentences that are not written yet.
    inner: std::iter::Peekable<std::slice::Iter<'a, Comment>>,
    out: String,
}

/// Writes a tree that has no problems; `source` is the text that it was read from.
pub(super) fn write(tree: &Tree, source: &str) -> String {
    let mut page = Page { source, inner: tree.inner.iter().peekable(), out: String::with_capacity(source.len()) };
    for (index, section) in tree.sections.iter().enumerate() {
        if index > 0 {
            page.out.push('\n');
        }
        page.section(section);
    }
    page.comments(&tree.trailing, 0);
    page.out
}

impl Page<'_> {
    fn section(&mut self, section: &Section) {
        let block = section.header.as_ref().is_some_and(is_block);
        if let Some(header) = &section.header {
            self.header(header, block);
        }
        let indent = if block { 2 } else { 0 };
        for item in &section.items {
            self.item(item, indent);
        }
        if block {
            self.comments(&section.trailing, indent);
            self.out.push_str("}\n");
        }
    }

    fn header(&mut self, header: &Header, block: bool) {
        self.comments(&header.comments, 0);
        self.blank(header.blank_before);
        let mut writer = self.writer(header.span.0.end);
        writer.header(&header.kind);
        if block {
            writer.text(" {");
        }
        self.sentence(&writer, 0, header.span.0.end);
        self.end_line(header.line_comment.as_deref());
    }

    fn item(&mut self, item: &Item, indent: usize) {
        self.comments(&item.comments, indent);
        self.blank(item.blank_before);
        let mut writer = self.writer(body(&item.kind).unwrap_or(item.span.0.end));
        writer.item(&item.kind);
        match &item.kind {
            ItemKind::Cluster(cluster) => self.cluster(writer, cluster, item, indent),
            ItemKind::May(sentence) => self.action(writer, &sentence.action.value, item, indent),
            ItemKind::MayNot(sentence) => self.action(writer, &sentence.action.value, item, indent),
            ItemKind::Assert(sentence) => self.action(writer, &sentence.action.value, item, indent),
            _ => self.line(&writer, indent, item.span.0.end),
        }
        self.end_line(item.line_comment.as_deref());
    }

    fn action(&mut self, mut writer: Writer, action: &Action, item: &Item, indent: usize) {
        let Action::Use(used) = action else {
            return self.line(&writer, indent, item.span.0.end);
        };
        writer.text(" {");
        self.line(&writer, indent, body(&item.kind).unwrap_or(item.span.0.end));
        self.out.push('\n');
        for line in &used.requests {
            self.request(line, indent + 2);
        }
        self.close(&used.trailing, indent);
    }

    fn request(&mut self, line: &RequestLine, indent: usize) {
        self.comments(&line.comments, indent);
        let mut writer = self.writer(line.span.0.end);
        writer.request_line(&line.request);
        self.line(&writer, indent, line.span.0.end);
        self.end_line(line.line_comment.as_deref());
    }

    fn cluster(&mut self, mut writer: Writer, cluster: &Cluster, item: &Item, indent: usize) {
        writer.text(" {");
        self.line(&writer, indent, body(&item.kind).unwrap_or(item.span.0.end));
        self.out.push('\n');
        for fact in &cluster.facts {
            self.comments(&fact.comments, indent + 2);
            let mut writer = self.writer(fact.span.0.end);
            writer.fact(&fact.kind);
            self.line(&writer, indent + 2, fact.span.0.end);
            self.end_line(fact.line_comment.as_deref());
        }
        self.close(&cluster.trailing, indent);
    }

    /// The end of a block within a sentence.
    fn close(&mut self, trailing: &[Comment], indent: usize) {
        self.comments(trailing, indent + 2);
        self.indent(indent);
        self.out.push('}');
    }

    /// One sentence on a new line, with the comments within it that stand before `end` in the source.
    fn line(&mut self, writer: &Writer, indent: usize, end: u32) {
        self.indent(indent);
        self.sentence(writer, indent, end);
    }

    fn sentence(&mut self, writer: &Writer, indent: usize, end: u32) {
        let mut comments = Vec::new();
        while let Some(comment) = self.inner.next_if(|comment| comment.span.start < end) {
            let own_line = self.has_own_line(comment);
            comments.push(InnerComment { text: spell(comment), source: comment.span.start, own_line });
        }
        lay_out(&mut self.out, writer, indent, &comments);
    }

    fn end_line(&mut self, comment: Option<&Comment>) {
        if let Some(comment) = comment {
            self.out.push(' ');
            self.out.push_str(&spell(comment));
        }
        self.out.push('\n');
    }

    fn comments(&mut self, comments: &[Comment], indent: usize) {
        for comment in comments {
            if self.out.is_empty() || self.has_own_line(comment) {
                self.blank(comment.blank_before);
                self.indent(indent);
                self.out.push_str(&spell(comment));
                self.out.push('\n');
            } else {
                self.behind_brace(comment);
            }
        }
    }

    /// A comment that belongs to no sentence and has no line of its own stands behind a brace, and so it does then.
    fn behind_brace(&mut self, comment: &Comment) {
        let line = self.out.trim_end().len();
        let newlines = self.out.split_off(line);
        self.out.push(' ');
        self.out.push_str(&spell(comment));
        self.out.push_str(&newlines);
    }

    /// Whether nothing that is written stands before a comment on its line.
    fn has_own_line(&self, comment: &Comment) -> bool {
        let before = self.source.get(..comment.span.start as usize).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.trim_matches([' ', '\t', ';', '\u{FEFF}']).is_empty()
    }

    /// A writer for the sentence that ends, or whose block begins, at `end`.
    fn writer(&self, end: u32) -> Writer {
        let comments = self.inner.clone().map(|comment| comment.span.start);
        Writer::breaking(comments.take_while(|comment| *comment < end).collect())
    }

    /// A blank line, if one is wanted, and not two of them.
    fn blank(&mut self, wanted: bool) {
        if wanted && !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }
}

/// Where the first line of a sentence's block begins.
fn body(kind: &ItemKind) -> Option<u32> {
    let requests = |action: &Action| match action {
        Action::Use(used) => used.requests.first().map(|line| line.span.0.start),
        _ => None,
    };
    match kind {
        ItemKind::Cluster(cluster) => cluster.facts.first().map(|fact| fact.span.0.start),
        ItemKind::May(sentence) => requests(&sentence.action.value),
        ItemKind::MayNot(sentence) => requests(&sentence.action.value),
        ItemKind::Assert(sentence) => requests(&sentence.action.value),
        _ => None,
    }
}

fn is_block(header: &Header) -> bool {
    matches!(header.kind, HeaderKind::Namespace { block: true, .. })
}

/// A comment with its mark. A row of marks keeps its shape.
fn spell(comment: &Comment) -> String {
    let mark = if comment.doc { "##" } else { "#" };
    let blank = if comment.text.is_empty() || (!comment.doc && comment.text.starts_with("##")) { "" } else { " " };
    format!("{mark}{blank}{}", comment.text)
}
