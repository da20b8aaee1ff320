//! Questions without an answer.

use super::Gap;
use std::fmt;

/// Why a question was not decided. Never to be taken for a yes or a no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// In the words of a message: lower case, no full stop.
    pub reason: String,
}

impl Unknown {
    /// Something could not be modelled.
    #[must_use]
    pub fn gap(gap: &Gap) -> Self {
        Self { reason: gap.reason.clone() }
    }

    /// It passes a bound, or an expression cannot be read.
    #[must_use]
    pub fn too_large(reason: &str) -> Self {
        Self { reason: reason.to_owned() }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
