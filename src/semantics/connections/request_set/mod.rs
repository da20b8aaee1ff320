//! Sets of HTTP requests as a proxy sees them: method, target (path and query), authority (host and port), headers.
//!
//! The parts are taken to be independent of each other: that a header `host` speaks of the authority is left aside, so such
//! sets are said to meet where they may not, and not to include each other where they do. A header that a request has
//! twice has one value, as Envoy joins them.

mod display;
mod find;
mod targets;
mod texts;

pub use find::find;
pub(super) use find::{Parts, among};

use crate::policy::{LabelSelector, Op, PathPattern, Query, Request, Requirement};
use crate::semantics::labels::Labels;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// A product set of requests: all parts must fit. Expressions are RE2's and match from end to end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestSet {
    /// The method.
    pub methods: Methods,
    /// The path with its query.
    pub target: Target,
    /// The host with its port.
    pub authority: Authority,
    /// The headers, by their names in lower case.
    pub headers: LabelSelector,
}

/// Which methods.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Methods {
    /// Every method.
    Any,
    /// These.
    In(BTreeSet<SmolStr>),
    /// Those that match.
    Matching(SmolStr),
}

/// Which targets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Those with such a path and such a query.
    Path {
        /// What stands before the first `?`.
        path: PathPattern,
        /// What may follow.
        query: Query,
    },
    /// Those that match as a whole, query included.
    Matching(SmolStr),
}

/// Which authorities.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Authority {
    /// Every one, and none at all.
    Any,
    /// This host, lower case, with or without a port: a port is `:` and one or more digits.
    Host(SmolStr),
    /// Those that match, with their port.
    Matching(SmolStr),
}

/// A concrete request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestLine {
    /// Its method.
    pub method: SmolStr,
    /// Its path with its query.
    pub target: SmolStr,
    /// Its host and port; `None` where it does not matter.
    pub authority: Option<SmolStr>,
    /// The headers that matter, by name in lower case.
    pub headers: Labels,
}

impl RequestSet {
    /// Every request.
    #[must_use]
    pub fn all() -> Self {
        let path = PathPattern::Segments { segments: Vec::new(), rest: true };
        Self {
            methods: Methods::Any,
            target: Target::Path { path, query: Query::Any },
            authority: Authority::Any,
            headers: LabelSelector::default(),
        }
    }
}

impl From<&Request> for RequestSet {
    fn from(request: &Request) -> Self {
        let header = |header: &crate::policy::Header| Requirement {
            key: header.name.to_ascii_lowercase().into(),
            op: header.value.as_ref().map_or(Op::Exists, |value| Op::In([value.clone()].into())),
        };
        Self {
            methods: if request.methods.is_empty() {
                Methods::Any
            } else {
                Methods::In(request.methods.iter().cloned().collect())
            },
            target: Target::Path { path: request.path.clone(), query: request.query },
            authority: request.host.clone().map_or(Authority::Any, Authority::Host),
            headers: LabelSelector::new(request.headers.iter().map(header).collect()),
        }
    }
}
