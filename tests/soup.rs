//! Any bytes at all: the whole compile takes token soup and mutated examples without a panic or a hang, and emits
//! nothing beside an error.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests read files and may panic"
)]

use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use ztp::compile::{Options, build};
use ztp::diagnostic::{Code, has_errors};
use ztp::manifest::yaml;
use ztp::policy::{EnforcerName, Version};
use ztp::source::Sources;

/// Far above what any of these small inputs takes; a blow-up takes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Every `.ztp` file of the examples and every case of the model's tests.
fn seeds() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    let mut open = vec![root.join("examples"), root.join("tests/model"), root.join("docs/errors")];
    while let Some(folder) = open.pop() {
        let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "ztp" || end == "txt" || end == "md") {
                texts.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    texts
}

fn words(text: &str) -> Vec<String> {
    text.split_inclusive([' ', '\n', ',', ':', '/']).map(str::to_owned).collect()
}

/// A source out of the seeds' words: whole runs of one seed, with some words dropped, doubled or taken from elsewhere.
fn soup() -> impl Strategy<Value = String> {
    let all: Vec<Vec<String>> = seeds().iter().map(|text| words(text)).collect();
    let tokens: Vec<String> = {
        let mut tokens: Vec<String> = all.iter().flatten().cloned().collect();
        tokens.sort();
        tokens.dedup();
        tokens
    };
    let odd =
        prop::sample::select(vec!["\0", "\r", "\u{feff}", "{", "}", "(", "[", "\"", "\\", "é", "🦀", "#", ";", "\n"]);
    let change = (any::<prop::sample::Index>(), 0u8..4, any::<prop::sample::Index>(), odd);
    (prop::sample::select(all), prop::collection::vec(change, 0..12)).prop_map(move |(mut seed, changes)| {
        for (place, kind, other, odd) in changes {
            let index = place.index(seed.len());
            match kind {
                0 if seed.len() > 1 => {
                    seed.remove(index);
                }
                1 => seed.insert(index, seed[index].clone()),
                2 => seed.insert(index, tokens[other.index(tokens.len())].clone()),
                _ => seed.insert(index, odd.to_owned()),
            }
        }
        seed.concat()
    })
}

fn compile(text: &str) {
    for (enforcer, version) in [(EnforcerName::Cilium, (1, 19)), (EnforcerName::Kubernetes, (1, 30))] {
        let mut sources = Sources::new();
        sources.add("main.ztp", text);
        let version = Version { major: version.0, minor: version.1 };
        let enforcer = if text.contains("enforcer ") { None } else { Some((enforcer, version)) };
        let start = Instant::now();
        let outcome = build(&sources, &Options { enforcer, ..Options::default() });
        assert!(start.elapsed() < PATIENCE, "this takes {:?}", start.elapsed());
        if has_errors(&outcome.diagnostics) {
            assert!(outcome.clusters.is_empty(), "something is emitted beside an error");
        }
        for diagnostic in &outcome.diagnostics {
            for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
                let (start, end) = (label.span.start as usize, label.span.end as usize);
                assert!(text.get(start..end).is_some(), "a finding points outside the text or into a character");
            }
        }
        let mut out = String::new();
        for object in outcome.clusters.iter().flat_map(|cluster| &cluster.objects) {
            yaml::write(object, &mut out);
            let read: Result<serde_yaml::Value, _> = serde_yaml::from_str(&out);
            assert!(read.is_ok(), "not YAML:\n{out}");
            out.clear();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn soup_is_refused_or_compiled(text in soup()) {
        compile(&text);
    }

    #[test]
    fn noise_is_refused(text in ".{0,300}") {
        compile(&text);
    }
}

#[test]
fn deep_long_and_large_are_refused_in_time() {
    let deep = |open: &str, close: &str| {
        format!("namespace a\nworkload b\nb may reach {}b{}:80\n", open.repeat(100_000), close.repeat(100_000))
    };
    compile(&deep("(", ")"));
    compile(&deep("[", "]"));
    compile(&"namespace a {\n".repeat(20_000));
    compile(&format!("namespace a\nworkload {}\n", "b".repeat(1_000_000)));
    compile(&format!("namespace a\nworkload b\nb may reach 10.0.0.0/8:{}\n", "9".repeat(100_000)));
    compile(&format!("namespace a\nworkload b\nb may GET /{} on b:80\n", "a/".repeat(50_000)));
    compile(&format!("namespace a\nworkload b\nb may reach x.example.com:[{}]\n", "80, ".repeat(50_000)));
    // Groups of groups double at each step when they are expanded without memory.
    let mut groups = "namespace a\nworkload w\ngroup g0 = w\n".to_owned();
    for index in 1..200 {
        groups.push_str(&format!("group g{index} = g{0}, g{0}\n", index - 1));
    }
    groups.push_str("g199 may reach g199:80\n");
    compile(&groups);
    // A product of two long lists.
    let list: Vec<String> = (0..4000).map(|index| format!("10.{}.{}.0/24", index / 256, index % 256)).collect();
    compile(&format!("namespace a\nworkload b\n{} may reach b:80\n", list.join(", ")));
}

/// Files are resolved side by side, yet the sentence at which all of them together come to too much is always the same.
#[test]
fn what_is_too_much_is_told_at_the_same_place() {
    let workloads: Vec<String> = (0..200).map(|index| format!("workload w{index}\n")).collect();
    let members: Vec<String> = (0..200).map(|index| format!("w{index}")).collect();
    let nets: Vec<String> = (0..200).map(|index| format!("10.0.{index}.0/24")).collect();
    // 40,000 pairs each, and of no effect, so that it is quick.
    let sentence = "callers may GET / on outside:443 with tls name a.example\n".repeat(5);
    let file = |name: &str| {
        let (workloads, members, nets) = (workloads.concat(), members.join(", "), nets.join(", "));
        format!("namespace {name}\n{workloads}group callers = {members}\nexternal outside = {nets}\n{sentence}")
    };
    for _ in 0..5 {
        let mut sources = Sources::new();
        for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            sources.add(format!("{name}.ztp"), file(name));
        }
        let enforcer = Some((EnforcerName::Cilium, Version { major: 1, minor: 19 }));
        let found = build(&sources, &Options { enforcer, ..Options::default() }).diagnostics;
        let places = |code: Code| {
            let of_code = found.iter().filter(move |diagnostic| diagnostic.code == code);
            of_code.map(|diagnostic| diagnostic.primary.as_ref().unwrap().span).collect::<Vec<_>>()
        };
        let told = places(Code::E0209);
        let [too_many] = told.as_slice() else { panic!("{told:?}") };
        // After 25 sentences in five files a million is reached.
        assert_eq!(sources.get(too_many.file).map(|file| file.path.as_str()), Some("f.ztp"));
        assert_eq!(sources.slice(*too_many), sentence.lines().next().unwrap());
        assert!(found.iter().all(|diagnostic| diagnostic.primary.as_ref().unwrap().span <= *too_many));
    }
}
