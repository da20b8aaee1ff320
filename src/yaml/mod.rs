//! Kubernetes YAML and JSON as trees of values that know where they stand.
//!
//! A text is read as Kubernetes reads it, or refused with its place and cause; nothing is half-read. "As Kubernetes"
//! means what kubectl does before any object has a type: the stream is cut at lines that begin with `---`
//! (k8s.io/apimachinery v0.35.4, `pkg/util/yaml/decoder.go`), each piece is read by the rules of YAML 1.1
//! (sigs.k8s.io/yaml v1.6.0, which reads by go.yaml.in/yaml v2.4.3), and the outcome is turned into JSON. So `yes` is
//! a boolean, `0777` is 511, and `8080.0` is a whole number.
//!
//! Invariants: time and memory grow with the text and not faster, whatever is in it (aliases are refused, so there is
//! nothing to blow up); no tree is deeper than [`MAX_DEPTH`], so walking one by recursion is safe; strings are borrowed
//! from the text wherever the text has them as they are.

mod characters;
mod comment;
mod dialect;
mod gap;
mod lines;
mod node;
mod object;
mod parse;
mod problem;
mod scalar;
mod stream;
mod tree;

pub use comment::Comment;
pub use node::{Entry, Key, Node, Range, Value};
pub use object::{Object, objects};
pub use problem::{Problem, YamlError};
pub use stream::{Piece, pieces};
pub use tree::MAX_DEPTH;

use rayon::prelude::*;

/// One document of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Document<'t> {
    /// Its value: a mapping, or nothing if the document is empty.
    pub root: Node<'t>,
    /// The piece of the text that it was read from.
    pub range: Range,
}

/// Reads a stream: each document as a tree, or why it could not be read. A document that is refused takes no other with
/// it. Ranges are bytes of `text`.
///
/// Documents are read side by side. Who has a long stream and does not need all trees at once saves memory with
/// [`pieces`].
#[must_use]
pub fn read(text: &str) -> Vec<Result<Document<'_>, YamlError>> {
    pieces(text).into_par_iter().map(|piece| piece.and_then(Piece::read)).collect()
}
