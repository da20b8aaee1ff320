//! Where an endpoint can stand, as far as enforcers tell places apart.

use crate::policy::Entity;

/// One place. An API server stands on a node or outside; which, a policy does not know, so each counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Place {
    /// A pod of this cluster.
    Pod,
    /// A pod of another cluster of the mesh.
    MeshPod,
    /// The node on which the pod at the other end runs.
    LocalNode,
    /// The same, where the API server stands on it.
    LocalApiserver,
    /// Another node.
    RemoteNode,
    /// The same, where the API server stands on it.
    RemoteApiserver,
    /// Outside the cluster, which has one address family.
    Outside,
    /// The API server, where it stands outside.
    OutsideApiserver,
    /// Outside a dual-stack cluster. Cilium labels it by its family then, and not `reserved:world`
    /// (1.20-pre.4, `pkg/ipcache/metadata.go`).
    DualOutside,
    /// The API server outside a dual-stack cluster.
    DualOutsideApiserver,
    /// The ingress proxy.
    Ingress,
    /// A health endpoint.
    Health,
    /// An endpoint without labels yet.
    Init,
    /// A pod that the enforcer does not manage.
    Unmanaged,
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Pod,
        Self::MeshPod,
        Self::LocalNode,
        Self::LocalApiserver,
        Self::RemoteNode,
        Self::RemoteApiserver,
        Self::Outside,
        Self::OutsideApiserver,
        Self::DualOutside,
        Self::DualOutsideApiserver,
        Self::Ingress,
        Self::Health,
        Self::Init,
        Self::Unmanaged,
    ];

    /// What people call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pod => "a pod",
            Self::MeshPod => "a pod of another cluster",
            Self::LocalNode => "the local node",
            Self::LocalApiserver => "kube-apiserver on the local node",
            Self::RemoteNode => "another node",
            Self::RemoteApiserver => "kube-apiserver on another node",
            Self::Outside | Self::DualOutside => "outside",
            Self::OutsideApiserver | Self::DualOutsideApiserver => "kube-apiserver outside",
            Self::Ingress => "ingress",
            Self::Health => "health",
            Self::Init => "init",
            Self::Unmanaged => "unmanaged",
        }
    }
}

/// A set of places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Places(u16);

impl Places {
    /// Both nodes, with or without the API server.
    pub const NODES: Self =
        Self::of(&[Place::LocalNode, Place::LocalApiserver, Place::RemoteNode, Place::RemoteApiserver]);
    /// The local node.
    pub const HOST: Self = Self::of(&[Place::LocalNode, Place::LocalApiserver]);
    /// The other nodes.
    pub const REMOTE_NODES: Self = Self::of(&[Place::RemoteNode, Place::RemoteApiserver]);
    /// Everything outside.
    pub const WORLD: Self =
        Self::of(&[Place::Outside, Place::OutsideApiserver, Place::DualOutside, Place::DualOutsideApiserver]);
    /// The API server, wherever it stands.
    pub const APISERVER: Self = Self::of(&[
        Place::LocalApiserver,
        Place::RemoteApiserver,
        Place::OutsideApiserver,
        Place::DualOutsideApiserver,
    ]);
    /// What no label, name or address tells further apart.
    pub const SINGLE: Self = Self::of(&[Place::Ingress, Place::Health, Place::Init, Place::Unmanaged]);

    /// All of them.
    pub const ALL: Self = Self::of(&Place::ALL);

    /// These places.
    #[must_use]
    pub const fn of(places: &[Place]) -> Self {
        let mut bits = 0;
        let mut rest = places;
        while let [place, others @ ..] = rest {
            bits |= 1 << (*place as u16);
            rest = others;
        }
        Self(bits)
    }

    /// The places in which an entity is found. In Cilium `cluster` takes in the API server wherever it stands
    /// (`cilium-verdicts` T7).
    #[must_use]
    pub fn of_entity(entity: Entity) -> Self {
        match entity {
            Entity::World => Self::WORLD,
            Entity::Host => Self::HOST,
            Entity::RemoteNode => Self::REMOTE_NODES,
            Entity::KubeApiserver => Self::APISERVER,
            Entity::Ingress => Self::of(&[Place::Ingress]),
            Entity::Health => Self::of(&[Place::Health]),
            Entity::Init => Self::of(&[Place::Init]),
            Entity::Unmanaged => Self::of(&[Place::Unmanaged]),
            Entity::Cluster => Self::of(&[Place::Pod]).union(Self::NODES).union(Self::SINGLE).union(Self::APISERVER),
        }
    }

    /// These nodes as any other end may see them, to which each is local or remote.
    #[must_use]
    pub fn from_anywhere(self) -> Self {
        let both = |a: Place, b: Place| if self.contains(a) || self.contains(b) { Self::of(&[a, b]) } else { Self(0) };
        let nodes = both(Place::LocalNode, Place::RemoteNode);
        self.union(nodes).union(both(Place::LocalApiserver, Place::RemoteApiserver))
    }

    /// Whether the place is among them.
    #[must_use]
    pub const fn contains(self, place: Place) -> bool {
        self.0 & (1 << (place as u16)) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those in one of them.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are not in the other.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether all of `inner` are among them.
    #[must_use]
    pub const fn includes(self, inner: Self) -> bool {
        inner.0 & !self.0 == 0
    }

    /// They, in the order of [`Place::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Place> {
        Place::ALL.into_iter().filter(move |place| self.contains(*place))
    }
}
