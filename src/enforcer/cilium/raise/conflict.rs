//! Rules that Cilium cannot put together.
//!
//! Where one endpoint has rules for the same peers and port of which one looks into requests and another into look-ups,
//! the agent cannot compute the endpoint's policy, and none of its policies is put in place (`L7ParserType.Merge` in
//! `pkg/policy/l4.go`; `cilium-verdicts` T3). Where one asks for a server name and another asks for nothing, a name is
//! asked for (`mergePortProto` in `pkg/policy/rule.go`; `cilium-verdicts` R6), and with rules for requests beside it the
//! agent gives up, too (the same, 1.20.2).
//!
//! All of that is about rules for the same ports. Where a rule for a range meets one for a port in it, or selectors of two
//! rules meet in some endpoints only, the agent keeps them apart, and one proxy gets what both are about.
//!
//! The agent compares selectors by their text; here they are compared by what they mean, which finds more.

use crate::policy::{Direction, PortSet};
use crate::semantics::connections::Connections;
use crate::semantics::endpoints::{self, Endpoints};
use crate::semantics::{Universe, ports};
use crate::verdict::{CauseId, Effect, Exception, Gap, Rule, Ruleset, SubjectId};
use std::collections::BTreeMap;

/// How many pairs of rules are looked at.
const MOST_COMPARED: usize = 1_000_000;

const TWO_PROXIES: &str = "rules that look into connections in two ways meet on some ports, and which proxy gets those \
                           is not modelled";

/// Rules for the same direction and peers.
type Group<'r> = (Direction, &'r Endpoints);

/// The ways to look into connections.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Plain,
    Requests,
    LookUps,
    Names,
}

/// A rule that may conflict with another.
struct Entry<'r> {
    /// Its index.
    index: usize,
    kind: Kind,
    ports: &'r PortSet,
    subject: SubjectId,
    cause: CauseId,
}

/// Adds a gap where rules conflict, and takes from rules what others make void.
pub fn find(rules: &mut Ruleset) {
    let mut all: [PortSet; 4] = Default::default();
    for (kind, ports) in rules.rules.iter().filter_map(looked_into) {
        if kind != Kind::Plain
            && let Some(all) = all.get_mut(kind as usize)
            && !ports::includes(all, ports)
        {
            *all = ports::union(all, ports);
        }
    }
    let [_, requests, look_ups, names] = &all;
    let contested = ports::union(names, &ports::intersection(requests, look_ups));
    if contested.is_empty() {
        return;
    }
    let mut gaps = Vec::new();
    let mut compared = 0;
    if ports::overlap(requests, look_ups) {
        two_proxies(rules, &mut gaps, &mut compared);
    }
    let mut groups: BTreeMap<Group<'_>, Vec<Entry<'_>>> = BTreeMap::new();
    for (index, rule) in rules.rules.iter().enumerate() {
        if let Some((kind, ports)) = looked_into(rule).filter(|(_, ports)| ports::overlap(ports, &contested)) {
            let entry = Entry { index, kind, ports, subject: rule.subject, cause: rule.cause };
            groups.entry((rule.direction, &rule.peers)).or_default().push(entry);
        }
    }
    let mut void = Vec::new();
    'groups: for ((direction, peers), mut entries) in groups {
        entries.sort_by_key(|entry| entry.kind);
        for a in &entries {
            let others = entries.partition_point(|b| b.kind <= a.kind);
            for b in entries.iter().skip(others) {
                compared += 1;
                if compared > MOST_COMPARED {
                    break 'groups;
                }
                if !ports::overlap(a.ports, b.ports) {
                    continue;
                }
                let common = ports::intersection(a.ports, b.ports);
                let alike =
                    common.ranges().iter().all(|range| [a, b].iter().all(|one| one.ports.ranges().contains(range)));
                let Some((way, reason)) = conflict(a.kind, b.kind, alike, direction) else { continue };
                let (left, right) = (rules.subject(a.subject), rules.subject(b.subject));
                let Some(both) = endpoints::intersection(Universe::unknown(), left, right) else { continue };
                if a.kind == Kind::Plain && alike && endpoints::includes(Universe::unknown(), right, left) {
                    void.push((a.index, Exception { peers: peers.clone(), connections: Connections::Ports(common) }));
                } else {
                    gaps.push((both, way, reason, b.cause));
                }
            }
        }
    }
    for (index, exception) in void {
        if let Some(rule) = rules.rules.get_mut(index) {
            rule.except.push(exception);
        }
    }
    if compared > MOST_COMPARED {
        let cause = rules.rules.first().map(|rule| rule.cause);
        let reason = "too many rules look into the same connections to compare them all";
        gaps.extend(
            cause
                .into_iter()
                .flat_map(|cause| endpoints::anything().into_iter().map(move |subject| (subject, None, reason, cause))),
        );
    }
    gaps.dedup();
    for (subject, direction, reason, cause) in gaps {
        let subject = rules.intern(subject);
        rules.gaps.push(Gap::new(subject, direction, reason, cause));
    }
}

/// A gap where rules for requests and rules for look-ups share ports and some of their peers.
fn two_proxies(rules: &Ruleset, gaps: &mut Vec<(Endpoints, Option<Direction>, &str, CauseId)>, compared: &mut usize) {
    let of = |wanted| {
        rules.rules.iter().filter_map(move |rule| {
            let (kind, ports) = looked_into(rule)?;
            (kind == wanted).then_some((rule, ports))
        })
    };
    for (a, a_ports) in of(Kind::Requests) {
        for (b, b_ports) in of(Kind::LookUps) {
            *compared += 1;
            if *compared > MOST_COMPARED {
                return;
            }
            if a.direction == b.direction
                && a.peers != b.peers
                && ports::overlap(a_ports, b_ports)
                && endpoints::overlap(Universe::unknown(), &a.peers, &b.peers)
            {
                let (left, right) = (rules.subject(a.subject), rules.subject(b.subject));
                let both = endpoints::intersection(Universe::unknown(), left, right);
                gaps.extend(both.map(|both| (both, Some(a.direction), TWO_PROXIES, b.cause)));
            }
        }
    }
}

/// How an allow looks into connections, and on which ports.
fn looked_into(rule: &Rule) -> Option<(Kind, &PortSet)> {
    match &rule.connections {
        _ if rule.effect == Effect::Deny => None,
        Connections::Ports(ports) => Some((Kind::Plain, ports)),
        Connections::Requests { ports, .. } => Some((Kind::Requests, ports)),
        Connections::LookUps { ports, .. } => Some((Kind::LookUps, ports)),
        Connections::Tls { ports, .. } => Some((Kind::Names, ports)),
        Connections::All | Connections::Icmp(_) | Connections::Other => None,
    }
}

/// What comes of two kinds, for which direction; `alike`, if they are for the same ports.
fn conflict(a: Kind, b: Kind, alike: bool, direction: Direction) -> Option<(Option<Direction>, &'static str)> {
    match (a.min(b), a.max(b)) {
        (Kind::Requests, Kind::LookUps) | (Kind::Requests | Kind::LookUps, Kind::Names) if !alike => {
            Some((Some(direction), TWO_PROXIES))
        }
        (Kind::Requests, Kind::LookUps) => {
            Some((None, "with rules for requests and for look-ups on one port the agent cannot compute the policy"))
        }
        (Kind::Requests | Kind::LookUps, Kind::Names) => {
            Some((None, "with `serverNames` and rules for requests on one port the agent cannot compute the policy"))
        }
        (Kind::Plain, Kind::Names) => {
            Some((Some(direction), "some ports are allowed with `serverNames`, and, in other ranges, without"))
        }
        _ => None,
    }
}
