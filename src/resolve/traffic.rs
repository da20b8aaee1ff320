//! Actions: from what a sentence says may be done to the model's traffic.

use super::methods;
use super::peers::Term;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::ports::PortProblem;
use crate::policy::{Header, PathPattern, Protocol, Query, Request, Segment, Traffic};
use crate::syntax::ast::{self, Action, GrpcMethod, Path, PathSegment, Peers};
use smol_str::SmolStr;

/// What an action is, before it meets the ports of its objects.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Any traffic on the object's ports.
    Reach,
    /// Only these requests.
    Requests(Vec<Request>),
    /// ICMP echo.
    Ping,
}

/// The objects and the kind of an action; `None` for `resolve`, which has no object.
pub(super) fn objects<'a>(action: &'a Action, diagnostics: &mut Vec<Diagnostic>) -> Option<(&'a Peers, Kind)> {
    match action {
        Action::Reach(objects) => Some((objects, Kind::Reach)),
        Action::Ping(objects) => Some((objects, Kind::Ping)),
        Action::Request { request: wanted, objects } => {
            Some((objects, Kind::Requests(vec![request(wanted, diagnostics)])))
        }
        Action::Use(used) => {
            let mut all: Vec<Request> = used.requests.iter().map(|line| request(&line.request, diagnostics)).collect();
            all.sort();
            all.dedup();
            Some((&used.objects, Kind::Requests(all)))
        }
        Action::Call { methods, objects } => {
            let mut all: Vec<Request> = methods.iter().map(|method| call(&method.value)).collect();
            all.sort();
            all.dedup();
            Some((objects, Kind::Requests(all)))
        }
        Action::Resolve(_) => None,
    }
}

/// The traffic towards one object, or `None` after a finding.
pub(super) fn towards(kind: &Kind, object: &Term, diagnostics: &mut Vec<Diagnostic>) -> Option<Traffic> {
    match (kind, &object.ports) {
        (Kind::Reach, None) => Some(Traffic::All),
        (Kind::Reach, Some(ports)) => Some(Traffic::Ports(ports.clone())),
        (Kind::Ping, None) => Some(Traffic::Ping),
        (Kind::Ping, Some(_)) => {
            diagnostics.push(PortProblem::PingHasNoPort { span: object.span, port: None }.into());
            None
        }
        (Kind::Requests(_), None) => {
            diagnostics.push(PortProblem::RequestWithoutPort { span: object.span, serves: None }.into());
            None
        }
        (Kind::Requests(requests), Some(ports)) => {
            let traffic = Traffic::Http { ports: ports.clone(), requests: requests.clone() };
            if !is_tcp(&traffic) {
                diagnostics.push(PortProblem::RequestNotTcp { span: object.span }.into());
                return None;
            }
            Some(traffic)
        }
    }
}

/// Whether all of it goes to TCP ports.
pub(super) fn is_tcp(traffic: &Traffic) -> bool {
    match traffic {
        Traffic::Ports(ports) | Traffic::Http { ports, .. } => {
            ports.ranges().iter().all(|range| range.protocol == Protocol::Tcp)
        }
        Traffic::All | Traffic::Dns { .. } | Traffic::Ping => false,
    }
}

/// The traffic without what only a proxy sees: what the end that does not enforce requests must let through.
pub(super) fn without_requests(traffic: &Traffic) -> Traffic {
    match traffic {
        Traffic::Http { ports, .. } => Traffic::Ports(ports.clone()),
        other => other.clone(),
    }
}

/// A written request in the model's form.
pub(super) fn request(request: &ast::Request, diagnostics: &mut Vec<Diagnostic>) -> Request {
    for method in &request.methods {
        methods::check(method, diagnostics);
    }
    let mut methods: Vec<SmolStr> = request.methods.iter().map(|method| method.value.clone()).collect();
    methods.sort();
    methods.dedup();
    let mut headers: Vec<Header> = request
        .headers
        .iter()
        .map(|header| Header {
            name: header.name.value.clone(),
            value: header.value.as_ref().map(|value| value.value.clone()),
        })
        .collect();
    headers.sort();
    headers.dedup();
    Request {
        methods,
        path: path(&request.path.value),
        query: if request.without_query.is_some() { Query::None } else { Query::Any },
        host: request.host.as_ref().map(|host| host.value.to_ascii_lowercase().into()),
        headers,
    }
}

fn path(path: &Path) -> PathPattern {
    match path {
        Path::Segments { segments, rest } => PathPattern::Segments {
            segments: segments
                .iter()
                .map(|segment| match segment {
                    PathSegment::Literal(text) => Segment::Literal(text.clone()),
                    PathSegment::One(_) => Segment::One,
                })
                .collect(),
            rest: *rest,
        },
        Path::Matching(regex) => PathPattern::Matching(regex.clone()),
    }
}

/// gRPC in its HTTP form: `POST /pkg.Service/Method` without a query (gRPC over HTTP/2, "Requests").
fn call(method: &GrpcMethod) -> Request {
    let last = match &method.method {
        Some(name) => Segment::Literal(name.clone()),
        None => Segment::One,
    };
    Request {
        methods: vec!["POST".into()],
        path: PathPattern::Segments { segments: vec![Segment::Literal(method.service.clone()), last], rest: false },
        query: Query::None,
        host: None,
        headers: Vec::new(),
    }
}
