//! Peer lists: every written form becomes a list of [`Term`]s, each one endpoint set of the model with its ports.

use super::cluster::Facts;
use super::labels;
use super::nearest::nearest;
use super::ports::{self, Serving};
use super::scope::{Names, Scope};
use super::sentence::namespaces;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::names::NameProblem;
use crate::diagnostic::problem::outside::OutsideProblem;
use crate::diagnostic::problem::ports::PortProblem;
use crate::policy::{
    DnsPattern, Entity, LabelSelector, Namespace, NamespaceSelector, Net, NodeSelector, Peer, PodSelector, PortSet,
    ValueSet, cloud_metadata, private,
};
use crate::semantics::{Universe, pods, ports as port_algebra};
use crate::source::Span;
use crate::syntax::ast::{self, EntityWord, Name, PeerKind, Peers, Workload};
use indexmap::{IndexMap, IndexSet};
use smol_str::SmolStr;

/// One endpoint set that a list names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// Who.
    pub peer: Peer,
    /// On which ports; `None` is every protocol and port.
    pub ports: Option<PortSet>,
    /// Where it is named.
    pub span: Span,
    /// What its objects are called, when it has a name of its own: `workload.backend`.
    pub stem: Option<SmolStr>,
}

/// What a list stands for, which decides what may stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Who opens the connection: no ports, no DNS names.
    Subject,
    /// Who is reached.
    Object,
    /// Members of a group: either may come of it.
    Member,
    /// Outside only.
    External,
}

/// Whose file a list stands in, and what is known there.
pub(super) struct PeerResolver<'a, 't> {
    pub scope: &'a Scope<'t>,
    pub facts: &'a Facts<'t>,
    /// The declared namespaces, whose labels are known.
    pub namespaces: IndexMap<SmolStr, Namespace>,
    /// Groups and externals by home and name, so that each is expanded once.
    expanded: IndexMap<(Option<SmolStr>, SmolStr), Expansion>,
}

enum Expansion {
    /// Under way: whoever asks for it now contains itself.
    Open,
    /// There was a finding.
    Failed,
    Done(Vec<Term>),
}

/// The most endpoint sets that one list may come to.
const LIST_LIMIT: usize = 4096;

impl<'a, 't> PeerResolver<'a, 't> {
    pub fn new(scope: &'a Scope<'t>, facts: &'a Facts<'t>) -> Self {
        Self { scope, facts, namespaces: namespaces(scope), expanded: IndexMap::new() }
    }

    /// What is known of namespaces, for the algebra.
    pub fn universe(&self) -> Universe<'_> {
        Universe::new(&self.namespaces)
    }

    /// The terms of a list, or `None` after a finding. `home` is the namespace of the file, `None` in a platform file.
    pub fn peers(
        &mut self,
        list: &Peers,
        home: Option<&SmolStr>,
        role: Role,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Vec<Term>> {
        let mut terms = Vec::new();
        let mut good = true;
        for item in &list.items {
            match self.peer(item, home, role, diagnostics) {
                Some(found) => terms.extend(found),
                None => good = false,
            }
        }
        dedup(&mut terms);
        if terms.len() > LIST_LIMIT {
            diagnostics.push(NameProblem::TooMany { span: list.span.0, limit: LIST_LIMIT }.into());
            return None;
        }
        let namespaces_only = list.items.iter().all(|item| item.kind == PeerKind::WorkloadsInEveryNamespace);
        for item in &list.except {
            let excepted = match (&item.kind, namespaces_only) {
                (PeerKind::Name(name), true) => Some(vec![Term {
                    peer: Peer::Pods(PodSelector::namespace(name.value.clone())),
                    ports: None,
                    span: name.span,
                    stem: None,
                }]),
                _ => self.peer(item, home, role, diagnostics),
            };
            match excepted {
                Some(excepted) if good => good = self.subtract(&mut terms, &excepted, item.span.0, diagnostics),
                Some(_) => {}
                None => good = false,
            }
        }
        if role == Role::Subject {
            good &= check_subjects(&terms, diagnostics);
        }
        good.then_some(terms)
    }

    /// Takes `excepted` from every term; at least one of it must meet one of them.
    fn subtract(
        &self,
        terms: &mut Vec<Term>,
        excepted: &[Term],
        span: Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> bool {
        let mut met = false;
        for less in excepted {
            let mut left = Vec::with_capacity(terms.len());
            for term in terms.drain(..) {
                match (&term.peer, &less.peer) {
                    (Peer::Net(net), Peer::Net(less)) if less.except.is_empty() => match without(net, less) {
                        Some(kept) => {
                            met |= kept != *net;
                            left.push(Term { peer: Peer::Net(kept), ..term });
                        }
                        None => met = true,
                    },
                    (Peer::Pods(selector), Peer::Pods(less)) => {
                        if pods::overlap(self.universe(), selector, less) {
                            met = true;
                            left.extend(
                                pods::difference(self.universe(), selector, less).into_iter().map(|piece| Term {
                                    peer: Peer::Pods(piece),
                                    stem: None,
                                    ..term.clone()
                                }),
                            );
                        } else {
                            left.push(term);
                        }
                    }
                    (whole, _) => {
                        diagnostics.push(
                            OutsideProblem::ExceptOfAnotherKind { span, whole: term.span, names: is_name(whole) }
                                .into(),
                        );
                        return false;
                    }
                }
            }
            *terms = left;
            // Each exception can multiply what is left by the number of its labels.
            if terms.len() > LIST_LIMIT {
                diagnostics.push(NameProblem::TooMany { span, limit: LIST_LIMIT }.into());
                return false;
            }
        }
        if !met {
            diagnostics.push(OutsideProblem::ExceptOutside { span }.into());
        } else if terms.is_empty() {
            diagnostics.push(OutsideProblem::NothingLeft { span }.into());
            return false;
        }
        met
    }

    fn peer(
        &mut self,
        item: &ast::Peer,
        home: Option<&SmolStr>,
        role: Role,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Vec<Term>> {
        let span = item.span.0;
        if role == Role::Subject
            && let Some(ports) = &item.ports
        {
            diagnostics.push(PortProblem::OnSubject { span: ports.span.0 }.into());
            return None;
        }
        if role == Role::External
            && !matches!(item.kind, PeerKind::Cidr(_) | PeerKind::Dns(_) | PeerKind::Private | PeerKind::Several(_))
        {
            diagnostics.push(OutsideProblem::NotOutside { span }.into());
            return None;
        }
        if let PeerKind::Several(members) = &item.kind {
            let mut terms = Vec::new();
            for member in members {
                terms.extend(self.peer(member, home, role, diagnostics)?);
            }
            return narrow(terms, item.ports.as_ref(), Serving::Nothing, diagnostics);
        }
        let (terms, workload) = self.named(&item.kind, span, home, diagnostics)?;
        let serving = match workload {
            Some(workload) => Serving::Workload { name: &workload.name.value, serves: &workload.serves },
            None => Serving::Nothing,
        };
        narrow(terms, item.ports.as_ref(), serving, diagnostics)
    }

    fn named(
        &mut self,
        kind: &PeerKind,
        span: Span,
        home: Option<&SmolStr>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<(Vec<Term>, Option<&'t Workload>)> {
        let one = |peer: Peer| Some((vec![Term { peer, ports: None, span, stem: None }], None));
        match kind {
            PeerKind::Name(name) => self.bare(name, home, diagnostics),
            PeerKind::Qualified { namespace, name } => self.qualified(namespace, name, diagnostics),
            PeerKind::AllOf(namespace) => {
                self.reachable(namespace, diagnostics)?;
                let stem = Some("every-workload".into());
                let peer = Peer::Pods(PodSelector::namespace(namespace.value.clone()));
                Some((vec![Term { peer, ports: None, span, stem }], None))
            }
            PeerKind::LabelsOf { namespace, labels } => {
                labels::check(labels, diagnostics);
                self.reachable(namespace, diagnostics)?;
                one(Peer::Pods(PodSelector::labelled(namespace.value.clone(), labels::resolve(labels))))
            }
            PeerKind::NameIn { name, set } => {
                let labels = LabelSelector::is(self.facts.cluster.workload_label.clone(), name.value.clone());
                let namespaces = self.set(set, diagnostics)?;
                one(Peer::Pods(PodSelector { namespaces, labels, ..PodSelector::default() }))
            }
            PeerKind::LabelsIn { labels, set } => {
                labels::check(labels, diagnostics);
                let namespaces = self.set(set, diagnostics)?;
                let labels = labels::resolve(labels);
                one(Peer::Pods(PodSelector { namespaces, labels, ..PodSelector::default() }))
            }
            PeerKind::WorkloadsIn(set) => {
                let namespaces = self.set(set, diagnostics)?;
                one(Peer::Pods(PodSelector { namespaces, ..PodSelector::default() }))
            }
            PeerKind::WorkloadsInEveryNamespace => one(Peer::Pods(PodSelector::default())),
            PeerKind::EveryWorkload => match home {
                Some(home) => {
                    let stem = Some("every-workload".into());
                    let peer = Peer::Pods(PodSelector::namespace(home.clone()));
                    Some((vec![Term { peer, ports: None, span, stem }], None))
                }
                None => {
                    diagnostics.push(NameProblem::EveryWorkloadOfWhat { span }.into());
                    None
                }
            },
            PeerKind::Anything => one(Peer::Anything),
            PeerKind::Entity(word) => {
                let terms = entities(*word).iter().map(|entity| Term {
                    peer: Peer::Entity(*entity),
                    ports: None,
                    span,
                    stem: None,
                });
                Some((terms.collect(), None))
            }
            PeerKind::Private => Some((nets(&private(), span), None)),
            PeerKind::CloudMetadata => Some((nets(&cloud_metadata(), span), None)),
            PeerKind::Cidr(cidr) => one(Peer::Net(Net::whole(*cidr))),
            PeerKind::Dns(text) => one(Peer::Name(self.dns_name(text, span, diagnostics)?)),
            // Taken apart before.
            PeerKind::Several(_) => None,
        }
    }

    /// A name outside; the cluster's own names are workloads.
    fn dns_name(&self, text: &SmolStr, span: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<DnsPattern> {
        let domain = &self.facts.cluster.domain;
        if text == domain || text.strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.')) {
            diagnostics.push(OutsideProblem::ClusterName { span, name: text.clone(), domain: domain.clone() }.into());
            return None;
        }
        Some(DnsPattern::parse(text))
    }

    /// A bare name: what the namespace declares, then what the platform and the cluster give to everybody.
    fn bare(
        &mut self,
        name: &Name,
        home: Option<&SmolStr>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<(Vec<Term>, Option<&'t Workload>)> {
        let scope = self.scope;
        let own = home.and_then(|home| Some((home, &scope.namespaces.get(home)?.names)));
        if let Some((home, names)) = own {
            if let Some(workload) = names.workloads.get(&name.value) {
                let term = self.workload(home, workload, name.span);
                return Some((vec![term], Some(workload)));
            }
            if let Some(terms) = self.expand(names, name, Some(home), diagnostics) {
                return Some((terms?, None));
            }
        }
        if let Some(terms) = self.expand(&scope.platform, name, None, diagnostics) {
            return Some((terms?, None));
        }
        if let Some(external) = self.facts.externals.get(&name.value) {
            let terms = self.cached(name, None, diagnostics, |resolver, diagnostics| {
                resolver.peers(&external.targets, None, Role::External, diagnostics)
            })?;
            return Some((terms, None));
        }
        if let Some((nodes, _)) = scope.nodes.get(&name.value) {
            let stem = Some(format!("nodes.{}", name.value).into());
            let peer = Peer::Nodes(NodeSelector(labels::resolve(&nodes.labels)));
            return Some((vec![Term { peer, ports: None, span: name.span, stem }], None));
        }
        if !scope.broken.contains(&name.value) {
            diagnostics.push(self.unknown(name, own.map(|(_, names)| names), home).into());
        }
        None
    }

    /// A group or an external of these names: `None` when there is none, `Some(None)` after a finding.
    fn expand(
        &mut self,
        names: &Names<'t>,
        name: &Name,
        home: Option<&SmolStr>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Option<Vec<Term>>> {
        if let Some(external) = names.externals.get(&name.value) {
            return Some(self.cached(name, home, diagnostics, |resolver, diagnostics| {
                resolver.peers(&external.targets, home, Role::External, diagnostics)
            }));
        }
        let group = names.groups.get(&name.value)?;
        let terms = self.cached(name, home, diagnostics, |resolver, diagnostics| {
            resolver.peers(&group.members, home, Role::Member, diagnostics)
        });
        Some(terms)
    }

    /// Expands once; a group that is asked for while it is expanded contains itself.
    fn cached(
        &mut self,
        name: &Name,
        home: Option<&SmolStr>,
        diagnostics: &mut Vec<Diagnostic>,
        expand: impl FnOnce(&mut Self, &mut Vec<Diagnostic>) -> Option<Vec<Term>>,
    ) -> Option<Vec<Term>> {
        let key = (home.cloned(), name.value.clone());
        let terms = match self.expanded.get(&key) {
            Some(Expansion::Done(terms)) => terms.clone(),
            Some(Expansion::Failed) => return None,
            Some(Expansion::Open) => {
                diagnostics.push(NameProblem::ContainsItself { span: name.span, name: name.value.clone() }.into());
                return None;
            }
            None => {
                self.expanded.insert(key.clone(), Expansion::Open);
                let Some(terms) = expand(self, diagnostics) else {
                    self.expanded.insert(key, Expansion::Failed);
                    return None;
                };
                self.expanded.insert(key, Expansion::Done(terms.clone()));
                terms
            }
        };
        // The place is where the group is used, not where its member stands.
        Some(terms.into_iter().map(|term| Term { span: name.span, ..term }).collect())
    }

    /// The pods of a declared workload.
    pub fn workload(&self, namespace: &SmolStr, workload: &Workload, span: Span) -> Term {
        let by = || {
            let own = self.scope.namespaces.get(namespace).and_then(|scope| scope.workloads_by);
            own.map_or_else(|| self.facts.cluster.workload_label.clone(), |key| key.value.clone())
        };
        let labels = match (&workload.labels, &workload.service_account) {
            (Some(labels), _) => labels::resolve(labels),
            (None, Some(_)) => LabelSelector::default(),
            (None, None) => LabelSelector::is(by(), workload.name.value.clone()),
        };
        let service_account = match &workload.service_account {
            Some(account) => ValueSet::one(account.value.clone()),
            None => ValueSet::Any,
        };
        Term {
            peer: Peer::Pods(PodSelector { service_account, ..PodSelector::labelled(namespace.clone(), labels) }),
            ports: None,
            span,
            stem: Some(format!("workload.{}", workload.name.value).into()),
        }
    }

    fn qualified(
        &mut self,
        namespace: &Name,
        name: &Name,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<(Vec<Term>, Option<&'t Workload>)> {
        let span = namespace.span.to(name.span);
        let scope = self.scope;
        if let Some(workload) = scope.foreign.get(&(namespace.value.clone(), name.value.clone())) {
            return Some((vec![self.workload(&namespace.value, workload, span)], Some(workload)));
        }
        let declared = self.reachable(namespace, diagnostics)?;
        if !declared {
            let labels = LabelSelector::is(self.facts.cluster.workload_label.clone(), name.value.clone());
            let peer = Peer::Pods(PodSelector::labelled(namespace.value.clone(), labels));
            return Some((vec![Term { peer, ports: None, span, stem: None }], None));
        }
        let names = &scope.namespaces.get(&namespace.value)?.names;
        if let Some(workload) = names.workloads.get(&name.value) {
            return Some((vec![self.workload(&namespace.value, workload, span)], Some(workload)));
        }
        if scope.broken.contains(&name.value) {
            return None;
        }
        let nearest = nearest(&name.value, names.workloads.keys().map(SmolStr::as_str));
        diagnostics.push(
            NameProblem::UnknownWorkload {
                span: name.span,
                namespace: namespace.value.clone(),
                name: name.value.clone(),
                nearest: nearest.into_iter().map(SmolStr::from).collect(),
            }
            .into(),
        );
        None
    }

    /// Whether a namespace is declared; `None` after the finding that its folder is not part of the build.
    fn reachable(&self, name: &Name, diagnostics: &mut Vec<Diagnostic>) -> Option<bool> {
        match self.scope.namespaces.get(&name.value) {
            Some(namespace) if namespace.sections.is_empty() => {
                diagnostics.push(
                    NameProblem::FolderMissing {
                        span: name.span,
                        namespace: name.value.clone(),
                        folder: namespace.declaration.and_then(|d| d.folder.as_ref()).map(|f| f.value.clone()),
                        declared: namespace.span,
                    }
                    .into(),
                );
                None
            }
            Some(_) => Some(true),
            None => {
                let known = self.scope.namespaces.keys().map(SmolStr::as_str);
                if let Some(near) = nearest(&name.value, known).first() {
                    diagnostics.push(
                        NameProblem::UndeclaredNamespace {
                            span: name.span,
                            namespace: name.value.clone(),
                            nearest: SmolStr::from(*near),
                        }
                        .into(),
                    );
                }
                Some(false)
            }
        }
    }

    fn set(&self, name: &Name, diagnostics: &mut Vec<Diagnostic>) -> Option<NamespaceSelector> {
        if let Some(set) = self.scope.sets.get(&name.value) {
            return Some(NamespaceSelector { names: ValueSet::Any, labels: labels::resolve(&set.labels) });
        }
        if self.scope.broken.contains(&name.value) {
            return None;
        }
        let sets = self.scope.sets.keys().map(SmolStr::as_str);
        diagnostics.push(
            NameProblem::UnknownSet {
                span: name.span,
                name: name.value.clone(),
                nearest: nearest(&name.value, sets).into_iter().map(SmolStr::from).collect(),
                is_namespace: self.scope.namespaces.contains_key(&name.value),
            }
            .into(),
        );
        None
    }

    fn unknown(&self, name: &Name, own: Option<&Names<'t>>, home: Option<&SmolStr>) -> NameProblem {
        let scope = self.scope;
        let candidates = own
            .into_iter()
            .flat_map(Names::all)
            .chain(scope.platform.all())
            .chain(self.facts.externals.keys().map(SmolStr::as_str));
        let near: Vec<SmolStr> = nearest(&name.value, candidates).into_iter().map(SmolStr::from).collect();
        let elsewhere: Vec<SmolStr> = scope
            .namespaces
            .iter()
            .filter(|(namespace, scope)| Some(*namespace) != home && scope.names.workloads.contains_key(&name.value))
            .map(|(namespace, _)| format!("{namespace}/{}", name.value).into())
            .take(3)
            .collect();
        let other_clusters = scope
            .clusters
            .iter()
            .filter(|(_, cluster)| {
                cluster.facts.iter().any(
                    |fact| matches!(&fact.kind, ast::FactKind::External(external) if external.name.value == name.value),
                )
            })
            .map(|(cluster, _)| cluster.clone())
            .next();
        match (other_clusters, &self.facts.cluster.name) {
            (Some(has), Some(lacks)) if has != *lacks => {
                NameProblem::MissingInCluster { span: name.span, name: name.value.clone(), has, lacks: lacks.clone() }
            }
            _ => NameProblem::Unknown {
                span: name.span,
                name: name.value.clone(),
                nearest: near,
                elsewhere,
                is_namespace: scope.namespaces.contains_key(&name.value),
                is_set: scope.sets.contains_key(&name.value),
                in_platform: home.is_none(),
            },
        }
    }
}

/// Who opens a connection is no DNS name and has no port, also where a group or an external brings them along.
fn check_subjects(terms: &[Term], diagnostics: &mut Vec<Diagnostic>) -> bool {
    let wrong = terms.iter().find_map(|term| match (&term.peer, &term.ports) {
        (Peer::Name(pattern), _) => {
            Some(NameProblem::NameAsSubject { span: term.span, name: pattern.to_string().into() }.into())
        }
        (_, Some(_)) => Some(PortProblem::OnSubject { span: term.span }.into()),
        _ => None,
    });
    let good = wrong.is_none();
    diagnostics.extend::<Option<Diagnostic>>(wrong);
    good
}

/// Lays written ports over the terms' own: the ports that both have.
fn narrow(
    terms: Vec<Term>,
    ports: Option<&ast::Ports>,
    serving: Serving<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<Term>> {
    let Some(ports) = ports else { return Some(terms) };
    let wanted = ports::resolve(ports, serving, diagnostics)?;
    let mut narrowed = Vec::with_capacity(terms.len());
    for term in terms {
        let both = match &term.ports {
            None => wanted.clone(),
            Some(own) => port_algebra::intersection(own, &wanted),
        };
        if !both.is_empty() {
            narrowed.push(Term { ports: Some(both), ..term });
        }
    }
    if narrowed.is_empty() {
        diagnostics.push(PortProblem::NotOfTheList { span: ports.span.0 }.into());
        return None;
    }
    Some(narrowed)
}

fn dedup(terms: &mut Vec<Term>) {
    let mut seen = IndexSet::with_capacity(terms.len());
    if terms.len() > 1 {
        terms.retain(|term| seen.insert((term.peer.clone(), term.ports.clone())));
    }
}

fn is_name(peer: &Peer) -> bool {
    matches!(peer, Peer::Name(_))
}

fn nets(ranges: &[ipnet::IpNet], span: Span) -> Vec<Term> {
    ranges.iter().map(|range| Term { peer: Peer::Net(Net::whole(*range)), ports: None, span, stem: None }).collect()
}

/// A range less another: `None` when nothing is left.
fn without(net: &Net, less: &Net) -> Option<Net> {
    if less.cidr.contains(&net.cidr) {
        return None;
    }
    let mut kept = net.clone();
    if net.cidr.contains(&less.cidr) && !net.except.iter().any(|except| except.contains(&less.cidr)) {
        kept.except.retain(|except| !less.cidr.contains(except));
        kept.except.push(less.cidr);
        kept.except.sort();
    }
    Some(kept)
}

/// The entities of a word; `nodes` is both kinds.
fn entities(word: EntityWord) -> &'static [Entity] {
    match word {
        EntityWord::World => &[Entity::World],
        EntityWord::Cluster => &[Entity::Cluster],
        EntityWord::Host => &[Entity::Host],
        EntityWord::RemoteNode => &[Entity::RemoteNode],
        EntityWord::Nodes => &[Entity::Host, Entity::RemoteNode],
        EntityWord::KubeApiserver => &[Entity::KubeApiserver],
        EntityWord::Ingress => &[Entity::Ingress],
        EntityWord::Health => &[Entity::Health],
        EntityWord::Init => &[Entity::Init],
        EntityWord::Unmanaged => &[Entity::Unmanaged],
    }
}
