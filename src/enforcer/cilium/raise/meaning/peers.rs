//! The other end of a rule, as sets of endpoints.

use super::region::{self, Hidden};
use super::{Meaning, Parts, is, names};
use crate::enforcer::cilium::raise::form::{
    Addresses, Entity, Peers, Requirement, Rule, Selector, Source, Spec, Subject, Traffic,
};
use crate::policy::{Entity as Plain, Net, Op, ValueSet, Version};
use crate::semantics::endpoints::{self, Endpoints, Names};
use crate::semantics::nets::AddressSet;
use crate::semantics::{Place, Places};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// How many sets are compared with each other to say them in fewer.
const MOST_JOINED: usize = 100;

impl Meaning<'_> {
    /// The other end of a rule.
    pub fn peers(&self, spec: &Spec<'_>, rule: &Rule<'_>) -> Parts<Endpoints> {
        match &rule.peers {
            // `{}` selects nothing; ports alone are everybody's (`mergeL4Filter` in `pkg/policy/rule.go`).
            Peers::Unsaid if matches!(rule.traffic, Traffic::All) => Parts::none(),
            Peers::Unsaid => Parts::told(self.present(endpoints::anything())),
            Peers::Nothing => Parts::none(),
            Peers::Known(field) => Parts::gap(format!("what `{field}` stands for is known only in a cluster")),
            Peers::Entities(entities) => {
                Parts::told(joined(entities.iter().flat_map(|one| self.present(entity(*one))).collect()))
            }
            Peers::Endpoints(selectors) => {
                let init = matches!(&spec.subject, Subject::Endpoints(subject) if subject.0.iter().any(is_init));
                self.selected(selectors.iter().map(|selector| self.with_own(selector, init)))
            }
            Peers::Nodes(selectors) => self.selected(selectors.iter().map(|selector| self.remote_nodes(selector))),
            Peers::Nets(list) => nets(list, self.world.scope.version),
            Peers::Names(list) => Parts::told(
                list.iter()
                    .filter_map(|one| names::pattern(one.name.or(one.pattern)?, self.world.scope.version))
                    .map(|pattern| endpoints::outside(Places::WORLD, AddressSet::all(), Names::one(pattern)))
                    .collect(),
            ),
        }
    }

    fn selected<'n>(&self, selectors: impl Iterator<Item = Selector<'n>>) -> Parts<Endpoints> {
        let mut parts = Parts::none();
        for selector in selectors {
            match self.world.peers(&selector) {
                Ok(peers) => parts.told.extend(peers),
                Err(Hidden(reason)) => parts.gaps.push(reason),
            }
        }
        parts.told = joined(parts.told);
        parts
    }

    /// Without those that cannot be there.
    pub fn present(&self, mut peers: Vec<Endpoints>) -> Vec<Endpoints> {
        if !self.world.scope.mesh {
            peers.retain(|one| !matches!(one, Endpoints::MeshPods { .. }));
        }
        peers
    }

    /// A selector of `fromEndpoints` or `toEndpoints` with what the agent adds: nothing if it has a reserved label, and
    /// else the namespace, unless it names one or a namespace's label (in a cluster-wide policy: that there is a
    /// namespace, unless the policy is for endpoints that have no labels yet), and the cluster.
    fn with_own<'n>(&'n self, selector: &Selector<'n>, init: bool) -> Selector<'n> {
        let mut selector = selector.clone();
        if selector.has_source(Source::Reserved) {
            return selector;
        }
        if !selector.has_key(region::NAMESPACE) {
            match self.namespace {
                None if init => {}
                None => selector.0.push(exists(Source::K8s, region::NAMESPACE)),
                Some(_) if selector.has_key_prefix(region::NAMESPACE_LABELS) => {}
                Some(namespace) => selector.0.push(is(region::NAMESPACE, namespace)),
            }
        }
        self.in_cluster(&mut selector);
        selector
    }

    /// A selector of `fromNodes` or `toNodes`: other nodes only.
    fn remote_nodes<'n>(&'n self, selector: &Selector<'n>) -> Selector<'n> {
        let mut selector = selector.clone();
        selector.0.push(exists(Source::Reserved, "remote-node"));
        self.in_cluster(&mut selector);
        selector
    }

    /// The own cluster, where the agent adds it to what does not name one.
    fn in_cluster(&self, selector: &mut Selector<'_>) {
        if self.world.scope.local_cluster_by_default && !selector.has_key(region::CLUSTER) {
            selector.0.push(is(region::CLUSTER, &self.world.scope.cluster_name));
        }
    }
}

fn is_init(requirement: &Requirement<'_>) -> bool {
    requirement.source == Source::Reserved && requirement.key == "init"
}

pub fn exists(source: Source, key: &str) -> Requirement<'_> {
    Requirement { source, key, op: Op::Exists, is_match: false }
}

/// The same endpoints in fewer sets: two that differ in one part only become one. Each entity and each label comes by
/// itself, and the world of a dual-stack cluster in two.
fn joined(sets: Vec<Endpoints>) -> Vec<Endpoints> {
    if sets.len() < 2 {
        return sets;
    }
    let (pods, others): (Vec<_>, Vec<_>) =
        sets.into_iter().partition(|set| matches!(set, Endpoints::Pods(_) | Endpoints::MeshPods { .. }));
    let mut joined = pods;
    if others.len() > MOST_JOINED {
        joined.extend(others);
        return joined;
    }
    let first = joined.len();
    for mut set in others {
        // What was joined may now differ from another one in one part only.
        while let Some(index) = joined.iter().skip(first).position(|known| join(known, &set).is_some()) {
            let known = joined.remove(first + index);
            set = join(&known, &set).unwrap_or(set);
        }
        joined.push(set);
    }
    joined
}

/// Both in one set, if one set can hold exactly them.
fn join(a: &Endpoints, b: &Endpoints) -> Option<Endpoints> {
    match (a, b) {
        (Endpoints::Single(a), Endpoints::Single(b)) => Some(Endpoints::Single(a.union(*b))),
        (Endpoints::Nodes { places: a, labels }, Endpoints::Nodes { places: b, labels: other }) if labels == other => {
            Some(Endpoints::Nodes { places: a.union(*b), labels: labels.clone() })
        }
        (
            Endpoints::Outside { places: a, addresses: a_addresses, names },
            Endpoints::Outside { places: b, addresses: b_addresses, names: other },
        ) if names == other => {
            if a == b {
                Some(endpoints::outside(*a, a_addresses.union(b_addresses), names.clone()))
            } else if a_addresses == b_addresses {
                Some(endpoints::outside(a.union(*b), a_addresses.clone(), names.clone()))
            } else {
                None
            }
        }
        _ => None,
    }
}

/// `EntitySelectorMapping` in `pkg/policy/api/entity.go`.
fn entity(entity: Entity) -> Vec<Endpoints> {
    let dual_stack = Places::of(&[Place::DualOutside, Place::DualOutsideApiserver]);
    let of_family =
        |whole: IpNet| vec![endpoints::outside(dual_stack, AddressSet::of_ranges([&whole]), Names::default())];
    match entity {
        Entity::None => Vec::new(),
        Entity::All => endpoints::anything(),
        Entity::WorldIpv4 => of_family(IpNet::V4(Ipv4Net::default())),
        Entity::WorldIpv6 => of_family(IpNet::V6(Ipv6Net::default())),
        Entity::Plain(plain) => endpoints::at(Places::of_entity(plain)),
        Entity::ClusterMesh => {
            let mut peers = endpoints::at(Places::of_entity(Plain::Cluster));
            peers
                .push(Endpoints::MeshPods { clusters: ValueSet::Any, selector: crate::policy::PodSelector::default() });
            peers
        }
    }
}

/// Addresses outside: no pod or node ever fits, unless `policy-cidr-match-mode` says otherwise (`CIDRSelector.Matches` in
/// `pkg/policy/types/selector.go`; `cilium-verdicts` T6).
///
/// Before 1.19 an entry of a set of length 0 is `reserved:world` to a cluster of one family, whichever that is
/// (`CIDRRuleSlice.GetAsEndpointSelectors` in `pkg/policy/api/cidr.go`, 1.18.4).
fn nets(list: &[Addresses], version: Version) -> Parts<Endpoints> {
    let by_family = version >= Version { major: 1, minor: 19 };
    let mut parts = Parts::none();
    let outside = |places, addresses| endpoints::outside(places, addresses, Names::default());
    for addresses in list {
        match addresses {
            Addresses::Range(cidr) => parts.told.push(outside(Places::WORLD, AddressSet::of_ranges([cidr]))),
            Addresses::Net(cidr, except) => {
                let addresses = AddressSet::from(&Net { cidr: *cidr, except: except.clone() });
                if !addresses.is_empty() {
                    parts.told.push(outside(Places::WORLD, addresses));
                }
                if cidr.prefix_len() == 0 && !by_family {
                    let of_one_family = Places::of(&[Place::Outside, Place::OutsideApiserver]);
                    parts.told.push(outside(of_one_family, AddressSet::of_ranges([cidr]).complement()));
                }
            }
            Addresses::Group => {
                parts.gaps.push("what a `CiliumCIDRGroup` holds is known only in a cluster".to_owned());
            }
        }
    }
    parts
}
