//! Changes in words.

use super::Told;
use super::names::{Names, is_of_one_namespace};
use crate::policy::Direction;
use crate::semantics::connections::{Connections, IcmpTypes};
use crate::semantics::endpoints::Endpoints;
use crate::semantics::ports;
use crate::verdict::{ChangeKind, Cut};

/// How many names of a list are shown.
const SHOWN: usize = 3;

/// Whom a change is about, and what it is. `authentication`: the flows pass before and after.
pub(super) fn change(names: &Names, kind: ChangeKind, of: &Told, authentication: bool) -> (String, String) {
    match of {
        Told::Isolation { subject, direction } => (names.one(subject), isolation(kind, *direction).to_owned()),
        Told::Flows { from, to, within, without, whole } => {
            let (from_name, to_name) = (names.all(from), names.all(to));
            let own = |ends: &[Endpoints]| matches!(ends, [one] if is_of_one_namespace(one));
            let does = action(within, without, &to_name, to_name.contains(", "));
            let some = if *whole { "" } else { " in part" };
            let what = match (kind, authentication) {
                (ChangeKind::Gained, _) => format!("can{some} {does}"),
                (ChangeKind::Lost, _) => format!("can{some} no longer {does}"),
                (ChangeKind::Weakened, true) => format!("can {does} without mutual authentication"),
                (ChangeKind::Strengthened, true) => format!("can {does} after mutual authentication only"),
                (ChangeKind::Weakened, false) => format!("is no longer denied to {does}, and only not allowed"),
                (ChangeKind::Strengthened, false) => format!("is now denied to {does}, which was not allowed before"),
            };
            if own(from) || !own(to) { (from_name, what) } else { (to_name, format!("{from_name} {what}")) }
        }
    }
}

fn isolation(kind: ChangeKind, direction: Direction) -> &'static str {
    match (kind, direction) {
        (ChangeKind::Gained, Direction::Ingress) => {
            "is no longer isolated for ingress: whoever nothing stops can reach it"
        }
        (ChangeKind::Gained, Direction::Egress) => {
            "is no longer isolated for egress: it can reach whatever nothing stops"
        }
        (ChangeKind::Lost, Direction::Ingress) => "is now isolated for ingress: only what is allowed can reach it",
        (ChangeKind::Lost, Direction::Egress) => "is now isolated for egress: it can reach only what is allowed",
        (ChangeKind::Weakened, Direction::Ingress) => {
            "is no longer isolated for ingress, and something else still stops all"
        }
        (ChangeKind::Weakened, Direction::Egress) => {
            "is no longer isolated for egress, and something else still stops all"
        }
        (ChangeKind::Strengthened, Direction::Ingress) => {
            "is now isolated for ingress, where something else stopped all before"
        }
        (ChangeKind::Strengthened, Direction::Egress) => {
            "is now isolated for egress, where something else stopped all before"
        }
    }
}

/// Flows as a phrase: `shop/frontend to reach shop/backend:8080`.
pub(super) fn flows(names: &Names, cut: &Cut) -> String {
    let (from, to) = (names.one(&cut.from), names.one(&cut.to));
    format!("whether {from} can {}", action(&cut.within, &cut.without, &to, false))
}

/// What is done to whom: `reach shop/backend:8080`, `GET /x on shop/backend:8080`.
fn action(within: &[Connections], without: &[Connections], to: &str, several: bool) -> String {
    let at = |ports: &crate::policy::PortSet| {
        if *ports == ports::all() {
            format!("{to} on every port")
        } else if several {
            format!("({to}):{ports}")
        } else if to.contains(' ') && !to.ends_with('}') {
            format!("{to} on :{ports}")
        } else {
            format!("{to}:{ports}")
        }
    };
    let mut text = match within {
        [] | [Connections::All] => format!("reach {to}"),
        [Connections::Ports(ports)] => format!("reach {}", at(ports)),
        [Connections::Icmp(types)] if *types == IcmpTypes::echo() => format!("ping {to}"),
        [Connections::Icmp(types)] => format!("send {types} to {to}"),
        [Connections::Requests { ports, requests }] => format!("{} on {}", short(requests, "; "), at(ports)),
        [Connections::LookUps { ports, names }] => format!("look up {} at {}", short(names, ", "), at(ports)),
        [Connections::Other] => format!("send protocols without ports to {to}"),
        [Connections::Tls { ports, names }] => format!("reach {} by TLS to {}", at(ports), short(names, ", ")),
        several => {
            let several: Vec<String> = several.iter().map(content).collect();
            format!("reach {to} by what is {}", several.join(" and also "))
        }
    };
    if !without.is_empty() {
        let except: Vec<String> = without.iter().map(content).collect();
        text.push_str(" except ");
        text.push_str(&short(&except, ", "));
    }
    text
}

/// What is carried, long lists of names cut short.
fn content(connections: &Connections) -> String {
    match connections {
        Connections::LookUps { ports, names } => format!("look-up of {} on :{ports}", short(names, ", ")),
        Connections::Requests { ports, requests } => format!("{} on :{ports}", short(requests, "; ")),
        other => other.to_string(),
    }
}

/// A list, cut short.
fn short(all: &[impl std::fmt::Display], between: &str) -> String {
    let shown: Vec<String> = all.iter().take(SHOWN).map(ToString::to_string).collect();
    match all.len().saturating_sub(SHOWN) {
        0 => shown.join(between),
        more => format!("{} and {more} more", shown.join(between)),
    }
}
