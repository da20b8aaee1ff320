//! Every piece of a tree with its place, but for names, which [`super::names`] has.

use super::place::whole;
use crate::source::Span;
use crate::syntax::ast::{
    Action, Clauses, Cluster, DnsServer, FactKind, HeaderKind, Item, ItemKind, LabelSelector, LabelTest, Name, Path,
    Peer, PeerKind, Peers, PortRef, Ports, Request, Section, Tree,
};

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Made of other pieces: a section, a sentence, a list, a peer.
    Whole,
    /// A word that stands for a peer by itself: `world`, `private`.
    Entity,
    /// An address or a range.
    Address,
    /// A DNS name or pattern.
    Dns,
    /// The key of a label.
    LabelKey,
    /// The value of a label.
    LabelValue,
    /// A port by its number, a range of them, or another number.
    Number,
    /// A method of a request.
    Method,
    /// A path.
    Path,
    /// `pkg.Service/Method`
    Call,
    /// The name of a header.
    Header,
    /// Text.
    Text,
    /// A day.
    Date,
    /// The code of a finding.
    Code,
    /// A word of a fact: `cilium`, `1.18`, `host-firewall`; a service account.
    Word,
}

/// The pieces that touch a range, each before what it is made of.
pub fn pieces(tree: &Tree, within: Span, mut visit: impl FnMut(Span, Piece)) {
    let mut walker = Walker { within, visit: &mut visit };
    for section in &tree.sections {
        walker.section(section);
    }
}

struct Walker<'v> {
    within: Span,
    visit: &'v mut dyn FnMut(Span, Piece),
}

impl Walker<'_> {
    fn touches(&self, span: Span) -> bool {
        span.start <= self.within.end && self.within.start <= span.end
    }

    fn add(&mut self, span: Span, piece: Piece) {
        if self.touches(span) {
            (self.visit)(span, piece);
        }
    }

    fn name(&mut self, name: &Name, piece: Piece) {
        self.add(name.span, piece);
    }

    fn section(&mut self, section: &Section) {
        if !self.touches(whole(section)) {
            return;
        }
        self.add(whole(section), Piece::Whole);
        if let Some(header) = &section.header {
            self.add(header.span.0, Piece::Whole);
            if let HeaderKind::Namespace { owner: Some(owner), .. } = &header.kind {
                self.name(owner, Piece::Text);
            }
        }
        for item in &section.items {
            if self.touches(item.span.0) {
                self.item(item);
            }
        }
    }

    fn item(&mut self, item: &Item) {
        self.add(item.span.0, Piece::Whole);
        match &item.kind {
            ItemKind::Cluster(cluster) => self.cluster(cluster),
            ItemKind::NamespaceDecl(declared) => {
                declared.folder.iter().chain(&declared.owner).for_each(|text| self.name(text, Piece::Text));
                declared.labels.iter().for_each(|labels| self.labels(labels));
            }
            ItemKind::NamespaceSet(set) => self.labels(&set.labels),
            ItemKind::NodeSet(nodes) => self.labels(&nodes.labels),
            ItemKind::WorkloadsBy(key) => self.name(key, Piece::LabelKey),
            ItemKind::Workload(workload) => {
                workload.labels.iter().for_each(|labels| self.labels(labels));
                workload.service_account.iter().for_each(|account| self.name(account, Piece::Word));
                for serve in &workload.serves {
                    self.add(serve.port.span, Piece::Number);
                }
            }
            ItemKind::External(external) => self.peers(&external.targets),
            ItemKind::Group(group) => self.peers(&group.members),
            ItemKind::Enforce(enforce) => self.peers(&enforce.subjects),
            ItemKind::May(may) => {
                self.peers(&may.subjects);
                self.action(may.action.span, &may.action.value);
                self.clauses(&may.clauses);
            }
            ItemKind::MayNot(may_not) => {
                self.peers(&may_not.subjects);
                self.action(may_not.action.span, &may_not.action.value);
                self.clauses(&may_not.clauses);
            }
            ItemKind::OnlyReach(only) => {
                self.peers(&only.subjects);
                self.peers(&only.objects);
                self.clauses(&only.clauses);
            }
            ItemKind::NothingBut(nothing) => {
                self.peers(&nothing.subjects);
                self.peers(&nothing.objects);
                self.clauses(&nothing.clauses);
            }
            ItemKind::Expose(expose) => {
                expose.request.iter().for_each(|request| self.request(request));
                self.peers(&expose.objects);
                self.peers(&expose.to);
                self.clauses(&expose.clauses);
            }
            ItemKind::Assert(assert) => {
                assert.subjects.iter().for_each(|subjects| self.peers(subjects));
                self.action(assert.action.span, &assert.action.value);
            }
            ItemKind::Accept(accept) => {
                self.name(&accept.code, Piece::Code);
                self.clauses(&accept.clauses);
            }
            ItemKind::Project(_) | ItemKind::Bad => {}
        }
    }

    fn cluster(&mut self, cluster: &Cluster) {
        for fact in &cluster.facts {
            self.add(fact.span.0, Piece::Whole);
            match &fact.kind {
                FactKind::Enforcer { name, version } => {
                    self.name(name, Piece::Word);
                    self.name(version, Piece::Word);
                }
                FactKind::Features(words) => words.iter().for_each(|word| self.name(word, Piece::Word)),
                FactKind::Dns { server, ports } => {
                    match server {
                        DnsServer::Pods { labels, .. } => self.labels(labels),
                        DnsServer::Address(address) => self.add(address.span, Piece::Address),
                    }
                    ports.iter().for_each(|ports| self.ports(ports));
                }
                FactKind::Domain(name) => self.name(name, Piece::Dns),
                FactKind::Search(names) => names.iter().for_each(|name| self.name(name, Piece::Dns)),
                FactKind::Pods(ranges) => ranges.iter().for_each(|range| self.add(range.span, Piece::Address)),
                FactKind::Apiserver { address, port } => {
                    self.add(address.span, Piece::Address);
                    self.add(port.span, Piece::Number);
                }
                FactKind::WorkloadsBy(key) => self.name(key, Piece::LabelKey),
                FactKind::MeshName(word) | FactKind::Cloud(word) => self.name(word, Piece::Word),
                FactKind::RegexBudget(budget) => self.add(budget.span, Piece::Number),
                FactKind::External(external) => self.peers(&external.targets),
                FactKind::Bad => {}
            }
        }
    }

    fn labels(&mut self, labels: &LabelSelector) {
        self.add(labels.span.0, Piece::Whole);
        for requirement in &labels.requirements {
            self.add(requirement.span.0, Piece::Whole);
            self.name(&requirement.key, Piece::LabelKey);
            match &requirement.test {
                LabelTest::Is(value) => self.name(value, Piece::LabelValue),
                LabelTest::In(values) | LabelTest::NotIn(values) => {
                    values.iter().for_each(|value| self.name(value, Piece::LabelValue));
                }
                LabelTest::Exists | LabelTest::Absent => {}
            }
        }
    }

    fn peers(&mut self, peers: &Peers) {
        self.add(peers.span.0, Piece::Whole);
        peers.items.iter().chain(&peers.except).for_each(|peer| self.peer(peer));
    }

    fn peer(&mut self, peer: &Peer) {
        self.add(peer.span.0, Piece::Whole);
        let end = peer.ports.as_ref().map_or(peer.span.0.end, |ports| ports.span.0.start);
        let who = Span { end, ..peer.span.0 };
        match &peer.kind {
            PeerKind::Anything | PeerKind::Entity(_) | PeerKind::Private | PeerKind::CloudMetadata => {
                self.add(who, Piece::Entity);
            }
            PeerKind::Cidr(_) => self.add(who, Piece::Address),
            PeerKind::Dns(_) => self.add(who, Piece::Dns),
            PeerKind::LabelsOf { labels, .. } | PeerKind::LabelsIn { labels, .. } => {
                self.add(who, Piece::Whole);
                self.labels(labels);
            }
            PeerKind::Several(members) => {
                self.add(who, Piece::Whole);
                members.iter().for_each(|member| self.peer(member));
            }
            PeerKind::Name(_)
            | PeerKind::Qualified { .. }
            | PeerKind::AllOf(_)
            | PeerKind::NameIn { .. }
            | PeerKind::WorkloadsIn(_)
            | PeerKind::WorkloadsInEveryNamespace
            | PeerKind::EveryWorkload => self.add(who, Piece::Whole),
        }
        peer.ports.iter().for_each(|ports| self.ports(ports));
    }

    fn ports(&mut self, ports: &Ports) {
        self.add(ports.span.0, Piece::Whole);
        for item in &ports.items {
            let piece = if matches!(item.value.port, PortRef::Name(_)) { Piece::Whole } else { Piece::Number };
            self.add(item.span, piece);
        }
    }

    fn action(&mut self, span: Span, action: &Action) {
        self.add(span, Piece::Whole);
        match action {
            Action::Request { request, .. } => self.request(request),
            Action::Call { methods, .. } => methods.iter().for_each(|method| self.add(method.span, Piece::Call)),
            Action::Resolve(names) => names.iter().for_each(|name| self.name(name, Piece::Dns)),
            Action::Use(used) => {
                for line in &used.requests {
                    self.add(line.span.0, Piece::Whole);
                    self.request(&line.request);
                }
            }
            Action::Reach(_) | Action::Ping(_) => {}
        }
        if let Some(objects) = action.objects() {
            self.peers(objects);
        }
    }

    fn request(&mut self, request: &Request) {
        request.methods.iter().for_each(|method| self.name(method, Piece::Method));
        let is_path = matches!(request.path.value, Path::Segments { .. });
        self.add(request.path.span, if is_path { Piece::Path } else { Piece::Whole });
        request.host.iter().for_each(|host| self.name(host, Piece::Text));
        for header in &request.headers {
            self.name(&header.name, Piece::Header);
            header.value.iter().for_each(|value| self.name(value, Piece::Text));
        }
    }

    fn clauses(&mut self, clauses: &Clauses) {
        clauses.mutual_auth.iter().for_each(|place| self.add(place.0, Piece::Whole));
        clauses.tls_name.iter().for_each(|name| self.name(name, Piece::Dns));
        clauses.until.iter().for_each(|until| self.add(until.span, Piece::Date));
        clauses.because.iter().for_each(|because| self.name(because, Piece::Text));
    }
}
