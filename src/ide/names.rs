//! Every name of a file: what declares it and what refers to it.

use crate::source::Span;
use crate::syntax::ast::{
    Cluster, DnsServer, FactKind, HeaderKind, Item, ItemKind, LabelSelector, Name, Peer, PeerKind, Peers, PortRef,
    Section, Tree, Workload,
};
use smol_str::SmolStr;
use std::sync::Arc;

/// A name at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The name, without what stands around it: `api` of `payments/api`.
    pub name: SmolStr,
    /// Where it stands.
    pub span: Span,
    /// The namespace of the section; `None` in a platform file, and under a missing header.
    pub home: Option<SmolStr>,
    /// What it is there.
    pub role: Role,
}

impl Occurrence {
    /// Whether it declares something where it stands.
    #[must_use]
    pub fn declares(&self) -> bool {
        matches!(self.role, Role::Declares(_) | Role::DeclaresForeign(_) | Role::DeclaresPort(_))
    }
}

/// What a name is where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Declares something of this kind.
    Declares(Kind),
    /// `workload ingress/nginx` declares a workload of this other namespace.
    DeclaresForeign(SmolStr),
    /// A bare name in a list of peers: of the namespace or of the platform.
    Peer,
    /// The workload of `payments/api`, and its namespace.
    WorkloadOf(SmolStr),
    /// The workload of `api in cde`, and the set: pods by their workload label, whatever declares them.
    WorkloadIn(SmolStr),
    /// A namespace that is named: `payments` of `payments/api`, `payments/*`, or after `except`.
    Namespace,
    /// A set of namespaces that is named: `cde` of `api in cde`.
    Set,
    /// A port of `serves`, and the workload that serves it.
    DeclaresPort(SmolStr),
    /// A port by name, as `http` of `api:http`: the peers that it stands behind, as indices of their own occurrences.
    Port(Arc<[usize]>),
}

/// What is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `project NAME`
    Project,
    /// `cluster NAME { … }`
    Cluster,
    /// `namespace NAME …`, as a header or in a platform file.
    Namespace,
    /// `namespaces NAME { … }`
    Set,
    /// `nodes NAME { … }`
    Nodes,
    /// `workload NAME …`
    Workload,
    /// `external NAME = …`
    External,
    /// `group NAME = …`
    Group,
}

/// Every name of a file, in the order of its places.
#[must_use]
pub fn names(tree: &Tree) -> Vec<Occurrence> {
    let mut found = Vec::new();
    for section in &tree.sections {
        Reader { home: home(section), found: &mut found }.section(section);
    }
    found
}

/// The namespace of a section; `None` in a platform file, and under a missing header.
#[must_use]
pub fn home(section: &Section) -> Option<&SmolStr> {
    match &section.header.as_ref()?.kind {
        HeaderKind::Namespace { name, .. } => Some(&name.value),
        HeaderKind::Platform => None,
    }
}

/// Whether an item can become objects by itself, and does not only say what others stand for.
#[must_use]
pub fn has_objects(kind: &ItemKind) -> bool {
    matches!(
        kind,
        ItemKind::May(_)
            | ItemKind::MayNot(_)
            | ItemKind::OnlyReach(_)
            | ItemKind::NothingBut(_)
            | ItemKind::Enforce(_)
            | ItemKind::NodeSet(_)
    )
}

struct Reader<'f> {
    home: Option<&'f SmolStr>,
    found: &'f mut Vec<Occurrence>,
}

impl Reader<'_> {
    fn add(&mut self, name: &Name, role: Role) {
        self.at(name.value.clone(), name.span, role);
    }

    fn at(&mut self, name: SmolStr, span: Span, role: Role) {
        self.found.push(Occurrence { name, span, home: self.home.cloned(), role });
    }

    fn section(&mut self, section: &Section) {
        if let Some(HeaderKind::Namespace { name, .. }) = section.header.as_ref().map(|header| &header.kind) {
            self.add(name, Role::Declares(Kind::Namespace));
        }
        for item in &section.items {
            self.item(item);
        }
    }

    fn item(&mut self, item: &Item) {
        match &item.kind {
            ItemKind::Project(name) => self.add(name, Role::Declares(Kind::Project)),
            ItemKind::Cluster(cluster) => self.cluster(cluster),
            ItemKind::NamespaceDecl(declared) => self.add(&declared.name, Role::Declares(Kind::Namespace)),
            ItemKind::NamespaceSet(set) => self.add(&set.name, Role::Declares(Kind::Set)),
            ItemKind::NodeSet(nodes) => self.add(&nodes.name, Role::Declares(Kind::Nodes)),
            ItemKind::Workload(workload) => self.workload(workload),
            ItemKind::External(external) => self.add(&external.name, Role::Declares(Kind::External)),
            ItemKind::Group(group) => self.add(&group.name, Role::Declares(Kind::Group)),
            _ => {}
        }
        for peers in item.kind.peers() {
            self.peers(peers);
        }
    }

    fn cluster(&mut self, cluster: &Cluster) {
        self.add(&cluster.name, Role::Declares(Kind::Cluster));
        for fact in &cluster.facts {
            match &fact.kind {
                FactKind::Dns { server: DnsServer::Pods { namespace, .. }, .. } => self.add(namespace, Role::Namespace),
                FactKind::External(external) => {
                    self.add(&external.name, Role::Declares(Kind::External));
                    self.peers(&external.targets);
                }
                _ => {}
            }
        }
    }

    fn workload(&mut self, workload: &Workload) {
        match &workload.namespace {
            Some(namespace) => {
                self.add(namespace, Role::Namespace);
                self.add(&workload.name, Role::DeclaresForeign(namespace.value.clone()));
            }
            None => self.add(&workload.name, Role::Declares(Kind::Workload)),
        }
        for serve in &workload.serves {
            self.add(&serve.name, Role::DeclaresPort(workload.name.value.clone()));
        }
    }

    fn peers(&mut self, peers: &Peers) {
        for peer in &peers.items {
            self.peer(peer);
        }
        // As in resolving: after `workloads in every namespace except` a bare name is a namespace.
        let namespaces_only = peers.items.iter().all(|item| item.kind == PeerKind::WorkloadsInEveryNamespace);
        for peer in &peers.except {
            match &peer.kind {
                PeerKind::Name(name) if namespaces_only => self.add(name, Role::Namespace),
                _ => self.peer(peer),
            }
        }
    }

    fn peer(&mut self, peer: &Peer) {
        let first = self.found.len();
        match &peer.kind {
            PeerKind::Name(name) => self.add(name, Role::Peer),
            PeerKind::Qualified { namespace, name } => {
                self.add(namespace, Role::Namespace);
                self.add(name, Role::WorkloadOf(namespace.value.clone()));
            }
            PeerKind::AllOf(namespace) | PeerKind::LabelsOf { namespace, .. } => self.add(namespace, Role::Namespace),
            PeerKind::NameIn { name, set } => {
                self.add(name, Role::WorkloadIn(set.value.clone()));
                self.add(set, Role::Set);
            }
            PeerKind::LabelsIn { set, .. } | PeerKind::WorkloadsIn(set) => self.add(set, Role::Set),
            PeerKind::Several(members) => members.iter().for_each(|member| self.peer(member)),
            PeerKind::WorkloadsInEveryNamespace
            | PeerKind::EveryWorkload
            | PeerKind::Anything
            | PeerKind::Entity(_)
            | PeerKind::Private
            | PeerKind::CloudMetadata
            | PeerKind::Cidr(_)
            | PeerKind::Dns(_) => {}
        }
        let owners: Arc<[usize]> = (first..self.found.len()).collect();
        for port in peer.ports.iter().flat_map(|ports| &ports.items) {
            if let PortRef::Name(name) = &port.value.port {
                // The port's place may hold its protocol, too: `dns/udp`.
                let length = u32::try_from(name.len()).unwrap_or(u32::MAX);
                let span = Span { end: port.span.start.saturating_add(length).min(port.span.end), ..port.span };
                self.at(name.clone(), span, Role::Port(Arc::clone(&owners)));
            }
        }
    }
}

/// The label selectors that an item has, for what is known of labels in a project.
#[must_use]
pub fn selectors_of(kind: &ItemKind) -> Vec<&LabelSelector> {
    fn of_peer<'t>(peer: &'t Peer, found: &mut Vec<&'t LabelSelector>) {
        match &peer.kind {
            PeerKind::LabelsOf { labels, .. } | PeerKind::LabelsIn { labels, .. } => found.push(labels),
            PeerKind::Several(members) => members.iter().for_each(|member| of_peer(member, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    match kind {
        ItemKind::NamespaceDecl(declared) => found.extend(&declared.labels),
        ItemKind::NamespaceSet(set) => found.push(&set.labels),
        ItemKind::NodeSet(nodes) => found.push(&nodes.labels),
        ItemKind::Workload(workload) => found.extend(&workload.labels),
        _ => {}
    }
    for peers in kind.peers() {
        peers.items.iter().chain(&peers.except).for_each(|peer| of_peer(peer, &mut found));
    }
    found
}
