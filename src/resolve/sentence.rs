//! Sentences to half-rules: the driver of one cluster, and what every kind of sentence shares.

use super::consent::Exposures;
use super::isolation::Isolated;
use super::labels;
use super::options::Options;
use super::part::Part;
use super::peers::{PeerResolver, Role, Term};
use super::scope::Scope;
use super::whole::Known;
use crate::diagnostic::problem::dates::DateProblem;
use crate::diagnostic::problem::names::NameProblem;
use crate::policy::{
    Boundary, Direction, Effect, Entity, Isolation, Lookup, Origin, Peer, PodSelector, Rule, Selects, Sentence,
    SentenceId, Subject, SubjectId, Traffic, digest,
};
use crate::semantics::pods;
use crate::source::Span;
use crate::syntax::ast::{self, Clauses, Item, ItemKind, PeerKind, Peers, Place, Section};
use crate::syntax::format;
use indexmap::IndexMap;
use smol_str::SmolStr;
use std::sync::atomic::{AtomicU64, Ordering};

/// The most pairs of a subject and an object that one sentence may come to.
const PAIR_LIMIT: usize = 50_000;

/// The most that all sentences may come to on one cluster: a file of a few kilobytes, with long groups on both sides of
/// each sentence, would otherwise fill any memory.
const TOTAL_LIMIT: usize = 1_000_000;

/// Whether so many pairs are more than all sentences may come to.
pub(super) fn goes_beyond(pairs: u64) -> bool {
    pairs > TOTAL_LIMIT as u64
}

/// Turns sentences into a part of one cluster's policy.
pub(super) struct Builder<'k, 't> {
    pub scope: &'k Scope<'t>,
    pub isolated: &'k Isolated,
    pub exposures: &'k Exposures,
    pub peers: PeerResolver<'k, 't>,
    pub part: Part,
    options: &'k Options,
    pairs: &'k AtomicU64,
    /// Subjects with a name: whether in a namespace's objects, the pods' namespace, the stem.
    named: IndexMap<(bool, SmolStr, SmolStr), SubjectId>,
}

/// A sentence that is being turned into rules.
#[derive(Clone, Copy)]
pub(super) struct Saying<'s> {
    /// The namespace of its file; `None` in a platform file.
    pub home: Option<&'s SmolStr>,
    /// Itself.
    pub id: SentenceId,
    /// Where it stands.
    pub span: Span,
}

impl<'k, 't> Builder<'k, 't> {
    pub fn new(known: &'k Known<'_, 't>) -> Self {
        let Known { scope, facts, options, namespaces, expanded, isolated, exposures, pairs } = known;
        let peers = PeerResolver::new(scope, facts, namespaces, expanded);
        let (part, named) = (Part::default(), IndexMap::new());
        Self { scope, isolated, exposures, peers, part, options, pairs, named }
    }

    /// The sentences of a section, but for those of isolation and consent.
    pub fn section(&mut self, section: &'t Section, home: Option<&SmolStr>) {
        for item in &section.items {
            match &item.kind {
                // A grant outside a platform file is refused where it stands, and grants nothing.
                ItemKind::May(may) if may.always && home.is_some() => {}
                ItemKind::May(may) => {
                    if let Some(saying) = self.say(item, home, Some(&may.clauses)) {
                        self.may(saying, may);
                    }
                }
                ItemKind::MayNot(may_not) => {
                    if let Some(saying) = self.say(item, home, Some(&may_not.clauses)) {
                        self.may_not(saying, may_not);
                    }
                }
                ItemKind::OnlyReach(only) => {
                    if let Some(saying) = self.say(item, home, Some(&only.clauses)) {
                        self.only_reach(saying, only);
                    }
                }
                ItemKind::NothingBut(nothing) => {
                    if let Some(saying) = self.say(item, home, Some(&nothing.clauses)) {
                        self.nothing_but(saying, nothing);
                    }
                }
                ItemKind::Assert(assert) => {
                    if let Some(saying) = self.say(item, home, None) {
                        self.assert(saying, assert);
                    }
                }
                // These are read before any sentence: declarations and facts, isolation, consent, waivers.
                ItemKind::Project(_)
                | ItemKind::Cluster(_)
                | ItemKind::NamespaceDecl(_)
                | ItemKind::NamespaceSet(_)
                | ItemKind::NodeSet(_)
                | ItemKind::WorkloadsBy(_)
                | ItemKind::Workload(_)
                | ItemKind::External(_)
                | ItemKind::Group(_)
                | ItemKind::Enforce(_)
                | ItemKind::Expose(_)
                | ItemKind::Accept(_) => {}
                // Its error is among the problems, and nothing of it is meant.
                ItemKind::Bad => {}
            }
        }
    }

    /// Registers a sentence. `None` when it has expired and is to be left out.
    pub fn say<'s>(&mut self, item: &Item, home: Option<&'s SmolStr>, clauses: Option<&Clauses>) -> Option<Saying<'s>> {
        let span = item.span.0;
        let until = clauses.and_then(|clauses| clauses.until.as_ref());
        if let (Some(until), Some(today)) = (until, self.options.today)
            && until.value < today
        {
            if self.options.drop_expired {
                self.part.diagnostics.push(
                    DateProblem::Dropped { span, until: until.span, date: until.value.to_string().into() }.into(),
                );
                return None;
            }
            let problem = if self.options.expired_fails {
                DateProblem::Expired { span, until: until.span, date: until.value.to_string().into() }
            } else {
                DateProblem::ExpiredKept { span, until: until.span, date: until.value.to_string().into() }
            };
            self.part.diagnostics.push(problem.into());
        }
        let text = SmolStr::from(format::sentence(&item.kind));
        let mut sentence = Sentence::new(text, span, home.cloned());
        sentence.because = clauses.and_then(|clauses| clauses.because.as_ref()).map(|because| because.value.clone());
        sentence.until = until.map(|until| until.value.to_string().into());
        let id = self.sentence(sentence);
        Some(Saying { home, id, span })
    }

    /// Registers a sentence that stands in no item of its own: a header.
    pub fn sentence(&mut self, sentence: Sentence) -> SentenceId {
        let id = self.part.next_sentence();
        self.part.sentences.push(sentence);
        id
    }

    /// The terms of a list in a sentence, or `None` after a finding.
    pub fn terms(&mut self, list: &Peers, home: Option<&SmolStr>, role: Role) -> Option<Vec<Term>> {
        self.peers.peers(list, home, role, &mut self.part.diagnostics)
    }

    /// The pods of an endpoint set, when it has any: entities other than `cluster`, addresses and names have none.
    pub fn pods(peer: &Peer) -> Option<PodSelector> {
        match peer {
            Peer::Pods(selector) => Some(selector.clone()),
            Peer::Anything | Peer::Entity(Entity::Cluster) => Some(PodSelector::default()),
            Peer::Entity(_) | Peer::Nodes(_) | Peer::Net(_) | Peer::Name(_) => None,
        }
    }

    /// The pods of an endpoint set that lie in one namespace.
    pub fn own(&self, peer: &Peer, home: &SmolStr) -> Option<PodSelector> {
        let selector = Self::pods(peer)?;
        if selector.namespaces.names.as_one() == Some(home) {
            return Some(selector);
        }
        pods::intersection(self.peers.universe(), &selector, &PodSelector::namespace(home.clone()))
    }

    /// The pods of an endpoint set that a file of `home` governs, when it names pods and nothing else.
    pub fn named_pods(&self, peer: &Peer, home: Option<&SmolStr>) -> Option<PodSelector> {
        match (peer, home) {
            (Peer::Pods(_), Some(home)) => self.own(peer, home),
            (Peer::Pods(selector), None) => Some(selector.clone()),
            (Peer::Anything | Peer::Entity(_) | Peer::Nodes(_) | Peer::Net(_) | Peer::Name(_), _) => None,
        }
    }

    /// The subject of some pods. `namespace` is whose objects govern them, `None` for cluster-wide objects. A `stem`
    /// is the name of a declared workload, so with the pods' namespace it stands for the selector.
    pub fn subject(&mut self, selector: PodSelector, stem: Option<&SmolStr>, namespace: Option<&SmolStr>) -> SubjectId {
        let named = stem.and_then(|stem| {
            let home = selector.namespaces.names.as_one()?;
            Some((namespace.is_some(), home.clone(), stem.clone()))
        });
        if let Some(id) = named.as_ref().and_then(|named| self.named.get(named)) {
            return *id;
        }
        let every = namespace.is_some_and(|namespace| selector == PodSelector::namespace(namespace.clone()));
        let name = match stem {
            Some(stem) => stem.clone(),
            None if every => "every-workload".into(),
            None => subject_name(&selector),
        };
        let id = self.intern(Subject { name, namespace: namespace.cloned(), selects: Selects::Pods(selector) });
        self.named.extend(named.map(|named| (named, id)));
        id
    }

    /// The id of a subject.
    pub fn intern(&mut self, subject: Subject) -> SubjectId {
        self.part.intern(subject)
    }

    /// Adds a half-rule.
    pub fn rule(&mut self, rule: Rule) {
        self.part.rules.push(rule);
    }

    /// How many half-rules there are.
    pub fn rule_count(&self) -> usize {
        self.part.rules.len()
    }

    /// Takes back those of a sentence that turned out wrong: nothing of it counts.
    pub fn forget_rules_after(&mut self, count: usize) {
        self.part.rules.truncate(count);
    }

    /// Whether a sentence comes to too much, which is reported.
    pub fn too_many(&mut self, saying: Saying<'_>, subjects: usize, objects: usize) -> bool {
        let pairs = subjects.saturating_mul(objects);
        let before = self.pairs.fetch_add(pairs as u64, Ordering::Relaxed);
        let (over, over_before) = (goes_beyond(before.saturating_add(pairs as u64)), goes_beyond(before));
        if pairs > PAIR_LIMIT {
            self.part.diagnostics.push(NameProblem::TooMany { span: saying.span, limit: PAIR_LIMIT }.into());
        } else if over && !over_before {
            self.part.diagnostics.push(NameProblem::TooManyInAll { span: saying.span, limit: TOTAL_LIMIT }.into());
        }
        pairs > PAIR_LIMIT || over
    }

    /// Adds an isolation.
    pub fn isolation(&mut self, isolation: Isolation) {
        self.part.isolations.push(isolation);
    }

    /// Adds a boundary.
    pub fn boundary(&mut self, boundary: Boundary) {
        self.part.boundaries.push(boundary);
    }

    /// Adds a look-up.
    pub fn lookup(&mut self, lookup: Lookup) {
        self.part.lookups.push(lookup);
    }

    /// A deny at one end.
    pub fn deny(
        &mut self,
        saying: Saying<'_>,
        direction: Direction,
        subject: SubjectId,
        peer: Peer,
        traffic: Traffic,
        span: Span,
    ) {
        let (sentence, origin) = (saying.id, Origin::Said);
        self.rule(Rule { direction, subject, peer, traffic, effect: Effect::Deny, sentence, origin, span });
    }

    /// Checks what is declared even where no sentence uses it.
    pub fn check_declarations(&mut self) {
        let scope = self.scope;
        for (name, namespace) in scope.read_namespaces() {
            let mut keys: IndexMap<&str, Span> = IndexMap::new();
            let labels = namespace.declaration.and_then(|declaration| declaration.labels.as_ref());
            for key in labels.iter().flat_map(|labels| &labels.requirements).map(|requirement| &requirement.key) {
                if let Some(first) = keys.insert(&key.value, key.span) {
                    let name = key.value.clone();
                    self.part.diagnostics.push(NameProblem::Twice { span: key.span, name, first }.into());
                }
            }
            for labels in namespace.names.workloads.values().filter_map(|workload| workload.labels.as_ref()) {
                labels::check(labels, &mut self.part.diagnostics);
            }
            for external in namespace.names.externals.values() {
                self.terms(&peers_of(external.name.clone()), Some(name), Role::Object);
            }
            for group in namespace.names.groups.values() {
                self.terms(&peers_of(group.name.clone()), Some(name), Role::Object);
            }
        }
        let sets = scope.sets.values().map(|set| &set.labels);
        let nodes = scope.nodes.values().map(|(nodes, _)| &nodes.labels);
        let foreign = scope.foreign.values().filter_map(|workload| workload.labels.as_ref());
        for labels in sets.chain(nodes).chain(foreign) {
            labels::check(labels, &mut self.part.diagnostics);
        }
        let of_platform = scope.platform.externals.values().map(|external| &external.name);
        let of_platform = of_platform.chain(scope.platform.groups.values().map(|group| &group.name));
        for name in of_platform.chain(self.peers.facts.externals.values().map(|external| &external.name)) {
            self.terms(&peers_of(name.clone()), None, Role::Object);
        }
    }
}

/// A list of one bare name.
fn peers_of(name: ast::Name) -> Peers {
    let span = Place(name.span);
    Peers { items: vec![ast::Peer { kind: PeerKind::Name(name), ports: None, span }], except: Vec::new(), span }
}

/// The stem of pods that no workload names.
pub(crate) fn subject_name(selector: &PodSelector) -> SmolStr {
    digest("pods.", &[&selector.to_string()])
}
