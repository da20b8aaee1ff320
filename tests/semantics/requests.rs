//! Two methods and others, two hosts and others, with and without a query, one header with two values, others and none,
//! and a handful of paths.

use proptest::prelude::*;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use ztp::policy::{Header, PathPattern, Query, Request, Segment};
use ztp::semantics::Answer;
use ztp::semantics::requests::{self, RequestWitness};

/// Patterns and what a path is asked to be.
type Pattern = (PathPattern, fn(&str) -> bool);

fn patterns() -> Vec<Pattern> {
    let segments = |texts: &[&str], rest: bool| {
        let segments = texts.iter().map(|text| Segment::Literal((*text).into())).collect();
        PathPattern::Segments { segments, rest }
    };
    let matching = |text: &str| PathPattern::Matching(text.into());
    vec![
        (segments(&[], true), |_| true),
        (segments(&["a"], false), |path| path == "/a"),
        (segments(&["a"], true), |path| path.starts_with("/a/")),
        (PathPattern::Segments { segments: vec![Segment::One], rest: false }, |path| {
            path.strip_prefix('/').is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
        }),
        (matching("/[ab]"), |path| path == "/a" || path == "/b"),
        (matching("/(a|b)(/.*)?"), |path| {
            ["/a", "/b"].iter().any(|base| path == *base || path.starts_with(&format!("{base}/")))
        }),
        (matching("[^/].*"), |path| !path.is_empty() && !path.starts_with('/')),
    ]
}

fn all_requests() -> Vec<RequestWitness> {
    let mut all = Vec::new();
    for method in ["GET", "POST", "PUT"] {
        for path in ["", "x", "/", "/a", "/b", "/c", "/a/", "/a/a", "/b/", "/c/"] {
            for query in [false, true] {
                for host in [None, Some("h"), Some("i")] {
                    for header in [None, Some("v"), Some("w"), Some("z")] {
                        all.push(RequestWitness {
                            method: method.into(),
                            path: path.into(),
                            query,
                            host: host.map(SmolStr::from),
                            headers: header
                                .map(|value| (SmolStr::from("x-tenant"), value.into()))
                                .into_iter()
                                .collect(),
                        });
                    }
                }
            }
        }
    }
    all
}

fn request() -> impl Strategy<Value = (Request, fn(&str) -> bool)> {
    let methods = proptest::sample::subsequence(vec!["GET", "POST"], 0..=2);
    let host = proptest::option::of(prop_oneof![Just("h"), Just("i")]);
    let value = prop_oneof![Just(None), Just(Some("v")), Just(Some("w"))];
    let name = prop_oneof![Just("X-Tenant"), Just("x-tenant")];
    let headers = proptest::collection::vec((name, value), 0..3);
    (methods, proptest::sample::select(patterns()), any::<bool>(), host, headers).prop_map(
        |(methods, (path, fits_path), query, host, headers)| {
            let header =
                |(name, value): (&str, Option<&str>)| Header { name: name.into(), value: value.map(SmolStr::from) };
            let request = Request {
                methods: methods.into_iter().map(SmolStr::from).collect(),
                path,
                query: if query { Query::Any } else { Query::None },
                host: host.map(SmolStr::from),
                headers: headers.into_iter().map(header).collect(),
            };
            (request, fits_path)
        },
    )
}

fn fits((pattern, fits_path): &(Request, fn(&str) -> bool), request: &RequestWitness) -> bool {
    let headers: BTreeMap<String, &SmolStr> =
        request.headers.iter().map(|(name, value)| (name.to_lowercase(), value)).collect();
    (pattern.methods.is_empty() || pattern.methods.contains(&request.method))
        && fits_path(&request.path)
        && (pattern.query == Query::Any || !request.query)
        && pattern.host.as_ref().is_none_or(|host| Some(host) == request.host.as_ref())
        && pattern.headers.iter().all(|header| {
            headers
                .get(&header.name.to_lowercase())
                .is_some_and(|value| header.value.as_ref().is_none_or(|wanted| wanted == *value))
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(384))]

    #[test]
    fn unions_are_compared_exactly(outers in proptest::collection::vec(request(), 0..5), inner in request()) {
        let only_inner = |request: &RequestWitness| {
            fits(&inner, request) && !outers.iter().any(|outer| fits(outer, request))
        };
        let patterns: Vec<_> = outers.iter().map(|(pattern, _)| pattern.clone()).collect();
        match requests::includes_union(&patterns, &inner.0) {
            Answer::Yes => prop_assert!(!all_requests().iter().any(only_inner)),
            Answer::No(request) => prop_assert!(only_inner(&request), "{request}"),
            Answer::Unknown(reason) => prop_assert!(false, "{reason}"),
        }
    }

    #[test]
    fn patterns_are_sets(a in request(), b in request()) {
        match requests::disjoint(&a.0, &b.0) {
            Answer::Yes => prop_assert!(!all_requests().iter().any(|one| fits(&a, one) && fits(&b, one))),
            Answer::No(request) => prop_assert!(fits(&a, &request) && fits(&b, &request), "{request}"),
            Answer::Unknown(reason) => prop_assert!(false, "{reason}"),
        }
        if let Answer::No(request) = requests::includes(&a.0, &b.0) {
            prop_assert!(fits(&b, &request) && !fits(&a, &request), "{request}");
        } else {
            prop_assert!(!all_requests().iter().any(|one| fits(&b, one) && !fits(&a, one)));
        }
    }
}

fn get(path: &str) -> Request {
    let segments = path.split('/').skip(1).map(|part| Segment::Literal(part.into())).collect();
    Request {
        methods: vec!["GET".into()],
        path: PathPattern::Segments { segments, rest: false },
        query: Query::Any,
        host: None,
        headers: Vec::new(),
    }
}

#[test]
fn consent_may_come_in_parts() {
    let any_method = Request { methods: Vec::new(), ..get("/a") };
    let post = Request { methods: vec!["POST".into()], ..get("/a") };
    let both = Request { methods: vec!["GET".into(), "POST".into()], ..get("/a") };
    assert!(requests::includes_union(&[get("/a"), post.clone()], &both).is_yes());
    assert!(requests::includes(&any_method, &both).is_yes());
    let Answer::No(request) = requests::includes_union(&[get("/a"), post], &any_method) else {
        panic!("other methods are left")
    };
    assert!(request.method != "GET" && request.method != "POST", "{request}");
    let bare = Request { query: Query::None, ..get("/a") };
    let Answer::No(request) = requests::includes(&bare, &get("/a")) else { panic!("queries are left") };
    assert_eq!(request.to_string(), "GET /a?q");
}
