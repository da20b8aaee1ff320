//! Whether a union covers a set that has several independent parts, of which the last is costly to compare.
//!
//! The set is cut at each member of the union: what lies beside it in one of the cheap parts goes on as it is, what lies
//! within goes on with one member more that may cover it in the last part. That part is asked once for each set of members
//! that is left at the end.

use super::answer::Answer;
use std::collections::BTreeMap;

/// How many pieces are looked at before the question is given up: it is NP-hard.
pub(super) const MAX_PIECES: usize = 10_000;

/// Why a question was given up.
const TOO_MANY: &str = "too many of them overlap to compare them all";

/// Yes when the `members` (so many there are) cover all of `whole`; if not, something that none of them has.
///
/// `cut` divides a piece at a member: what is within it, and what is beside it; `None` when nothing is within. `last` says
/// whether these members together cover the last part; it is asked `most` times before the question is given up.
/// `witness` says whether there is nothing in a piece after all.
pub(super) fn covers<P: Clone, L: Clone, W>(
    whole: P,
    members: usize,
    most: usize,
    cut: impl Fn(&P, usize) -> Option<(P, Vec<P>)>,
    last: impl Fn(&[usize]) -> Answer<L>,
    witness: impl Fn(&P, L) -> Answer<W>,
) -> Answer<W> {
    let mut left = vec![(whole, Vec::new(), 0)];
    let mut known: BTreeMap<Vec<usize>, Answer<L>> = BTreeMap::new();
    let mut unknown = None;
    let mut seen = 0;
    while let Some((piece, within, member)) = left.pop() {
        seen += 1;
        if seen > MAX_PIECES || known.len() > most {
            return Answer::Unknown(TOO_MANY);
        }
        if member < members {
            match cut(&piece, member) {
                None => left.push((piece, within, member + 1)),
                Some((inside, beside)) => {
                    left.extend(beside.into_iter().map(|piece| (piece, within.clone(), member + 1)));
                    left.push((inside, [within, vec![member]].concat(), member + 1));
                }
            }
            continue;
        }
        match known.entry(within).or_insert_with_key(|members| last(members)) {
            Answer::Yes => {}
            Answer::Unknown(reason) => unknown = Some(*reason),
            Answer::No(rest) => match witness(&piece, rest.clone()) {
                Answer::Yes => {}
                Answer::No(witness) => return Answer::No(witness),
                Answer::Unknown(reason) => unknown = Some(reason),
            },
        }
    }
    unknown.map_or(Answer::Yes, Answer::Unknown)
}
