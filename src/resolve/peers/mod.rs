//! Peer lists: every written form becomes a list of [`Term`]s, each one endpoint set of the model with its ports.

mod except;
mod names;

use super::cluster::Facts;
use super::labels;
use super::ports::{self, Serving};
use super::scope::Scope;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::names::NameProblem;
use crate::diagnostic::problem::outside::OutsideProblem;
use crate::diagnostic::problem::ports::PortProblem;
use crate::policy::{
    DnsPattern, Entity, LabelSelector, Namespace, Net, Peer, PodSelector, PortSet, cloud_metadata, private,
};
use crate::semantics::{Universe, ports as port_algebra};
use crate::source::Span;
use crate::syntax::ast::{self, EntityWord, PeerKind, Peers, Workload};
use indexmap::{IndexMap, IndexSet};
use smol_str::SmolStr;
use std::borrow::Cow;

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
    pub namespaces: &'a IndexMap<SmolStr, Namespace>,
    /// What was expanded before, and is now.
    pub expanded: Cow<'a, Expanded>,
}

/// Groups and externals by home and name, so that each is expanded once.
pub(super) type Expanded = IndexMap<(Option<SmolStr>, SmolStr), Expansion>;

/// What became of a group or an external.
#[derive(Clone)]
pub(super) enum Expansion {
    /// Under way: whoever asks for it now contains itself.
    Open,
    /// There was a finding.
    Failed,
    Done(Vec<Term>),
}

/// The most endpoint sets that one list may come to.
const LIST_LIMIT: usize = 4096;

impl<'a, 't> PeerResolver<'a, 't> {
    pub fn new(
        scope: &'a Scope<'t>,
        facts: &'a Facts<'t>,
        namespaces: &'a IndexMap<SmolStr, Namespace>,
        expanded: &'a Expanded,
    ) -> Self {
        Self { scope, facts, namespaces, expanded: Cow::Borrowed(expanded) }
    }

    /// What is known of namespaces, for the algebra.
    pub fn universe(&self) -> Universe<'_> {
        Universe::new(self.namespaces)
    }

    /// The terms of a list, or `None` after a finding. `home` is the namespace of the file, `None` in a platform file.
    pub fn peers(
        &mut self,
        list: &Peers,
        home: Option<&SmolStr>,
        role: Role,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Vec<Term>> {
        let terms = self.items(&list.items, list.span.0, home, role, diagnostics);
        let mut good = terms.is_some();
        let mut terms = terms.unwrap_or_default();
        let namespaces_only = list.items.iter().all(|item| item.kind == PeerKind::WorkloadsInEveryNamespace);
        for item in &list.except {
            let excepted = match (&item.kind, namespaces_only) {
                (PeerKind::Name(name), true) => {
                    self.suspect(name, diagnostics);
                    let peer = Peer::Pods(PodSelector::namespace(name.value.clone()));
                    Some(vec![Term { peer, ports: None, span: name.span, stem: None }])
                }
                _ => self.peer(item, home, role, diagnostics),
            };
            match excepted {
                // Taken away as a whole, it would leave its other ports out of a deny.
                Some(excepted) if excepted.iter().any(|term| term.ports.is_some()) => {
                    diagnostics.push(PortProblem::OnException { span: item.span.0 }.into());
                    good = false;
                }
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

    /// The terms of what is listed, each once, or `None` after a finding.
    fn items(
        &mut self,
        items: &[ast::Peer],
        span: Span,
        home: Option<&SmolStr>,
        role: Role,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Vec<Term>> {
        let mut terms = Vec::new();
        let mut good = true;
        for item in items {
            match self.peer(item, home, role, diagnostics) {
                Some(found) if terms.is_empty() => terms = found,
                Some(found) => terms.extend(found),
                None => good = false,
            }
            // A list of groups can come to far more than it says.
            if terms.len() > 2 * LIST_LIMIT {
                dedup(&mut terms);
                if terms.len() > LIST_LIMIT {
                    break;
                }
            }
        }
        dedup(&mut terms);
        if terms.len() > LIST_LIMIT {
            diagnostics.push(NameProblem::TooMany { span, limit: LIST_LIMIT }.into());
            return None;
        }
        good.then_some(terms)
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
            let Some(ports) = &item.ports else { return self.items(members, span, home, role, diagnostics) };
            // Ports behind the parentheses are each member's own, as if they stood behind its name.
            let own = |member: &ast::Peer| ast::Peer { ports: Some(ports.clone()), ..member.clone() };
            let members: Vec<ast::Peer> = members.iter().map(own).collect();
            return self.items(&members, span, home, role, diagnostics);
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
                let namespaces = self.set(set, None, diagnostics)?;
                one(Peer::Pods(PodSelector { namespaces, labels, ..PodSelector::default() }))
            }
            PeerKind::LabelsIn { labels, set } => {
                labels::check(labels, diagnostics);
                let namespaces = self.set(set, None, diagnostics)?;
                let labels = labels::resolve(labels);
                one(Peer::Pods(PodSelector { namespaces, labels, ..PodSelector::default() }))
            }
            PeerKind::WorkloadsIn(set) => {
                let namespaces = self.set(set, Some(span.start), diagnostics)?;
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

    /// Whether a namespace declares a workload.
    fn has(&self, namespace: &str, name: &str) -> bool {
        self.scope.namespaces.get(namespace).is_some_and(|scope| scope.names.workloads.contains_key(name))
    }

    /// A name outside; the cluster's own names are workloads.
    fn dns_name(&self, text: &SmolStr, span: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<DnsPattern> {
        let domain = &self.facts.cluster.domain;
        let lies_in =
            |domain: &str| text.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        // The resolver's search list makes `ledger.payments.svc` one of the cluster's names; there is no other `svc`.
        // So it does with `ledger.payments`, which may be a name outside as well: not where both are declared.
        if lies_in(domain) || lies_in("svc") {
            let mut labels = text.split('.');
            let workload = labels.next().zip(labels.next()).filter(|(name, namespace)| self.has(namespace, name));
            let workload = workload.map(|(name, namespace)| format!("{namespace}/{name}").into());
            let (name, domain) = (text.clone(), domain.clone());
            diagnostics.push(OutsideProblem::ClusterName { span, name, domain, workload }.into());
            return None;
        }
        if let Some((name, namespace)) = text.split_once('.')
            && self.has(namespace, name)
        {
            let workload = format!("{namespace}/{name}").into();
            diagnostics.push(OutsideProblem::ServiceName { span, name: text.clone(), workload }.into());
            return None;
        }
        Some(DnsPattern::parse(text))
    }
}

/// Who opens a connection is no DNS name and has no port, also where a group or an external brings them along.
fn check_subjects(terms: &[Term], diagnostics: &mut Vec<Diagnostic>) -> bool {
    let wrong = terms.iter().find_map(|term| match (&term.peer, &term.ports) {
        (Peer::Name(pattern), _) => {
            Some(NameProblem::NameAsSubject { span: term.span, name: pattern.to_string().into() }.into())
        }
        (_, Some(_)) => Some(PortProblem::BroughtToSubject { span: term.span }.into()),
        _ => None,
    });
    let good = wrong.is_none();
    diagnostics.extend::<Option<Diagnostic>>(wrong);
    good
}

/// Lays written ports over the terms' own: the ports that both have.
fn narrow(
    mut terms: Vec<Term>,
    ports: Option<&ast::Ports>,
    serving: Serving<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<Term>> {
    let Some(ports) = ports else { return Some(terms) };
    let wanted = ports::resolve(ports, serving, diagnostics)?;
    terms.retain_mut(|term| {
        let both = match &term.ports {
            None => wanted.clone(),
            Some(own) => port_algebra::intersection(own, &wanted),
        };
        let any = !both.is_empty();
        term.ports = Some(both);
        any
    });
    if terms.is_empty() {
        diagnostics.push(PortProblem::NotOfTheList { span: ports.span.0 }.into());
        return None;
    }
    Some(terms)
}

fn dedup(terms: &mut Vec<Term>) {
    if terms.len() > 1 {
        let mut seen = IndexSet::with_capacity(terms.len());
        terms.retain(|term| seen.insert((term.peer.clone(), term.ports.clone())));
    }
}

fn nets(ranges: &[ipnet::IpNet], span: Span) -> Vec<Term> {
    ranges.iter().map(|range| Term { peer: Peer::Net(Net::whole(*range)), ports: None, span, stem: None }).collect()
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
