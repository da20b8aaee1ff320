//! Sets of addresses as intervals, IPv4 and IPv6 apart, and the way back to a short list of [`Net`]s.

use crate::policy::Net;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A set of addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressSet {
    v4: Intervals,
    v6: Intervals,
}

/// Sorted ranges `first..=last`, neither overlapping nor adjacent.
type Intervals = Vec<(u128, u128)>;

/// An address family: the number of its bits.
#[derive(Clone, Copy)]
enum Family {
    V4 = 32,
    V6 = 128,
}

impl Family {
    /// Its highest address.
    fn last(self) -> u128 {
        u128::MAX >> (128 - self as u32)
    }

    /// The range of this length that starts here.
    fn net(self, first: u128, length: u8) -> Option<IpNet> {
        match self {
            Self::V4 => Ipv4Net::new(Ipv4Addr::from(u32::try_from(first).ok()?), length).ok().map(IpNet::V4),
            Self::V6 => Ipv6Net::new(Ipv6Addr::from(first), length).ok().map(IpNet::V6),
        }
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

impl AddressSet {
    /// Every address of both families.
    #[must_use]
    pub fn all() -> Self {
        Self { v4: vec![(0, Family::V4.last())], v6: vec![(0, Family::V6.last())] }
    }

    /// The addresses of some ranges.
    pub fn of_ranges<'a>(ranges: impl IntoIterator<Item = &'a IpNet>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for range in ranges {
            let family = if range.addr().is_ipv4() { &mut v4 } else { &mut v6 };
            family.push((number(range.network()), number(range.broadcast())));
        }
        Self { v4: merged(v4), v6: merged(v6) }
    }

    /// The addresses of some nets, each less its exceptions.
    pub fn of_nets<'a>(nets: impl IntoIterator<Item = &'a Net>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for net in nets {
            let one = Self::from(net);
            v4.extend(one.v4);
            v6.extend(one.v6);
        }
        Self { v4: merged(v4), v6: merged(v6) }
    }

    /// What is in one of them.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            v4: merged(self.v4.iter().chain(&other.v4).copied().collect()),
            v6: merged(self.v6.iter().chain(&other.v6).copied().collect()),
        }
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self { v4: common(&self.v4, &other.v4), v6: common(&self.v6, &other.v6) }
    }

    /// What is in neither this set nor, of course, outside all addresses.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self { v4: gaps(&self.v4, Family::V4.last()), v6: gaps(&self.v6, Family::V6.last()) }
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.intersection(&other.complement())
    }

    /// Whether all of `inner` is in this set.
    #[must_use]
    pub fn includes(&self, inner: &Self) -> bool {
        self.intersection(inner) == *inner
    }

    /// Whether some address is in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        !self.intersection(other).is_empty()
    }

    /// Whether the address is in it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let intervals = if address.is_ipv4() { &self.v4 } else { &self.v6 };
        let number = number(address);
        intervals.iter().any(|(first, last)| (*first..=*last).contains(&number))
    }

    /// Whether no address is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Its lowest address, IPv4 first; `None` when it is empty.
    #[must_use]
    pub fn witness(&self) -> Option<IpAddr> {
        let v4 = self.v4.first().and_then(|(first, _)| u32::try_from(*first).ok());
        let v6 = || self.v6.first().map(|(first, _)| IpAddr::V6(Ipv6Addr::from(*first)));
        v4.map(|first| IpAddr::V4(Ipv4Addr::from(first))).or_else(v6)
    }

    /// The smallest block around all of it; `None` when it is empty, or when it has addresses of both families.
    #[must_use]
    pub fn block(&self) -> Option<IpNet> {
        let (family, intervals) = match (self.v4.is_empty(), self.v6.is_empty()) {
            (false, true) => (Family::V4, &self.v4),
            (true, false) => (Family::V6, &self.v6),
            _ => return None,
        };
        let ((first, _), (_, last)) = (intervals.first()?, intervals.last()?);
        let differing = u128::BITS - (first ^ last).leading_zeros();
        let length = u8::try_from(family as u32 - differing).ok()?;
        family.net(*first, length).map(|net| net.trunc())
    }

    /// The same set as nets with the fewest CIDRs, those of the exceptions counted. Sorted; exceptions are strict parts
    /// of what they are taken from (Kubernetes' validation of `ipBlock.except` asks for that), and none lies within another.
    #[must_use]
    pub fn to_nets(&self) -> Vec<Net> {
        let mut nets = Plans::of(&self.v4, Family::V4, 0, 0).without.nets;
        nets.extend(Plans::of(&self.v6, Family::V6, 0, 0).without.nets);
        nets.sort();
        nets
    }
}

impl From<&Net> for AddressSet {
    fn from(net: &Net) -> Self {
        Self::of_ranges([&net.cidr]).difference(&Self::of_ranges(&net.except))
    }
}

/// Whether all of `inner` is in `outer`.
#[must_use]
pub fn includes(outer: &Net, inner: &Net) -> bool {
    AddressSet::from(outer).includes(&inner.into())
}

/// Whether some address is in both.
#[must_use]
pub fn overlap(a: &Net, b: &Net) -> bool {
    AddressSet::from(a).overlaps(&b.into())
}

/// What is in both; see [`AddressSet::to_nets`].
#[must_use]
pub fn intersection(a: &Net, b: &Net) -> Vec<Net> {
    AddressSet::from(a).intersection(&b.into()).to_nets()
}

/// What is in `a` and not in `b`; see [`AddressSet::to_nets`].
#[must_use]
pub fn difference(a: &Net, b: &Net) -> Vec<Net> {
    AddressSet::from(a).difference(&b.into()).to_nets()
}

fn merged(mut intervals: Intervals) -> Intervals {
    intervals.sort_unstable();
    let mut merged: Intervals = Vec::with_capacity(intervals.len());
    for (first, last) in intervals {
        match merged.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => merged.push((first, last)),
        }
    }
    merged
}

fn common(a: &[(u128, u128)], b: &[(u128, u128)]) -> Intervals {
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    let mut both = Vec::new();
    while let (Some(x), Some(y)) = (left.peek(), right.peek()) {
        let (first, last) = (x.0.max(y.0), x.1.min(y.1));
        if first <= last {
            both.push((first, last));
        }
        // The interval that ends first can meet nothing that is still to come.
        if x.1 <= y.1 {
            left.next()
        } else {
            right.next()
        };
    }
    both
}

fn gaps(intervals: &[(u128, u128)], highest: u128) -> Intervals {
    let mut gaps = Vec::with_capacity(intervals.len() + 1);
    let mut free = Some(0);
    for (first, last) in intervals {
        if let Some(start) = free.filter(|start| start < first) {
            gaps.push((start, first - 1));
        }
        free = last.checked_add(1);
    }
    gaps.extend(free.filter(|start| *start <= highest).map(|start| (start, highest)));
    gaps
}

/// CIDRs that say which addresses of one block are in a set.
#[derive(Clone, Default)]
struct Plan {
    /// Exceptions for the net that the block lies in.
    except: Vec<IpNet>,
    /// Nets within the block.
    nets: Vec<Net>,
    /// How many CIDRs that makes.
    cost: usize,
}

impl Plan {
    fn and(mut self, other: Self) -> Self {
        self.except.extend(other.except);
        self.nets.extend(other.nets);
        self.cost += other.cost;
        self
    }
}

/// The cheapest plans for one block: halve it until each part is all in or all out, and on the way back see whether one
/// CIDR for the whole, corrected below, is cheaper than the halves side by side.
struct Plans {
    /// When a net around the block takes in what no exception takes out.
    within: Plan,
    /// When nothing around the block takes it in.
    without: Plan,
}

impl Plans {
    /// `intervals` lie in the block of `family` that starts at `first` and has a prefix of `length` bits.
    fn of(intervals: &[(u128, u128)], family: Family, first: u128, length: u8) -> Self {
        let block = family.net(first, length);
        let last = first | family.last().checked_shr(u32::from(length)).unwrap_or(0);
        let net = || block.map(Net::whole).into_iter().collect::<Vec<_>>();
        match intervals {
            [] => Self {
                within: Plan { except: block.into_iter().collect(), nets: Vec::new(), cost: 1 },
                without: Plan::default(),
            },
            [(start, end)] if *start == first && *end == last => {
                Self { within: Plan::default(), without: Plan { except: Vec::new(), nets: net(), cost: 1 } }
            }
            _ => {
                let middle = first + (last - first) / 2 + 1;
                let low = Self::of(&common(intervals, &[(first, middle - 1)]), family, first, length + 1);
                let high = Self::of(&common(intervals, &[(middle, last)]), family, middle, length + 1);
                let within = low.within.and(high.within);
                let without = low.without.and(high.without);
                if within.cost + 1 < without.cost {
                    let Plan { except, mut nets, cost } = within.clone();
                    nets.extend(block.map(|cidr| Net { cidr, except }));
                    Self { within, without: Plan { except: Vec::new(), nets, cost: cost + 1 } }
                } else if without.cost + 1 < within.cost {
                    let Plan { nets, cost, .. } = without.clone();
                    let within = Plan { except: block.into_iter().collect(), nets, cost: cost + 1 };
                    Self { within, without }
                } else {
                    Self { within, without }
                }
            }
        }
    }
}
