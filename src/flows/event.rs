//! What a line says: which connection was seen at which end, and what became of it.
//!
//! A connection is told by whoever opened it, so replies are left out. Where Hubble does not say whether a packet is one
//! (`is_reply` is absent on drops and on traces without a reason, Cilium 1.20.2 `pkg/hubble/parser/threefour/parser.go`):
//!
//! | packet | is |
//! |---|---|
//! | TCP with SYN and without ACK | what opens a connection |
//! | TCP with SYN and ACK | a reply |
//! | TCP with other flags | left out: who opened it is not told |
//! | UDP and SCTP from a port below 32768 to one from there on | a reply: from there on Linux takes the ports of those who open (`ip_local_port_range`) |
//! | any other | what opens a connection |
//!
//! A trace at a point where packets come from (`FROM_ENDPOINT`, …) is no verdict: policies are enforced behind it.

use super::left_out::LeftOut;
use super::line::{Flow, L4, L7, Text};
use super::who::{Side, Who, plain};
use crate::policy::{Direction, Protocol};
use crate::semantics::connections::{Connection, RequestLine};
use crate::semantics::labels::Labels;
use smol_str::{SmolStr, StrExt, format_smolstr};
use std::collections::BTreeSet;

/// The first port from which Linux opens connections, by default.
const FIRST_OPENING_PORT: u16 = 32768;

/// What became of a packet or a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It passed; where there is a proxy, the proxy decides over what it carries.
    Passed,
    /// It passed, because policies were only audited.
    Audited,
    /// A policy stopped it.
    Dropped,
}

/// What a line says.
#[derive(Debug)]
pub struct Event<'l> {
    /// Who opened the connection.
    pub from: Who<'l>,
    /// Who answers.
    pub to: Who<'l>,
    /// What passes.
    pub connection: Connection,
    /// At whose end it was seen: egress at the one that opens it.
    pub at: Option<Direction>,
    /// What became of it.
    pub fate: Fate,
    /// When, as `2026-11-20T10:00:00Z`.
    pub time: Option<SmolStr>,
    /// What stopped it, as the agent tells it: ids of sentences, then policies.
    pub stopped_by: Vec<SmolStr>,
}

/// Of what is in a line, what the questions are about.
#[derive(Clone, Debug, Default)]
pub struct Interest {
    /// The headers of requests, in lower case, that some rule asks for. The others are no part of a request here, or
    /// each would be another one.
    pub headers: BTreeSet<SmolStr>,
}

/// Reads a flow.
///
/// # Errors
/// Why it is left out.
pub fn event<'l>(flow: Flow<'l>, time: Option<Text<'l>>, interest: &Interest) -> Result<Event<'l>, LeftOut> {
    let text = |text: &Option<Text<'l>>| text.as_deref().unwrap_or_default().to_owned();
    let is_translation = flow.kind.as_deref() == Some("SOCK");
    let fate = match flow.verdict.as_deref() {
        _ if is_translation => return Err(LeftOut::Translation),
        Some("FORWARDED" | "REDIRECTED") => Fate::Passed,
        Some("AUDIT") => Fate::Audited,
        Some("DROPPED") => Fate::Dropped,
        Some("TRACED" | "TRANSLATED") => return Err(LeftOut::Translation),
        Some("ERROR") => return Err(LeftOut::Failure),
        _ => return Err(LeftOut::NoVerdict),
    };
    if flow.is_reply == Some(true) {
        return Err(if flow.l7.is_some() { LeftOut::Response } else { LeftOut::Reply });
    }
    if flow.trace_reason.as_deref() == Some("RELATED") {
        return Err(LeftOut::Related);
    }
    if fate == Fate::Passed && text(&flow.trace_observation_point).starts_with("FROM_") {
        return Err(LeftOut::BeforePolicy);
    }
    let by_policy = ["POLICY_DENIED", "POLICY_DENY", "AUTH_REQUIRED"];
    // What a proxy refuses has no such reason.
    if fate == Fate::Dropped
        && flow.l7.is_none()
        && !by_policy.contains(&flow.drop_reason_desc.as_deref().unwrap_or_default())
    {
        return Err(LeftOut::OtherDrop);
    }
    let connection = match (&flow.l7, &flow.l4) {
        (Some(l7), l4) => carried(l7, l4.as_ref(), interest)?,
        (None, Some(l4)) => packet(l4, flow.is_reply)?,
        (None, None) => return Err(LeftOut::NoProtocol),
    };
    let (source, destination) = (flow.source.unwrap_or_default(), flow.destination.unwrap_or_default());
    if source.is_same_pod(&destination) {
        return Err(LeftOut::Itself);
    }
    let at = match flow.traffic_direction.as_deref() {
        Some("EGRESS") => Some(Direction::Egress),
        Some("INGRESS") => Some(Direction::Ingress),
        _ => None,
    };
    let mut stopped_by = Vec::new();
    if fate != Fate::Passed {
        stopped_by.extend(flow.policy_log.iter().flatten().map(|id| SmolStr::from(&**id)));
        let policies = flow.egress_denied_by.iter().chain(&flow.ingress_denied_by).flatten();
        stopped_by.extend(policies.map(|policy| {
            let part = |text: &Option<Text<'l>>| text.as_deref().unwrap_or_default().to_owned();
            match policy.namespace.as_deref() {
                Some(namespace) if !namespace.is_empty() => {
                    format_smolstr!("{} {namespace}/{}", part(&policy.kind), part(&policy.name))
                }
                _ => format_smolstr!("{} {}", part(&policy.kind), part(&policy.name)),
            }
        }));
    }
    let (from_address, to_address) = flow.ip.map(|ip| (ip.source, ip.destination)).unwrap_or_default();
    let (from, to) = Who::both(
        Side { end: source, address: from_address, names: flow.source_names },
        Side { end: destination, address: to_address, names: flow.destination_names },
        flow.node_name.as_deref(),
    );
    let time = flow.time.or(time).and_then(|time| moment(&time));
    Ok(Event { from, to, connection, at, fate, time, stopped_by })
}

/// What a packet opens.
fn packet(l4: &L4, is_reply: Option<bool>) -> Result<Connection, LeftOut> {
    let known = is_reply == Some(false);
    if let Some(tcp) = &l4.tcp {
        if let Some(flags) = tcp.flags.as_ref().filter(|_| !known) {
            match (flags.syn, flags.ack) {
                (true, false) => {}
                (true, true) => return Err(LeftOut::Reply),
                (false, _) => return Err(LeftOut::Amid),
            }
        }
        return port(Protocol::Tcp, tcp.destination_port);
    }
    for (protocol, ports) in [(Protocol::Udp, &l4.udp), (Protocol::Sctp, &l4.sctp)] {
        if let Some(ports) = ports {
            let answers = ports.source_port < FIRST_OPENING_PORT && ports.destination_port >= FIRST_OPENING_PORT;
            if !known && ports.source_port != 0 && answers {
                return Err(LeftOut::Reply);
            }
            return port(protocol, ports.destination_port);
        }
    }
    for (v6, icmp) in [(false, &l4.icmp_v4), (true, &l4.icmp_v6)] {
        if let Some(icmp) = icmp {
            return match (v6, icmp.number) {
                // Echo reply, unreachable, time exceeded, bad parameter (RFC 792).
                (false, 0 | 3 | 11 | 12) => Err(LeftOut::IcmpReply),
                // Unreachable, too big, time exceeded, bad parameter, echo reply (RFC 4443); neighbours (RFC 4861).
                (true, 1..=4 | 129 | 133..=137) => Err(LeftOut::IcmpReply),
                (v6, number) => Ok(Connection::Icmp { v6, number }),
            };
        }
    }
    Ok(Connection::Other)
}

fn port(protocol: Protocol, port: u16) -> Result<Connection, LeftOut> {
    if port == 0 { Err(LeftOut::NoProtocol) } else { Ok(Connection::Port(protocol, port)) }
}

/// A request or a look-up.
fn carried(l7: &L7<'_>, l4: Option<&L4>, interest: &Interest) -> Result<Connection, LeftOut> {
    if l7.kind.as_deref() == Some("RESPONSE") {
        return Err(LeftOut::Response);
    }
    let tcp = l4.and_then(|l4| l4.tcp.as_ref()).map(|tcp| (Protocol::Tcp, tcp.destination_port));
    let udp = l4.and_then(|l4| l4.udp.as_ref()).map(|udp| (Protocol::Udp, udp.destination_port));
    let (protocol, number) = tcp.or(udp).filter(|(_, port)| *port != 0).ok_or(LeftOut::NoProtocol)?;
    if let Some(dns) = &l7.dns {
        let query = dns.query.as_deref().unwrap_or_default();
        return Ok(Connection::LookUp(plain(query), protocol, number));
    }
    let Some(http) = &l7.http else {
        // Kafka and the proxy's own protocols, of which sentences do not speak.
        return port(protocol, number);
    };
    let (authority, target) = url(http.url.as_deref().unwrap_or_default());
    let mut headers = Labels::new();
    for header in http.headers.iter().flatten().filter(|_| !interest.headers.is_empty()) {
        let key = SmolStr::from(header.key.as_deref().unwrap_or_default()).to_ascii_lowercase_smolstr();
        if !interest.headers.contains(&key) {
            continue;
        }
        let value = header.value.as_deref().unwrap_or_default();
        // `hubble.redact` puts this in its place (`pkg/hubble/defaults`).
        if value == "HUBBLE_REDACTED" {
            return Err(LeftOut::Hidden);
        }
        headers
            .entry(key)
            .and_modify(|known| *known = format_smolstr!("{known},{value}"))
            .or_insert_with(|| value.into());
    }
    let method = SmolStr::from(http.method.as_deref().unwrap_or_default());
    Ok(Connection::Request(RequestLine { method, target, authority, headers }, number))
}

/// The host, and the path with its query. The agent makes an absolute URL of what its proxy tells: `http://host/path?query`,
/// without a host where the request had none (Cilium 1.20.2, `ParseURL` in `pkg/envoy/accesslog.go`, which
/// `pkg/hubble/parser/seven/http.go` prints).
fn url(text: &str) -> (Option<SmolStr>, SmolStr) {
    let rest = text.split_once("://").map(|(_, rest)| rest);
    let (authority, target) = match rest {
        Some(rest) => rest.split_at_checked(rest.find(['/', '?', '#']).unwrap_or(rest.len())).unwrap_or((rest, "")),
        None => ("", text),
    };
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let target = target.split_once('#').map_or(target, |(target, _)| target);
    let target = if target.starts_with('/') { target.into() } else { format_smolstr!("/{target}") };
    ((!host.is_empty()).then(|| host.to_ascii_lowercase().into()), target)
}

/// A time in UTC, as proto3's JSON mapping has it, without parts of seconds.
fn moment(time: &str) -> Option<SmolStr> {
    let (seconds, _) = time.split_at_checked(19)?;
    let shape = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        13 | 16 => byte == b':',
        _ => byte.is_ascii_digit(),
    };
    (time.ends_with('Z') && seconds.bytes().enumerate().all(shape)).then(|| format_smolstr!("{seconds}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_a_host_and_a_target() {
        let cases = [
            ("http://backend:8080/api/v1?x=1", Some("backend:8080"), "/api/v1?x=1"),
            ("http:///healthz", None, "/healthz"),
            ("https://user:pass@Example.COM/a#b", Some("example.com"), "/a"),
            ("http://h?x", Some("h"), "/?x"),
            ("/only/a/path", None, "/only/a/path"),
            ("", None, "/"),
        ];
        for (text, host, target) in cases {
            let (found, path) = url(text);
            assert_eq!((found.as_deref(), path.as_str()), (host, target), "{text}");
        }
    }

    #[test]
    fn times_are_those_of_the_mapping() {
        assert_eq!(moment("2026-11-20T10:00:00.123456789Z").as_deref(), Some("2026-11-20T10:00:00Z"));
        assert_eq!(moment("2026-11-20T10:00:00Z").as_deref(), Some("2026-11-20T10:00:00Z"));
        for text in ["", "2026-11-20", "2026-11-20T10:00:00+01:00", "2026-11-20 10:00:00Z", "ééééééééééééééééééééZ"]
        {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
