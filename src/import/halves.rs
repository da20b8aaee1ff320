//! What the objects say, half by half: who is isolated, and what passes at which end, towards whom.
//!
//! The rules of one entry that differ in their peers only are one [`Half`]: together they are what people call `world`,
//! `cluster` or `anything`.

use super::refusal::Refusal;
use crate::policy::{Direction, EnforcerName, PodSelector, ValueSet};
use crate::semantics::connections::Connections;
use crate::semantics::endpoints::{self, Endpoints};
use crate::semantics::{Place, Places, Universe, pods};
use crate::verdict::{CauseId, Effect, Isolation, Ruleset};
use indexmap::IndexMap;
use smol_str::SmolStr;

/// Whose end a half is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Pods of one namespace.
    Pods(SmolStr, PodSelector),
    /// Pods of namespaces that no name gives.
    Everywhere(PodSelector),
    /// Nodes, by label.
    Nodes(crate::policy::LabelSelector),
}

impl Subject {
    /// The namespace in whose file it belongs; `None` for a platform file.
    pub fn home(&self) -> Option<&SmolStr> {
        match self {
            Self::Pods(home, _) => Some(home),
            Self::Everywhere(_) | Self::Nodes(_) => None,
        }
    }

    /// The pods; `None` for nodes.
    pub fn pods(&self) -> Option<&PodSelector> {
        match self {
            Self::Pods(_, selector) | Self::Everywhere(selector) => Some(selector),
            Self::Nodes(_) => None,
        }
    }
}

/// What one entry says at one end.
#[derive(Clone, Debug)]
pub struct Half {
    /// The governed end.
    pub subject: Subject,
    /// The direction, as seen from it.
    pub direction: Direction,
    /// Allowed or denied.
    pub effect: Effect,
    /// The other end: pods, but for all pods that could be.
    pub pods: Vec<PodSelector>,
    /// The other end: everything that stands in these places.
    pub places: Places,
    /// The other end: everything else.
    pub others: Vec<Endpoints>,
    /// What passes.
    pub connections: Connections,
    /// Where it is said.
    pub cause: CauseId,
}

/// Who is isolated.
#[derive(Clone, Debug)]
pub struct Isolated {
    /// The governed end.
    pub subject: Subject,
    /// In which direction.
    pub direction: Direction,
    /// Where it is said.
    pub cause: CauseId,
}

/// All that is said.
#[derive(Debug, Default)]
pub struct Halves {
    /// Each once.
    pub isolated: Vec<Isolated>,
    /// In the order of the files.
    pub halves: Vec<Half>,
}

/// The places of which an enforcer's policies speak.
pub fn places_of(enforcer: EnforcerName) -> Places {
    match enforcer {
        EnforcerName::Cilium => Places::ALL,
        // Which of the other places a plugin counts as addresses is up to the plugin.
        EnforcerName::Kubernetes => Places::WORLD.union(Places::of(&[Place::Pod])),
    }
}

/// Takes rules apart.
///
/// # Errors
/// Whom no sentence governs.
pub fn of(ruleset: &Ruleset, universe: Universe<'_>) -> Result<Halves, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let mut halves = Halves::default();
    let mut known: IndexMap<(Subject, Direction), CauseId> = IndexMap::new();
    // What Cilium does by itself stands in no object, and holds for sentences, too.
    let said = |isolation: &&Isolation| ruleset.cause(isolation.cause).object.is_some();
    for isolation in ruleset.isolations.iter().filter(said) {
        match subject(ruleset.subject(isolation.subject), universe) {
            Ok(subject) => {
                let (direction, cause) = (isolation.direction, isolation.cause);
                for subject in by_namespace(subject) {
                    known.entry((subject, direction)).or_insert(cause);
                }
            }
            Err(reason) => refusals.push(Refusal::new(isolation.cause, reason)),
        }
    }
    let isolated = known.into_iter().map(|((subject, direction), cause)| Isolated { subject, direction, cause });
    halves.isolated.extend(isolated);
    let mut groups: IndexMap<(Subject, Direction, Effect, CauseId, &Connections), Vec<&Endpoints>> = IndexMap::new();
    for rule in &ruleset.rules {
        match subject(ruleset.subject(rule.subject), universe) {
            Ok(subject) => groups
                .entry((subject, rule.direction, rule.effect, rule.cause, &rule.connections))
                .or_default()
                .push(&rule.peers),
            Err(reason) => refusals.push(Refusal::new(rule.cause, reason)),
        }
        if !rule.except.is_empty() {
            refusals.push(Refusal::new(rule.cause, "what an address has by other rules counts here".to_owned()));
        }
    }
    for ((subject, direction, effect, cause, connections), peers) in groups {
        let mut half = Half {
            subject,
            direction,
            effect,
            pods: Vec::new(),
            places: Places::default(),
            others: Vec::new(),
            connections: connections.clone(),
            cause,
        };
        for peers in peers {
            half.add(peers, universe);
        }
        halves.halves.push(half);
    }
    if refusals.is_empty() { Ok(halves) } else { Err(refusals) }
}

impl Half {
    fn add(&mut self, peers: &Endpoints, universe: Universe<'_>) {
        let places = endpoints::places(peers);
        if endpoints::at(places).contains(peers) {
            self.places = self.places.union(places);
            return;
        }
        match peers {
            Endpoints::Pods(selector) => {
                let simple = pods::simplified(universe, selector);
                self.pods.extend(simple.filter(|simple| !self.pods.contains(simple)));
            }
            other => {
                if !self.others.contains(other) {
                    self.others.push(other.clone());
                }
            }
        }
    }

    /// Whether pods of every namespace are among the other ends, by label or not.
    pub fn peers(&self) -> impl Iterator<Item = PodSelector> + '_ {
        let all = self.places.contains(Place::Pod).then(PodSelector::default);
        all.into_iter().chain(self.pods.iter().cloned())
    }
}

/// Pods of several namespaces, namespace by namespace: each is isolated in its own file.
fn by_namespace(subject: Subject) -> Vec<Subject> {
    match &subject {
        Subject::Everywhere(PodSelector { namespaces, labels, service_account }) if namespaces.labels.0.is_empty() => {
            let ValueSet::In(names) = &namespaces.names else { return vec![subject] };
            let one = |name: &SmolStr| {
                let pods = PodSelector {
                    labels: labels.clone(),
                    service_account: service_account.clone(),
                    ..PodSelector::namespace(name.clone())
                };
                Subject::Pods(name.clone(), pods)
            };
            names.iter().map(one).collect()
        }
        _ => vec![subject],
    }
}

fn subject(ends: &Endpoints, universe: Universe<'_>) -> Result<Subject, String> {
    match ends {
        Endpoints::Pods(selector) => {
            let selector = pods::simplified(universe, selector).unwrap_or_else(|| selector.clone());
            Ok(match selector.namespaces.names.as_one().cloned() {
                Some(home) if selector.namespaces.labels.0.is_empty() => Subject::Pods(home, selector),
                _ => Subject::Everywhere(selector),
            })
        }
        Endpoints::Nodes { labels, .. } => Ok(Subject::Nodes(labels.clone())),
        Endpoints::Single(places) => {
            let names: Vec<&str> = places.iter().map(Place::as_str).collect();
            Err(format!(
                "the policy governs more than pods ({}); for pods alone it asks for `k8s:io.kubernetes.pod.namespace`",
                names.join(", ")
            ))
        }
        Endpoints::MeshPods { .. } | Endpoints::Outside { .. } => {
            Err("the policy governs what is neither a pod nor a node of this cluster".to_owned())
        }
    }
}
