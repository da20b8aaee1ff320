//! What passes, in a form that can be shown: whole ports first, and then what is let through of others.

use crate::policy::{DnsPattern, PortSet};
use crate::semantics::connections::{self, Connections, IcmpTypes, RequestSet};
use crate::semantics::{Answer, ports};

/// A set of connections. Two that are equal are the same set; the reverse is not promised for [`Passing::parts`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Passing {
    /// Ports to which anything passes.
    pub ports: PortSet,
    /// ICMP.
    pub icmp: IcmpTypes,
    /// Protocols that have neither ports nor ICMP types.
    pub other: bool,
    /// What passes to other ports; sorted.
    pub parts: Vec<Part>,
}

/// What passes to some ports, and not everything.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    /// Which ports; never empty.
    pub ports: PortSet,
    /// What lies in all of these; never empty.
    pub all_of: Vec<Content>,
}

/// What a connection may carry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Content {
    /// Any of these requests.
    Requests(Vec<RequestSet>),
    /// Look-ups of any of these names.
    LookUps(Vec<DnsPattern>),
    /// TLS for any of these servers.
    Tls(Vec<DnsPattern>),
}

impl Content {
    /// It, on some ports.
    #[must_use]
    pub fn on(&self, ports: &PortSet) -> Connections {
        let ports = ports.clone();
        match self {
            Self::Requests(requests) => Connections::Requests { ports, requests: requests.clone() },
            Self::LookUps(names) => Connections::LookUps { ports, names: names.clone() },
            Self::Tls(names) => Connections::Tls { ports, names: names.clone() },
        }
    }
}

impl From<&Connections> for Passing {
    fn from(connections: &Connections) -> Self {
        let part = |ports: &PortSet, content| {
            if ports.is_empty() {
                return Self::default();
            }
            Self { parts: vec![Part { ports: ports.clone(), all_of: vec![content] }], ..Self::default() }
        };
        match connections {
            Connections::All => Self::all(),
            Connections::Ports(ports) => Self { ports: ports.clone(), ..Self::default() },
            Connections::Icmp(types) => Self { icmp: *types, ..Self::default() },
            Connections::Other => Self { other: true, ..Self::default() },
            Connections::Requests { ports, requests } => part(ports, Content::Requests(sorted(requests))),
            Connections::LookUps { ports, names } => part(ports, Content::LookUps(sorted(names))),
            Connections::Tls { ports, names } => part(ports, Content::Tls(sorted(names))),
        }
    }
}

impl Passing {
    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Self { ports: ports::all(), icmp: IcmpTypes::ALL, other: true, parts: Vec::new() }
    }

    /// Whether it is everything.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.other && self.icmp == IcmpTypes::ALL && self.ports == ports::all()
    }

    /// Whether nothing passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ports.is_empty() && self.icmp.is_empty() && !self.other && self.parts.is_empty()
    }

    /// Whether it is DNS look-ups and no more.
    #[must_use]
    pub fn is_look_ups(&self) -> bool {
        let look_up = |part: &Part| matches!(part.all_of.first(), Some(Content::LookUps(_)));
        !self.parts.is_empty()
            && self.parts.iter().all(look_up)
            && Self { parts: Vec::new(), ..self.clone() }.is_empty()
    }

    /// What is in one of them.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let parts = self.parts.iter().chain(&other.parts).cloned().collect();
        Self {
            ports: ports::union(&self.ports, &other.ports),
            icmp: self.icmp.union(&other.icmp),
            other: self.other || other.other,
            parts,
        }
        .tidy()
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        if self.is_all() {
            return other.clone();
        }
        if other.is_all() {
            return self.clone();
        }
        let mut parts = Vec::new();
        for (part, whole) in
            self.parts.iter().map(|part| (part, &other.ports)).chain(other.parts.iter().map(|part| (part, &self.ports)))
        {
            parts.push(Part { ports: ports::intersection(&part.ports, whole), all_of: part.all_of.clone() });
        }
        for a in &self.parts {
            for b in &other.parts {
                let all_of = narrowed(a.all_of.iter().chain(&b.all_of));
                parts.push(Part { ports: ports::intersection(&a.ports, &b.ports), all_of });
            }
        }
        Self {
            ports: ports::intersection(&self.ports, &other.ports),
            icmp: self.icmp.intersection(&other.icmp),
            other: self.other && other.other,
            parts,
        }
        .tidy()
    }

    /// What is in this and not in the other, whose [`parts`](Self::parts) are none: no enforcer denies by content.
    #[must_use]
    pub fn less(&self, other: &Self) -> Self {
        let parts = self
            .parts
            .iter()
            .map(|part| Part { ports: ports::difference(&part.ports, &other.ports), all_of: part.all_of.clone() });
        Self {
            ports: ports::difference(&self.ports, &other.ports),
            icmp: self.icmp.difference(&other.icmp),
            other: self.other && !other.other,
            parts: parts.collect(),
        }
        .tidy()
    }

    /// Whether all of `inner` is plainly in it. Parts are compared by their looks, so it may be when this says no.
    #[must_use]
    pub fn covers(&self, inner: &Self) -> bool {
        let part = |inner: &Part| {
            ports::includes(&self.ports, &inner.ports)
                || self.parts.iter().any(|own| own.all_of == inner.all_of && ports::includes(&own.ports, &inner.ports))
        };
        ports::includes(&self.ports, &inner.ports)
            && inner.icmp.difference(&self.icmp).is_empty()
            && (self.other || !inner.other)
            && inner.parts.iter().all(part)
    }

    /// In sets of which each is of one kind, in the order in which they are shown.
    #[must_use]
    pub fn connections(&self) -> Vec<Vec<Connections>> {
        if self.is_all() {
            return vec![vec![Connections::All]];
        }
        let mut all = Vec::new();
        if !self.ports.is_empty() {
            all.push(vec![Connections::Ports(self.ports.clone())]);
        }
        if !self.icmp.is_empty() {
            all.push(vec![Connections::Icmp(self.icmp)]);
        }
        if self.other {
            all.push(vec![Connections::Other]);
        }
        all.extend(self.parts.iter().map(|part| part.all_of.iter().map(|content| content.on(&part.ports)).collect()));
        all
    }

    /// Sorts the parts, leaves out what passes as a whole or not at all, and puts those together that differ in one
    /// thing only.
    fn tidy(mut self) -> Self {
        for part in &mut self.parts {
            part.ports = ports::difference(&part.ports, &self.ports);
        }
        self.parts.retain(|part| !part.ports.is_empty() && possible(part));
        // Same ports: one list of alternatives. Same content: one set of ports.
        self.parts.sort();
        self.parts.dedup_by(|next, kept| kept.ports == next.ports && join(&mut kept.all_of, &next.all_of));
        self.parts.sort_by(|a, b| a.all_of.cmp(&b.all_of).then_with(|| a.ports.cmp(&b.ports)));
        self.parts.dedup_by(|next, kept| {
            let same = kept.all_of == next.all_of;
            if same {
                kept.ports = ports::union(&kept.ports, &next.ports);
            }
            same
        });
        self.parts.sort();
        self
    }
}

fn sorted<T: Clone + Ord>(all: &[T]) -> Vec<T> {
    let mut all = all.to_vec();
    all.sort();
    all.dedup();
    all
}

/// Whether something may be in all of a part's contents.
fn possible(part: &Part) -> bool {
    let sets: Vec<Connections> = part.all_of.iter().map(|content| content.on(&part.ports)).collect();
    match sets.as_slice() {
        [_] => true,
        sets => !connections::find(&sets.iter().collect::<Vec<_>>(), &[]).is_yes(),
    }
}

/// Those contents that do not follow from another.
fn narrowed<'c>(all: impl Iterator<Item = &'c Content>) -> Vec<Content> {
    let all = sorted(&all.cloned().collect::<Vec<_>>());
    let port = PortSet::one(crate::policy::Protocol::Tcp, 1);
    let within = |outer: &Content, inner: &Content| {
        matches!(connections::includes(&outer.on(&port), &inner.on(&port)), Answer::Yes)
    };
    let mut kept: Vec<Content> = Vec::new();
    for (place, content) in all.iter().enumerate() {
        let follows = |(other_place, other): (usize, &Content)| {
            // Of two that say the same the first stays.
            other_place != place && within(content, other) && (other_place < place || !within(other, content))
        };
        if !all.iter().enumerate().any(follows) {
            kept.push(content.clone());
        }
    }
    kept
}

/// Makes one list of alternatives of two, where both are one list of the same kind.
fn join(kept: &mut Vec<Content>, next: &[Content]) -> bool {
    match (kept.as_mut_slice(), next) {
        ([Content::Requests(kept)], [Content::Requests(next)]) => {
            kept.extend(next.iter().cloned());
            *kept = sorted(kept);
        }
        ([Content::LookUps(kept)], [Content::LookUps(next)]) | ([Content::Tls(kept)], [Content::Tls(next)]) => {
            kept.extend(next.iter().cloned());
            *kept = sorted(kept);
        }
        _ => return false,
    }
    true
}
