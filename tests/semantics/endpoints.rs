//! Endpoints of every kind: pods here and in the mesh, nodes by label, addresses of both families with up to three names,
//! entities.

use ipnet::IpNet;
use proptest::prelude::*;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use ztp::policy::{DnsPattern, LabelSelector, NamespaceSelector, Op, PodSelector, Requirement, ValueSet, Values};
use ztp::semantics::endpoints::{self, Endpoint, Endpoints, Names};
use ztp::semantics::namespaces::NamespaceWitness;
use ztp::semantics::nets::AddressSet;
use ztp::semantics::pods::Pod;
use ztp::semantics::{Place, Places, Universe};

const ADDRESSES: [&str; 6] = ["10.0.0.1", "10.1.0.1", "8.8.8.8", "fd00::1", "2600::1", "192.168.0.1"];

/// Everything that the sets below can tell apart.
static ENDS: LazyLock<Vec<Endpoint>> = LazyLock::new(|| {
    let mut all = Vec::new();
    let labels = |pairs: &[(&str, &str)]| -> BTreeMap<SmolStr, SmolStr> {
        pairs.iter().map(|(key, value)| (SmolStr::from(*key), SmolStr::from(*value))).collect()
    };
    let labelled = [labels(&[]), labels(&[("app", "a")]), labels(&[("app", "b")]), labels(&[("app", "z")])];
    for namespace in ["n", "m", "z"] {
        for labels in &labelled {
            let namespace = NamespaceWitness { name: namespace.into(), labels: BTreeMap::new() };
            let pod = Pod { namespace, labels: labels.clone(), service_account: "default".into() };
            all.extend(
                ["east", "north", "west"]
                    .map(|cluster| Endpoint::MeshPod { cluster: cluster.into(), pod: pod.clone() }),
            );
            all.push(Endpoint::Pod(pod));
        }
    }
    for place in Places::NODES.iter() {
        all.extend(labelled.iter().map(|labels| Endpoint::Node { place, labels: labels.clone() }));
    }
    for place in Places::WORLD.iter() {
        for address in ADDRESSES {
            for names in 0..8_u8 {
                let names = ["a.io", "b.io", "c.io"].iter().enumerate().filter(|(bit, _)| names >> bit & 1 == 1);
                let names = names.map(|(_, name)| SmolStr::from(*name)).collect();
                all.push(Endpoint::Outside { place, address: address.parse().expect("an address"), names });
            }
        }
    }
    all.extend(Places::SINGLE.iter().map(Endpoint::Single));
    all
});

fn values(values: &[&str]) -> Values {
    values.iter().map(|value| SmolStr::from(*value)).collect::<BTreeSet<_>>().into()
}

fn labels() -> impl Strategy<Value = LabelSelector> {
    let op = prop_oneof![
        Just(Op::In(values(&["a"]))),
        Just(Op::In(values(&["a", "b"]))),
        Just(Op::NotIn(values(&["a"]))),
        Just(Op::Exists),
        Just(Op::DoesNotExist),
    ];
    let test = op.prop_map(|op| Requirement { key: "app".into(), op });
    proptest::collection::vec(test, 0..=2).prop_map(LabelSelector::new)
}

fn value_set(some: [&'static str; 2]) -> impl Strategy<Value = ValueSet> {
    prop_oneof![
        2 => Just(ValueSet::Any),
        1 => Just(ValueSet::In(values(&some[..1]))),
        1 => Just(ValueSet::In(values(&some))),
        1 => Just(ValueSet::NotIn(values(&some[..1]))),
    ]
}

fn pods() -> impl Strategy<Value = PodSelector> {
    (value_set(["n", "m"]), labels()).prop_map(|(names, labels)| PodSelector {
        namespaces: NamespaceSelector { names, labels: LabelSelector::default() },
        labels,
        service_account: ValueSet::Any,
    })
}

fn places(all: Places) -> impl Strategy<Value = Places> {
    let all: Vec<Place> = all.iter().collect();
    let most = all.len();
    proptest::sample::subsequence(all, 1..=most).prop_map(|places| Places::of(&places))
}

fn addresses() -> impl Strategy<Value = AddressSet> {
    let ranges = ["10.0.0.0/8", "10.1.0.0/16", "192.168.0.0/16", "0.0.0.0/0", "::/0", "fd00::/8"];
    let ranges = proptest::sample::subsequence(ranges.to_vec(), 1..=3);
    (ranges, any::<bool>()).prop_map(|(ranges, not)| {
        let ranges: Vec<IpNet> = ranges.into_iter().map(|range| range.parse().expect("a range")).collect();
        let set = AddressSet::of_ranges(&ranges);
        if not { set.complement() } else { set }
    })
}

fn names() -> impl Strategy<Value = Names> {
    let patterns = || proptest::collection::btree_set(proptest::sample::select(&["a.io", "b.io", "*.io"][..]), 0..=2);
    let parse = |texts: BTreeSet<&str>| texts.into_iter().map(DnsPattern::parse).collect();
    (patterns(), patterns()).prop_map(move |(has, lacks)| Names { has: parse(has), lacks: parse(lacks), alone: false })
}

fn set() -> impl Strategy<Value = Endpoints> {
    prop_oneof![
        2 => pods().prop_map(Endpoints::Pods),
        1 => (value_set(["east", "north"]), pods())
            .prop_map(|(clusters, selector)| Endpoints::MeshPods { clusters, selector }),
        1 => (places(Places::NODES), labels()).prop_map(|(places, labels)| Endpoints::Nodes { places, labels }),
        3 => (places(Places::WORLD), addresses(), names())
            .prop_map(|(places, addresses, names)| endpoints::outside(places, addresses, names)),
        1 => places(Places::SINGLE).prop_map(Endpoints::Single),
    ]
}

/// Two sets, mostly of one kind.
fn pair() -> impl Strategy<Value = (Endpoints, Endpoints)> {
    proptest::collection::vec(set(), 8).prop_map(|sets| {
        let kind = |set: &Endpoints| std::mem::discriminant(set);
        let other = sets[1..].iter().find(|other| kind(other) == kind(&sets[0])).unwrap_or(&sets[1]);
        (sets[0].clone(), other.clone())
    })
}

/// How little an endpoint says: where it stands, an address that stands for others before one that does not, how many
/// names and labels.
fn size(end: &Endpoint) -> (Place, usize) {
    let said = match end {
        Endpoint::Pod(pod) | Endpoint::MeshPod { pod, .. } => pod.labels.len(),
        Endpoint::Node { labels, .. } => labels.len(),
        Endpoint::Outside { names, .. } => names.len(),
        Endpoint::Single(_) => 0,
    };
    (end.place(), said)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn endpoints_are_sets((a, b) in pair()) {
        let universe = Universe::unknown();
        let within = |set: &Endpoints, end: &Endpoint| endpoints::matches(set, end);
        let both = endpoints::intersection(universe, &a, &b);
        let rest = endpoints::difference(universe, &a, &b);
        for end in ENDS.iter() {
            let (in_a, in_b) = (within(&a, end), within(&b, end));
            prop_assert_eq!(both.as_ref().is_some_and(|both| within(both, end)), in_a && in_b, "{}", end);
            let parts = rest.iter().filter(|part| within(part, end)).count();
            prop_assert_eq!(parts, usize::from(in_a && !in_b), "{}", end);
        }
        // What is left of nothing is nothing, in one part or in none.
        let rest = if endpoints::is_empty(universe, &a) { Vec::new() } else { rest };
        for part in both.iter().chain(&rest) {
            let witness = endpoints::witness(universe, part).expect("it is not empty");
            prop_assert!(within(part, &witness), "{}", witness);
        }
        let some = |fits: &dyn Fn(&Endpoint) -> bool| ENDS.iter().any(fits);
        prop_assert_eq!(endpoints::overlap(universe, &a, &b), some(&|end| within(&a, end) && within(&b, end)));
        prop_assert_eq!(endpoints::includes(universe, &b, &a), !some(&|end| within(&a, end) && !within(&b, end)));
        prop_assert_eq!(endpoints::is_empty(universe, &a), !some(&|end| within(&a, end)));
    }

    #[test]
    fn no_witness_says_more_than_it_must(set in set()) {
        let witness = endpoints::witness(Universe::unknown(), &set);
        let fitting: Vec<&Endpoint> = ENDS.iter().filter(|end| endpoints::matches(&set, end)).collect();
        let Some(witness) = witness else {
            prop_assert!(fitting.is_empty());
            return Ok(());
        };
        prop_assert!(endpoints::matches(&set, &witness), "{}", witness);
        for other in fitting {
            prop_assert!(size(&witness) <= size(other), "{} says less than {}", other, witness);
        }
    }
}
