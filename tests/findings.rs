//! What is said of sentences that say nothing new, held against what policies decide: all that are reported can be removed
//! together, and none that is not reported. On generated projects of one namespace and its platform.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests read their size from the environment and may panic"
)]

#[path = "support/dice.rs"]
#[allow(dead_code, reason = "others roll for more")]
mod dice;

use dice::Dice;
use std::collections::BTreeSet;
use ztp::compile::{Options, check};
use ztp::diagnostic::{Code, Diagnostic, has_errors};
use ztp::ide::fixes;
use ztp::policy::{Effect, Policy};
use ztp::semantics::Universe;
use ztp::semantics::connections::Connections;
use ztp::semantics::endpoints::anything;
use ztp::source::{LineIndex, Sources};
use ztp::verdict::{Flow, Flows, Index, Ruleset, compare, find_change};

const PLATFORM: &str = "platform\nproject acme\ncluster prod {\n  enforcer cilium 1.19\n}\n";
const NAMESPACE: &str = "namespace shop\nworkload a\nworkload b\nworkload c { app: a, canary }\n";

const SUBJECTS: [&str; 5] = ["a", "b", "c", "every workload", "a, b"];

const PERMITS: [&str; 12] = [
    "b:80",
    "b:80-90",
    "c",
    "every workload:80",
    "every workload",
    "10.0.0.0/8",
    "10.1.0.0/16:443",
    "10.9.1.0/24",
    "api.example.com:443",
    "world",
    "kube-apiserver",
    "anything",
];

/// A permit that nothing else is about.
const UNUSED: &str = "203.0.113.9:1";

const LOOK_UPS: [&str; 8] = [
    "api.example.com",
    "*.example.com",
    "**.example.com",
    "api.example.com, *.example.com",
    "b.shop.svc.cluster.local",
    "api.example.com.shop.svc.cluster.local",
    "**.cluster.local",
    "any name",
];

const OBJECTS: [&str; 18] = [
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
    "kube-system/{ k8s-app: kube-dns }:53/any",
];

const REQUESTS: [&str; 6] =
    ["GET /x", "GET, HEAD /x", "request /x", "GET /x/{id}", "GET /x/**", "request /x/1 without query"];

/// How many projects each property takes; `ZTP_FINDINGS` makes it more.
fn rounds() -> usize {
    std::env::var("ZTP_FINDINGS").map_or(400, |rounds| rounds.parse().unwrap())
}

/// One at random.
fn sentence(dice: &mut Dice) -> String {
    let subject = dice.pick(&SUBJECTS);
    let until = if dice.roll(12) == 0 { " until 2031-03-31" } else { "" };
    match dice.roll(16) {
        12 => format!("{subject} may resolve {}", dice.pick(&LOOK_UPS)),
        13 => {
            let denied = ["kube-system/{ k8s-app: kube-dns }", "workloads in kube-system:53/udp", "anything"];
            format!("{subject} may not reach {}", dice.pick(&denied))
        }
        14 => {
            let subjects = ["a", "every workload", "a, ingress", "10.0.0.0/8", "anything"];
            let objects = ["b", "b:80", "every workload:80-90", "c"];
            format!("nothing but {} may reach {}", dice.pick(&subjects), dice.pick(&objects))
        }
        15 => format!("{subject} may only reach {}", dice.some(&PERMITS, 2).join(", ")),
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
    for _ in 0..rounds() {
        let grant = dice.roll(3) == 0;
        let count = 2 + dice.roll(4);
        let sentences: Vec<String> = (0..count).map(|_| sentence(&mut dice)).collect();
        let sentences: Vec<&str> = sentences.iter().map(String::as_str).collect();
        let Some((policy, diagnostics, sources)) = compiled(grant, &sentences) else { continue };
        let mendable = found(&diagnostics, &sources, &[Code::H0303]);
        let covered = found(&diagnostics, &sources, &[Code::H0303, Code::W0702]);
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
            let left: Vec<String> = without(&mendable).iter().map(|sentence| format!("{sentence}\n")).collect();
            let expected = format!("{NAMESPACE}{}", left.concat());
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

/// A flow that these guards stop and the others do not, whatever is allowed.
fn guarded(a: &Policy, b: &Policy) -> Option<Flow> {
    let guards = |policy: &Policy| {
        let denies = policy.rules.iter().filter(|rule| rule.effect == Effect::Deny).cloned().collect::<Vec<_>>();
        Ruleset::of_rules(policy, &denies, &policy.boundaries)
    };
    let (stopping, passing) = (guards(a), guards(b));
    let universe = Universe::new(&a.namespaces);
    let (stopping, passing) = (Index::new(&stopping, universe), Index::new(&passing, universe));
    let sets = anything().into_iter().flat_map(|from| anything().into_iter().map(move |to| (from.clone(), to)));
    let flows = sets.map(|(from, to)| Flows { from, to, connections: Connections::All });
    flows.map(|flows| find_change(&stopping, &passing, &flows).expect("it is decided")).find_map(|flow| flow)
}

#[test]
fn what_no_permit_can_use_is_denied_without_it() {
    let mut dice = Dice::new(2);
    let (mut dead, mut alive, mut contradictory) = (0, 0, 0);
    for _ in 0..rounds() / 4 {
        let before = NAMESPACE.lines().count();
        // No names: two of them can lead to one address, which is no reason to say nothing.
        let permits: Vec<&str> = PERMITS.iter().copied().filter(|permit| !permit.contains("example")).collect();
        let of = |dice: &mut Dice| {
            format!("{} may only reach {}", dice.pick(&SUBJECTS[..4]), dice.some(&permits, 3).join(", "))
        };
        let mut sentences = vec![of(&mut dice), of(&mut dice)];
        sentences.push(dice.word(&[
            "a may not reach 10.0.0.0/8",
            "nothing but c may reach b",
            "b may not reach world",
            "",
            "",
        ]));
        let lines: Vec<&str> = sentences.iter().map(String::as_str).collect();
        let Some((policy, diagnostics, sources)) = compiled(false, &lines) else { continue };
        // The same project with other permits in one sentence.
        let with = |number: usize, permits: &str| {
            let (start, _) = lines[number].split_once(" may only reach ")?;
            let alone = format!("{start} may only reach {permits}");
            let mut lines = lines.clone();
            lines[number] = &alone;
            compiled(false, &lines).map(|(policy, _, _)| policy)
        };
        let told = found(&diagnostics, &sources, &[Code::W0701]);
        for number in told.iter().filter(|number| !lines[**number].starts_with("a, b")) {
            contradictory += 1;
            let Some(unused) = with(*number, UNUSED) else { continue };
            assert_eq!(guarded(&unused, &policy), None, "something is left:\n{}", sentences.join("\n"));
        }
        if !told.is_empty() {
            continue;
        }
        let text = &sources.iter().find(|(_, file)| file.path == "shop.ztp").unwrap().1.text;
        let reported: Vec<(usize, &str)> = diagnostics
            .iter()
            .filter(|finding| finding.code == Code::H0703)
            .map(|finding| {
                let start = finding.primary.as_ref().unwrap().span.start as usize;
                let line = text[..start].lines().count() - 1 - before;
                (line, text[start..].split([',', '\n']).next().unwrap())
            })
            .collect();
        let open = found(&diagnostics, &sources, &[Code::W0702]);
        for (number, line) in lines.iter().enumerate().filter(|(number, _)| !open.contains(number)) {
            let Some((_, list)) = line.split_once(" may only reach ") else { continue };
            for permit in list.split(", ") {
                // By itself, since others of the same boundary may have a part of it.
                let Some((used, unused)) = with(number, permit).zip(with(number, UNUSED)) else { continue };
                let lost = guarded(&unused, &used);
                let shown = format!("{}\n({permit} of {number}; {reported:?}; {lost:?})", sentences.join("\n"));
                if reported.contains(&(number, permit)) {
                    dead += 1;
                    assert!(lost.is_none(), "the permit matters:\n{shown}");
                } else {
                    alive += 1;
                    // Each end is looked at by itself.
                    let one_end = !sentences[2].starts_with("nothing but");
                    assert!(!one_end || lost.is_some(), "the permit does not matter:\n{shown}");
                }
            }
        }
    }
    assert!(dead > 20 && alive > 60 && contradictory > 10, "{dead} dead, {alive} alive, {contradictory} contradictory");
}
