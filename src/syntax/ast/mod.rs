//! The syntax tree: what a file says, nothing resolved.
//!
//! Invariants: a tree exists for any bytes that are UTF-8; a sentence that could not be read is an
//! [`ItemKind::Bad`] and is never emitted; spans take no part in equality (see [`Node`]), so the formatter can
//! compare trees.

mod declaration;
mod peer;
mod sentence;

pub use declaration::{
    Cluster, DnsServer, External, Fact, FactKind, Group, LabelSelector, LabelTest, NamespaceDecl, NamespaceSet,
    NodeSet, Requirement, Serve, Workload,
};
pub use peer::{EntityWord, Peer, PeerKind, Peers, PortItem, PortRef, Ports, Protocol};
pub use sentence::{
    Accept, Action, Assert, AssertKind, Clauses, Date, Enforce, Expose, GrpcMethod, HttpHeader, May, MayNot,
    NothingBut, OnlyReach, Path, PathSegment, Request, RequestLine, Use,
};

use crate::source::Span;
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
    pub line_comment: Option<Box<Comment>>,
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
    pub line_comment: Option<Box<Comment>>,
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

impl ItemKind {
    /// The lists of peers that it has, in the order of the text.
    #[must_use]
    pub fn peers(&self) -> Vec<&Peers> {
        match self {
            Self::External(external) => vec![&external.targets],
            Self::Group(group) => vec![&group.members],
            Self::Enforce(enforce) => vec![&enforce.subjects],
            Self::May(may) => std::iter::once(&may.subjects).chain(may.action.value.objects()).collect(),
            Self::MayNot(may_not) => std::iter::once(&may_not.subjects).chain(may_not.action.value.objects()).collect(),
            Self::OnlyReach(only) => vec![&only.subjects, &only.objects],
            Self::NothingBut(nothing) => vec![&nothing.subjects, &nothing.objects],
            Self::Expose(expose) => vec![&expose.objects, &expose.to],
            Self::Assert(assert) => assert.subjects.iter().chain(assert.action.value.objects()).collect(),
            Self::Project(_)
            | Self::Cluster(_)
            | Self::NamespaceDecl(_)
            | Self::NamespaceSet(_)
            | Self::NodeSet(_)
            | Self::WorkloadsBy(_)
            | Self::Workload(_)
            | Self::Accept(_)
            | Self::Bad => Vec::new(),
        }
    }
}

/// A direction of traffic as seen from a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Towards the pod.
    Ingress,
    /// From the pod.
    Egress,
}
