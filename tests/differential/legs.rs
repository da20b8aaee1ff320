//! What becomes of a flow at both of its ends, by the sentences and by the manifests.

use std::fmt;
use std::str::FromStr;
use ztp::compile::Compiled;
use ztp::enforcer::raise::{self, Located, Scope};
use ztp::policy::EnforcerName;
use ztp::semantics::{Place, Universe};
use ztp::source::FileId;
use ztp::verdict::{self, End, Flow, Index, Ruleset, Verdict};
use ztp::yaml;

/// What becomes of a flow at one end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AtEnd {
    /// Nothing isolates the end.
    Open,
    /// A rule lets it pass.
    Allowed,
    /// The same, after mutual authentication.
    Authenticated,
    /// The end is isolated, and no rule lets it pass.
    NotAllowed,
    /// A rule denies it.
    Denied,
}

/// Each with its word.
const WORDS: [(AtEnd, &str); 5] = [
    (AtEnd::Open, "open"),
    (AtEnd::Allowed, "allowed"),
    (AtEnd::Authenticated, "authenticated"),
    (AtEnd::NotAllowed, "not-allowed"),
    (AtEnd::Denied, "denied"),
];

impl fmt::Display for AtEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WORDS.iter().find(|(end, _)| end == self).unwrap().1)
    }
}

impl FromStr for AtEnd {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        WORDS.iter().find(|(_, word)| *word == text).map(|(end, _)| *end).ok_or(format!("`{text}` is no verdict"))
    }
}

impl From<&End<'_>> for AtEnd {
    fn from(end: &End<'_>) -> Self {
        match end {
            End::Open => Self::Open,
            End::Allowed(_) if end.authenticated() => Self::Authenticated,
            End::Allowed(_) => Self::Allowed,
            End::NotAllowed(_) => Self::NotAllowed,
            End::Denied(_) => Self::Denied,
        }
    }
}

/// What becomes of it at the end that opens it, and at the end that answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// Where it leaves.
    pub egress: AtEnd,
    /// Where it enters.
    pub ingress: AtEnd,
}

impl fmt::Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "egress {} ingress {}", self.egress, self.ingress)
    }
}

impl From<Verdict<'_>> for Ends {
    fn from(verdict: Verdict<'_>) -> Self {
        Self { egress: (&verdict.egress).into(), ingress: (&verdict.ingress).into() }
    }
}

/// What one cluster's share means, read both ways.
pub struct Meaning<'c> {
    /// The share.
    pub compiled: &'c Compiled,
    /// By its sentences.
    pub said: Ruleset,
    /// By its manifests.
    pub raised: Ruleset,
}

impl<'c> Meaning<'c> {
    /// Reads the manifests back.
    ///
    /// # Errors
    /// Why they cannot be.
    pub fn of(compiled: &'c Compiled) -> Result<Self, String> {
        let mut documents = Vec::new();
        for text in &compiled.manifests {
            for document in yaml::read(text) {
                documents.push(document.map_err(|error| error.to_string())?);
            }
        }
        let mut objects = Vec::new();
        for object in documents.iter().flat_map(yaml::objects) {
            objects.push(Located { object: object.map_err(|error| error.to_string())?, file: FileId(0) });
        }
        let raised = raise::raise(&objects, &Scope::of_cluster(&compiled.policy.cluster));
        match raised.problems.first() {
            None => Ok(Self { compiled, said: Ruleset::of_policy(&compiled.policy), raised: raised.rules }),
            Some(problem) => Err(format!("{}: {}", problem.object, problem.reason)),
        }
    }

    /// What is known of the namespaces.
    pub fn universe(&self) -> Universe<'c> {
        match self.compiled.policy.cluster.enforcer {
            EnforcerName::Cilium => Universe::new(&self.compiled.policy.namespaces),
            EnforcerName::Kubernetes => Universe::in_full(&self.compiled.policy.namespaces),
        }
    }

    /// Both, sorted to be asked.
    pub fn indexes(&self) -> [Index<'_>; 2] {
        [Index::new(&self.said, self.universe()), Index::new(&self.raised, self.universe())]
    }

    /// Whether a declared namespace has no labels but those of its declaration.
    pub fn knows_all_labels(&self) -> bool {
        self.compiled.policy.cluster.enforcer == EnforcerName::Kubernetes
    }

    /// Whether its enforcer has words for such an end at all. What a NetworkPolicy makes of nodes and their like is up to
    /// the plugin.
    pub fn speaks_of(&self, place: Place) -> bool {
        let cluster = &self.compiled.policy.cluster;
        match (cluster.enforcer, place) {
            (EnforcerName::Kubernetes, place) => matches!(place, Place::Pod | Place::Outside),
            (EnforcerName::Cilium, Place::MeshPod) => cluster.mesh_name.is_some(),
            (EnforcerName::Cilium, _) => true,
        }
    }
}

/// Decides a flow.
///
/// # Errors
/// Why it is not decided.
pub fn decide(index: &Index<'_>, flow: &Flow) -> Result<Ends, String> {
    verdict::decide(index, flow).map(Ends::from).map_err(|unknown| unknown.reason)
}
