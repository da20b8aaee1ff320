//! What changes from one ruleset to another: the flows that pass only by the one or only by the other, by the rules that
//! are not in both.

use super::compare::{Atom, Part, lacking, unmatched};
use super::{Flow, Flows, Index, Unknown, find_change};
use crate::policy::Direction;
use crate::semantics::connections::Connections;
use crate::semantics::endpoints::{self, Endpoints};

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What kind.
    pub kind: ChangeKind,
    /// The end whose rules changed.
    pub direction: Direction,
    /// The flows of the rule that changed, not all of which need to change.
    pub flows: Flows,
    /// A flow that does.
    pub example: Flow,
}

/// See [`Change`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It passes now, and did not.
    Gained,
    /// It passed, and does not now.
    Lost,
    /// It is stopped as before, but an end no longer isolates or denies what it did: the next rule could open it.
    Weakened,
    /// It is stopped as before, and an end isolates or denies it now.
    Strengthened,
}

/// All changes; none when both mean the same at every end. Sorted by what they are, then by subject.
///
/// # Errors
/// When that is not decided.
pub fn changes(old: &Index<'_>, new: &Index<'_>) -> Result<Vec<Change>, Unknown> {
    let (only_old, only_new) = unmatched(old, new);
    let mut found: Vec<Change> = Vec::new();
    for (atoms, here, there, in_new) in [(&only_old, old, new, false), (&only_new, new, old, true)] {
        for atom in atoms {
            for flows in flows_of(atom) {
                // A sentence within one namespace changes both ends: said once.
                if found.iter().any(|change| change.flows == flows) {
                    continue;
                }
                let gained = find_change(old, new, &flows)?;
                let lost = find_change(new, old, &flows)?;
                let mut add = |kind, example: Option<Flow>| {
                    let direction = atom.direction();
                    found.extend(example.map(|example| Change { kind, direction, flows: flows.clone(), example }));
                };
                let silent = gained.is_none() && lost.is_none();
                add(ChangeKind::Gained, gained);
                add(ChangeKind::Lost, lost);
                if silent {
                    let mut example = None;
                    for part in [Part::Isolated, Part::Denied] {
                        if example.is_none() {
                            example = lacking(part, atom, here, there)?;
                        }
                    }
                    add(if in_new { ChangeKind::Strengthened } else { ChangeKind::Weakened }, example);
                }
            }
        }
    }
    found.sort_by(|a, b| (a.kind, &a.flows.from, &a.flows.to).cmp(&(b.kind, &b.flows.from, &b.flows.to)));
    Ok(found)
}

/// The flows that an atom is about.
fn flows_of(atom: &Atom<'_>) -> Vec<Flows> {
    let flows = |subject: &Endpoints, direction: Direction, peers: Endpoints, connections: Connections| match direction
    {
        Direction::Egress => Flows { from: subject.clone(), to: peers, connections },
        Direction::Ingress => Flows { from: peers, to: subject.clone(), connections },
    };
    match atom {
        Atom::Isolation { subject, direction } => {
            endpoints::anything().into_iter().map(|peers| flows(subject, *direction, peers, Connections::All)).collect()
        }
        Atom::Rule { subject, direction, peers, connections, .. } => {
            vec![flows(subject, *direction, (*peers).clone(), connections.as_ref().clone())]
        }
    }
}
