//! Objects that are not read.

use crate::source::Span;
use std::fmt;

/// A field that is not what Kubernetes takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Where.
    pub span: Span,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// An object without a name.
    NoName,
    /// A field of another type than its own.
    Type {
        /// The field: `metadata.labels`.
        field: &'static str,
        /// What it has to be: `a string`.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A protocol that has no ports, or none that is known.
    Protocol(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => f.write_str("an object without `metadata.name`"),
            Self::Type { field, expected, found } => write!(f, "`{field}` has to be {expected}, and this is {found}"),
            Self::Protocol(name) => write!(f, "`{}` is none of TCP, UDP and SCTP", name.escape_debug()),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for Refused {}
