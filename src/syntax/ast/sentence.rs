//! Sentences: what may be done, what may not, and what is said about it.

use super::{Comment, Direction, Name, Node, Peers, Place};
use smol_str::SmolStr;

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
        request: Box<Request>,
        /// Of whom.
        objects: Peers,
    },
    /// `use B { … }`
    Use(Box<Use>),
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

impl Action {
    /// Of whom it is asked; `None` for look-ups.
    #[must_use]
    pub fn objects(&self) -> Option<&Peers> {
        match self {
            Self::Reach(objects) | Self::Ping(objects) => Some(objects),
            Self::Request { objects, .. } | Self::Call { objects, .. } => Some(objects),
            Self::Use(asked) => Some(&asked.objects),
            Self::Resolve(_) => None,
        }
    }
}

/// `use B { … }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Of whom.
    pub objects: Peers,
    /// One a line.
    pub requests: Vec<RequestLine>,
    /// Comments before the closing brace.
    pub trailing: Vec<Comment>,
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
    pub line_comment: Option<Box<Comment>>,
}

/// Which HTTP requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The methods; empty is any (`request`).
    pub methods: Vec<Name>,
    /// The path.
    pub path: Node<Path>,
    /// `without query`
    pub without_query: Option<Place>,
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
    pub tls_name: Option<Box<Name>>,
    /// `until DATE`
    pub until: Option<Node<Date>>,
    /// `because "text"`
    pub because: Option<Box<Name>>,
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

    /// The day that lies so many days after 1970-01-01; the last day of 9999 when it lies after that.
    #[must_use]
    pub fn from_days(mut days: u64) -> Self {
        for year in 1970..=9999 {
            for month in 1..=12 {
                let length = Self::days_in(year, month).unwrap_or_default();
                if let Some(day) = u8::try_from(days).ok().filter(|day| *day < length) {
                    return Self { year, month, day: day + 1 };
                }
                days -= u64::from(length);
            }
        }
        Self { year: 9999, month: 12, day: 31 }
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
    pub request: Option<Box<Request>>,
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
