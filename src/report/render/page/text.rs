//! Texts of a page, and the words that its parts share.

use crate::report::{Consent, End, Expiry, Origin, Said, Way};

/// How many of a list are shown. The JSON form has all.
pub(super) const SHOWN: usize = 20;

/// How many names of look-ups, and namespaces of an end, are shown.
const FEW: usize = 3;

/// A part of a page.
#[derive(Clone, Debug)]
pub(in crate::report::render) enum Block {
    /// A heading of a level from 1.
    Heading(u8, Text),
    /// A paragraph.
    Paragraph(Text),
    /// A list.
    List(Vec<Text>),
    /// A table; each row has as many cells as the head.
    Table {
        /// The columns.
        head: Vec<&'static str>,
        /// The rows.
        rows: Vec<Vec<Text>>,
    },
}

/// A line of text.
#[derive(Clone, Debug, Default)]
pub(in crate::report::render) struct Text(pub Vec<Inline>);

/// A part of a line; none of it is markup.
#[derive(Clone, Debug)]
pub(in crate::report::render) enum Inline {
    /// As it is.
    Plain(String),
    /// As in a source.
    Code(String),
    /// Not to be missed.
    Strong(String),
}

impl Text {
    pub fn plain(text: &str) -> Self {
        Self::default().and(text)
    }

    /// Text of the compiler's own, in which code stands between backticks.
    pub fn marked(text: &str) -> Self {
        let mut marked = Self::default();
        for (index, part) in text.split('`').enumerate().filter(|(_, part)| !part.is_empty()) {
            marked = if index % 2 == 0 { marked.and(part) } else { marked.and_code(part) };
        }
        marked
    }

    pub fn code(text: &str) -> Self {
        Self::default().and_code(text)
    }

    pub fn strong(text: &str) -> Self {
        Self::default().and_strong(text)
    }

    pub fn and(mut self, text: &str) -> Self {
        self.0.push(Inline::Plain(text.to_owned()));
        self
    }

    pub fn and_code(mut self, text: &str) -> Self {
        self.0.push(Inline::Code(text.to_owned()));
        self
    }

    pub fn and_strong(mut self, text: &str) -> Self {
        self.0.push(Inline::Strong(text.to_owned()));
        self
    }

    pub fn and_text(mut self, text: Self) -> Self {
        self.0.extend(text.0);
        self
    }

    /// Each as code, with commas between them.
    pub fn and_codes(self, all: &[String]) -> Self {
        self.and_all(all.iter().map(|one| Self::code(one)), ", ")
    }

    /// All of these, with something between them.
    pub fn and_all(mut self, all: impl Iterator<Item = Self>, between: &str) -> Self {
        for (index, one) in all.enumerate() {
            if index > 0 {
                self = self.and(between);
            }
            self = self.and_text(one);
        }
        self
    }
}

/// A sentence and its place.
pub(super) fn said(said: &Said) -> Text {
    Text::code(&said.sentence).and(" (").and_text(place(said)).and(")")
}

/// Where a sentence stands.
pub(super) fn place(said: &Said) -> Text {
    Text::code(&format!("{}:{}", said.path, said.line))
}

/// Some sentences, the first of many.
pub(super) fn some(all: &[Said]) -> Text {
    let text = Text::default().and_all(all.iter().take(SHOWN).map(said), ", ");
    match all.len().saturating_sub(SHOWN) {
        0 => text,
        more => text.and(&format!(" and {more} more")),
    }
}

/// The sentence of a way, and whether it only follows from it.
pub(super) fn by(way: &Way) -> Text {
    match way.origin {
        Origin::Said | Origin::PlatformGrant => said(&way.said),
        Origin::Derived => Text::plain("derived, first for ").and_text(said(&way.said)),
    }
}

/// By what right the other end takes part.
pub(super) fn consent(way: &Way) -> Text {
    match &way.consent {
        None => Text::default(),
        Some(Consent::SameNamespace) => Text::plain("same namespace"),
        Some(Consent::NobodyToAsk) => Text::plain("none needed"),
        Some(Consent::Exposed { by }) => some(by),
        Some(Consent::PlatformGrant) => Text::strong("the platform grants it"),
        Some(Consent::OwnEndOnly) => Text::plain("own end only"),
        Some(Consent::Derived) => Text::plain("none needed"),
    }
}

/// Reason, date, documentation and owner of a sentence.
pub(super) fn reason(said: &Said) -> Text {
    joined([why(said), until(said), documentation(said), owner(said)])
}

/// The same, where the owner stands elsewhere.
pub(super) fn reason_and_date(said: &Said) -> Text {
    joined([why(said), until(said), documentation(said)])
}

/// The same, where the date stands elsewhere.
pub(super) fn reason_and_owner(said: &Said) -> Text {
    joined([why(said), documentation(said), owner(said)])
}

fn joined<const N: usize>(parts: [Option<Text>; N]) -> Text {
    Text::default().and_all(parts.into_iter().flatten(), "; ")
}

fn why(said: &Said) -> Option<Text> {
    said.because.as_deref().map(Text::plain)
}

fn documentation(said: &Said) -> Option<Text> {
    said.comment.as_deref().map(Text::plain)
}

fn owner(said: &Said) -> Option<Text> {
    said.owner.as_deref().map(|owner| Text::plain("owner ").and_code(owner))
}

fn until(said: &Said) -> Option<Text> {
    let until = said.until.as_deref()?;
    Some(match said.expiry {
        Some(Expiry::Past) => Text::strong(&format!("ended {until}, and is still in force")),
        Some(Expiry::Soon) => Text::strong(&format!("until {until}")),
        Some(Expiry::Later) | None => Text::plain(&format!("until {until}")),
    })
}

/// The namespaces of an end.
pub(super) fn some_namespaces(end: &End) -> Text {
    let mut text = Text::default().and_codes(end.namespaces.get(..FEW).unwrap_or(&end.namespaces));
    match end.namespaces.len().saturating_sub(FEW) {
        0 => {}
        more => text = text.and(&format!(" and {more} more")),
    }
    match (end.others, end.namespaces.is_empty()) {
        (false, _) => text,
        (true, true) => text.and("none that is declared"),
        (true, false) => text.and(", and others that are not declared"),
    }
}

/// What passes; of long lists of names the first.
pub(super) fn traffic(way: &Way) -> String {
    let whole = &way.traffic;
    let Some((names, ports)) = whole.rsplit_once(" on :").filter(|_| whole.starts_with("look-up of ")) else {
        return whole.clone();
    };
    let names: Vec<&str> = names.split(", ").collect();
    match names.len().saturating_sub(FEW) {
        0 => whole.clone(),
        more => {
            let shown = names.get(..FEW).unwrap_or_default().join(", ");
            format!("{shown} and {more} more on :{ports}")
        }
    }
}
