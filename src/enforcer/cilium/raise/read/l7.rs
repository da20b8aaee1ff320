//! `rules` of a port: `L7Rules.sanitize`, `PortRuleHTTP.Sanitize` and what `PortRule.sanitize` asks of them together.

use super::Reading;
use super::peers::name;
use crate::enforcer::cilium::raise::form::{Http, L7, List, Port, PortRule};
use crate::enforcer::cilium::raise::meaning::expression::plain_path;
use crate::enforcer::raise::{Fields, Refusal, fields, is_string};
use crate::policy::Protocol;
use crate::semantics::re2::{self, Reason};
use crate::yaml::{Node, Range};

/// Reads `rules`. Empty lists are the same as none (`L7Rules.IsEmpty`); `kafka`, `l7proto` and `l7` were removed in
/// 1.20.
pub fn rules<'n>(rule: Fields<'n>, list: List, reading: &mut Reading) -> Result<L7<'n>, Refusal> {
    let Some(node) = rule.get("rules") else { return Ok(L7::None) };
    let known: &[&str] = if reading.before(20) { &["http", "dns", "kafka", "l7proto", "l7"] } else { &["http", "dns"] };
    let rules = fields(node, known, &mut reading.notes)?;
    let (http, dns) = (rules.entries("http")?, rules.entries("dns")?);
    if reading.before(20) {
        for key in ["kafka", "l7proto", "l7"] {
            if rules.get(key).is_some_and(|node| node.as_sequence().is_none_or(|entries| !entries.is_empty())) {
                return Ok(L7::Old(key));
            }
        }
    }
    match (http, dns) {
        ([], []) => Ok(L7::None),
        (http, []) => {
            if reading.host_policy {
                return Err(Refusal::new(node.range, "HTTP rules are not taken in policies for nodes"));
            }
            Ok(L7::Http(http.iter().map(|node| request(node, reading)).collect::<Result<_, _>>()?))
        }
        ([], dns) => {
            if list.is_ingress() {
                return Err(Refusal::new(node.range, "DNS rules are not taken for ingress"));
            }
            Ok(L7::Dns(dns.iter().map(|node| name(node, false, reading)).collect::<Result<_, _>>()?))
        }
        _ => Err(Refusal::new(node.range, "`http` and `dns` exclude each other")),
    }
}

/// What has to hold of the ports, names and rules of one entry of `toPorts` together.
pub fn check(rule: &PortRule<'_>, list: List, node: Fields<'_>, reading: &Reading) -> Result<(), Refusal> {
    let has_rules = !matches!(rule.l7, L7::None);
    let refuse = |reason: &str| Err(Refusal::new(node.range(), reason));
    if rule.server_names.contains(&"") {
        return refuse("an empty server name");
    }
    if !rule.server_names.is_empty() && has_rules && node.get("terminatingTLS").is_none() {
        return refuse("`serverNames` and `rules` go together only where the TLS is terminated");
    }
    if node.get("listener").is_some() {
        if list.is_ingress() {
            return refuse("`listener` is not taken for ingress");
        }
        if has_rules {
            return refuse("`listener` and `rules` exclude each other");
        }
    }
    if reading.host_policy && list.is_ingress() && has_rules {
        return refuse("rules for requests are not taken for ingress at nodes");
    }
    if !has_rules {
        return Ok(());
    }
    let is_dns = matches!(rule.l7, L7::Dns(_));
    if is_dns && rule.ports.is_empty() {
        return refuse("DNS rules need a port");
    }
    for port in &rule.ports {
        match *port {
            Port::Numbers { first: 0, .. } => return refuse("rules for requests are not taken on port 0"),
            Port::Numbers { first, last, .. } if is_dns && last > first => {
                return refuse("DNS rules are not taken on a range of ports");
            }
            Port::Numbers { protocol, .. } | Port::Named { protocol, .. }
                if !is_dns && protocol != Some(Protocol::Tcp) =>
            {
                return refuse("HTTP rules need `protocol: TCP`");
            }
            Port::Portless(_) => return refuse("rules for requests need a port"),
            Port::Numbers { .. } | Port::Named { .. } => {}
        }
    }
    Ok(())
}

fn request<'n>(node: &'n Node<'n>, reading: &mut Reading) -> Result<Http<'n>, Refusal> {
    let known = ["method", "path", "host", "headers", "headerMatches"];
    let rule = fields(node, &known, &mut reading.notes)?;
    let mut request = Http {
        method: rule.text("method")?,
        path: rule.text("path")?,
        host: rule.text("host")?,
        headers: Vec::new(),
        secret: false,
    };
    for text in [request.method, request.path].into_iter().flatten() {
        compiles(text, node.range)?;
    }
    for node in rule.entries("headers")? {
        request.headers.push(header(is_string(node)?));
    }
    for node in rule.entries("headerMatches")? {
        header_match(node, &mut request, reading)?;
    }
    Ok(request)
}

/// `X-Key: value` and `X-Key value` ask for the value, anything without a blank for presence
/// (`getHTTPRule` in `pkg/envoy/policy/envoy_l7_rules_translator.go`). An exact value that is empty is presence to Envoy
/// (the same file).
fn header(text: &str) -> (&str, Option<&str>) {
    match text.split_once(' ') {
        Some((name, value)) => (name.trim_end_matches(':'), Some(value).filter(|value| !value.is_empty())),
        None => (text, None),
    }
}

/// A match that only logs or mends what differs asks for nothing.
fn header_match<'n>(node: &'n Node<'n>, request: &mut Http<'n>, reading: &mut Reading) -> Result<(), Refusal> {
    let header = fields(node, &["name", "value", "mismatch", "secret"], &mut reading.notes)?;
    let Some(name) = header.text("name")? else { return Err(Refusal::new(node.range, "the header has no name")) };
    if let Some(secret) = header.get("secret") {
        if fields(secret, &["name", "namespace"], &mut reading.notes)?.text("name")?.is_none() {
            return Err(Refusal::new(secret.range, "the secret has no name"));
        }
        request.secret |= header.text("mismatch")?.is_none();
    }
    match header.text("mismatch")? {
        None => request.headers.push((name, header.text("value")?)),
        Some("LOG" | "ADD" | "DELETE" | "REPLACE") => {}
        Some(other) => return Err(Refusal::new(node.range, format!("there is no action `{other}`"))),
    }
    Ok(())
}

/// Whether Go reads the expression. What our reader refuses and Go reads passes here; it is a gap later on.
fn compiles(text: &str, range: Range) -> Result<(), Refusal> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'~' | b' ' | b'%');
    if text.bytes().all(plain) || plain_path(text).is_some() {
        return Ok(());
    }
    match re2::parse(text) {
        Err(refused) if !goes_on(refused.reason) => {
            Err(Refusal::new(range, format!("`{text}` is no expression: `{}`: {}", refused.part, refused.reason)))
        }
        _ => Ok(()),
    }
}

/// Whether Go (`regexp/syntax`, 1.25) may read it nevertheless.
fn goes_on(reason: Reason) -> bool {
    match reason {
        Reason::UnicodeClass
        | Reason::Digits
        | Reason::NamedGroup
        | Reason::LoneBrace
        | Reason::EmptyClass
        | Reason::FoldBeyondAscii
        | Reason::TooDeep => true,
        Reason::UnclosedGroup
        | Reason::UnopenedGroup
        | Reason::UnclosedClass
        | Reason::UnfinishedEscape
        | Reason::UnknownEscape
        | Reason::AnyByte
        | Reason::NoCharacter
        | Reason::LookAround
        | Reason::UnknownFlag
        | Reason::NothingToRepeat
        | Reason::RepeatedRepetition
        | Reason::BackwardCount
        | Reason::LargeCount
        | Reason::BackwardRange
        | Reason::ClassInRange
        | Reason::UnknownPosixClass => false,
    }
}
