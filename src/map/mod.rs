//! The map: who reaches whom, and what, over everything that a project or some manifests hold.
//!
//! ```text
//!  Ruleset ─▶ profile: what governs each end, once for all that are governed alike
//!  scene ─▶ unit ─▶ classes of units that are alike ─▶ pairs: blocks of classes with what passes
//!                          └─▶ outside: what passes between a class and all that is no pod of the map
//!                                └─▶ draw: vertices and edges, with names  ─▶ render: txt, json, csv, md, dot, mermaid, svg
//! ```
//!
//! A connection is in the map if it may pass at both of its ends. What is shown and what is not:
//!
//! - The map is a closed world: the workloads that are given, each as one pod. Of a workload that a project declares it is
//!   the plainest pod that fits: with the labels that its selector asks for and no others. Of a namespace's labels the
//!   keys that nobody declares count as absent.
//! - Pods that rules describe and that are no workload's are there as the plainest pod that fits the description. What is
//!   said of them goes before what is said of *pods of other namespaces*, of *elsewhere in the cluster* and of *anywhere*.
//! - Edges are to be read as a union: what passes between two vertices is what any edge between them, or between groups
//!   that they belong to, lets through.
//! - That a pod reaches itself, and the local node its pods, goes without saying (see [`crate::verdict`]).
//! - What is not known is said to be unknown.

mod classes;
mod draw;
mod groups;
mod outside;
mod pairs;
mod passing;
mod profile;
pub mod render;
mod scene;
mod unit;

pub use draw::draw;
pub use passing::{Content, Part, Passing};
pub use scene::{Focus, Scene, Workload};

use crate::policy::{LabelSelector, PodSelector};
use crate::semantics::endpoints::Endpoints;
use smol_str::SmolStr;
use std::sync::Arc;

/// A position in [`Map::vertices`].
pub type VertexId = usize;

/// Everything that passes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    /// Who: in the order of their kinds and names.
    pub vertices: Vec<Vertex>,
    /// What passes between them, in the order of the vertices.
    pub edges: Vec<Edge>,
}

/// An end of edges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vertex {
    /// What it is called; no two have the same name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its namespace, if it has one.
    pub namespace: Option<SmolStr>,
}

/// What a vertex is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A workload.
    Workload {
        /// `Deployment`, …; `workload`, if a project declares it.
        kind: SmolStr,
        /// Whether its pods share the node's network, so that no policy governs them; it has no edges then.
        host_network: bool,
    },
    /// Pods of a namespace of the map that rules speak of, and that no workload runs.
    Pods {
        /// Which.
        selector: PodSelector,
    },
    /// All of `members` less those in `except`.
    Group {
        /// Other vertices. Groups that differ by their exceptions share them.
        members: Arc<[VertexId]>,
        /// Some of the members.
        except: Vec<VertexId>,
    },
    /// Pods of other namespaces.
    Elsewhere {
        /// Which; all that no rule describes, when not said.
        selector: Option<PodSelector>,
    },
    /// Nodes that rules govern, as other nodes see them.
    Nodes {
        /// Which.
        labels: LabelSelector,
    },
    /// Anything else: addresses, names, entities. All pods, if there are any, stand for those of other namespaces.
    Outside {
        /// What it stands for.
        sets: Vec<Endpoints>,
    },
}

/// Connections that `from` may open to `to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Who opens them.
    pub from: VertexId,
    /// Who answers.
    pub to: VertexId,
    /// Which.
    pub passes: Passes,
}

/// What passes along an edge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::large_enum_variant, reason = "nearly all are of the large one")]
pub enum Passes {
    /// This.
    Known {
        /// What passes. Nothing only towards or from pods elsewhere, of which something else is said in general.
        passing: Passing,
        /// What of that passes after mutual authentication only.
        authenticated: Passing,
    },
    /// Not known, for this reason.
    Unknown(String),
}

impl Kind {
    /// Whether it is in the map for its own sake.
    #[must_use]
    pub fn is_own(&self) -> bool {
        matches!(self, Self::Workload { .. } | Self::Pods { .. } | Self::Group { .. })
    }
}

impl Map {
    /// The vertex of an id of this map.
    ///
    /// # Panics
    /// Never for ids of this map.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made together with what they index")]
    pub fn vertex(&self, id: VertexId) -> &Vertex {
        &self.vertices[id]
    }
}
