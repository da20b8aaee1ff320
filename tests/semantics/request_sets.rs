//! Targets of up to five of four characters, four methods, six authorities, one header with two values, another and none.

use proptest::prelude::*;
use regex::Regex;
use smol_str::SmolStr;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use ztp::policy::{LabelSelector, Op, PathPattern, Query, Requirement, Segment};
use ztp::semantics::Answer;
use ztp::semantics::connections::request_set::find;
use ztp::semantics::connections::{Authority, Connection, Connections, Methods, RequestLine, RequestSet, Target};
use ztp::semantics::{connections, ports};

static TARGETS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut all = vec![String::new()];
    let mut longest = all.clone();
    for _ in 0..5 {
        longest = longest.iter().flat_map(|text| ["a", "b", "/", "?"].map(|next| format!("{text}{next}"))).collect();
        all.extend(longest.clone());
    }
    all
});

const METHODS: [&str; 4] = ["GET", "POST", "HEAD", "X"];
const AUTHORITIES: [Option<&str>; 6] = [None, Some("h"), Some("h:1"), Some("i"), Some("i:80"), Some("other")];
const HEADERS: [Option<&str>; 4] = [None, Some("v"), Some("w"), Some("z")];

/// Whether the whole text matches; the expressions below mean the same to all engines.
fn full(expression: &str, text: &str) -> bool {
    thread_local!(static KNOWN: RefCell<BTreeMap<String, Regex>> = const { RefCell::new(BTreeMap::new()) });
    KNOWN.with_borrow_mut(|known| {
        let new = || Regex::new(&format!("^(?:{expression})$")).expect("an expression");
        known.entry(expression.to_owned()).or_insert_with(new).is_match(text)
    })
}

fn path_fits(pattern: &PathPattern, path: &str) -> bool {
    match pattern {
        PathPattern::Matching(expression) => full(expression, path),
        PathPattern::Segments { segments, rest } if segments.is_empty() => *rest || path.is_empty(),
        PathPattern::Segments { segments, rest } => {
            let Some(path) = path.strip_prefix('/') else { return false };
            let parts: Vec<_> = path.split('/').collect();
            (if *rest { parts.len() > segments.len() } else { parts.len() == segments.len() })
                && segments.iter().zip(parts).all(|(segment, part)| match segment {
                    Segment::Literal(text) => text == part,
                    Segment::One => !part.is_empty(),
                })
        }
    }
}

fn target_fits(target: &Target, text: &str) -> bool {
    match target {
        Target::Matching(expression) => full(expression, text),
        Target::Path { path, query } => match text.split_once('?') {
            Some((before, _)) => *query == Query::Any && path_fits(path, before),
            None => path_fits(path, text),
        },
    }
}

fn method_fits(methods: &Methods, method: &str) -> bool {
    match methods {
        Methods::Any => true,
        Methods::In(methods) => methods.contains(method),
        Methods::Matching(expression) => full(expression, method),
    }
}

fn authority_fits(wanted: &Authority, authority: Option<&str>) -> bool {
    match (wanted, authority) {
        (Authority::Any, _) => true,
        (_, None) => false,
        (Authority::Host(host), Some(text)) => full(&format!("{}(:[0-9]+)?", regex::escape(host)), text),
        (Authority::Matching(expression), Some(text)) => full(expression, text),
    }
}

fn headers_fit(selector: &LabelSelector, headers: &BTreeMap<SmolStr, SmolStr>) -> bool {
    selector.0.iter().all(|Requirement { key, op }| match (op, headers.get(key)) {
        (Op::In(values), value) => value.is_some_and(|value| values.contains(value)),
        (Op::NotIn(values), value) => !value.is_some_and(|value| values.contains(value)),
        (Op::Exists, value) => value.is_some(),
        (Op::DoesNotExist, value) => value.is_none(),
    })
}

fn fits(set: &RequestSet, line: &RequestLine) -> bool {
    method_fits(&set.methods, &line.method)
        && target_fits(&set.target, &line.target)
        && authority_fits(&set.authority, line.authority.as_deref())
        && headers_fit(&set.headers, &line.headers)
}

fn headers(value: Option<&str>) -> BTreeMap<SmolStr, SmolStr> {
    value.map(|value| ("x-tenant".into(), value.into())).into_iter().collect()
}

/// Whether some request of the universe is in all of `within` and none of `without`: part by part, what the sets do not
/// tell apart is looked at once.
fn some(within: &[&RequestSet], without: &[&RequestSet]) -> Option<String> {
    let all: Vec<&RequestSet> = within.iter().chain(without).copied().collect();
    let classes = |fits: &dyn Fn(&RequestSet, usize) -> bool, count: usize| -> BTreeMap<Vec<bool>, usize> {
        (0..count).map(|one| (all.iter().map(|set| fits(set, one)).collect(), one)).collect()
    };
    let methods = classes(&|set, one| method_fits(&set.methods, METHODS[one]), METHODS.len());
    let targets = classes(&|set, one| target_fits(&set.target, &TARGETS[one]), TARGETS.len());
    let authorities = classes(&|set, one| authority_fits(&set.authority, AUTHORITIES[one]), AUTHORITIES.len());
    let header_values = classes(&|set, one| headers_fit(&set.headers, &headers(HEADERS[one])), HEADERS.len());
    for (a, method) in &methods {
        for (b, target) in &targets {
            for (c, authority) in &authorities {
                for (d, header) in &header_values {
                    let inside: Vec<bool> = (0..all.len()).map(|set| a[set] && b[set] && c[set] && d[set]).collect();
                    let (within, without) = inside.split_at(within.len());
                    if within.iter().all(|inside| *inside) && !without.contains(&true) {
                        let (method, target) = (METHODS[*method], &TARGETS[*target]);
                        let (authority, header) = (AUTHORITIES[*authority], HEADERS[*header]);
                        return Some(format!("{method} {target} {authority:?} {header:?}"));
                    }
                }
            }
        }
    }
    None
}

fn path() -> impl Strategy<Value = PathPattern> {
    let segment = prop_oneof![
        4 => "[ab]".prop_map(|text| Segment::Literal(text.into())),
        1 => Just(Segment::Literal("".into())),
        2 => Just(Segment::One),
    ];
    let matching = ["/[ab]", ".", "/a.*", "/a$", "(/a)*", "a|/b/?", "[^/].*", "/.?b"]
        .map(|text| PathPattern::Matching(text.into()));
    prop_oneof![
        4 => (proptest::collection::vec(segment, 1..3), any::<bool>())
            .prop_map(|(segments, rest)| PathPattern::Segments { segments, rest }),
        1 => Just(PathPattern::Segments { segments: Vec::new(), rest: true }),
        1 => proptest::sample::select(matching.to_vec()),
    ]
}

const EXPRESSIONS: [&str; 24] = [
    "/a",
    r"/a(\?.*)?",
    "/[^/?]+",
    r"/[^/?]+/b(?:\?.*)?",
    r"/a/[^?]*(\?.*)?",
    "/a/[^?]*",
    "/a/.*",
    ".*",
    "[^?]*",
    r"[^?]*(\?.*)?",
    "/[^?]*",
    "/.*",
    "/a.*",
    "/(a|b)",
    r"/(a|b)(\?.*)?",
    "^/a$",
    r"/a\?b",
    r"(/a|\?)*",
    "/a?b",
    "/[^/]+",
    r".*\?.*",
    "/[ab]+/?",
    "(a*/)+",
    "/a/[^/?]*",
];

fn target() -> impl Strategy<Value = Target> {
    let query = prop_oneof![Just(Query::Any), Just(Query::None)];
    prop_oneof![
        3 => (path(), query).prop_map(|(path, query)| Target::Path { path, query }),
        2 => proptest::sample::select(&EXPRESSIONS).prop_map(|text| Target::Matching(text.into())),
    ]
}

fn methods() -> impl Strategy<Value = Methods> {
    let matching = ["GET", "GET|POST", "(GET|HEAD)", ".*", ".+", "[A-Z]+", "P.*", "", "G E T", "H?EAD", "[^G].*"];
    prop_oneof![
        3 => Just(Methods::Any),
        3 => proptest::sample::subsequence(vec!["GET", "POST", "HEAD"], 0..=3)
            .prop_map(|methods| Methods::In(methods.into_iter().map(SmolStr::from).collect())),
        2 => proptest::sample::select(matching.to_vec()).prop_map(|text| Methods::Matching(text.into())),
    ]
}

fn authority() -> impl Strategy<Value = Authority> {
    let matching = [
        "h",
        "h(:[0-9]+)?",
        "(h|i)(:[0-9]+)?",
        ".*",
        ".+",
        "h.*",
        "[hi]:80",
        ".*:[0-9]+",
        "i(:80)?",
        "[^h].*",
        "(?:h|i)(?::[0-9]+)?$",
    ];
    prop_oneof![
        4 => Just(Authority::Any),
        2 => proptest::sample::select(vec!["h", "i", "h:1"]).prop_map(|host| Authority::Host(host.into())),
        2 => proptest::sample::select(matching.to_vec()).prop_map(|text| Authority::Matching(text.into())),
    ]
}

fn header() -> impl Strategy<Value = Requirement> {
    let op = prop_oneof![
        proptest::sample::subsequence(vec!["v", "w"], 1..=2)
            .prop_map(|values| Op::In(values.into_iter().map(SmolStr::from).collect())),
        proptest::sample::subsequence(vec!["v", "w"], 1..=2)
            .prop_map(|values| Op::NotIn(values.into_iter().map(SmolStr::from).collect())),
        Just(Op::Exists),
        Just(Op::DoesNotExist),
    ];
    op.prop_map(|op| Requirement { key: "x-tenant".into(), op })
}

pub fn set() -> impl Strategy<Value = RequestSet> {
    let headers = prop_oneof![3 => Just(Vec::new()), 2 => proptest::collection::vec(header(), 1..=2)];
    (methods(), target(), authority(), headers).prop_map(|(methods, target, authority, headers)| RequestSet {
        methods,
        target,
        authority,
        headers: LabelSelector::new(headers),
    })
}

fn contained(set: &RequestSet, line: &RequestLine) -> bool {
    let connections = Connections::Requests { ports: ports::all(), requests: vec![set.clone()] };
    connections::contains(&connections, &Connection::Request(line.clone(), 80)).is_yes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn request_sets_are_compared_exactly(
        within in proptest::collection::vec(set(), 1..3),
        without in proptest::collection::vec(set(), 0..4),
    ) {
        let (within, without): (Vec<_>, Vec<_>) = (within.iter().collect(), without.iter().collect());
        match find(&within, &without) {
            Answer::Yes => prop_assert_eq!(some(&within, &without), None),
            Answer::No(line) => {
                for set in &within {
                    prop_assert!(fits(set, &line) && contained(set, &line), "{line} is not in {set}");
                }
                for set in &without {
                    prop_assert!(!fits(set, &line) && !contained(set, &line), "{line} is in {set}");
                }
            }
            Answer::Unknown(reason) => prop_assert!(false, "{reason}"),
        }
    }

    #[test]
    fn no_witness_says_more_than_it_must(within in proptest::collection::vec(set(), 1..3)) {
        let within: Vec<&RequestSet> = within.iter().collect();
        let Answer::No(line) = find(&within, &[]) else { return Ok(()) };
        let all = |fits: &dyn Fn(&RequestSet) -> bool| within.iter().all(|set| fits(set));
        prop_assert_eq!(line.headers.is_empty(), all(&|set| headers_fit(&set.headers, &headers(None))));
        prop_assert_eq!(line.authority.is_none(), all(&|set| authority_fits(&set.authority, None)));
        prop_assert_eq!(line.method == "GET", all(&|set| method_fits(&set.methods, "GET")));
        let fits = |target: &&String| all(&|set| target_fits(&set.target, target));
        let shorter = TARGETS.iter().filter(fits).find(|target| target.len() < line.target.len());
        prop_assert!(["/", "/?q"].contains(&line.target.as_str()) || shorter.is_none(), "{line} is longer than {shorter:?}");
    }

    #[test]
    fn requests_are_in_their_sets(
        set in set(),
        target in "[ab/?]{0,4}",
        method in proptest::sample::select(&METHODS),
        authority in proptest::sample::select(&AUTHORITIES),
        header in proptest::sample::select(&HEADERS),
    ) {
        let line = RequestLine {
            method: method.into(),
            target: target.into(),
            authority: authority.map(SmolStr::from),
            headers: headers(header),
        };
        prop_assert_eq!(contained(&set, &line), fits(&set, &line), "{} in {}", line, set);
    }
}

fn get(target: Target) -> RequestSet {
    RequestSet { methods: Methods::In(BTreeSet::from(["GET".into()])), target, ..RequestSet::all() }
}

fn matching(text: &str) -> Target {
    Target::Matching(text.into())
}

fn path_of(text: &str, query: Query) -> Target {
    let (text, rest) = text.strip_suffix("/**").map_or((text, false), |text| (text, true));
    let segment = |part: &str| if part == "*" { Segment::One } else { Segment::Literal(part.into()) };
    Target::Path {
        path: PathPattern::Segments { segments: text.split('/').skip(1).map(segment).collect(), rest },
        query,
    }
}

#[test]
fn expressions_and_patterns_that_say_the_same_are_equal() {
    for (expression, path, query) in [
        ("/a", "/a", Query::None),
        ("^/a$", "/a", Query::None),
        (r"/a\.b(\?.*)?", "/a.b", Query::Any),
        (r"/[^/?]+/b/[^?]*(\?.*)?", "/*/b/**", Query::Any),
        ("/a/.*", "/a/**", Query::Any),
        (".*", "/**", Query::Any),
        ("[^?]*", "/**", Query::None),
        ("(?:/(a)/)", "/a/", Query::None),
    ] {
        let (a, b) = (get(matching(expression)), get(path_of(path, query)));
        assert_eq!(find(&[&a], &[&b]), Answer::Yes, "{expression}");
        assert_eq!(find(&[&b], &[&a]), Answer::Yes, "{expression}");
    }
}

#[test]
fn witnesses_are_plain() {
    let witness = |within: &[&RequestSet], without: &[&RequestSet]| match find(within, without) {
        Answer::No(line) => line.to_string(),
        other => format!("{other:?}"),
    };
    let all = RequestSet::all();
    let get_a = get(path_of("/a", Query::Any));
    assert_eq!(witness(&[&all], &[]), "GET /");
    assert_eq!(witness(&[&all], &[&get_a]), "GET /");
    assert_eq!(witness(&[&get_a], &[&get(path_of("/a", Query::None))]), "GET /a?q");
    assert_eq!(witness(&[&get_a], &[&get(matching("/a"))]), "GET /a?");
    assert_eq!(witness(&[&get(matching("/a.*"))], &[&get_a]), "GET /a/");
    assert_eq!(witness(&[&all], &[&get(path_of("/**", Query::Any))]), "POST /");
    let host = |authority| RequestSet { authority, ..RequestSet::all() };
    let any_host = host(Authority::Matching(".*".into()));
    assert_eq!(witness(&[&any_host], &[&host(Authority::Host("h".into()))]), "GET / at host \"other.example\"");
    assert_eq!(
        witness(&[&host(Authority::Host("h".into()))], &[&host(Authority::Matching("h".into()))]),
        "GET / at host \"h:0\""
    );
    assert_eq!(witness(&[&all], &[&any_host]), "GET /", "a request need not say a host");
}

#[test]
fn an_unreadable_expression_is_unknown_only_where_it_matters() {
    let unreadable = get(matching("(?=a)"));
    let get_a = get(path_of("/a", Query::Any));
    let all = get(path_of("/**", Query::Any));
    assert!(matches!(find(&[&get_a], &[&unreadable]), Answer::Unknown(_)));
    assert!(matches!(find(&[&unreadable], &[&get_a]), Answer::Unknown(_)));
    assert_eq!(find(&[&get_a], &[&unreadable, &all]), Answer::Yes);
    assert_eq!(find(&[&unreadable], &[&all]), Answer::Yes);
    assert_eq!(find(&[&unreadable], &[&unreadable]), Answer::Yes);
    let Answer::No(line) = find(&[&RequestSet::all()], &[&unreadable]) else { panic!("other methods are left") };
    assert_eq!(line.to_string(), "POST /");
}

#[test]
fn a_hundred_hosts_and_methods_are_no_matter() {
    let one = |number: u32| RequestSet {
        methods: Methods::In(BTreeSet::from([SmolStr::from(METHODS[number as usize % 4])])),
        target: path_of(&format!("/a/{number}/*"), Query::Any),
        authority: Authority::Host(format!("h{}", number / 2).into()),
        ..RequestSet::all()
    };
    let sets: Vec<RequestSet> = (0..100).map(one).collect();
    let all = RequestSet::all();
    for set in &sets {
        let others: Vec<&RequestSet> = sets.iter().filter(|other| *other != set).collect();
        assert!(find(&[set], &others).is_no());
        assert!(find(&[set], &sets.iter().collect::<Vec<_>>()).is_yes());
    }
    assert!(find(&[&all], &sets.iter().collect::<Vec<_>>()).is_no());
}

#[test]
fn a_hard_question_is_given_up_and_never_guessed() {
    let mut sets = Vec::new();
    for number in 0..60_u32 {
        let tests = [(number, number < 30), (number * 7 + 3, number % 2 == 0), (number * 11 + 5, number % 3 == 0)];
        let header = |(key, there): (u32, bool)| Requirement {
            key: format!("x{}", key % 30).into(),
            op: if there { Op::Exists } else { Op::DoesNotExist },
        };
        sets.push(RequestSet {
            headers: LabelSelector::new(tests.map(header).to_vec()),
            ..get(path_of("/a", Query::Any))
        });
    }
    let others: Vec<&RequestSet> = sets.iter().collect();
    assert!(matches!(find(&[&get(path_of("/a", Query::Any))], &others), Answer::Unknown(_)));
}
