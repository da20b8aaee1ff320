//! Ports, ICMP types and what goes with them: `PortRule.sanitize` and `ICMPRule.verify`.

use super::{Reading, l7};
use crate::enforcer::cilium::raise::form::{L7, List, Port, PortRule, Traffic};
use crate::enforcer::raise::{Fields, Refusal, fields};
use crate::policy::Protocol;
use crate::yaml::{Node, Value};

/// `maxPorts` and `maxICMPFields`
const MOST: usize = 40;

/// Reads `toPorts` or `icmps`; the agent takes an empty list of either for none.
pub fn traffic<'n>(rule: Fields<'n>, list: List, reading: &mut Reading) -> Result<Traffic<'n>, Refusal> {
    let (ports, icmps) = (rule.entries("toPorts")?, rule.entries("icmps")?);
    match (ports, icmps) {
        ([], []) => Ok(Traffic::All),
        ([], icmps) => {
            let mut types = Vec::new();
            for node in icmps {
                let fields = fields(node, &["fields"], &mut reading.notes)?.entries("fields")?;
                if fields.len() > MOST {
                    return Err(Refusal::new(node.range, format!("more than {MOST} ICMP types in one entry")));
                }
                for field in fields {
                    types.push(icmp(field, reading)?);
                }
            }
            Ok(Traffic::Icmp(types))
        }
        (ports, []) => {
            Ok(Traffic::Ports(ports.iter().map(|node| port_rule(node, list, reading)).collect::<Result<_, _>>()?))
        }
        _ => Err(Refusal::new(rule.range(), "`toPorts` and `icmps` exclude each other in one rule")),
    }
}

fn port_rule<'n>(node: &'n Node<'n>, list: List, reading: &mut Reading) -> Result<PortRule<'n>, Refusal> {
    let known: &[&str] = if list.denies() {
        &["ports"]
    } else {
        &["ports", "rules", "serverNames", "listener", "terminatingTLS", "originatingTLS"]
    };
    let rule = fields(node, known, &mut reading.notes)?;
    let nodes = rule.entries("ports")?;
    if nodes.len() > MOST {
        return Err(Refusal::new(node.range, format!("more than {MOST} ports in one entry of `toPorts`")));
    }
    let mut ports = Vec::with_capacity(nodes.len());
    for node in nodes {
        ports.push(port(node, reading)?);
    }
    let mut read = PortRule { ports, server_names: Vec::new(), l7: L7::None, other: None };
    if list.denies() {
        return Ok(read);
    }
    read.l7 = l7::rules(rule, list, reading)?;
    read.server_names = rule.strings("serverNames")?.unwrap_or_default();
    read.other = contexts(rule, reading)?;
    l7::check(&read, list, rule, reading)?;
    Ok(read)
}

/// Fields by which other parties decide.
fn contexts(rule: Fields<'_>, reading: &mut Reading) -> Result<Option<&'static str>, Refusal> {
    let mut found = None;
    for key in ["terminatingTLS", "originatingTLS"] {
        if let Some(node) = rule.get(key) {
            let context = fields(node, &["secret", "trustedCA", "certificate", "privateKey"], &mut reading.notes)?;
            if let Some(secret) = context.get("secret") {
                fields(secret, &["name", "namespace"], &mut reading.notes)?;
            }
            found = Some(key);
        }
    }
    if let Some(node) = rule.get("listener") {
        let listener = fields(node, &["envoyConfig", "name", "priority"], &mut reading.notes)?;
        if let Some(config) = listener.get("envoyConfig") {
            fields(config, &["kind", "name"], &mut reading.notes)?;
        }
        found = Some("listener");
    }
    Ok(found)
}

/// `PortProtocol.sanitize`. The number is read with Go's base 0: `010` is 8. A range that ends before it begins is its
/// first port, and one that begins at 0 is every port from 1.20 on (`L4Filter.toMapState` in `pkg/policy/l4.go`; until then,
/// by the engines of 1.18.4 and 1.19.4, it is itself). Which protocols there
/// are: `L4Proto.Validate` in `pkg/policy/api/utils.go` of 1.18.4, 1.19.4 and 1.20.2.
fn port<'n>(node: &'n Node<'n>, reading: &mut Reading) -> Result<Port<'n>, Refusal> {
    let port = fields(node, &["port", "endPort", "protocol"], &mut reading.notes)?;
    let text = port.text("port")?;
    let protocol = port.string("protocol")?.unwrap_or_default();
    let end = port.int("endPort")?.unwrap_or(0);
    let (protocol, portless) = match protocol.to_ascii_uppercase().as_str() {
        "" | "ANY" => (None, None),
        "TCP" => (Some(Protocol::Tcp), None),
        "UDP" => (Some(Protocol::Udp), None),
        "SCTP" => (Some(Protocol::Sctp), None),
        "VRRP" | "IGMP" if !reading.before(19) => (None, Some(protocol)),
        "GRE" | "IPIP" | "IPV6" | "ESP" | "AH" if !reading.before(20) => (None, Some(protocol)),
        _ => return Err(Refusal::new(node.range, format!("the protocol is TCP, UDP, SCTP or ANY, not `{protocol}`"))),
    };
    let Some(text) = text else {
        // With `enable-extended-ip-protocols` a protocol without ports needs none.
        return portless
            .map(Port::Portless)
            .ok_or_else(|| Refusal::new(node.range, "the `port` is missing; every port is \"0\""));
    };
    if is_service_name(text) {
        return Ok(Port::Named { name: text, protocol });
    }
    let first = number(text).ok_or_else(|| Refusal::new(node.range, format!("`{text}` is no port")))?;
    if let Some(protocol) = portless {
        return if text == "0" {
            Ok(Port::Portless(protocol))
        } else {
            Err(Refusal::new(node.range, format!("{protocol} has no ports")))
        };
    }
    let last = match u16::try_from(end) {
        Ok(end) if first != 0 || reading.before(20) => end.max(first),
        Ok(_) => first,
        Err(_) => return Err(Refusal::new(node.range, format!("`{end}` is no port"))),
    };
    Ok(Port::Numbers { protocol, first, last })
}

/// Letters and digits, at least one of them a letter, with single dashes between them, at most 15 (RFC 6335, 5.1;
/// `pkg/iana/svcname.go`).
fn is_service_name(text: &str) -> bool {
    text.len() <= 15
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// `strconv.ParseUint(text, 0, 16)` of what is no service name: decimal, or octal behind a zero, with single underscores
/// between the digits. (`0x1f` has a letter.)
fn number(text: &str) -> Option<u16> {
    let is_group = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    if !text.split('_').all(is_group) {
        return None;
    }
    let digits = text.replace('_', "");
    match digits.strip_prefix('0') {
        Some(octal) if !octal.is_empty() => u16::from_str_radix(octal, 8).ok(),
        _ => digits.parse().ok(),
    }
}

/// `ICMPField` in `pkg/policy/api/icmp.go`: the types become ports, so 0 stands for all.
fn icmp(node: &Node<'_>, reading: &mut Reading) -> Result<(bool, u16), Refusal> {
    let field = fields(node, &["family", "type"], &mut reading.notes)?;
    let v6 = match field.text("family")? {
        None | Some("IPv4") => false,
        Some("IPv6") => true,
        Some(other) => return Err(Refusal::new(node.range, format!("the family is IPv4 or IPv6, not `{other}`"))),
    };
    let Some(node) = field.get("type") else { return Err(Refusal::new(node.range, "the `type` is missing")) };
    let number = match &node.value {
        Value::Int(number) => u16::try_from(*number).ok(),
        Value::String(text) => number(text).or_else(|| icmp_type(v6, text)),
        _ => None,
    };
    number.map(|number| (v6, number)).ok_or_else(|| Refusal::new(node.range, "there is no such ICMP type"))
}

fn icmp_type(v6: bool, name: &str) -> Option<u16> {
    const V4: &[(&str, u16)] = &[
        ("EchoReply", 0),
        ("DestinationUnreachable", 3),
        ("Redirect", 5),
        ("Echo", 8),
        ("EchoRequest", 8),
        ("RouterAdvertisement", 9),
        ("RouterSelection", 10),
        ("TimeExceeded", 11),
        ("ParameterProblem", 12),
        ("Timestamp", 13),
        ("TimestampReply", 14),
        ("Photuris", 40),
        ("ExtendedEchoRequest", 42),
        ("ExtendedEchoReply", 43),
    ];
    const V6: &[(&str, u16)] = &[
        ("DestinationUnreachable", 1),
        ("PacketTooBig", 2),
        ("TimeExceeded", 3),
        ("ParameterProblem", 4),
        ("EchoRequest", 128),
        ("EchoReply", 129),
        ("MulticastListenerQuery", 130),
        ("MulticastListenerReport", 131),
        ("MulticastListenerDone", 132),
        ("RouterSolicitation", 133),
        ("RouterAdvertisement", 134),
        ("NeighborSolicitation", 135),
        ("NeighborAdvertisement", 136),
        ("RedirectMessage", 137),
        ("RouterRenumbering", 138),
        ("ICMPNodeInformationQuery", 139),
        ("ICMPNodeInformationResponse", 140),
        ("InverseNeighborDiscoverySolicitation", 141),
        ("InverseNeighborDiscoveryAdvertisement", 142),
        ("HomeAgentAddressDiscoveryRequest", 144),
        ("HomeAgentAddressDiscoveryReply", 145),
        ("MobilePrefixSolicitation", 146),
        ("MobilePrefixAdvertisement", 147),
        ("DuplicateAddressRequestCodeSuffix", 157),
        ("DuplicateAddressConfirmationCodeSuffix", 158),
        ("ExtendedEchoRequest", 160),
        ("ExtendedEchoReply", 161),
    ];
    let names = if v6 { V6 } else { V4 };
    names.iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
}
