//! What passes: one of a set, or near it.

use super::super::dice::Dice;
use super::Flows;
use smol_str::{SmolStr, format_smolstr};
use ztp::policy::{PortSet, Protocol};
use ztp::semantics::Answer;
use ztp::semantics::connections::{self, Connection, Connections, RequestLine};

impl Flows<'_, '_> {
    pub(super) fn anything(&self, dice: &mut Dice) -> Connections {
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
    pub(super) fn connection(&self, dice: &mut Dice, set: &Connections) -> Connection {
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
