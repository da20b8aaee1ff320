//! Peers: who may, and whom.

use super::Builder;
use super::shape;
use crate::diagnostic::problem::syntax::{DnsFault, SyntaxProblem};
use crate::source::Span;
use crate::syntax::ast::{
    EntityWord, LabelSelector, LabelTest, Name, Node, Peer, PeerKind, Peers, Place, Ports, Requirement,
};
use crate::syntax::grammar::Rule;
use pest::iterators::Pair;
use smol_str::SmolStr;

/// Where a list of peers stands, as far as that changes what a word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// Anywhere but:
    Ordinary,
    /// Between `no` and `may`, where `workload` is every workload.
    AfterNo,
}

impl Builder<'_> {
    /// A list of peers with its exceptions.
    pub(super) fn peers(&mut self, pair: Pair<'_, Rule>) -> Peers {
        self.peers_at(pair, Position::Ordinary)
    }

    /// The same at a place where words may mean something else.
    pub(super) fn peers_at(&mut self, pair: Pair<'_, Rule>, position: Position) -> Peers {
        let span = self.span(&pair);
        // One, nearly always; room for four, which a list takes if not told, would be most of a tree's memory.
        let mut peers = Peers { items: Vec::with_capacity(1), except: Vec::new(), span: Place(span) };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::peer => peers.items.extend(self.peer(part, position)),
                Rule::except => {
                    for part in part.into_inner().filter(|part| part.as_rule() == Rule::peer) {
                        peers.except.extend(self.peer(part, Position::Ordinary));
                    }
                }
                _ => {}
            }
        }
        peers
    }

    fn peer(&mut self, pair: Pair<'_, Rule>, position: Position) -> Option<Peer> {
        let span = self.span(&pair);
        let mut found = Parts::default();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::ports => found.ports = Some(self.ports(part)),
                Rule::in_set => found.set = part.into_inner().last(),
                Rule::labels => found.labels = Some(self.labels(part)),
                _ => found.who = Some(part),
            }
        }
        let Parts { who, labels, set, ports } = found;
        let kind = match (who, labels, set) {
            (None, Some(labels), Some(set)) => PeerKind::LabelsIn { labels, set: self.set_name(&set)? },
            (None, _, _) => {
                self.report(SyntaxProblem::LabelsAlone { span });
                return None;
            }
            (Some(who), Some(labels), None) => self.labels_of(&who, labels)?,
            (Some(who), None, Some(set)) => self.within(&who, &set)?,
            (Some(who), None, None) => self.plain(who, position)?,
            (Some(_), Some(_), Some(_)) => {
                self.report(SyntaxProblem::LabelsOfAndIn { span });
                return None;
            }
        };
        if let (PeerKind::Several(_), Some(_)) = (&kind, &ports)
            && let PeerKind::Several(members) = &kind
            && let Some(member) = members.iter().find_map(|member| member.ports.as_ref())
        {
            self.report(SyntaxProblem::PortsTwice { span: member.span.0 });
            return None;
        }
        Some(Peer { kind, ports, span: Place(span) })
    }

    /// `payments/{ app: api }`
    fn labels_of(&mut self, who: &Pair<'_, Rule>, labels: LabelSelector) -> Option<PeerKind> {
        let span = self.span(who);
        let Some(namespace) = who.as_str().strip_suffix('/') else {
            self.report(SyntaxProblem::LabelsBehind { span, name: who.as_str().into() });
            return None;
        };
        Some(PeerKind::LabelsOf { namespace: self.checked_name(namespace, Span { end: span.end - 1, ..span }), labels })
    }

    /// `api in cde`, `workloads in cde`, `workloads in every namespace`
    fn within(&mut self, who: &Pair<'_, Rule>, set: &Pair<'_, Rule>) -> Option<PeerKind> {
        let every = set.as_rule() == Rule::every_namespace;
        if who.as_str() == "workloads" {
            return Some(if every {
                PeerKind::WorkloadsInEveryNamespace
            } else {
                PeerKind::WorkloadsIn(self.set_name(set)?)
            });
        }
        let name = self.declared_name(who);
        Some(PeerKind::NameIn { name, set: self.set_name(set)? })
    }

    fn set_name(&mut self, set: &Pair<'_, Rule>) -> Option<Name> {
        if set.as_rule() == Rule::every_namespace {
            self.report(SyntaxProblem::EveryNamespace { span: self.span(set) });
            return None;
        }
        Some(self.any_name(set))
    }

    fn plain(&mut self, who: Pair<'_, Rule>, position: Position) -> Option<PeerKind> {
        match who.as_rule() {
            Rule::every_workload => Some(PeerKind::EveryWorkload),
            Rule::several => {
                let members = who.into_inner().filter_map(|part| self.peer(part, position)).collect();
                Some(PeerKind::Several(members))
            }
            Rule::ip6 => self.range(&who).map(PeerKind::Cidr),
            _ => self.atom(&who, position),
        }
    }

    /// A word: what it is follows from its shape.
    fn atom(&mut self, pair: &Pair<'_, Rule>, position: Position) -> Option<PeerKind> {
        let text = pair.as_str();
        let span = self.span(pair);
        if shape::looks_like_ipv4(text) {
            return self.range(pair).map(PeerKind::Cidr);
        }
        if let Some((namespace, name)) = text.split_once('/') {
            return self.qualified(namespace, name, span);
        }
        if text.contains('.') {
            let name = self.dns_name(text, span)?;
            if !name.value.contains('.') {
                self.report(SyntaxProblem::DnsName { span, name: text.into(), fault: DnsFault::OneLabel });
                return None;
            }
            return Some(PeerKind::Dns(name.value));
        }
        if let Some(kind) = special(text) {
            return Some(kind);
        }
        if text == "workload" && position == Position::AfterNo {
            return Some(PeerKind::EveryWorkload);
        }
        if text.bytes().all(|byte| byte == b'*') {
            self.report(SyntaxProblem::Star { span });
            return None;
        }
        Some(PeerKind::Name(self.declared_name(pair)))
    }

    fn qualified(&mut self, namespace: &str, name: &str, span: Span) -> Option<PeerKind> {
        if namespace.contains('.') {
            self.report(SyntaxProblem::HostPath { span, host: namespace.into() });
            return None;
        }
        let slash = span.start + u32::try_from(namespace.len()).unwrap_or_default();
        let before = Span { end: slash, ..span };
        let after = Span { start: slash + 1, ..span };
        let namespace = self.checked_name(namespace, before);
        if name == "*" {
            return Some(PeerKind::AllOf(namespace));
        }
        Some(PeerKind::Qualified { namespace, name: self.checked_name(name, after) })
    }

    /// `{ app: backend, tier in (api, web), !canary }`
    pub(super) fn labels(&mut self, pair: Pair<'_, Rule>) -> LabelSelector {
        let span = Place(self.span(&pair));
        let requirements = pair.into_inner().filter_map(|part| self.requirement(part)).collect();
        LabelSelector { requirements, span }
    }

    fn requirement(&mut self, pair: Pair<'_, Rule>) -> Option<Requirement> {
        let span = self.span(&pair);
        let mut key = None;
        let mut test = LabelTest::Exists;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::absent => {
                    key = part.into_inner().next();
                    test = LabelTest::Absent;
                }
                Rule::is => test = LabelTest::Is(self.label_values(part).pop()?),
                Rule::one_of => test = LabelTest::In(self.label_values(part)),
                Rule::none_of => test = LabelTest::NotIn(self.label_values(part)),
                _ => key = Some(part),
            }
        }
        Some(Requirement { key: self.label_key(&key?), test, span: Place(span) })
    }

    /// A label's key.
    pub(super) fn label_key(&mut self, pair: &Pair<'_, Rule>) -> Name {
        let key = self.word(pair);
        if !shape::is_label_key(&key.value) {
            self.report(SyntaxProblem::LabelKey { span: key.span, text: key.value.clone() });
        }
        key
    }

    fn label_values(&mut self, pair: Pair<'_, Rule>) -> Vec<Node<SmolStr>> {
        let values = pair.into_inner().filter(|part| part.as_rule() == Rule::label_value);
        values.map(|part| self.label_value(&part)).collect()
    }

    fn label_value(&mut self, pair: &Pair<'_, Rule>) -> Name {
        let value = self.string_or_word(pair);
        if !shape::is_label_value(&value.value) {
            self.report(SyntaxProblem::LabelValue { span: value.span, text: value.value.clone() });
        }
        value
    }
}

/// What a peer is made of.
#[derive(Default)]
struct Parts<'i> {
    who: Option<Pair<'i, Rule>>,
    labels: Option<LabelSelector>,
    set: Option<Pair<'i, Rule>>,
    ports: Option<Ports>,
}

/// The words that name somebody by themselves.
fn special(text: &str) -> Option<PeerKind> {
    Some(match text {
        "anything" => PeerKind::Anything,
        "private" => PeerKind::Private,
        "cloud-metadata" => PeerKind::CloudMetadata,
        "world" => PeerKind::Entity(EntityWord::World),
        "cluster" => PeerKind::Entity(EntityWord::Cluster),
        "host" => PeerKind::Entity(EntityWord::Host),
        "remote-node" => PeerKind::Entity(EntityWord::RemoteNode),
        "nodes" => PeerKind::Entity(EntityWord::Nodes),
        "kube-apiserver" => PeerKind::Entity(EntityWord::KubeApiserver),
        "ingress" => PeerKind::Entity(EntityWord::Ingress),
        "health" => PeerKind::Entity(EntityWord::Health),
        "init" => PeerKind::Entity(EntityWord::Init),
        "unmanaged" => PeerKind::Entity(EntityWord::Unmanaged),
        _ => return None,
    })
}
