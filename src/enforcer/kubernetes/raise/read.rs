//! What the API server takes of a `NetworkPolicy` (`pkg/apis/networking/validation/validation.go` at 019c5dc, defaults in
//! `pkg/apis/networking/v1/defaults.go` at 030880a).

use crate::enforcer::raise::{Fields, Notes, Refusal, fields, is_string};
use crate::policy::{Direction, LabelSelector, Op, PortRange, Protocol, Requirement, Values};
use crate::semantics::nets::AddressSet;
use crate::yaml::{Node, Object, Range, Value};
use ipnet::IpNet;
use smol_str::SmolStr;

/// A policy that the API server takes.
pub struct Policy<'n> {
    /// Its spec's place.
    pub range: Range,
    /// Whom it governs, within its namespace.
    pub pods: LabelSelector,
    /// Whether it is for ingress.
    pub ingress: bool,
    /// Whether it is for egress.
    pub egress: bool,
    /// The entries of `ingress` and `egress`, those included that `policyTypes` leaves out.
    pub rules: Vec<Rule<'n>>,
}

/// An entry of `ingress` or `egress`.
pub struct Rule<'n> {
    /// Which.
    pub direction: Direction,
    /// Its index.
    pub index: usize,
    /// Where it stands.
    pub range: Range,
    /// `from` or `to`; `None`, when there are none, is everybody.
    pub peers: Option<Vec<Peer>>,
    /// `ports`; none is everything.
    pub ports: Vec<Port<'n>>,
}

/// An entry of `from` or `to`.
pub enum Peer {
    /// Pods.
    Pods {
        /// `podSelector`
        pods: LabelSelector,
        /// `namespaceSelector`; the policy's own namespace, when there is none.
        namespaces: Option<LabelSelector>,
    },
    /// `ipBlock`
    Net(AddressSet),
}

/// An entry of `ports`.
#[derive(Clone, Copy, Debug)]
pub enum Port<'n> {
    /// By number.
    Numbers(PortRange),
    /// By name.
    Named(&'n str, Protocol),
}

/// Reads a policy.
pub fn read<'n>(object: &Object<'n, 'n>, notes: &mut Notes) -> Result<Policy<'n>, Refusal> {
    let known = ["apiVersion", "kind", "metadata", "spec", "status"];
    let all = fields(object.node, &known, notes)?;
    if object.name.is_none() {
        return Err(Refusal::new(all.range(), "the policy has no name"));
    }
    let Some(node) = all.get("spec") else {
        // Everything in it has a default: all pods, ingress.
        let pods = LabelSelector::default();
        return Ok(Policy { range: all.range(), pods, ingress: true, egress: false, rules: Vec::new() });
    };
    let spec = fields(node, &["podSelector", "ingress", "egress", "policyTypes"], notes)?;
    let pods = optional_selector(spec, "podSelector", notes)?.unwrap_or_default();
    let mut rules = Vec::new();
    for (direction, key) in [(Direction::Ingress, "ingress"), (Direction::Egress, "egress")] {
        for (index, node) in spec.entries(key)?.iter().enumerate() {
            rules.push(rule(node, direction, index, notes)?);
        }
    }
    let (ingress, egress) = match spec.strings("policyTypes")? {
        Some(types) if !types.is_empty() => {
            if let Some(other) = types.iter().find(|name| !matches!(**name, "Ingress" | "Egress")) {
                return Err(Refusal::new(node.range, format!("there is no policy type `{other}`")));
            }
            if types.len() > 2 {
                return Err(Refusal::new(node.range, "more than two policy types"));
            }
            (types.contains(&"Ingress"), types.contains(&"Egress"))
        }
        _ => (true, rules.iter().any(|rule| rule.direction == Direction::Egress)),
    };
    Ok(Policy { range: spec.range(), pods, ingress, egress, rules })
}

fn rule<'n>(node: &'n Node<'n>, direction: Direction, index: usize, notes: &mut Notes) -> Result<Rule<'n>, Refusal> {
    let key = match direction {
        Direction::Ingress => "from",
        Direction::Egress => "to",
    };
    let rule = fields(node, &[key, "ports"], notes)?;
    let peers = match rule.entries(key)? {
        [] => None,
        nodes => Some(nodes.iter().map(|node| peer(node, notes)).collect::<Result<_, _>>()?),
    };
    let ports = rule.entries("ports")?.iter().map(|node| port(node, notes)).collect::<Result<_, _>>()?;
    Ok(Rule { direction, index, range: rule.range(), peers, ports })
}

fn peer(node: &Node<'_>, notes: &mut Notes) -> Result<Peer, Refusal> {
    let peer = fields(node, &["podSelector", "namespaceSelector", "ipBlock"], notes)?;
    let pods = optional_selector(peer, "podSelector", notes)?;
    let namespaces = optional_selector(peer, "namespaceSelector", notes)?;
    match (peer.get("ipBlock"), pods, namespaces) {
        (None, None, None) => Err(Refusal::new(node.range, "an empty peer; `from` without peers is everybody")),
        (None, pods, namespaces) => Ok(Peer::Pods { pods: pods.unwrap_or_default(), namespaces }),
        (Some(block), None, None) => net(block, notes).map(Peer::Net),
        (Some(block), ..) => Err(Refusal::new(block.range, "`ipBlock` excludes selectors")),
    }
}

fn net(node: &Node<'_>, notes: &mut Notes) -> Result<AddressSet, Refusal> {
    let block = fields(node, &["cidr", "except"], notes)?;
    let Some(cidr) = block.get("cidr") else { return Err(Refusal::new(node.range, "the `cidr` is missing")) };
    let cidr = range(cidr)?;
    let mut except = Vec::new();
    for node in block.entries("except")? {
        let part = range(node)?;
        if !cidr.contains(&part) || part.prefix_len() <= cidr.prefix_len() {
            return Err(Refusal::new(node.range, format!("`{part}` is no strict part of `{cidr}`")));
        }
        except.push(part);
    }
    Ok(AddressSet::of_ranges([&cidr]).difference(&AddressSet::of_ranges(&except)))
}

fn range(node: &Node<'_>) -> Result<IpNet, Refusal> {
    let text = is_string(node)?;
    let net: Result<IpNet, _> = text.parse();
    net.map(|net| net.trunc()).map_err(|_| Refusal::new(node.range, format!("`{text}` is no address range")))
}

/// A port is a number or a name; a string is always a name.
fn port<'n>(node: &'n Node<'n>, notes: &mut Notes) -> Result<Port<'n>, Refusal> {
    let port = fields(node, &["port", "endPort", "protocol"], notes)?;
    let protocol = match port.string("protocol")? {
        None | Some("TCP") => Protocol::Tcp,
        Some("UDP") => Protocol::Udp,
        Some("SCTP") => Protocol::Sctp,
        Some(other) => {
            return Err(Refusal::new(node.range, format!("the protocol is TCP, UDP or SCTP, not `{other}`")));
        }
    };
    let end = port.int("endPort")?;
    let number = |number: i64| {
        let port = u16::try_from(number).ok().filter(|port| *port > 0);
        port.ok_or_else(|| Refusal::new(node.range, format!("`{number}` is no port")))
    };
    match port.get("port").map(|node| &node.value) {
        None if end.is_none() => Ok(Port::Numbers(PortRange { protocol, first: 1, last: u16::MAX })),
        Some(Value::String(name)) if end.is_none() => {
            let letter = name.bytes().any(|byte| byte.is_ascii_lowercase());
            let parts = name.split('-').all(|part| {
                !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            });
            if name.len() <= 15 && letter && parts {
                Ok(Port::Named(name, protocol))
            } else {
                Err(Refusal::new(node.range, format!("\"{name}\" is no name of a port; a number has no quotes")))
            }
        }
        Some(Value::Int(first)) => {
            let (first, last) = (number(*first)?, number(end.unwrap_or(*first))?);
            if last < first {
                return Err(Refusal::new(node.range, "`endPort` is below `port`"));
            }
            Ok(Port::Numbers(PortRange { protocol, first, last }))
        }
        None | Some(Value::String(_)) => Err(Refusal::new(node.range, "`endPort` needs `port` to be a number")),
        Some(other) => Err(Refusal::new(node.range, format!("a port is a number or a name, not {}", other.kind()))),
    }
}

fn optional_selector(of: Fields<'_>, key: &str, notes: &mut Notes) -> Result<Option<LabelSelector>, Refusal> {
    of.get(key).map(|node| selector(node, notes)).transpose()
}

fn selector(node: &Node<'_>, notes: &mut Notes) -> Result<LabelSelector, Refusal> {
    let selector = fields(node, &["matchLabels", "matchExpressions"], notes)?;
    let mut requirements = Vec::new();
    if let Some(labels) = selector.get("matchLabels") {
        let entries = labels.as_mapping();
        for entry in
            entries.ok_or_else(|| Refusal::new(labels.range, "this has to be a mapping from keys to values"))?
        {
            let value = value(&entry.value)?;
            let key = key(&entry.key.name, entry.key.range)?;
            requirements.push(Requirement { key, op: Op::In(Values::one(value)) });
        }
    }
    for node in selector.entries("matchExpressions")? {
        let expression = fields(node, &["key", "operator", "values"], notes)?;
        let key = key(expression.string("key")?.unwrap_or_default(), node.range)?;
        let values = expression.entries("values")?.iter().map(value).collect::<Result<Values, Refusal>>()?;
        let op = match (expression.string("operator")?.unwrap_or_default(), values.is_empty()) {
            ("In", false) => Op::In(values),
            ("NotIn", false) => Op::NotIn(values),
            ("Exists", true) => Op::Exists,
            ("DoesNotExist", true) => Op::DoesNotExist,
            ("In" | "NotIn", true) => return Err(Refusal::new(node.range, "`In` and `NotIn` need `values`")),
            ("Exists" | "DoesNotExist", false) => {
                return Err(Refusal::new(node.range, "`Exists` and `DoesNotExist` take no `values`"));
            }
            (other, _) => return Err(Refusal::new(node.range, format!("`{other}` is no operator"))),
        };
        requirements.push(Requirement { key, op });
    }
    Ok(LabelSelector::new(requirements))
}

/// `IsQualifiedName` in `k8s.io/apimachinery/pkg/util/validation`.
fn key(key: &str, range: Range) -> Result<SmolStr, Refusal> {
    let (prefix, name) = key.split_once('/').unwrap_or(("x", key));
    let is_prefix = prefix.len() <= 253
        && prefix.split('.').all(|part| {
            part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                && !part.is_empty()
                && !part.starts_with('-')
                && !part.ends_with('-')
        });
    if is_prefix && is_word(name) {
        Ok(key.into())
    } else {
        Err(Refusal::new(range, format!("`{key}` is no label key")))
    }
}

fn value(node: &Node<'_>) -> Result<SmolStr, Refusal> {
    let value = is_string(node)?;
    if value.is_empty() || is_word(value) {
        Ok(value.into())
    } else {
        Err(Refusal::new(node.range, format!("`{value}` is no label value")))
    }
}

/// At most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends.
fn is_word(word: &str) -> bool {
    let alphanumeric = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    word.len() <= 63
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && alphanumeric(word.chars().next())
        && alphanumeric(word.chars().next_back())
}
