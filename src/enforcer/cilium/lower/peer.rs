//! The other end of a rule.

use crate::enforcer::cilium::label;
use crate::manifest::cilium::{Cidr, Fqdn, Peers};
use crate::policy::{Direction, DnsPattern, Entity, Net, Op, Peer};
use ipnet::IpNet;
use smol_str::SmolStr;

/// The peers of an allow rule; `None` if no peer can be meant. A mesh's cluster name is said only here, never in a
/// deny, where a wrong name would fail open.
pub fn allowed(peer: &Peer, mesh_name: Option<&str>) -> Option<Peers> {
    Some(match peer {
        Peer::Pods(selector) => {
            let mut pods = label::pods_selector(selector)?;
            if let Some(name) = mesh_name {
                pods.match_labels.push((SmolStr::new_static(label::CLUSTER), name.into()));
                pods.match_labels.sort();
            }
            Peers::Endpoints(vec![pods])
        }
        Peer::Entity(entity) => Peers::Entities(vec![entity.as_str()]),
        Peer::Nodes(selector) => Peers::Nodes(vec![label::nodes(selector)?]),
        Peer::Net(net) => Peers::CidrSet(vec![cidr(net)]),
        Peer::Name(name) => Peers::Fqdns(vec![fqdn(name)]),
        Peer::Anything => Peers::Entities(vec!["all"]),
    })
}

/// The peers of a deny rule. An ingress deny never names the local node, which must reach its pods for their probes:
/// on control-plane hosts it is the entity `kube-apiserver`, too. `all`, `cluster` and `host` do not get here (E0702).
pub fn denied(direction: Direction, peer: &Peer) -> Option<Peers> {
    match (direction, peer) {
        (Direction::Ingress, Peer::Entity(Entity::KubeApiserver)) => {
            let elsewhere = label::has("reserved:kube-apiserver").and(&label::one("reserved:host", Op::DoesNotExist));
            Some(Peers::Endpoints(vec![label::selector(&elsewhere)]))
        }
        (_, Peer::Pods(selector)) => {
            let pods = label::in_every_cluster(&label::pods(selector)?);
            Some(Peers::Endpoints(vec![label::selector(&pods)]))
        }
        _ => allowed(peer, None),
    }
}

/// An entry of a CIDR set.
pub fn cidr(net: &Net) -> Cidr {
    Cidr { cidr: net.cidr.to_string(), except: net.except.iter().map(ToString::to_string).collect() }
}

/// Writes ranges of length 0 as their halves, which no version takes for anything else (see
/// [`WORLD_BY_FAMILY`](crate::enforcer::cilium::capability::WORLD_BY_FAMILY)).
pub fn halve(peers: &mut Peers) {
    let Peers::CidrSet(list) = peers else { return };
    *list = std::mem::take(list).into_iter().flat_map(|entry| halves(&entry).unwrap_or_else(|| vec![entry])).collect();
}

/// The halves of an entry of length 0.
fn halves(entry: &Cidr) -> Option<Vec<Cidr>> {
    let whole: IpNet = entry.cidr.parse().ok().filter(|net: &IpNet| net.prefix_len() == 0)?;
    let within = |half: &IpNet| -> Vec<String> {
        let inside = |text: &&String| text.parse::<IpNet>().is_ok_and(|net| half.contains(&net));
        entry.except.iter().filter(inside).cloned().collect()
    };
    let halves = whole.subnets(1).ok()?;
    Some(halves.map(|half| Cidr { cidr: half.to_string(), except: within(&half) }).collect())
}

/// An entry of `toFQDNs` or of a `dns` rule. `**.` needs 1.19, which `check` sees to.
pub fn fqdn(name: &DnsPattern) -> Fqdn {
    match name {
        DnsPattern::Exact(name) => Fqdn::Name(name.to_string()),
        DnsPattern::Glob(pattern) => Fqdn::Pattern(pattern.to_string()),
        DnsPattern::Below(suffix) => Fqdn::Pattern(format!("**.{suffix}")),
        DnsPattern::Any => Fqdn::Pattern("*".to_owned()),
    }
}

/// Adds peers of the same kind and returns whether they were. Peers that are sorted stay without repeats.
pub fn join(peers: &mut Peers, other: &Peers) -> bool {
    fn add<T: PartialEq + Clone>(list: &mut Vec<T>, others: &[T]) -> bool {
        for other in others {
            if list.last() != Some(other) {
                list.push(other.clone());
            }
        }
        true
    }
    match (peers, other) {
        (Peers::Endpoints(list), Peers::Endpoints(others)) | (Peers::Nodes(list), Peers::Nodes(others)) => {
            add(list, others)
        }
        (Peers::Entities(list), Peers::Entities(others)) => add(list, others),
        (Peers::CidrSet(list), Peers::CidrSet(others)) => add(list, others),
        (Peers::Fqdns(list), Peers::Fqdns(others)) => add(list, others),
        _ => false,
    }
}
