//! What is known of what stands at a place: of a name what it selects, of a sentence what it becomes, of a word what it
//! says.

mod lowered;
mod name;
mod needs;
mod sentence;

pub(crate) use lowered::{objects_of, title};
pub(crate) use name::number;

use super::standing::{self, At, holds};
use super::words::{self, Word};
use super::{Checked, File, Workspace, name_at, touches};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{Item, ItemKind, Peer, PeerKind};
use std::sync::Arc;

/// What is shown of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub span: Span,
    /// What there is to say, in Markdown.
    pub text: String,
    /// Where the documentation says more: `language.md#clauses`, `errors/E0203.md`.
    pub page: Option<String>,
}

/// What is asked about, and what is known of it.
struct Asked<'w> {
    workspace: &'w Workspace,
    file: &'w File,
    offset: u32,
    /// What a check of what stands around the file says: asked for only where it is needed.
    checked: &'w dyn Fn() -> Option<Arc<Checked>>,
}

/// What is known of what stands at `offset`, in bytes; `None` where there is nothing to say.
#[must_use]
pub fn hover(
    workspace: &Workspace,
    file: &File,
    offset: u32,
    checked: &dyn Fn() -> Option<Arc<Checked>>,
) -> Option<Hover> {
    let asked = Asked { workspace, file, offset, checked };
    if is_text(file, offset) {
        return None;
    }
    if let Some(said) = name_at(file, offset) {
        return name::hover(&asked, said);
    }
    match standing::at(file, offset)? {
        At::Header(header) => {
            let word = word_at(file, offset);
            word.map(|(word, span)| of_word(word, span, sentence::becomes(&asked, header.span.0)))
        }
        At::Item(item) => of_item(&asked, item),
    }
}

fn of_item(asked: &Asked<'_>, item: &Item) -> Option<Hover> {
    if let ItemKind::Accept(accept) = &item.kind
        && touches(accept.code.span, asked.offset)
    {
        let code = Code::parse(&accept.code.value)?;
        let text = format!("**{code}**: {}", code.title());
        return Some(Hover { span: accept.code.span, text, page: Some(format!("errors/{code}.md")) });
    }
    if let Some((word, span)) = peer_at(item, asked.offset).and_then(of_peer) {
        return Some(of_word(word, span, None));
    }
    let becomes = || sentence::hover(asked, item);
    match word_at(asked.file, asked.offset) {
        Some((word, span)) if word.is_verb() => Some(of_word(word, span, becomes())),
        Some((word, span)) => Some(of_word(word, span, None)),
        None => becomes().map(|text| Hover { span: item.span.0, text, page: None }),
    }
}

fn of_word(word: &Word, span: Span, more: Option<String>) -> Hover {
    let mut text = format!("**{}**: {}", word.text, word.says);
    if let Some(more) = more {
        text.push_str("\n\n");
        text.push_str(&more);
    }
    Hover { span, text, page: Some(format!("language.md#{}", word.section)) }
}

/// The innermost peer at an offset.
fn peer_at(item: &Item, offset: u32) -> Option<&Peer> {
    let lists = item.kind.peers();
    let peers = lists.iter().flat_map(|peers| peers.items.iter().chain(&peers.except));
    let found = peers.into_iter().find(|peer| holds(peer.span.0, offset))?;
    match &found.kind {
        PeerKind::Several(members) => members.iter().find(|member| holds(member.span.0, offset)),
        _ => Some(found),
    }
}

/// What a peer without a name is.
fn of_peer(peer: &Peer) -> Option<(&'static Word, Span)> {
    let word = match &peer.kind {
        PeerKind::Entity(entity) => words::entity(*entity),
        PeerKind::EveryWorkload => words::find("every workload"),
        PeerKind::Anything => words::find("anything"),
        PeerKind::Private => words::find("private"),
        PeerKind::CloudMetadata => words::find("cloud-metadata"),
        PeerKind::WorkloadsInEveryNamespace => words::find("in every namespace"),
        _ => None,
    };
    word.map(|word| (word, peer.span.0))
}

/// Whether a place lies in a comment or a string.
fn is_text(file: &File, offset: u32) -> bool {
    let line = line_before(&file.source.text, offset);
    let mut before = ' ';
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' if before != '\\' => quoted = !quoted,
            '#' if !quoted && matches!(before, ' ' | '\t') => return true,
            _ => {}
        }
        before = c;
    }
    quoted
}

/// What stands before an offset on its line.
fn line_before(text: &str, offset: u32) -> &str {
    let before = text.get(..offset as usize).unwrap_or_default();
    before.rsplit('\n').next().unwrap_or_default()
}

/// The longest of the language's words around an offset, all on one line.
fn word_at(file: &File, offset: u32) -> Option<(&'static Word, Span)> {
    let text = &file.source.text;
    let start = offset as usize - line_before(text, offset).len();
    let line = text.get(start..)?.split(['\n', '\r']).next()?;
    let words: Vec<(usize, &str)> = split(line).collect();
    let here = words.iter().position(|(at, word)| {
        let at = start + at;
        at <= offset as usize && offset as usize <= at + word.len()
    })?;
    let fits = |word: &&'static Word| -> Option<(usize, usize)> {
        let parts: Vec<&str> = word.text.split(' ').collect();
        let firsts = here.saturating_sub(parts.len() - 1)..=here;
        firsts.into_iter().find_map(|first| {
            let said = words.get(first..first + parts.len())?;
            let same = said.iter().map(|(_, word)| *word).eq(parts.iter().copied());
            let (last, word) = said.last()?;
            same.then_some((said.first()?.0, last + word.len()))
        })
    };
    let found = words::WORDS.iter().filter_map(|word| Some((word, fits(&word)?)));
    let (word, (first, last)) = found.max_by_key(|(word, _)| word.text.len())?;
    let place = |at: usize| u32::try_from(start + at).unwrap_or(u32::MAX);
    Some((word, Span::new(file.id, place(first), place(last))))
}

/// The words of a line and where they begin.
fn split(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    line.split([' ', '\t', ',', ';']).filter_map(move |word| {
        let here = at;
        at += word.len() + 1;
        (!word.is_empty()).then_some((here, word))
    })
}
