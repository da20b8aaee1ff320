//! Why a document is not read: facts as an enum, the words for them beside it.

use super::node::Range;
use std::fmt;

/// A document, or a place of one, that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// Where, in bytes of the text that was read.
    pub range: Range,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The text is no YAML; what the parser says.
    Syntax(String),
    /// A tab where only blanks may stand.
    Tab,
    /// A character that Kubernetes refuses, or takes for the end of a line where nobody sees one.
    Character(char),
    /// A `%YAML` or `%TAG` line.
    Directive,
    /// `---` with something behind it on its line.
    Separator,
    /// Something behind `...` that no `---` line sets apart: Kubernetes would not read it.
    SecondDocument,
    /// Lists and mappings in each other, more than [`MAX_DEPTH`](super::MAX_DEPTH).
    TooDeep,
    /// More text than offsets of 32 bits can name.
    TooLarge,
    /// What YAML 1.1, which Kubernetes reads, takes for something else than YAML 1.2.
    Ambiguous,
    /// An escape that Kubernetes' YAML does not know.
    Escape,
    /// `{{ … }}`: a template that was not rendered.
    Template,
    /// `&name` or `*name`.
    Alias,
    /// `<<` as a key.
    MergeKey,
    /// A tag that Kubernetes does not know, or whose value is not what the tag says.
    Tag(String),
    /// A key that is no string, in the way that a message puts it: `a boolean`.
    Key(&'static str),
    /// A key that goes on on a second line.
    LongKey,
    /// A key that the mapping already has.
    DuplicateKey {
        /// The key.
        key: String,
        /// Where it stands first.
        first: Range,
    },
    /// `.inf` or `.nan`: JSON has no such number.
    NotFinite,
    /// A document, or an entry of a `List`, that is no mapping; what it is.
    NotAnObject(&'static str),
    /// An object without this field: `apiVersion` or `kind`.
    Missing(&'static str),
    /// A field of the envelope that has the wrong type.
    Type {
        /// The field: `metadata.name`.
        field: &'static str,
        /// What it has to be: `a string`.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(what) => write!(f, "this cannot be read as YAML: {what}"),
            Self::Tab => f.write_str("a tab where YAML wants blanks"),
            Self::Character(c) => write!(f, "the character U+{:04X} does not belong into a manifest", u32::from(*c)),
            Self::Directive => f.write_str("a line that begins with `%` is a directive to YAML readers"),
            Self::Separator => f.write_str("behind `---` only a comment may stand"),
            Self::SecondDocument => f.write_str("Kubernetes does not read what stands behind `...`"),
            Self::TooDeep => write!(f, "lists and mappings in each other, more than {} deep", super::MAX_DEPTH),
            Self::TooLarge => f.write_str("the text is larger than 4 GiB"),
            Self::Ambiguous => f.write_str("Kubernetes, which reads YAML 1.1, takes this for something else"),
            Self::Escape => f.write_str("Kubernetes does not know this escape"),
            Self::Template => f.write_str("`{{ … }}` is a template that has not been rendered"),
            Self::Alias => f.write_str("anchors (`&name`) and aliases (`*name`) are not read"),
            Self::MergeKey => f.write_str("the merge key `<<` is not read"),
            Self::Tag(tag) => write!(f, "the tag `{tag}` does not fit here"),
            Self::Key(found) => write!(f, "a key has to be a string, and this one is {found}"),
            Self::LongKey => f.write_str("a key has to end on the line on which it begins"),
            Self::DuplicateKey { key, .. } => write!(f, "the key `{key}` occurs twice"),
            Self::NotFinite => f.write_str("Kubernetes has no infinite numbers"),
            Self::NotAnObject(found) => write!(f, "a Kubernetes object is a mapping, and this is {found}"),
            Self::Missing(field) => write!(f, "an object without `{field}`"),
            Self::Type { field, expected, found } => write!(f, "`{field}` has to be {expected}, and this is {found}"),
        }
    }
}

impl Problem {
    /// What to do about it, where there is something to say.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Tab => Some("indent with blanks"),
            Self::Character(_) => Some("remove it; within double quotes an escape can stand for it"),
            Self::Directive => Some("remove the line"),
            Self::Separator => Some("begin the document on the next line"),
            Self::SecondDocument => Some("set documents apart with a line `---`"),
            Self::Ambiguous => Some("put it into quotes; behind a key's `:` goes a blank"),
            Self::Escape => Some("write the character itself, or `\\u` and its four digits"),
            Self::Template => Some("render it first: helm template"),
            Self::Alias | Self::MergeKey => Some("write the value out in each place"),
            Self::Tag(_) => Some("leave the tag out, or quote the value to make it a string"),
            Self::Key(_) => Some("put the key into quotes"),
            Self::DuplicateKey { .. } => Some("keep one of them; Kubernetes refuses both, or takes the last"),
            Self::NotFinite => Some("if a string is meant, put it into quotes"),
            Self::NotAnObject(_) | Self::Missing(_) => Some("an object begins with `apiVersion: …` and `kind: …`"),
            Self::Syntax(_) | Self::LongKey | Self::TooDeep | Self::TooLarge | Self::Type { .. } => None,
        }
    }
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for YamlError {}
