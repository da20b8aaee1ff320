//! Every code, declared once: its number, its title, and its page of the error index in `docs/errors`.
//!
//! The first letter is the severity: `E` error, `W` warning, `H` hint. The first digit pair is the family:
//! 01 reading, 02 names, 03 who may say what, 04 ports and requests, 05 addresses and names outside,
//! 06 what the enforcer can do, 07 backstops, boundaries and nodes, 08 assertions, waivers and dates,
//! 09 the project as a whole, 10 what runs.

use super::Severity;

macro_rules! codes {
    ($($code:ident $title:literal,)*) => {
        /// The code of a finding.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $code,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$code,)*];

            /// As it is shown: `E0203`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)* }
            }

            /// What it is about, in a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$code => $title,)* }
            }

            /// Its page of the error index, in Markdown.
            #[must_use]
            pub fn page(self) -> &'static str {
                match self {
                    $(Self::$code => include_str!(concat!("../../docs/errors/", stringify!($code), ".md")),)*
                }
            }
        }
    };
}

codes! {
    E0101 "no header",
    E0102 "second header",
    E0103 "sentence outside every block",
    E0104 "unclosed block",
    E0105 "stray closing brace",
    E0106 "sentence that cannot be read",
    E0107 "forbidden character",
    E0108 "not a string",
    E0109 "not a name",
    E0110 "reserved word as a name",
    E0111 "not a port",
    E0112 "not a protocol or number",
    E0113 "not an address",
    E0114 "bits set behind the prefix",
    E0115 "not a DNS name",
    E0116 "not a label",
    E0117 "not a path or method",
    E0118 "not a day",
    E0119 "misplaced clause",
    E0120 "ports said twice",
    E0121 "peer that names nobody",
    E0122 "misplaced part of a header",
    E0130 "a manifest that cannot be read",
    W0131 "an object that is refused",
    W0132 "a field that is dropped",
    W0133 "a policy that is not read",
    E0134 "a policy that no sentence says",
    E0135 "an import that is not proved",
    E0201 "declared twice",
    E0203 "unknown name",
    E0204 "unknown workload of a namespace",
    E0205 "unknown set of namespaces",
    E0206 "files of a declared namespace are missing",
    E0207 "a group contains itself",
    E0208 "a DNS name as a subject",
    E0209 "too many parts",
    E0210 "every workload of what",
    E0211 "a name that one cluster lacks",
    E0212 "a workload that its own namespace declares",
    E0213 "labels that select nothing",
    W0201 "a namespace that nothing declares",
    E0301 "no consent",
    E0302 "neither end is here",
    E0303 "the subject is another namespace's",
    E0304 "a platform file opens pods without `always`",
    E0305 "a platform file below a root folder",
    E0306 "only in a platform file",
    E0307 "not in a platform file",
    E0308 "a header outside its folder",
    E0309 "headers that enforce differently",
    E0310 "isolated already",
    E0311 "cannot be isolated here",
    E0312 "nothing that a policy governs",
    E0313 "exposes what is not its own",
    E0314 "an `expose` that needs no consent",
    H0301 "an `expose` that nobody uses",
    H0302 "not enforced yet",
    H0303 "a sentence that others cover",
    H0304 "a workload that nobody can reach",
    H0305 "a workload that is cut off",
    H0306 "workloads that share pods",
    H0307 "let in nowhere",
    E0401 "a port that the workload does not serve",
    E0402 "a port's name where nothing serves names",
    E0404 "a port on a subject",
    E0405 "a port that nothing in the list has",
    E0406 "a port on a ping",
    E0407 "a request without a port",
    E0408 "a request on a port that is not TCP",
    E0409 "a deny of something finer than a port",
    E0410 "requests and a TLS name",
    E0411 "a TLS name where the caller is not isolated",
    E0412 "a TLS name without a TCP port",
    E0413 "a port on an exception",
    W0401 "an unusual method",
    H0401 "every port beside ports",
    E0501 "an exception that takes nothing away",
    E0502 "an exception of another kind",
    E0503 "an exception that leaves nothing",
    E0504 "not outside",
    E0505 "a DNS name of the cluster itself",
    E0506 "a deny by DNS name",
    E0507 "look-ups of something that is not governed here",
    E0508 "an address range of pods",
    E0509 "cluster DNS without an upstream",
    E0510 "requests on a TLS port",
    H0501 "addresses without names",
    E0601 "the enforcer cannot do this",
    E0602 "unknown enforcer version",
    E0603 "unknown feature",
    E0604 "label that no policy can select by",
    E0605 "request too long for the proxy",
    E0606 "plain rule beside request rules",
    E0607 "two kinds of rules on one port",
    E0608 "TLS name beside a plain rule",
    E0609 "boundary that cannot be exact",
    E0610 "expression that the proxy would read otherwise",
    E0621 "pods of namespaces that are not known",
    E0622 "a NetworkPolicy cannot deny",
    E0623 "no such peer in NetworkPolicy",
    E0624 "the API server's address is not known",
    E0640 "no enforcer",
    E0641 "the enforcer is said twice",
    E0642 "unknown word in a cluster's facts",
    E0643 "no such cluster",
    E0644 "a cluster-wide object without a project's name",
    E0690 "a proof that failed",
    W0601 "mutual authentication is deprecated",
    W0602 "mutual authentication spreads",
    H0625 "own labels not declared",
    E0701 "host firewall without its essentials",
    E0702 "a deny of the local node",
    E0703 "a boundary around no pods",
    E0704 "a boundary over an undeclared label",
    E0705 "a sentence that is void",
    E0706 "a deny of what the platform grants",
    E0707 "a grant that the platform denies",
    W0701 "boundaries that contradict each other",
    W0702 "a boundary that caps nothing",
    H0701 "a sentence that is partly void",
    H0702 "a deny that binds nobody known",
    H0703 "a permit that nothing can use",
    E0801 "an assertion that does not hold",
    E0802 "a sentence past its date",
    E0803 "a waiver for no code",
    E0804 "a waiver for what cannot be accepted",
    E0805 "a waiver past its date",
    E0806 "a waiver of nothing",
    E0807 "a waiver without a reason",
    E0808 "an assertion that cannot be decided",
    W0801 "a sentence past its date is in force",
    W0802 "a waiver that waives nothing",
    H0801 "a sentence past its date is left out",
    E0901 "no source file",
    E0902 "not UTF-8",
    E0903 "file too large",
    E0904 "symbolic link in a loop",
    E0905 "cannot be read",
    E0906 "several clusters in one stream",
    E0907 "something in the way",
    E0908 "edited output",
    E0909 "cannot be written",
    E0910 "output differs",
    E1001 "labels that pods have otherwise",
    E1002 "another service account",
    E1003 "a Service's port",
    E1005 "pods on the host network",
    E1007 "a namespace with other labels",
    W1001 "nothing that runs",
    W1003 "a port that no container declares",
    W1004 "a port's name with another number",
    W1005 "some pods on the host network",
    W1006 "workloads of which no sentence speaks",
    W1010 "an inventory of other namespaces",
    H1005 "workloads that isolation does not bind",
    H1008 "a workload without a Service",
    H1009 "a Service that stands for a name outside",
}

impl Code {
    /// Reads `E0203`, in either case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str().eq_ignore_ascii_case(text))
    }

    /// The code that differs from `text` in the fewest characters, if in no more than two.
    #[must_use]
    pub fn nearest(text: &str) -> Option<Self> {
        let text = text.to_ascii_uppercase();
        let distance = |code: &Self| code.as_str().chars().zip(text.chars()).filter(|(a, b)| a != b).count();
        let same_length = Self::ALL.iter().copied().filter(|code| code.as_str().len() == text.len());
        same_length.min_by_key(distance).filter(|code| distance(code) <= 2)
    }

    /// Whether it is about what runs, of which something is known only with an inventory.
    #[must_use]
    pub fn is_of_inventory(self) -> bool {
        self.as_str().get(1..3) == Some("10")
    }

    /// How grave its findings are.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self.as_str().as_bytes().first() {
            Some(b'W') => Severity::Warning,
            Some(b'H') => Severity::Hint,
            _ => Severity::Error,
        }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
