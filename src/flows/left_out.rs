//! What is left out, and why.

/// Why a line is no flow that the project decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftOut {
    /// A packet of the end that answers.
    Reply,
    /// The response to a request or a look-up.
    Response,
    /// An answer or an error of ICMP, or what finds neighbours.
    IcmpReply,
    /// It is about another connection, as an ICMP error is.
    Related,
    /// A packet amid a connection of which it is not told who opened it.
    Amid,
    /// It was seen on its way to where policies are enforced, and not behind it.
    BeforePolicy,
    /// An address was translated at a socket.
    Translation,
    /// Dropped, and not by a policy.
    OtherDrop,
    /// The proxy failed.
    Failure,
    /// The local node, which reaches its pods whatever a policy says: kubelet's probes, mostly.
    LocalNode,
    /// The enforcer's own health checks.
    Health,
    /// A pod that reaches itself, whatever a policy says.
    Itself,
    /// A look-up at the cluster's DNS servers that the project lets through: what is needed there is derived.
    LookUp,
    /// An end without labels, of which it is not known who it is.
    NoLabels,
    /// An end with labels or a namespace that Kubernetes would not have taken.
    Impossible,
    /// What stands outside, without an address.
    NoAddress,
    /// Without a protocol.
    NoProtocol,
    /// Without a verdict.
    NoVerdict,
    /// A header that a rule asks for is hidden.
    Hidden,
    /// More different requests than are kept.
    TooMany,
    /// What happened to an agent or to a node, and that events were lost.
    Event,
}

impl LeftOut {
    /// In words, as they stand behind a number.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "replies",
            Self::Response => "responses to requests and look-ups",
            Self::IcmpReply => "answers and errors of ICMP",
            Self::Related => "packets about another connection",
            Self::Amid => "packets amid connections, of which it is not told who opened them",
            Self::BeforePolicy => "packets that were seen before any policy",
            Self::Translation => "translations of addresses",
            Self::OtherDrop => "drops for other reasons than a policy",
            Self::Failure => "failures of a proxy",
            Self::LocalNode => "from the local node, which reaches its pods whatever a policy says (probes)",
            Self::Health => "health checks of the enforcer",
            Self::Itself => "from pods to themselves",
            Self::LookUp => "look-ups at the cluster's DNS servers, which are derived",
            Self::NoLabels => "with an end that has no labels",
            Self::Impossible => "with an end whose labels or namespace Kubernetes would refuse",
            Self::NoAddress => "with an end outside that has no address",
            Self::NoProtocol => "without a protocol",
            Self::NoVerdict => "without a verdict",
            Self::Hidden => "requests with a hidden header that a rule asks for",
            Self::TooMany => "requests beyond the 200,000 different ones that are kept",
            Self::Event => "events of nodes and agents",
        }
    }

    /// The same for programs.
    #[must_use]
    pub fn as_word(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Response => "response",
            Self::IcmpReply => "icmp_reply",
            Self::Related => "related",
            Self::Amid => "amid",
            Self::BeforePolicy => "before_policy",
            Self::Translation => "translation",
            Self::OtherDrop => "other_drop",
            Self::Failure => "failure",
            Self::LocalNode => "local_node",
            Self::Health => "health",
            Self::Itself => "itself",
            Self::LookUp => "look_up",
            Self::NoLabels => "no_labels",
            Self::Impossible => "impossible",
            Self::NoAddress => "no_address",
            Self::NoProtocol => "no_protocol",
            Self::NoVerdict => "no_verdict",
            Self::Hidden => "hidden",
            Self::TooMany => "too_many",
            Self::Event => "event",
        }
    }
}
