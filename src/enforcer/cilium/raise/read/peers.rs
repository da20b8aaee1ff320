//! The other end of a rule: `mergeEndpointSelectors` in `pkg/policy/utils/parserules.go` (1.20.2) after the checks of
//! `IngressCommonRule.sanitize` and `EgressCommonRule.sanitize`.
//!
//! A list that is there and empty selects nothing, also beside another list, but for `toFQDNs`, `toServices` and the
//! groups: those count as unsaid when they are empty, so that with ports beside them the rule is about everybody
//! (`cilium-verdicts` S4).

use super::Reading;
use super::selector::selector;
use crate::enforcer::cilium::raise::form::{Addresses, Entity, List, Name, Peers};
use crate::enforcer::raise::{Fields, Refusal, fields, is_string};
use crate::policy;
use crate::yaml::{Node, Range};
use ipnet::IpNet;

/// Which lists there are: the key for ingress and the one for egress.
const LISTS: [(Option<&str>, Option<&str>, Kind); 8] = [
    (Some("fromEndpoints"), Some("toEndpoints"), Kind::Endpoints),
    (Some("fromNodes"), Some("toNodes"), Kind::Nodes),
    (Some("fromEntities"), Some("toEntities"), Kind::Entities),
    (Some("fromCIDR"), Some("toCIDR"), Kind::Cidrs),
    (Some("fromCIDRSet"), Some("toCIDRSet"), Kind::CidrSet),
    (Some("fromGroups"), Some("toGroups"), Kind::Groups),
    (None, Some("toServices"), Kind::Services),
    (None, Some("toFQDNs"), Kind::Names),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Endpoints,
    Nodes,
    Entities,
    Cidrs,
    CidrSet,
    Groups,
    Services,
    Names,
}

/// Reads whichever list there is.
pub fn peers<'n>(rule: Fields<'n>, list: List, reading: &mut Reading) -> Result<Peers<'n>, Refusal> {
    let requires = if list.is_ingress() { "fromRequires" } else { "toRequires" };
    if let Some([first, ..]) = rule.list(requires)? {
        return if reading.before(19) {
            Ok(Peers::Known(requires))
        } else {
            Err(Refusal::new(first.range, format!("`{requires}` was removed in 1.19; the schema wants it empty")))
        };
    }
    let mut found: Option<(&str, Kind, &'n [Node<'n>])> = None;
    let mut empty = false;
    for (ingress, egress, kind) in LISTS {
        let Some(key) = (if list.is_ingress() { ingress } else { egress }) else { continue };
        if kind == Kind::Names && list.denies() {
            continue; // It has no such field, and what is unknown was seen to.
        }
        match rule.list(key)? {
            None => {}
            Some([]) => empty |= !matches!(kind, Kind::Groups | Kind::Services | Kind::Names),
            Some(nodes) => match found {
                Some((other, ..)) => {
                    let reason = format!("`{other}` and `{key}` exclude each other in one rule");
                    return Err(Refusal::new(rule.range(), reason));
                }
                None => found = Some((key, kind, nodes)),
            },
        }
    }
    let Some((key, kind, nodes)) = found else { return Ok(if empty { Peers::Nothing } else { Peers::Unsaid }) };
    let peers = match kind {
        Kind::Endpoints => Peers::Endpoints(selectors(nodes, reading)?),
        Kind::Nodes if !reading.node_labels => {
            return Err(Refusal::new(rule.range(), format!("`{key}` needs `enable-node-selector-labels`")));
        }
        Kind::Nodes => Peers::Nodes(selectors(nodes, reading)?),
        Kind::Entities => Peers::Entities(nodes.iter().map(|node| entity(node, reading)).collect::<Result<_, _>>()?),
        Kind::Cidrs => Peers::Nets(nodes.iter().map(cidr).collect::<Result<_, _>>()?),
        Kind::CidrSet => Peers::Nets(nodes.iter().map(|node| cidr_rule(node, reading)).collect::<Result<_, _>>()?),
        Kind::Names => Peers::Names(nodes.iter().map(|node| name(node, true, reading)).collect::<Result<_, _>>()?),
        Kind::Groups => {
            nodes.iter().try_for_each(|node| group(node, reading))?;
            Peers::Known(if list.is_ingress() { "fromGroups" } else { "toGroups" })
        }
        Kind::Services => {
            nodes.iter().try_for_each(|node| service(node, reading))?;
            Peers::Known("toServices")
        }
    };
    Ok(if empty { Peers::Nothing } else { peers })
}

fn selectors<'n>(
    nodes: &'n [Node<'n>],
    reading: &mut Reading,
) -> Result<Vec<crate::enforcer::cilium::raise::form::Selector<'n>>, Refusal> {
    nodes.iter().map(|node| selector(node, reading)).collect()
}

/// `EntitySelectorMapping` in `pkg/policy/api/entity.go`, which has `cluster-mesh` from 1.20 on (not in 1.19.4). The schema
/// lacks `world-ipv4` and its like, the agent takes them.
fn entity(node: &Node<'_>, reading: &Reading) -> Result<Entity, Refusal> {
    use policy::Entity as Plain;
    Ok(match is_string(node)? {
        "all" => Entity::All,
        "none" => Entity::None,
        "cluster-mesh" if !reading.before(20) => Entity::ClusterMesh,
        "world-ipv4" => Entity::WorldIpv4,
        "world-ipv6" => Entity::WorldIpv6,
        "world" => Entity::Plain(Plain::World),
        "cluster" => Entity::Plain(Plain::Cluster),
        "host" => Entity::Plain(Plain::Host),
        "remote-node" => Entity::Plain(Plain::RemoteNode),
        "kube-apiserver" => Entity::Plain(Plain::KubeApiserver),
        "ingress" => Entity::Plain(Plain::Ingress),
        "health" => Entity::Plain(Plain::Health),
        "init" => Entity::Plain(Plain::Init),
        "unmanaged" => Entity::Plain(Plain::Unmanaged),
        other => return Err(Refusal::new(node.range, format!("there is no entity `{other}`"))),
    })
}

/// An entry of `toCIDR`. The agents of 1.16 to 1.20 take an address without a prefix length, but the schemas of all of
/// them have the format `cidr`, which has one (`cilium-verdicts` U2).
fn cidr(node: &Node<'_>) -> Result<Addresses, Refusal> {
    Ok(Addresses::Range(range(is_string(node)?, node.range)?))
}

/// A range; its host bits do not count. No number in it has a leading zero (`netip.ParsePrefix` of Go 1.25).
fn range(text: &str, range: Range) -> Result<IpNet, Refusal> {
    let parsed = text.split_once('/').and_then(|(address, length)| {
        let length = length.parse().ok().filter(|number: &u8| number.to_string() == length)?;
        IpNet::new(address.parse().ok()?, length).ok()
    });
    parsed.map(|net| net.trunc()).ok_or_else(|| Refusal::new(range, format!("`{text}` is no address range")))
}

/// An entry of `toCIDRSet` (`CIDRRule.sanitize`).
fn cidr_rule(node: &Node<'_>, reading: &mut Reading) -> Result<Addresses, Refusal> {
    let known = ["cidr", "cidrGroupRef", "cidrGroupSelector", "except"];
    let rule = fields(node, &known, &mut reading.notes)?;
    let cidr = rule.text("cidr")?;
    let group = rule.text("cidrGroupRef")?;
    let selected = rule.get("cidrGroupSelector");
    if let Some(node) = selected {
        selector(node, reading)?;
    }
    match (cidr, usize::from(cidr.is_some()) + usize::from(group.is_some()) + usize::from(selected.is_some())) {
        (_, 0) => Err(Refusal::new(node.range, "one of `cidr`, `cidrGroupRef` and `cidrGroupSelector` is needed")),
        (Some(cidr), 1) => {
            let cidr = range(cidr, node.range)?;
            let mut except = Vec::new();
            for node in rule.entries("except")? {
                let part = range(is_string(node)?, node.range)?;
                // Prefixes of one family, so that a part of the same length is allowed and takes all away.
                if !cidr.contains(&part) {
                    return Err(Refusal::new(node.range, format!("`{part}` does not lie in `{cidr}`")));
                }
                except.push(part);
            }
            Ok(Addresses::Net(cidr, except))
        }
        (None, 1) => Ok(Addresses::Group),
        _ => Err(Refusal::new(node.range, "`cidr`, `cidrGroupRef` and `cidrGroupSelector` exclude each other")),
    }
}

/// An entry of `toFQDNs` (`FQDNSelector.sanitize` in `pkg/policy/api/fqdn.go`), which has one of the two at most, or of
/// `dns` (`PortRuleDNS.Sanitize`), where both count.
pub fn name<'n>(node: &'n Node<'n>, one: bool, reading: &mut Reading) -> Result<Name<'n>, Refusal> {
    let both = fields(node, &["matchName", "matchPattern"], &mut reading.notes)?;
    let (name, pattern) = (both.text("matchName")?, both.text("matchPattern")?);
    let allowed = |text: &str, star: bool| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') || (star && byte == b'*'))
    };
    if one && name.is_some() && pattern.is_some() {
        return Err(Refusal::new(node.range, "`matchName` and `matchPattern` exclude each other"));
    }
    for (text, star) in [(name, false), (pattern, true)] {
        if let Some(text) = text.filter(|text| !allowed(text, star) || text.len() > 255) {
            return Err(Refusal::new(node.range, format!("`{text}` is no DNS name or pattern")));
        }
    }
    Ok(Name { name, pattern })
}

fn group(node: &Node<'_>, reading: &mut Reading) -> Result<(), Refusal> {
    if let Some(aws) = fields(node, &["aws"], &mut reading.notes)?.get("aws") {
        fields(aws, &["labels", "region", "securityGroupsIds", "securityGroupsNames"], &mut reading.notes)?;
    }
    Ok(())
}

fn service(node: &Node<'_>, reading: &mut Reading) -> Result<(), Refusal> {
    let service = fields(node, &["k8sService", "k8sServiceSelector"], &mut reading.notes)?;
    if let Some(node) = service.get("k8sService") {
        fields(node, &["serviceName", "namespace"], &mut reading.notes)?;
    }
    if let Some(node) = service.get("k8sServiceSelector")
        && let Some(node) = fields(node, &["selector", "namespace"], &mut reading.notes)?.get("selector")
    {
        selector(node, reading)?;
    }
    Ok(())
}
