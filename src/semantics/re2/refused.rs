//! Why an expression is refused.

use smol_str::SmolStr;
use std::fmt;

/// Why an expression is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The byte at which the part begins.
    pub at: usize,
    /// The part: a piece of the expression.
    pub part: SmolStr,
    /// Why.
    pub reason: Reason,
}

/// See [`Refused`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `(a`
    UnclosedGroup,
    /// `a)`
    UnopenedGroup,
    /// `[a`
    UnclosedClass,
    /// `\` at the end.
    UnfinishedEscape,
    /// `\q`
    UnknownEscape,
    /// `\pN`
    UnicodeClass,
    /// `\C`
    AnyByte,
    /// `\1`, `\012`
    Digits,
    /// `\x{110000}`
    NoCharacter,
    /// `(?=a)`
    LookAround,
    /// `(?P<n>a)`
    NamedGroup,
    /// `(?x)`
    UnknownFlag,
    /// `*a`
    NothingToRepeat,
    /// `a**`
    RepeatedRepetition,
    /// `{` that is no count.
    LoneBrace,
    /// `a{3,2}`
    BackwardCount,
    /// `a{1001}`
    LargeCount,
    /// `[z-a]`
    BackwardRange,
    /// `[a-\d]`
    ClassInRange,
    /// `[[:greek:]]`
    UnknownPosixClass,
    /// `[^\x00-\x{10ffff}]`
    EmptyClass,
    /// `(?i)é`
    FoldBeyondAscii,
    /// More than a hundred groups within each other.
    TooDeep,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnclosedGroup => "this group is not closed",
            Self::UnopenedGroup => "no group is open here; the character is `\\)`",
            Self::UnclosedClass => "this class is not closed",
            Self::UnfinishedEscape => "nothing follows the backslash; the character is `\\\\`",
            Self::UnknownEscape => "RE2 has no such escape",
            Self::UnicodeClass => "what a Unicode class holds depends on the proxy's version; write the ranges",
            Self::AnyByte => "Go cannot read it; write `(?s:.)` for any character",
            Self::Digits => "RE2 has no back-references, and octal escapes read like one; write `\\x0a`",
            Self::NoCharacter => "this is no character",
            Self::LookAround => "RE2 cannot look around",
            Self::NamedGroup => {
                "names of groups serve nothing here, and versions of RE2 read them differently; write `(?:…)`"
            }
            Self::UnknownFlag => "RE2 has no such flag; it has `i`, `m`, `s` and `U`",
            Self::NothingToRepeat => "there is nothing to repeat before it",
            Self::RepeatedRepetition => "RE2 repeats a repetition only in a group",
            Self::LoneBrace => "this is no count such as `{2}`, `{2,}` or `{2,5}`; the character is `\\{`",
            Self::BackwardCount => "the first count is above the second",
            Self::LargeCount => "RE2 repeats at most 1000 times, counts within counts multiplied",
            Self::BackwardRange => "the range ends before it begins",
            Self::ClassInRange => "a range goes from one character to another; the character is `\\-`",
            Self::UnknownPosixClass => "RE2 has no such class",
            Self::EmptyClass => "no character is in this class",
            Self::FoldBeyondAscii => "case folding beyond ASCII depends on the proxy's version; write both cases",
            Self::TooDeep => "groups nest too deep",
        })
    }
}
