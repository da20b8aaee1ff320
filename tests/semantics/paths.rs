//! Paths of up to six of the characters `a`, `b` and `/`.

use proptest::prelude::*;
use smol_str::SmolStr;
use std::sync::LazyLock;
use ztp::policy::{PathPattern, Query, Request, Segment};
use ztp::semantics::{Answer, paths, requests};

static PATHS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut all = vec![String::new()];
    let mut longest = all.clone();
    for _ in 0..6 {
        longest = longest.iter().flat_map(|path| ["a", "b", "/"].map(|next| format!("{path}{next}"))).collect();
        all.extend(longest.clone());
    }
    all
});

fn segments() -> impl Strategy<Value = PathPattern> {
    let segment = prop_oneof![
        4 => "[ab]".prop_map(|text| Segment::Literal(text.into())),
        1 => Just(Segment::Literal("aa".into())),
        1 => Just(Segment::Literal("".into())),
        3 => Just(Segment::One),
    ];
    (proptest::collection::vec(segment, 0..4), any::<bool>())
        .prop_map(|(segments, rest)| PathPattern::Segments { rest: rest || segments.is_empty(), segments })
}

/// An expression that is printed for the algebra and matched naively by the test.
#[derive(Clone, Debug)]
enum Re {
    Text(String),
    NotSlash,
    Dot,
    Optional(Box<Re>),
    Star(Box<Re>),
    Twice(Box<Re>),
    Both(Box<Re>, Box<Re>),
    Either(Box<Re>, Box<Re>),
}

impl Re {
    fn print(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::NotSlash => "[^/]".into(),
            Self::Dot => ".".into(),
            Self::Optional(re) => format!("(?:{})?", re.print()),
            Self::Star(re) => format!("({})*", re.print()),
            Self::Twice(re) => format!("(?:{}){{2}}", re.print()),
            Self::Both(a, b) => format!("(?:{})(?:{})", a.print(), b.print()),
            Self::Either(a, b) => format!("{}|{}", a.print(), b.print()),
        }
    }

    /// Where a match that begins at the start of `text` can end.
    fn ends(&self, text: &str) -> Vec<usize> {
        let after = |re: &Self, from: usize| re.ends(text.split_at(from).1).into_iter().map(move |to| from + to);
        let mut ends = match self {
            Self::Text(own) => text.starts_with(own.as_str()).then_some(own.len()).into_iter().collect(),
            Self::NotSlash => (!text.is_empty() && !text.starts_with('/')).then_some(1).into_iter().collect(),
            Self::Dot => (!text.is_empty()).then_some(1).into_iter().collect(),
            Self::Optional(re) => [vec![0], re.ends(text)].concat(),
            Self::Star(re) => {
                let mut ends = vec![0];
                let mut next = 0;
                while let Some(from) = ends.get(next).copied() {
                    for to in after(re, from).collect::<Vec<_>>() {
                        if !ends.contains(&to) {
                            ends.push(to);
                        }
                    }
                    next += 1;
                }
                ends
            }
            Self::Twice(re) => re.ends(text).into_iter().flat_map(|from| after(re, from)).collect(),
            Self::Both(a, b) => a.ends(text).into_iter().flat_map(|from| after(b, from)).collect(),
            Self::Either(a, b) => [a.ends(text), b.ends(text)].concat(),
        };
        ends.sort_unstable();
        ends.dedup();
        ends
    }
}

fn expression() -> impl Strategy<Value = Re> {
    let leaf = prop_oneof![4 => "[ab/]{0,3}".prop_map(Re::Text), 1 => Just(Re::NotSlash), 1 => Just(Re::Dot)];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let inner = move || inner.clone().prop_map(Box::new);
        prop_oneof![
            inner().prop_map(Re::Optional),
            inner().prop_map(Re::Star),
            inner().prop_map(Re::Twice),
            (inner(), inner()).prop_map(|(a, b)| Re::Both(a, b)),
            (inner(), inner()).prop_map(|(a, b)| Re::Either(a, b)),
        ]
    })
}

/// A pattern and its naive matcher.
#[derive(Clone, Debug)]
enum Pattern {
    Segments(PathPattern),
    Matching(Re),
}

impl Pattern {
    fn pattern(&self) -> PathPattern {
        match self {
            Self::Segments(pattern) => pattern.clone(),
            Self::Matching(re) => PathPattern::Matching(re.print().into()),
        }
    }

    fn fits(&self, path: &str) -> bool {
        match self {
            Self::Matching(re) => re.ends(path).contains(&path.len()),
            Self::Segments(PathPattern::Segments { segments, rest }) => {
                if segments.is_empty() {
                    return *rest;
                }
                let Some(path) = path.strip_prefix('/') else { return false };
                let parts: Vec<_> = path.split('/').collect();
                let count_fits = if *rest { parts.len() > segments.len() } else { parts.len() == segments.len() };
                count_fits
                    && segments.iter().zip(parts).all(|(segment, part)| match segment {
                        Segment::Literal(text) => text == part,
                        Segment::One => !part.is_empty(),
                    })
            }
            Self::Segments(PathPattern::Matching(_)) => unreachable!("made of segments"),
        }
    }
}

fn pattern() -> impl Strategy<Value = Pattern> {
    prop_oneof![2 => segments().prop_map(Pattern::Segments), 1 => expression().prop_map(Pattern::Matching)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn patterns_are_sets(a in pattern(), b in pattern()) {
        let (first, second) = (a.pattern(), b.pattern());
        for path in ["", "/", "/a", "/a/", "/a/b", "/aa", "//", "ab", "/b/a/a"] {
            prop_assert_eq!(paths::matches(&first, path).is_yes(), a.fits(path), "{}", path);
        }
        match paths::includes(&first, &second) {
            Answer::Yes => prop_assert!(!PATHS.iter().any(|path| b.fits(path) && !a.fits(path))),
            Answer::No(path) => {
                prop_assert!(b.fits(&path) && !a.fits(&path), "{path}");
                // A path with a slash in front may be preferred to the empty one.
                let as_good = |other: &String| other.starts_with('/') || !path.starts_with('/');
                let shorter =
                    |other: &&String| other.len() < path.len() && as_good(other) && b.fits(other) && !a.fits(other);
                prop_assert!(PATHS.iter().find(shorter).is_none(), "{path} is not the shortest");
            }
            Answer::Unknown(reason) => prop_assert!(false, "{reason}"),
        }
        let in_both = |path: &str| a.fits(path) && b.fits(path);
        match paths::intersection(&first, &second) {
            Some(both) => {
                let both = if both == first {
                    a.clone()
                } else if both == second {
                    b.clone()
                } else {
                    Pattern::Segments(both)
                };
                for path in PATHS.iter() {
                    prop_assert_eq!(both.fits(path), in_both(path), "{}", path);
                }
            }
            None if matches!((&a, &b), (Pattern::Segments(_), Pattern::Segments(_))) => {
                prop_assert!(!PATHS.iter().any(|path| in_both(path)));
            }
            None => {}
        }
        match paths::disjoint(&first, &second) {
            Answer::Yes => prop_assert!(!PATHS.iter().any(|path| a.fits(path) && b.fits(path))),
            Answer::No(path) => prop_assert!(a.fits(&path) && b.fits(&path), "{path}"),
            Answer::Unknown(reason) => prop_assert!(false, "{reason}"),
        }
    }

    #[test]
    fn unions_are_compared_exactly(outers in proptest::collection::vec(pattern(), 0..4), inner in pattern()) {
        let only_inner = |path: &str| inner.fits(path) && !outers.iter().any(|outer| outer.fits(path));
        let patterns: Vec<_> = outers.iter().map(Pattern::pattern).collect();
        match includes_union(&patterns, &inner.pattern()) {
            Answer::Yes => prop_assert!(!PATHS.iter().any(|path| only_inner(path))),
            Answer::No(path) => prop_assert!(only_inner(&path), "{path}"),
            Answer::Unknown(reason) => prop_assert!(false, "{reason}"),
        }
    }
}

/// Whether every path that fits `inner` fits one of `outers`, asked as consent asks it: by requests that differ in
/// nothing else.
fn includes_union(outers: &[PathPattern], inner: &PathPattern) -> Answer<SmolStr> {
    let request = |path: &PathPattern| Request {
        methods: Vec::new(),
        path: path.clone(),
        query: Query::Any,
        host: None,
        headers: Vec::new(),
    };
    let outers: Vec<_> = outers.iter().map(request).collect();
    requests::includes_union(&outers, &request(inner)).map(|request| request.path)
}

fn empty(pattern: &PathPattern) -> Answer<SmolStr> {
    paths::disjoint(pattern, pattern)
}

fn matching(text: &str) -> PathPattern {
    PathPattern::Matching(text.into())
}

#[test]
fn the_seeds_expression_admits_more_than_it_seems() {
    let meant: Vec<_> = ["balance", "transactions"].map(|last| written(&format!("/api/v1/{last}"))).to_vec();
    let written = matching("/api/v1/(balance|transactions).*");
    assert_eq!(includes_union(&meant, &written), Answer::No("/api/v1/balance/".into()));
    assert_eq!(includes_union(&meant, &matching("/api/v1/(balance|transactions)")), Answer::Yes);
}

/// `/a/*/**` as the language writes it.
fn written(text: &str) -> PathPattern {
    let (text, rest) = text.strip_suffix("/**").map_or((text, false), |text| (text, true));
    let segment = |part: &str| if part == "*" { Segment::One } else { Segment::Literal(part.into()) };
    PathPattern::Segments { segments: text.split('/').skip(1).map(segment).collect(), rest }
}

#[test]
fn trees_and_segments() {
    let cases = [
        // outer, inner, the shortest path that is in the inner one only
        ("/a/**", "/a/b", None),
        ("/a/**", "/a/", None),
        ("/a/**", "/a", Some("/a")),
        ("/a/**", "/a/b/**", None),
        ("/a/**", "/a/**", None),
        ("/a/b/**", "/a/**", Some("/a/")),
        ("/a/*", "/a/**", Some("/a/")),
        ("/a/*", "/a/b", None),
        ("/a/*", "/a/", Some("/a/")),
        ("/a/b", "/a/*", Some("/a/a")),
        ("/a/a", "/a/*", Some("/a/b")),
        ("/**", "/a/*/**", None),
        ("/**", "/**", None),
        ("/a/**", "/**", Some("/")),
        ("/*/**", "/a", Some("/a")),
        ("/*/**", "/a/b", None),
        ("/*/**", "//b", Some("//b")),
    ];
    for (outer, inner, expected) in cases {
        let answer = paths::includes(&written(outer), &written(inner));
        let expected = expected.map_or(Answer::Yes, |path| Answer::No(path.into()));
        assert_eq!(answer, expected, "{inner} in {outer}");
    }
}

#[test]
fn a_rest_is_longer_than_all_that_is_taken_from_it() {
    let taken = ["/a/*", "/a/", "/b/**"].map(written);
    assert_eq!(includes_union(&taken, &written("/a/**")), Answer::No("/a//".into()));
    let taken = ["/a/*/**", "/a//**", "/a/*", "/a/"].map(written);
    assert_eq!(includes_union(&taken, &written("/a/**")), Answer::Yes);
    // More segments than cases are tried for: automata decide.
    let long = written("/a/*/*/*/*/*/*/*/*/*/*");
    assert_eq!(paths::includes(&long, &written("/a/**")), Answer::No("/a/".into()));
    assert_eq!(paths::includes(&written("/a/**"), &long), Answer::Yes);
}

#[test]
fn a_dot_is_every_character_that_a_path_can_have() {
    let below = written("/api/**");
    assert_eq!(paths::includes(&matching("/api/.*"), &below), Answer::Yes);
    assert_eq!(paths::includes(&below, &matching("/api/.*")), Answer::Yes);
    assert_eq!(empty(&matching("a^b")), Answer::Yes);
    assert_eq!(empty(&matching(r"\?")), Answer::Yes);
}

#[test]
fn what_cannot_be_decided_is_unknown() {
    // Which of the last 40 letters was an `a` takes 2^40 states.
    let wide = matching("[ab]*a[ab]{40}");
    assert!(matches!(paths::includes(&wide, &matching("[ab]*")), Answer::Unknown(_)));
    assert!(matches!(paths::disjoint(&wide, &wide), Answer::Unknown(_)));
    assert!(matches!(paths::includes(&matching("(?=a)"), &matching("a")), Answer::Unknown(_)));
    assert!(paths::includes(&wide, &wide).is_yes(), "the same text needs no automaton");
}
