//! Answers to questions that may be too large to decide.

/// The answer to a question whose "no" has a concrete witness. Unknown is never to be taken for a yes or a no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<W> {
    /// It holds.
    Yes,
    /// It does not hold, as this shows.
    No(W),
    /// Not decided, for this reason.
    Unknown(&'static str),
}

impl<W> Answer<W> {
    /// Whether it is known to hold.
    #[must_use]
    pub fn is_yes(&self) -> bool {
        matches!(self, Self::Yes)
    }

    /// Whether it is known not to hold.
    #[must_use]
    pub fn is_no(&self) -> bool {
        matches!(self, Self::No(_))
    }

    /// Whether all of them hold: the first no; else unknown if one is; else yes.
    pub fn all(answers: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::Yes;
        for answer in answers {
            match answer {
                Self::Yes => {}
                Self::No(_) => return answer,
                Self::Unknown(_) => all = answer,
            }
        }
        all
    }

    /// The same answer with another witness.
    pub fn map<V>(self, f: impl FnOnce(W) -> V) -> Answer<V> {
        match self {
            Self::Yes => Answer::Yes,
            Self::No(witness) => Answer::No(f(witness)),
            Self::Unknown(reason) => Answer::Unknown(reason),
        }
    }
}
