//! Names of up to four labels of up to two of three characters.

use proptest::prelude::*;
use std::sync::LazyLock;
use ztp::policy::DnsPattern;
use ztp::semantics::{Answer, names};

static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let labels = ["a", "b", "c", "aa", "ab", "ba", "bb", "ac"].map(String::from).to_vec();
    let longer = |names: &[String]| -> Vec<String> {
        names.iter().flat_map(|name| labels.iter().map(move |label| format!("{label}.{name}"))).collect()
    };
    let two = longer(&labels);
    let three = longer(&two);
    let four = longer(&three);
    [labels.clone(), two, three, four].concat()
});

fn pattern() -> impl Strategy<Value = DnsPattern> {
    let label = prop_oneof!["[ab]{1,2}", "[ab]?\\*[ab]?", Just("*".to_owned()), Just("*a*".to_owned())];
    let labels = proptest::collection::vec(label, 1..4).prop_map(|labels| labels.join("."));
    (labels, 0..3)
        .prop_map(|(labels, kind)| DnsPattern::parse(&if kind == 0 { format!("**.{labels}") } else { labels }))
}

/// A naive matcher over characters: `*` is any run without a dot, `**.` at the front any run that ends in a dot.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some((b'*', rest)) => {
            fits(rest, name) || name.split_first().is_some_and(|(byte, name)| *byte != b'.' && fits(pattern, name))
        }
        Some((byte, rest)) => name.split_first().is_some_and(|(first, name)| first == byte && fits(rest, name)),
    }
}

fn naive(pattern: &DnsPattern, name: &str) -> bool {
    match pattern {
        DnsPattern::Any => true,
        DnsPattern::Exact(text) | DnsPattern::Glob(text) => fits(text.as_bytes(), name.as_bytes()),
        DnsPattern::Below(suffix) => {
            name.match_indices('.').any(|(at, _)| fits(suffix.as_bytes(), &name.as_bytes()[at + 1..]))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn patterns_are_sets(a in pattern(), b in pattern()) {
        for name in NAMES.iter() {
            prop_assert_eq!(names::matches(&a, name), naive(&a, name), "{}", name);
        }
        // The names are all that two such patterns can tell apart, up to the length of a witness.
        match names::includes(&a, &b) {
            Answer::Yes => prop_assert!(!NAMES.iter().any(|name| naive(&b, name) && !naive(&a, name))),
            Answer::No(name) => prop_assert!(naive(&b, &name) && !naive(&a, &name), "{name}"),
            Answer::Unknown(reason) => prop_assert!(false, "{reason}"),
        }
        match names::disjoint(&a, &b) {
            Answer::Yes => prop_assert!(!NAMES.iter().any(|name| naive(&a, name) && naive(&b, name))),
            Answer::No(name) => prop_assert!(naive(&a, &name) && naive(&b, &name), "{name}"),
            Answer::Unknown(reason) => prop_assert!(false, "{reason}"),
        }
    }

    #[test]
    fn unions_are_compared_exactly(outers in proptest::collection::vec(pattern(), 0..4), inner in pattern()) {
        let only_inner = |name: &str| naive(&inner, name) && !outers.iter().any(|outer| naive(outer, name));
        match names::includes_union(&outers, &inner) {
            Answer::Yes => prop_assert!(!NAMES.iter().any(|name| only_inner(name))),
            Answer::No(name) => {
                prop_assert!(only_inner(&name), "{name}");
                let shorter = NAMES.iter().find(|other| other.len() < name.len() && only_inner(other));
                prop_assert!(shorter.is_none(), "{name} is longer than {shorter:?}");
            }
            Answer::Unknown(reason) => prop_assert!(false, "{reason}"),
        }
    }
}

#[test]
fn depth_counts() {
    let pattern = DnsPattern::parse;
    assert_eq!(names::includes(&pattern("**.x.io"), &pattern("*.x.io")), Answer::Yes);
    assert_eq!(names::includes(&pattern("*.x.io"), &pattern("**.x.io")), Answer::No("a.a.x.io".into()));
    assert_eq!(names::includes(&pattern("**.x.io"), &pattern("x.io")), Answer::No("x.io".into()));
    assert_eq!(names::includes(&pattern("*"), &pattern("**.x.io")), Answer::Yes);
    assert_eq!(names::disjoint(&pattern("api-*.x.io"), &pattern("*-eu.x.io")), Answer::No("api-eu.x.io".into()));
    assert_eq!(names::disjoint(&pattern("a*.x.io"), &pattern("b*.x.io")), Answer::Yes);
}
