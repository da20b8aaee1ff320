//! Peers outside, and ports.

use super::Generator;

/// Ranges that lie within, beside and around each other.
const RANGES: &[&str] = &[
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.1.2.0/24",
    "10.1.2.3",
    "10.2.0.0/15",
    "192.0.2.0/25",
    "192.0.2.128/25",
    "192.0.2.0/24",
    "8.8.8.8",
    "8.8.0.0/16",
    "169.254.0.0/16",
    "0.0.0.0/0",
    "0.0.0.0/1",
    "[2001:db8::/32]",
    "[2001:db8:1::/48]",
    "[2001:db8:1::5]",
    "[::/0]",
];

/// Lists with what is taken out of them; `P` stands for ports.
const EXCEPTS: &[&str] = &[
    "10.0.0.0/8P except 10.1.0.0/16",
    "10.0.0.0/8P except 10.1.0.0/16, 10.2.3.0/24, 10.255.255.255",
    "0.0.0.0/0P except private",
    "0.0.0.0/0P, [::/0]P except private",
    "(8.8.0.0/16, 10.1.0.0/16)P except 10.1.2.0/24, 8.8.128.0/17",
    "[2001:db8::/32]P except [2001:db8:1::/48]",
    "0.0.0.0/0P except cloud-metadata",
];

const NAMES: &[&str] =
    &["api.example.com", "b.example.com", "*.example.com", "api-*.example.com", "example.com", "api.example.org"];

/// Ports that touch, overlap and contain each other. None is one that requests are for.
pub const PORTS: &[&str] = &[
    ":80",
    ":443",
    ":5432",
    ":80-90",
    ":91-95",
    ":85-92",
    ":[80, 443, 53/udp]",
    ":[80-84, 86-90]",
    ":53/any",
    ":any/udp",
    ":5060/sctp",
    ":53/udp",
    ":1",
    ":65535",
    ":1024-4000",
];

/// Ports that have requests or TLS names for others. Where the peers are the same, the sentence is refused.
const BUSY_PORTS: &[&str] = &[":8080", ":8000-9000", ":[80, 8080]", ":8443", ":any/tcp"];

impl Generator<'_> {
    /// Ports of anybody; in one of some cases none, which is all of them.
    pub fn ports(&mut self) -> String {
        let most = if self.requests { 3 } else { 18 };
        match self.dice.roll(100) {
            number if number < most => String::new(),
            number if number < most + 4 => self.dice.word(BUSY_PORTS),
            _ => self.dice.word(PORTS),
        }
    }

    /// Addresses, with ports.
    pub fn net(&mut self) -> String {
        let ports = self.ports();
        match self.dice.roll(10) {
            0..=2 => self.dice.word(EXCEPTS).replace('P', &ports),
            3 => format!("({}){ports}", self.dice.some(RANGES, 3).join(", ")),
            4 => format!("{}{ports}", self.dice.word(&["private", "cloud-metadata", "partner", "lan"])),
            _ => format!("{}{ports}", self.dice.word(RANGES)),
        }
    }

    /// A name or pattern.
    pub fn name(&mut self) -> String {
        match (self.dice.roll(8), self.cilium) {
            (0, Some(19..)) => "**.example.com".to_owned(),
            _ => self.dice.word(NAMES),
        }
    }

    /// Names, addresses or both, with ports.
    pub fn outside(&mut self) -> String {
        if self.cilium.is_none() || self.dice.percent(55) {
            return self.net();
        }
        let ports = self.ports();
        match self.dice.roll(6) {
            0 => "stripe".to_owned(),
            1 => format!("({}, {}){ports}", self.name(), self.dice.word(RANGES)),
            2 => format!("{}{ports}, {}:443", self.name(), self.name()),
            _ => format!("{}{ports}", self.name()),
        }
    }

    /// What only an enforcer can name.
    pub fn entity(&mut self) -> String {
        let ports = self.ports();
        let entity = self.dice.word(&[
            "world",
            "cluster",
            "host",
            "remote-node",
            "nodes",
            "kube-apiserver",
            "ingress",
            "health",
            "init",
            "unmanaged",
            "anything",
            "workloads in every namespace",
            "worker",
        ]);
        match entity.as_str() {
            "worker" if !self.nodes => format!("remote-node{ports}"),
            // Where requests are for some ports only, whatever is open to everybody is open on others.
            "anything" | "cluster" | "workloads in every namespace" if self.requests && ports.is_empty() => {
                format!("{entity}:443")
            }
            _ => format!("{entity}{ports}"),
        }
    }
}
