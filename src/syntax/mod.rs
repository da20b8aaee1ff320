//! Text to tree, and tree to text.
//!
//! [`parse`] is total: for any text it gives a tree and the problems; a sentence that could not be read costs one
//! error and leaves its neighbours alone. [`format()`] writes the one canonical spelling.

pub mod ast;
mod build;
mod form;
pub mod format;
mod grammar;
mod recover;
mod scan;
mod slip;

pub(crate) use build::{is_label_key, is_label_value};
pub use format::format;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::syntax::SyntaxProblem;
use crate::source::{FileId, Span};
use ast::Tree;
use grammar::{Grammar, Rule};
use pest::Parser;

/// What came of reading a file.
#[derive(Debug, Default)]
pub struct Parsed {
    /// What the file says. Where a problem is an error, nothing of it may be emitted.
    pub tree: Tree,
    /// What is wrong with it, in the order of the text.
    pub problems: Vec<Diagnostic>,
}

/// Every comment of a text, wherever it stands, in order. What the tree says of them is where they belong.
#[must_use]
pub fn comments(file: FileId, text: &str) -> Vec<ast::Comment> {
    scan::scan(file, text).comments
}

/// Reads the text of a file.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Parsed {
    let whole = Span::new(file, 0, 0);
    if u32::try_from(text.len()).is_err() {
        return Parsed { tree: Tree::default(), problems: vec![SyntaxProblem::TooLarge { span: whole }.into()] };
    }
    let scan = scan::scan(file, text);
    let pair = match Grammar::parse(Rule::file, text) {
        Ok(mut pairs) => pairs.next(),
        Err(_) => None,
    };
    // The grammar reads any text; if it ever does not, that is an error and never an empty file.
    let Some(pair) = pair else {
        let unread = SyntaxProblem::Unexpected { span: whole, found: "".into(), expected: Vec::new(), form: None };
        return Parsed { tree: Tree::default(), problems: vec![unread.into()] };
    };
    let (tree, mut problems) = build::build(file, text, scan, pair);
    problems.sort_by_key(|problem| problem.span());
    Parsed { tree, problems: problems.into_iter().map(Diagnostic::from).collect() }
}

/// Whether a sentence can declare something by this name: a name, and none of the language's words.
#[must_use]
pub fn can_be_name(text: &str) -> bool {
    build::is_name(text) && !build::is_reserved(text)
}

/// Whether a namespace can be called so: any name will do, also one of the language's words.
#[must_use]
pub fn can_be_namespace(text: &str) -> bool {
    build::is_name(text)
}
