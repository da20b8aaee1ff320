//! Random flows, near what a project names: an end that a rule is about, or one label, address, port, name or segment off.

mod connection;
mod named;

use super::dice::Dice;
use super::legs::Meaning;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use ztp::policy::{Direction, Protocol};
use ztp::semantics::connections::RequestLine;
use ztp::semantics::endpoints::{self, Endpoint, Endpoints};
use ztp::semantics::pods::Pod;
use ztp::semantics::{Place, Places, Universe};
use ztp::verdict::Flow;

/// What a project names, to draw from.
pub struct Flows<'m, 'c> {
    meaning: &'m Meaning<'c>,
    universe: Universe<'c>,
    /// By key, of pods and of nodes.
    labels: BTreeMap<SmolStr, BTreeSet<SmolStr>>,
    namespaces: Vec<SmolStr>,
    /// By key.
    namespace_labels: BTreeMap<SmolStr, BTreeSet<SmolStr>>,
    /// The labels of each namespace. Within a project's flows they are always the same.
    labelled: BTreeMap<SmolStr, BTreeMap<SmolStr, SmolStr>>,
    accounts: Vec<SmolStr>,
    addresses: Vec<IpAddr>,
    names: Vec<SmolStr>,
    ports: Vec<(Protocol, u16)>,
    requests: Vec<RequestLine>,
}

impl<'m, 'c> Flows<'m, 'c> {
    /// Takes in all that both sides name.
    pub fn near(meaning: &'m Meaning<'c>, dice: &mut Dice) -> Self {
        let mut flows = Self {
            meaning,
            universe: meaning.universe(),
            labels: BTreeMap::new(),
            namespaces: vec!["elsewhere".into()],
            namespace_labels: BTreeMap::new(),
            labelled: BTreeMap::new(),
            accounts: vec!["default".into()],
            addresses: vec![[8, 7, 6, 5].into()],
            names: vec!["elsewhere.example.org".into()],
            ports: vec![(Protocol::Tcp, 80)],
            requests: Vec::new(),
        };
        flows.namespaces.extend(meaning.compiled.policy.namespaces.keys().cloned());
        for rules in [&meaning.said, &meaning.raised] {
            flows.take(rules);
        }
        for server in &meaning.compiled.policy.cluster.dns {
            flows.ports(server.ports());
        }
        flows.label_namespaces(dice);
        flows.addresses.sort();
        flows.addresses.dedup();
        flows.ports.sort();
        flows.ports.dedup();
        flows
    }

    /// One of them.
    pub fn roll(&self, dice: &mut Dice) -> Flow {
        loop {
            let flow = self.any(dice);
            let speaks = |end: &Endpoint| self.meaning.speaks_of(end.place());
            if speaks(&flow.from) && speaks(&flow.to) {
                return flow;
            }
        }
    }

    fn any(&self, dice: &mut Dice) -> Flow {
        let rules = if dice.percent(50) { &self.meaning.said } else { &self.meaning.raised };
        let (subject, peers, set, direction) = if !rules.rules.is_empty() && dice.percent(85) {
            let rule = dice.pick(&rules.rules);
            (rules.subject(rule.subject).clone(), rule.peers.clone(), rule.connections.clone(), rule.direction)
        } else {
            let subjects: Vec<Endpoints> = rules.subjects().map(|(_, subject)| subject.clone()).collect();
            let subject = if subjects.is_empty() { anybody(dice) } else { dice.pick(&subjects).clone() };
            let direction = *dice.pick(&[Direction::Egress, Direction::Ingress]);
            (subject, anybody(dice), self.anything(dice), direction)
        };
        let own = self.end(dice, &subject);
        let other = if dice.percent(8) { anybody(dice) } else { peers };
        let other = self.end(dice, &other);
        let connection = if dice.percent(8) { self.anything(dice) } else { set };
        let connection = self.connection(dice, &connection);
        match direction {
            Direction::Egress => Flow { from: own, to: other, connection },
            Direction::Ingress => Flow { from: other, to: own, connection },
        }
    }

    /// One of a set, or near it.
    fn end(&self, dice: &mut Dice, set: &Endpoints) -> Endpoint {
        let plain = endpoints::witness(self.universe, set);
        let mut end = plain.unwrap_or(Endpoint::Single(Place::Health));
        match &mut end {
            Endpoint::Pod(pod) => self.vary_pod(dice, pod),
            Endpoint::MeshPod { pod, .. } => self.vary_pod(dice, pod),
            Endpoint::Node { place, labels } => {
                if let (true, Endpoints::Nodes { places, .. }) = (dice.percent(60), set) {
                    *place = *dice.pick(&places.iter().collect::<Vec<_>>());
                }
                vary(dice, &self.labels, labels);
            }
            Endpoint::Outside { place, address, names } => {
                if let (true, Endpoints::Outside { places, .. }) = (dice.percent(60), set) {
                    *place = *dice.pick(&places.iter().collect::<Vec<_>>());
                }
                if dice.percent(50) {
                    *address = *dice.pick(&self.addresses);
                }
                while dice.percent(30) {
                    let name = dice.pick(&self.names).clone();
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
                if dice.percent(10) {
                    names.pop();
                }
            }
            Endpoint::Single(place) => {
                if dice.percent(30) {
                    *place = *dice.pick(&Places::SINGLE.iter().collect::<Vec<_>>());
                }
            }
        }
        end
    }

    fn vary_pod(&self, dice: &mut Dice, pod: &mut Pod) {
        vary(dice, &self.labels, &mut pod.labels);
        if dice.percent(15) {
            pod.service_account = dice.pick(&self.accounts).clone();
        }
        if dice.percent(12) {
            pod.namespace.name = dice.pick(&self.namespaces).clone();
        }
        pod.namespace.labels = self.labelled.get(&pod.namespace.name).cloned().unwrap_or_default();
    }

    /// Gives every namespace labels. What is declared of one is true of it.
    fn label_namespaces(&mut self, dice: &mut Dice) {
        self.namespace_labels.remove("kubernetes.io/metadata.name");
        for name in &self.namespaces {
            let mut labels = BTreeMap::new();
            let declared = self.meaning.compiled.policy.namespaces.get(name);
            if declared.is_none() || !self.meaning.knows_all_labels() {
                vary(dice, &self.namespace_labels, &mut labels);
            }
            let declared = declared.into_iter().flat_map(|namespace| &namespace.labels);
            labels.extend(declared.map(|(key, value)| (key.clone(), value.clone())));
            self.labelled.insert(name.clone(), labels);
        }
    }
}

fn anybody(dice: &mut Dice) -> Endpoints {
    dice.pick(&endpoints::anything()).clone()
}

/// Now and then a label more, less or another.
fn vary(dice: &mut Dice, known: &BTreeMap<SmolStr, BTreeSet<SmolStr>>, labels: &mut BTreeMap<SmolStr, SmolStr>) {
    while !known.is_empty() && dice.percent(35) {
        let keys: Vec<_> = known.iter().collect();
        let (key, values) = *dice.pick(&keys);
        if dice.percent(30) {
            labels.remove(key);
        } else {
            let values: Vec<_> = values.iter().cloned().collect();
            labels.insert(key.clone(), dice.pick(&values).clone());
        }
    }
}
