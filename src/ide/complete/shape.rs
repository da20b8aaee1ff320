//! The sentence so far in a few symbols: `frontend, cart may reach backend:http until 2031-01-01` is `_ may reach _`.

use super::before::{Before, Block};

/// A sentence so far.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shape<'t> {
    /// Keywords as they are; names, numbers and strings as `_`, a list of them as one.
    pub symbols: Vec<&'t str>,
    /// The first words of the clauses that were said in full.
    pub said: Vec<&'t str>,
    /// Whether another item of a list must follow.
    pub goes_on: bool,
}

/// Keywords, wherever they stand but at the start.
const KEYWORDS: &[&str] = &[
    "may",
    "not",
    "only",
    "always",
    "reach",
    "request",
    "use",
    "call",
    "resolve",
    "ping",
    "on",
    "in",
    "to",
    "with",
    "without",
    "at",
    "until",
    "because",
    "except",
    "no",
    "nothing",
    "but",
    "every",
    "as",
    "serviceaccount",
    "serves",
    "enforcing",
    "for",
    "can",
    "cannot",
    "owner",
    "labels",
    "any",
    "matching",
    "by",
    "workloads",
];

/// Keywords at the start of a sentence.
const FIRST: &[&str] = &[
    "workload",
    "external",
    "group",
    "enforce",
    "expose",
    "assert",
    "accept",
    "project",
    "cluster",
    "namespace",
    "namespaces",
    "nodes",
    "platform",
];

/// What the facts of a cluster begin with.
const FACTS: &[&str] = &[
    "enforcer",
    "features",
    "dns",
    "domain",
    "search",
    "pods",
    "apiserver",
    "mesh-name",
    "regex-budget",
    "cloud",
    "external",
];

/// Keywords behind another one.
const BEHIND: &[(&str, &[&str])] = &[
    ("with", &["mutual", "tls", "header"]),
    ("mutual", &["auth"]),
    ("tls", &["name"]),
    ("any", &["name"]),
    ("at", &["host"]),
    ("without", &["query"]),
    ("no", &["workload"]),
    ("every", &["workload", "namespace"]),
];

/// What is one symbol. The first that fits the end is taken, again and again.
const RULES: &[(&[&str], &[&str])] = &[
    (&["every", "workload"], &["_"]),
    (&["no", "workload"], &["no", "_"]),
    (&["workloads", "in", "every", "namespace"], &["_"]),
    (&["workloads", "in", "_"], &["_"]),
    (&["namespace", "_", "in", "_"], &["namespace", "_"]),
    (&["_", "in", "_"], &["_"]),
    (&["any", "name"], &["_"]),
    (&["_", ":", "_"], &["_"]),
    (&["_", ",", "_"], &["_"]),
    (&["METHOD", ",", "METHOD"], &["METHOD"]),
    (&["_", "_"], &["_"]),
];

/// Clauses, which may stand in any order.
const CLAUSES: &[&[&str]] = &[
    &["until", "_"],
    &["because", "_"],
    &["with", "mutual", "auth"],
    &["with", "tls", "name", "_"],
    &["with", "header", "_"],
    &["without", "query"],
    &["at", "host", "_"],
    &["except", "_"],
    &["owner", "_"],
    &["enforcing", "_"],
    &["enforcing", "nothing"],
    &["as", "serviceaccount", "_"],
];

/// Reads a sentence so far, up to the last bracket that is open in it.
pub(super) fn shape<'t>(before: &Before<'t>) -> Shape<'t> {
    let tokens = &before.tokens;
    let open = tokens.iter().rposition(|token| *token == "(");
    let (read, grouped) = match open {
        Some(open) => (tokens.get(..open).unwrap_or_default(), true),
        None => (tokens.as_slice(), false),
    };
    let mut symbols: Vec<&str> = Vec::with_capacity(read.len());
    let mut said = Vec::new();
    for token in read {
        let first = if before.block == Block::Facts { FACTS } else { FIRST };
        let symbol = symbol(&symbols, token, first);
        symbols.push(symbol);
        while let Some((from, into)) = RULES.iter().find(|(from, _)| symbols.ends_with(from)) {
            symbols.truncate(symbols.len() - from.len());
            symbols.extend(into.iter());
        }
    }
    while let Some((at, clause)) = find(&symbols) {
        said.push(clause.first().copied().unwrap_or_default());
        symbols.drain(at..at + clause.len());
    }
    let listed = symbols.ends_with(&["_", ","]);
    if listed {
        symbols.truncate(symbols.len() - 2);
    }
    Shape { symbols, said, goes_on: listed || grouped }
}

/// The first clause that was said in full. What may go on, a list or a port, is none yet.
fn find(symbols: &[&str]) -> Option<(usize, &'static [&'static str])> {
    let starts = 0..symbols.len();
    starts.into_iter().find_map(|at| {
        let rest = symbols.get(at..)?;
        let clause = CLAUSES.iter().find(|clause| rest.starts_with(clause))?;
        let goes_on = matches!(rest.get(clause.len()), Some(&("," | ":")));
        (!goes_on).then_some((at, *clause))
    })
}

fn symbol<'t>(before: &[&str], token: &'t str, first: &[&str]) -> &'t str {
    let last = before.last().copied();
    let behind = |word: &str| {
        let known = BEHIND.iter().find(|(first, _)| Some(*first) == last);
        known.is_some_and(|(_, words)| words.contains(&word))
    };
    match token {
        "," | ":" | "=" | "[" | "{" => token,
        _ if before.is_empty() && first.contains(&token) => token,
        _ if KEYWORDS.contains(&token) || behind(token) => token,
        _ if token.starts_with('/') => "PATH",
        _ if is_method(token)
            && matches!(last, None | Some("may" | "always" | "not" | "expose" | "," | "can" | "cannot")) =>
        {
            "METHOD"
        }
        _ => "_",
    }
}

fn is_method(token: &str) -> bool {
    token.len() > 1 && token.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-')
}
