//! Two namespaces that are declared (one with a known label) and any number that are not; two label keys with two values
//! and others; two service accounts and others.

use indexmap::IndexMap;
use proptest::prelude::*;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use ztp::policy::{
    LabelSelector, Namespace, NamespaceSelector, Op, PodSelector, Requirement, Traffic, ValueSet, Values,
};
use ztp::semantics::flows::{self, Flows};
use ztp::semantics::namespaces::NamespaceWitness;
use ztp::semantics::pods::Pod;
use ztp::semantics::{Answer, Universe, labels, pods};
use ztp::source::{FileId, Span};

const NAME_LABEL: &str = "kubernetes.io/metadata.name";

fn declared() -> IndexMap<SmolStr, Namespace> {
    let namespace = |labels: &[(&str, &str)]| Namespace {
        labels: labels.iter().map(|(key, value)| (SmolStr::from(*key), SmolStr::from(*value))).collect(),
        owner: None,
        has_files: true,
        span: Span::new(FileId(0), 0, 0),
    };
    IndexMap::from([("shop".into(), namespace(&[("cde", "no")])), ("pay".into(), namespace(&[]))])
}

fn label_maps(keys: &[&str], values: &[&str]) -> Vec<BTreeMap<SmolStr, SmolStr>> {
    let mut maps = vec![BTreeMap::new()];
    for key in keys {
        maps = maps
            .into_iter()
            .flat_map(|map| {
                let with = values.iter().map(|value| {
                    let mut with = map.clone();
                    with.insert(SmolStr::from(*key), SmolStr::from(*value));
                    with
                });
                std::iter::once(map.clone()).chain(with).collect::<Vec<_>>()
            })
            .collect();
    }
    maps
}

/// Every pod that differs in something that a selector of [`selector`] can see. `z` stands for all other values.
fn all_pods() -> Vec<Pod> {
    let mut all = Vec::new();
    for namespace in ["shop", "pay", "else", "z"] {
        for namespace_labels in label_maps(&["cde", "env"], &["yes", "no", "z"]) {
            if namespace == "shop" && namespace_labels.get("cde").is_none_or(|value| value != "no") {
                continue;
            }
            for labels in label_maps(&["app", "tier"], &["a", "b", "z"]) {
                for service_account in ["default", "batch", "z"] {
                    all.push(Pod {
                        namespace: NamespaceWitness { name: namespace.into(), labels: namespace_labels.clone() },
                        labels: labels.clone(),
                        service_account: service_account.into(),
                    });
                }
            }
        }
    }
    all
}

fn subset(values: &'static [&'static str], least: usize) -> impl Strategy<Value = Values> {
    proptest::sample::subsequence(values, least..=values.len())
        .prop_map(|values| values.into_iter().map(SmolStr::from).collect())
}

fn value_set(values: &'static [&'static str]) -> impl Strategy<Value = ValueSet> {
    prop_oneof![
        2 => Just(ValueSet::Any),
        2 => subset(values, 0).prop_map(ValueSet::In),
        1 => subset(values, 1).prop_map(ValueSet::NotIn),
    ]
}

fn requirement(key: &'static str, values: &'static [&'static str]) -> impl Strategy<Value = Requirement> {
    let op = prop_oneof![
        subset(values, 1).prop_map(Op::In),
        subset(values, 1).prop_map(Op::NotIn),
        Just(Op::Exists),
        Just(Op::DoesNotExist),
    ];
    op.prop_map(move |op| Requirement { key: key.into(), op })
}

fn label_selector(choices: Vec<BoxedStrategy<Requirement>>) -> impl Strategy<Value = LabelSelector> {
    proptest::collection::vec(proptest::strategy::Union::new(choices), 0..4).prop_map(LabelSelector::new)
}

fn selector() -> impl Strategy<Value = PodSelector> {
    let namespace_labels = label_selector(vec![
        requirement("cde", &["yes", "no"]).boxed(),
        requirement("env", &["yes", "no"]).boxed(),
        requirement(NAME_LABEL, &["shop", "pay", "else"]).boxed(),
    ]);
    let labels =
        label_selector(vec![requirement("app", &["a", "b"]).boxed(), requirement("tier", &["a", "b"]).boxed()]);
    (value_set(&["shop", "pay", "else"]), namespace_labels, labels, value_set(&["default", "batch"])).prop_map(
        |(names, namespace_labels, labels, service_account)| PodSelector {
            namespaces: NamespaceSelector { names, labels: namespace_labels },
            labels,
            service_account,
        },
    )
}

/// What Kubernetes says of one requirement, written down once more.
fn holds(requirement: &Requirement, value: Option<&SmolStr>) -> bool {
    match &requirement.op {
        Op::In(values) => value.is_some_and(|value| values.contains(value)),
        Op::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
        Op::Exists => value.is_some(),
        Op::DoesNotExist => value.is_none(),
    }
}

fn fits(selector: &PodSelector, pod: &Pod) -> bool {
    let in_set = |set: &ValueSet, value: &SmolStr| match set {
        ValueSet::Any => true,
        ValueSet::In(values) => values.contains(value),
        ValueSet::NotIn(values) => !values.contains(value),
    };
    let mut namespace_labels = pod.namespace.labels.clone();
    namespace_labels.insert(NAME_LABEL.into(), pod.namespace.name.clone());
    in_set(&selector.namespaces.names, &pod.namespace.name)
        && selector.namespaces.labels.0.iter().all(|test| holds(test, namespace_labels.get(&test.key)))
        && selector.labels.0.iter().all(|test| holds(test, pod.labels.get(&test.key)))
        && in_set(&selector.service_account, &pod.service_account)
}

/// Whether such a pod could exist.
fn possible(pod: &Pod) -> bool {
    pod.namespace.name != "shop" || pod.namespace.labels.get("cde").is_some_and(|value| value == "no")
}

/// Whether every pod that fits `inner` fits one of `outers`, asked as consent asks it: by the flows that they open.
fn includes_union(universe: Universe<'_>, outers: &[PodSelector], inner: &PodSelector) -> Answer<Pod> {
    let to = PodSelector::default();
    let flows = |from| Flows { from, to: &to, traffic: &Traffic::All };
    let outers: Vec<_> = outers.iter().map(flows).collect();
    flows::includes_union(universe, &outers, flows(inner)).map(|flow| flow.from)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn selectors_are_sets_of_pods(a in selector(), b in selector()) {
        let namespaces = declared();
        let universe = Universe::new(&namespaces);
        let all = all_pods();
        let in_both = |pod: &&Pod| fits(&a, pod) && fits(&b, pod);
        let only_a = |pod: &&Pod| fits(&a, pod) && !fits(&b, pod);

        for pod in &all {
            prop_assert_eq!(pods::matches(&a, pod), fits(&a, pod));
        }
        prop_assert_eq!(pods::satisfiable(universe, &a), all.iter().any(|pod| fits(&a, pod)));
        prop_assert_eq!(pods::overlap(universe, &a, &b), all.iter().any(|pod| in_both(&pod)));
        prop_assert_eq!(pods::includes(universe, &b, &a), !all.iter().any(|pod| only_a(&pod)));

        let both = pods::intersection(universe, &a, &b);
        let rest = pods::difference(universe, &a, &b);
        for pod in &all {
            prop_assert_eq!(both.as_ref().is_some_and(|both| fits(both, pod)), in_both(&pod));
            prop_assert_eq!(rest.iter().filter(|piece| fits(piece, pod)).count(), usize::from(only_a(&pod)));
        }
        prop_assert!(rest.iter().all(|piece| pods::satisfiable(universe, piece)));
        match pods::witness(universe, &a) {
            Some(pod) => prop_assert!(fits(&a, &pod) && possible(&pod), "{pod}"),
            None => prop_assert!(!all.iter().any(|pod| fits(&a, pod))),
        }
    }

    #[test]
    fn unions_are_compared_exactly(outers in proptest::collection::vec(selector(), 0..6), inner in selector()) {
        let namespaces = declared();
        let universe = Universe::new(&namespaces);
        let fits_none = |pod: &Pod| fits(&inner, pod) && !outers.iter().any(|outer| fits(outer, pod));
        match includes_union(universe, &outers, &inner) {
            Answer::Yes => prop_assert!(!all_pods().iter().any(fits_none)),
            Answer::No(pod) => prop_assert!(fits_none(&pod) && possible(&pod), "{pod}"),
            Answer::Unknown(reason) => prop_assert!(false, "{reason}"),
        }
    }

    #[test]
    fn pieces_of_a_selector_cover_it(outers in proptest::collection::vec(selector(), 0..4), inner in selector()) {
        let namespaces = declared();
        let universe = Universe::new(&namespaces);
        for outer in &outers {
            let mut pieces = pods::difference(universe, &inner, outer);
            pieces.extend(pods::intersection(universe, &inner, outer));
            prop_assert_eq!(includes_union(universe, &pieces, &inner), Answer::Yes);
        }
    }

    #[test]
    fn no_witness_has_a_label_too_many(a in selector()) {
        let namespaces = declared();
        let all = all_pods();
        let fewest = all.iter().filter(|pod| possible(pod) && fits(&a, pod)).map(|pod| pod.labels.len()).min();
        let witness = pods::witness(Universe::new(&namespaces), &a);
        prop_assert_eq!(witness.as_ref().map(|pod| pod.labels.len()), fewest);
        prop_assert!(witness.is_none_or(|pod| fits(&a, &pod)));
    }

    #[test]
    fn simplifying_keeps_the_meaning(a in selector()) {
        let namespaces = declared();
        let universe = Universe::new(&namespaces);
        if let Some(simple) = pods::simplified(universe, &a) {
            prop_assert!(pods::includes(universe, &a, &simple) && pods::includes(universe, &simple, &a));
            prop_assert!(simple.labels.0.len() <= a.labels.0.len());
            prop_assert_eq!(pods::simplified(universe, &simple), Some(simple));
        }
        if let Some(simple) = labels::simplified(&a.labels) {
            prop_assert!(labels::includes(&a.labels, &simple) && labels::includes(&simple, &a.labels));
        }
    }
}

fn labelled(requirements: &[(&str, Op)]) -> PodSelector {
    let requirement = |(key, op): &(&str, Op)| Requirement { key: SmolStr::from(*key), op: op.clone() };
    PodSelector { labels: LabelSelector::new(requirements.iter().map(requirement).collect()), ..PodSelector::default() }
}

#[test]
fn another_key_does_not_exclude() {
    let namespaces = declared();
    let universe = Universe::new(&namespaces);
    let canary = labelled(&[("canary", Op::DoesNotExist)]);
    let api = labelled(&[("tier", Op::In(["api".into()].into()))]);
    let both = pods::intersection(universe, &canary, &api).expect("a pod without one label and with another");
    assert_eq!(pods::witness(universe, &both).expect("it is not empty").to_string(), "shop/{tier: api}");
}

#[test]
fn a_namespace_that_cannot_have_the_labels_is_not_meant() {
    let namespaces = declared();
    let universe = Universe::new(&namespaces);
    let of = |names: ValueSet, labels: LabelSelector| PodSelector {
        namespaces: NamespaceSelector { names, labels },
        ..PodSelector::default()
    };
    // `shop` has the label `cde`, so whoever has none is elsewhere.
    let without = LabelSelector::new(vec![Requirement { key: "cde".into(), op: Op::DoesNotExist }]);
    let elsewhere = of(ValueSet::NotIn(["shop".into()].into()), LabelSelector::default());
    assert!(pods::includes(universe, &elsewhere, &of(ValueSet::Any, without)));
}

/// Every way to put pigeons into holes, one label a pair, leaves a pigeon without a hole or a hole with two pigeons. That
/// these cases cover everything is true but has no short proof by cases.
fn pigeons(pigeons: usize, holes: usize) -> Vec<PodSelector> {
    let key = |pigeon: usize, hole: usize| format!("p{pigeon}-{hole}");
    let without = (0..pigeons).map(|pigeon| (0..holes).map(|hole| (key(pigeon, hole), Op::DoesNotExist)).collect());
    let crowded = (0..holes).flat_map(|hole| {
        (0..pigeons).flat_map(move |a| (0..a).map(move |b| [a, b].map(|one| (key(one, hole), Op::Exists)).to_vec()))
    });
    let cases: Vec<Vec<(String, Op)>> = without.chain(crowded).collect();
    cases
        .iter()
        .map(|case| labelled(&case.iter().map(|(key, op)| (key.as_str(), op.clone())).collect::<Vec<_>>()))
        .collect()
}

#[test]
fn a_hard_cover_is_given_up_and_never_guessed() {
    let namespaces = declared();
    let universe = Universe::new(&namespaces);
    let covers = |outers: &[PodSelector]| includes_union(universe, outers, &PodSelector::default());
    assert_eq!(covers(&pigeons(3, 2)), Answer::Yes);
    assert!(covers(&pigeons(3, 3)).is_no());
    assert!(matches!(covers(&pigeons(12, 11)), Answer::Unknown(_)));
}
