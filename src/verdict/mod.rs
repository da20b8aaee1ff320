//! What policies decide: rules of any origin over sets of endpoints, and the questions that are asked of them.
//!
//! A [`Ruleset`] is made from the model ([`Ruleset::of_policy`]) or read from manifests (`enforcer::raise`), and says
//! what happens at each end of a flow, in each direction, by itself:
//!
//! | at one end | is |
//! |---|---|
//! | denied | a deny has it, whatever else allows it |
//! | allowed | the end is isolated in this direction and a rule allows it |
//! | not allowed | the end is isolated and no rule allows it |
//! | open | nothing isolates the end in this direction |
//!
//! A flow passes when neither end stops it. Replies follow. Two things are left to the enforcer, by default settings of
//! Cilium and in Kubernetes alike: a pod always reaches itself, and the local node always reaches its pods.

mod changes;
mod compare;
mod decide;
mod index;
mod look_ups;
mod of_policy;
mod piece;
mod ruleset;
mod search;
mod unknown;

pub use changes::{Change, ChangeKind, Changed, Changes, Cut, Undecided, changes};
pub use compare::agree;
pub use compare::{Difference, Part, compare, find_undenied};
pub use decide::{End, Flow, Verdict, decide, decide_end};
pub use index::{Governing, Index};
pub use look_ups::settle as settle_look_ups;
pub use of_policy::PolicyPart;
pub use piece::Flows;
pub use ruleset::{Cause, CauseId, Effect, Exception, Gap, Isolation, Rule, Ruleset, SubjectId};
pub use search::{find_about, find_beside, find_change, find_more, find_passing, find_stopped, find_unseen};
pub use unknown::Unknown;
