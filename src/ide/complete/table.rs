//! What may follow what.

use super::before::Block;

/// Something that may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// Words of the language.
    Words(&'static [&'static str]),
    /// Words of the language that only platform files have.
    OfPlatform(&'static [&'static str]),
    /// Words of the language that only a namespace's files have.
    OfNamespace(&'static [&'static str]),
    /// Whole sentences and declarations.
    Sentences,
    /// Everybody who has a name, and everybody who has a word.
    Peers,
    /// Workloads of this namespace.
    Own,
    /// Peers of other namespaces.
    Others,
    /// Names that sentences say and nothing declares.
    Undeclared,
    /// Sets of namespaces.
    Sets,
    /// Namespaces.
    Namespaces,
    /// What follows objects, without what was said already.
    Clauses(&'static [&'static str]),
    /// HTTP methods.
    Methods,
    /// Paths of requests.
    Paths,
    /// Codes that can be accepted.
    Codes,
    /// Labels in braces.
    Braces,
    /// Enforcers that are known.
    Enforcers,
    /// Their versions.
    Versions,
    /// What an enforcer has to be turned on for.
    Features,
}

use Offer::{
    Braces, Clauses, Codes, Enforcers, Features, Methods, Namespaces, OfNamespace, OfPlatform, Others, Own, Paths,
    Peers, Sentences, Sets, Undeclared, Versions, Words,
};

/// What may stand after any object.
const AFTER_OBJECT: &[&str] = &["except", "until", "because", "with mutual auth", "with tls name"];

/// What may stand after the object of a request.
const AFTER_REQUEST: &[&str] =
    &["except", "until", "because", "with header", "without query", "at host", "with mutual auth"];

/// What somebody may do.
const VERBS: &[&str] = &["reach", "request", "use", "call", "resolve", "ping"];

/// The end of a sentence so far, and what may follow it: the longest that fits counts. `^` is the sentence's start.
pub(super) const TABLE: &[(Block, &str, &[Offer])] = &[
    (
        Block::Sentences,
        "^",
        &[
            Sentences,
            OfPlatform(&["project", "cluster", "namespace", "namespaces", "nodes"]),
            OfNamespace(&["workloads by", "expose"]),
            Words(&["workload", "external", "group", "enforce", "assert", "accept", "no", "nothing but"]),
            Peers,
        ],
    ),
    (Block::Sentences, "^ _", &[Words(&["may", "except"])]),
    (Block::Sentences, "_ may", &[Words(VERBS), Methods, Words(&["not", "only reach"]), OfPlatform(&["always"])]),
    (Block::Sentences, "no _", &[Words(&["may reach", "except"])]),
    (Block::Sentences, "no _ may", &[Words(&["reach", "ping"])]),
    (Block::Sentences, "may not", &[Words(&["reach", "ping"])]),
    (Block::Sentences, "may always", &[Words(VERBS), Methods]),
    (Block::Sentences, "may only", &[Words(&["reach"])]),
    (Block::Sentences, "no", &[Words(&["workload"]), Peers]),
    (Block::Sentences, "^ nothing", &[Words(&["but"])]),
    (Block::Sentences, "nothing but", &[Peers]),
    (Block::Sentences, "nothing but _", &[Words(&["may reach", "except"])]),
    (Block::Sentences, "nothing but _ may", &[Words(&["reach"])]),
    (Block::Sentences, "reach", &[Peers]),
    (Block::Sentences, "ping", &[Peers]),
    (Block::Sentences, "use", &[Peers]),
    (Block::Sentences, "on", &[Peers]),
    (Block::Sentences, "except", &[Peers]),
    (Block::Sentences, "reach _", &[Clauses(AFTER_OBJECT)]),
    (Block::Sentences, "ping _", &[Clauses(&["except", "until", "because"])]),
    (Block::Sentences, "on _", &[Clauses(AFTER_REQUEST)]),
    (Block::Sentences, "use _", &[Clauses(AFTER_REQUEST)]),
    (Block::Sentences, "resolve", &[Words(&["any name"])]),
    (Block::Sentences, "resolve any", &[Words(&["name"])]),
    (Block::Sentences, "resolve _", &[Clauses(&["until", "because"])]),
    (Block::Sentences, "METHOD ,", &[Methods]),
    (Block::Sentences, "METHOD", &[Paths, Words(&["matching"])]),
    (Block::Sentences, "request", &[Paths, Words(&["matching"])]),
    (Block::Sentences, "PATH", &[Words(&["on"])]),
    (Block::Sentences, "matching _", &[Words(&["on"])]),
    (Block::Sentences, "call _", &[Words(&["on"])]),
    (Block::Sentences, "with", &[Words(&["mutual auth", "tls name", "header"])]),
    (Block::Sentences, "with mutual", &[Words(&["auth"])]),
    (Block::Sentences, "with tls", &[Words(&["name"])]),
    (Block::Sentences, "without", &[Words(&["query"])]),
    (Block::Sentences, "at", &[Words(&["host"])]),
    (Block::Sentences, "every", &[Words(&["workload"])]),
    (Block::Sentences, "workloads", &[Words(&["in"]), OfNamespace(&["by"])]),
    (Block::Sentences, "in", &[Sets, Words(&["every namespace"])]),
    (Block::Sentences, "in every", &[Words(&["namespace"])]),
    (Block::Sentences, "^ workload", &[Undeclared]),
    (Block::Sentences, "^ external", &[Undeclared]),
    (Block::Sentences, "^ group", &[Undeclared]),
    (Block::Sentences, "^ workload _", &[Clauses(&["as serviceaccount", "serves"]), Braces]),
    (Block::Sentences, "as", &[Words(&["serviceaccount"])]),
    (Block::Sentences, "^ group _ =", &[Peers]),
    (Block::Sentences, "^ group _ = _", &[Clauses(&["except"])]),
    (Block::Sentences, "^ external _ = _", &[Clauses(&["except"])]),
    (Block::Sentences, "^ enforce", &[Words(&["ingress", "egress"])]),
    (Block::Sentences, "^ enforce _", &[Words(&["for"])]),
    (Block::Sentences, "for", &[Own]),
    (Block::Sentences, "^ expose", &[Own, Methods, Words(&["request"])]),
    (Block::Sentences, "^ expose _", &[Words(&["to"])]),
    (Block::Sentences, "expose PATH on", &[Own]),
    (Block::Sentences, "expose METHOD PATH on", &[Own]),
    (Block::Sentences, "expose METHOD PATH on _", &[Words(&["to"])]),
    (Block::Sentences, "expose request PATH on", &[Own]),
    (Block::Sentences, "expose request PATH on _", &[Words(&["to"])]),
    (Block::Sentences, "to", &[Others]),
    (Block::Sentences, "to _", &[Clauses(&["except", "until", "because"])]),
    (Block::Sentences, "^ assert", &[Peers, Words(&["only", "nothing can"])]),
    (Block::Sentences, "^ assert _", &[Words(&["can", "cannot", "except"])]),
    (Block::Sentences, "^ assert only", &[Peers]),
    (Block::Sentences, "^ assert only _", &[Words(&["can"])]),
    (Block::Sentences, "^ assert nothing", &[Words(&["can"])]),
    (Block::Sentences, "can", &[Words(&["reach", "request", "call", "ping"]), Methods]),
    (Block::Sentences, "cannot", &[Words(&["reach", "request", "call", "ping"]), Methods]),
    (Block::Sentences, "can reach _", &[Clauses(&["except"])]),
    (Block::Sentences, "cannot reach _", &[Clauses(&["except"])]),
    (Block::Sentences, "^ accept", &[Codes]),
    (Block::Sentences, "^ accept _", &[Clauses(&["because", "until"])]),
    (Block::Sentences, "^ namespace", &[Namespaces]),
    (Block::Sentences, "^ namespace _", &[OfPlatform(&["in", "labels"]), Clauses(&["owner", "enforcing"])]),
    (Block::Sentences, "^ namespace _ in", &[]),
    (Block::Sentences, "^ namespace _ labels", &[Braces]),
    (Block::Sentences, "enforcing", &[Words(&["ingress", "egress", "nothing"])]),
    (Block::Sentences, "^ namespaces _", &[Braces]),
    (Block::Sentences, "^ nodes _", &[Clauses(&["enforcing"]), Braces]),
    (
        Block::Facts,
        "^",
        &[Words(&[
            "enforcer",
            "features",
            "dns",
            "domain",
            "search",
            "pods",
            "apiserver",
            "workloads by",
            "mesh-name",
            "regex-budget",
            "cloud",
            "external",
        ])],
    ),
    (Block::Facts, "^ enforcer", &[Enforcers]),
    (Block::Facts, "^ enforcer _", &[Versions]),
    (Block::Facts, "^ features", &[Features]),
    (Block::Facts, "^ dns", &[Namespaces]),
    (Block::Facts, "^ dns _", &[Braces]),
    (Block::Facts, "^ workloads", &[Words(&["by"])]),
    (Block::Facts, "^ cloud", &[Words(&["aws", "gcp", "azure"])]),
    (Block::Requests, "^", &[Methods, Words(&["request"])]),
    (Block::Requests, "METHOD ,", &[Methods]),
    (Block::Requests, "METHOD", &[Paths, Words(&["matching"])]),
    (Block::Requests, "request", &[Paths, Words(&["matching"])]),
    (Block::Requests, "PATH", &[Clauses(&["with header", "without query", "at host"])]),
    (Block::Requests, "with", &[Words(&["header"])]),
    (Block::Requests, "without", &[Words(&["query"])]),
    (Block::Requests, "at", &[Words(&["host"])]),
];

/// What may follow a sentence so far.
pub(super) fn offers(block: Block, symbols: &[&str]) -> &'static [Offer] {
    let fits = |pattern: &str| {
        let mut wanted = pattern.split(' ').rev();
        let mut there = symbols.iter().rev();
        wanted.all(|symbol| match symbol {
            "^" => there.next().is_none(),
            symbol => there.next() == Some(&symbol),
        })
    };
    let rows = TABLE.iter().filter(|(of, pattern, _)| *of == block && fits(pattern));
    rows.max_by_key(|(_, pattern, _)| pattern.split(' ').count()).map(|(.., offers)| *offers).unwrap_or_default()
}
