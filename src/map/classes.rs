//! Units that are governed alike and that no rule tells apart: one class, decided once.

use super::profile::{PeerId, ProfileId, Profiles, number};
use super::unit::{UnitKind, Units};
use crate::policy::Direction;
use indexmap::IndexMap;

/// A position in [`Classes::members`].
pub(super) type ClassId = u32;

/// Units that cannot be told apart.
#[derive(Debug, Default)]
pub(super) struct Classes {
    /// Their units, in order.
    pub members: Vec<Vec<u32>>,
    /// Their profiles for egress and ingress.
    pub profiles: Vec<(ProfileId, ProfileId)>,
    /// In which of the peers that rules name they are, but for those that have every pod.
    pub named: Vec<Vec<PeerId>>,
    pub kinds: Vec<ClassKind>,
}

/// What the units of a class are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum ClassKind {
    /// Workloads, and what stands for them.
    Own,
    /// Pods elsewhere that rules name.
    Elsewhere,
    /// All other pods elsewhere.
    OtherPods,
    Nodes,
}

impl Classes {
    pub fn new(units: &Units, profiles: &Profiles<'_>) -> Self {
        let mut named: Vec<Vec<PeerId>> = vec![Vec::new(); units.all.len()];
        for (id, peers) in profiles.sets.values().enumerate() {
            for unit in &peers.units {
                if let Some(named) = named.get_mut(*unit as usize) {
                    named.push(number(id));
                }
            }
        }
        let mut classes: IndexMap<_, Vec<u32>> = IndexMap::new();
        let each = units.all.iter().zip(named).zip(profiles.egress.iter().zip(&profiles.ingress));
        for (id, ((unit, mut named), (egress, ingress))) in each.enumerate() {
            let kind = match unit.kind {
                UnitKind::Workload(_) | UnitKind::Selected(_) => ClassKind::Own,
                UnitKind::Elsewhere(_) => ClassKind::Elsewhere,
                UnitKind::OtherPods => ClassKind::OtherPods,
                UnitKind::Nodes(_) => ClassKind::Nodes,
            };
            if kind != ClassKind::Nodes {
                named.retain(|peers| profiles.peers(*peers).is_some_and(|(_, peers)| !peers.every_pod));
            }
            classes.entry((kind, named, (*egress, *ingress))).or_default().push(number(id));
        }
        let mut all = Self::default();
        for ((kind, named, profiles), members) in classes {
            all.kinds.push(kind);
            all.named.push(named);
            all.profiles.push(profiles);
            all.members.push(members);
        }
        all
    }

    pub fn ids(&self) -> impl Iterator<Item = ClassId> + use<> {
        0..number(self.members.len())
    }

    pub fn kind(&self, class: ClassId) -> ClassKind {
        self.kinds.get(class as usize).copied().unwrap_or(ClassKind::Own)
    }

    pub fn profile(&self, class: ClassId, direction: Direction) -> ProfileId {
        let (egress, ingress) = self.profiles.get(class as usize).copied().unwrap_or_default();
        match direction {
            Direction::Egress => egress,
            Direction::Ingress => ingress,
        }
    }

    /// Whether its units are among these peers.
    pub fn is_in(&self, class: ClassId, profiles: &Profiles<'_>, peers: PeerId) -> bool {
        self.named.get(class as usize).is_some_and(|named| named.binary_search(&peers).is_ok())
            || (self.kind(class) != ClassKind::Nodes && profiles.peers(peers).is_some_and(|(_, peers)| peers.every_pod))
    }
}
