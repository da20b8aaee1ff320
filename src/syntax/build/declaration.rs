//! Declarations: what gets a name.

use super::Builder;
use super::shape;
use crate::diagnostic::problem::syntax::{NameFault, SyntaxProblem};
use crate::source::Span;
use crate::syntax::ast::{
    Direction, External, Group, ItemKind, LabelSelector, Name, NamespaceSet, Node, NodeSet, Peers, Serve, Workload,
};
use crate::syntax::grammar::Rule;
use pest::iterators::Pair;
use smol_str::StrExt;

impl Builder<'_> {
    /// `workload backend { … } as serviceaccount backend serves http 8080`
    pub(super) fn workload(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let mut found = Workload {
            namespace: None,
            name: Node::new("".into(), self.span(&pair)),
            labels: None,
            service_account: None,
            serves: Vec::new(),
        };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::atom => (found.namespace, found.name) = self.workload_name(&part),
                Rule::labels => found.labels = Some(self.labels(part)),
                Rule::account => {
                    let name = part.into_inner().last()?;
                    found.service_account = Some(self.account(&name));
                }
                Rule::serves => {
                    let serves = part.into_inner().filter(|part| part.as_rule() == Rule::serve);
                    found.serves = serves.filter_map(|part| self.serve(part)).collect();
                }
                _ => {}
            }
        }
        Some(ItemKind::Workload(found))
    }

    /// `backend`, `ingress/nginx`
    fn workload_name(&mut self, pair: &Pair<'_, Rule>) -> (Option<Name>, Name) {
        let span = self.span(pair);
        let Some((namespace, name)) = pair.as_str().split_once('/') else {
            return (None, self.own_workload_name(pair));
        };
        let slash = span.start + u32::try_from(namespace.len()).unwrap_or_default();
        let namespace = self.checked_name(namespace, Span { end: slash, ..span });
        (Some(namespace), self.checked_name(name, Span { start: slash + 1, ..span }))
    }

    /// The name of a workload of this namespace, in lower case even when it was not.
    fn own_workload_name(&mut self, pair: &Pair<'_, Rule>) -> Name {
        let Err(fault) = shape::check_name(pair.as_str()) else { return self.declared_name(pair) };
        let name = self.word(pair);
        self.report(SyntaxProblem::WorkloadName { span: name.span, name: name.value.clone(), fault });
        match fault {
            NameFault::UpperCase => Node::new(name.value.to_ascii_lowercase_smolstr(), name.span),
            _ => name,
        }
    }

    /// A service account's name: a DNS name without patterns.
    fn account(&mut self, pair: &Pair<'_, Rule>) -> Name {
        if pair.as_str().contains('.') && !pair.as_str().contains(['*', '_']) {
            let name = self.dns_name(pair.as_str(), self.span(pair));
            return name.unwrap_or_else(|| self.word(pair));
        }
        self.any_name(pair)
    }

    fn serve(&mut self, pair: Pair<'_, Rule>) -> Option<Serve> {
        let mut parts = pair.into_inner();
        let (name, port) = (parts.next()?, parts.next()?);
        let name_span = self.span(&name);
        let name = Node::new(self.port_name(name.as_str(), name_span)?, name_span);
        let (number, protocol) = match port.as_str().split_once('/') {
            Some((number, protocol)) => (number, Some(protocol)),
            None => (port.as_str(), None),
        };
        let span = self.span(&port);
        let digits = u32::try_from(number.len()).unwrap_or_default();
        let number = Node::new(self.port_number(number, span)?, Span { end: span.start + digits, ..span });
        let protocol = match protocol {
            None => None,
            Some(protocol) => {
                let protocol = self.protocol(port.as_str().split('/').next()?, protocol, span)?;
                Some(Node::new(protocol, Span { start: number.span.end + 1, ..span }))
            }
        };
        Some(Serve { name, port: number, protocol })
    }

    /// `external stripe = api.stripe.com:443`
    pub(super) fn external(&mut self, pair: Pair<'_, Rule>) -> Option<External> {
        let (name, targets) = self.named_peers(pair)?;
        Some(External { name, targets })
    }

    /// `group clients = frontend, checkout`
    pub(super) fn group(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let (name, members) = self.named_peers(pair)?;
        Some(ItemKind::Group(Group { name, members }))
    }

    fn named_peers(&mut self, pair: Pair<'_, Rule>) -> Option<(Name, Peers)> {
        let mut name = None;
        let mut peers = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::atom => name = Some(self.declared_name(&part)),
                Rule::peers => peers = Some(self.peers(part)),
                _ => {}
            }
        }
        Some((name?, peers?))
    }

    /// `namespaces cde { cde: "true" }`
    pub(super) fn namespace_set(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let (name, labels, _) = self.labelled(pair)?;
        Some(ItemKind::NamespaceSet(NamespaceSet { name, labels }))
    }

    /// `nodes worker { … } enforcing ingress`
    pub(super) fn node_set(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let (name, labels, enforcing) = self.labelled(pair)?;
        Some(ItemKind::NodeSet(NodeSet { name, labels, enforcing }))
    }

    #[expect(clippy::type_complexity, reason = "the parts of two declarations, taken apart at once")]
    fn labelled(&mut self, pair: Pair<'_, Rule>) -> Option<(Name, LabelSelector, Option<Node<Vec<Node<Direction>>>>)> {
        let mut name = None;
        let mut labels = None;
        let mut enforcing = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::atom => name = Some(self.declared_name(&part)),
                Rule::labels => labels = Some(self.labels(part)),
                Rule::enforcing => enforcing = Some(self.enforcing(part)),
                _ => {}
            }
        }
        Some((name?, labels?, enforcing))
    }

    /// `enforcing ingress`, `enforcing nothing` (then empty)
    pub(super) fn enforcing(&mut self, pair: Pair<'_, Rule>) -> Node<Vec<Node<Direction>>> {
        let span = self.span(&pair);
        let directions = pair.into_inner().find(|part| part.as_rule() == Rule::directions);
        Node::new(directions.map(|part| self.directions(part)).unwrap_or_default(), span)
    }

    /// `workloads by KEY`
    pub(super) fn workloads_by(&mut self, pair: Pair<'_, Rule>) -> Option<Name> {
        let key = pair.into_inner().find(|part| part.as_rule() == Rule::atom)?;
        Some(self.label_key(&key))
    }
}
