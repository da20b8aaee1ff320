//! The syntax tree: what a file says, nothing resolved.
//!
//! Invariants: a tree exists for any bytes that are UTF-8; a sentence that could not be read is an
//! [`ItemKind::Bad`] and is never emitted; spans take no part in equality (see [`Node`]), so the formatter can
//! compare trees.

use crate::source::Span;
use ipnet::IpNet;
use smol_str::SmolStr;

/// A value and where it stands. Two nodes are equal when their values are.
#[derive(Clone, Copy, Debug)]
pub struct Node<T> {
    /// What stands there.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Node<T> {
    /// A value at a place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl<T: PartialEq> PartialEq for Node<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Node<T> {}

/// Where something stands, when that is all there is to say. All places are equal, so trees compare by meaning.
#[derive(Clone, Copy, Debug)]
pub struct Place(pub Span);

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Place {}

/// A name or a word.
pub type Name = Node<SmolStr>;

/// One file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// The file's sections in order: one for a file with a header line, and one for each `namespace … { }` block.
    pub sections: Vec<Section>,
    /// Comments that stand after the last item of the file.
    pub trailing: Vec<Comment>,
    /// Comments within sentences that go over several lines, in order.
    pub inner: Vec<Comment>,
}

/// A header and what stands under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The header. `None` when the file has none (an error; the items are kept for the editor, never emitted).
    pub header: Option<Header>,
    /// What stands under it.
    pub items: Vec<Item>,
    /// Comments after the last item and before the closing brace of a block.
    pub trailing: Vec<Comment>,
    /// From the header to the end of the last item or the closing brace.
    pub span: Place,
}

/// `platform` or `namespace NAME …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Comments above it.
    pub comments: Vec<Comment>,
    /// Whether a blank line stands between it and the comments above it.
    pub blank_before: bool,
    /// Which of the two.
    pub kind: HeaderKind,
    /// The header line, without a block's brace.
    pub span: Place,
    /// A comment at the end of the line.
    pub line_comment: Option<Comment>,
}

/// See [`Header`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderKind {
    /// `platform`
    Platform,
    /// `namespace NAME [owner "…"] [enforcing …]`, with braces or to the end of the file.
    Namespace {
        /// The namespace.
        name: Name,
        /// `owner "…"`
        owner: Option<Name>,
        /// `enforcing ingress`, `enforcing egress`, `enforcing ingress, egress` or `enforcing nothing` (then empty).
        enforcing: Option<Node<Vec<Node<Direction>>>>,
        /// Whether it is the block form.
        block: bool,
    },
}

/// A comment, without its `#` or `##` and the one blank after it.
#[derive(Clone, Debug)]
pub struct Comment {
    /// The text.
    pub text: SmolStr,
    /// Whether it documents what follows (`##`).
    pub doc: bool,
    /// Whether a blank line stands before it.
    pub blank_before: bool,
    /// Where.
    pub span: Span,
}

impl PartialEq for Comment {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.doc == other.doc
    }
}

impl Eq for Comment {}

/// One declaration, fact or sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Comments above it, documentation among them.
    pub comments: Vec<Comment>,
    /// Whether a blank line stands right before it, after its comments. A comment has its own such mark.
    pub blank_before: bool,
    /// What it says.
    pub kind: ItemKind,
    /// The whole sentence, without comments.
    pub span: Place,
    /// A comment at the end of its line.
    pub line_comment: Option<Comment>,
}

/// What an item says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// `project NAME`
    Project(Name),
    /// `cluster NAME { … }`
    Cluster(Cluster),
    /// `namespace NAME in FOLDER labels { … } owner "…"` in a platform file.
    NamespaceDecl(NamespaceDecl),
    /// `namespaces NAME { … }`
    NamespaceSet(NamespaceSet),
    /// `nodes NAME { … } [enforcing …]`
    NodeSet(NodeSet),
    /// `workloads by KEY` in a namespace file.
    WorkloadsBy(Name),
    /// `workload NAME …`
    Workload(Workload),
    /// `external NAME = …`
    External(External),
    /// `group NAME = …`
    Group(Group),
    /// `enforce ingress, egress for …`
    Enforce(Enforce),
    /// `A may …`, `A may always …`
    May(May),
    /// `A may not …`, `no A may …`
    MayNot(MayNot),
    /// `A may only reach …`
    OnlyReach(OnlyReach),
    /// `nothing but A may reach B`
    NothingBut(NothingBut),
    /// `expose … on B to C`
    Expose(Expose),
    /// `assert …`
    Assert(Assert),
    /// `accept CODE because "…"`
    Accept(Accept),
    /// A sentence that could not be read; its error is among the problems.
    Bad,
}

/// A direction of traffic as seen from a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Towards the pod.
    Ingress,
    /// From the pod.
    Egress,
}

// ---------------------------------------------------------------------------------------------- declarations

/// `cluster NAME { facts }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Its name.
    pub name: Name,
    /// Its facts in order.
    pub facts: Vec<Fact>,
    /// Comments before the closing brace.
    pub trailing: Vec<Comment>,
}

/// One line of a cluster block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Comments above it.
    pub comments: Vec<Comment>,
    /// What it says.
    pub kind: FactKind,
    /// Where.
    pub span: Place,
    /// A comment at the end of its line.
    pub line_comment: Option<Comment>,
}

/// See [`Fact`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactKind {
    /// `enforcer NAME VERSION`
    Enforcer {
        /// `cilium`, `kubernetes`; not checked here.
        name: Name,
        /// `1.18`; not checked here.
        version: Name,
    },
    /// `features a, b`
    Features(Vec<Name>),
    /// `dns NS {labels}[:port/proto]` or `dns ADDRESS[:port/proto]`
    Dns {
        /// Who answers.
        server: DnsServer,
        /// Ports; 53 when not said.
        ports: Option<Ports>,
    },
    /// `domain cluster.local`
    Domain(Name),
    /// `search a.example, b.example`
    Search(Vec<Name>),
    /// `pods 10.0.0.0/8, …`
    Pods(Vec<Node<IpNet>>),
    /// `apiserver ADDR:PORT`; one line an address.
    Apiserver {
        /// Its address.
        address: Node<IpNet>,
        /// Its port.
        port: Node<u16>,
    },
    /// `workloads by KEY`
    WorkloadsBy(Name),
    /// `mesh-name NAME`
    MeshName(Name),
    /// `regex-budget 100`
    RegexBudget(Node<u32>),
    /// `cloud aws`
    Cloud(Name),
    /// `external NAME = …`
    External(External),
    /// A line that could not be read.
    Bad,
}

/// Who answers DNS queries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DnsServer {
    /// Pods.
    Pods {
        /// Their namespace.
        namespace: Name,
        /// Their labels.
        labels: LabelSelector,
    },
    /// An address (node-local caches).
    Address(Node<IpNet>),
}

/// `namespace NAME in FOLDER labels { … } owner "…"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceDecl {
    /// The namespace.
    pub name: Name,
    /// The folder in which its header may stand, without a closing `/`.
    pub folder: Option<Name>,
    /// The labels that the platform puts on it; `k: v` entries only.
    pub labels: Option<LabelSelector>,
    /// Who owns it.
    pub owner: Option<Name>,
}

/// `namespaces NAME { labels }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceSet {
    /// The set's name.
    pub name: Name,
    /// Which namespaces.
    pub labels: LabelSelector,
}

/// `nodes NAME { labels } [enforcing …]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSet {
    /// The set's name.
    pub name: Name,
    /// Which nodes.
    pub labels: LabelSelector,
    /// Which directions its host firewall isolates.
    pub enforcing: Option<Node<Vec<Node<Direction>>>>,
}

/// `{ k: v, k in (a, b), k not in (…), k, !k }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelSelector {
    /// All of them must hold.
    pub requirements: Vec<Requirement>,
    /// With the braces.
    pub span: Place,
}

/// One entry of a label selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The label's key.
    pub key: Name,
    /// What is asked of its value.
    pub test: LabelTest,
}

/// See [`Requirement`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelTest {
    /// `k: v`
    Is(Name),
    /// `k in (a, b)`
    In(Vec<Name>),
    /// `k not in (a, b)`
    NotIn(Vec<Name>),
    /// `k`
    Exists,
    /// `!k`
    Absent,
}

/// `workload NAME [{labels}] [as serviceaccount SA] [serves …]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// `ingress` in `workload ingress/nginx`; such pods are named, not governed.
    pub namespace: Option<Name>,
    /// Its name.
    pub name: Name,
    /// Its labels; without them and without `as`, the workload label equals the name.
    pub labels: Option<LabelSelector>,
    /// Its service account.
    pub service_account: Option<Name>,
    /// Its ports.
    pub serves: Vec<Serve>,
}

/// `http 8080` or `dns 53/udp` after `serves`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serve {
    /// The port's name.
    pub name: Name,
    /// The pod's port.
    pub port: Node<u16>,
    /// Its protocol; TCP unless said.
    pub protocol: Option<Node<Protocol>>,
}

/// `external NAME = …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct External {
    /// Its name.
    pub name: Name,
    /// Names and addresses, with ports.
    pub targets: Peers,
}

/// `group NAME = …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// Its members.
    pub members: Peers,
}

// -------------------------------------------------------------------------------------------------- peers

/// `A, B:p, (c, d):q except E, F`: the union of the items less the union of what follows `except`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peers {
    /// The items, at least one.
    pub items: Vec<Peer>,
    /// What is taken away from all of them.
    pub except: Vec<Peer>,
    /// The list with its exceptions.
    pub span: Place,
}

/// One item of a peer list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Who.
    pub kind: PeerKind,
    /// `:8080`, `:[80, 443]`
    pub ports: Option<Ports>,
    /// With the ports.
    pub span: Place,
}

/// See [`Peer`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerKind {
    /// A declared name: workload, external, group, nodes.
    Name(Name),
    /// `payments/api`
    Qualified {
        /// The namespace.
        namespace: Name,
        /// The workload.
        name: Name,
    },
    /// `payments/*`
    AllOf(Name),
    /// `payments/{labels}`
    LabelsOf {
        /// The namespace.
        namespace: Name,
        /// The labels.
        labels: LabelSelector,
    },
    /// `api in cde`
    NameIn {
        /// The workload's name: pods whose workload label is this.
        name: Name,
        /// The set of namespaces.
        set: Name,
    },
    /// `{labels} in cde`
    LabelsIn {
        /// The labels.
        labels: LabelSelector,
        /// The set of namespaces.
        set: Name,
    },
    /// `workloads in cde`
    WorkloadsIn(Name),
    /// `workloads in every namespace`
    WorkloadsInEveryNamespace,
    /// `every workload`; the `workload` of `no workload may …`
    EveryWorkload,
    /// `anything`
    Anything,
    /// `world`, `host`, …
    Entity(EntityWord),
    /// `private`
    Private,
    /// `cloud-metadata`
    CloudMetadata,
    /// An address or range; an address alone is its /32 or /128.
    Cidr(IpNet),
    /// A DNS name or pattern, lower case, without a closing dot.
    Dns(SmolStr),
    /// `(a, b):443`
    Several(Vec<Peer>),
}

/// The entities as they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityWord {
    /// Everything outside the cluster.
    World,
    /// Everything inside.
    Cluster,
    /// The local node.
    Host,
    /// Other nodes.
    RemoteNode,
    /// Both of these.
    Nodes,
    /// The API server.
    KubeApiserver,
    /// The ingress proxy.
    Ingress,
    /// The health endpoints.
    Health,
    /// Endpoints that have no labels yet.
    Init,
    /// Pods that the enforcer does not manage.
    Unmanaged,
}

/// What follows the colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ports {
    /// At least one.
    pub items: Vec<Node<PortItem>>,
    /// From the colon on.
    pub span: Place,
}

/// `8080`, `53/udp`, `http`, `8000-8100`, `any/udp`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortItem {
    /// Which ports.
    pub port: PortRef,
    /// Which protocol, when said.
    pub protocol: Option<Protocol>,
}

/// See [`PortItem`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortRef {
    /// `8080`
    Number(u16),
    /// `8000-8100`; both ends belong to it. The order is not checked here.
    Range(u16, u16),
    /// `http`: a port that the workload serves.
    Name(SmolStr),
    /// `any` of `any/udp`
    Any,
}

/// A protocol as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP
    Tcp,
    /// UDP
    Udp,
    /// SCTP
    Sctp,
    /// All three of them
    Any,
}

// ------------------------------------------------------------------------------------------------ sentences

/// `enforce ingress for A` / `enforce ingress, egress for workloads in every namespace except kube-system`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enforce {
    /// Which directions.
    pub directions: Vec<Node<Direction>>,
    /// Whose. After `except` a bare name may be a namespace here: `workloads in every namespace except kube-system`.
    pub subjects: Peers,
}

/// `A may [always] ACTION`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct May {
    /// Who opens the connection.
    pub subjects: Peers,
    /// `always`
    pub always: bool,
    /// What.
    pub action: Node<Action>,
    /// What follows the object.
    pub clauses: Clauses,
}

/// What a `may` allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// `reach B`
    Reach(Peers),
    /// `GET, HEAD /path on B`, `request /path on B`
    Request {
        /// What is asked; its narrowing stands in the sentence's clauses and is copied into it here.
        request: Request,
        /// Of whom.
        objects: Peers,
    },
    /// `use B { … }`
    Use {
        /// Of whom.
        objects: Peers,
        /// One a line.
        requests: Vec<RequestLine>,
        /// Comments before the closing brace.
        trailing: Vec<Comment>,
    },
    /// `call pkg.Service/Method on B`
    Call {
        /// The methods.
        methods: Vec<Node<GrpcMethod>>,
        /// Of whom.
        objects: Peers,
    },
    /// `resolve a.example, *.b.example` or `resolve any name` (then empty)
    Resolve(Vec<Name>),
    /// `ping B`
    Ping(Peers),
}

/// A line of a `use` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    /// Comments above it.
    pub comments: Vec<Comment>,
    /// The request.
    pub request: Request,
    /// Where.
    pub span: Place,
    /// A comment at the end of its line.
    pub line_comment: Option<Comment>,
}

/// Which HTTP requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The methods; empty is any (`request`).
    pub methods: Vec<Name>,
    /// The path.
    pub path: Node<Path>,
    /// `without query`
    pub without_query: bool,
    /// `at host "h"`
    pub host: Option<Name>,
    /// `with header K[: v]`
    pub headers: Vec<HttpHeader>,
}

/// `header K[: v]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpHeader {
    /// Its name.
    pub name: Name,
    /// Its exact value; any, when not said.
    pub value: Option<Name>,
}

/// A path or a pattern of paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Path {
    /// `/a/{id}/b`, `/a/**`
    Segments {
        /// Between the slashes; a path that ends in `/` has an empty last literal. `/` alone is one empty literal.
        segments: Vec<PathSegment>,
        /// Whether it ends in `/**`.
        rest: bool,
    },
    /// `matching "re"`
    Matching(SmolStr),
}

/// One part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathSegment {
    /// These bytes.
    Literal(SmolStr),
    /// `*` (empty name) or `{id}`: one segment of at least one character.
    One(SmolStr),
}

/// `pkg.Service/Method` or `pkg.Service/*`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrpcMethod {
    /// With its package.
    pub service: SmolStr,
    /// `None` is every method.
    pub method: Option<SmolStr>,
}

/// What may follow a sentence's objects, in any order, each at most once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clauses {
    /// `with mutual auth`
    pub mutual_auth: Option<Place>,
    /// `with tls name N`
    pub tls_name: Option<Name>,
    /// `until DATE`
    pub until: Option<Node<Date>>,
    /// `because "text"`
    pub because: Option<Name>,
}

/// A day, already known to exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Four digits.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl Date {
    /// Reads `2027-03-31`; `None` if that is no day of the Gregorian calendar.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
        if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return None;
        }
        let date = Self { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
        (date.year > 0 && date.day > 0 && date.day <= Self::days_in(date.year, date.month)?).then_some(date)
    }

    /// The length of a month of the Gregorian calendar; `None` when there is no such month.
    #[must_use]
    pub fn days_in(year: u16, month: u8) -> Option<u8> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        match month {
            4 | 6 | 9 | 11 => Some(30),
            2 => Some(if leap { 29 } else { 28 }),
            1..=12 => Some(31),
            _ => None,
        }
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// `A may not reach B` / `no A may reach B`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MayNot {
    /// Whether it was written `no A may …`.
    pub no: bool,
    /// Who.
    pub subjects: Peers,
    /// What; only `reach` and `ping` can be denied, which is not checked here.
    pub action: Node<Action>,
    /// What follows.
    pub clauses: Clauses,
}

/// `A may only reach B, C`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnlyReach {
    /// Whose egress is capped.
    pub subjects: Peers,
    /// To what.
    pub objects: Peers,
    /// What follows.
    pub clauses: Clauses,
}

/// `nothing but A may reach B`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NothingBut {
    /// Who may.
    pub subjects: Peers,
    /// Whose ingress is capped.
    pub objects: Peers,
    /// What follows.
    pub clauses: Clauses,
}

/// `expose [METHODS /path on] B to C`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expose {
    /// The requests; any traffic when not said.
    pub request: Option<Request>,
    /// What is exposed.
    pub objects: Peers,
    /// To whom.
    pub to: Peers,
    /// What follows.
    pub clauses: Clauses,
}

/// `assert …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assert {
    /// Which form.
    pub kind: AssertKind,
    /// Who; `None` for `nothing can`.
    pub subjects: Option<Peers>,
    /// What.
    pub action: Node<Action>,
}

/// See [`Assert`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssertKind {
    /// `assert A can …`
    Can,
    /// `assert A cannot …`
    Cannot,
    /// `assert only A can …`
    OnlyCan,
    /// `assert nothing can …`
    NothingCan,
}

/// `accept CODE because "…" [until DATE]`: a waiver for the next sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accept {
    /// The code.
    pub code: Name,
    /// Why and until when.
    pub clauses: Clauses,
}
