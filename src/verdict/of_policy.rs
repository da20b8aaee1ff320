//! What the model says, as a ruleset: the meaning of sentences, in so many words.
//!
//! | in the model | is |
//! |---|---|
//! | an isolation | an isolation |
//! | an allow | an allow towards pods of this cluster |
//! | a deny | a deny towards pods of every cluster of the mesh; towards an API server, ingress leaves the local node alone |
//! | a boundary | a deny of everything that it does not permit; for egress it permits the cluster's DNS servers on their ports, for ingress it leaves the local node alone |
//!
//! A NetworkPolicy has no denies. Where that is accepted (E0622) a deny binds nobody, and what it denies is taken out of
//! the project's own allows: out of each whose subject shares pods with that of the deny. Nor has it words for an API
//! server, which is its address then, and for look-ups, which are the ports of the DNS servers.
//!
//! Beside look-ups by name, what is allowed at a DNS server on more than its port opens no other name (`look_ups`).
//!
//! Cilium isolates endpoints without labels by itself, so these are part of what every policy means there.
//!
//! To what a boundary permits on some ports it leaves protocols without ports open (GRE, ESP): no enforcer's deny can
//! name them beside allowed ports.

use super::ruleset::Exception;
use super::{Cause, CauseId, Effect, Flows, Isolation, Rule, Ruleset};
use crate::policy::{
    self, Boundary, Direction, EnforcerName, Entity, Peer, Policy, PortSet, Protocol, Selects, SentenceId, ValueSet,
};
use crate::semantics::connections::Connections;
use crate::semantics::endpoints::{self, Endpoints, Names};
use crate::semantics::nets::AddressSet;
use crate::semantics::{Places, Universe, ports};
use indexmap::IndexMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// A part of a policy: some of what it says.
#[derive(Debug, Default)]
pub struct PolicyPart<'p> {
    /// Of its isolations.
    pub isolations: Vec<&'p policy::Isolation>,
    /// Of its rules.
    pub rules: Vec<&'p policy::Rule>,
    /// Of its boundaries.
    pub boundaries: Vec<&'p Boundary>,
}

impl Ruleset {
    /// What a policy means.
    #[must_use]
    pub fn of_policy(policy: &Policy) -> Self {
        Self::of_part(
            policy,
            &PolicyPart {
                isolations: policy.isolations.iter().collect(),
                rules: policy.rules.iter().collect(),
                boundaries: policy.boundaries.iter().collect(),
            },
        )
    }

    /// What a part of a policy means. All parts together mean what the policy means.
    #[must_use]
    pub fn of_part(policy: &Policy, part: &PolicyPart<'_>) -> Self {
        let mut reader = Reader { policy, rules: Self::new(), causes: IndexMap::new(), subjects: IndexMap::new() };
        for isolation in &part.isolations {
            reader.isolation(isolation);
        }
        match policy.cluster.enforcer {
            EnforcerName::Cilium => {
                reader.rules.isolate_unlabelled();
                part.rules.iter().for_each(|rule| reader.rule(rule));
            }
            EnforcerName::Kubernetes => reader.without_denies(&part.rules),
        }
        for boundary in &part.boundaries {
            reader.boundary(boundary);
        }
        super::look_ups::settle(&mut reader.rules);
        reader.rules
    }

    /// What some rules and boundaries say, whoever enforces them, for questions that are about these alone.
    #[must_use]
    pub fn of_rules<'p>(
        policy: &'p Policy,
        rules: impl IntoIterator<Item = &'p policy::Rule>,
        boundaries: impl IntoIterator<Item = &'p Boundary>,
    ) -> Self {
        let mut reader = Reader { policy, rules: Self::new(), causes: IndexMap::new(), subjects: IndexMap::new() };
        rules.into_iter().for_each(|rule| reader.rule(rule));
        boundaries.into_iter().for_each(|boundary| reader.boundary(boundary));
        reader.rules
    }
}

impl Flows {
    /// The flows that a rule of a policy is about. Whom it allows by a name is asked for as in a question (see
    /// [`endpoints::asked`]): at that name, wherever it leads.
    #[must_use]
    pub fn of_rule(policy: &Policy, rule: &policy::Rule) -> Vec<Self> {
        let subject = of_subject(&policy.subject(rule.subject).selects);
        let peers = match rule.effect {
            policy::Effect::Deny => denied(rule.direction, &rule.peer),
            policy::Effect::Allow { .. } => endpoints::asked(&rule.peer, false),
        };
        let peers = peers.into_iter().filter(|peers| counts(policy, peers));
        peers.map(|peers| Self::at(subject.clone(), rule.direction, peers, passing(rule))).collect()
    }
}

/// A subject of the model. A node governs its own end wherever the other end is, so to that both local and remote count.
fn of_subject(selects: &Selects) -> Endpoints {
    match selects {
        Selects::Pods(selector) => Endpoints::Pods(selector.clone()),
        Selects::Nodes(selector) => Endpoints::Nodes { places: Places::NODES, labels: selector.0.clone() },
    }
}

struct Reader<'p> {
    policy: &'p Policy,
    rules: Ruleset,
    causes: IndexMap<SentenceId, CauseId>,
    subjects: IndexMap<policy::SubjectId, super::SubjectId>,
}

impl Reader<'_> {
    fn cause(&mut self, sentence: SentenceId) -> CauseId {
        let (policy, rules) = (self.policy, &mut self.rules);
        *self.causes.entry(sentence).or_insert_with(|| {
            let sentence = policy.sentence(sentence);
            rules.add_cause(Cause { text: sentence.text.clone(), object: None, span: Some(sentence.span) })
        })
    }

    fn subject(&mut self, subject: policy::SubjectId) -> super::SubjectId {
        let (policy, rules) = (self.policy, &mut self.rules);
        let intern = || rules.intern(of_subject(&policy.subject(subject).selects));
        *self.subjects.entry(subject).or_insert_with(intern)
    }

    fn isolation(&mut self, isolation: &policy::Isolation) {
        let (subject, cause) = (self.subject(isolation.subject), self.cause(isolation.sentence));
        self.rules.isolations.push(Isolation { subject, direction: isolation.direction, cause });
    }

    fn rule(&mut self, rule: &policy::Rule) {
        let connections = passing(rule);
        let (effect, peers) = match &rule.effect {
            policy::Effect::Allow { mutual_auth: true, .. } => {
                (Effect::AllowAuthenticated, endpoints::of_peer(&rule.peer))
            }
            policy::Effect::Allow { .. } => (Effect::Allow, endpoints::of_peer(&rule.peer)),
            policy::Effect::Deny => (Effect::Deny, denied(rule.direction, &rule.peer)),
        };
        let (subject, cause) = (self.subject(rule.subject), self.cause(rule.sentence));
        for peers in peers {
            self.push(Rule {
                subject,
                direction: rule.direction,
                effect,
                peers,
                connections: connections.clone(),
                except: Vec::new(),
                cause,
            });
        }
    }

    /// Rules for an enforcer that has allows only, of pods and addresses.
    fn without_denies(&mut self, rules: &[&policy::Rule]) {
        let is_deny = |rule: &&policy::Rule| rule.effect == policy::Effect::Deny;
        let denies: Vec<&policy::Rule> = self.policy.rules.iter().filter(is_deny).collect();
        for rule in rules.iter().copied().filter(|rule| !is_deny(rule)) {
            let denies: Vec<&policy::Rule> = denies
                .iter()
                .copied()
                .filter(|deny| deny.direction == rule.direction && self.shares_subject(deny, rule))
                .collect();
            let except: Vec<Exception> = denies.iter().flat_map(|deny| self.exceptions(deny)).collect();
            // All but some ports can only be said as ports, without ICMP and other protocols.
            let only_ports = denies.iter().any(|deny| deny.traffic != policy::Traffic::All);
            let (subject, cause) = (self.subject(rule.subject), self.cause(rule.sentence));
            for (peers, connections) in self.of_addresses(rule) {
                let connections = match connections {
                    Connections::All if only_ports => Connections::Ports(ports::all()),
                    connections => connections,
                };
                let except = except.iter().filter(|one| same_kind(&one.peers, &peers)).cloned().collect();
                let direction = rule.direction;
                self.push(Rule { subject, direction, effect: Effect::Allow, peers, connections, except, cause });
            }
        }
    }

    fn shares_subject(&self, a: &policy::Rule, b: &policy::Rule) -> bool {
        let universe = Universe::new(&self.policy.namespaces);
        let subject = |rule: &policy::Rule| of_subject(&self.policy.subject(rule.subject).selects);
        endpoints::overlap(universe, &subject(a), &subject(b))
    }

    /// What a deny takes out of allows. Some plugins match pods by their addresses, so with pods go the ranges of all pods.
    fn exceptions(&self, deny: &policy::Rule) -> Vec<Exception> {
        let except = |(peers, connections)| Exception { peers, connections };
        let mut exceptions: Vec<Exception> = self.of_addresses(deny).into_iter().map(except).collect();
        if let Peer::Pods(_) = &deny.peer {
            let ranges = AddressSet::of_ranges(&self.policy.cluster.pods);
            let peers = endpoints::outside(Places::WORLD, ranges, Names::default());
            exceptions.push(Exception { peers, connections: Connections::from(&deny.traffic) });
        }
        exceptions
    }

    /// The other ends of a rule with what passes, as pods and addresses. To reach the API server without more means the
    /// port at which it answers.
    fn of_addresses(&self, rule: &policy::Rule) -> Vec<(Endpoints, Connections)> {
        let connections = match &rule.traffic {
            policy::Traffic::Dns { ports, .. } => Connections::Ports(ports.clone()),
            other => Connections::from(other),
        };
        if rule.peer != Peer::Entity(Entity::KubeApiserver) {
            return endpoints::of_peer(&rule.peer).into_iter().map(|peers| (peers, connections.clone())).collect();
        }
        let address = |(address, port): &(IpAddr, u16)| {
            let addresses = AddressSet::of_ranges([&IpNet::from(*address)]);
            let connections = match (&connections, rule.direction) {
                (Connections::All, Direction::Egress) => Connections::Ports(PortSet::one(Protocol::Tcp, *port)),
                _ => connections.clone(),
            };
            (endpoints::outside(Places::WORLD, addresses, Names::default()), connections)
        };
        self.policy.cluster.apiservers.iter().map(address).collect()
    }

    fn push(&mut self, rule: Rule) {
        if counts(self.policy, &rule.peers) {
            self.rules.rules.push(rule);
        }
    }

    fn boundary(&mut self, boundary: &Boundary) {
        let mut except = Vec::new();
        let mut permit = |peer: &Peer, traffic: &policy::Traffic| {
            for peers in endpoints::of_peer(peer) {
                if *traffic != policy::Traffic::All {
                    except.push(Exception { peers: peers.clone(), connections: Connections::Other });
                }
                except.push(Exception { peers, connections: traffic.into() });
            }
        };
        for one in &boundary.permits {
            permit(&one.peer, &one.traffic);
        }
        if boundary.direction == Direction::Egress {
            for server in &self.policy.cluster.dns {
                permit(&server.peer(), &policy::Traffic::Ports(server.ports().clone()));
            }
        }
        let left_alone = match boundary.direction {
            Direction::Ingress => Places::HOST,
            Direction::Egress => Places::default(),
        };
        let (subject, cause) = (self.subject(boundary.subject), self.cause(boundary.sentence));
        for peers in endpoints::at(Places::ALL.difference(left_alone)) {
            let except = except.iter().filter(|one| same_kind(&one.peers, &peers)).cloned().collect();
            self.push(Rule {
                subject,
                direction: boundary.direction,
                effect: Effect::Deny,
                peers,
                connections: (&boundary.traffic).into(),
                except,
                cause,
            });
        }
    }
}

/// What passes by a rule.
fn passing(rule: &policy::Rule) -> Connections {
    match (&rule.effect, &rule.traffic) {
        (policy::Effect::Allow { tls_name: Some(name), .. }, policy::Traffic::Ports(ports)) => {
            Connections::Tls { ports: ports.clone(), names: vec![policy::DnsPattern::Exact(name.clone())] }
        }
        _ => Connections::from(&rule.traffic),
    }
}

/// Whom a deny is about.
fn denied(direction: Direction, peer: &Peer) -> Vec<Endpoints> {
    let mut peers = endpoints::of_peer(peer);
    if let Peer::Pods(selector) = peer {
        peers.push(Endpoints::MeshPods { clusters: ValueSet::Any, selector: selector.clone() });
    }
    if direction == Direction::Ingress && *peer == Peer::Entity(Entity::KubeApiserver) {
        let elsewhere = Places::APISERVER.difference(Places::HOST);
        peers = peers.iter().filter_map(|peer| endpoints::within(peer, elsewhere)).collect();
    }
    peers
}

/// Pods of other clusters count only where there are any.
fn counts(policy: &Policy, peers: &Endpoints) -> bool {
    policy.cluster.mesh_name.is_some() || !matches!(peers, Endpoints::MeshPods { .. })
}

/// Whether they can have an endpoint in common at all.
fn same_kind(a: &Endpoints, b: &Endpoints) -> bool {
    !endpoints::places(a).intersection(endpoints::places(b)).is_empty()
}
