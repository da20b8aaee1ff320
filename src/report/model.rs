//! What a report holds. The fields are those of its JSON form.

use serde::Serialize;

/// Everything that is reported of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The form of the JSON.
    pub version: u32,
    /// The version of the compiler.
    pub ztp: &'static str,
    /// The project, if a platform file names it.
    pub project: Option<String>,
    /// The day that `until` is compared with, as `2027-03-31`.
    pub today: Option<String>,
    /// The files that were read.
    pub sources: Hashes,
    /// What is accepted in spite of a finding.
    pub waivers: Vec<Waiver>,
    /// One part a cluster.
    pub clusters: Vec<Cluster>,
}

/// Files by their SHA-256, as `sha256sum` prints them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hashes {
    /// Over the lines that `sha256sum` prints of these files, in their order.
    pub sha256: String,
    /// The files, by path.
    pub files: Vec<FileHash>,
}

/// One file of [`Hashes`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileHash {
    /// Its path.
    pub path: String,
    /// In hexadecimal digits.
    pub sha256: String,
}

/// What is reported of one cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cluster {
    /// Its name, if a source gives one.
    pub name: Option<String>,
    /// Who enforces: `cilium`, `kubernetes`.
    pub enforcer: &'static str,
    /// The version for which was built.
    pub enforcer_version: String,
    /// The objects of the build, by the paths that `build -o` gives them. They were proved to mean what is listed here.
    pub manifests: Hashes,
    /// Ends that nothing isolates.
    pub not_isolated: Vec<NotIsolated>,
    /// Sentences and waivers whose `until` has passed or soon will, by date.
    pub expiring: Vec<Said>,
    /// The declared namespaces, by name.
    pub namespaces: Vec<Namespace>,
    /// Ways whose own end is not of one declared namespace, by their numbers: grants, denies, nodes.
    pub cluster_wide: Vec<usize>,
    /// Every rule; that of number *n* is the *n*th.
    pub ways: Vec<Way>,
    /// What stands outside and may be reached.
    pub destinations: Vec<Outside>,
    /// Who comes in from outside.
    pub entrances: Vec<Outside>,
    /// What is closed for good.
    pub guards: Vec<Guard>,
    /// What is asserted.
    pub assertions: Vec<Assertion>,
    /// What the cluster must have turned on.
    pub features: Vec<Feature>,
    /// What all of this rests on.
    pub rests_on: Vec<Ground>,
}

/// A sentence, and everything that is said beside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Said {
    /// Its canonical spelling, on one line, without `until` and `because`.
    pub sentence: String,
    /// The file in which it stands.
    pub path: String,
    /// Its line, from 1.
    pub line: u32,
    /// The namespace in whose file it stands; none in a platform file.
    pub namespace: Option<String>,
    /// Who owns that namespace.
    pub owner: Option<String>,
    /// The documentation (`##`) above it.
    pub comment: Option<String>,
    /// `because`
    pub because: Option<String>,
    /// `until`, its last day.
    pub until: Option<String>,
    /// How near that is; none without `until`, or without a day to compare with.
    pub expiry: Option<Expiry>,
}

/// How near the last day of a sentence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expiry {
    /// It has passed. The sentence is in force until it is taken out.
    Past,
    /// It comes within [`SOON`](super::SOON) days.
    Soon,
    /// It comes later.
    Later,
}

/// As seen from the governed end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Towards it.
    Ingress,
    /// From it.
    Egress,
}

/// An end, or a direction of it, that lets everything through that nothing denies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotIsolated {
    /// The namespace; none for those that the project does not declare.
    pub namespace: Option<String>,
    /// Which direction.
    pub direction: Direction,
    /// The pods that are isolated all the same; empty when none is.
    pub but: Vec<String>,
}

/// What is reported of a declared namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Who owns it.
    pub owner: Option<String>,
    /// The labels with which it is declared.
    pub labels: Vec<String>,
    /// Where it is declared.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// Whether a file of it is part of the build.
    pub has_files: bool,
    /// The workloads that it declares.
    pub workloads: Vec<Workload>,
    /// How far it is isolated for what comes in.
    pub ingress: Isolation,
    /// How far it is isolated for what goes out.
    pub egress: Isolation,
    /// Every way in, by number: its own, and those that cluster-wide sentences open.
    pub ways_in: Vec<usize>,
    /// Every way out.
    pub ways_out: Vec<usize>,
    /// What its own files deny.
    pub denied: Vec<usize>,
    /// Sentences that open nothing yet, since nothing isolates their end.
    pub waiting: Vec<Waiting>,
}

/// A name for pods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Workload {
    /// The name.
    pub name: String,
    /// The pods.
    pub selects: String,
}

/// How far a namespace is isolated in one direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Isolation {
    /// Whether all its pods are.
    pub extent: Extent,
    /// Whose, and by which sentences.
    pub by: Vec<Isolated>,
}

/// How many pods are isolated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// All.
    All,
    /// Some, or it is not decided that these are all.
    Some,
    /// None.
    None,
}

/// See [`Isolation`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Isolated {
    /// Whose.
    pub pods: String,
    /// The sentence.
    pub said: Said,
}

/// A sentence that opens nothing yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// At which end.
    pub direction: Direction,
    /// The sentence.
    pub said: Said,
}

/// One rule: what is said of one end, in one direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Way {
    /// Its number, from 1.
    pub number: usize,
    /// As seen from `own`.
    pub direction: Direction,
    /// Allowed or denied.
    pub effect: Effect,
    /// The governed end.
    pub own: End,
    /// The other end.
    pub other: End,
    /// What passes.
    pub traffic: String,
    /// Only after mutual authentication.
    pub mutual_auth: bool,
    /// Where it comes from.
    pub origin: Origin,
    /// By what right the other end takes part; none for a deny, which needs none.
    pub consent: Option<Consent>,
    /// The sentence.
    pub said: Said,
}

/// See [`Way`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It may pass.
    Allow,
    /// It never passes.
    Deny,
}

/// See [`Way`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The sentence says it.
    Said,
    /// A platform file says it with `may always`.
    PlatformGrant,
    /// Look-ups that a sentence needs, derived from it.
    Derived,
}

/// Endpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct End {
    /// Their name, as near to a source as can be.
    pub name: String,
    /// The namespaces of its pods: those that are named, or all declared ones that fit.
    pub namespaces: Vec<String>,
    /// Whether others may fit, too, which the project does not declare.
    pub others: bool,
}

/// By what right the other end takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Consent {
    /// Both ends are of one namespace.
    SameNamespace,
    /// The other end is no pod of a declared namespace: nobody there is asked.
    NobodyToAsk,
    /// The namespace that answers exposes it.
    Exposed {
        /// The `expose` sentences.
        by: Vec<Said>,
    },
    /// The platform signs for both ends.
    PlatformGrant,
    /// It opens this end only; other namespaces' own ends stay theirs.
    OwnEndOnly,
    /// It is derived, and follows from the sentence.
    Derived,
}

/// What stands outside: a name, a range, the world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outside {
    /// It, as a source would say it.
    pub name: String,
    /// The ways that lead there, or come from there, by number.
    pub ways: Vec<usize>,
}

/// A sentence that closes something whatever policies of the enforcer's own kinds allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Guard {
    /// Which kind.
    pub kind: GuardKind,
    /// The sentence.
    pub said: Said,
    /// Whom it binds.
    pub binds: Vec<String>,
    /// What it forbids, or for a boundary what it still permits.
    pub about: Vec<String>,
    /// What was decided of it.
    pub decided: Decided,
    /// The sentences that would allow something of what it forbids; it takes that part of each. A label that a
    /// namespace's declaration does not have counts as absent here. Left out are names and the API server, of which it
    /// is not known where they stand, beside denies of addresses: these hold wherever that is.
    pub touched_by: Vec<Touch>,
    /// What it does not bind.
    pub does_not_bind: Vec<Note>,
}

/// See [`Guard`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardKind {
    /// A deny of the platform.
    Backstop,
    /// A deny of a namespace, at its own end.
    Deny,
    /// A cap on what may be reached.
    BoundaryOut,
    /// A cap on who may get in.
    BoundaryIn,
}

/// What was decided of a guard, over every flow that it forbids and every pod that could be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Decided {
    /// The manifests deny every such flow, whatever Cilium's own policies and NetworkPolicies allow beside
    /// them.
    Denied {
        /// How many parts were decided.
        parts: usize,
    },
    /// The manifests deny not all of it, but let none of it pass. Another policy can open it.
    NotAllowed {
        /// A flow that no object denies.
        flow: String,
    },
    /// Some of it passes.
    Passes {
        /// Such a flow.
        flow: String,
    },
    /// It is not decided.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// A sentence that a guard takes something of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Touch {
    /// The sentence.
    pub said: Said,
    /// A flow that it would allow and the guard forbids.
    pub flow: String,
}

/// Something to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Which, for programs.
    pub id: &'static str,
    /// What it is.
    pub text: String,
}

/// An assertion and what was decided of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assertion {
    /// The sentence.
    pub said: Said,
    /// What the build decided of it.
    pub result: AssertionResult,
    /// Who was taken into account.
    pub over: String,
}

/// See [`Assertion`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AssertionResult {
    /// For every flow that it is about.
    Holds,
}

/// Something that the cluster must have turned on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Feature {
    /// As `features` names it, or as the enforcer does.
    pub name: &'static str,
    /// What it is for.
    pub what: &'static str,
    /// Whether it is on if nobody turns it off.
    pub on_by_default: bool,
    /// Where the project says that it is on.
    pub declared: Option<Place>,
    /// The sentences that need it.
    pub needed_by: Vec<Said>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
}

/// Something that all of this rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ground {
    /// What it is.
    #[serde(flatten)]
    pub note: Note,
    /// Particulars.
    pub details: Vec<String>,
    /// The sentences that rest on it, where not all do.
    pub used_by: Vec<Said>,
}

/// `accept CODE`: a finding that somebody wants to live with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiver {
    /// The finding's code.
    pub code: String,
    /// What it is about.
    pub title: String,
    /// The sentence of which it is accepted.
    pub of: String,
    /// The waiver; its own `because` and `until`.
    pub said: Said,
    /// Whether it takes the finding away; not any more once its date has passed.
    pub in_force: bool,
}
