//! Denies of all that no hole permits.

use super::MAX_TERMS;
use super::cell::{Cell, Closed, by_traffic, cells, on_ports};
use super::hole::{Class, Hole, HolePlace, both_families};
use crate::diagnostic::problem::boundary::BoundaryProblem;
use crate::enforcer::cilium::label;
use crate::enforcer::cilium::lower::peer;
use crate::enforcer::cilium::lower::spec::{merged, rule};
use crate::manifest::cilium::{Cidr, Fqdn, Peers, Rule, Traffic};
use crate::policy::{LabelSelector, Net, PortSet};
use crate::semantics::{self, nets::AddressSet};
use ipnet::IpNet;
use std::collections::BTreeMap;

/// The denies so far.
pub struct Denies {
    /// The ports that are capped; `None` is all traffic.
    cap: Option<PortSet>,
    /// Peers by traffic.
    rules: Vec<(Traffic, Peers)>,
    /// The entities of which nothing is permitted.
    closed: Vec<&'static str>,
    /// How many selectors that makes.
    pub terms: usize,
}

impl Denies {
    /// None yet.
    pub fn new(cap: Option<PortSet>) -> Self {
        Self { cap, rules: Vec::new(), closed: Vec::new(), terms: 0 }
    }

    /// All traffic that is capped.
    fn everything(&self) -> Traffic {
        self.cap.as_ref().map_or(Traffic::All, on_ports)
    }

    /// All traffic that is capped, cut up by the holes that permit it.
    fn cells(&self, holes: &[Hole]) -> Vec<Cell> {
        let mut cells = cells(holes);
        if let Some(cap) = &self.cap {
            for cell in &mut cells {
                let ports = PortSet::new(std::mem::take(&mut cell.traffic.ranges));
                cell.traffic.ranges = semantics::ports::intersection(&ports, cap).ranges().to_vec();
                cell.traffic.icmp = false;
            }
        }
        cells
    }

    fn deny(&mut self, traffic: Traffic, terms: &[LabelSelector]) {
        if !terms.is_empty() {
            self.terms += terms.len();
            self.rules.push((traffic, Peers::Endpoints(terms.iter().map(label::selector).collect())));
        }
    }

    /// Denies what no hole of the class permits.
    pub fn class(&mut self, class: Class, holes: &[Hole]) {
        match (holes, class.entity()) {
            ([], Some(entity)) => self.closed.push(entity),
            _ => {
                let terms: Vec<LabelSelector> = holes.iter().map(|hole| hole.place.term()).collect();
                self.complement(&class.base(), &terms, holes);
            }
        }
    }

    /// Leaves the boundary unfinished, as one that comes to too much.
    fn give_up(&mut self) {
        self.terms = MAX_TERMS + 1;
    }

    fn complement(&mut self, base: &[LabelSelector], terms: &[LabelSelector], holes: &[Hole]) {
        let Some(around) = less(base, terms.iter()) else { return self.give_up() };
        self.deny(self.everything(), &around);
        let mut closed: BTreeMap<LabelSelector, Closed> = BTreeMap::new();
        for cell in self.cells(holes) {
            let permitting: Vec<&LabelSelector> = cell.permitting.iter().filter_map(|&hole| terms.get(hole)).collect();
            for term in terms.iter().filter(|term| !permitting.contains(term)) {
                let within: Vec<LabelSelector> =
                    base.iter().filter_map(|base| semantics::labels::intersection(base, term)).collect();
                let Some(denied) = less(&within, permitting.iter().copied()) else { return self.give_up() };
                for part in denied {
                    closed.entry(part).or_default().extend(&cell.traffic);
                }
                if self.terms + closed.len() > MAX_TERMS {
                    return self.give_up();
                }
            }
        }
        for (traffic, terms) in by_traffic(closed) {
            self.deny(traffic, &terms);
        }
    }

    /// The same for the world, which has names and addresses; returns the rules that keep their labels.
    pub fn world(&mut self, holes: &[Hole]) -> Result<Vec<Rule>, Vec<BoundaryProblem>> {
        if holes.iter().any(|hole| matches!(hole.place, HolePlace::Whole) && hole.ports.is_none()) {
            return Ok(Vec::new());
        }
        let by_label = holes.iter().any(|hole| matches!(hole.place, HolePlace::Name(_) | HolePlace::Labelled(_)));
        if !by_label && holes.iter().any(|hole| matches!(hole.place, HolePlace::Net(_))) {
            self.addresses(holes);
            return Ok(Vec::new());
        }
        let problems: Vec<BoundaryProblem> = holes
            .iter()
            .filter(|hole| matches!(&hole.place, HolePlace::Net(net) if net.cidr.prefix_len() == 0))
            .map(|hole| BoundaryProblem::WholeFamily { span: hole.span })
            .collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        self.class(Class::World, holes);
        self.carrier(holes)
    }

    /// Rules that make the node give addresses the labels by which holes are told, on a port that is denied.
    fn carrier(&self, holes: &[Hole]) -> Result<Vec<Rule>, Vec<BoundaryProblem>> {
        let mut names: Vec<Fqdn> = Vec::new();
        let mut nets: Vec<Cidr> = Vec::new();
        for hole in holes {
            match &hole.place {
                HolePlace::Name(name) => names.push(Fqdn::Name(name.to_string())),
                HolePlace::Net(net) => {
                    nets.extend(
                        std::iter::once(&net.cidr).chain(&net.except).map(|&part| peer::cidr(&Net::whole(part))),
                    );
                }
                HolePlace::Whole | HolePlace::Labelled(_) => {}
            }
        }
        names.sort();
        names.dedup();
        nets.sort();
        nets.dedup();
        if names.is_empty() && nets.is_empty() {
            return Ok(Vec::new());
        }
        // The API server may be one of the named, so its ports count, too.
        let Some(free) = free_port(self.cap.as_ref(), holes) else {
            let told = |hole: &&Hole| !matches!(hole.place, HolePlace::Labelled(_));
            let wide = |hole: &&Hole| hole.ports.is_none();
            let to_blame = holes.iter().find(|hole| told(hole) && wide(hole)).or_else(|| holes.iter().find(wide));
            let span = to_blame.or_else(|| holes.iter().find(told)).map(|hole| hole.span);
            return Err(span.into_iter().map(|span| BoundaryProblem::EveryPort { span }).collect());
        };
        let traffic = on_ports(&free);
        let peers =
            [(!names.is_empty()).then_some(Peers::Fqdns(names)), (!nets.is_empty()).then_some(Peers::CidrSet(nets))];
        Ok(peers.into_iter().flatten().map(|peers| rule(peers, traffic.clone())).collect())
    }

    /// Denies by CIDR: exact where only addresses are permitted, and it needs no labels (`cilium-verdicts` T11).
    fn addresses(&mut self, holes: &[Hole]) {
        let nets: Vec<Vec<Net>> = holes.iter().map(|hole| hole.place.nets()).collect();
        let every_net: Vec<&Net> = nets.iter().flatten().collect();
        let around = both_families().into_iter().flat_map(|family| cut(family, &every_net)).collect();
        self.deny_nets(self.everything(), around);
        let mut closed: BTreeMap<Cidr, Closed> = BTreeMap::new();
        for cell in self.cells(holes) {
            let permitted: Vec<&Net> = cell.permitting.iter().filter_map(|&hole| nets.get(hole)).flatten().collect();
            for net in every_net.iter().filter(|net| !permitted.contains(net)) {
                for part in cut(net.cidr, &permitted) {
                    closed.entry(part).or_default().extend(&cell.traffic);
                }
            }
        }
        for (traffic, nets) in by_traffic(closed) {
            self.deny_nets(traffic, nets);
        }
    }

    fn deny_nets(&mut self, traffic: Traffic, mut nets: Vec<Cidr>) {
        nets.sort();
        nets.dedup();
        if !nets.is_empty() {
            self.terms += nets.len();
            self.rules.push((traffic, Peers::CidrSet(nets)));
        }
    }

    pub fn finish(mut self) -> Vec<Rule> {
        if !self.closed.is_empty() {
            self.closed.sort_unstable();
            self.rules.push((self.everything(), Peers::Entities(std::mem::take(&mut self.closed))));
        }
        merged(self.rules.into_iter().map(|(traffic, peers)| rule(peers, traffic)).collect())
    }
}

/// What remains of a range when others are taken out.
fn cut(from: IpNet, removed: &[&Net]) -> Vec<Cidr> {
    let left = AddressSet::of_ranges([&from]).difference(&AddressSet::of_nets(removed.iter().copied()));
    left.to_nets().iter().map(peer::cidr).collect()
}

/// What is left of the terms when others are taken out; `None` once that is more than a boundary may come to.
pub fn less<'t>(
    base: &[LabelSelector],
    removed: impl Iterator<Item = &'t LabelSelector>,
) -> Option<Vec<LabelSelector>> {
    let mut left = base.to_vec();
    for term in removed {
        left = left.iter().flat_map(|part| label::difference(part, term)).take(MAX_TERMS + 1).collect();
        // Never go on with a part of it: what a later term then takes away would hide that something is missing.
        if left.len() > MAX_TERMS {
            return None;
        }
    }
    Some(left)
}

/// The first port that is capped and that no hole permits.
fn free_port(cap: Option<&PortSet>, holes: &[Hole]) -> Option<PortSet> {
    let every = semantics::ports::all();
    let left = holes.iter().try_fold(cap.unwrap_or(&every).clone(), |left, hole| {
        hole.ports.as_ref().map(|ports| semantics::ports::difference(&left, ports))
    });
    left?.ranges().first().map(|range| PortSet::one(range.protocol, range.first))
}
