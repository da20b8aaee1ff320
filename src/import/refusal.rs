//! What no sentence says.

use crate::verdict::CauseId;
use smol_str::SmolStr;

/// Something that an object says and no sentence can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Where it is said.
    pub cause: CauseId,
    /// Why not, in the words of a message.
    pub reason: SmolStr,
}

impl Refusal {
    /// A refusal of something.
    pub fn new(cause: CauseId, reason: impl Into<SmolStr>) -> Self {
        Self { cause, reason: reason.into() }
    }
}
