//! Flows that Hubble saw: what a project makes of them, and which sentences they call for.
//!
//! ```text
//!  lines ─▶ read: pieces side by side ─▶ event ─▶ who ─▶ Tally: each distinct flow once
//!                                                          │
//!                                                          ├─▶ replay: decided by the rules of a view
//!                                                          ├─▶ propose: the sentences that are missing, as a draft
//!                                                          └─▶ rollout: replayed with the next steps taken
//! ```
//!
//! Invariant: every line is a flow that is decided, is counted with the reason why it is not, or is named as bad.

mod event;
mod left_out;
mod line;
mod propose;
mod read;
mod replay;
mod rollout;
mod steps;
mod tally;
mod who;
mod words;

pub use event::{Fate, Interest};
pub use left_out::LeftOut;
pub use propose::{Draft, Left, MANY, Proposal, Wish, propose};
pub use read::{Failure, read};
pub use replay::{Case, Change, Observed, Replay, Seen, observed, replay};
pub use rollout::{Namespace, Rollout, Step, interest, rollout};
pub use tally::{Bad, Count, Key, Tally};
