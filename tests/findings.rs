//! What is said of sentences that say nothing new, held against what policies decide: all that are reported can be removed
//! together, and none that is not reported. On generated projects of one namespace and its platform.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[path = "support/dice.rs"]
#[allow(dead_code, reason = "others roll for more")]
mod dice;

use dice::Dice;
use std::collections::BTreeSet;
use ztp::compile::{Options, check};
use ztp::diagnostic::{Code, Diagnostic, has_errors};
use ztp::ide::fixes;
use ztp::policy::Policy;
use ztp::semantics::Universe;
use ztp::source::{LineIndex, Sources};
use ztp::verdict::{Index, Ruleset, compare};

const PLATFORM: &str = "platform\nproject acme\ncluster prod {\n  enforcer cilium 1.19\n}\n";
const NAMESPACE: &str = "namespace shop\nworkload a\nworkload b\nworkload c { app: a, canary }\n";

const SUBJECTS: [&str; 5] = ["a", "b", "c", "every workload", "a, b"];

const OBJECTS: [&str; 17] = [
    "b:80",
    "b:[80, 90]",
    "b:80-90",
    "b:81-95",
    "a:80",
    "a",
    "every workload:80",
    "every workload",
    "10.0.0.0/8",
    "10.0.0.0/9, 10.128.0.0/9",
    "10.1.0.0/16:443",
    "api.example.com:443",
    "*.example.com:443",
    "world",
    "kube-apiserver",
    "anything",
    "workloads in every namespace:80",
];

const REQUESTS: [&str; 6] =
    ["GET /x", "GET, HEAD /x", "request /x", "GET /x/{id}", "GET /x/**", "request /x/1 without query"];

/// One at random.
fn sentence(dice: &mut Dice) -> String {
    let subject = dice.pick(&SUBJECTS);
    let until = if dice.roll(12) == 0 { " until 2031-03-31" } else { "" };
    match dice.roll(12) {
        0 | 1 => format!("{subject} may {} on b:8080", dice.pick(&REQUESTS)),
        2 => format!("{subject} may ping {}", dice.pick(&["a", "b", "every workload"])),
        3 => format!("{subject} may not reach {}", dice.pick(&["c:80", "c", "10.9.0.0/16", "10.9.1.0/24"])),
        4 => format!("{subject} may reach b:9000 with mutual auth"),
        5 => format!("{subject} may reach b:9000"),
        _ => format!("{subject} may reach {}{until}", dice.pick(&OBJECTS)),
    }
}

fn compiled(grant: bool, sentences: &[&str]) -> Option<(Policy, Vec<Diagnostic>, Sources)> {
    let mut sources = Sources::new();
    let grant = if grant { "shop/a may always reach shop/b:80\n" } else { "" };
    sources.add("platform.ztp", format!("{PLATFORM}{grant}"));
    sources.add("shop.ztp", format!("{NAMESPACE}{}\n", sentences.join("\n")));
    let mut outcome = check(&sources, &Options::default());
    if has_errors(&outcome.diagnostics) {
        return None;
    }
    Some((outcome.clusters.pop()?.policy, outcome.diagnostics, sources))
}

/// The numbers of the sentences that have one of these findings.
fn found(diagnostics: &[Diagnostic], sources: &Sources, codes: &[Code]) -> BTreeSet<usize> {
    let before = NAMESPACE.lines().count();
    let with = diagnostics.iter().filter(|finding| codes.contains(&finding.code));
    let place = |finding: &Diagnostic| {
        let span = finding.primary.as_ref()?.span;
        let file = sources.get(span.file)?;
        (file.path == "shop.ztp").then(|| LineIndex::new(&file.text).line_column(&file.text, span.start).line)
    };
    with.filter_map(place).map(|line| usize::try_from(line).unwrap() - 1 - before).collect()
}

/// The namespace's file after all fixes that are certain.
fn mended(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let (id, file) = sources.iter().find(|(_, file)| file.path == "shop.ztp").unwrap();
    let mut text = file.text.clone();
    for edit in fixes::all(diagnostics, id).into_iter().rev() {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}

fn same(a: &Policy, b: &Policy) -> bool {
    let (first, second) = (Ruleset::of_policy(a), Ruleset::of_policy(b));
    let universe = Universe::new(&a.namespaces);
    compare(&Index::new(&first, universe), &Index::new(&second, universe)).expect("it is decided").is_none()
}

#[test]
fn what_is_covered_can_go_and_what_is_not_cannot() {
    let mut dice = Dice::new(1);
    let (mut removed, mut kept) = (0, 0);
    for _ in 0..300 {
        let grant = dice.roll(3) == 0;
        let count = 2 + dice.roll(4);
        let sentences: Vec<String> = (0..count).map(|_| sentence(&mut dice)).collect();
        let sentences: Vec<&str> = sentences.iter().map(String::as_str).collect();
        let Some((policy, diagnostics, sources)) = compiled(grant, &sentences) else { continue };
        let covered = found(&diagnostics, &sources, &[Code::H0303]);
        let lessened = found(&diagnostics, &sources, &[Code::H0701]);
        let without = |out: &BTreeSet<usize>| -> Vec<&str> {
            let left = sentences.iter().enumerate().filter(|(index, _)| !out.contains(index));
            left.map(|(_, sentence)| *sentence).collect()
        };
        let shown = || format!("{}\n(grant: {grant}; covered: {covered:?})", sentences.join("\n"));
        if !covered.is_empty() {
            removed += covered.len();
            let (rest, _, _) = compiled(grant, &without(&covered)).expect("less is no error");
            assert!(same(&policy, &rest), "the covered sentences mattered:\n{}", shown());
            let expected = format!("{NAMESPACE}{}\n", without(&covered).join("\n"));
            assert_eq!(mended(&diagnostics, &sources), expected, "an editor would mend it otherwise:\n{}", shown());
        }
        for index in (0..count).filter(|index| !covered.contains(index) && !lessened.contains(index)) {
            // Of those that cover each other only the first one stays, and only with the others gone.
            let mut out = covered.clone();
            out.insert(index);
            let (before, _, _) = compiled(grant, &without(&covered)).expect("less is no error");
            let Some((rest, _, _)) = compiled(grant, &without(&out)) else { continue };
            kept += 1;
            let temporary = sentences.iter().any(|sentence| sentence.contains("until"));
            assert!(temporary || !same(&before, &rest), "sentence {index} does not matter:\n{}", shown());
        }
    }
    assert!(removed > 50 && kept > 250, "{removed} removed, {kept} kept");
}
