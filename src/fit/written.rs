//! How the sources speak of pods: the places at which something can be mended.

use crate::policy::{LabelSelector, PodSelector, Policy};
use crate::resolve::label_selector;
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, HeaderKind, ItemKind, Name, Peer, PeerKind, Ports, Serve, Tree};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// A workload that is declared, or pods that a sentence calls by their labels, of one namespace each.
pub(super) struct Named<'t> {
    /// Which pods.
    pub selector: PodSelector,
    /// How it is called: `api`, `shop/{ app: api }`.
    pub name: SmolStr,
    /// Where.
    pub span: Span,
    /// Its labels, as they are written.
    pub labels: Option<&'t ast::LabelSelector>,
    /// Its service account, as it is written.
    pub account: Option<&'t Name>,
    /// Its ports, as they are written.
    pub serves: &'t [Serve],
    /// Whether a namespace declares it for its own pods.
    pub governed: bool,
    /// Whether it is declared; its name is what may be known of it alone.
    pub declared: bool,
}

/// See the module.
pub(super) struct Written<'t> {
    /// Declared workloads, in their order, then what sentences say in place.
    pub named: Vec<Named<'t>>,
    /// The ports of every peer that has some, by where the peer begins.
    ports: BTreeMap<(FileId, u32), &'t Ports>,
    /// `workloads by KEY` of each namespace.
    workloads_by: BTreeMap<&'t SmolStr, &'t Name>,
    /// The ports that declared workloads say to serve.
    serves: BTreeMap<PodSelector, &'t [Serve]>,
}

impl<'t> Written<'t> {
    pub fn of(policy: &Policy, trees: &[&'t Tree]) -> Self {
        let mut declarations: BTreeMap<Span, &ast::Workload> = BTreeMap::new();
        let mut written =
            Self { named: Vec::new(), ports: BTreeMap::new(), workloads_by: BTreeMap::new(), serves: BTreeMap::new() };
        let mut names: BTreeSet<(&SmolStr, &SmolStr)> = BTreeSet::new();
        let mut peers: Vec<&Peer> = Vec::new();
        for section in trees.iter().flat_map(|tree| &tree.sections) {
            for item in &section.items {
                match (&item.kind, section.header.as_ref().map(|header| &header.kind)) {
                    (ItemKind::Workload(workload), _) => {
                        declarations.insert(workload.name.span, workload);
                    }
                    (ItemKind::WorkloadsBy(key), Some(HeaderKind::Namespace { name, .. })) => {
                        written.workloads_by.insert(&name.value, key);
                    }
                    // What it names stands outside.
                    (ItemKind::External(_), _) => continue,
                    _ => {}
                }
                peers.extend(item.kind.peers().into_iter().flat_map(|list| list.items.iter().chain(&list.except)));
            }
        }
        for workload in &policy.workloads {
            names.insert((&workload.namespace, &workload.name));
            let Some(declaration) = declarations.get(&workload.span) else { continue };
            written.serves.insert(workload.selector.clone(), &declaration.serves);
            written.named.push(Named {
                selector: workload.selector.clone(),
                name: workload.name.clone(),
                span: workload.span,
                labels: declaration.labels.as_ref(),
                account: declaration.service_account.as_ref(),
                serves: &declaration.serves,
                governed: workload.governed,
                declared: true,
            });
        }
        for peer in peers {
            written.take(policy, &names, peer, None);
        }
        written
    }

    fn take(
        &mut self,
        policy: &Policy,
        names: &BTreeSet<(&SmolStr, &SmolStr)>,
        peer: &'t Peer,
        around: Option<&'t Ports>,
    ) {
        let span = peer.span.0;
        let ports = around.or(peer.ports.as_ref());
        if let Some(ports) = ports {
            self.ports.insert((span.file, span.start), ports);
        }
        let named = |selector, labels| Named {
            name: selector_name(&selector),
            selector,
            span,
            labels,
            account: None,
            serves: &[],
            governed: false,
            declared: false,
        };
        match &peer.kind {
            PeerKind::Several(members) => members.iter().for_each(|member| self.take(policy, names, member, ports)),
            PeerKind::LabelsOf { namespace, labels } => {
                let selector = PodSelector::labelled(namespace.value.clone(), label_selector(labels));
                self.named.push(named(selector, Some(labels)));
            }
            PeerKind::Qualified { namespace, name }
                if !policy.namespaces.contains_key(&namespace.value)
                    && !names.contains(&(&namespace.value, &name.value)) =>
            {
                let labels = LabelSelector::is(policy.cluster.workload_label.clone(), name.value.clone());
                self.named.push(named(PodSelector::labelled(namespace.value.clone(), labels), None));
            }
            _ => {}
        }
    }

    /// Where a port is said, by its number, of a peer that begins within a place.
    pub fn port_number(&self, place: Span, port: u16) -> Option<&'t ast::Node<ast::PortItem>> {
        let mut ports = self.ports.range((place.file, place.start)..(place.file, place.end)).map(|(_, ports)| ports);
        ports.find_map(|ports| ports.items.iter().find(|item| item.value.port == ast::PortRef::Number(port)))
    }

    /// `workloads by KEY` of a namespace.
    pub fn workloads_by(&self, namespace: &SmolStr) -> Option<&'t Name> {
        self.workloads_by.get(namespace).copied()
    }

    /// The ports that the declared workload of these pods says to serve.
    pub fn serves(&self, selector: &PodSelector) -> &'t [Serve] {
        self.serves.get(selector).copied().unwrap_or_default()
    }
}

fn selector_name(selector: &PodSelector) -> SmolStr {
    selector.to_string().into()
}
