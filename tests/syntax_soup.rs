//! Whatever a file holds, reading it ends, gives places that are in the text, and what is read is spelt without change.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and reads its cases from files"
)]

use proptest::prelude::*;
use std::path::Path;
use std::time::Instant;
use ztp::source::FileId;
use ztp::syntax::ast::{ItemKind, Tree};
use ztp::syntax::format::sentence;
use ztp::syntax::{format, parse};

const FILE: FileId = FileId(0);

/// Pieces of the language, and some that are none.
const TOKENS: &[&str] = &[
    "may",
    "not",
    "only",
    "always",
    "reach",
    "use",
    "call",
    "resolve",
    "ping",
    "request",
    "GET",
    "POST",
    "on",
    "to",
    "in",
    "except",
    "with",
    "without",
    "query",
    "at",
    "host",
    "header",
    "X-A",
    "mutual",
    "auth",
    "tls",
    "name",
    "until",
    "2027-01-01",
    "because",
    "\"x\"",
    "\"a\\\"b\"",
    "no",
    "nothing",
    "but",
    "any",
    "every",
    "workload",
    "workloads",
    "namespace",
    "namespaces",
    "nodes",
    "platform",
    "cluster",
    "project",
    "external",
    "group",
    "enforce",
    "enforcing",
    "ingress",
    "egress",
    "for",
    "expose",
    "assert",
    "can",
    "cannot",
    "accept",
    "E0203",
    "as",
    "serviceaccount",
    "serves",
    "http",
    "8080",
    "owner",
    "labels",
    "enforcer",
    "cilium",
    "1.18",
    "dns",
    "pods",
    "apiserver",
    "by",
    "frontend",
    "backend",
    "a/b",
    "a/*",
    "a/{ x: y }",
    "{ x: y, !z, w in (a, b) }",
    "10.0.0.0/8",
    "[fd00::/8]",
    "api.example.com",
    "*.example.com",
    "world",
    "anything",
    "private",
    ":80",
    ":[80, 53/udp]",
    ":any/udp",
    "/",
    "/a/{id}/**",
    "\"/a b\"",
    "matching",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    ":",
    "=",
    "\n",
    "\r\n",
    " ",
    "  ",
    "\t",
    "# c",
    "## d",
    "\n\n",
    "\n# c\n",
    ",\n",
    "!",
    "\"",
    "\\",
    "*",
    "é",
    "\u{FEFF}",
    "\u{0}",
    "\r",
    "→",
    "\u{202E}",
];

fn soup() -> impl Strategy<Value = String> {
    let token = (prop::sample::select(TOKENS), any::<bool>());
    prop::collection::vec(token, 0..60).prop_map(|tokens| {
        let mut text = String::from("namespace shop\n");
        for (token, blank) in tokens {
            text.push_str(token);
            if blank {
                text.push(' ');
            }
        }
        text
    })
}

/// The good sources, with lines moved, dropped and repeated and pieces put in or taken out.
fn mutated() -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), 0..5u8, prop::sample::select(TOKENS));
    (prop::sample::select(sources()), prop::collection::vec(change, 0..6)).prop_map(|(source, changes)| {
        let mut text = source;
        for (at, how, token) in changes {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            if places.is_empty() {
                break;
            }
            let at = places[at.index(places.len())];
            let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
            match how {
                0 => text.insert_str(at, token),
                1 => text.replace_range(at..line_end, ""),
                2 => text.truncate(at),
                3 => {
                    let line = text[at..line_end].to_owned();
                    text.insert_str(at, &line);
                }
                _ => {
                    text.remove(at);
                }
            }
        }
        text
    })
}

/// Words and marks beside which newlines are free, and whether before or behind them.
const JOINTS: &[(&str, bool)] = &[
    (", ", false),
    (":[", false),
    ("(", false),
    ("{ ", false),
    (")", true),
    (" }", true),
    (" on ", true),
    (" except ", true),
    (" with ", true),
    (" without ", true),
    (" at ", true),
    (" until ", true),
    (" because ", true),
    (" to ", true),
];

/// What may stand where newlines are free.
const GAPS: &[&str] = &["", "", "", " ", "\n", "\n\n", " # c\n", "\n  # c\n", " ## c\n", " # c\n# d\n\t"];

/// The file with every construct, its sentences broken wherever they may be.
fn broken() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(GAPS), 1..40).prop_map(|gaps| {
        let source = include_str!("syntax/format/every-construct.ztp");
        let mut gaps = gaps.iter().cycle();
        let mut text = String::new();
        for line in source.lines().filter(|line| !line.trim_start().starts_with('#')) {
            let mut rest = line;
            while let Some((at, joint, before)) = next_joint(rest) {
                let gap = gaps.next().unwrap();
                text.push_str(&rest[..at]);
                if *before {
                    text.push_str(gap);
                    text.push_str(joint);
                } else {
                    text.push_str(joint);
                    text.push_str(gap);
                }
                rest = &rest[at + joint.len()..];
            }
            text.push_str(rest);
            text.push('\n');
        }
        text
    })
}

fn next_joint(text: &str) -> Option<(usize, &'static str, &'static bool)> {
    let text = text.split('"').next().unwrap_or_default();
    JOINTS.iter().filter_map(|(joint, before)| text.find(joint).map(|at| (at, *joint, before))).min()
}

fn sources() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/syntax/format");
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "ztp") {
            sources.push(std::fs::read_to_string(path).unwrap());
        }
    }
    sources.sort();
    assert!(sources.len() > 2, "no sources to change");
    sources
}

fn check(text: &str) {
    let parsed = parse(FILE, text);
    for problem in &parsed.problems {
        let labels = problem.primary.iter().chain(&problem.secondary).map(|label| label.span);
        let edits = problem.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        for span in labels.chain(edits) {
            let range = span.start as usize..span.end as usize;
            assert!(text.get(range).is_some(), "{span:?} of {problem:?} is not in {text:?}");
        }
    }
    for span in item_spans(&parsed.tree) {
        assert!(text.get(span).is_some(), "an item lies outside {text:?}");
    }
    match format(FILE, text) {
        Err(problems) => assert_eq!(problems, parsed.problems, "cannot spell {text:?}"),
        Ok(formatted) => {
            assert!(parsed.problems.is_empty());
            let again = parse(FILE, &formatted);
            assert_eq!(again.tree, parsed.tree, "{text:?} is spelt as {formatted:?}");
            assert_eq!(format(FILE, &formatted).as_ref(), Ok(&formatted), "the spelling of {text:?} is not stable");
            one_line(&parsed.tree);
        }
    }
}

fn item_spans(tree: &Tree) -> impl Iterator<Item = std::ops::Range<usize>> {
    tree.sections.iter().flat_map(|section| &section.items).map(|item| {
        let span = item.span.0;
        span.start as usize..span.end as usize
    })
}

/// The sentence on one line can be read as well, and says the same but for its reasons.
fn one_line(tree: &Tree) {
    for item in tree.sections.iter().flat_map(|section| &section.items) {
        let line = sentence(&item.kind);
        let header = if matches!(item.kind, ItemKind::NamespaceDecl(_)) { "platform" } else { "namespace x" };
        let parsed = parse(FILE, &format!("{header}\n{line}"));
        assert!(parsed.problems.is_empty(), "{line:?}: {:#?}", parsed.problems);
        assert_eq!(sentence(&parsed.tree.sections[0].items[0].kind), line);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn soup_is_read(text in soup()) {
        check(&text);
    }

    #[test]
    fn changed_sources_are_read(text in mutated()) {
        check(&text);
    }

    #[test]
    fn broken_lines_are_read(text in broken()) {
        let parsed = parse(FILE, &text);
        prop_assert!(parsed.problems.is_empty(), "{:#?}", parsed.problems);
        check(&text);
    }

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        check(&text);
    }
}

/// A long run of anything takes time in proportion to its length: ten times the text, not a hundred times the time.
#[test]
fn long_runs_take_linear_time() {
    let header = "namespace x\n";
    let runs: &[(&str, &str)] = &[
        ("a may reach ", "("),
        ("a may reach ", "{"),
        ("a may reach ", "["),
        ("a may reach ", "(a, "),
        ("a may reach ", "{a: ("),
        ("a may reach ", "b, "),
        ("a may reach b ", "with header a "),
        ("a may reach b", "\n"),
        ("a may reach b", " "),
        ("a may GET ", "/"),
        ("a may use b {", "x;"),
        ("", "a {\n"),
        ("", "a may use b {\n"),
        ("", "namespace x {\n"),
        ("", "cluster x {\n"),
        ("", "a,\n"),
        ("", "a may reach b,\n"),
        ("x y {\n", "a,\n"),
        ("", "a may reach b # x\n# y\n"),
        ("", "\""),
        ("", "\"\\"),
        ("", "(\n"),
        ("", "}"),
        ("", "}\n"),
        ("", "*"),
        ("q q ", ", \n \n"),
        ("q q ", " #"),
        ("q q ", "\n on "),
        ("q q {\n", " may "),
        ("", "a in "),
        ("", "every "),
        ("", "a;"),
        ("", ",\n{\n"),
        ("", "\u{FEFF}"),
        ("", "\u{1} a\n"),
        ("", "a may use b {\n}\n"),
    ];
    for (start, run) in runs {
        let time = |count: usize| {
            let text = format!("{header}{start}{}", run.repeat(count));
            let started = Instant::now();
            let parsed = parse(FILE, &text);
            assert!(format(FILE, &text).is_ok() || !parsed.problems.is_empty());
            started.elapsed().as_secs_f64()
        };
        let (short, long) = (time(300), time(3_000));
        assert!(long < 0.2 + short * 60.0, "{start:?} and many {run:?}: {short} s, then {long} s");
    }
}
