//! What stands at a place of a file.

use super::names::Occurrence;
use super::workspace::File;
use crate::source::Span;
use crate::syntax::ast::{HeaderKind, Item, Section, Tree};

/// Whether an offset lies in a span or right behind it, where a cursor that just wrote it stands.
#[must_use]
pub fn touches(span: Span, offset: u32) -> bool {
    span.start <= offset && offset <= span.end
}

/// The name at an offset: the one that the offset lies in, or else the one that ends there.
#[must_use]
pub fn name_at(file: &File, offset: u32) -> Option<&Occurrence> {
    let next = file.names.partition_point(|name| name.span.start <= offset);
    let before = file.names.get(..next)?.iter().rev().take(2);
    before.into_iter().find(|name| touches(name.span, offset))
}

/// The section at an offset. One without braces goes on to the next header.
#[must_use]
pub fn section_at(tree: &Tree, offset: u32) -> Option<&Section> {
    let next = tree.sections.partition_point(|section| section.span.0.start <= offset);
    let section = tree.sections.get(next.checked_sub(1)?)?;
    (!is_block(section) || touches(whole(section), offset)).then_some(section)
}

/// A section with all of its items: its own span leaves those out at its end that cannot be read.
#[must_use]
pub fn whole(section: &Section) -> Span {
    section.items.last().map_or(section.span.0, |last| section.span.0.to(last.span.0))
}

/// Whether a section stands in braces.
#[must_use]
pub fn is_block(section: &Section) -> bool {
    let header = section.header.as_ref().map(|header| &header.kind);
    matches!(header, Some(HeaderKind::Namespace { block: true, .. }))
}

/// The item of a section at an offset.
#[must_use]
pub fn item_at(section: &Section, offset: u32) -> Option<&Item> {
    let next = section.items.partition_point(|item| item.span.0.start <= offset);
    section.items.get(next.checked_sub(1)?).filter(|item| touches(item.span.0, offset))
}
