//! The language's own words: what each says, and where the documentation says more.

use crate::syntax::ast::EntityWord;

/// A word, or several that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// As it is written, with single blanks.
    pub text: &'static str,
    /// What it says, in a line.
    pub says: &'static str,
    /// The heading of `docs/language.md` that it is explained under, as an anchor.
    pub section: &'static str,
}

const fn word(text: &'static str, says: &'static str, section: &'static str) -> Word {
    Word { text, says, section }
}

impl Word {
    /// Whether it says what a sentence does, and so stands for all of it.
    #[must_use]
    pub fn is_verb(&self) -> bool {
        let first = self.text.split(' ').next().unwrap_or_default();
        ["may", "no", "nothing", "resolve", "request", "use", "call", "enforce", "expose", "assert", "nodes"]
            .contains(&first)
    }
}

const FILES: &str = "files-and-headers";
const CLUSTERS: &str = "clusters-and-their-facts";
const NAMESPACES: &str = "namespaces-sets-and-nodes";
const NODES: &str = "nodes-and-the-host-firewall";
const CONSENT: &str = "consent-who-may-write-what";

/// The words of sentences and declarations. What is longer and fits is meant.
pub const WORDS: &[Word] = &[
    word("platform", "the header of a file that speaks for the whole cluster", FILES),
    word(
        "namespace",
        "whose sentences follow: all its pods are isolated, in both directions unless it says `enforcing`",
        FILES,
    ),
    word("project", "the project's name, which goes into labels and the names of cluster-wide objects", CLUSTERS),
    word("cluster", "a cluster and its facts: what a sentence becomes depends on them", CLUSTERS),
    word(
        "enforcer",
        "who enforces the policies, and in which version; it decides what a sentence can promise",
        CLUSTERS,
    ),
    word("features", "what the platform turned on: `host-firewall`, `node-selector-labels`", CLUSTERS),
    word("dns", "who answers DNS queries; one line a server", CLUSTERS),
    word("domain", "the cluster's DNS domain; `cluster.local` when not said", CLUSTERS),
    word("search", "search domains that nodes add to the pods' own", CLUSTERS),
    word("pods", "where pods have their addresses", CLUSTERS),
    word("apiserver", "where the API server answers; one line an address", CLUSTERS),
    word("workloads by", "the label that names a workload; `app` when not said", CLUSTERS),
    word("mesh-name", "the cluster's name in a mesh, which peers then name", CLUSTERS),
    word("regex-budget", "the largest RE2 program that the proxy takes; 100 when not said", CLUSTERS),
    word("cloud", "whose cloud the cluster runs in: `aws`, `gcp` or `azure`", CLUSTERS),
    word(
        "labels",
        "the labels that the platform puts on the namespace; keys that are not named are unknown, not absent",
        NAMESPACES,
    ),
    word("owner", "who answers for the namespace; it goes into the objects as an annotation", NAMESPACES),
    word("namespaces", "a set of namespaces, by label; it is named after `in`", NAMESPACES),
    word("nodes", "a set of nodes, by label", NODES),
    word("enforcing", "which directions are isolated: `ingress`, `egress`, both, or `nothing` yet", "isolation"),
    word("enforce", "isolates these pods in these directions", "isolation"),
    word("workload", "pods by a name: without labels those whose workload label is the name", "workloads"),
    word("as serviceaccount", "only pods that run as this service account", "workloads"),
    word("serves", "the ports on which the pods listen, by name", "workloads"),
    word("external", "a name for what is outside: DNS names and addresses, with ports", "externals"),
    word("group", "a name for several peers", "groups"),
    word(
        "may",
        "the flow is allowed; where the other end is another namespace's, that one must `expose` it",
        "may-reach",
    ),
    word("may reach", "the flow is allowed; without a port on every protocol and port", "may-reach"),
    word(
        "may always",
        "allowed by the platform, without the consent of the namespace that it reaches into",
        "may-always",
    ),
    word("may not", "denied, whatever any `may` says", "denies-and-backstops"),
    word("no", "denied, whatever any `may` says", "denies-and-backstops"),
    word("may only reach", "a boundary: whatever any policy allows, only this passes. It grants nothing", "boundaries"),
    word("nothing but", "a boundary: whatever any policy allows, nobody else gets in. It grants nothing", "boundaries"),
    word("request", "these HTTP requests, whatever their method", "requests"),
    word("use", "several HTTP requests to one place, one a line", "requests"),
    word("call", "these gRPC methods, as the HTTP requests that they are", "requests"),
    word("matching", "paths by a regular expression, as the proxy reads it (RE2)", "requests"),
    word("on", "of whom it is asked", "requests"),
    word("without query", "only requests whose URL has no `?`", "requests"),
    word("at host", "only requests with this `Host` header", "requests"),
    word("with header", "only requests with this header", "requests"),
    word("may resolve", "DNS look-ups beyond those that are derived from what is reached", "names-and-dns"),
    word("resolve any name", "look-ups of whatever name", "names-and-dns"),
    word("may ping", "ICMP echo, v4 and v6", "ping"),
    word("except", "what stands before it, less what stands behind it", "peers"),
    word("in", "of pods: whose namespace is one of a set; of a namespace: the folder where its files are", "peers"),
    word(
        "every workload",
        "all pods of this namespace; those of `no workload` in a platform file, of every namespace",
        "peers",
    ),
    word("in every namespace", "pods of all namespaces, never nodes", "peers"),
    word("anything", "any peer: pods, nodes and the world outside", "peers"),
    word("private", "every address range that is not global, v4 and v6", "peers"),
    word("cloud-metadata", "the addresses at which clouds tell an instance its metadata and credentials", "peers"),
    word("with mutual auth", "only after mutual authentication", "clauses"),
    word("with tls name", "only TLS whose client asks for this server name", "clauses"),
    word("until", "the last day, in UTC; after it `ztp check` fails and `ztp build` warns", "clauses"),
    word("because", "the reason; it travels into the manifest", "clauses"),
    word(
        "expose",
        "consent: what these may reach here, if their own file says that they `may`. It opens nothing by itself",
        CONSENT,
    ),
    word("to", "to whom it is exposed", CONSENT),
    word("assert", "what must be true of the whole project; every check and build proves it", "assertions"),
    word("can", "holds when every such flow passes", "assertions"),
    word("cannot", "holds when no such flow passes", "assertions"),
    word("only", "holds when no such flow passes that others open", "assertions"),
    word("nothing can", "holds when no such flow passes, whoever opens it", "assertions"),
    word("accept", "takes findings of this code away from the next sentence, for a reason", "waivers"),
];

/// What stands for a peer by itself, with what it is.
pub const ENTITIES: &[(EntityWord, Word)] = &[
    (EntityWord::World, word("world", "everything outside the cluster", "peers")),
    (EntityWord::Cluster, word("cluster", "everything inside the cluster", "peers")),
    (EntityWord::Host, word("host", "the node that a pod runs on", "peers")),
    (EntityWord::RemoteNode, word("remote-node", "the other nodes", "peers")),
    (EntityWord::Nodes, word("nodes", "every node: `host` and `remote-node`", "peers")),
    (EntityWord::KubeApiserver, word("kube-apiserver", "the API server", "peers")),
    (EntityWord::Ingress, word("ingress", "the enforcer's own ingress and gateway proxy", "peers")),
    (EntityWord::Health, word("health", "the enforcer's health endpoints", "peers")),
    (EntityWord::Init, word("init", "endpoints that have no labels yet", "peers")),
    (EntityWord::Unmanaged, word("unmanaged", "pods that the enforcer does not manage", "peers")),
];

/// A word by its text.
#[must_use]
pub fn find(text: &str) -> Option<&'static Word> {
    WORDS.iter().find(|word| word.text == text)
}

/// An entity's word.
#[must_use]
pub fn entity(entity: EntityWord) -> Option<&'static Word> {
    ENTITIES.iter().find(|(known, _)| *known == entity).map(|(_, word)| word)
}
