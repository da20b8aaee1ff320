//! One line of `hubble observe -o json`, borrowed from the text, with the fields that matter here alone.
//!
//! A line is a `GetFlowsResponse` (Cilium 1.20.2, `api/v1/observer/observer.proto`) in proto3's JSON mapping with the names
//! of the definitions (`UseProtoNames` in `flow.pb.json.go`); fields that are zero are left out. Readers of that mapping
//! take the names in `lowerCamelCase` as well. An `ExportEvent`, which agents write to files, has the same fields and two
//! more. With `HUBBLE_COMPAT=legacy-json-output` the tool prints the flow alone (`hubble/cmd/observe/flows.go`).

use serde::de::{Error, IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

/// A text of the line. Most are borrowed; those with escapes are not: Go writes `&`, `<` and `>` as such.
///
/// It has no control character but tabs, which headers may have: it is shown on terminals, and whoever opens connections
/// must not write there, nor lines of his own. No label, name, method or path that an agent tells has one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<'l>(pub Cow<'l, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'l, 'l> Deserialize<'de> for Text<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowing;
        impl<'de> Visitor<'de> for Borrowing {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                printable(text).map(|text| Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                printable(text).map(|text| Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Borrowing)
    }
}

fn printable<E: Error>(text: &str) -> Result<&str, E> {
    let is_control = |character: char| character.is_control() && character != '\t';
    if text.contains(is_control) { Err(E::custom("a text has a control character")) } else { Ok(text) }
}

/// A whole line.
#[derive(Debug, Default, Deserialize)]
pub struct Line<'l> {
    #[serde(borrow)]
    pub flow: Option<Flow<'l>>,
    #[serde(alias = "nodeStatus")]
    pub node_status: Option<IgnoredAny>,
    #[serde(alias = "lostEvents")]
    pub lost_events: Option<LostEvents>,
    #[serde(alias = "agentEvent")]
    pub agent_event: Option<IgnoredAny>,
    #[serde(alias = "debugEvent")]
    pub debug_event: Option<IgnoredAny>,
    #[serde(borrow)]
    pub time: Option<Text<'l>>,
}

/// That Hubble lost events.
#[derive(Debug, Default, Deserialize)]
pub struct LostEvents {
    #[serde(default, alias = "numEventsLost", deserialize_with = "number")]
    pub num_events_lost: u64,
}

/// A flow (`api/v1/flow/flow.proto`).
#[derive(Debug, Default, Deserialize)]
pub struct Flow<'l> {
    #[serde(borrow)]
    pub time: Option<Text<'l>>,
    #[serde(borrow)]
    pub verdict: Option<Text<'l>>,
    #[serde(borrow, alias = "dropReasonDesc")]
    pub drop_reason_desc: Option<Text<'l>>,
    #[serde(borrow, rename = "IP", alias = "ip")]
    pub ip: Option<Ip<'l>>,
    pub l4: Option<L4>,
    #[serde(borrow)]
    pub source: Option<Endpoint<'l>>,
    #[serde(borrow)]
    pub destination: Option<Endpoint<'l>>,
    #[serde(borrow, rename = "Type", alias = "type")]
    pub kind: Option<Text<'l>>,
    #[serde(borrow, alias = "sourceNames")]
    pub source_names: Option<Vec<Text<'l>>>,
    #[serde(borrow, alias = "destinationNames")]
    pub destination_names: Option<Vec<Text<'l>>>,
    #[serde(borrow)]
    pub l7: Option<L7<'l>>,
    #[serde(borrow, alias = "trafficDirection")]
    pub traffic_direction: Option<Text<'l>>,
    #[serde(borrow, alias = "traceObservationPoint")]
    pub trace_observation_point: Option<Text<'l>>,
    #[serde(borrow, alias = "traceReason")]
    pub trace_reason: Option<Text<'l>>,
    #[serde(alias = "isReply")]
    pub is_reply: Option<bool>,
    #[serde(borrow, alias = "egressDeniedBy")]
    pub egress_denied_by: Option<Vec<Policy<'l>>>,
    #[serde(borrow, alias = "ingressDeniedBy")]
    pub ingress_denied_by: Option<Vec<Policy<'l>>>,
    #[serde(borrow, alias = "policyLog")]
    pub policy_log: Option<Vec<Text<'l>>>,
    #[serde(borrow, alias = "nodeName")]
    pub node_name: Option<Text<'l>>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Ip<'l> {
    #[serde(borrow)]
    pub source: Option<Text<'l>>,
    #[serde(borrow)]
    pub destination: Option<Text<'l>>,
}

#[derive(Debug, Default, Deserialize)]
pub struct L4 {
    #[serde(rename = "TCP", alias = "tcp")]
    pub tcp: Option<Tcp>,
    #[serde(rename = "UDP", alias = "udp")]
    pub udp: Option<Ports>,
    #[serde(rename = "SCTP", alias = "sctp")]
    pub sctp: Option<Ports>,
    #[serde(rename = "ICMPv4", alias = "icmpv4")]
    pub icmp_v4: Option<Icmp>,
    #[serde(rename = "ICMPv6", alias = "icmpv6")]
    pub icmp_v6: Option<Icmp>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Tcp {
    #[serde(default, alias = "destinationPort")]
    pub destination_port: u16,
    pub flags: Option<TcpFlags>,
}

#[derive(Debug, Default, Deserialize)]
pub struct TcpFlags {
    #[serde(default, rename = "SYN", alias = "syn")]
    pub syn: bool,
    #[serde(default, rename = "ACK", alias = "ack")]
    pub ack: bool,
}

#[derive(Debug, Default, Deserialize)]
pub struct Ports {
    #[serde(default, alias = "sourcePort")]
    pub source_port: u16,
    #[serde(default, alias = "destinationPort")]
    pub destination_port: u16,
}

#[derive(Debug, Default, Deserialize)]
pub struct Icmp {
    #[serde(default, rename = "type")]
    pub number: u8,
}

#[derive(Debug, Default, Deserialize)]
pub struct Endpoint<'l> {
    /// The number of an endpoint of the node that saw the flow; 0 for those of other nodes.
    #[serde(default, rename = "ID", alias = "id")]
    pub id: u32,
    #[serde(borrow)]
    pub namespace: Option<Text<'l>>,
    #[serde(borrow)]
    pub labels: Option<Vec<Text<'l>>>,
    #[serde(borrow, alias = "podName")]
    pub pod_name: Option<Text<'l>>,
}

#[derive(Debug, Default, Deserialize)]
pub struct L7<'l> {
    #[serde(borrow, rename = "type")]
    pub kind: Option<Text<'l>>,
    #[serde(borrow)]
    pub dns: Option<Dns<'l>>,
    #[serde(borrow)]
    pub http: Option<Http<'l>>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Dns<'l> {
    #[serde(borrow)]
    pub query: Option<Text<'l>>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Http<'l> {
    #[serde(borrow)]
    pub method: Option<Text<'l>>,
    #[serde(borrow)]
    pub url: Option<Text<'l>>,
    #[serde(borrow)]
    pub headers: Option<Vec<Header<'l>>>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Header<'l> {
    #[serde(borrow)]
    pub key: Option<Text<'l>>,
    #[serde(borrow)]
    pub value: Option<Text<'l>>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Policy<'l> {
    #[serde(borrow)]
    pub name: Option<Text<'l>>,
    #[serde(borrow)]
    pub namespace: Option<Text<'l>>,
    #[serde(borrow)]
    pub kind: Option<Text<'l>>,
}

/// A number of 64 bits, which this mapping writes as a string.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    struct Number;
    impl Visitor<'_> for Number {
        type Value = u64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number")
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<u64, E> {
            Ok(number)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<u64, E> {
            text.parse().map_err(E::custom)
        }
    }
    deserializer.deserialize_any(Number)
}
