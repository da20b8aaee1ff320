//! The spelling of peers, ports and labels.

use super::writer::Writer;
use crate::source::Span;
use crate::syntax::ast::{
    EntityWord, LabelSelector, LabelTest, Peer, PeerKind, Peers, PortItem, PortRef, Ports, Protocol, Requirement,
};
use ipnet::IpNet;
use std::fmt::Write;

impl Writer {
    /// `A, B:p except C`
    pub(super) fn peers(&mut self, peers: &Peers) {
        self.peers_after(peers, "every workload");
    }

    /// The same, with the word for every workload.
    pub(super) fn peers_after(&mut self, peers: &Peers, every_workload: &str) {
        let place = |peer: &Peer| peer.span.0;
        self.list(&peers.items, place, |writer, peer| writer.peer(peer, every_workload));
        if let Some(first) = peers.except.first() {
            self.joint(first.span.0);
            self.text("except ");
            self.list(&peers.except, place, |writer, peer| writer.peer(peer, "every workload"));
        }
    }

    fn peer(&mut self, peer: &Peer, every_workload: &str) {
        match &peer.kind {
            PeerKind::Name(name) => self.text(&name.value),
            PeerKind::Qualified { namespace, name } => {
                self.text(&namespace.value);
                self.text("/");
                self.text(&name.value);
            }
            PeerKind::AllOf(namespace) => {
                self.text(&namespace.value);
                self.text("/*");
            }
            PeerKind::LabelsOf { namespace, labels } => {
                self.text(&namespace.value);
                self.text("/");
                self.labels(labels);
            }
            PeerKind::NameIn { name, set } => {
                self.text(&name.value);
                self.text(" in ");
                self.text(&set.value);
            }
            PeerKind::LabelsIn { labels, set } => {
                self.labels(labels);
                self.text(" in ");
                self.text(&set.value);
            }
            PeerKind::WorkloadsIn(set) => {
                self.text("workloads in ");
                self.text(&set.value);
            }
            PeerKind::WorkloadsInEveryNamespace => self.text("workloads in every namespace"),
            PeerKind::EveryWorkload => self.text(every_workload),
            PeerKind::Anything => self.text("anything"),
            PeerKind::Entity(entity) => self.text(entity_word(*entity)),
            PeerKind::Private => self.text("private"),
            PeerKind::CloudMetadata => self.text("cloud-metadata"),
            PeerKind::Cidr(range) => self.range(*range),
            PeerKind::Dns(name) => self.text(name),
            PeerKind::Several(members) => {
                let end = members_end(peer);
                let place = |member: &Peer| member.span.0;
                self.brackets(("(", ")"), end, members, place, |writer, member| writer.peer(member, every_workload));
            }
        }
        if let Some(ports) = &peer.ports {
            self.ports(ports);
        }
    }

    /// An address, or a range; in brackets if it is IPv6.
    pub(super) fn range(&mut self, range: IpNet) {
        let alone = range.prefix_len() == range.max_prefix_len();
        // Writing to a string cannot fail.
        let _ = match (range, alone) {
            (IpNet::V4(range), true) => write!(self.line, "{}", range.addr()),
            (IpNet::V4(range), false) => write!(self.line, "{range}"),
            (IpNet::V6(range), true) => write!(self.line, "[{}]", range.addr()),
            (IpNet::V6(range), false) => write!(self.line, "[{range}]"),
        };
    }

    /// `:8080`, `:[80, 443]`
    pub(super) fn ports(&mut self, ports: &Ports) {
        self.text(":");
        match ports.items.as_slice() {
            [one] if !self.has_comment_in(ports.span.0) => self.port(&one.value),
            several => {
                let place = |port: &crate::syntax::ast::Node<PortItem>| port.span;
                self.brackets(("[", "]"), ports.span.0, several, place, |writer, port| writer.port(&port.value));
            }
        }
    }

    fn port(&mut self, port: &PortItem) {
        match &port.port {
            PortRef::Number(number) => self.number(*number),
            PortRef::Range(first, last) => {
                self.number(*first);
                self.text("-");
                self.number(*last);
            }
            PortRef::Name(name) => self.text(name),
            PortRef::Any => self.text("any"),
        }
        if let Some(protocol) = port.protocol {
            self.protocol(protocol);
        }
    }

    /// A number in digits.
    pub(super) fn number(&mut self, number: impl std::fmt::Display) {
        // Writing to a string cannot fail.
        let _ = write!(self.line, "{number}");
    }

    /// `/udp`
    pub(super) fn protocol(&mut self, protocol: Protocol) {
        self.text(match protocol {
            Protocol::Tcp => "/tcp",
            Protocol::Udp => "/udp",
            Protocol::Sctp => "/sctp",
            Protocol::Any => "/any",
        });
    }

    /// `{ app: backend, tier in (api, web), !canary }`
    pub(super) fn labels(&mut self, labels: &LabelSelector) {
        let place = |requirement: &Requirement| requirement.key.span;
        self.brackets(("{ ", "}"), labels.span.0, &labels.requirements, place, Self::requirement);
    }

    fn requirement(&mut self, requirement: &Requirement) {
        if requirement.test == LabelTest::Absent {
            self.text("!");
        }
        self.text(&requirement.key.value);
        let (word, values) = match &requirement.test {
            LabelTest::Is(value) => {
                self.text(": ");
                self.value(&value.value);
                return;
            }
            LabelTest::In(values) => (" in ", values),
            LabelTest::NotIn(values) => (" not in ", values),
            LabelTest::Exists | LabelTest::Absent => return,
        };
        self.text(word);
        self.brackets(
            ("(", ")"),
            requirement.span.0,
            values,
            |value| value.span,
            |writer, value| writer.value(&value.value),
        );
    }
}

/// A place that ends with the closing parenthesis.
fn members_end(peer: &Peer) -> Span {
    let span = peer.span.0;
    peer.ports.as_ref().map_or(span, |ports| Span { end: ports.span.0.start, ..span })
}

fn entity_word(entity: EntityWord) -> &'static str {
    match entity {
        EntityWord::World => "world",
        EntityWord::Cluster => "cluster",
        EntityWord::Host => "host",
        EntityWord::RemoteNode => "remote-node",
        EntityWord::Nodes => "nodes",
        EntityWord::KubeApiserver => "kube-apiserver",
        EntityWord::Ingress => "ingress",
        EntityWord::Health => "health",
        EntityWord::Init => "init",
        EntityWord::Unmanaged => "unmanaged",
    }
}
