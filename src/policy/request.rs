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

/// `GET, HEAD /api/{id}/**`, as in a source, without what narrows it.
impl std::fmt::Display for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.methods.is_empty() {
            f.write_str("request")?;
        }
        for (index, method) in self.methods.iter().enumerate() {
            write!(f, "{}{method}", if index == 0 { "" } else { ", " })?;
        }
        write!(f, " {}", self.path)
    }
}

/// `/api/*/**`, `"/a b"` or `matching "…"`, as in a source.
impl std::fmt::Display for PathPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Segments { segments, rest } => {
                let mut path = String::new();
                let mut odd = false;
                for segment in segments {
                    path.push('/');
                    match segment {
                        Segment::Literal(text) => {
                            odd |= !text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c));
                            path.push_str(text);
                        }
                        Segment::One => path.push('*'),
                    }
                }
                if *rest {
                    path.push_str("/**");
                }
                if odd { write!(f, "\"{}\"", escaped(&path)) } else { f.write_str(&path) }
            }
            Self::Matching(regex) => write!(f, "matching \"{}\"", escaped(regex)),
        }
    }
}

/// As between double quotes in a source.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
