//! What grows around a place: the word, its peer, the list, the sentence, the section, the file.

use super::lex::lex;
use super::place::touches;
use super::walk::pieces;
use super::workspace::File;
use crate::source::Span;

/// The pieces of the text around an offset, from the smallest to the file; each lies within the next.
#[must_use]
pub fn selection(file: &File, offset: u32) -> Vec<Span> {
    let end = u32::try_from(file.source.text.len()).unwrap_or(u32::MAX);
    let offset = offset.min(end);
    let here = Span::new(file.id, offset, offset);
    let mut around = vec![Span::new(file.id, 0, end)];
    pieces(&file.tree, here, |span, _| around.push(span));
    around.extend(file.names.iter().map(|name| name.span).filter(|span| touches(*span, offset)));
    let lexemes = lex(file.id, &file.source.text);
    around.extend(lexemes.into_iter().map(|lexeme| lexeme.span).filter(|span| touches(*span, offset)));
    // From the largest on, what lies within all that came before. A cursor between two stands before the second one.
    around.sort_by_key(|span| (std::cmp::Reverse(span.end - span.start), std::cmp::Reverse(span.start)));
    let mut chain: Vec<Span> = Vec::new();
    for span in around {
        let within = chain.last().is_none_or(|last| last.start <= span.start && span.end <= last.end && *last != span);
        if within {
            chain.push(span);
        }
    }
    chain.reverse();
    chain
}
