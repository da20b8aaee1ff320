//! Ports: numbers, ranges and the names that a workload serves.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::ports::PortProblem;
use crate::policy::{PortRange, PortSet, Protocol};
use crate::source::Span;
use crate::syntax::ast::{self, PortRef, Serve};
use smol_str::SmolStr;

/// The model's protocols for a written one; TCP unless said.
pub(super) fn protocols(protocol: Option<ast::Protocol>) -> &'static [Protocol] {
    match protocol {
        None | Some(ast::Protocol::Tcp) => &[Protocol::Tcp],
        Some(ast::Protocol::Udp) => &[Protocol::Udp],
        Some(ast::Protocol::Sctp) => &[Protocol::Sctp],
        Some(ast::Protocol::Any) => &Protocol::ALL,
    }
}

/// What a port may be looked up in.
#[derive(Clone, Copy)]
pub(super) enum Serving<'a> {
    /// A workload with `serves`: only these.
    Workload { name: &'a SmolStr, serves: &'a [Serve] },
    /// Anything else: numbers only.
    Nothing,
}

/// The set, or `None` after a finding.
pub(super) fn resolve(ports: &ast::Ports, serving: Serving<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<PortSet> {
    let mut ranges = Vec::with_capacity(ports.items.len());
    let mut good = true;
    for item in &ports.items {
        let (first, last) = match &item.value.port {
            PortRef::Number(number) => (*number, *number),
            PortRef::Range(first, last) => (*first, *last),
            PortRef::Any => (1, u16::MAX),
            PortRef::Name(name) => {
                match named(name, item, serving) {
                    Ok(mut found) => ranges.append(&mut found),
                    Err(problem) => {
                        diagnostics.push(problem.into());
                        good = false;
                    }
                }
                continue;
            }
        };
        let mut wanted: Vec<PortRange> = protocols(item.value.protocol)
            .iter()
            .map(|protocol| PortRange { protocol: *protocol, first, last })
            .collect();
        if let Err(problem) = served(&wanted, item, serving) {
            diagnostics.push(problem.into());
            good = false;
        }
        ranges.append(&mut wanted);
    }
    good.then(|| PortSet::new(ranges))
}

/// The ranges of a served name; one name may serve several protocols.
fn named(name: &SmolStr, item: &ast::Node<ast::PortItem>, serving: Serving<'_>) -> Result<Vec<PortRange>, PortProblem> {
    let Serving::Workload { name: workload, serves } = serving else {
        return Err(PortProblem::NameOfNothing { span: item.span, name: name.clone() });
    };
    let found: Vec<PortRange> = serves
        .iter()
        .filter(|serve| serve.name.value == *name)
        .filter(|serve| {
            item.value.protocol.is_none_or(|wanted| {
                wanted == ast::Protocol::Any || protocols(Some(wanted)) == protocols(serve_protocol(serve))
            })
        })
        .flat_map(ranges_of)
        .collect();
    if found.is_empty() {
        return Err(PortProblem::NotServed {
            span: item.span,
            port: name.clone(),
            workload: workload.clone(),
            serves: describe(serves),
            more: None,
        });
    }
    Ok(found)
}

/// A workload that says what it serves serves nothing else: each wanted range must hold a served port.
fn served(wanted: &[PortRange], item: &ast::Node<ast::PortItem>, serving: Serving<'_>) -> Result<(), PortProblem> {
    let Serving::Workload { name, serves } = serving else { return Ok(()) };
    if serves.is_empty() || item.value.port == PortRef::Any {
        return Ok(());
    }
    let offered: Vec<PortRange> = serves.iter().flat_map(ranges_of).collect();
    let meets = |a: &PortRange, b: &PortRange| a.protocol == b.protocol && a.first <= b.first && b.first <= a.last;
    if wanted.iter().any(|range| offered.iter().any(|offer| meets(range, offer))) {
        return Ok(());
    }
    Err(PortProblem::NotServed {
        span: item.span,
        port: written(&item.value),
        workload: name.clone(),
        serves: describe(serves),
        more: another(&item.value, serves),
    })
}

/// What a workload would say to serve this port as well, behind what it says now.
fn another(port: &ast::PortItem, serves: &[Serve]) -> Option<(Span, SmolStr)> {
    let PortRef::Number(number) = port.port else { return None };
    let last = serves.last()?;
    let end = last.protocol.as_ref().map_or(last.port.span, |protocol| last.port.span.to(protocol.span));
    let serve = match port.protocol {
        None | Some(ast::Protocol::Tcp) => format!("tcp-{number} {number}"),
        Some(protocol @ (ast::Protocol::Udp | ast::Protocol::Sctp)) => {
            let protocol = suffix(protocol);
            format!("{protocol}-{number} {number}/{protocol}")
        }
        Some(ast::Protocol::Any) => return None,
    };
    Some((end, serve.into()))
}

fn serve_protocol(serve: &Serve) -> Option<ast::Protocol> {
    serve.protocol.as_ref().map(|protocol| protocol.value)
}

fn ranges_of(serve: &Serve) -> impl Iterator<Item = PortRange> + '_ {
    let port = serve.port.value;
    protocols(serve_protocol(serve)).iter().map(move |protocol| PortRange {
        protocol: *protocol,
        first: port,
        last: port,
    })
}

/// Ports of a workload as they are best written: by the names that it serves them by, where these are all of them.
pub(super) fn spelled(ports: &PortSet, serves: &[Serve]) -> String {
    let holds = |range: PortRange| PortSet::new(ports.ranges().iter().copied().chain([range]).collect()) == *ports;
    let mut names: Vec<&SmolStr> = serves.iter().map(|serve| &serve.name.value).collect();
    names.dedup();
    // A name may stand for several protocols.
    let ranges_of_name = |name: &SmolStr| {
        let named = serves.iter().filter(|serve| serve.name.value == *name);
        named.flat_map(ranges_of).collect::<Vec<_>>()
    };
    names.retain(|name| ranges_of_name(name).into_iter().all(holds));
    let named = PortSet::new(names.iter().flat_map(|name| ranges_of_name(name)).collect());
    match names.as_slice() {
        _ if named != *ports => ports.to_string(),
        [name] => name.to_string(),
        names => format!("[{}]", names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ")),
    }
}

/// `http 8080`, `dns 53/udp`
fn describe(serves: &[Serve]) -> Vec<(SmolStr, SmolStr)> {
    serves
        .iter()
        .map(|serve| {
            let port = match serve_protocol(serve) {
                None | Some(ast::Protocol::Tcp) => serve.port.value.to_string(),
                Some(protocol) => format!("{}/{}", serve.port.value, suffix(protocol)),
            };
            (serve.name.value.clone(), SmolStr::from(port))
        })
        .collect()
}

fn suffix(protocol: ast::Protocol) -> &'static str {
    match protocol {
        ast::Protocol::Tcp => "tcp",
        ast::Protocol::Udp => "udp",
        ast::Protocol::Sctp => "sctp",
        ast::Protocol::Any => "any",
    }
}

/// The item as it was written.
fn written(item: &ast::PortItem) -> SmolStr {
    let port = match &item.port {
        PortRef::Number(number) => number.to_string(),
        PortRef::Range(first, last) => format!("{first}-{last}"),
        PortRef::Name(name) => name.to_string(),
        PortRef::Any => "any".into(),
    };
    match item.protocol {
        None => port.into(),
        Some(protocol) => format!("{port}/{}", suffix(protocol)).into(),
    }
}
