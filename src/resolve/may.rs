//! `A may …`: which ends it opens, and where a request is enforced.
//!
//! ```text
//!   A ──egress──▶ … ──ingress──▶ B
//!   opened where A's         opened where B is of the same namespace,
//!   file says so             or B's file exposes it, or the platform says `always`
//! ```

use super::peers::{Role, Term};
use super::sentence::{Builder, Saying};
use super::traffic::{self, Kind, objects, towards};
use crate::diagnostic::problem::outside::OutsideProblem;
use crate::diagnostic::problem::ownership::OwnershipProblem;
use crate::diagnostic::problem::ports::PortProblem;
use crate::policy::{
    Direction, DnsPattern, Effect, Lookup, NodeSelector, Origin, Peer, PodSelector, Rule, Selects, Subject, SubjectId,
    Traffic,
};
use crate::source::Span;
use crate::syntax::ast::{self, Action, Clauses, May, Name, Peers};
use smol_str::SmolStr;

/// What is said of a flow beside its ends.
struct Flow<'c> {
    traffic: Traffic,
    clauses: &'c Clauses,
    origin: Origin,
    span: Span,
    /// Where the sentence says what may be done.
    action: Span,
}

impl Builder<'_, '_> {
    pub fn may(&mut self, saying: Saying<'_>, may: &May) {
        let subjects = self.terms(&may.subjects, saying.home, Role::Subject);
        let Some((list, kind)) = objects(&may.action.value, &mut self.part.diagnostics) else {
            if let (Some(subjects), Action::Resolve(names)) = (subjects, &may.action.value) {
                self.resolve_names(saying, &subjects, names);
            }
            return;
        };
        let objects = self.terms(list, saying.home, Role::Object);
        let (Some(subjects), Some(objects)) = (subjects, objects) else { return };
        if self.too_many(saying, subjects.len(), objects.len()) {
            return;
        }
        if let Kind::Requests(_) = kind
            && let Some(tls) = &may.clauses.tls_name
        {
            self.part.diagnostics.push(PortProblem::RequestInTls { span: tls.span }.into());
            return;
        }
        if let Some(home) = saying.home
            && !self.consented(home, &kind, &subjects, &objects)
        {
            return;
        }
        let before = self.rule_count();
        if !self.open(saying, may, &kind, &subjects, &objects) {
            self.forget_rules_after(before);
        } else if let Kind::Reach = kind {
            self.hint_at_open_neighbour(list, &objects);
        }
    }

    /// In `a, b:443` the port is `b`'s alone, and `a` is open on every port: easily overlooked.
    fn hint_at_open_neighbour(&mut self, list: &Peers, objects: &[Term]) {
        let Some(ported) = list.items.iter().filter_map(|item| item.ports.as_ref()).next_back() else { return };
        let bare = |item: &&ast::Peer| {
            item.ports.is_none() && objects.iter().any(|term| term.span == item.span.0 && term.ports.is_none())
        };
        if let Some(open) = list.items.iter().find(bare) {
            self.part.diagnostics.push(PortProblem::OpenBesidePort { span: open.span.0, ported: ported.span.0 }.into());
        }
    }

    /// A port on a ping, or a request without one, with what the sentence or the workload knows of it.
    fn wrong_port(&self, kind: &Kind, action: &Action, object: &Term) -> Option<PortProblem> {
        let span = object.span;
        let (Action::Ping(list) | Action::Request { objects: list, .. } | Action::Call { objects: list, .. }) = action
        else {
            return None;
        };
        let item = list.items.iter().find(|item| item.span.0.start == span.start)?;
        match (kind, &object.ports) {
            (Kind::Ping, Some(_)) => {
                Some(PortProblem::PingHasNoPort { span, port: item.ports.as_ref().map(|ports| ports.span.0) })
            }
            (Kind::Requests(_), None) => {
                Some(PortProblem::RequestWithoutPort { span, serves: self.only_port(item, object) })
            }
            _ => None,
        }
    }

    /// The one TCP port that a workload serves, if it is named by itself.
    fn only_port(&self, item: &ast::Peer, object: &Term) -> Option<SmolStr> {
        let (ast::PeerKind::Name(name) | ast::PeerKind::Qualified { name, .. }) = &item.kind else { return None };
        let namespace = Self::pods(&object.peer)?.namespaces.names.as_one()?.clone();
        let workload = self.scope.namespaces.get(&namespace)?.names.workloads.get(&name.value)?;
        let mut tcp = workload
            .serves
            .iter()
            .filter(|serve| serve.protocol.as_ref().is_none_or(|protocol| protocol.value == ast::Protocol::Tcp));
        let only = tcp.next()?;
        tcp.next().is_none().then(|| only.name.value.clone())
    }

    /// Opens every pair's ends. `false` after a finding, of which there is one a sentence: the next pair would say the
    /// same.
    fn open(&mut self, saying: Saying<'_>, may: &May, kind: &Kind, subjects: &[Term], objects: &[Term]) -> bool {
        let origin = if may.always { Origin::PlatformGrant } else { Origin::Said };
        for object in objects {
            if let Some(problem) = self.wrong_port(kind, &may.action.value, object) {
                self.part.diagnostics.push(problem.into());
                return false;
            }
            let Some(traffic) = towards(kind, object, &mut self.part.diagnostics) else { return false };
            if may.clauses.tls_name.is_some() && !traffic::is_tcp(&traffic) {
                let portless = traffic == Traffic::All;
                self.part.diagnostics.push(PortProblem::TlsWithoutPort { span: object.span, portless }.into());
                return false;
            }
            for subject in subjects {
                let (span, action) = (object.span, may.action.span);
                let flow = Flow { traffic: traffic.clone(), clauses: &may.clauses, origin, span, action };
                let good = match saying.home {
                    Some(home) => self.open_in_namespace(saying, home, subject, object, &flow),
                    None => self.open_in_platform(saying, subject, object, &flow, may.always),
                };
                if !good {
                    return false;
                }
            }
        }
        true
    }

    fn open_in_namespace(
        &mut self,
        saying: Saying<'_>,
        home: &SmolStr,
        subject: &Term,
        object: &Term,
        flow: &Flow<'_>,
    ) -> bool {
        if let Some(other) = self.foreign_home(&subject.peer, home) {
            let problem = OwnershipProblem::NotYourSubject { span: subject.span, namespace: other, home: home.clone() };
            self.part.diagnostics.push(problem.into());
            return false;
        }
        let from = self.own(&subject.peer, home);
        let to = self.own(&object.peer, home);
        if from.is_none() && to.is_none() {
            let problem =
                OwnershipProblem::NeitherEnd { subject: subject.span, object: object.span, home: home.clone() };
            self.part.diagnostics.push(problem.into());
            return false;
        }
        let exposed = match (&from, Self::pods(&object.peer)) {
            (Some(from), Some(wanted)) => self.exposed(home, from, object, &wanted, flow),
            _ => Vec::new(),
        };
        let opens_destination = to.is_some() || !exposed.is_empty();
        if !self.sees_tls_name(from.as_ref(), opens_destination, subject, flow) {
            return false;
        }
        // A request is enforced at the destination where that is ours and isolated as a whole.
        let direct = to.as_ref().filter(|to| Peer::Pods((*to).clone()) == object.peer);
        let single = direct.or_else(|| match exposed.as_slice() {
            [only] if Peer::Pods(only.0.clone()) == object.peer => Some(&only.0),
            _ => None,
        });
        let at_destination =
            single.is_some_and(|to| self.isolated.covers(self.peers.universe(), to, Direction::Ingress));
        if let Some(from) = from {
            let stem = subject.stem.clone().filter(|_| Peer::Pods(from.clone()) == subject.peer);
            let id = self.subject(from, stem.as_ref(), Some(home));
            self.allow(saying, Direction::Egress, id, &object.peer, flow, at_destination);
        }
        if let Some(to) = to {
            let stem = object.stem.clone().filter(|_| Peer::Pods(to.clone()) == object.peer);
            let id = self.subject(to, stem.as_ref(), Some(home));
            self.allow(saying, Direction::Ingress, id, &subject.peer, flow, at_destination);
        }
        for (target, stem, reader, traffic) in exposed {
            let owner = target.namespaces.names.as_one().cloned();
            let id = self.subject(target, stem.as_ref(), owner.as_ref());
            let flow =
                Flow { traffic, clauses: flow.clauses, origin: flow.origin, span: flow.span, action: flow.action };
            self.allow(saying, Direction::Ingress, id, &Peer::Pods(reader), &flow, at_destination);
        }
        true
    }

    /// What other namespaces expose of a sentence: their pods, from whom, which traffic.
    fn exposed(
        &mut self,
        home: &SmolStr,
        from: &PodSelector,
        object: &Term,
        wanted: &PodSelector,
        flow: &Flow<'_>,
    ) -> Vec<(PodSelector, Option<SmolStr>, PodSelector, Traffic)> {
        if let Some(one) = wanted.namespaces.names.as_one() {
            if !self.asks_for_consent(home, one) {
                return Vec::new();
            }
            // `consented` has seen to it that all of it is exposed.
            return vec![(wanted.clone(), object.stem.clone(), from.clone(), flow.traffic.clone())];
        }
        // A broad object opens other namespaces only as far as they say so, and their silence is no error.
        let scope = self.scope;
        let others = scope.namespaces.keys().filter(|name| *name != home);
        let mut found = Vec::new();
        for other in others {
            found.extend(self.exposures.within(self.peers.universe(), other, from, wanted, &flow.traffic));
        }
        found
    }

    /// The other declared namespace whose pods these are, when they are of one.
    fn foreign_home(&self, peer: &Peer, home: &SmolStr) -> Option<SmolStr> {
        let Peer::Pods(selector) = peer else { return None };
        let one = selector.namespaces.names.as_one()?;
        (one != home && self.scope.namespaces.contains_key(one)).then(|| one.clone())
    }

    fn open_in_platform(
        &mut self,
        saying: Saying<'_>,
        subject: &Term,
        object: &Term,
        flow: &Flow<'_>,
        always: bool,
    ) -> bool {
        let from = self.governed(subject, always);
        let to = self.governed(object, always);
        if from.is_none() && to.is_none() {
            let pods = Self::pods(&subject.peer).is_some() || Self::pods(&object.peer).is_some();
            let problem = if pods {
                OwnershipProblem::NeedsAlways { span: saying.span, action: flow.action }
            } else {
                OwnershipProblem::NothingToOpen { subject: subject.span, object: object.span }
            };
            self.part.diagnostics.push(problem.into());
            return false;
        }
        let caller = Self::pods(&subject.peer).filter(|_| from.is_some());
        if !self.sees_tls_name(caller.as_ref(), to.is_some(), subject, flow) {
            return false;
        }
        let at_destination = match &object.peer {
            Peer::Pods(to) => self.isolated.covers(self.peers.universe(), to, Direction::Ingress),
            _ => false,
        };
        if let Some(id) = from {
            self.allow(saying, Direction::Egress, id, &object.peer, flow, at_destination);
        }
        if let Some(id) = to {
            self.allow(saying, Direction::Ingress, id, &subject.peer, flow, at_destination);
        }
        true
    }

    /// Whether a TLS name, if one is said, is looked at: where the connection leaves. Where nothing isolates the caller for
    /// egress nothing looks, and the destination's half alone would let every connection in. `false` after that finding.
    fn sees_tls_name(
        &mut self,
        caller: Option<&PodSelector>,
        opens_destination: bool,
        subject: &Term,
        flow: &Flow<'_>,
    ) -> bool {
        let isolated = |caller| self.isolated.covers(self.peers.universe(), caller, Direction::Egress);
        let sees =
            flow.clauses.tls_name.is_none() || caller.is_some_and(|caller| !opens_destination || isolated(caller));
        if !sees {
            self.part.diagnostics.push(PortProblem::TlsAtCaller { span: subject.span }.into());
        }
        sees
    }

    /// The end that a platform file governs: nodes, and with `always` pods.
    fn governed(&mut self, term: &Term, always: bool) -> Option<SubjectId> {
        if let Peer::Nodes(nodes) = &term.peer {
            return Some(self.nodes(nodes, term.stem.as_ref()));
        }
        let selector = Self::pods(&term.peer).filter(|_| always)?;
        let one = selector.namespaces.names.as_one().cloned();
        let declared = one.filter(|one| self.scope.namespaces.contains_key(one));
        Some(self.subject(selector, term.stem.as_ref(), declared.as_ref()))
    }

    /// The subject of a set of nodes.
    pub fn nodes(&mut self, nodes: &NodeSelector, stem: Option<&SmolStr>) -> SubjectId {
        let name = stem.cloned().unwrap_or_else(|| "nodes".into());
        self.intern(Subject { name, namespace: None, selects: Selects::Nodes(nodes.clone()) })
    }

    /// One half of a flow. What a proxy sees, and authentication, stand at the destination where `at_destination`; else
    /// at both ends, since either may be the only one that something isolates.
    fn allow(
        &mut self,
        saying: Saying<'_>,
        direction: Direction,
        subject: SubjectId,
        peer: &Peer,
        flow: &Flow<'_>,
        at_destination: bool,
    ) {
        let here = direction == Direction::Ingress || !at_destination;
        let traffic = if here { flow.traffic.clone() } else { traffic::without_requests(&flow.traffic) };
        let tls_name = flow.clauses.tls_name.as_ref().filter(|_| direction == Direction::Egress);
        let effect = Effect::Allow {
            mutual_auth: here && flow.clauses.mutual_auth.is_some(),
            tls_name: tls_name.map(|name| name.value.clone()),
        };
        let (sentence, origin, span) = (saying.id, flow.origin, flow.span);
        self.rule(Rule { direction, subject, peer: peer.clone(), traffic, effect, sentence, origin, span });
    }

    /// `A may resolve …`
    fn resolve_names(&mut self, saying: Saying<'_>, subjects: &[Term], names: &[Name]) {
        // The cluster's own names may be said here: a look-up is no flow to a workload.
        let mut patterns: Vec<DnsPattern> = names.iter().map(|name| DnsPattern::parse(&name.value)).collect();
        if names.is_empty() {
            patterns.push(DnsPattern::Any);
        }
        for term in subjects {
            let selector = match saying.home {
                Some(home) => self.own(&term.peer, home),
                None => Self::pods(&term.peer),
            };
            let Some(selector) = selector else {
                self.part.diagnostics.push(OutsideProblem::CannotResolve { span: term.span }.into());
                continue;
            };
            let stem = term.stem.clone().filter(|_| Peer::Pods(selector.clone()) == term.peer);
            let one = selector.namespaces.names.as_one().cloned();
            let owner = saying.home.cloned().or_else(|| one.filter(|one| self.scope.namespaces.contains_key(one)));
            let subject = self.subject(selector, stem.as_ref(), owner.as_ref());
            self.lookup(Lookup { subject, names: patterns.clone(), sentence: saying.id });
        }
    }
}
