//! Whole sentences to begin with.

/// A sentence with places to fill in.
pub(super) struct Snippet {
    pub label: &'static str,
    pub detail: &'static str,
    pub text: &'static str,
    pub place: Place,
}

/// In which files it can stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Platform,
    Namespace,
    Headless,
}

const fn snippet(place: Place, label: &'static str, text: &'static str, detail: &'static str) -> Snippet {
    Snippet { label, detail, text, place }
}

use Place::{Headless, Namespace, Platform};

/// Where nothing stands yet, and in each kind of file.
pub(super) const SNIPPETS: &[Snippet] = &[
    snippet(Headless, "namespace NAME", "namespace ${1:name}\n\n$0", "the header of a team's file"),
    snippet(Headless, "platform", "platform\n\nproject ${1:name}\n\n$0", "the header of a file for the whole cluster"),
    snippet(Namespace, "workload … serves …", "workload ${1:name} serves ${2:http} ${3:8080}", "pods, and their ports"),
    snippet(Namespace, "A may reach B:PORT", "${1:frontend} may reach ${2:backend}:${3:8080}", "opens a port"),
    snippet(
        Namespace,
        "A may GET /PATH on B",
        "${1:frontend} may ${2:GET} /${3:path} on ${4:backend}:${5:8080}",
        "opens for HTTP requests",
    ),
    snippet(
        Namespace,
        "A may use B { … }",
        "${1:frontend} may use ${2:backend}:${3:8080} {\n  ${4:GET} /${5:path}\n}",
        "opens for several HTTP requests",
    ),
    snippet(
        Namespace,
        "expose B to NAMESPACE/A",
        "expose ${1:backend}:${2:8080} to ${3:namespace}/${4:workload}",
        "consents to another namespace",
    ),
    snippet(
        Namespace,
        "external NAME = …",
        "external ${1:name} = ${2:api.example.com}:${3:443}",
        "a name for what is outside",
    ),
    snippet(
        Namespace,
        "assert only A can reach B",
        "assert only ${1:backend} can reach ${2:database}",
        "what must be true",
    ),
    snippet(
        Platform,
        "cluster NAME { … }",
        "cluster ${1:prod} {\n  enforcer ${2:cilium} ${3:1.19}\n}",
        "a cluster's facts",
    ),
    snippet(
        Platform,
        "namespace NAME in FOLDER/",
        "namespace ${1:name} in ${2:folder}/ owner \"${3:team}\"",
        "declares a namespace",
    ),
    snippet(
        Platform,
        "no workload may reach …",
        "no workload may reach ${1:cloud-metadata}",
        "a backstop, which nothing overrides",
    ),
    snippet(
        Platform,
        "workloads in SET may only reach …",
        "workloads in ${1:set} may only reach ${2:api.example.com:443}",
        "a boundary",
    ),
    snippet(
        Platform,
        "A may always reach B",
        "${1:monitoring/prometheus} may always reach ${2:workloads in every namespace}:${3:9090}",
        "the platform signs both ends",
    ),
    snippet(
        Platform,
        "accept CODE because …",
        "accept ${1:E0622} because \"${2:why}\" until ${3:2027-12-31}",
        "a waiver for the next sentence",
    ),
];
