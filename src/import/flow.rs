//! What one sentence is to say.

use super::halves::Subject;
use crate::policy::{LabelSelector, PodSelector};
use crate::semantics::connections::{self, Connections};
use crate::semantics::endpoints::{self, Endpoints};
use crate::semantics::{Place, Places, Universe, pods, ports};
use crate::verdict::CauseId;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// One end of a flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// Pods, each selector by itself.
    pub pods: Vec<PodSelector>,
    /// Less these.
    pub except: Vec<PodSelector>,
    /// Everything that stands in these places.
    pub places: Places,
    /// Everything else: ranges, names, nodes by label.
    pub others: Vec<Endpoints>,
    /// Nodes that are governed.
    pub nodes: Option<LabelSelector>,
}

impl End {
    pub fn of(pods: PodSelector) -> Self {
        Self { pods: vec![pods], ..Self::default() }
    }

    pub fn of_subject(subject: &Subject) -> Self {
        match subject {
            Subject::Pods(_, selector) | Subject::Everywhere(selector) => Self::of(selector.clone()),
            Subject::Nodes(labels) => Self { nodes: Some(labels.clone()), ..Self::default() },
        }
    }

    /// Whether all of another end is in it, and what is of namespaces that sign for themselves is called by their names.
    fn covers(&self, inner: &Self, universe: Universe<'_>, signs: &dyn Fn(&SmolStr) -> bool) -> bool {
        let pods = |one: &PodSelector| {
            let namespace = one.namespaces.names.as_one();
            let named = namespace.is_some_and(signs);
            let within = |outer: &PodSelector| {
                pods::includes(universe, outer, one) && (!named || outer.namespaces.names == one.namespaces.names)
            };
            self.pods.iter().any(within) || (!named && self.places.contains(Place::Pod))
        };
        let whole = endpoints::at(self.places);
        let other =
            |one: &Endpoints| self.others.iter().chain(&whole).any(|outer| endpoints::includes(universe, outer, one));
        self.except.is_empty()
            && self.nodes == inner.nodes
            && self.places.includes(inner.places)
            && inner.pods.iter().all(pods)
            && inner.others.iter().all(other)
    }

    /// The one selector that is all of it.
    pub fn as_pods(&self) -> Option<&PodSelector> {
        match self.pods.as_slice() {
            [one] if self.except.is_empty() && self.places == Places::default() && self.others.is_empty() => Some(one),
            _ => None,
        }
    }
}

/// What a sentence does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `may`
    May,
    /// `may always`
    Always,
    /// `may not`
    Not,
}

/// What one sentence is to say.
#[derive(Clone, Debug)]
pub struct Flow {
    /// What it does.
    pub kind: Kind,
    /// In whose file it stands; `None` for a platform file.
    pub home: Option<SmolStr>,
    /// Who opens it.
    pub from: End,
    /// Who answers.
    pub to: End,
    /// What passes.
    pub connections: Connections,
    /// After mutual authentication only.
    pub authenticated: bool,
    /// Where it was said.
    pub causes: BTreeSet<CauseId>,
}

/// Adds a flow, to one that differs in its ports or requests only if there is one.
pub fn add(flow: Flow, flows: &mut Vec<Flow>) {
    let same = |other: &&mut Flow| {
        (other.kind, &other.home, &other.from, &other.to, other.authenticated)
            == (flow.kind, &flow.home, &flow.from, &flow.to, flow.authenticated)
    };
    for other in flows.iter_mut().filter(same) {
        let joined = match (&mut other.connections, &flow.connections) {
            (all, other) if all == other => true,
            (Connections::Ports(own), Connections::Ports(more)) => {
                *own = ports::union(own, more);
                true
            }
            (
                Connections::Requests { ports, requests },
                Connections::Requests { ports: more_ports, requests: more },
            ) if ports == more_ports => {
                requests.extend(more.iter().filter(|one| !requests.contains(one)).cloned().collect::<Vec<_>>());
                true
            }
            _ => false,
        };
        if joined {
            other.causes.extend(flow.causes);
            return;
        }
    }
    flows.push(flow);
}

/// Without flows that lie within another one, whose sentence opens the same ends. `declared` says which namespaces sign
/// for themselves.
pub fn without_covered(flows: Vec<Flow>, universe: Universe<'_>, declared: &dyn Fn(&SmolStr) -> bool) -> Vec<Flow> {
    let by_home = by_home(flows, |flow| flow.home.clone());
    by_home.into_values().flat_map(|flows| without_covered_of_one(flows, universe, declared)).collect()
}

/// In groups by whose file they stand in, each in its order.
pub fn by_home<T>(all: Vec<T>, home: impl Fn(&T) -> Option<SmolStr>) -> BTreeMap<Option<SmolStr>, Vec<T>> {
    let mut groups: BTreeMap<Option<SmolStr>, Vec<T>> = BTreeMap::new();
    for one in all {
        groups.entry(home(&one)).or_default().push(one);
    }
    groups
}

fn without_covered_of_one(flows: Vec<Flow>, universe: Universe<'_>, declared: &dyn Fn(&SmolStr) -> bool) -> Vec<Flow> {
    let within = |inner: &Flow, outer: &Flow| {
        // A broad sentence opens no end of another namespace that signs for itself.
        let signs = |namespace: &SmolStr| Some(namespace) != inner.home.as_ref() && declared(namespace);
        let ends = |inner: &End, outer: &End| inner == outer || outer.covers(inner, universe, &signs);
        (inner.kind, &inner.home, inner.authenticated) == (outer.kind, &outer.home, outer.authenticated)
            && ends(&inner.from, &outer.from)
            && ends(&inner.to, &outer.to)
            && connections::includes(&outer.connections, &inner.connections).is_yes()
    };
    let mut kept: Vec<Flow> = Vec::with_capacity(flows.len());
    for flow in flows {
        if let Some(outer) = kept.iter_mut().find(|outer| within(&flow, outer)) {
            outer.causes.extend(flow.causes);
            continue;
        }
        let mut flow = flow;
        kept.retain(|inner| {
            let covered = within(inner, &flow);
            if covered {
                flow.causes.extend(inner.causes.iter().copied());
            }
            !covered
        });
        kept.push(flow);
    }
    kept
}
