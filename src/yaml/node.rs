//! The tree: values, each with its place in the text.

use crate::source::{FileId, Span};
use std::borrow::Cow;

/// A half-open range of bytes of the text that was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Range {
    /// The range in a file that holds the text.
    #[must_use]
    pub fn span(self, file: FileId) -> Span {
        Span::new(file, self.start, self.end)
    }

    /// What stands there; empty if `text` is not the text that was read.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// A value and where it stands. Quotes belong to the range, the mark and the heading of a block scalar do not; an absent
/// value (`key:`) has an empty range behind its key or dash.
#[derive(Clone, Debug, PartialEq)]
pub struct Node<'t> {
    /// The value.
    pub value: Value<'t>,
    /// Where it stands.
    pub range: Range,
}

/// What Kubernetes decodes, as JSON has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'t> {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true`, and in YAML 1.1 also `yes`, `on` and `y`.
    Bool(bool),
    /// A whole number, also when it is spelt `8080.0` or `0x1F`.
    Int(i64),
    /// A finite number that is not whole, or too large for an `Int`.
    Float(f64),
    /// A string.
    String(Cow<'t, str>),
    /// A list.
    Sequence(Vec<Node<'t>>),
    /// Keys with their values, in the order of the text. No key occurs twice.
    Mapping(Vec<Entry<'t>>),
}

/// One key of a mapping with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<'t> {
    /// The key.
    pub key: Key<'t>,
    /// Its value.
    pub value: Node<'t>,
}

/// A key and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Key<'t> {
    /// The key.
    pub name: Cow<'t, str>,
    /// Where it stands.
    pub range: Range,
}

impl<'t> Node<'t> {
    /// The value of a key; `None` too if this is no mapping. A key that is there without a value yields a node that
    /// [is null](Self::is_null): mostly, but not everywhere, Kubernetes takes that as absent.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_mapping()?.iter().find(|entry| entry.key.name == key).map(|entry| &entry.value)
    }

    /// The entries of a mapping.
    #[must_use]
    pub fn as_mapping(&self) -> Option<&[Entry<'t>]> {
        match &self.value {
            Value::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The values of a list.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match &self.value {
            Value::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// A string; a number or boolean is none, as for Kubernetes.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// A boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// A whole number.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self.value {
            Value::Int(number) => Some(number),
            _ => None,
        }
    }

    /// A whole number from 0 to 65535.
    #[must_use]
    pub fn as_u16(&self) -> Option<u16> {
        self.as_i64().and_then(|number| number.try_into().ok())
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }
}

impl Value<'_> {
    /// What it is, for messages: `a list`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::String(_) => "a string",
            Self::Sequence(_) => "a list",
            Self::Mapping(_) => "a mapping",
        }
    }
}
