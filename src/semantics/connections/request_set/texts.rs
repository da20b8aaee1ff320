//! What a request's method, or its authority, may be: values, or all but some values, and expressions that must match or
//! must not. The values of an authority are hosts, each of which stands for itself with and without a port.

use super::{Authority, Methods};
use crate::policy::ValueSet;
use crate::semantics::answer::Answer;
use crate::semantics::language::Budget;
use crate::semantics::strings::{self, Kind, Lazy, Readable};
use crate::semantics::values;
use smol_str::SmolStr;
use std::sync::LazyLock;

/// The methods of RFC 9110 and RFC 5789, those first that read well in a witness.
const METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "TRACE", "CONNECT"];

/// A host for a witness.
const OTHER_HOST: &str = "other.example";

/// A method is a token (RFC 9110, 9.1 and 5.6.2).
static METHOD: LazyLock<Kind> = LazyLock::new(|| {
    let bytes = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
    Kind::new(bytes.iter().copied(), "(?s:.)+", METHODS)
});

/// The characters of an authority (RFC 3986, 3.2).
static AUTHORITY: LazyLock<Kind> = LazyLock::new(|| {
    let bytes = b"abcdefghijklmnopqrstuvwxyz0123456789-.:ABCDEFGHIJKLMNOPQRSTUVWXYZ_~!$&'()*+,;=%@[]";
    Kind::new(bytes.iter().copied(), "(?s:.)*", &[OTHER_HOST])
});

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Method,
    Authority,
}

impl Part {
    fn kind(self) -> &'static Kind {
        match self {
            Self::Method => &METHOD,
            Self::Authority => &AUTHORITY,
        }
    }

    /// The strings that a value stands for.
    fn language(self, value: &str) -> Readable {
        let value = regex_syntax::escape(value);
        strings::of_text(&match self {
            Self::Method => value,
            Self::Authority => format!("{value}(:[0-9]+)?"),
        })
    }

    /// The first value of a set, in the order of what reads well.
    fn witness(self, set: &ValueSet) -> Option<SmolStr> {
        let known = match self {
            Self::Method => METHODS,
            Self::Authority => &[OTHER_HOST],
        };
        let known = known.iter().find(|value| values::contains(set, value));
        known.map(|value| SmolStr::new_static(value)).or_else(|| values::witness(set, "OTHER"))
    }
}

/// A condition on one of them.
pub(super) enum Condition<'a> {
    Any,
    In(ValueSet),
    Matching(Expression<'a>),
}

/// An expression with its automaton, which is built when it is first asked for.
pub(super) struct Expression<'a> {
    text: Source<'a>,
    language: Lazy,
}

#[derive(PartialEq, Eq)]
enum Source<'a> {
    Re2(&'a str),
    /// A host that looks as if it had a port.
    Host(&'a str),
}

impl<'a> Expression<'a> {
    fn new(text: Source<'a>) -> Self {
        Self { text, language: Lazy::default() }
    }

    fn language(&self, budget: &Budget) -> &Readable {
        self.language.get(budget, || match self.text {
            Source::Re2(text) => strings::of_expression(text),
            Source::Host(host) => Part::Authority.language(host),
        })
    }
}

impl<'a> Condition<'a> {
    pub(super) fn method(methods: &'a Methods) -> Self {
        match methods {
            Methods::Any => Self::Any,
            Methods::In(values) => Self::In(ValueSet::In(values.iter().cloned().collect())),
            Methods::Matching(text) => Self::Matching(Expression::new(Source::Re2(text))),
        }
    }

    pub(super) fn authority(authority: &'a Authority) -> Self {
        match authority {
            Authority::Any => Self::Any,
            Authority::Host(host) if host.contains(':') => Self::Matching(Expression::new(Source::Host(host))),
            Authority::Host(host) => Self::In(ValueSet::one(host.clone())),
            Authority::Matching(text) => Self::Matching(Expression::new(Source::Re2(text))),
        }
    }

    /// Whether a request with this fits.
    pub(super) fn admits(&self, part: Part, text: Option<&str>) -> Answer<()> {
        let fits = match (self, text) {
            (Self::Any, _) => true,
            (_, None) => false,
            (Self::In(set), Some(text)) => {
                let port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
                let host = text.rsplit_once(':').filter(|(_, after)| part == Part::Authority && port(after));
                values::contains(set, host.map_or(text, |(host, _)| host))
            }
            (Self::Matching(expression), Some(text)) => {
                return strings::contains(expression.language(&Budget::default()), text);
            }
        };
        if fits { Answer::Yes } else { Answer::No(()) }
    }
}

/// What all of several conditions leave.
#[derive(Clone)]
pub(super) struct Texts<'a> {
    part: Part,
    values: ValueSet,
    /// Whether a request may also have none.
    absent: bool,
    within: Vec<&'a Expression<'a>>,
    without: Vec<&'a Expression<'a>>,
}

impl<'a> Texts<'a> {
    /// Everything.
    pub(super) fn all(part: Part) -> Self {
        let absent = part == Part::Authority;
        Self { part, values: ValueSet::Any, absent, within: Vec::new(), without: Vec::new() }
    }

    pub(super) fn and(&self, condition: &'a Condition<'a>) -> Self {
        let mut both = self.clone();
        match condition {
            Condition::Any => return both,
            Condition::In(set) => both.values = values::intersection(&self.values, set),
            Condition::Matching(expression) => both.within.push(expression),
        }
        both.absent = false;
        both
    }

    pub(super) fn minus(&self, condition: &'a Condition<'a>) -> Self {
        let mut rest = self.clone();
        match condition {
            Condition::Any => (rest.values, rest.absent) = (values::complement(&ValueSet::Any), false),
            Condition::In(set) => rest.values = values::intersection(&self.values, &values::complement(set)),
            Condition::Matching(expression) => rest.without.push(expression),
        }
        rest
    }

    /// Whether nothing is left; if something is, what reads best.
    pub(super) fn find(&self, budget: &Budget) -> Answer<Option<SmolStr>> {
        let answer = if self.within.is_empty() && self.without.is_empty() {
            if self.absent && self.values == ValueSet::Any {
                return Answer::No(None);
            }
            self.part.witness(&self.values).map_or(Answer::Yes, Answer::No)
        } else {
            self.compare(budget)
        };
        // Expressions and values say nothing against a request that has none.
        if self.absent && !answer.is_no() { Answer::No(None) } else { answer.map(Some) }
    }

    fn compare(&self, budget: &Budget) -> Answer<SmolStr> {
        if self.without.iter().any(|one| self.within.iter().any(|within| within.text == one.text)) {
            return Answer::Yes;
        }
        let find = |value: Option<&Readable>, but: &[Readable]| {
            let within = self.within.iter().map(|one| one.language(budget)).chain(value);
            let without = self.without.iter().map(|one| one.language(budget)).chain(but);
            self.part.kind().find(within, without, budget)
        };
        match &self.values {
            ValueSet::Any => find(None, &[]),
            ValueSet::In(values) => Answer::all(values.iter().map(|value| find(Some(&self.part.language(value)), &[]))),
            ValueSet::NotIn(values) => {
                let languages: Vec<Readable> = values.iter().map(|value| self.part.language(value)).collect();
                find(None, &languages)
            }
        }
    }
}
