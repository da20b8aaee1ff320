//! The one canonical spelling of a file.
//!
//! One sentence a line, single blanks, blocks indented by two; comments and single blank lines stay. A comment stays
//! between the same words, on a line of its own or at the end of one as it was; only `,` and brackets change sides.
//! Invariant: what is written is read again and must say the same as the source; otherwise there is an error and no text.

mod clause;
mod declaration;
mod layout;
mod page;
mod peer;
mod request;
mod sentence;
mod writer;

use super::ast::{Action, ItemKind};
use super::parse;
use crate::diagnostic::problem::syntax::SyntaxProblem;
use crate::diagnostic::{Diagnostic, has_errors};
use crate::source::{FileId, Span};
use writer::Writer;

/// Spells a file canonically.
///
/// # Errors
/// What is wrong with a file that cannot be read; such a file is not formatted.
pub fn format(file: FileId, text: &str) -> Result<String, Vec<Diagnostic>> {
    let parsed = parse(file, text);
    if has_errors(&parsed.problems) {
        return Err(parsed.problems);
    }
    let formatted = page::write(&parsed.tree, text);
    let again = parse(file, &formatted);
    if has_errors(&again.problems) || parsed.tree != again.tree {
        return Err(vec![SyntaxProblem::Unformatted { span: Span::new(file, 0, 0) }.into()]);
    }
    Ok(formatted)
}

/// One sentence on one line, without its `until` and `because` and without comments.
#[must_use]
pub fn sentence(kind: &ItemKind) -> String {
    let mut writer = Writer::plain();
    writer.item(kind);
    let action = match kind {
        ItemKind::May(sentence) => &sentence.action.value,
        ItemKind::MayNot(sentence) => &sentence.action.value,
        ItemKind::Assert(sentence) => &sentence.action.value,
        ItemKind::Cluster(cluster) => {
            writer.lines(&cluster.facts, |writer, fact| writer.fact(&fact.kind));
            return writer.line;
        }
        _ => return writer.line,
    };
    if let Action::Use(used) = action {
        writer.lines(&used.requests, |writer, line| {
            writer.request_line(&line.request);
        });
    }
    writer.line
}
