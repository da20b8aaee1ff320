//! Boundaries that an enforcer cannot keep exactly.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoundaryProblem {
    /// A name with a wildcard: no label says it.
    Wildcard {
        /// Where it is permitted.
        span: Span,
        /// The pattern.
        pattern: SmolStr,
    },
    /// A name that is no label's key.
    Name {
        /// Where it is permitted.
        span: Span,
        /// The name.
        name: SmolStr,
        /// The most characters that a name can have.
        longest: usize,
    },
    /// All ports of a name, or of something that may have that name, are permitted, so none is left for the rule that
    /// keeps its label.
    EveryPort {
        /// Where it is permitted.
        span: Span,
    },
    /// Nodes by label, or a name where connections come in.
    Peer {
        /// Where it is permitted.
        span: Span,
    },
    /// More than ports is asked of the traffic.
    Traffic {
        /// Where it is permitted.
        span: Span,
    },
    /// Every address of a family beside names.
    WholeFamily {
        /// Where it is permitted.
        span: Span,
    },
    /// What is left has too many parts.
    Intricate {
        /// The sentence.
        span: Span,
        /// The most parts.
        most: usize,
    },
}

impl From<BoundaryProblem> for Diagnostic {
    fn from(problem: BoundaryProblem) -> Self {
        use BoundaryProblem as P;
        let inexact = |span, message: String| Self::new(Code::E0609, span, message);
        match problem {
            P::Wildcard { span, pattern } => inexact(span, format!("a boundary cannot permit the pattern `{pattern}`"))
                .note("Cilium tells names apart by labels, and a pattern is no label: all names would be cut off")
                .help("permit the names one by one")
                .help("or the addresses: `203.0.113.0/24:443`")
                .help("or everything outside: `world:443`"),
            P::Name { span, name, longest } => inexact(span, format!("a boundary cannot permit the name `{name}`"))
                .note(format!("Cilium tells names by labels, whose keys begin and end with a letter or digit and have at most {longest} characters"))
                .help("permit its addresses: `203.0.113.0/24:443`"),
            P::EveryPort { span } => inexact(span, "a boundary that tells names or the API server apart cannot permit every port of any".to_owned())
                .note("Cilium knows which addresses these are only while a rule allows some port of them; the boundary brings such a rule, and must deny that port, to the API server too, which may be at such an address")
                .help("say the ports, for example `:443` or `kube-apiserver:6443`"),
            P::Peer { span } => inexact(span, "a boundary cannot permit this peer".to_owned())
                .help("permit workloads, addresses or entities such as `remote-node`"),
            P::Traffic { span } => inexact(span, "a boundary is about ports".to_owned())
                .help("leave requests to a `may` within the boundary"),
            P::WholeFamily { span } => {
                inexact(span, "a boundary cannot permit every address of a family beside names".to_owned())
                    .help("say `world` with the same ports")
            }
            P::Intricate { span, most } => inexact(span, format!("what this boundary leaves out has more than {most} parts"))
                .help("permit fewer peers, or whole namespaces"),
        }
    }
}
