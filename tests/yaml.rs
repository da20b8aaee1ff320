//! Every string that the writer writes comes back as it was: from a YAML library always, and from Kubernetes' own
//! reader where kubectl is there.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/kubectl.rs"]
mod kubectl;

use proptest::prelude::*;
use ztp::manifest::kubernetes::{NetworkPolicy, Peer, Rule};
use ztp::manifest::{LabelSelector, Metadata, Object, yaml};

/// Strings that need no quotes.
#[rustfmt::skip]
const PLAIN: &[&str] = &[
    "a", "_", "/", "_1", "_0_", "/a", "backend", "tier-1", "a.b.c", "a+b", "a@b", "a-", "e1", "x1F", "o17", "inf", "nan",
    "None", "yesterday", "nothing", "nullable", "onoff", "Y2", "TRUEST", "app.kubernetes.io/name", "/api/v1/products", "TCP",
];

/// Strings that some reader of YAML 1.1 or 1.2 takes for something else when they stand plain, or that could not stand
/// plain, or that need not be thought about when they are quoted.
#[rustfmt::skip]
const QUOTED: &[&str] = &[
    // booleans and nothing
    "y", "Y", "yes", "Yes", "YES", "yEs", "n", "N", "no", "No", "NO", "nO", "on", "On", "ON", "off", "Off", "OFF", "true",
    "True", "TRUE", "tRue", "false", "False", "FALSE", "null", "Null", "NULL", "~", "",
    // numbers
    "0", "1", "-1", "+1", "00", "007", "08", "0o17", "0O17", "0x1f", "0X1F", "0b101", "0B1", "1_000", "1__0", "1e3", "1E+3",
    "1e-3", "1.5", ".5", "5.", "-.5", "+.5e3", "1:30", "190:20:30", "190:20:30.15", ".inf", "-.inf", "+.INF", ".Inf", ".nan",
    ".NaN", "12345678901234567890", "0xFFFFFFFFFFFFFFFFF", "1e400", "0.1e", "1,000", "8080", "10.0.0.0/8", "::/0",
    // dates
    "2026-11-20", "2026-11-20T07:47:32Z", "2026-11-20 07:47:32 +1", "2026-1-1",
    // marks
    "<<", "=", "-", "--", "---", "...", "- a", "?", "? a", ":", ": a", "a: b", "a:", "a:b", "#", "# a", "a #b", "a#b", "&a",
    "*a", "!", "!!str a", "|", ">", "|-", "%", "%YAML 1.1", "@", "`", "{", "}", "{}", "[", "]", "[]", "{a: b}", "[a, b]", ",",
    "a, b", "a,b", "'", "''", "\"", "\"\"", "'a'", "\"a\"", "it's", "say \"a\"", "\\", "\\n", "\\x41", "a\\", "$(a)",
    "${a}", "{{ a }}", "k8s:app", "(balance|transactions).*", "\\d+\\.\\d+", "^/a$", "*.example.com",
    // blanks and breaks
    " ", "  ", " a", "a ", "a b", "a  b", "\t", "\ta", "a\t", "a\tb", "\n", "a\n", "\na", "a\nb", "a\n\nb", "a\n b", "\r",
    "a\rb", "a\r\nb", "a\n---\nkind: Secret", "a\n# b", "a\n  b: c",
    // control characters
    "\0", "\u{1}", "a\u{7}b", "\u{8}", "\u{b}", "\u{c}", "\u{1b}[31m", "\u{1f}", "\u{7f}", "\u{80}", "\u{85}",
    "a\u{85}b", "\u{9f}",
    // beyond ASCII
    "\u{a0}", "\u{a0}a", "é", "e\u{301}", "ß", "日本", "a\u{2028}b", "a\u{2029}b", "\u{200b}", "\u{202e}abc", "\u{feff}",
    "\u{feff}a", "a\u{feff}b", "\u{fffd}", "\u{fffe}", "\u{ffff}", "\u{d7ff}", "\u{e000}", "\u{10000}", "🙂", "👩‍💻",
    "\u{1fffe}", "\u{10ffff}", "ＮＯ",
];

/// A policy that has a string wherever a string can stand.
fn policy(text: &str) -> Object {
    let entries = vec![(text.into(), text.into())];
    let selector = LabelSelector { match_labels: entries.clone(), ..LabelSelector::default() };
    Object::NetworkPolicy(NetworkPolicy {
        comment: vec![text.to_owned()],
        metadata: Metadata {
            name: text.into(),
            namespace: Some(text.into()),
            labels: entries.clone(),
            annotations: entries,
        },
        pod_selector: selector,
        isolates_ingress: true,
        isolates_egress: false,
        ingress: vec![Rule {
            comment: vec![text.to_owned(), text.to_owned()],
            peers: vec![Peer::IpBlock { cidr: text.to_owned(), except: vec![text.to_owned(), text.to_owned()] }],
            ports: vec![],
        }],
        egress: vec![],
    })
}

fn written(object: &Object) -> String {
    let mut out = String::new();
    yaml::write(object, &mut out);
    out
}

/// What a reader must give back for [`policy`].
fn meant(text: &str) -> serde_json::Value {
    serde_json::json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": text, "namespace": text, "labels": {text: text}, "annotations": {text: text}},
        "spec": {
            "podSelector": {"matchLabels": {text: text}},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"ipBlock": {"cidr": text, "except": [text, text]}}]}],
        },
    })
}

#[test]
fn hard_strings_come_back_from_a_yaml_library() {
    for text in PLAIN.iter().chain(QUOTED) {
        let yaml = written(&policy(text));
        let read: serde_json::Value = serde_yaml::from_str(&yaml).unwrap_or_else(|e| panic!("{text:?}: {e}\n{yaml}"));
        assert_eq!(read, meant(text), "{yaml}");
    }
}

#[test]
fn only_plain_strings_are_written_plain() {
    for text in PLAIN {
        assert!(written(&policy(text)).contains(&format!("\n  name: {text}\n")), "{text:?}");
    }
    for text in QUOTED {
        let yaml = written(&policy(text));
        let name = yaml.lines().find_map(|line| line.strip_prefix("  name: ")).unwrap_or_default();
        assert!(name.len() >= 2 && name.starts_with('"') && name.ends_with('"'), "{text:?}: {name}");
        assert!(name.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{text:?}: {name}");
    }
}

#[test]
fn hard_strings_come_back_from_kubernetes() {
    let texts: Vec<&str> = PLAIN.iter().chain(QUOTED).copied().collect();
    // One document for all of them: as values, and as keys (which must differ, so each gets its index behind it).
    let annotations = texts.iter().enumerate().map(|(i, text)| (format!("value {i}").into(), (*text).into())).collect();
    let mut metadata = Metadata { name: "strings".into(), annotations, ..Metadata::default() };
    metadata.labels = texts.iter().map(|text| ((*text).into(), (*text).into())).collect();
    let Object::NetworkPolicy(mut object) = policy("a") else { unreachable!() };
    object.comment = texts.iter().map(|text| (*text).to_owned()).collect();
    object.metadata = metadata.clone();
    let Some(read) = kubectl::read(&written(&Object::NetworkPolicy(object))) else {
        eprintln!("skipped: there is no kubectl");
        return;
    };
    for (key, value) in &metadata.annotations {
        assert_eq!(read["metadata"]["annotations"][key.as_str()], *value.as_str(), "{key}");
    }
    for (key, value) in &metadata.labels {
        assert_eq!(read["metadata"]["labels"][key.as_str()], *value.as_str(), "{key:?}");
    }
    assert_eq!(read["metadata"]["labels"].as_object().map(serde_json::Map::len), Some(metadata.labels.len()));
    assert_eq!(read["metadata"]["annotations"].as_object().map(serde_json::Map::len), Some(metadata.annotations.len()));
}

#[test]
fn comments_cannot_leave_their_line() {
    for text in PLAIN.iter().chain(QUOTED) {
        let Object::NetworkPolicy(mut object) = policy("a") else { unreachable!() };
        object.comment = vec![(*text).to_owned()];
        object.ingress[0].comment = vec![(*text).to_owned(), "second".to_owned()];
        let yaml = written(&Object::NetworkPolicy(object));
        let bare: String =
            yaml.lines().filter(|line| !line.trim_start().starts_with('#')).map(|l| format!("{l}\n")).collect();
        let Object::NetworkPolicy(mut without) = policy("a") else { unreachable!() };
        without.comment.clear();
        without.ingress[0].comment.clear();
        assert_eq!(bare, written(&Object::NetworkPolicy(without)), "{text:?}");
        assert!(yaml.lines().all(|line| line == line.trim_end_matches(' ')), "{text:?}");
        let hidden =
            ['\r', '\t', '\u{1b}', '\u{7f}', '\u{85}', '\u{2028}', '\u{2029}', '\u{202e}', '\u{feff}', '\u{ffff}'];
        assert!(!yaml.contains(hidden), "{text:?}");
    }
}

#[test]
fn a_stream_has_a_mark_between_documents() {
    let objects = [policy("a"), policy("b"), policy("c")];
    let mut out = String::new();
    yaml::write_stream(&objects, &mut out);
    assert_eq!(out.split("---\n").collect::<Vec<_>>(), objects.iter().map(written).collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn any_string_comes_back(text in any::<String>()) {
        let yaml = written(&policy(&text));
        let read: serde_json::Value = serde_yaml::from_str(&yaml).map_err(|e| TestCaseError::fail(format!("{e}\n{yaml}")))?;
        prop_assert_eq!(read, meant(&text));
    }

    #[test]
    fn any_mix_of_marks_comes_back(text in "[-:#?&*!|>%@`'\"\\\\{}\\[\\], \t\n\r\u{85}\u{2028}\u{feff}aY0._~<=é🙂]{0,12}") {
        let yaml = written(&policy(&text));
        let read: serde_json::Value = serde_yaml::from_str(&yaml).map_err(|e| TestCaseError::fail(format!("{e}\n{yaml}")))?;
        prop_assert_eq!(read, meant(&text));
    }
}
