//! HTTP requests as the proxy's expressions.
//!
//! Each expression is RE2 and must match the whole of `:path` (with the query), `:method` or `:authority` (with the
//! port): `pkg/envoy/policy/envoy_l7_rules_translator.go`. So literals are escaped, a query is allowed for in so many
//! words, and each alternative is a rule of its own, which keeps every program small.

use crate::manifest::cilium::{HeaderMatch, HttpRule};
use crate::policy::{PathPattern, Query, Request, Segment};

/// What may follow a path when any query may.
const ANY_QUERY: &str = r"(\?.*)?";
/// Any rest of a path.
const REST: &str = "[^?]*";
/// One segment of a path.
const SEGMENT: &str = "[^/?]+";

/// The rules for requests, one a method.
pub fn rules(request: &Request) -> Vec<HttpRule> {
    let rule = HttpRule {
        method: None,
        path: path(request),
        host: request.host.as_ref().map(|host| format!("{}(:[0-9]+)?", escaped(host))),
        header_matches: request
            .headers
            .iter()
            .map(|header| HeaderMatch {
                name: header.name.to_string(),
                value: header.value.as_ref().map(ToString::to_string),
            })
            .collect(),
    };
    if request.methods.is_empty() {
        return vec![rule];
    }
    request.methods.iter().map(|method| HttpRule { method: Some(escaped(method)), ..rule.clone() }).collect()
}

/// The expression for a path with its query; `None` only beside something else that narrows the rule, since a rule
/// with nothing in it is one of the forms that are never emitted.
fn path(request: &Request) -> Option<String> {
    let path = match &request.path {
        PathPattern::Segments { segments, rest: true } if segments.is_empty() => match request.query {
            Query::Any if narrows(request) => return None,
            Query::Any => return Some(".*".to_owned()),
            Query::None => REST.to_owned(),
        },
        PathPattern::Segments { segments, rest } => {
            let mut path = String::new();
            for segment in segments {
                path.push('/');
                match segment {
                    Segment::Literal(literal) => path.push_str(&escaped(literal)),
                    Segment::One => path.push_str(SEGMENT),
                }
            }
            if *rest {
                path.push('/');
                path.push_str(REST);
            }
            path
        }
        PathPattern::Matching(expression) => format!("(?:{expression})"),
    };
    Some(match request.query {
        Query::Any => path + ANY_QUERY,
        Query::None => path,
    })
}

fn narrows(request: &Request) -> bool {
    !request.methods.is_empty() || request.host.is_some() || !request.headers.is_empty()
}

/// The text with RE2's operators escaped.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
