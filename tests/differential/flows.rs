//! Random flows, near what a project names: an end that a rule is about, or one label, address, port, name or segment off.

use super::dice::Dice;
use super::legs::Meaning;
use smol_str::{SmolStr, format_smolstr};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use ztp::policy::{Direction, DnsPattern, LabelSelector, Op, PodSelector, PortSet, Protocol, ValueSet};
use ztp::semantics::connections::{self, Connection, Connections, RequestLine};
use ztp::semantics::endpoints::{self, Endpoint, Endpoints};
use ztp::semantics::pods::Pod;
use ztp::semantics::{Answer, Place, Places, Universe};
use ztp::verdict::{Flow, Ruleset};

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

    fn take(&mut self, rules: &Ruleset) {
        for (_, subject) in rules.subjects() {
            self.ends(subject);
        }
        for rule in &rules.rules {
            self.ends(&rule.peers);
            self.connections(&rule.connections);
            for except in &rule.except {
                self.ends(&except.peers);
                self.connections(&except.connections);
            }
        }
    }

    fn ends(&mut self, ends: &Endpoints) {
        match ends {
            Endpoints::Pods(selector) | Endpoints::MeshPods { selector, .. } => self.pods(selector),
            Endpoints::Nodes { labels, .. } => take_labels(&mut self.labels, labels),
            Endpoints::Outside { addresses, names, .. } => {
                // The complement of a range begins where the range ends.
                for net in addresses.to_nets().iter().take(8) {
                    for range in std::iter::once(&net.cidr).chain(&net.except) {
                        self.addresses.extend([range.network(), range.broadcast()]);
                        self.addresses.extend(beside(range.network(), range.broadcast()));
                    }
                }
                for pattern in names.has.iter().chain(&names.lacks) {
                    self.names(pattern);
                }
            }
            Endpoints::Single(_) => {}
        }
    }

    fn pods(&mut self, selector: &PodSelector) {
        take_labels(&mut self.labels, &selector.labels);
        take_labels(&mut self.namespace_labels, &selector.namespaces.labels);
        take_values(&mut self.namespaces, &selector.namespaces.names);
        take_values(&mut self.accounts, &selector.service_account);
    }

    fn names(&mut self, pattern: &DnsPattern) {
        let names: Vec<SmolStr> = match pattern {
            DnsPattern::Exact(name) => {
                let parent = name.split_once('.').map_or("", |(_, parent)| parent);
                vec![name.clone(), format_smolstr!("x.{name}"), parent.into()]
            }
            DnsPattern::Glob(glob) => {
                vec![glob.replace('*', "x").into(), glob.replace('*', "x.y").into(), glob.replace('*', "").into()]
            }
            DnsPattern::Below(suffix) => {
                vec![format_smolstr!("x.{suffix}"), format_smolstr!("x.y.{suffix}"), suffix.clone()]
            }
            DnsPattern::Any => Vec::new(),
        };
        for name in names {
            let whole = name.split('.').count() > 1 && name.split('.').all(|label| !label.is_empty());
            if whole && !self.names.contains(&name) {
                self.names.push(name);
            }
        }
    }

    fn ports(&mut self, ports: &PortSet) {
        for range in ports.ranges() {
            for port in [range.first, range.first.saturating_sub(1), range.last, range.last.saturating_add(1)] {
                // To port 0 nothing can be opened.
                self.ports.push((range.protocol, port.max(1)));
            }
        }
    }

    fn connections(&mut self, set: &Connections) {
        if let Some(ports) = set.ports() {
            self.ports(ports);
        }
        match set {
            Connections::LookUps { names, .. } | Connections::Tls { names, .. } => {
                names.iter().for_each(|pattern| self.names(pattern));
            }
            Connections::Requests { ports, requests } => {
                for request in requests {
                    let one = Connections::Requests { ports: ports.clone(), requests: vec![request.clone()] };
                    if let Answer::No(Connection::Request(line, _)) = connections::find(&[&one], &[])
                        && !self.requests.contains(&line)
                    {
                        self.requests.push(line);
                    }
                }
            }
            Connections::All | Connections::Ports(_) | Connections::Icmp(_) | Connections::Other => {}
        }
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

    fn anything(&self, dice: &mut Dice) -> Connections {
        match dice.roll(4) {
            0 => Connections::All,
            1 => Connections::Icmp(connections::IcmpTypes::echo()),
            2 => Connections::Other,
            _ => {
                let (protocol, port) = *dice.pick(&self.ports);
                Connections::Ports(PortSet::one(protocol, port))
            }
        }
    }

    /// One of a set, or near it.
    fn connection(&self, dice: &mut Dice, set: &Connections) -> Connection {
        let inside = match connections::find(&[set], &[]) {
            Answer::No(connection) => connection,
            Answer::Yes | Answer::Unknown(_) => Connection::Other,
        };
        let (mut protocol, mut port) = match &inside {
            Connection::Port(protocol, port) | Connection::LookUp(_, protocol, port) => (*protocol, *port),
            Connection::Request(_, port) | Connection::Tls(_, port) => (Protocol::Tcp, *port),
            Connection::Icmp { .. } | Connection::Other => return self.without_port(dice, inside),
        };
        if let (true, Some(ports)) = (dice.percent(50), set.ports()) {
            let range = dice.pick(ports.ranges());
            (protocol, port) = (range.protocol, *dice.pick(&[range.first, range.last]));
        }
        match dice.roll(10) {
            0 => port = port.saturating_add(1),
            1 => port = port.saturating_sub(1).max(1),
            2 => (protocol, port) = *dice.pick(&self.ports),
            3 => protocol = *dice.pick(&Protocol::ALL),
            _ => {}
        }
        match inside {
            Connection::Request(line, _) => self.request(dice, line, port),
            Connection::LookUp(name, ..) => self.look_up(dice, name, protocol, port),
            Connection::Tls(name, _) => {
                let name = if dice.percent(30) { dice.pick(&self.names).clone() } else { name };
                if dice.percent(15) { Connection::Port(protocol, port) } else { Connection::Tls(name, port) }
            }
            _ if protocol == Protocol::Tcp && !self.requests.is_empty() && dice.percent(40) => {
                self.request(dice, dice_request(&self.requests, port), port)
            }
            _ if port == 53 && dice.percent(50) => {
                let name = dice.pick(&self.names).clone();
                self.look_up(dice, name, protocol, port)
            }
            _ => Connection::Port(protocol, port),
        }
    }

    fn without_port(&self, dice: &mut Dice, inside: Connection) -> Connection {
        match inside {
            Connection::Icmp { v6, number } => match dice.roll(5) {
                0 => Connection::Icmp { v6, number: number.wrapping_add(1) },
                1 => Connection::Icmp { v6: !v6, number },
                2 => Connection::Icmp { v6: true, number: 128 },
                3 => Connection::Icmp { v6: false, number: 0 },
                _ => inside,
            },
            _ if dice.percent(60) => {
                let (protocol, port) = *dice.pick(&self.ports);
                self.connection(dice, &Connections::Ports(PortSet::one(protocol, port)))
            }
            _ if dice.percent(40) => Connection::Icmp { v6: false, number: 8 },
            _ => Connection::Other,
        }
    }

    fn look_up(&self, dice: &mut Dice, name: SmolStr, protocol: Protocol, port: u16) -> Connection {
        if protocol == Protocol::Sctp || dice.percent(10) {
            return Connection::Port(protocol, port);
        }
        let mut name = if dice.percent(60) { dice.pick(&self.names).clone() } else { name };
        let search = &self.meaning.compiled.policy.cluster;
        let mut suffixes = vec![search.domain.clone(), format_smolstr!("shop.svc.{}", search.domain)];
        suffixes.extend(search.search.iter().cloned());
        if dice.percent(20) {
            name = format_smolstr!("{name}.{}", dice.pick(&suffixes));
        }
        Connection::LookUp(name, protocol, port)
    }

    fn request(&self, dice: &mut Dice, line: RequestLine, port: u16) -> Connection {
        if dice.percent(8) {
            return Connection::Port(Protocol::Tcp, port);
        }
        let mut line = if dice.percent(25) { dice.pick(&self.requests).clone() } else { line };
        for _ in 0..2 {
            let (path, query) = line.target.split_once('?').map_or((line.target.as_str(), ""), |(a, b)| (a, b));
            let (path, query) = (path.to_owned(), if query.is_empty() { String::new() } else { format!("?{query}") });
            match dice.roll(20) {
                0 => line.target = format_smolstr!("{path}/x{query}"),
                1 => line.target = format_smolstr!("{path}/{query}"),
                2 => line.target = format_smolstr!("{path}x{query}"),
                3 | 4 => line.target = format_smolstr!("{path}?q=1"),
                5 => {
                    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
                    line.target = if parent.is_empty() { "/".into() } else { format_smolstr!("{parent}{query}") };
                }
                6 => line.target = format_smolstr!("{}{query}", path.to_uppercase()),
                7 => line.method = dice.word(&["GET", "HEAD", "POST", "GETS", "DELETE"]).into(),
                8 => {
                    let other = dice.pick(&self.requests);
                    line.authority.clone_from(&other.authority);
                    line.headers.clone_from(&other.headers);
                }
                9 => line.authority = line.authority.map(|host| format_smolstr!("{host}:8080")),
                10 => line.authority = dice.percent(50).then(|| "other.example".into()),
                11 => {
                    line.headers.pop_first();
                }
                12 => {
                    for value in line.headers.values_mut() {
                        *value = "other".into();
                    }
                }
                _ => break,
            }
        }
        Connection::Request(line, port)
    }
}

/// One of them for a port to which a plain rule leads, always the same.
fn dice_request(requests: &[RequestLine], port: u16) -> RequestLine {
    requests[usize::from(port) % requests.len()].clone()
}

fn anybody(dice: &mut Dice) -> Endpoints {
    dice.pick(&endpoints::anything()).clone()
}

/// The addresses before and after a range.
fn beside(first: IpAddr, last: IpAddr) -> Vec<IpAddr> {
    match (first, last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => {
            let around = [u32::from(first).checked_sub(1), u32::from(last).checked_add(1)];
            around.into_iter().flatten().map(|address| Ipv4Addr::from(address).into()).collect()
        }
        (IpAddr::V6(first), IpAddr::V6(last)) => {
            let around = [u128::from(first).checked_sub(1), u128::from(last).checked_add(1)];
            around.into_iter().flatten().map(|address| Ipv6Addr::from(address).into()).collect()
        }
        _ => Vec::new(),
    }
}

fn take_labels(into: &mut BTreeMap<SmolStr, BTreeSet<SmolStr>>, selector: &LabelSelector) {
    for requirement in &selector.0 {
        let values = into.entry(requirement.key.clone()).or_default();
        values.insert("other".into());
        if let Op::In(all) | Op::NotIn(all) = &requirement.op {
            values.extend(all.iter().cloned());
        }
    }
}

fn take_values(into: &mut Vec<SmolStr>, set: &ValueSet) {
    if let ValueSet::In(values) | ValueSet::NotIn(values) = set {
        for value in values.iter() {
            if !into.contains(value) {
                into.push(value.clone());
            }
        }
    }
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
