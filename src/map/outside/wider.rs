//! Which of many sets may have all of another, found without a look at each.
//!
//! A set that includes another has all its addresses, so the smallest block around them lies around the other's too; and a
//! set of points with a certain name includes only sets of points with that name. So a set is found by the blocks around
//! another and by the names there. Few sets are so wide that they are found by all.

use crate::policy::DnsPattern;
use crate::semantics::endpoints::Endpoints;
use ipnet::IpNet;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// A name that all points have, and a block around all their addresses, where there is one.
type Mark<'s> = (Option<&'s SmolStr>, Option<IpNet>);

/// Sets, by their marks.
pub struct Wider<'s> {
    by_mark: BTreeMap<Mark<'s>, Vec<usize>>,
}

impl<'s> Wider<'s> {
    /// The sets are numbered in their order.
    pub fn new(sets: impl IntoIterator<Item = &'s Endpoints>) -> Self {
        let mut by_mark: BTreeMap<Mark<'s>, Vec<usize>> = BTreeMap::new();
        for (number, set) in sets.into_iter().enumerate() {
            by_mark.entry((names(set).next(), block(set))).or_default().push(number);
        }
        Self { by_mark }
    }

    /// The numbers of all that include a set which is not empty, and of some that do not.
    pub fn of(&self, inner: &'s Endpoints) -> impl Iterator<Item = usize> {
        let block = block(inner);
        let blocks = move || std::iter::successors(block, IpNet::supernet).map(Some).chain([None]);
        let marks = names(inner).map(Some).chain([None]).flat_map(move |name| blocks().map(move |block| (name, block)));
        marks.filter_map(|mark| self.by_mark.get(&mark)).flatten().copied()
    }
}

/// The names that all points of a set have.
fn names(set: &Endpoints) -> impl Iterator<Item = &SmolStr> {
    let has = match set {
        Endpoints::Outside { names, .. } => Some(&names.has),
        _ => None,
    };
    has.into_iter().flatten().filter_map(|pattern| match pattern {
        DnsPattern::Exact(name) => Some(name),
        DnsPattern::Glob(_) | DnsPattern::Below(_) | DnsPattern::Any => None,
    })
}

fn block(set: &Endpoints) -> Option<IpNet> {
    match set {
        Endpoints::Outside { addresses, .. } => addresses.block(),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::semantics::endpoints::{self, Names};
    use crate::semantics::nets::AddressSet;
    use crate::semantics::{Places, Universe};
    use std::collections::BTreeSet;

    #[test]
    fn all_that_include_a_set_are_found() {
        let ranges = ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/17", "10.1.2.3/32", "2001:db8::/32"];
        let mut addresses: Vec<AddressSet> =
            ranges.iter().map(|range| AddressSet::of_ranges([&range.parse().unwrap()])).collect();
        addresses.push(AddressSet::of_ranges(&["10.0.0.1/32", "10.255.0.1/32"].map(|range| range.parse().unwrap())));
        let taken: Vec<AddressSet> = addresses.iter().map(AddressSet::complement).collect();
        addresses.extend(taken);
        addresses.push(AddressSet::all());
        let patterns: [&[&str]; 6] =
            [&[], &["a.x.com"], &["*.x.com"], &["a.x.com", "b.x.com"], &["b.x.com"], &["**.com", "a.x.com"]];
        let mut sets = vec![Endpoints::Single(Places::SINGLE)];
        for has in patterns {
            let has: BTreeSet<DnsPattern> = has.iter().map(|name| DnsPattern::parse(name)).collect();
            let names = Names { has, ..Names::default() };
            let of = |addresses: &AddressSet| endpoints::outside(Places::WORLD, addresses.clone(), names.clone());
            sets.extend(addresses.iter().map(of));
        }
        let wider = Wider::new(&sets);
        for inner in &sets {
            let found: BTreeSet<usize> = wider.of(inner).collect();
            for (number, outer) in sets.iter().enumerate() {
                let includes = endpoints::includes(Universe::unknown(), outer, inner);
                assert!(!includes || found.contains(&number), "{inner:?} in {outer:?}");
            }
        }
    }
}
