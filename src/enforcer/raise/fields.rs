//! Reads the fields of a mapping: known ones by their type, others not at all.
//!
//! `null` is the same as nothing: the API server drops it where a schema does not allow for it
//! (apiextensions-apiserver, "nullable" in the documentation of structural schemas), and Go's reader leaves the field at
//! its zero.

use super::UnknownFields;
use crate::yaml::{Node, Range};

/// Why an object is refused, and where.
#[derive(Debug)]
pub struct Refusal {
    /// The place.
    pub range: Range,
    /// The reason, as a message has it.
    pub reason: String,
}

impl Refusal {
    /// A refusal at a place.
    pub fn new(range: Range, reason: impl Into<String>) -> Self {
        Self { range, reason: reason.into() }
    }
}

/// What is noted while an object is read.
pub struct Notes {
    /// What becomes of unknown fields.
    pub unknown: UnknownFields,
    /// What was dropped, and why.
    pub dropped: Vec<(Range, String)>,
}

impl Notes {
    /// None yet.
    pub fn new(unknown: UnknownFields) -> Self {
        Self { unknown, dropped: Vec::new() }
    }
}

/// A mapping of which every field that counts is known.
#[derive(Clone, Copy)]
pub struct Fields<'n> {
    node: &'n Node<'n>,
}

/// Reads a mapping with these fields.
pub fn fields<'n>(node: &'n Node<'n>, known: &[&str], notes: &mut Notes) -> Result<Fields<'n>, Refusal> {
    let Some(entries) = node.as_mapping() else { return Err(wrong(node, "a mapping")) };
    for entry in entries {
        if !known.contains(&&*entry.key.name) {
            let reason = format!("there is no field `{}` here", entry.key.name);
            match notes.unknown {
                UnknownFields::Refuse => return Err(Refusal::new(entry.key.range, reason)),
                UnknownFields::Drop => notes.dropped.push((entry.key.range, reason)),
            }
        }
    }
    Ok(Fields { node })
}

impl<'n> Fields<'n> {
    /// Where the mapping stands.
    pub fn range(self) -> Range {
        self.node.range
    }

    /// The value of a field; `None` if there is none, or `null`.
    pub fn get(self, key: &str) -> Option<&'n Node<'n>> {
        self.node.get(key).filter(|node| !node.is_null())
    }

    /// A string.
    pub fn string(self, key: &str) -> Result<Option<&'n str>, Refusal> {
        self.get(key).map(|node| node.as_str().ok_or_else(|| wrong(node, "a string"))).transpose()
    }

    /// A string that is not empty: to Go an empty one is the same as none.
    pub fn text(self, key: &str) -> Result<Option<&'n str>, Refusal> {
        Ok(self.string(key)?.filter(|text| !text.is_empty()))
    }

    /// A boolean.
    pub fn bool(self, key: &str) -> Result<Option<bool>, Refusal> {
        self.get(key).map(|node| node.as_bool().ok_or_else(|| wrong(node, "a boolean"))).transpose()
    }

    /// A whole number.
    pub fn int(self, key: &str) -> Result<Option<i64>, Refusal> {
        self.get(key).map(|node| node.as_i64().ok_or_else(|| wrong(node, "a whole number"))).transpose()
    }

    /// The entries of a list.
    pub fn list(self, key: &str) -> Result<Option<&'n [Node<'n>]>, Refusal> {
        self.get(key).map(items).transpose()
    }

    /// The entries of a list; none if there is no list.
    pub fn entries(self, key: &str) -> Result<&'n [Node<'n>], Refusal> {
        Ok(self.list(key)?.unwrap_or_default())
    }

    /// A list of strings.
    pub fn strings(self, key: &str) -> Result<Option<Vec<&'n str>>, Refusal> {
        self.list(key)?.map(|list| list.iter().map(is_string).collect()).transpose()
    }
}

/// The entries of a list.
fn items<'n>(node: &'n Node<'n>) -> Result<&'n [Node<'n>], Refusal> {
    node.as_sequence().ok_or_else(|| wrong(node, "a list"))
}

/// A string.
pub fn is_string<'n>(node: &'n Node<'n>) -> Result<&'n str, Refusal> {
    node.as_str().ok_or_else(|| wrong(node, "a string"))
}

fn wrong(node: &Node<'_>, expected: &str) -> Refusal {
    Refusal::new(node.range, format!("this has to be {expected}, and it is {}", node.value.kind()))
}
