//! What a boundary permits, by the kinds of other ends.

use crate::diagnostic::problem::boundary::BoundaryProblem;
use crate::enforcer::cilium::label;
use crate::policy::{
    self, Boundary, Direction, DnsPattern, DnsServer, Entity, LabelSelector, Net, Op, Peer, Permit, Policy, PortSet,
};
use crate::source::Span;
use ipnet::IpNet;
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;

/// The longest DNS name that can be a label's key: 63 characters less `fqdn.`, which Cilium 1.19 puts before it
/// (`pkg/labels`, `GetExtendedKeyFrom`) and checks with it.
const MAX_NAME: usize = 58;

/// The kinds of other ends, by what Cilium labels them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    World,
    Pods,
    Host,
    RemoteNode,
    Ingress,
    Health,
    Init,
    Unmanaged,
}

impl Class {
    pub const ALL: [Self; 8] = [
        Self::World,
        Self::Pods,
        Self::Host,
        Self::RemoteNode,
        Self::Ingress,
        Self::Health,
        Self::Init,
        Self::Unmanaged,
    ];

    pub fn entity(self) -> Option<&'static str> {
        Some(match self {
            Self::Pods => return None,
            Self::World => "world",
            Self::Host => "host",
            Self::RemoteNode => "remote-node",
            Self::Ingress => "ingress",
            Self::Health => "health",
            Self::Init => "init",
            Self::Unmanaged => "unmanaged",
        })
    }

    /// What is in it. On dual-stack clusters the world has a label a family instead of `reserved:world`.
    pub fn base(self) -> Vec<LabelSelector> {
        match self.entity() {
            None => vec![label::in_every_cluster(&label::has(label::NAMESPACE))],
            Some("world") => {
                ["reserved:world", "reserved:world-ipv4", "reserved:world-ipv6"].map(label::marked).to_vec()
            }
            Some(entity) => vec![label::marked(format_smolstr!("reserved:{entity}"))],
        }
    }
}

/// What is permitted within a class.
pub struct Hole {
    pub place: HolePlace,
    /// `None` is all traffic.
    pub ports: Option<PortSet>,
    pub span: Span,
}

pub enum HolePlace {
    /// All of the class.
    Whole,
    /// Those that a selector can tell by other than names and addresses.
    Labelled(LabelSelector),
    /// A DNS name.
    Name(SmolStr),
    /// Addresses.
    Net(Net),
}

impl HolePlace {
    /// What tells it from the rest of its class.
    pub fn term(&self) -> LabelSelector {
        match self {
            Self::Whole => LabelSelector::default(),
            Self::Labelled(term) => term.clone(),
            Self::Name(name) => label::has(format_smolstr!("fqdn:{name}")),
            Self::Net(net) => {
                let within = label::has(cidr_key(net.cidr));
                net.except.iter().fold(within, |term, &part| term.and(&label::one(cidr_key(part), Op::DoesNotExist)))
            }
        }
    }

    /// Its addresses; none where it is told by other than addresses.
    pub fn nets(&self) -> Vec<Net> {
        match self {
            Self::Net(net) => vec![net.clone()],
            Self::Whole => both_families().map(Net::whole).into(),
            Self::Labelled(_) | Self::Name(_) => Vec::new(),
        }
    }
}

/// What is permitted, by class; for egress the cluster's DNS servers are.
pub fn holes(policy: &Policy, boundary: &Boundary) -> Result<BTreeMap<Class, Vec<Hole>>, Vec<BoundaryProblem>> {
    let mut holes: BTreeMap<Class, Vec<Hole>> = BTreeMap::new();
    let mut problems = Vec::new();
    let span = policy.sentence(boundary.sentence).span;
    let servers = policy.cluster.dns.iter().filter(|_| boundary.direction == Direction::Egress);
    let permit = |server: &DnsServer| Permit {
        peer: server.peer(),
        traffic: policy::Traffic::Ports(server.ports().clone()),
        span,
    };
    let servers: Vec<Permit> = servers.map(permit).collect();
    for permit in boundary.permits.iter().chain(&servers) {
        let ports = match &permit.traffic {
            policy::Traffic::All => None,
            policy::Traffic::Ports(ports) => Some(ports.clone()),
            _ => {
                problems.push(BoundaryProblem::Traffic { span: permit.span });
                continue;
            }
        };
        match places(permit, boundary.direction, policy.cluster.mesh_name.as_ref()) {
            Ok(places) => {
                for (class, place) in places {
                    holes.entry(class).or_default().push(Hole { place, ports: ports.clone(), span: permit.span });
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(holes) } else { Err(problems) }
}

/// In a mesh the pods that are meant are those of this cluster: with a wrong name of it nothing is permitted.
fn places(
    permit: &Permit,
    direction: Direction,
    mesh_name: Option<&SmolStr>,
) -> Result<Vec<(Class, HolePlace)>, BoundaryProblem> {
    let span = permit.span;
    let whole = |class| vec![(class, HolePlace::Whole)];
    let apiserver = |class| (class, HolePlace::Labelled(label::has("reserved:kube-apiserver")));
    Ok(match &permit.peer {
        Peer::Anything => Class::ALL.into_iter().map(|class| (class, HolePlace::Whole)).collect(),
        Peer::Pods(selector) => {
            let own = mesh_name.map(|name| LabelSelector::is(label::CLUSTER, name.clone())).unwrap_or_default();
            let term = label::pods(selector).map(|term| term.and(&own));
            term.map(|term| (Class::Pods, HolePlace::Labelled(term))).into_iter().collect()
        }
        Peer::Net(net) => vec![(Class::World, HolePlace::Net(net.clone()))],
        Peer::Name(DnsPattern::Exact(name)) if direction == Direction::Egress => {
            if !is_label_name(name) {
                return Err(BoundaryProblem::Name { span, name: name.clone(), longest: MAX_NAME });
            }
            vec![(Class::World, HolePlace::Name(name.clone()))]
        }
        Peer::Name(DnsPattern::Exact(_)) | Peer::Nodes(_) => return Err(BoundaryProblem::Peer { span }),
        Peer::Name(pattern) => return Err(BoundaryProblem::Wildcard { span, pattern: format_smolstr!("{pattern}") }),
        Peer::Entity(entity) => match entity {
            Entity::World => whole(Class::World),
            Entity::Host => whole(Class::Host),
            Entity::RemoteNode => whole(Class::RemoteNode),
            Entity::Ingress => whole(Class::Ingress),
            Entity::Health => whole(Class::Health),
            Entity::Init => whole(Class::Init),
            Entity::Unmanaged => whole(Class::Unmanaged),
            Entity::KubeApiserver => [Class::World, Class::Host, Class::RemoteNode].map(apiserver).into(),
            Entity::Cluster => Class::ALL
                .into_iter()
                .map(|class| match class {
                    Class::World => apiserver(class),
                    _ => (class, HolePlace::Whole),
                })
                .collect(),
        },
    })
}

fn is_label_name(name: &str) -> bool {
    let ends = name.chars().next().zip(name.chars().next_back());
    name.len() <= MAX_NAME && ends.is_some_and(|(a, b)| a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric())
}

/// The key of an address range's label. It matches what lies within the range, too; an IPv6 address has `-` for `:`,
/// and a `0` where it would begin or end with one (`pkg/labels/cidr.go`, `maskedIPToLabel`).
fn cidr_key(net: IpNet) -> SmolStr {
    let address = net.network().to_string().replace(':', "-");
    let first = if address.starts_with('-') { "0" } else { "" };
    let last = if address.ends_with('-') { "0" } else { "" };
    format_smolstr!("cidr:{first}{address}{last}/{}", net.prefix_len())
}

/// Every address.
pub fn both_families() -> [IpNet; 2] {
    [IpNet::V4(ipnet::Ipv4Net::default()), IpNet::V6(ipnet::Ipv6Net::default())]
}
