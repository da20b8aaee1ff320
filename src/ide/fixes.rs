//! What can be mended: the fixes that findings know, at a place, and all of a file together; and what can be said otherwise.

use super::standing::{self, At};
use super::{File, touches};
use crate::diagnostic::{Code, Diagnostic, Edit, Fix};
use crate::source::{FileId, Span};
use crate::syntax::ast::{Item, ItemKind, Peer, PeerKind};

/// The findings that a part of a file touches.
#[must_use]
pub fn at(findings: &[Diagnostic], within: Span) -> Vec<&Diagnostic> {
    let there = |span: Span| {
        span.file == within.file
            && (touches(span, within.start) || touches(within, span.start) || touches(span, within.end))
    };
    findings.iter().filter(|finding| finding.primary.as_ref().is_some_and(|label| there(label.span))).collect()
}

/// The edits of all fixes of a file that are certain, as far as they do not overlap, in the order of their places. Of two
/// that do, the finding that stands first has its way; the other one is there to be found again.
#[must_use]
pub fn all(findings: &[Diagnostic], file: FileId) -> Vec<Edit> {
    let mut taken: Vec<Edit> = Vec::new();
    let certain = |fix: &&Fix| fix.certain && fix.edits.iter().all(|edit| edit.span.file == file);
    for finding in findings {
        let Some(fix) = finding.fixes.iter().find(certain) else { continue };
        let free = |edit: &Edit| !taken.iter().any(|other| overlap(other.span, edit.span));
        if fix.edits.iter().all(free) {
            taken.extend(fix.edits.iter().cloned());
        }
    }
    taken.sort_by_key(|edit| edit.span);
    taken
}

/// Whether two edits touch the same text, or insert at the same place.
fn overlap(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end || a.start == b.start
}

/// A sentence about several as one for each of them: of those at an offset, subjects or objects. What is taken away from
/// addresses or pods is not taken away from DNS names, which it never could be.
#[must_use]
pub fn split(file: &File, offset: u32) -> Option<Fix> {
    let Some(At::Item(item)) = standing::at(file, offset) else { return None };
    let (subjects, objects) = match &item.kind {
        ItemKind::May(may) => (&may.subjects, may.action.value.objects()),
        ItemKind::MayNot(may_not) => (&may_not.subjects, may_not.action.value.objects()),
        ItemKind::Expose(expose) => (&expose.to, Some(&expose.objects)),
        _ => return None,
    };
    let list = if touches(subjects.span.0, offset) { subjects } else { objects? };
    let whole = item.span.0;
    // A comment within would stand in each of them, or in none.
    let commented = file.tree.inner.iter().any(|comment| touches(whole, comment.span.start));
    let last = list.items.last().filter(|_| list.items.len() > 1 && !commented)?;
    let text = &file.source.text;
    let slice = |start: u32, end: u32| text.get(start as usize..end as usize);
    let (before, after) = (slice(whole.start, list.span.0.start)?, slice(list.span.0.end, whole.end)?);
    let except = slice(last.span.0.end, list.span.0.end)?;
    let line = text.get(..whole.start as usize)?.rsplit('\n').next()?;
    let indent: String = line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let sentence = |peer: &Peer| {
        let except = if matches!(peer.kind, PeerKind::Dns(_)) { "" } else { except };
        Some(format!("{before}{}{except}{after}", slice(peer.span.0.start, peer.span.0.end)?))
    };
    let sentences: Option<Vec<String>> = list.items.iter().map(sentence).collect();
    let text = sentences?.join(&format!("\n{indent}"));
    let edits = vec![Edit { span: whole, text }];
    Some(Fix { title: "split into a sentence for each".to_owned(), edits, certain: false })
}

/// A header for a file that has none: `platform` if it says what only a platform file can, else the namespace that the
/// file's own name gives, where that is a name.
#[must_use]
pub fn header(file: &File) -> Option<Fix> {
    let first = file.tree.sections.first().filter(|section| section.header.is_none())?;
    let of_platform = |item: &Item| {
        matches!(
            item.kind,
            ItemKind::Project(_)
                | ItemKind::Cluster(_)
                | ItemKind::NamespaceDecl(_)
                | ItemKind::NamespaceSet(_)
                | ItemKind::NodeSet(_)
        )
    };
    let stem = file.source.path.rsplit('/').next()?.strip_suffix(".ztp")?;
    let header = if first.items.iter().any(of_platform) {
        "platform".to_owned()
    } else {
        if !is_name(stem) {
            return None;
        }
        format!("namespace {stem}")
    };
    let edits = vec![Edit { span: Span::new(file.id, 0, 0), text: format!("{header}\n\n") }];
    Some(Fix { title: format!("begin with `{header}`"), edits, certain: false })
}

/// Whether a file's or a folder's name can be a namespace's.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.len() <= 63
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// What a finding offers: its own fixes, and those that take the whole file to see.
#[must_use]
pub fn of(finding: &Diagnostic, file: &File) -> Vec<Fix> {
    let place = finding.primary.as_ref().map(|label| label.span);
    let more = match finding.code {
        Code::E0101 => header(file),
        Code::E0502 => place.and_then(|place| split(file, place.start)),
        _ => None,
    };
    finding.fixes.iter().cloned().chain(more).collect()
}
