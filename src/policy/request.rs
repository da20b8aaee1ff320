//! HTTP requests.

use smol_str::SmolStr;

/// Which requests: all parts must fit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Request {
    /// The methods, upper case and sorted; empty is any.
    pub methods: Vec<SmolStr>,
    /// The path.
    pub path: PathPattern,
    /// What may follow the path.
    pub query: Query,
    /// The host of the request without its port; any, when not said. Lower case.
    pub host: Option<SmolStr>,
    /// Headers that must be there, sorted.
    pub headers: Vec<Header>,
}

/// A header that a request must have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Header {
    /// Its name.
    pub name: SmolStr,
    /// Its exact value; any, when not said.
    pub value: Option<SmolStr>,
}

/// What may follow a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Query {
    /// Nothing, or `?` and anything.
    Any,
    /// Nothing.
    None,
}

/// Which paths.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathPattern {
    /// `/` and the segments, with `/` between them.
    Segments {
        /// Between the slashes; the path `/` is one empty literal.
        segments: Vec<Segment>,
        /// Whether `/` and any rest (an empty one too) follows. With no segments it is every path.
        rest: bool,
    },
    /// An RE2 expression over the whole path, without the query.
    Matching(SmolStr),
}

/// One part of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// Exactly these bytes.
    Literal(SmolStr),
    /// One or more characters other than `/` and `?`.
    One,
}
