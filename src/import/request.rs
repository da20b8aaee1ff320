//! Requests in words.

use crate::policy::{Op, PathPattern, PortSet, Protocol, Query, Requirement, Segment};
use crate::semantics::connections::{self, Authority, Connections, Methods, RequestSet, Target};
use smol_str::SmolStr;

/// Requests that differ in their method only, as one.
pub fn merged(requests: &[RequestSet]) -> Vec<RequestSet> {
    let mut found: Vec<RequestSet> = Vec::with_capacity(requests.len());
    for request in requests {
        let same = |other: &&mut RequestSet| {
            (&other.target, &other.authority, &other.headers) == (&request.target, &request.authority, &request.headers)
        };
        match (found.iter_mut().find(same), &request.methods) {
            (Some(RequestSet { methods: Methods::In(known), .. }), Methods::In(more)) => {
                known.extend(more.iter().cloned())
            }
            _ => found.push(request.clone()),
        }
    }
    found
}

/// `GET /a/{id} without query with header X: v`
pub fn request_line(request: &RequestSet) -> Result<String, String> {
    let mut line = match &request.methods {
        Methods::Any => "request".to_owned(),
        Methods::In(methods) if methods.iter().all(|method| is_method(method)) && !methods.is_empty() => {
            methods.iter().map(SmolStr::as_str).collect::<Vec<_>>().join(", ")
        }
        _ => return Err(format!("methods for which there is no word: {request}")),
    };
    line.push(' ');
    match &request.target {
        Target::Path { path, query } => {
            line.push_str(&path_words(path));
            if *query == Query::None {
                line.push_str(" without query");
            }
        }
        Target::Matching(text) => line.push_str(&expression_words(text)?),
    }
    match &request.authority {
        Authority::Any => {}
        Authority::Host(host) => line.push_str(&format!(" at host {}", quoted(host))),
        Authority::Matching(text) => return Err(format!("a host by an expression: `{text}`")),
    }
    for Requirement { key, op } in &request.headers.0 {
        match op {
            Op::Exists => line.push_str(&format!(" with header {key}")),
            Op::In(values) if values.len() == 1 => {
                line.push_str(&format!(" with header {key}: {}", quoted(values.first().map_or("", SmolStr::as_str))));
            }
            _ => return Err(format!("a header by what it is not: `{key}`")),
        }
    }
    Ok(line)
}

/// An expression of a rule is about the path with its query, and one of a sentence about the path alone.
fn expression_words(text: &str) -> Result<String, String> {
    let set = |target| {
        let ports = PortSet::one(Protocol::Tcp, 80);
        Connections::Requests { ports, requests: vec![RequestSet { target, ..RequestSet::all() }] }
    };
    let wanted = set(Target::Matching(text.into()));
    let same = |path: &str, query| {
        let said = set(Target::Path { path: PathPattern::Matching(path.into()), query });
        connections::includes(&said, &wanted).is_yes() && connections::includes(&wanted, &said).is_yes()
    };
    let within_path = without_dots(text);
    if same(&within_path, Query::Any) {
        return Ok(format!("matching {}", quoted(&within_path)));
    }
    if same(&within_path, Query::None) {
        return Ok(format!("matching {} without query", quoted(&within_path)));
    }
    Err(format!("an expression that matches a query in some other way than all or nothing of it: `{text}`"))
}

/// An expression in which a dot is anything but what begins a query.
fn without_dots(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut escaped, mut in_class) = (false, false);
    for character in text.chars() {
        match character {
            '.' if !escaped && !in_class => out.push_str("[^?]"),
            other => out.push(other),
        }
        (escaped, in_class) = match character {
            _ if escaped => (false, in_class),
            '\\' => (true, in_class),
            '[' => (false, true),
            ']' => (false, false),
            _ => (false, in_class),
        };
    }
    out
}

fn is_method(method: &str) -> bool {
    method.starts_with(|c: char| c.is_ascii_uppercase())
        && method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-')
}

fn path_words(path: &PathPattern) -> String {
    match path {
        PathPattern::Matching(text) => format!("matching {}", quoted(text)),
        PathPattern::Segments { segments, rest } => {
            let mut words = String::new();
            for segment in segments {
                words.push('/');
                match segment {
                    Segment::Literal(text) => words.push_str(text),
                    Segment::One => words.push('*'),
                }
            }
            if *rest {
                words.push_str("/**");
            }
            quoted(&words)
        }
    }
}

/// In double quotes; the formatter takes away those that nobody needs.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A request line, and what narrows it: that stands behind the objects. Nothing in quotes is looked into.
pub fn split(line: &str) -> (&str, &str) {
    let mut quoted = false;
    let mut escaped = false;
    for (at, character) in line.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ' ' if !quoted => {
                if let Some((before, behind)) = line.split_at_checked(at)
                    && [" without ", " at ", " with "].iter().any(|word| behind.starts_with(word))
                {
                    return (before, behind);
                }
            }
            _ => {}
        }
    }
    (line, "")
}
