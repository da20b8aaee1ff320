//! The ways to show findings, with texts and places that nobody would write.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use proptest::prelude::*;
use ztp::diagnostic::render::{Format, render};
use ztp::diagnostic::{Code, Diagnostic};
use ztp::source::{FileId, Sources, Span};

fn shown(format: Format, sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut out = Vec::new();
    render(format, sources, diagnostics, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// As a terminal without colours shows it.
fn plain(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    anstream::adapter::strip_str(&shown(Format::Human, sources, diagnostics)).to_string()
}

fn one(path: &str, text: &str) -> Sources {
    let mut sources = Sources::new();
    sources.add(path, text);
    sources
}

fn span(start: usize, end: usize) -> Span {
    Span::new(FileId(0), start.try_into().unwrap(), end.try_into().unwrap())
}

#[test]
fn a_finding_has_its_line_its_reason_and_its_way_out() {
    let sources = one("shop.ztp", "namespace shop\nworkload backend\n\tbackned may reach world\n");
    let finding = Diagnostic::new(Code::E0203, span(33, 40), "`backned` is not declared")
        .label("unknown name")
        .also(span(15, 31), "a near one")
        .note("a selector for it would match no pod")
        .help("did you mean `backend`?");
    let expected = "\
error[E0203]: `backned` is not declared
  ┌─ shop.ztp:3:2
  │
2 │ workload backend
  │ ---------------- a near one
3 │     backned may reach world
  │     ^^^^^^^ unknown name
  │
  = a selector for it would match no pod
  = help: did you mean `backend`?

1 error
";
    assert_eq!(plain(&sources, &[finding]), expected);
}

#[test]
fn lines_that_are_far_apart_have_a_break_between_them() {
    let sources = one("a.ztp", "one\ntwo\nthree\nfour\nfive\n");
    let finding = |other| Diagnostic::new(Code::E0203, span(19, 23), "x").also(other, "");
    let far = plain(&sources, &[finding(span(0, 3))]);
    assert!(far.contains("1 │ one\n  │ ---\n  ·\n5 │ five\n  │ ^^^^\n"), "{far}");
    let near = plain(&sources, &[finding(span(8, 13))]);
    assert!(near.contains("3 │ three\n  │ -----\n4 │ four\n5 │ five\n  │ ^^^^\n"), "{near}");
}

#[test]
fn a_long_line_is_shown_around_its_place() {
    let text = format!("{}backned{}", "x ".repeat(50_000), " y".repeat(50_000));
    let shown = plain(&one("a.ztp", &text), &[Diagnostic::new(Code::E0203, span(100_000, 100_007), "m").label("here")]);
    assert!(shown.contains("a.ztp:1:100001\n"), "{shown}");
    assert!(shown.contains("1 │ …x x "), "{shown}");
    let line = shown.lines().position(|line| line.contains("backned")).unwrap();
    let lines: Vec<Vec<char>> = shown.lines().map(|line| line.chars().collect()).collect();
    let caret = lines[line + 1].iter().position(|c| *c == '^').unwrap();
    assert_eq!(lines[line][caret..caret + 7].iter().collect::<String>(), "backned");
    assert!(lines[line].len() < 200, "{shown}");
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let sources = one("a\u{1b}[2J.ztp", "work\u{1b}[31mload\u{202e}x\r\n");
    let text = "\u{1b}]0;title\u{7}\u{9b}31m";
    let finding = Diagnostic::new(Code::E0203, span(4, 9), text).label(text).note(text).help(text);
    let shown = plain(&sources, &[finding]);
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
    assert!(shown.contains("work␛[31mload\u{fffd}x\n"), "{shown}");
}

#[test]
fn a_github_annotation_is_one_line() {
    let sources = one("a,b:c%.ztp", "x\ny\n");
    let finding = Diagnostic::new(Code::E0203, span(0, 3), "50%\n::error::x").note("why").help("what");
    let expected = "::error file=a%2Cb%3Ac%25.ztp,line=1,endLine=2,title=E0203%3A unknown name::\
                    50%25%0A::error::x%0Awhy%0Ahelp: what\n";
    assert_eq!(shown(Format::Github, &sources, &[finding]), expected);
}

#[test]
fn a_long_name_does_not_flood_a_terminal() {
    let name = "x".repeat(1_000_000);
    let said = format!("`{name}` is unknown");
    let finding = Diagnostic::new(Code::E0203, span(0, name.len()), &*said).label(&*said).note(&*said).help(&*said);
    for format in [Format::Human, Format::Github] {
        let text = shown(format, &one("a.ztp", &name), std::slice::from_ref(&finding));
        assert!(text.len() < 2000, "{} bytes", text.len());
        assert!(text.contains("xxx…xxx"), "{text}");
        assert!(text.contains("xxx` is unknown"), "{text}");
    }
}

#[test]
fn people_are_shown_the_first_hundred_findings() {
    let sources = one("a.ztp", "x");
    for (count, last) in [(100, "100 errors"), (101, "… and 1 more\n101 errors"), (250, "… and 150 more\n250 errors")]
    {
        let findings: Vec<Diagnostic> =
            (0..count).map(|number| Diagnostic::new(Code::E0203, span(0, 1), format!("finding {number}"))).collect();
        let text = plain(&sources, &findings);
        assert_eq!(text.matches("error[E0203]: finding").count(), 100, "{text}");
        assert!(
            text.ends_with(&format!("error[E0203]: finding 99\n  ┌─ a.ztp:1:1\n  │\n1 │ x\n  │ ^\n\n{last}\n")),
            "{text}"
        );
        assert_eq!(shown(Format::Github, &sources, &findings).lines().count(), count);
    }
}

#[test]
fn without_findings_programs_still_get_a_document() {
    let sources = Sources::new();
    let empty = "{\"version\":1,\"summary\":{\"errors\":0,\"warnings\":0,\"hints\":0},\"diagnostics\":[]}\n";
    assert_eq!(shown(Format::Json, &sources, &[]), empty);
    assert!(shown(Format::Sarif, &sources, &[]).contains("\"results\":[]"));
    assert_eq!(shown(Format::Human, &sources, &[]), "");
    assert_eq!(shown(Format::Github, &sources, &[]), "");
}

#[test]
fn a_path_becomes_a_uri() {
    let sources = one("größe und/a#b?.ztp", "x");
    let text = shown(Format::Sarif, &sources, &[Diagnostic::new(Code::E0203, span(0, 1), "m")]);
    assert!(text.contains("\"uri\":\"gr%C3%B6%C3%9Fe%20und/a%23b%3F.ztp\""), "{text}");
}

/// Two places in a text, on character boundaries as [`Span`] has them.
fn text_and_places() -> impl Strategy<Value = (String, [usize; 4])> {
    let text = prop_oneof!["(?s).{0,60}", "[ab\n\r\té𝕏\u{0}\u{1b}]{0,80}", "[ x]{150,900}"];
    (text, any::<[prop::sample::Index; 4]>()).prop_map(|(text, places)| {
        let boundaries: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
        let mut places = places.map(|place| boundaries[place.index(boundaries.len())]);
        places[..2].sort_unstable();
        places[2..].sort_unstable();
        (text, places)
    })
}

proptest! {
    #[test]
    fn any_text_and_any_place_can_be_shown((text, [a, b, c, d]) in text_and_places(), message in "(?s).{0,30}") {
        let sources = one(&message, &text);
        let finding = Diagnostic::new(Code::E0203, span(a, b), &*message)
            .label(&*message)
            .also(span(c, d), &*message)
            .note(&*message)
            .fix(&*message, span(c, d), &*message);
        let human = plain(&sources, std::slice::from_ref(&finding));
        prop_assert!(human.chars().all(|c| c == '\n' || !c.is_control()), "{human:?}");
        prop_assert!(human.lines().all(|line| line.chars().count() < 1000), "{human}");
        for format in [Format::Json, Format::Sarif] {
            let text = shown(format, &sources, std::slice::from_ref(&finding));
            prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
        }
        let github = shown(Format::Github, &sources, &[finding]);
        prop_assert!(github.trim_end_matches('\n').chars().all(|c| !c.is_control()), "{github:?}");
    }
}
