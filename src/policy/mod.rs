//! THE MODEL: what a project means on one cluster, in flow rules. No syntax, no YAML, no enforcer.
//!
//! A flow has two ends, and each end and direction is governed by itself, as every enforcer does it. So a
//! sentence becomes *half-rules* ([`Rule`]): `checkout may reach backend:8080` is an egress rule at `checkout`
//! and an ingress rule at `backend`. A direction at a pod is open until something isolates it ([`Isolation`]);
//! then only allowed flows pass; a deny beats every allow; a [`Boundary`] caps what any policy can allow.
//!
//! Invariants: every rule, isolation and boundary names the [`Sentence`] that it came from; `except` lists lie
//! within what they are taken from; port sets are sorted and merged; names are lower case.

mod digest;
mod facts;
mod net;
mod port;
mod request;
mod selector;
mod values;

pub use facts::{Cloud, Cluster, DnsServer, EnforcerName, Version};
pub use net::{DnsPattern, Net, cloud_metadata, private};
pub use port::{PortRange, PortSet, Protocol};
pub use request::{Header, PathPattern, Query, Request, Segment};
pub use selector::{LabelSelector, NamespaceSelector, NodeSelector, Op, PodSelector, Requirement, ValueSet};
pub use values::Values;

pub(crate) use digest::digest;

use crate::source::Span;
use indexmap::{IndexMap, IndexSet};
use smol_str::SmolStr;
use std::sync::OnceLock;

/// What one project means on one cluster.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The project's name, which goes into cluster-wide names. `None` when no platform file gives one.
    pub project: Option<SmolStr>,
    /// The cluster's facts.
    pub cluster: Cluster,
    /// Every namespace that the project declares, by name.
    pub namespaces: IndexMap<SmolStr, Namespace>,
    /// Every workload that the project declares, by namespace and name.
    pub workloads: Vec<Workload>,
    /// What the rules came from; a [`SentenceId`] is an index.
    pub sentences: Vec<Sentence>,
    /// Whose ends are governed; a [`SubjectId`] is an index.
    pub subjects: IndexSet<Subject>,
    /// What is isolated.
    pub isolations: Vec<Isolation>,
    /// The half-rules, in the order of their sentences.
    pub rules: Vec<Rule>,
    /// The caps.
    pub boundaries: Vec<Boundary>,
    /// Names that workloads may look up beyond what their rules imply.
    pub lookups: Vec<Lookup>,
    /// What the files of a namespace consent to.
    pub exposures: Vec<Exposure>,
    /// What must be true of it all.
    pub assertions: Vec<Assertion>,
}

/// A namespace that the project declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// The labels that the platform puts on it. Keys that are not named are unknown, not absent.
    pub labels: IndexMap<SmolStr, SmolStr>,
    /// Who owns it.
    pub owner: Option<SmolStr>,
    /// Whether a file of it is part of this build; one that is only declared is not isolated.
    pub has_files: bool,
    /// Where it is declared.
    pub span: Span,
}

/// A workload that the project declares.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Workload {
    /// Its namespace.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Its pods.
    pub selector: PodSelector,
    /// Whether its own namespace declares it; else it is a name for pods that somebody else governs.
    pub governed: bool,
    /// Whether it says on which ports it listens.
    pub serves: bool,
    /// Its name, where it is declared.
    pub span: Span,
}

impl std::fmt::Display for Workload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// Index into [`Policy::sentences`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SentenceId(pub u32);

/// Index into [`Policy::subjects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectId(pub u32);

/// One source sentence.
#[derive(Clone, Debug)]
pub struct Sentence {
    /// The sentence in its canonical spelling, on one line, without its `until` and `because`.
    pub text: SmolStr,
    /// Where it stands.
    pub span: Span,
    /// The namespace in whose file it stands; `None` in a platform file.
    pub namespace: Option<SmolStr>,
    /// `because`
    pub because: Option<SmolStr>,
    /// `until`, as `2027-03-31`
    pub until: Option<SmolStr>,
    /// See [`Sentence::id`].
    id: OnceLock<SmolStr>,
}

impl Sentence {
    /// A sentence without `because` and `until`.
    #[must_use]
    pub fn new(text: SmolStr, span: Span, namespace: Option<SmolStr>) -> Self {
        Self { text, span, namespace, because: None, until: None, id: OnceLock::new() }
    }

    /// At most 32 characters of `[a-z0-9-]`: `ztp-` and 16 hexadecimal digits of a hash over namespace and text. Two
    /// sentences that say the same have the same id. It is made when it is first asked for: only objects carry it.
    #[must_use]
    pub fn id(&self) -> &SmolStr {
        self.id.get_or_init(|| {
            let home = self.namespace.as_deref().unwrap_or_default();
            digest("ztp-", &[home, &self.text])
        })
    }
}

/// One end that is governed: its pods or nodes, and the name that its objects carry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    /// The stem of object names: `workload.backend`, `every-workload`, `pods.1f2e3d4c`, `nodes.worker`.
    pub name: SmolStr,
    /// The namespace whose objects govern it; `None` for cluster-wide objects.
    pub namespace: Option<SmolStr>,
    /// Which endpoints.
    pub selects: Selects,
}

/// See [`Subject`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Selects {
    /// Pods.
    Pods(PodSelector),
    /// Nodes: their host firewall.
    Nodes(NodeSelector),
}

/// A direction of traffic as seen from the governed end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Towards it.
    Ingress,
    /// From it.
    Egress,
}

/// In this direction these endpoints let through only what a rule allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Isolation {
    /// Whose.
    pub subject: SubjectId,
    /// Which direction.
    pub direction: Direction,
    /// The header or `enforce` that says so.
    pub sentence: SentenceId,
}

/// Half of a sentence: what it says about one end in one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which direction, as seen from the subject.
    pub direction: Direction,
    /// The governed end.
    pub subject: SubjectId,
    /// The other end.
    pub peer: Peer,
    /// Which traffic.
    pub traffic: Traffic,
    /// Allowed or denied.
    pub effect: Effect,
    /// The sentence.
    pub sentence: SentenceId,
    /// Said, or derived from what was said.
    pub origin: Origin,
    /// The place in the sentence that names the object: the narrowest place to point at.
    pub span: Span,
}

impl Rule {
    /// What has to be looked up on the way to the other end: names outside, and whether names of the cluster. A request
    /// for look-ups by hand is none of this (see [`Lookup`]).
    #[must_use]
    pub fn looks_up(&self) -> (Option<DnsPattern>, bool) {
        let allows = matches!(self.effect, Effect::Allow { .. });
        if !allows || self.direction != Direction::Egress {
            return (None, false);
        }
        match &self.peer {
            Peer::Name(pattern) => (Some(pattern.clone()), false),
            // Pods are pinged by their address, which no look-up gives.
            _ if self.traffic == Traffic::Ping => (None, false),
            Peer::Anything => (Some(DnsPattern::Any), true),
            Peer::Entity(Entity::World) => (Some(DnsPattern::Any), false),
            Peer::Pods(_) | Peer::Entity(Entity::Cluster | Entity::KubeApiserver | Entity::Ingress) => (None, true),
            // Addresses are reached without a look-up, and nodes have no names in the cluster's DNS.
            Peer::Net(_) | Peer::Nodes(_) | Peer::Entity(_) => (None, false),
        }
    }
}

/// The other end of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// Pods.
    Pods(PodSelector),
    /// Named by the enforcer.
    Entity(Entity),
    /// Nodes by label.
    Nodes(NodeSelector),
    /// Addresses outside.
    Net(Net),
    /// A DNS name or pattern outside.
    Name(DnsPattern),
    /// Any peer: pods, nodes, world.
    Anything,
}

/// Endpoints that no label of a pod selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// Everything outside the cluster.
    World,
    /// Everything inside.
    Cluster,
    /// The local node.
    Host,
    /// Other nodes.
    RemoteNode,
    /// The API server.
    KubeApiserver,
    /// The ingress proxy.
    Ingress,
    /// The health endpoints.
    Health,
    /// Endpoints without labels yet.
    Init,
    /// Pods that the enforcer does not manage.
    Unmanaged,
}

impl Entity {
    /// As it is written in a source and in Cilium's policies.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::World => "world",
            Self::Cluster => "cluster",
            Self::Host => "host",
            Self::RemoteNode => "remote-node",
            Self::KubeApiserver => "kube-apiserver",
            Self::Ingress => "ingress",
            Self::Health => "health",
            Self::Init => "init",
            Self::Unmanaged => "unmanaged",
        }
    }
}

/// Which traffic a rule is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Traffic {
    /// Every protocol and port, ICMP included.
    All,
    /// These ports.
    Ports(PortSet),
    /// Only these requests on these ports.
    Http {
        /// TCP ports.
        ports: PortSet,
        /// Any one of them.
        requests: Vec<Request>,
    },
    /// Only look-ups of these names on these ports (UDP and TCP).
    Dns {
        /// The DNS server's ports.
        ports: PortSet,
        /// Any one of them.
        names: Vec<DnsPattern>,
    },
    /// ICMP echo, v4 and v6.
    Ping,
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The flow may pass.
    Allow {
        /// Only after mutual authentication.
        mutual_auth: bool,
        /// Only when the TLS client hello names this server.
        tls_name: Option<SmolStr>,
    },
    /// The flow never passes.
    Deny,
}

/// Where a rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The sentence says it.
    Said,
    /// A platform file says it with `may always`.
    PlatformGrant,
    /// Derived: the subject must be able to resolve names, or a DNS server must be reachable.
    DnsCompanion,
}

/// A cap on one direction of some endpoints: whatever policies of the enforcer's own kinds allow, only this passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boundary {
    /// Egress for `A may only reach B`, ingress for `nothing but A may reach B`.
    pub direction: Direction,
    /// Whose.
    pub subject: SubjectId,
    /// Which traffic is capped: [`Traffic::All`], or [`Traffic::Ports`] for `nothing but A may reach B:5432`, which
    /// says nothing of B's other ports.
    pub traffic: Traffic,
    /// What may still pass (if something allows it).
    pub permits: Vec<Permit>,
    /// The sentence.
    pub sentence: SentenceId,
}

/// One exception of a boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    /// The other end.
    pub peer: Peer,
    /// Which traffic; [`Traffic::All`] or [`Traffic::Ports`].
    pub traffic: Traffic,
    /// Where it is named.
    pub span: Span,
}

/// `A may resolve …`: look-ups beyond what A's rules imply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// Whose.
    pub subject: SubjectId,
    /// Any one of them.
    pub names: Vec<DnsPattern>,
    /// The sentence.
    pub sentence: SentenceId,
}

/// `expose …`: what the files of a namespace consent to. It opens nothing: a `may` that lies within it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// Which of its pods.
    pub object: PodSelector,
    /// To whom.
    pub to: PodSelector,
    /// Which traffic.
    pub traffic: Traffic,
    /// Whether some sentence uses it.
    pub used: bool,
    /// The sentence.
    pub span: Span,
}

/// `assert …`: what must be true of every flow of some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// Which form.
    pub kind: AssertionKind,
    /// Who opens the flows; empty for [`AssertionKind::NothingCan`].
    pub from: Vec<Peer>,
    /// Who answers, and what passes.
    pub to: Vec<(Peer, Traffic)>,
    /// The sentence.
    pub sentence: SentenceId,
}

/// See [`Assertion`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssertionKind {
    /// Every such flow passes.
    Can,
    /// None passes.
    Cannot,
    /// None passes that others open.
    OnlyCan,
    /// None passes, whoever opens it.
    NothingCan,
}

impl Policy {
    /// The ids of all subjects, in their order.
    #[must_use]
    pub fn subject_ids(&self) -> Vec<SubjectId> {
        (0_u32..).take(self.subjects.len()).map(SubjectId).collect()
    }

    /// The id of a subject, which becomes part of the policy if it is not yet.
    pub fn intern(&mut self, subject: Subject) -> SubjectId {
        let (index, _) = self.subjects.insert_full(subject);
        SubjectId(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// The sentence of an id that this policy gave out.
    ///
    /// # Panics
    /// Never for ids of this policy; ids are only made by the resolver, together with the sentence.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made together with what they index")]
    pub fn sentence(&self, id: SentenceId) -> &Sentence {
        &self.sentences[id.0 as usize]
    }

    /// The sentences of a place: as many as the clusters of a `use` block or the parts of a list make of it.
    #[must_use]
    pub fn sentences_at(&self, span: Span) -> Vec<SentenceId> {
        let ids = (0_u32..).map(SentenceId).zip(&self.sentences);
        ids.filter(|(_, sentence)| sentence.span == span).map(|(id, _)| id).collect()
    }

    /// The subject of an id that this policy gave out.
    ///
    /// # Panics
    /// Never for ids of this policy; ids are only made by the resolver, together with the subject.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made together with what they index")]
    pub fn subject(&self, id: SubjectId) -> &Subject {
        &self.subjects[id.0 as usize]
    }
}
