//! Request patterns as sets of HTTP requests.
//!
//! A request has one method, one path, a query or none, one host (a request without one counts as one more host), and
//! headers. The parts are independent of each other, so all questions are decided part by part: methods and hosts as sets
//! of values, headers as labels are (a header that a request has twice has one value, as Envoy joins them), paths by
//! [`super::paths`]. Names of headers are compared without regard to case.
//!
//! That `with header Host: h` speaks of the host is left aside: such patterns are said to meet where they may not, and not
//! to include each other where they do.

use super::answer::Answer;
use super::cover;
use super::labels::{self, Labels};
use super::language::Budget;
use super::paths::{self, Paths};
use super::values;
use crate::policy::{LabelSelector, Op, Query, Request, Requirement, ValueSet};
use smol_str::SmolStr;
use std::fmt;

/// How often paths are compared before a question is given up.
const MAX_COMPARISONS: usize = 100;

/// A concrete request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestWitness {
    /// Its method.
    pub method: SmolStr,
    /// Its path.
    pub path: SmolStr,
    /// Whether a query follows.
    pub query: bool,
    /// Its host, if it matters.
    pub host: Option<SmolStr>,
    /// The headers that matter, by name in lower case.
    pub headers: Labels,
}

/// `GET /a?q at host "h" with header x: v`
impl fmt::Display for RequestWitness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        if self.query {
            f.write_str("?q")?;
        }
        if let Some(host) = &self.host {
            write!(f, " at host \"{host}\"")?;
        }
        for (name, value) in &self.headers {
            write!(f, " with header {name}: {value}")?;
        }
        Ok(())
    }
}

/// Whether every request that fits `inner` fits `outer`; if not, one that does not.
#[must_use]
pub fn includes(outer: &Request, inner: &Request) -> Answer<RequestWitness> {
    includes_union(std::slice::from_ref(outer), inner)
}

/// Whether every request that fits `inner` fits one of `outers`; if not, one that fits none.
#[must_use]
pub fn includes_union(outers: &[Request], inner: &Request) -> Answer<RequestWitness> {
    let frame = Frame::of(inner);
    let outers: Vec<(Frame, Paths)> = outers
        .iter()
        .map(|outer| (Frame::of(outer), Paths::new(&outer.path)))
        .filter(|(outer, _)| frame.and(outer).satisfiable())
        .collect();
    let path = Paths::new(&inner.path);
    let within = |outers: &[&Paths<'_>]| paths::find(&[&path], outers, &Budget::default());
    // The usual case: one outer has it all.
    if outers.iter().any(|(outer, outer_path)| outer.includes(&frame) && within(&[outer_path]).is_yes()) {
        return Answer::Yes;
    }
    cover::covers(
        frame,
        outers.len(),
        MAX_COMPARISONS,
        |piece, member| {
            let (outer, _) = outers.get(member)?;
            let within = piece.and(outer);
            within.satisfiable().then(|| (within, piece.minus(outer)))
        },
        |members| {
            let avoided: Vec<_> =
                members.iter().filter_map(|member| outers.get(*member)).map(|(_, path)| path).collect();
            within(&avoided)
        },
        |piece, path| piece.witness().map_or(Answer::Yes, |request| Answer::No(RequestWitness { path, ..request })),
    )
}

/// Whether no request fits both; if one does, such a request.
#[must_use]
pub fn disjoint(a: &Request, b: &Request) -> Answer<RequestWitness> {
    match Frame::of(a).and(&Frame::of(b)).witness() {
        Some(request) => paths::disjoint(&a.path, &b.path).map(|path| RequestWitness { path, ..request }),
        None => Answer::Yes,
    }
}

/// Whether no request is sure to fit both. A quick look at methods and paths, without automata.
#[must_use]
pub fn are_apart(a: &Request, b: &Request) -> bool {
    let methods = !a.methods.is_empty() && !b.methods.is_empty();
    (methods && !a.methods.iter().any(|method| b.methods.contains(method))) || paths::are_apart(&a.path, &b.path)
}

/// The pattern of what fits both, where there is one (see [`paths::intersection`]); it never has more.
#[must_use]
pub fn intersection(a: &Request, b: &Request) -> Option<Request> {
    if !Frame::of(a).and(&Frame::of(b)).satisfiable() {
        return None;
    }
    let mut methods = a.methods.clone();
    methods.retain(|method| b.methods.is_empty() || b.methods.contains(method));
    let mut headers = [a.headers.as_slice(), &b.headers].concat();
    headers.sort();
    headers.dedup();
    Some(Request {
        methods: if a.methods.is_empty() { b.methods.clone() } else { methods },
        path: paths::intersection(&a.path, &b.path)?,
        query: if a.query == Query::Any { b.query } else { a.query },
        host: a.host.clone().or_else(|| b.host.clone()),
        headers,
    })
}

/// A request but for its path.
#[derive(Clone)]
struct Frame {
    methods: ValueSet,
    hosts: ValueSet,
    headers: LabelSelector,
    /// Whether requests without a query are in it, and those with one.
    bare: bool,
    queried: bool,
}

impl Frame {
    fn of(request: &Request) -> Self {
        let header = |header: &crate::policy::Header| Requirement {
            key: header.name.to_ascii_lowercase().into(),
            op: header.value.as_ref().map_or(Op::Exists, |value| Op::In([value.clone()].into())),
        };
        Self {
            methods: if request.methods.is_empty() {
                ValueSet::Any
            } else {
                ValueSet::In(request.methods.iter().cloned().collect())
            },
            hosts: request.host.clone().map_or(ValueSet::Any, ValueSet::one),
            headers: LabelSelector::new(request.headers.iter().map(header).collect()),
            bare: true,
            queried: request.query == Query::Any,
        }
    }

    fn and(&self, other: &Self) -> Self {
        Self {
            methods: values::intersection(&self.methods, &other.methods),
            hosts: values::intersection(&self.hosts, &other.hosts),
            headers: self.headers.and(&other.headers),
            bare: self.bare && other.bare,
            queried: self.queried && other.queried,
        }
    }

    fn includes(&self, inner: &Self) -> bool {
        values::includes(&self.methods, &inner.methods)
            && values::includes(&self.hosts, &inner.hosts)
            && labels::includes(&self.headers, &inner.headers)
            && (self.bare || !inner.bare)
            && (self.queried || !inner.queried)
    }

    fn satisfiable(&self) -> bool {
        (self.bare || self.queried)
            && !values::is_empty(&self.methods)
            && !values::is_empty(&self.hosts)
            && labels::satisfiable(&self.headers)
    }

    /// What is in this frame and not in the other, in pieces of which no two overlap; none is empty.
    fn minus(&self, other: &Self) -> Vec<Self> {
        let mut kept = self.clone();
        let mut pieces = Vec::new();
        let outside = |set: &ValueSet, other: &ValueSet| values::intersection(set, &values::complement(other));
        pieces.push(Self { methods: outside(&self.methods, &other.methods), ..kept.clone() });
        kept.methods = values::intersection(&self.methods, &other.methods);
        pieces.push(Self { hosts: outside(&self.hosts, &other.hosts), ..kept.clone() });
        kept.hosts = values::intersection(&self.hosts, &other.hosts);
        let (bare, queried) = (self.bare && !other.bare, self.queried && !other.queried);
        pieces.push(Self { bare, queried, ..kept.clone() });
        (kept.bare, kept.queried) = (self.bare && other.bare, self.queried && other.queried);
        for headers in labels::pieces(&self.headers, &other.headers) {
            pieces.push(Self { headers, ..kept.clone() });
        }
        pieces.retain(Self::satisfiable);
        pieces
    }

    /// A request with an empty path, a query only if it must have one.
    fn witness(&self) -> Option<RequestWitness> {
        if !self.satisfiable() {
            return None;
        }
        Some(RequestWitness {
            method: values::witness(&self.methods, "GET")?,
            path: SmolStr::default(),
            query: !self.bare,
            host: match &self.hosts {
                ValueSet::Any => None,
                hosts => values::witness(hosts, "other.example"),
            },
            headers: labels::witness(&self.headers)?,
        })
    }
}
