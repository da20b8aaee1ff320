//! What RE2 and Go say of expressions, as measured, and what is refused.
//!
//! `re2_matches.json` lists expressions with those of its `strings` that they match from end to end; the others they do
//! not. `re2_sizes.json` has the sizes of RE2's programs: those under `ours` are of the kind that path patterns become
//! and must be met exactly, those under `any` were drawn at random and may be exceeded.
//!
//! To measure an expression again, or another one: with the package `google-re2` from PyPI,
//! `re2.fullmatch(expression, string)` and `re2.compile(expression).programsize`, and in Go
//! ``regexp.MustCompile(`\A(?:` + expression + `)\z`).MatchString(string)``.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use ztp::semantics::language::Language;
use ztp::semantics::re2::{Reason, parse};

#[derive(Deserialize)]
struct Measured {
    strings: BTreeSet<String>,
    matches: BTreeMap<String, BTreeSet<String>>,
}

#[test]
fn expressions_match_what_re2_matches() {
    let measured: Measured = serde_json::from_str(include_str!("re2_matches.json")).expect("the table can be read");
    let mut wrong = Vec::new();
    for (expression, strings) in &measured.matches {
        let tree = parse(expression).unwrap_or_else(|refused| panic!("{expression}: {refused:?}"));
        let language = Language::new(&tree.to_hir()).expect("it is small");
        let matched: BTreeSet<_> =
            measured.strings.iter().filter(|string| language.contains(string.as_bytes())).cloned().collect();
        if matched != *strings {
            wrong.push((expression, matched, strings));
        }
    }
    assert!(wrong.is_empty(), "expression, matched here, matched by RE2: {wrong:#?}");
}

#[derive(Deserialize)]
struct Sizes {
    ours: BTreeMap<String, u32>,
    any: BTreeMap<String, u32>,
}

#[test]
fn sizes_are_never_below_those_of_re2() {
    let sizes: Sizes = serde_json::from_str(include_str!("re2_sizes.json")).expect("the table can be read");
    let size = |expression: &String| parse(expression).expect(expression).program_size();
    for (expression, measured) in &sizes.ours {
        assert_eq!(size(expression), *measured, "{expression}");
    }
    for (expression, measured) in &sizes.any {
        assert!(size(expression) >= *measured, "{expression}: {} here, {measured} in RE2", size(expression));
    }
}

/// Expression, refused part, reason. Both engines take some of them; the reasons say why this reader does not.
const REFUSED: &[(&str, &str, Reason)] = &[
    ("(", "(", Reason::UnclosedGroup),
    ("(a|b", "(a|b", Reason::UnclosedGroup),
    ("(?", "(?", Reason::UnclosedGroup),
    ("a)b", ")b", Reason::UnopenedGroup),
    ("x[a", "[a", Reason::UnclosedClass),
    ("[]", "[]", Reason::UnclosedClass),
    ("[a-", "[a-", Reason::UnclosedClass),
    ("a\\", "\\", Reason::UnfinishedEscape),
    ("\\q", "\\q", Reason::UnknownEscape),
    ("\\Z", "\\Z", Reason::UnknownEscape),
    ("\\é", "\\é", Reason::UnknownEscape),
    ("[\\b]", "\\b", Reason::UnknownEscape),
    ("[\\Qa\\E]", "\\Q", Reason::UnknownEscape),
    ("a\\pN", "\\p", Reason::UnicodeClass),
    ("\\C", "\\C", Reason::AnyByte),
    ("(a)\\1", "\\1", Reason::Digits),
    ("\\012", "\\0", Reason::Digits),
    ("\\x{110000}", "\\x{110000}", Reason::NoCharacter),
    ("\\x{d800}", "\\x{d800}", Reason::NoCharacter),
    ("\\x{}", "\\x{}", Reason::NoCharacter),
    ("\\x1", "\\x", Reason::NoCharacter),
    ("\\x1é", "\\x", Reason::NoCharacter),
    ("\\x{+41}", "\\x{+41}", Reason::NoCharacter),
    ("(?=a)", "(?=", Reason::LookAround),
    ("(?!a)", "(?!", Reason::LookAround),
    ("(?<=a)", "(?<=", Reason::LookAround),
    ("(?<!a)", "(?<!", Reason::LookAround),
    ("(?<n>a)", "(?<", Reason::NamedGroup),
    ("(?P<n>a)", "(?P", Reason::NamedGroup),
    ("(?x)a", "(?x", Reason::UnknownFlag),
    ("(?i-)a", "(?i-)", Reason::UnknownFlag),
    ("(?--i)a", "(?--", Reason::UnknownFlag),
    ("(?)", "(?)", Reason::UnknownFlag),
    ("*a", "*", Reason::NothingToRepeat),
    ("a|+", "+", Reason::NothingToRepeat),
    ("(?i)*", "*", Reason::NothingToRepeat),
    ("{2}", "{2}", Reason::NothingToRepeat),
    ("\\Qa\\E*", "*", Reason::NothingToRepeat),
    ("a**", "**", Reason::RepeatedRepetition),
    ("a???", "???", Reason::RepeatedRepetition),
    ("a{2}{3}", "{2}{3}", Reason::RepeatedRepetition),
    ("a{", "{", Reason::LoneBrace),
    ("/{id}", "{", Reason::LoneBrace),
    ("a{,3}", "{", Reason::LoneBrace),
    ("a{01}", "{", Reason::LoneBrace),
    ("a{+1}", "{", Reason::LoneBrace),
    ("a{3,2}", "{3,2}", Reason::BackwardCount),
    ("a{1001}", "{1001}", Reason::LargeCount),
    ("a{99999999999999999999}", "{99999999999999999999}", Reason::LargeCount),
    ("(?:a{100}){11}", "(?:a{100}){11}", Reason::LargeCount),
    ("(?:a{2,}){501}", "(?:a{2,}){501}", Reason::LargeCount),
    ("[z-a]", "z-a", Reason::BackwardRange),
    ("[a--b]", "a--", Reason::BackwardRange),
    ("[a-\\d]", "a-\\d", Reason::ClassInRange),
    ("[\\d-z]", "\\d", Reason::ClassInRange),
    ("[[:greek:]]", "[:greek:]", Reason::UnknownPosixClass),
    ("a[^\\x00-\\x{10ffff}]", "[^\\x00-\\x{10ffff}]", Reason::EmptyClass),
    ("(?i)é", "é", Reason::FoldBeyondAscii),
    ("(?i)[à-é]", "à-é", Reason::FoldBeyondAscii),
];

#[test]
fn what_is_refused_is_refused_with_its_place() {
    for (expression, part, reason) in REFUSED {
        let refused = parse(expression).expect_err(expression);
        assert_eq!((refused.part.as_str(), refused.reason), (*part, *reason), "{expression}");
        assert!(expression.split_at(refused.at).1.starts_with(part), "{expression}: {refused:?}");
    }
}

#[test]
fn nesting_and_length_do_no_harm() {
    let nested = |depth: usize| format!("{}a{}", "(?:".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(100)).is_ok());
    assert_eq!(parse(&nested(100_000)).expect_err("it is too deep").reason, Reason::TooDeep);
    assert!(parse(&"a|".repeat(100_000)).is_ok());
    let repeated = |count: &str| format!("{}a{}", "(?:".repeat(90), format!("){count}").repeat(90));
    for expression in ["[^/]{1000}".repeat(50), repeated("+"), repeated("*"), repeated("{0,1}"), "[à-é]".repeat(9999)]
    {
        assert_eq!(parse(&expression).expect(&expression).program_size(), 10_000);
    }
    assert!(Language::new(&parse("(?:[^/]{1000}){1}(?:.{999}é)").expect("it is read").to_hir()).is_err());
}
