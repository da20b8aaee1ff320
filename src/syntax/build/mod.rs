//! From pest's pairs to the tree.
//!
//! Invariants: every function here is total; what cannot be built is reported once and left out. A sentence with a
//! problem becomes [`super::ast::ItemKind::Bad`], so that nothing is concluded from half of it; a declaration stays, so
//! that its name does not go missing elsewhere.

mod address;
mod clauses;
mod cluster;
mod declaration;
mod file;
mod path;
mod peer;
mod sentence;
mod shape;
mod word;

pub(super) use path::is_plain as is_plain_in_path;
pub(super) use shape::is_reserved;
pub(crate) use shape::{is_label_key, is_label_value};

use super::ast::{Comment, Tree};
use super::grammar::Rule;
use super::scan::Scan;
use crate::diagnostic::problem::syntax::SyntaxProblem;
use crate::source::{FileId, Span};
use pest::iterators::Pair;

/// Whether a word is a name.
pub(super) fn is_name(text: &str) -> bool {
    shape::check_name(text).is_ok()
}

/// Builds the tree of a file from the pair of [`Rule::file`].
pub(super) fn build(file: FileId, text: &str, scan: Scan, pair: Pair<'_, Rule>) -> (Tree, Vec<SyntaxProblem>) {
    let mut builder = Builder::new(file, text, scan);
    let tree = builder.file(pair);
    (tree, builder.problems)
}

/// What is carried along while a file's tree is built.
struct Builder<'s> {
    file: FileId,
    text: &'s str,
    /// Comments that have no place in the tree yet.
    comments: std::iter::Peekable<std::vec::IntoIter<Comment>>,
    /// Characters that are reported already, in order.
    bad_characters: Vec<(Span, char)>,
    /// Comments within sentences.
    inner: Vec<Comment>,
    /// End of what came last; `None` at the start of a file or block, where no blank line counts.
    last: Option<u32>,
    /// Whether it was said already that this is YAML.
    yaml: bool,
    problems: Vec<SyntaxProblem>,
}

impl<'s> Builder<'s> {
    fn new(file: FileId, text: &'s str, scan: Scan) -> Self {
        let mut problems = Vec::new();
        for (span, character) in &scan.bad_characters {
            problems.push(SyntaxProblem::Character { span: *span, character: *character });
        }
        Self {
            file,
            text,
            comments: scan.comments.into_iter().peekable(),
            bad_characters: scan.bad_characters,
            inner: Vec::new(),
            last: None,
            yaml: false,
            problems,
        }
    }

    /// The place of a pair.
    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        self.place(span.start(), span.end())
    }

    /// A place by byte offsets; the driver has made sure that they fit.
    fn place(&self, start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(self.file, offset(start), offset(end))
    }

    /// The text of a place.
    fn slice(&self, start: u32, end: u32) -> &'s str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    fn report(&mut self, problem: SyntaxProblem) {
        self.problems.push(problem);
    }

    /// Whether a blank line stands between what came last and `start`.
    fn blank_before(&self, start: u32) -> bool {
        self.last.is_some_and(|last| self.slice(last, start).bytes().filter(|byte| *byte == b'\n').count() > 1)
    }

    /// The comments before `start` that have no place yet.
    fn comments_before(&mut self, start: u32) -> Vec<Comment> {
        let mut taken = Vec::new();
        while let Some(mut comment) = self.comments.next_if(|comment| comment.span.start < start) {
            comment.blank_before = self.blank_before(comment.span.start);
            self.last = Some(comment.span.end);
            taken.push(comment);
        }
        taken
    }

    /// Puts the comments before `end` among those within a sentence.
    fn keep_inner_comments(&mut self, end: u32) {
        let mut taken = self.comments_before(end);
        self.inner.append(&mut taken);
        self.last = Some(end);
    }

    /// The comment behind what ends at `end`, if one stands on its line.
    fn line_comment(&mut self, end: u32) -> Option<Box<Comment>> {
        let start = self.comments.peek()?.span.start;
        let between = self.slice(end, start);
        if !between.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b';')) {
            return None;
        }
        let comment = self.comments.next()?;
        self.last = Some(comment.span.end);
        Some(Box::new(comment))
    }
}
