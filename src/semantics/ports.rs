//! Port sets as intervals: port 1 to 65535 of each protocol. ICMP has no ports and is in none of them.

use crate::policy::{PortRange, PortSet, Protocol};

/// Every port of every protocol.
#[must_use]
pub fn all() -> PortSet {
    let every = |protocol| PortRange { protocol, first: 1, last: u16::MAX };
    PortSet::new(Protocol::ALL.into_iter().map(every).collect())
}

/// What is in one of them.
#[must_use]
pub fn union(a: &PortSet, b: &PortSet) -> PortSet {
    PortSet::new(a.ranges().iter().chain(b.ranges()).copied().collect())
}

/// What is in both.
#[must_use]
pub fn intersection(a: &PortSet, b: &PortSet) -> PortSet {
    let (mut left, mut right) = (a.ranges().iter().peekable(), b.ranges().iter().peekable());
    let mut both = Vec::new();
    while let (Some(x), Some(y)) = (left.peek(), right.peek()) {
        if x.protocol == y.protocol {
            let (first, last) = (x.first.max(y.first), x.last.min(y.last));
            if first <= last {
                both.push(PortRange { protocol: x.protocol, first, last });
            }
        }
        // The range that ends first can meet nothing that is still to come.
        if (x.protocol, x.last) <= (y.protocol, y.last) {
            left.next()
        } else {
            right.next()
        };
    }
    PortSet::new(both)
}

/// What is not in `a`.
#[must_use]
pub fn complement(a: &PortSet) -> PortSet {
    let mut gaps = Vec::new();
    for protocol in Protocol::ALL {
        let mut free = Some(1_u16);
        for range in a.ranges().iter().filter(|range| range.protocol == protocol) {
            if let Some(first) = free.filter(|first| *first < range.first) {
                gaps.push(PortRange { protocol, first, last: range.first - 1 });
            }
            free = range.last.checked_add(1);
        }
        gaps.extend(free.map(|first| PortRange { protocol, first, last: u16::MAX }));
    }
    PortSet::new(gaps)
}

/// What is in `a` and not in `b`.
#[must_use]
pub fn difference(a: &PortSet, b: &PortSet) -> PortSet {
    intersection(a, &complement(b))
}

/// Whether all of `inner` is in `outer`.
#[must_use]
pub fn includes(outer: &PortSet, inner: &PortSet) -> bool {
    intersection(outer, inner) == *inner
}

/// Whether some port is in both.
#[must_use]
pub fn overlap(a: &PortSet, b: &PortSet) -> bool {
    !intersection(a, b).is_empty()
}

/// Its lowest port, for messages; `None` when it is empty.
#[must_use]
pub fn witness(a: &PortSet) -> Option<(Protocol, u16)> {
    a.ranges().first().map(|range| (range.protocol, range.first))
}

/// Where [`lowest`] begins.
pub(super) const LOWEST: (Protocol, u16) = (Protocol::Tcp, 1);

/// Whether this port is in it.
#[must_use]
pub fn contains(a: &PortSet, protocol: Protocol, port: u16) -> bool {
    ending_from(a, (protocol, port)).is_some_and(|range| range.protocol == protocol && range.first <= port)
}

/// The lowest port from here that is in all of `within` and in none of `without`. It takes no memory.
pub(super) fn lowest<'s>(
    from: (Protocol, u16),
    within: impl Iterator<Item = &'s PortSet> + Clone,
    without: impl Iterator<Item = &'s PortSet> + Clone,
) -> Option<(Protocol, u16)> {
    let mut at = from;
    loop {
        let before = at;
        for set in within.clone() {
            let range = ending_from(set, at)?;
            at = at.max((range.protocol, range.first));
        }
        for set in without.clone() {
            if contains(set, at.0, at.1) {
                at = after(ending_from(set, at)?)?;
            }
        }
        if at == before {
            return Some(at);
        }
    }
}

/// The next port from which on it is otherwise than at this one: the first outside it, or the first in it.
pub(super) fn edge(a: &PortSet, at: (Protocol, u16)) -> Option<(Protocol, u16)> {
    let range = ending_from(a, at)?;
    if (range.protocol, range.first) > at { Some((range.protocol, range.first)) } else { after(range) }
}

/// The first range that ends here or later.
fn ending_from(a: &PortSet, at: (Protocol, u16)) -> Option<&PortRange> {
    a.ranges().get(a.ranges().partition_point(|range| (range.protocol, range.last) < at))
}

/// The port that follows a range, be it of the next protocol.
fn after(range: &PortRange) -> Option<(Protocol, u16)> {
    match range.last.checked_add(1) {
        Some(port) => Some((range.protocol, port)),
        None => Protocol::ALL.into_iter().find(|next| *next > range.protocol).map(|next| (next, 1)),
    }
}
